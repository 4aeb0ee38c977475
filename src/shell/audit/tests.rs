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
    let short = Finding::Short {
        promised: 3,
        after: 2,
    };
    assert!(
        verdict
            .found
            .iter()
            .any(|f| f.finding == short && f.known == Known::Told)
    );
    assert!(
        !verdict.is_whole(),
        "an entry later it is still missing: {verdict:?}"
    );
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

/// A machine whose key is at hand, and its log.
fn sealed() -> (tempfile::TempDir, AuditLog) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = folder.path().join("store.db");
    fs::write(folder.path().join("machine-key"), [7; 32]).expect("a key");
    let private = fs::Permissions::from_mode(0o600);
    fs::set_permissions(folder.path().join("machine-key"), private).expect("its rights");
    let log = AuditLog {
        seal: Some(Seal::of(&store)),
        ..AuditLog::at(folder.path().join("store.audit"))
    };
    (folder, log)
}

/// As `head -n` cuts, and with the end beside it made to fit.
fn cut(log: &AuditLog, lines: usize) {
    let (path, bytes) = bytes_of(log);
    let text = String::from_utf8(bytes).expect("text");
    let kept: String = text.split_inclusive('\n').take(lines).collect();
    fs::write(&path, &kept).expect("cut");
    let last = kept.lines().last().expect("a line");
    let anchor = Anchor {
        seq: lines as u64,
        digest: Digest::of(last.as_bytes()),
    };
    put_head(log.folder(), anchor).expect("fitted");
}

fn short(log: &AuditLog) -> Option<(u64, u64)> {
    let verdict = log.verify(&[]).expect("read");
    assert!(!verdict.is_whole(), "{verdict:?}");
    verdict.found.iter().find_map(|found| match found.finding {
        Finding::Short { promised, after } => Some((promised, after)),
        _ => None,
    })
}

#[test]
fn a_log_that_was_cut_with_its_end_does_not_verify_now_or_ever() {
    let (_folder, log) = sealed();
    for _ in 0..6 {
        log.append(note(), &clock()).expect("written");
    }
    assert!(log.verify(&[]).expect("read").found.is_empty());
    cut(&log, 4);
    assert_eq!(short(&log), Some((7, 4)));
    // The next entry of the firmware moves the signed end, and says what is missing for ever.
    log.append(note(), &clock()).expect("written");
    assert_eq!(short(&log), Some((7, 4)));
    cut(&log, 4);
    assert_eq!(short(&log), Some((9, 4)));
}

#[test]
fn a_log_that_was_written_anew_does_not_move_the_signed_end() {
    let (_folder, log) = sealed();
    for _ in 0..3 {
        log.append(note(), &clock()).expect("written");
    }
    // The same number of entries, as somebody without the key writes them.
    fs::remove_dir_all(log.folder()).expect("gone");
    let forger = AuditLog::at(log.folder());
    for _ in 0..3 {
        let other = Note::done(Who::Nobody, Act::ServiceIn);
        forger.append(other, &clock()).expect("written");
    }
    assert!(!log.verify(&[]).expect("read").is_whole());
    log.append(note(), &clock()).expect("written");
    assert!(!log.verify(&[]).expect("read").is_whole());
}

#[test]
fn a_cut_between_line_and_ends_verifies_and_a_missing_seal_is_told() {
    let (folder, log) = sealed();
    log.append(note(), &clock()).expect("written");
    let seal = folder.path().join("store.audit-head");
    let (head_before, seal_before) = (
        fs::read(log.folder().join("head")).expect("head"),
        fs::read(&seal).expect("seal"),
    );
    log.append(note(), &clock()).expect("written");
    fs::write(&seal, &seal_before).expect("cut before the seal");
    assert!(log.verify(&[]).expect("read").is_whole());
    fs::write(log.folder().join("head"), &head_before).expect("cut before both");
    assert!(log.verify(&[]).expect("read").is_whole());
    log.append(note(), &clock()).expect("written");
    assert!(log.verify(&[]).expect("read").found.is_empty());
    let other = "9".repeat(86);
    for text in [None, Some(format!("3 {} {other}\n", "0".repeat(64)))] {
        let _ = fs::remove_file(&seal);
        if let Some(text) = text {
            fs::write(&seal, text).expect("foreign");
        }
        assert!(!log.verify(&[]).expect("read").is_whole());
        log.append(note(), &clock()).expect("written");
        assert!(log.verify(&[]).expect("read").is_whole());
    }
    let pages = log.pages().expect("read");
    let told = pages.iter().flat_map(|page| &page.lines);
    let told = told.filter(|raw| {
        let act = raw.entry.as_ref().map(|entry| entry.note.act);
        act == Ok(Act::LogUnsealed)
    });
    assert_eq!(told.count(), 2);
}
