//! What waits, and for how long; what is parked.

use std::time::Duration;

use super::*;

/// The same boot, so many milliseconds on.
fn later(ms: u64) -> Stamp {
    Stamp {
        monotonic_ms: stamp().monotonic_ms + ms,
        ..stamp()
    }
}

#[test]
fn what_waits_comes_in_parts_with_its_age() {
    let folder = tempfile::tempdir().expect("folder");
    let store = open(folder.path()).store;
    let drafts = vec![draft("1"), draft("2"), draft("3")];
    let filed = store.file(drafts, stamp()).expect("file");
    let late = store.file(vec![draft("1")], later(5_000)).expect("file");
    store
        .record(&filed[1].key, &accepted(), attempt())
        .expect("record");
    store.deadline_passed(&filed[2].key).expect("overdue");

    let part = store.backlog(0, 2, later(60_000)).expect("backlog");
    let keys: Vec<_> = part.iter().map(|case| &case.key).collect();
    assert_eq!(keys, [&filed[0].key, &filed[2].key]);
    assert_eq!(part[0].waited, Duration::from_secs(60));
    assert_eq!(part[0].task_code, filed[0].task_code);
    let rest = store
        .backlog(part[1].seq, 9, later(60_000))
        .expect("backlog");
    assert_eq!((rest.len(), &rest[0].key), (1, &late[0].key));
    assert_eq!(rest[0].waited, Duration::from_secs(55));
    let elsewhere = Stamp {
        boot_id: "another".into(),
        ..later(60_000)
    };
    let ran = Duration::from_millis(elsewhere.monotonic_ms);
    let part = store.backlog(0, 9, elsewhere).expect("backlog");
    assert!(part.iter().all(|case| case.waited == ran), "at least");
}

#[test]
fn what_is_parked_is_told_until_it_is_released() {
    let folder = tempfile::tempdir().expect("folder");
    let store = open(folder.path()).store;
    let drafts = vec![draft("1"), draft("1")];
    let filed = store.file(drafts, stamp()).expect("file");
    let unreadable = Answer::Parked(ParkCause::Unreadable);
    store
        .record(&filed[0].key, &unreadable, attempt())
        .expect("record");
    let parked = store.parked(stamp()).expect("parked");
    assert_eq!((parked.len(), &parked[0].key), (1, &filed[0].key));
    assert_eq!(
        parked[0].person, filed[1].person,
        "whose others wait behind it"
    );
    store.release(&filed[0].key).expect("release");
    assert!(store.parked(stamp()).expect("parked").is_empty());
    assert_eq!(store.waiting(0, 9).expect("waiting").len(), 2);
}
