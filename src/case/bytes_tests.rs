use serde_json::json;

use super::super::*;
use super::*;

fn signature() -> super::super::Signature {
    super::super::Signature::new(&[vec![(1.0, 2.0), (3.26, 4.0)]]).expect("signature")
}

/// A made-up person; the ID number is the example of GB 11643.
fn draft() -> Draft {
    Draft {
        task_code: "11440203MB0000001534420001000010".into(),
        task_handle_item: Some("01".into()),
        task_name: "高龄津贴申请".into(),
        dept: "示例区民政局".into(),
        applicant: super::super::Applicant {
            name: "测试甲".into(),
            cert_type: "10".into(),
            cert_no: "11010519491231002X".into(),
            kind: ApplicantKind::Person,
        },
        mobile: Some("10000000000".into()),
        form: json!({"z": 1, "bank": "6222", "a": {"y": true, "b": [null, "\u{4e00}\n\"", -2]}})
            .into(),
        materials: vec![super::super::Material {
            seq: "M1".into(),
            name: "居民身份证".into(),
            form: MaterialForm::Electronic,
            source: MaterialSource::Licence,
        }],
        contents: vec![signature().content()],
        delivery: super::super::Delivery {
            way: PaperWay::Post,
            address: Some("示例路1号".into()),
        },
        consent: super::super::Consent {
            version: "2026-1".into(),
            items: vec!["personal_information".into()],
        },
        signature: Some(signature().content().attachment().digest),
        device: DeviceId {
            id: "KIOSK-00042".into(),
            town_code: "440203100".into(),
        },
        catalogue: "2026.11.1".into(),
        offline: true,
        bundle: Some(BundlePart {
            id: "00042-7K-000017-X".into(),
            parent_code: "11440203MB00000015344200010".into(),
            parent_name: "老有所养一件事".into(),
            position: 1,
            of: 2,
        }),
        corrects: None,
    }
}

fn frozen(draft: &Draft) -> Zeroizing<Vec<u8>> {
    let machine = Machine::parse("00042").expect("machine");
    let epoch = Epoch::parse("7K").expect("epoch");
    let stamp = Stamp {
        wall_rfc3339: Some("2026-11-22T09:30:00+08:00".into()),
        clock_class: ClockClass::Trusted,
        boot_id: "00000000-0000-4000-8000-000000000000".into(),
        monotonic_ms: 61_000,
    };
    freeze(
        draft,
        &Key::mint(&machine, &epoch, 17, [7; 10]),
        &FilingNumber::mint(&machine, &epoch, 17),
        &stamp,
    )
}

/// The file was written once and never changes: a case filed by any released version stays sendable.
#[test]
fn bytes_are_those_of_the_vector() {
    let vector = include_bytes!("../../tests/vectors/case_v2.json");
    let bytes = frozen(&draft());
    assert_eq!(
        String::from_utf8_lossy(&bytes),
        String::from_utf8_lossy(vector)
    );
}

