//! Published frames in both directions, and what a line can do to them.

use std::time::{Duration, Instant};

use super::{card, frame::PREAMBLE, link, sam_id, *};
use crate::{document::IdentityDocument, wire::Machine};

mod noise;

#[derive(serde::Deserialize)]
struct Vector {
    name: String,
    dir: String,
    hex: String,
    self_consistent: bool,
}

fn vectors() -> Vec<(Vector, Vec<u8>)> {
    let text = include_str!("../../../tests/vectors/idreader_frames.json");
    let vectors: Vec<Vector> = serde_json::from_str(text).expect("the vector file is JSON");
    vectors
        .into_iter()
        .map(|vector| {
            let bytes = vector
                .hex
                .split(' ')
                .map(|byte| u8::from_str_radix(byte, 16));
            let bytes = bytes.collect::<Result<_, _>>().expect("hexadecimal");
            (vector, bytes)
        })
        .collect()
}

fn vector(name: &str) -> Vec<u8> {
    let found = vectors()
        .into_iter()
        .find(|(vector, _)| vector.name == name);
    found.expect("a vector of the file").1
}

/// All answers in `bytes`, handed over in pieces of `piece` bytes; at the end the line falls silent.
fn answers(bytes: &[u8], piece: usize) -> Vec<Answer> {
    let mut decoder = Decoder::default();
    let mut found = Vec::new();
    let poll = |decoder: &mut Decoder, found: &mut Vec<Answer>, mut bytes: &[u8]| {
        while let Some(decoded) = decoder.poll(&mut bytes) {
            if let Decoded::Answer(frame) = decoded {
                found.push(frame.to_answer());
            }
        }
        assert!(bytes.is_empty(), "all of it is taken");
    };
    for piece in bytes.chunks(piece) {
        poll(&mut decoder, &mut found, piece);
    }
    while decoder.give_up_partial() {
        poll(&mut decoder, &mut found, &[]);
    }
    found
}

#[test]
fn requests_are_the_published_bytes() {
    for (name, request) in [
        ("cmd_find", Request::Find),
        ("cmd_select", Request::Select),
        ("cmd_read_base", Request::ReadBase),
        ("cmd_read_with_finger", Request::ReadWithFingerprint),
        ("cmd_read_new_address", Request::ReadAddress),
        ("cmd_sam_status", Request::Status),
        ("cmd_sam_id", Request::SamId),
        ("cmd_set_max_rf_50", Request::SetMaxRf(0x50)),
    ] {
        assert_eq!(request.encode(), vector(name), "{name}");
    }
    // From the makers' tables: last byte of the frame.
    for (request, check) in [
        (Request::Reset, 0xEC),
        (Request::ReadCardBody, 0x36),
        (Request::SetRate(0), 0x63),
        (Request::SetMaxRf(0x58), 0xC2),
    ] {
        assert_eq!(request.encode().last(), Some(&check), "{request:?}");
    }
}

#[test]
fn answers_are_found_whatever_the_pieces() {
    let mut seen = 0;
    for (vector, bytes) in vectors() {
        if vector.dir != "reader>host" {
            continue;
        }
        seen += 1;
        for piece in [1, 2, 7, 64, 5000] {
            let found = answers(&bytes, piece);
            assert_eq!(
                found.len(),
                usize::from(vector.self_consistent),
                "{}",
                vector.name
            );
        }
    }
    assert_eq!(seen, 11);
}

#[test]
fn published_answers_mean_what_they_say() {
    for (name, sw3, request) in [
        ("rsp_status_ok", Sw3::Ok, Request::Status),
        ("rsp_find_ok", Sw3::Found, Request::Find),
        ("rsp_find_none", Sw3::NoCard, Request::Find),
        ("rsp_select_ok", Sw3::Ok, Request::Select),
        ("rsp_select_fail", Sw3::SelectFailed, Request::Select),
        ("rsp_read_fail", Sw3::ReadFailed, Request::ReadBase),
        ("rsp_auth_fail_31", Sw3::CardRefusesSam, Request::Find),
        ("rsp_sam_id_synthetic", Sw3::Ok, Request::SamId),
        (
            "rsp_read_base_synthetic_fieldlink",
            Sw3::Ok,
            Request::ReadBase,
        ),
    ] {
        let answer = answers(&vector(name), 9).remove(0);
        assert_eq!(answer.sw3, sw3, "{name}");
        let all = [
            Request::Status,
            Request::SamId,
            Request::Find,
            Request::Select,
            Request::ReadBase,
            Request::ReadWithFingerprint,
            Request::ReadAddress,
        ];
        for other in all {
            let of_any_card = matches!(sw3, Sw3::ReadFailed | Sw3::CardRefusesSam)
                && !matches!(other, Request::Status | Request::SamId);
            let expected = other == request || of_any_card;
            assert_eq!(other.accepts(&answer), expected, "{name} for {other:?}");
        }
    }
}

#[test]
fn published_content_is_read() {
    let answer = answers(&vector("rsp_sam_id_synthetic"), 9).remove(0);
    let id = sam_id::decode(&answer.data);
    assert_eq!(id.as_deref(), Some("05.03-20240101-0000123456-4000000001"));
    assert_eq!(sam_id::decode(&[0; 16]), None);
    assert_eq!(sam_id::decode(&answer.data[1..]), None);

    let answer = answers(&vector("rsp_read_base_synthetic_fieldlink"), 9).remove(0);
    assert_eq!(format!("{answer:?}"), "Answer(Ok, 1284 bytes)");
    let (text, photo) = card::split(&answer.data, false).unwrap();
    let document = IdentityDocument::from_card(text, photo, &[]).unwrap();
    assert_eq!(document.name, "테스트");
    assert_eq!(document.birth.compact(), "20000102");
    assert_eq!(document.address, "가상 주소");
    assert_eq!(document.number, "000000000000000000");
    assert_eq!(document.authority, "시험 기관");
    assert_eq!(document.valid_until.to_string(), "2030-01-01");
    assert_eq!(document.photo, [0x5A; 1024]);
    assert!(document.number_check().is_err());
}

