use std::collections::BTreeMap;
use std::time::{Duration, UNIX_EPOCH};

use super::*;
use crate::case::MachineIdentity;
use crate::content::{Manifest, approve, pack};
use crate::shell::catalogue;
use crate::shell::clock::Clock;
use crate::shell::journal::Journal;

fn day(text: &str) -> Option<Day> {
    Day::parse(text)
}

fn place(folder: &Path) -> Place {
    Place {
        folder: folder.into(),
        approvers: [1, 2, 3]
            .map(|n| MachineIdentity::from_seed(&[n; 32]).public())
            .into(),
        town: "440203001".into(),
        board: None,
    }
}

fn package(serial: u64, from: &str, until: &str, content: &[u8]) -> Vec<u8> {
    let manifest = Manifest {
        kind: Kind::Catalogue,
        version: format!("2026.{serial}"),
        serial,
        from: day(from).expect("a day"),
        until: day(until).expect("a day"),
        divisions: Vec::new(),
        boards: Vec::new(),
        files: Vec::new(),
    };
    let files: BTreeMap<_, _> = [("catalogue.json".to_owned(), content.to_vec())].into();
    let bytes = pack(manifest, &files).expect("packed");
    [1, 2].iter().fold(bytes, |bytes, n| {
        approve(&bytes, &MachineIdentity::from_seed(&[*n; 32])).expect("approved")
    })
}

fn items() -> Vec<u8> {
    let board = concat!(env!("CARGO_MANIFEST_DIR"), "/board/catalogue");
    catalogue::load(Path::new(board))
        .expect("the shipped catalogue")
        .0
        .to_json()
}

fn good(serial: u64) -> Vec<u8> {
    package(serial, "2026-01-01", "2026-12-31", &items())
}

fn used(place: &Place, today: Option<Day>) -> Option<u64> {
    place
        .choose(Kind::Catalogue, today)
        .0
        .map(|chosen| chosen.serial)
}

#[test]
fn a_package_is_taken_replaced_gone_back_from_and_never_taken_again() {
    let dir = tempfile::tempdir().expect("a folder");
    let (place, today) = (place(dir.path()), day("2026-06-01"));
    for serial in [3, 5] {
        let taken = install(&good(serial), &place, today).expect("taken");
        assert_eq!((taken.serial, used(&place, today)), (serial, Some(serial)));
    }
    install(&good(5), &place, today).expect("the same once more is no fault");
    let older = install(&good(4), &place, today).expect_err("older");
    assert!(
        matches!(older, ContentFault::Package(NotContent::Older(4, 5))),
        "{older}"
    );
    assert_eq!(
        rollback(Kind::Catalogue, &place, today).expect("gone back"),
        5
    );
    assert_eq!(used(&place, today), Some(3));
    assert!(
        install(&good(5), &place, today).is_err(),
        "what was gone back from does not come again"
    );
    assert_eq!(
        rollback(Kind::Catalogue, &place, today).expect("gone back"),
        3
    );
    assert_eq!(used(&place, today), None, "what was shipped");
    assert!(matches!(
        rollback(Kind::Catalogue, &place, today),
        Err(ContentFault::Nothing)
    ));
    install(&good(6), &place, today).expect("a newer one");
    assert_eq!(used(&place, today), Some(6));
    let listed = place.list(Kind::Catalogue, today);
    let seen: Vec<_> = listed
        .iter()
        .map(|l| (l.serial, l.barred, l.used))
        .collect();
    assert_eq!(seen, [(6, false, true), (5, true, false), (3, true, false)]);
}

#[test]
fn a_package_begins_and_ends_on_its_days_and_never_while_nobody_knows_the_day() {
    let dir = tempfile::tempdir().expect("a folder");
    let place = place(dir.path());
    let now = day("2026-06-01");
    install(
        &package(1, "2026-01-01", "2026-08-31", &items()),
        &place,
        now,
    )
    .expect("taken");
    install(
        &package(2, "2026-07-01", "2026-07-31", &items()),
        &place,
        now,
    )
    .expect("taken");
    for (today, serial) in [
        ("2026-06-30", Some(1)),
        ("2026-07-01", Some(2)),
        ("2026-08-01", Some(1)),
        ("2026-09-01", None),
    ] {
        assert_eq!(used(&place, day(today)), serial, "{today}");
    }
    assert_eq!(used(&place, None), Some(2));
    let late = install(
        &package(3, "2026-01-01", "2026-05-31", &items()),
        &place,
        now,
    )
    .expect_err("expired");
    assert!(matches!(
        late,
        ContentFault::Package(NotContent::Expired(_))
    ));
}

