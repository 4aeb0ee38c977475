use std::time::{Duration, SystemTime};

use super::*;
use crate::audit::{Finding, Known};

fn clock() -> Clock {
    Clock::starting_at(SystemTime::UNIX_EPOCH + Duration::from_secs(1_780_000_000))
}

fn note() -> Note {
    Note::done(Who::Code, Act::TestPrint)
}

fn bytes_of(log: &AuditLog) -> (PathBuf, Vec<u8>) {
    let (_, path) = pages(log.folder()).expect("pages").pop().expect("a page");
    let bytes = fs::read(&path).expect("its bytes");
    (path, bytes)
}

#[test]
fn entries_follow_each_other_and_can_be_read_by_the_group_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = AuditLog::at(folder.path().join("audit"));
    assert_eq!(log.verify(&[]).expect("an empty log"), Verdict::default());
    for _ in 0..3 {
        log.append(note(), &clock()).expect("written");
    }
    let verdict = log.verify(&[]).expect("read");
    assert!(verdict.found.is_empty(), "{verdict:?}");
    assert_eq!((verdict.entries, verdict.first), (4, 1));
    let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
    assert_eq!(mode(log.folder()), 0o750);
    assert_eq!(mode(&bytes_of(&log).0), 0o640);
}

#[test]
fn a_power_cut_at_any_byte_of_an_entry_is_told_and_never_mended() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = AuditLog::at(folder.path());
    log.append(note(), &clock()).expect("written");
    let (path, before) = bytes_of(&log);
    let head_before = fs::read(log.folder().join("head")).expect("head");
    log.append(note(), &clock()).expect("written");
    let (_, after) = bytes_of(&log);
    for length in before.len()..=after.len() {
        // Cut before the head was renamed.
        fs::write(&path, &after[..length]).expect("cut");
        fs::write(log.folder().join("head"), &head_before).expect("old head");
        let torn = length > before.len() && length < after.len() - 1;
        let verdict = log.verify(&[]).expect("read");
        assert_eq!(
            verdict.found.iter().any(|f| f.known == Known::AtEnd),
            torn,
            "{length}"
        );
        log.append(note(), &clock()).expect("written");
        let verdict = log.verify(&[]).expect("read");
        assert!(verdict.is_whole(), "{length}: {verdict:?}");
        let told = verdict.found.iter().any(|found| found.known == Known::Told);
        assert_eq!(told, torn, "{length}: {verdict:?}");
        let (_, now) = bytes_of(&log);
        assert!(now.starts_with(&after[..length]), "what was left stays");
    }
}

#[test]
fn entries_that_the_disk_lost_are_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = AuditLog::at(folder.path());
    log.append(note(), &clock()).expect("written");
    let (path, before) = bytes_of(&log);
    log.append(note(), &clock()).expect("written");
    fs::write(&path, &before).expect("the last entry is lost");
    let lost = log.verify(&[]).expect("read");
    assert!(!lost.is_whole());
    log.append(note(), &clock()).expect("written");
    let verdict = log.verify(&[]).expect("read");
    let short = Finding::Short { promised: 3 };
    assert!(
        verdict
            .found
            .iter()
            .any(|f| f.finding == short && f.known == Known::Told)
    );
    assert!(verdict.is_whole(), "{verdict:?}");
}

#[test]
fn pages_are_turned_old_ones_go_and_the_chain_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = AuditLog::at(folder.path());
    let clock = clock();
    log.append(note(), &clock).expect("written");
    // A page that is full already: entries of one kind, written as the log writes them.
    while pages(log.folder()).expect("pages").len() < 2 {
        let (path, bytes) = bytes_of(&log);
        let page = Page::parse(&bytes).expect("a page");
        let mut last = page.last().expect("an entry").clone();
        let mut text = String::new();
        while text.len() < 64 * 1024 {
            last.before = Digest::of(last.line().as_bytes());
            last.seq += 1;
            text += &format!("{}\n", last.line());
        }
        fs::write(&path, [bytes, text.into_bytes()].concat()).expect("longer");
        let digest = Digest::of(last.line().as_bytes());
        put_head(
            log.folder(),
            Anchor {
                seq: last.seq,
                digest,
            },
        )
        .expect("head");
        log.append(note(), &clock).expect("written");
        log.append(note(), &clock).expect("written");
    }
    let verdict = log.verify(&[]).expect("read");
    assert!(
        verdict.found.is_empty() && verdict.entries > 1000,
        "{verdict:?}"
    );
    clock.advance(Duration::from_secs(180 * 86_400));
    log.append(note(), &clock).expect("written");
    assert_eq!(
        pages(log.folder()).expect("pages").len(),
        2,
        "not six months yet"
    );
    clock.advance(Duration::from_secs(10 * 86_400));
    log.append(note(), &clock).expect("written");
    assert_eq!(pages(log.folder()).expect("pages").len(), 1);
    let verdict = log.verify(&[]).expect("read");
    assert!(verdict.is_whole() && verdict.first > 1000, "{verdict:?}");
}
