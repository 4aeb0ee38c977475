use super::*;
use crate::case::LaneFault;

#[test]
fn acceptance_deletes_the_body_and_is_final() {
    let folder = tempfile::tempdir().expect("folder");
    let store = open(folder.path()).store;
    let key = &store.file(vec![draft("1")], stamp()).expect("file")[0].key;
    assert_eq!(
        store.record(key, &retry(), attempt()),
        Ok(CaseState::Sending)
    );
    assert_eq!(store.waiting(0, 9).expect("waiting")[0].attempts, 1);
    assert_eq!(
        store.record(key, &accepted(), attempt()),
        Ok(CaseState::Accepted)
    );
    assert_eq!(store.body(key), Err(StoreFault::NotFound));
    assert!(store.waiting(0, 9).expect("waiting").is_empty());
    assert_eq!(
        store.record(key, &Answer::Parked(ParkCause::KeyReused), attempt()),
        Ok(CaseState::Accepted)
    );
    let list = store.list(10).expect("list");
    let acceptance = list[0].acceptance.as_ref().expect("acceptance");
    assert_eq!((acceptance.sblsh.as_str(), list[0].attempts), ("S1", 3));
    assert_eq!(store.body_to_send(key), Err(StoreFault::NotFound));
    assert_eq!(
        store.case(key).as_ref(),
        Ok(&list[0]),
        "the answer is there"
    );
    let unknown = Key("none".into());
    assert_eq!(store.case(&unknown), Err(StoreFault::NotFound));
}

#[test]
fn rejected_and_parked_keep_the_body() {
    let folder = tempfile::tempdir().expect("folder");
    let store = open(folder.path()).store;
    let filed = store
        .file(vec![draft("1"), draft("2")], stamp())
        .expect("file");
    let refusal = Answer::Rejected(Rejection {
        code: "DUPLICATE".into(),
        detail: "已申报".into(),
    });
    let (a, b) = (&filed[0].key, &filed[1].key);
    assert_eq!(
        store.record(a, &refusal, attempt()),
        Ok(CaseState::Rejected)
    );
    assert_eq!(
        store.record(b, &Answer::Parked(ParkCause::KeyReused), attempt()),
        Ok(CaseState::Parked)
    );
    assert!(store.body(a).is_ok() && store.body(b).is_ok());
    assert!(store.waiting(0, 9).expect("waiting").is_empty());
    assert_eq!(store.release(a), Ok(CaseState::Rejected));
    assert_eq!(store.release(b), Ok(CaseState::Sending));
    assert_eq!(store.waiting(0, 9).expect("waiting")[0].key, *b);
    let list = store.list(9).expect("list");
    let told = list[1].rejection.as_ref().expect("rejection");
    assert_eq!(told.detail, "已申报");
    let counts = store.counts().expect("counts");
    assert_eq!((counts.waiting, counts.rejected), (1, 1));
    let unknown = Key("none".into());
    assert_eq!(
        store.record(&unknown, &retry(), attempt()),
        Err(StoreFault::NotFound)
    );
}

#[test]
fn a_case_filed_offline_is_marked_before_it_leaves() {
    let folder = tempfile::tempdir().expect("folder");
    let store = open(folder.path()).store;
    let mut offline = draft("1");
    offline.offline = true;
    let filed = store
        .file(vec![offline, draft("2")], stamp())
        .expect("file");
    let state = |n: usize| store.list(9).expect("list")[n].state;
    assert_eq!((state(1), state(0)), (CaseState::Ready, CaseState::Sending));
    let body = store.body_to_send(&filed[0].key).expect("body");
    assert_eq!(
        (state(1), Digest::of(&body)),
        (CaseState::Sending, filed[0].digest)
    );
    assert_eq!(store.waiting(0, 9).expect("waiting").len(), 2);

    let parked = store.record(
        &filed[0].key,
        &Answer::Parked(ParkCause::KeyReused),
        attempt(),
    );
    assert_eq!(parked, Ok(CaseState::Parked));
    assert_eq!(
        store.body_to_send(&filed[0].key),
        Err(StoreFault::NotFound),
        "what is parked does not leave"
    );
}

