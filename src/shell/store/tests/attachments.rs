//! Attachments are filed with their case, readable as long as it is, and gone with it.

mod aside;
mod refused;

use std::io;

use super::damage::snapshot;
use super::*;
use crate::case::{ATTACHMENTS_MAX, Content, Signature, attachments_of};

const STROKES: &str = "[[[10,20],[33,40]],[[5,6]]]";

/// A case with a signature and a scan.
fn signed(cert_no: &str) -> Draft {
    let strokes = [vec![(1.0, 2.0), (3.3, 4.0)], vec![(0.5, 0.6)]];
    let signature = Signature::new(&strokes).expect("signature").content();
    let mut draft = draft(cert_no);
    draft.signature = Some(signature.attachment().digest);
    draft.contents = vec![
        signature,
        Content::new("M1", vec![7; 100_000]).expect("scan"),
    ];
    draft
}

fn file(store: &Store, draft: Draft) -> Filed {
    store.file(vec![draft], stamp()).expect("file").remove(0)
}

fn read(store: &Store, key: &Key, n: usize) -> Result<Vec<u8>, StoreFault> {
    let mut object = store.attachment(key, n)?;
    let mut bytes = vec![0; usize::try_from(object.length()).expect("length")];
    object.read_at(0, &mut bytes)?;
    Ok(bytes)
}

fn no_file(key: &Key) -> StoreFault {
    StoreFault::Unreadable {
        key: key.0.clone(),
        why: SealFault::NoFile,
    }
}

/// Names of the files beside the store.
fn files(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder.join("store.db.objects")) else {
        return Vec::new();
    };
    let name = |entry: io::Result<fs::DirEntry>| entry.expect("entry").file_name();
    let mut names: Vec<_> = entries
        .map(|entry| name(entry).into_string().expect("hex digits"))
        .collect();
    names.sort();
    names
}

/// As a power cut would leave everything.
fn image(folder: &Path) -> tempfile::TempDir {
    let image = snapshot(folder);
    let to = image.path().join("store.db.objects");
    fs::create_dir(&to).expect("folder");
    for name in files(folder) {
        let from = folder.join("store.db.objects").join(&name);
        fs::copy(from, to.join(name)).expect("copy");
    }
    image
}

/// Whether the strokes stand anywhere in clear.
fn shown(folder: &Path) -> bool {
    let show = |path: &Path| {
        let bytes = fs::read(path).expect("read");
        let text = STROKES.as_bytes();
        bytes.windows(text.len()).any(|w| w == text)
    };
    let entries = |folder: &Path| fs::read_dir(folder).expect("folder");
    entries(folder)
        .chain(entries(&folder.join("store.db.objects")))
        .map(|entry| entry.expect("entry").path())
        .any(|path| path.is_file() && show(&path))
}

#[test]
fn what_a_draft_carries_is_kept_sealed_and_found_by_its_place() {
    let folder = tempfile::tempdir().expect("folder");
    let store = open(folder.path()).store;
    let key = file(&store, signed("1")).key;
    let plain = file(&store, draft("2")).key;
    assert!(!shown(folder.path()), "while the store runs");
    drop(store);
    assert!(!shown(folder.path()), "when it is closed");
    fs::write(folder.path().join("seen"), STROKES).expect("write");
    assert!(shown(folder.path()), "the search works");

    let store = open(folder.path()).store;
    store.verify().expect("sound");
    let named = attachments_of(&store.body(&key).expect("body")).expect("a body");
    assert_eq!(named.len(), 2);
    for (n, named) in named.iter().enumerate() {
        let bytes = read(&store, &key, n).expect("attachment");
        assert_eq!(Digest::of(&bytes), named.digest);
    }
    assert_eq!(read(&store, &key, 0).expect("strokes"), STROKES.as_bytes());
    assert_eq!(read(&store, &key, 2), Err(no_file(&key)));
    assert_eq!(read(&store, &plain, 0), Err(no_file(&plain)));
    let inside = store.inside().expect("inside");
    assert_eq!(inside.attached, 100_000 + STROKES.len() as u64);
}

#[test]
fn acceptance_destroys_the_key_and_then_the_file_and_other_answers_neither() {
    let folder = tempfile::tempdir().expect("folder");
    let store = open(folder.path()).store;
    let keys: Vec<Key> = (0..3).map(|_| file(&store, signed("1")).key).collect();
    let refusal = Rejection {
        code: "NOT_ELIGIBLE".into(),
        detail: String::new(),
    };
    for (key, answer) in keys.iter().zip([
        accepted(),
        Answer::Rejected(refusal),
        Answer::Parked(ParkCause::Malformed),
    ]) {
        store.record(key, &answer, attempt()).expect("record");
    }
    assert_eq!(files(folder.path()).len(), 6, "not in the answer's way");
    let cut = image(folder.path());
    let before = store.inside().expect("inside").attached;
    store.tidy().expect("tidy");
    assert_eq!(files(folder.path()).len(), 4);
    assert_eq!(
        store.attachment(&keys[0], 0).err(),
        Some(StoreFault::NotFound)
    );
    for key in &keys[1..] {
        assert_eq!(read(&store, key, 0).expect("kept"), STROKES.as_bytes());
    }
    assert_eq!(before, 2 * (100_000 + STROKES.len() as u64));

    // A cut before the files were removed: orphans, which the next start sweeps.
    drop(open(cut.path()));
    assert_eq!(files(cut.path()), files(folder.path()));
}