#[test]
fn lengths_inside_a_reading_must_fit() {
    let good = [&[0, 2, 0, 1, 0, 3][..], &[1, 2, 3, 4, 5, 6]].concat();
    assert_eq!(card::split(&good, true), Some((&[1, 2][..], &[3][..])));
    for (bytes, fingerprint) in [
        (&good[..11], true),
        (&good[..], false),
        (&[0xFF; 12][..], true),
        (&[0, 1, 0][..], false),
        (&[][..], false),
    ] {
        assert_eq!(card::split(bytes, fingerprint), None);
    }
}

/// An answer as the decoder hands it over.
fn answer(sw3: u8, data: &[u8]) -> Answer {
    let mut body = ((data.len() + 4) as u16).to_be_bytes().to_vec();
    body.extend([0, 0, sw3]);
    body.extend(data);
    body.push(body.iter().fold(0, |xor, byte| xor ^ byte));
    answers(&[&PREAMBLE[..], &body].concat(), 64).remove(0)
}

#[test]
fn a_reading_is_as_long_as_its_lengths_say() {
    let reading = |photo: usize, fingerprint: Option<usize>| {
        let mut data = [0x0100, photo as u16].map(u16::to_be_bytes).concat();
        data.extend(
            fingerprint
                .iter()
                .flat_map(|&len| (len as u16).to_be_bytes()),
        );
        data.extend(vec![0x20; 256 + photo + fingerprint.unwrap_or(0)]);
        data
    };
    for photo in [0, 1000, 1024, 2000] {
        let data = reading(photo, None);
        assert!(Request::ReadBase.accepts(&answer(0x90, &data)), "{photo}");
        assert!(
            !Request::ReadWithFingerprint.accepts(&answer(0x90, &data)),
            "{photo}"
        );
        assert!(
            !Request::ReadBase.accepts(&answer(0x90, &data[1..])),
            "{photo}"
        );
    }
    for fingerprint in [0, 512, 1024] {
        let answer = answer(0x90, &reading(1024, Some(fingerprint)));
        assert!(
            Request::ReadWithFingerprint.accepts(&answer),
            "{fingerprint}"
        );
        assert!(!Request::ReadBase.accepts(&answer), "{fingerprint}");
    }
}

#[test]
fn a_refusal_that_comes_late_is_no_answer_about_health() {
    for sw3 in [0x21, 0x24, 0x00, 0x42, 0x67] {
        let answer = answer(sw3, &[]);
        for request in [
            Request::Find,
            Request::Select,
            Request::ReadBase,
            Request::SetMaxRf(80),
        ] {
            assert!(request.accepts(&answer), "{sw3:02X} for {request:?}");
        }
        for request in [Request::Status, Request::Reset] {
            assert!(!request.accepts(&answer), "{sw3:02X} for {request:?}");
        }
    }
    for sw3 in [0x60, 0x66] {
        assert!(Request::Status.accepts(&answer(sw3, &[])), "{sw3:02X}");
    }
}

#[test]
fn a_false_beginning_does_not_swallow_the_answer_behind_it() {
    // A header that promises 2000 bytes, then a good answer.
    let mut bytes = PREAMBLE.to_vec();
    bytes.extend([0x07, 0xD0, 1, 2, 3]);
    bytes.extend(vector("rsp_find_ok"));
    assert_eq!(answers(&bytes, 3).len(), 1);
    // A fourth AA before the preamble.
    let bytes = [&[0xAA][..], &vector("rsp_find_ok")].concat();
    assert_eq!(answers(&bytes, 1).len(), 1);
}

/// A machine that has sent its first request, and when.
fn waiting() -> (SamReader, Instant) {
    let mut now = Instant::now();
    let mut reader = SamReader::new(SamConfig::default());
    reader.port_opened(now);
    while reader.poll_transmit().is_none() {
        now = reader.poll_timeout().expect("listens, then sends");
        reader.handle_timeout(now);
    }
    (reader, now)
}

#[test]
fn a_damaged_answer_is_asked_for_again_twice_at_most() {
    let (mut reader, mut now) = waiting();
    let mut damaged = vector("rsp_status_ok");
    damaged[9] ^= 0x10;
    for _ in 0..link::RESENDS {
        reader.handle_input(&damaged, now);
        assert_eq!(reader.poll_transmit(), None, "not before the line is quiet");
        now += link::QUIET;
        reader.handle_timeout(now);
        assert_eq!(reader.poll_transmit(), Some(vector("cmd_sam_status")));
    }
    reader.handle_input(&damaged, now);
    now += link::QUIET + link::QUIET;
    reader.handle_timeout(now);
    let reset = Request::Reset.encode();
    assert_eq!(reader.poll_transmit(), Some(reset), "then reset");
}

#[test]
fn an_endless_noise_does_not_stop_the_asking() {
    let (mut reader, start) = waiting();
    let mut now = start;
    let mut sent = 0;
    while now < start + Duration::from_secs(30) {
        now += Duration::from_millis(20);
        reader.handle_input(&[0xAA, 0xAA, 0xAA, 0x96, 0x69, 0x05], now);
        reader.handle_timeout(now);
        sent += usize::from(reader.poll_transmit().is_some());
    }
    assert!((5..30).contains(&sent), "sent {sent} times");
}