/// A body names its attachments at its end; one without any has the bytes it always had.
#[test]
fn attachments_are_named_at_the_end() {
    let mut with = draft();
    with.contents = vec![Content::new("M1", b"scan".to_vec()).expect("content")];
    let named = frozen(&with);
    assert_eq!(
        attachments_of(&named),
        Some(vec![with.contents[0].attachment().clone()])
    );
    with.contents.clear();
    let bare = frozen(&with);
    assert_eq!(attachments_of(&bare), Some(vec![]));
    let digest = Digest::of(b"scan").hex();
    let end = format!(r#","attachments":[{{"digest":"{digest}","length":4,"name":"M1"}}]}}"#);
    assert_eq!(named[..bare.len() - 1], bare[..bare.len() - 1]);
    assert_eq!(named[bare.len() - 1..], *end.as_bytes());
}

/// On both sides of the length at which a body is measured first.
#[test]
fn no_length_changes_what_is_frozen() {
    let mut draft = draft();
    draft.form = json!({"note": ""}).into();
    let bare = frozen(&draft).len();
    for more in (0..16).map(|n| USUAL - bare - 8 + n).chain([0, 20_000]) {
        let note = "x".repeat(more);
        draft.form = json!({"note": note}).into();
        let bytes = frozen(&draft);
        assert_eq!(bytes.len(), bare + more);
        let body: Value = serde_json::from_slice(&bytes).expect("whole");
        assert_eq!(body["form"]["note"], note);
    }
}

/// Cases of the first version may still wait in a store: their strokes are in the body, they name no attachment.
#[test]
fn a_body_of_version_1_names_no_attachments() {
    let body = include_bytes!("../../tests/vectors/case_v1.json");
    assert_eq!(attachments_of(body), Some(vec![]));
    assert_eq!(attachments_of(b"no JSON"), None);
}

/// The strokes are nowhere in the body: only who has the attachment sees them.
#[test]
fn a_signature_is_named_and_not_shown() {
    let body = frozen(&draft());
    let value: Value = serde_json::from_slice(&body).expect("json");
    let named = &value["signature"]["attachment"];
    assert_eq!(*named, value["attachments"][0]["digest"]);
    assert_eq!(value["signature"].as_object().map(|s| s.len()), Some(1));
    let content = signature().content();
    assert_eq!(*named, content.attachment().digest.hex());
    assert!(!body.windows(9).any(|w| w == &content.bytes()[..9]));
}

/// A correction names the case it corrects and when that was filed; a body without has the bytes it always had.
#[test]
fn a_correction_is_tied_to_its_case() {
    use super::super::{Correction, FilingDate, OldAnswers};
    let mut with = draft();
    let (key, number) = (Key("00042-7K-000009-X".into()), FilingNumber("N".into()));
    let filing_date = FilingDate {
        wall_rfc3339: Some("2026-03-05T10:00:00+08:00".into()),
        clock_class: ClockClass::Holdover,
    };
    with.corrects = Some(Correction {
        key,
        filing_number: number,
        filing_date: filing_date.clone(),
    });
    let (bare, tied) = (frozen(&draft()), frozen(&with));
    let added = r#""corrects":"00042-7K-000009-X","filing_date":{"created_at":"2026-03-05T10:00:00+08:00","class":"holdover"},"#;
    let text = String::from_utf8_lossy(&tied).into_owned();
    assert!(text.contains(added), "{text}");
    assert_eq!(text.replace(added, ""), String::from_utf8_lossy(&bare));
    let (answers, date) = OldAnswers::of_body(&tied).expect("a body");
    assert_eq!(
        date,
        Some(filing_date),
        "what a further correction inherits"
    );
    assert_eq!(answers.form, with.form);
    assert!(!answers.collect, "by post");
}

#[test]
fn order_of_the_answers_does_not_matter() {
    let mut other = draft();
    other.form =
        json!({"a": {"b": [null, "\u{4e00}\n\"", -2], "y": true}, "bank": "6222", "z": 1}).into();
    assert_eq!(*frozen(&draft()), *frozen(&other));
}

#[test]
fn what_is_absent_is_left_out() {
    let mut bare = draft();
    bare.task_handle_item = None;
    bare.mobile = None;
    bare.delivery.address = None;
    bare.signature = None;
    bare.bundle = None;
    let value: Value = serde_json::from_slice(&frozen(&bare)).expect("json");
    for absent in ["task_handle_item", "signature", "bundle"] {
        assert!(value.get(absent).is_none(), "{absent}");
    }
    assert_eq!(value["contact"], json!({}));
    assert_eq!(value["delivery"], json!({"obtain_paper_way": 1}));
}

#[test]
fn debug_of_a_draft_shows_nothing_of_the_person() {
    let shown = format!("{:?}", draft());
    for secret in [
        "测试甲",
        "11010519491231002X",
        "10000000000",
        "6222",
        "示例路",
    ] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}