/// What an attacker has who keeps a copy of everything from before the acceptance except the key slots of today.
#[test]
fn an_attachment_of_an_accepted_case_cannot_be_read_from_yesterdays_copy() {
    let folder = tempfile::tempdir().expect("folder");
    let store = open(folder.path()).store;
    let (gone, stays) = (file(&store, signed("1")).key, file(&store, signed("2")).key);
    let yesterday = image(folder.path());
    store.record(&gone, &accepted(), attempt()).expect("record");
    store.tidy().expect("tidy");
    for name in ["store.db.keys", "store.db.key"] {
        fs::copy(folder.path().join(name), yesterday.path().join(name)).expect("copy");
    }
    let old = open(yesterday.path()).store;
    let forged = StoreFault::Unreadable {
        key: gone.0.clone(),
        why: SealFault::Forged,
    };
    assert_eq!(old.attachment(&gone, 0).err(), Some(forged));
    assert!(read(&old, &stays, 0).is_ok(), "what waits is still there");
}

#[test]
fn parts_of_a_bundle_have_copies_that_go_each_with_its_part() {
    let folder = tempfile::tempdir().expect("folder");
    let store = open(folder.path()).store;
    let filed = store
        .file(vec![signed("1"), signed("1")], stamp())
        .expect("file");
    assert_eq!(files(folder.path()).len(), 4, "no two files are alike");
    store
        .record(&filed[0].key, &accepted(), attempt())
        .expect("record");
    store.tidy().expect("tidy");
    assert_eq!(
        read(&store, &filed[1].key, 0).expect("its own"),
        STROKES.as_bytes()
    );
}

#[test]
fn one_that_is_lost_or_damaged_is_a_fault_of_its_case_alone() {
    let folder = tempfile::tempdir().expect("folder");
    let store = open(folder.path()).store;
    let lost = file(&store, signed("1")).key;
    let lost_files = files(folder.path());
    let damaged = file(&store, signed("2")).key;
    let whole = file(&store, signed("3")).key;
    let path = |name: &String| folder.path().join("store.db.objects").join(name);
    lost_files
        .iter()
        .for_each(|name| fs::remove_file(path(name)).expect("remove"));
    assert_eq!(read(&store, &lost, 0), Err(no_file(&lost)));
    assert_eq!(store.verify(), Err(no_file(&lost)));
    store
        .record(&lost, &accepted(), attempt())
        .expect("it goes all the same");
    store.tidy().expect("tidy");

    // Of the two that are left, one byte of the larger file of the second case.
    let scan = store.attachment(&damaged, 1).expect("scan");
    let name = format!("{scan:?}");
    let name = name
        .trim_start_matches("Object(")
        .split(',')
        .next()
        .expect("name");
    let mut bytes = fs::read(path(&name.to_owned())).expect("read");
    bytes[70_000] ^= 1;
    fs::write(path(&name.to_owned()), bytes).expect("write");
    assert!(matches!(
        read(&store, &damaged, 1),
        Err(StoreFault::Corrupt(_))
    ));
    assert_eq!(store.verify(), Err(no_file(&damaged)));
    assert!(read(&store, &whole, 1).is_ok());
    drop(store);
    assert!(
        open(folder.path()).set_aside.is_none(),
        "no damage of the store"
    );
}

#[test]
fn orphans_and_parts_are_swept_at_the_start() {
    let folder = tempfile::tempdir().expect("folder");
    let store = open(folder.path()).store;
    let key = file(&store, signed("1")).key;
    drop(store);
    let kept = files(folder.path());
    let path = |name: &str| folder.path().join("store.db.objects").join(name);
    fs::write(path(&Digest::of(b"orphan").hex()), b"x").expect("write");
    fs::write(path("0102.part"), b"x").expect("write");
    let store = open(folder.path()).store;
    assert_eq!(files(folder.path()), kept);
    assert!(read(&store, &key, 0).is_ok());
}

/// A firmware that knows no attachments deletes the body and leaves the rest.
#[test]
fn a_case_that_an_older_firmware_finished_leaves_no_file() {
    let folder = tempfile::tempdir().expect("folder");
    let store = open(folder.path()).store;
    let (done, waits) = (file(&store, signed("1")), file(&store, signed("2")));
    drop(store);
    let db = rusqlite::Connection::open(folder.path().join("store.db")).expect("sqlite");
    db.execute("DELETE FROM bodies WHERE case_id = ?1", [done.seq])
        .expect("delete");
    db.execute(
        "UPDATE cases SET state = 'accepted' WHERE id = ?1",
        [done.seq],
    )
    .expect("update");
    db.execute("UPDATE meta SET clean = 0", []).expect("update");
    drop(db);
    let store = open(folder.path()).store;
    assert_eq!(files(folder.path()).len(), 2);
    assert!(read(&store, &waits.key, 1).is_ok());
    let inside = store.inside().expect("inside");
    assert_eq!(inside.attached, 100_000 + STROKES.len() as u64);
}
