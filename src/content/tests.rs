use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::case::{Digest, MachineIdentity, PublicIdentity};

fn key(n: u8) -> MachineIdentity {
    MachineIdentity::from_seed(&[n; 32])
}

fn approvers() -> Vec<PublicIdentity> {
    [1, 2, 3].map(|n| key(n).public()).into()
}

fn manifest() -> Manifest {
    Manifest {
        kind: Kind::Notices,
        version: "2026-11.1".into(),
        serial: 7,
        from: Day::new(2026, 11, 1).expect("a day"),
        until: Day::new(2027, 10, 31).expect("a day"),
        divisions: vec!["440203".into()],
        boards: Vec::new(),
        files: Vec::new(),
    }
}

fn files() -> BTreeMap<String, Vec<u8>> {
    [("a.txt", "停电通知"), ("pictures/b.png", "not a picture")]
        .map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()))
        .into()
}

fn approved(by: &[u8]) -> Vec<u8> {
    let bytes = pack(manifest(), &files()).expect("packed");
    by.iter().fold(bytes, |bytes, n| {
        approve(&bytes, &key(*n)).expect("approved")
    })
}

fn approvals(bytes: &[u8]) -> Result<(), NotContent> {
    Package::open(bytes)?.need_approvals(&approvers())
}

#[test]
fn two_different_keys_of_the_list_approve_a_package() {
    assert_eq!(approvals(&approved(&[])), Err(NotContent::Approvals(0)));
    assert_eq!(approvals(&approved(&[1])), Err(NotContent::Approvals(1)));
    assert_eq!(
        approvals(&approved(&[1, 1])),
        Err(NotContent::Approvals(1)),
        "the same one twice"
    );
    assert_eq!(
        approvals(&approved(&[1, 9])),
        Err(NotContent::Approvals(1)),
        "one that nobody knows"
    );
    assert_eq!(approvals(&approved(&[9, 3, 1])), Ok(()));
    let bytes = approved(&[1, 2]);
    let package = Package::open(&bytes).expect("sound");
    assert_eq!(package.file("a.txt"), Some("停电通知".as_bytes()));
    assert_eq!((package.file("c"), package.manifest.serial), (None, 7));
    // One approval copied over another's key is none.
    let mut copied = bytes.clone();
    let first = package_start(&bytes) + 1;
    let (one, two) = (first..first + 96, first + 96);
    copied.copy_within(one, two);
    assert_eq!(approvals(&copied), Err(NotContent::Approvals(1)));
}

/// Where the number of approvals stands.
fn package_start(bytes: &[u8]) -> usize {
    13 + u32::from_be_bytes(bytes[9..13].try_into().expect("four")) as usize
}

/// Layout and signatures stay as they are: machines in the field read them.
#[test]
fn a_frozen_package_is_still_read_and_made() {
    let bytes = approved(&[1, 2]);
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/content_v1.bin");
    let frozen = std::fs::read(path).expect("the frozen package");
    assert_eq!(Digest::of(&bytes).hex(), Digest::of(&frozen).hex());
    assert_eq!(approvals(&frozen), Ok(()));
    let mut newer = frozen;
    newer[8] = 2;
    assert_eq!(approvals(&newer), Err(NotContent::Version(2)));
}

#[test]
fn a_manifest_keeps_its_rules() {
    type Change = fn(&mut Manifest);
    let wrong: [(&str, Change); 6] = [
        ("version is no identifier", |m| m.version = "新".into()),
        ("serial 0", |m| m.serial = 0),
        ("it ends before it begins", |m| {
            m.until = Day::new(2026, 1, 1).expect("a day")
        }),
        ("a division of other than 2 to 12 digits", |m| {
            m.divisions = vec!["4".into()]
        }),
        ("a board that is no identifier", |m| {
            m.boards = vec!["a b".into()]
        }),
        ("a catalogue is the one file catalogue.json", |m| {
            m.kind = Kind::Catalogue
        }),
    ];
    for (why, change) in wrong {
        let mut manifest = manifest();
        change(&mut manifest);
        let made = pack(manifest, &files());
        assert_eq!(made, Err(NotContent::Manifest(Unsound::Rule(why))));
    }
    for name in [
        "",
        "/etc/passwd",
        "../up",
        "a//b",
        ".hidden",
        "A.txt",
        "a b",
        "名",
    ] {
        let made = pack(manifest(), &[(name.to_owned(), vec![1])].into());
        assert!(made.is_err(), "{name}");
    }
}

#[test]
fn a_package_is_for_places_boards_and_days() {
    let mut manifest = manifest();
    assert!(manifest.is_for("440203001", None) && !manifest.is_for("440204001", None));
    manifest.boards = vec!["raspberrypi4".into()];
    assert!(!manifest.is_for("440203001", None) && !manifest.is_for("440203001", Some("pc")));
    assert!(manifest.is_for("440203001", Some("raspberrypi4")));
    manifest.divisions.clear();
    assert!(manifest.is_for("110101001", Some("raspberrypi4")));
    let day = |text| Day::parse(text);
    assert!(manifest.is_valid_on(None), "nobody knows the day");
    assert!(manifest.is_valid_on(day("2026-11-01")) && manifest.is_valid_on(day("2027-10-31")));
    assert!(!manifest.is_valid_on(day("2026-10-31")) && !manifest.is_valid_on(day("2027-11-01")));
}

proptest! {
    /// Whatever bit is changed, wherever it is cut or lengthened: it is not approved any more.
    #[test]
    fn no_change_is_overlooked(at in 0usize..2000, bit in 0u8..8, cut in 0usize..2000, more in prop::collection::vec(any::<u8>(), 1..9)) {
        let bytes = approved(&[1, 2]);
        let mut changed = bytes.clone();
        changed[at % bytes.len()] ^= 1 << bit;
        prop_assert!(approvals(&changed).is_err(), "bit {bit} of byte {}", at % bytes.len());
        prop_assert!(approvals(&bytes[..cut % bytes.len()]).is_err());
        prop_assert!(approvals(&[&bytes[..], &more].concat()).is_err());
    }
}
