use proptest::prelude::*;

use super::super::bytes::ClockClass;
use super::*;

fn stamp(time: Option<&str>) -> Stamp {
    Stamp {
        wall_rfc3339: time.map(str::to_owned),
        clock_class: if time.is_some() {
            ClockClass::Trusted
        } else {
            ClockClass::Unknown
        },
        boot_id: "boot".into(),
        monotonic_ms: 1,
    }
}

/// `count` cases from number `seq` on, with digests of made-up bodies.
fn cases(seq: u32, count: u32) -> Vec<(FilingNumber, Digest)> {
    let machine = Machine::parse("W0012").expect("machine");
    let epoch = Epoch::parse("A7").expect("epoch");
    (seq..seq + count)
        .map(|seq| {
            let body = format!("body {seq}");
            (
                FilingNumber::mint(&machine, &epoch, seq),
                Digest::of(body.as_bytes()),
            )
        })
        .collect()
}

fn identity() -> MachineIdentity {
    MachineIdentity::from_seed(&[7; 32])
}

fn proof(count: u32) -> Proof {
    let stamp = stamp(Some("2026-11-22T14:05:06+08:00"));
    Proof::of(&stamp, &cases(1, count), Some(&identity())).expect("a proof")
}

/// Frozen: receipts that are out there must stay readable.
#[derive(serde::Deserialize)]
struct Vector {
    count: u32,
    time: Option<String>,
    text: String,
}

#[test]
fn the_text_of_known_filings_never_changes() {
    let vectors: Vec<Vector> =
        serde_json::from_str(include_str!("../../tests/vectors/proof_v2.json")).expect("vectors");
    let public = identity().public();
    assert_eq!(vectors.len(), 3);
    for vector in vectors {
        let stamp = stamp(vector.time.as_deref());
        let made = Proof::of(&stamp, &cases(1, vector.count), Some(&identity())).expect("a proof");
        assert_eq!(made.text(), vector.text);
        let read = Proof::parse(&vector.text).expect("readable");
        assert_eq!(read, made);
        assert_eq!(read.verify(&public), Ok(()));
    }
}

#[test]
fn it_fits_the_code_the_printer_draws() {
    for (count, most) in [(1, 45), (4, 49), (12, 61)] {
        let text = proof(count).text();
        assert!(text.len() <= 400, "{count}: {}", text.len());
        let code = fast_qr::QRBuilder::new(text).ecl(fast_qr::ECL::M).build();
        // With its white edge and five dots a module the largest still fits 58 mm paper (384 dots).
        assert_eq!(code.expect("fits").size, most, "{count}");
    }
}

#[test]
fn any_changed_character_is_found() {
    let (text, public) = (proof(2).text(), identity().public());
    for at in 0..text.len() {
        for other in "0AZ/:".chars().filter(|c| !text[at..].starts_with(*c)) {
            let mut changed = text.clone();
            changed.replace_range(at..=at, &other.to_string());
            let holds = Proof::parse(&changed).is_ok_and(|proof| proof.verify(&public).is_ok());
            assert!(!holds, "{at} {other}");
        }
    }
}

#[test]
fn another_machine_and_no_machine_prove_nothing() {
    let other = MachineIdentity::from_seed(&[8; 32]).public();
    assert_eq!(proof(1).verify(&other), Err(Invalid::Mismatch));
    let bare = Proof::of(&stamp(None), &cases(1, 1), None).expect("a proof");
    let read = Proof::parse(&bare.text()).expect("readable");
    assert_eq!(read.verify(&identity().public()), Err(Invalid::Unsigned));
}

#[test]
fn a_time_nobody_vouches_for_is_no_time_on_paper() {
    assert_eq!(
        proof(1).time_on_paper().as_deref(),
        Some("2026-11-22 14:05")
    );
    assert_eq!(stamp_on_paper(&stamp(None)), None);
    let claimed = Stamp {
        clock_class: ClockClass::Unknown,
        ..stamp(Some("2013-01-01T00:00:09+08:00"))
    };
    assert_eq!(stamp_on_paper(&claimed), None);
    for (clock_class, said) in [(ClockClass::Holdover, true), (ClockClass::Bounded, false)] {
        let later = Stamp {
            clock_class,
            ..stamp(Some("2026-11-22T14:05:06+08:00"))
        };
        assert_eq!(stamp_on_paper(&later).is_some(), said, "{clock_class:?}");
        assert_eq!(clock_class.is_checked(), said);
    }
    let proof = Proof::of(&claimed, &cases(1, 1), None).expect("a proof");
    assert_eq!((proof.clock, proof.time_on_paper()), ('U', None));
    assert_eq!(proof.time.as_deref(), Some("2013-01-01T00:00:09+08:00"));
}

#[test]
fn numbers_that_do_not_follow_each_other_are_not_proved() {
    let mut gap = cases(1, 3);
    gap.remove(1);
    assert_eq!(Proof::of(&stamp(None), &gap, None), None);
    assert_eq!(Proof::of(&stamp(None), &[], None), None);
    assert_eq!(Proof::of(&stamp(None), &cases(1, 13), None), None);
    assert!(Proof::of(&stamp(None), &cases(SEQ_LAST, 1), None).is_some());
}

#[test]
fn a_wrong_part_is_named() {
    let text = proof(1).text();
    for (from, to, fault) in [
        ("KIOSK2", "KIOSK3", NotAProof::Foreign),
        ("/T2026", "/t2026", NotAProof::Time),
        ("000001", "000002", NotAProof::Number),
        ("W0012-", "w0012-", NotAProof::Number),
    ] {
        assert_eq!(Proof::parse(&text.replace(from, to)), Err(fault), "{to}");
    }
    assert_eq!(
        Proof::parse(&text[..text.len() - 1]),
        Err(NotAProof::Signature)
    );
    assert_eq!(Proof::parse(&text[..60]), Err(NotAProof::Foreign));
    assert_eq!(
        Proof::parse("KIOSK2/U/W0012-A7-000001-C/"),
        Err(NotAProof::Foreign)
    );
    let number = &cases(1, 1)[0].0.0;
    assert_eq!(
        Proof::parse(&format!("KIOSK2/U/{number}//")),
        Err(NotAProof::Digests)
    );
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "(KIOSK2/)?[TU]?[ -~\u{4e00}]{0,200}") {
        let _ = Proof::parse(&text);
    }

    #[test]
    fn what_is_written_is_read_back(count in 1_u32..=12, seq in 1_u32..=SEQ_LAST - 12, timed: bool) {
        let stamp = stamp(timed.then_some("2026-02-03T04:05:06+08:00"));
        let made = Proof::of(&stamp, &cases(seq, count), Some(&identity())).expect("a proof");
        prop_assert_eq!(Proof::parse(&made.text()), Ok(made));
    }
}