#[test]
fn a_case_past_its_deadline_is_counted_and_still_sent() {
    let folder = tempfile::tempdir().expect("folder");
    let opened = open(folder.path());
    let key = opened.store.file(vec![draft("1")], stamp()).expect("file")[0]
        .key
        .clone();
    assert_eq!(opened.store.deadline_passed(&key), Ok(CaseState::Overdue));
    drop(opened);
    let store = open(folder.path()).store;
    let counts = store.counts().expect("counts");
    assert_eq!((counts.waiting, counts.overdue), (1, 1));
    assert!(store.body_to_send(&key).is_ok());
    assert_eq!(
        store.record(&key, &Answer::LaneStopped(LaneFault::Clock), attempt()),
        Ok(CaseState::Overdue)
    );
    assert_eq!(
        store.record(&key, &accepted(), attempt()),
        Ok(CaseState::Accepted)
    );
    assert_eq!(store.counts().expect("counts").overdue, 0);
}

#[test]
fn answers_share_a_commit_and_a_bad_one_spoils_no_other() {
    let folder = tempfile::tempdir().expect("folder");
    let store = open(folder.path()).store;
    let drafts = (0..10).map(|_| draft("1")).collect();
    let filed = store.file(drafts, stamp()).expect("file");
    let log = || {
        fs::metadata(folder.path().join("store.db-wal"))
            .expect("log")
            .len()
    };
    let answer = |filed: &Filed| (filed.key.clone(), accepted(), attempt());

    let before = log();
    let all = filed[..5].iter().map(answer).collect();
    let states = store.record_many(all).expect("record");
    assert_eq!(states, [(); 5].map(|()| Ok(CaseState::Accepted)));
    let together = log() - before;
    for one in &filed[5..] {
        store
            .record(&one.key, &accepted(), attempt())
            .expect("record");
    }
    let apart = log() - before - together;
    assert!(together * 2 < apart, "{together} and {apart} bytes of log");

    let more = store
        .file(vec![draft("1"), draft("1")], stamp())
        .expect("file");
    let unknown = (Key("00042-00-000001-0".into()), accepted(), attempt());
    let states = store
        .record_many(vec![answer(&more[0]), unknown, answer(&more[1])])
        .expect("record");
    let taken = Ok(CaseState::Accepted);
    assert_eq!(states, [taken.clone(), Err(StoreFault::NotFound), taken]);
    assert_eq!(store.counts().expect("counts").accepted, 12);
    store.verify().expect("sound");
}

#[test]
fn answers_that_come_while_one_is_written_are_told_each_once() {
    let folder = tempfile::tempdir().expect("folder");
    let store = open(folder.path()).store;
    let drafts = (0..16).map(|_| draft("1")).collect();
    let filed = store.file(drafts, stamp()).expect("file");
    let (sender, told) = std::sync::mpsc::channel();
    for (n, one) in filed.iter().enumerate() {
        let sender = sender.clone();
        store
            .record_then(one.key.clone(), accepted(), attempt(), move |state| {
                sender.send((n, state)).expect("told");
            })
            .expect("record");
    }
    drop(sender);
    let want: Vec<_> = (0..16).map(|n| (n, Ok(CaseState::Accepted))).collect();
    assert_eq!(told.iter().collect::<Vec<_>>(), want);
}

#[test]
fn what_waits_is_read_in_pieces() {
    let folder = tempfile::tempdir().expect("folder");
    let store = open(folder.path()).store;
    let drafts = (0..7).map(|_| draft("1")).collect();
    let filed = store.file(drafts, stamp()).expect("file");
    store
        .record(&filed[2].key, &accepted(), attempt())
        .expect("record");
    store
        .record(
            &filed[3].key,
            &Answer::Parked(ParkCause::KeyReused),
            attempt(),
        )
        .expect("record");
    let (mut after, mut seen) = (0, Vec::new());
    loop {
        let piece = store.waiting(after, 2).expect("waiting");
        let Some(last) = piece.last() else { break };
        after = last.seq;
        seen.extend(piece.into_iter().map(|w| w.seq));
    }
    let want = [0, 1, 4, 5, 6].map(|n: usize| filed[n].seq);
    assert_eq!(seen, want);
}
