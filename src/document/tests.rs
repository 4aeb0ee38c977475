//! Blocks here are typed from the field tables, not made by the simulator.

use proptest::prelude::*;

use super::*;

/// A block of spaces with `fields` (byte offset, text) laid over it.
fn block(fields: &[(usize, &str)]) -> Vec<u8> {
    let mut block: Vec<u8> = [0x20, 0x00].repeat(128);
    for (at, text) in fields {
        for (index, unit) in text.encode_utf16().enumerate() {
            block[at + 2 * index..at + 2 * index + 2].copy_from_slice(&unit.to_le_bytes());
        }
    }
    block
}

fn resident() -> Vec<(usize, &'static str)> {
    vec![
        (0, "测试一"),
        (30, "2"),
        (32, "01"),
        (36, "19491231"),
        (52, "某省某市某区某路1号"),
        (122, "11010519491231002x"),
        (158, "某市公安局某分局"),
        (188, "20060101"),
        (204, "长期"),
    ]
}

fn read(block: &[u8]) -> Result<IdentityDocument, ReadError> {
    IdentityDocument::from_card(block, &[0x57; 1024], &[])
}

fn date(text: &str) -> Date {
    Date::parse_compact(text).unwrap()
}

#[test]
fn resident_card() {
    let document = read(&block(&resident())).unwrap();
    assert_eq!(document.kind, Kind::Resident);
    assert_eq!(document.name, "测试一");
    assert_eq!(document.sex, Sex::Female);
    assert_eq!(document.nation.and_then(Nation::name), Some("汉"));
    assert_eq!(document.birth, date("19491231"));
    assert_eq!(document.address, "某省某市某区某路1号");
    assert_eq!(document.number, "11010519491231002X");
    assert_eq!(document.authority, "某市公安局某分局");
    assert_eq!(document.valid_until, ValidUntil::LongTerm);
    assert_eq!(document.photo.len(), 1024);
    assert_eq!(document.number_check(), Ok(()));
    assert_eq!(document.masked_number(), "1101**********002X");
    assert_eq!(document.masked_name(), "测*一");
    assert_eq!(
        format!("{document:?}"),
        "IdentityDocument { kind: Resident, .. }"
    );
}

#[test]
fn newer_address_of_the_chip_counts() {
    let mut newer: Vec<u8> = [0x20, 0x00].repeat(70);
    newer[70..74].copy_from_slice(&[0xB0, 0x65, 0x40, 0x57]); // 新址, in the second entry
    let document = IdentityDocument::from_card(&block(&resident()), &[], &newer).unwrap();
    assert_eq!(document.latest_address, "新址");
    assert_eq!(document.current_address(), "新址");
    assert_eq!(document.address, "某省某市某区某路1号");
    let without = read(&block(&resident())).unwrap();
    assert_eq!(without.current_address(), without.address);
}

#[test]
fn residence_permit_has_no_nation_but_a_travel_permit() {
    let mut fields = resident();
    fields.extend([(32, "  "), (220, "H99999999"), (238, "01"), (248, "J")]);
    let document = read(&block(&fields)).unwrap();
    assert_eq!(document.kind, Kind::HkMacaoTaiwan);
    assert_eq!(document.nation, None);
    assert_eq!(document.travel_permit, "H99999999");
    assert_eq!(document.issue_count, "01");
}

#[test]
fn foreigner_of_2017() {
    let document = read(&block(&[
        (0, "UTOPIAN, ANNA MARIA"),
        (120, "1"),
        (122, "UTO999980010110"),
        (152, "UTO"),
        (188, "20180101"),
        (204, "20280101"),
        (220, "19800101"),
        (236, "01"),
        (240, "9999"),
        (248, "I"),
    ]))
    .unwrap();
    assert_eq!(document.kind, Kind::Foreigner2017);
    assert_eq!(document.english_name, "UTOPIAN, ANNA MARIA");
    assert_eq!(document.name, "");
    assert_eq!(document.masked_name(), "U******, A*** M****");
    assert_eq!(document.nationality, "UTO");
    assert_eq!(document.authority, "9999");
    assert_eq!(document.number_check(), Ok(()));
}