#[test]
fn what_does_not_load_is_not_taken_and_what_is_damaged_later_is_passed_over() {
    let dir = tempfile::tempdir().expect("a folder");
    let (place, today) = (place(dir.path()), day("2026-06-01"));
    install(&good(1), &place, today).expect("taken");
    for wrong in [b"{}".to_vec(), b"not json".to_vec()] {
        let fault = install(
            &package(2, "2026-01-01", "2026-12-31", &wrong),
            &place,
            today,
        )
        .expect_err("no catalogue");
        assert!(
            matches!(fault, ContentFault::Package(NotContent::Unusable(_))),
            "{fault}"
        );
    }
    install(&good(2), &place, today).expect("taken");
    let path = place.path(Kind::Catalogue, 2);
    let mut bytes = fs::read(&path).expect("there");
    let end = bytes.len() - 10;
    bytes[end] ^= 1;
    fs::write(&path, &bytes).expect("a disk");
    let (chosen, refused) = place.choose(Kind::Catalogue, today);
    assert_eq!(
        chosen.map(|chosen| chosen.serial),
        Some(1),
        "the last good one"
    );
    assert!(
        matches!(refused[..], [(2, NotContent::OtherContent(_))]),
        "{refused:?}"
    );
    // Nor does another's key or another's place pass.
    let mut strict = place.clone();
    strict.approvers.truncate(1);
    assert_eq!(used(&strict, today), None);
    assert!(matches!(
        install(&good(9), &strict, today),
        Err(ContentFault::Package(NotContent::Approvals(1)))
    ));
}

#[test]
fn the_agent_hands_a_package_on_and_hears_why_not() {
    use crate::shell::fleet::handler::Handler as _;
    let dir = tempfile::tempdir().expect("a folder");
    let board = concat!(env!("CARGO_MANIFEST_DIR"), "/board/laptop/kiosk.toml");
    let mut config = crate::shell::settings::load(Path::new(board)).expect("a configuration");
    config.content.dir = dir.path().join("content");
    config.content.approvers = place(dir.path()).approvers;
    let handler = ContentHandler::of(&config, Clock::system());
    let file = dir.path().join("artifact");
    fs::write(&file, package(8, "2026-01-01", "2999-12-31", &items())).expect("a disk");
    assert_eq!(handler.version(), "");
    assert_eq!(handler.inspect(&file), Ok("2026.8".into()));
    assert!(!config.content.dir.exists(), "looking changes nothing");
    for _ in 0..2 {
        assert_eq!(handler.install(&file), Ok(()));
        assert_eq!(handler.version(), "catalogue-2026.8");
    }
    fs::write(&file, b"KIOSKCNT").expect("a disk");
    let why = handler.inspect(&file).expect_err("cut off");
    assert!(why.contains("cut off"), "{why}");
    assert!(handler.install(&file).is_err());
    assert_eq!(handler.version(), "catalogue-2026.8");
}

#[test]
fn few_packages_are_kept_and_a_lost_state_lets_no_older_one_in() {
    let dir = tempfile::tempdir().expect("a folder");
    let (place, today) = (place(dir.path()), day("2026-06-01"));
    for serial in 1..=6 {
        install(&good(serial), &place, today).expect("taken");
    }
    assert_eq!(place.serials(Kind::Catalogue), [4, 5, 6]);
    fs::write(place.state_path(Kind::Catalogue), b"{").expect("a disk");
    assert!(matches!(
        install(&good(2), &place, today),
        Err(ContentFault::Package(NotContent::Older(2, 6)))
    ));
}

#[test]
fn a_running_firmware_uses_new_content_once_and_says_so() {
    let dir = tempfile::tempdir().expect("a folder");
    let place = place(dir.path());
    // 2026-03-05, a clock that a source stands behind.
    let clock = Clock::starting_at(UNIX_EPOCH + Duration::from_secs(1_772_672_820));
    let journal = Journal::memory(clock.clone());
    let (inbox, heard) = crate::shell::runtime::Inbox::for_tests();
    let shipped = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/board/catalogue"));
    let mut watched = watch::Watched::default();
    let mut look = || {
        watched.look(&place, &shipped, &clock, &journal, &inbox);
        std::iter::from_fn(&heard).count()
    };
    assert_eq!(look(), 0, "nothing lies there");
    install(
        &package(7, "2026-01-01", "2026-03-05", &items()),
        &place,
        day("2026-03-05"),
    )
    .expect("taken");
    assert_eq!((look(), look()), (1, 0), "once");
    assert!(journal.written().contains("content.used"));
    clock.advance(Duration::from_secs(86_400));
    assert_eq!(look(), 1, "back to what was shipped");
    assert_eq!(look(), 0);
    let written = journal.written();
    assert_eq!(written.matches("content.expired").count(), 1, "{written}");
}