#[test]
fn foreigner_of_2023_has_a_name_in_two_parts() {
    let document = read(&block(&[
        (0, "安娜"),
        (30, "2"),
        (32, "00"),
        (36, "19800101"),
        (52, "ABCDEFGHIJ, KLMNOPQRSTUVWXYZ ABCDEF"),
        (122, "999999198001010040"),
        (188, "20240101"),
        (204, "20340101"),
        (220, "GHIJKLMNOPQ"),
        (242, "UTO"),
        (248, "Y"),
    ]))
    .unwrap();
    assert_eq!(document.kind, Kind::Foreigner2023);
    assert_eq!(
        document.english_name,
        "ABCDEFGHIJ, KLMNOPQRSTUVWXYZ ABCDEFGHIJKLMNOPQ"
    );
    assert_eq!(
        (document.name.as_str(), document.issue_count.as_str()),
        ("安娜", "00")
    );
    assert_eq!(document.nationality, "UTO");
}

#[test]
fn traps_of_the_text() {
    // Zeros instead of spaces, a private-use character, a surrogate pair, half a pair, a name of full width.
    let mut bytes = block(&resident());
    for byte in &mut bytes[206..220] {
        *byte = 0;
    }
    bytes[204..208].copy_from_slice(&[0x7F, 0x95, 0x1F, 0x67]);
    bytes[248..250].copy_from_slice(&[0, 0]);
    bytes[0..10].copy_from_slice(&[0x05, 0xE8, 0x42, 0xD8, 0xB7, 0xDF, 0x42, 0xD8, 0x20, 0x00]);
    let document = read(&bytes).unwrap();
    assert_eq!(document.name, "\u{E805}𠮷\u{FFFD}");
    assert_eq!(document.valid_until, ValidUntil::LongTerm);

    let mut fields = resident();
    fields.push((0, "阿卜杜热依木·阿卜杜热合曼提"));
    assert_eq!(
        read(&block(&fields)).unwrap().name,
        "阿卜杜热依木·阿卜杜热合曼提"
    );
}

#[test]
fn unreadable_blocks_say_why() {
    let with = |at: usize, text: &'static str| {
        let mut fields = resident();
        fields.push((at, text));
        read(&block(&fields)).unwrap_err()
    };
    assert_eq!(with(248, "Z"), ReadError::Kind(0x5A));
    assert_eq!(with(36, "19491331"), ReadError::Birth);
    assert_eq!(with(188, "        "), ReadError::Validity);
    assert_eq!(with(204, "永久"), ReadError::Validity);
    assert_eq!(with(0, "   "), ReadError::Name);
    assert_eq!(with(122, "                  "), ReadError::Number);
    assert_eq!(read(&[0; 255]), Err(ReadError::Length(255)));
    assert_eq!(read(&[0; 256]), Err(ReadError::Validity));
}

#[test]
fn problems_that_do_not_stop_a_reading() {
    let mut document = read(&block(&resident())).unwrap();
    document.valid_until = ValidUntil::Date(date("20260101"));
    for (day, validity) in [
        ("20051231", Validity::NotYet),
        ("20060101", Validity::Valid),
        ("20260101", Validity::Valid),
        ("20260102", Validity::Expired),
    ] {
        assert_eq!(document.validity_on(date(day)), validity, "{day}");
    }
    document.sex = Sex::Male;
    assert_eq!(document.number_check(), Err(NumberError::SexDiffers));
    document.birth = date("19500101");
    assert_eq!(document.number_check(), Err(NumberError::BirthDiffers));
    document.number = "110105194912310021".into();
    assert_eq!(document.number_check(), Err(NumberError::CheckDigit));
    document.kind = Kind::Foreigner2017;
    assert_eq!(document.number_check(), Err(NumberError::Length));
}

#[test]
fn wiping_leaves_nothing() {
    let mut document = read(&block(&resident())).unwrap();
    document.zeroize();
    let texts = [&document.name, &document.number, &document.address];
    assert!(texts.iter().all(|text| text.is_empty()) && document.photo.is_empty());
    assert_eq!(document.birth.year(), 0);
}

proptest! {
    #[test]
    fn any_bytes_are_a_document_or_not(
        text in proptest::collection::vec(any::<u8>(), 250..260),
        photo in proptest::collection::vec(any::<u8>(), 0..2000),
        flag in prop_oneof![Just(b' '), Just(b'I'), Just(b'J'), Just(b'Y')],
    ) {
        let mut text = text;
        text[248..250].copy_from_slice(&[flag, 0]);
        let _ = IdentityDocument::from_card(&text, &photo, &photo);
    }
}
