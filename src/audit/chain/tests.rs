use proptest::prelude::*;

use super::super::{Name, Note, Who};
use super::*;
use crate::case::{ClockClass, Stamp};

/// A log of so many entries, as lines.
fn lines(count: u64) -> Vec<String> {
    let mut before = nothing_before();
    (1..=count)
        .map(|seq| {
            let line = Entry {
                seq,
                before,
                at: Stamp {
                    wall_rfc3339: None,
                    clock_class: ClockClass::Unknown,
                    boot_id: "boot".into(),
                    monotonic_ms: seq * 1000,
                },
                note: Note::done(Who::Shell, Act::Door).of(Name::count(seq)),
            }
            .line();
            before = Digest::of(line.as_bytes());
            line
        })
        .collect()
}

fn page(lines: &[String]) -> Page {
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    Page::parse(text.as_bytes()).expect("a page")
}

fn head(lines: &[String]) -> Anchor {
    let last = lines.last().expect("a line");
    Anchor {
        seq: lines.len() as u64,
        digest: Digest::of(last.as_bytes()),
    }
}

#[test]
fn a_log_as_it_was_written_is_whole_over_pages_and_one_entry_behind_its_anchor() {
    let log = lines(9);
    let pages = [page(&log[..4]), page(&log[4..])];
    let verdict = verify(&pages, &[head(&log)]);
    assert!(
        verdict.is_whole() && verdict.found.is_empty(),
        "{verdict:?}"
    );
    assert_eq!((verdict.entries, verdict.first), (9, 1));
    assert!(
        verify(&pages, &[head(&log[..8])]).is_whole(),
        "cut between line and anchor"
    );
    assert!(!verify(&pages, &[head(&log[..7])]).is_whole());
    assert!(verify(&[], &[]).is_whole());
}

#[test]
fn a_missing_beginning_is_found_unless_the_log_says_why() {
    let log = lines(9);
    let verdict = verify(&[page(&log[3..])], &[head(&log)]);
    assert_eq!(verdict.found[0].finding, Finding::BeginMissing);
    let mut log = lines(8);
    let told = Entry {
        seq: 9,
        before: Digest::of(log[7].as_bytes()),
        at: Entry::parse(log[0].as_bytes()).expect("an entry").at,
        note: Note::done(Who::Nobody, Act::LogExpired).of(Name::count(3)),
    };
    log.push(told.line());
    assert!(verify(&[page(&log[3..])], &[head(&log)]).is_whole());
    assert!(
        verify(&[page(&log[2..])], &[head(&log)]).is_whole(),
        "said before it was done"
    );
    assert!(
        !verify(&[page(&log[4..])], &[head(&log)]).is_whole(),
        "more than was said"
    );
}

#[test]
fn an_anchor_has_one_spelling() {
    let anchor = head(&lines(3));
    assert_eq!(Anchor::parse(&anchor.text()), Some(anchor));
    for bad in ["", "3", "x y", "3 00"] {
        assert_eq!(Anchor::parse(bad), None, "{bad}");
    }
}

proptest! {
    #[test]
    fn whatever_is_changed_removed_doubled_or_moved_is_found(
        count in 2_u64..20, at in 0_usize..20, to in 0_usize..20, how in 0..5, bit in 0_usize..4000,
    ) {
        let log = lines(count);
        let (at, to) = (at % log.len(), to % log.len());
        let anchor = head(&log);
        let mut changed = log.clone();
        match how {
            0 => drop(changed.remove(at)),
            1 => {
                let line = changed.remove(at);
                changed.insert(to, line);
            }
            2 => changed.insert(to, log[at].clone()),
            3 => changed.truncate(at),
            _ => {
                let mut bytes = changed[at].clone().into_bytes();
                let place = bit / 8 % bytes.len();
                bytes[place] ^= 1 << (bit % 7);
                prop_assume!(bytes[place] != b'\n');
                changed[at] = String::from_utf8(bytes).expect("seven bits");
            }
        }
        prop_assume!(changed != log);
        let verdict = verify(&[page(&changed)], &[anchor]);
        let last_torn = verdict.found.iter().any(|found| found.known == Known::AtEnd);
        // A last line that is no entry any more is what a power cut leaves, and is told as that.
        prop_assert!(!verdict.is_whole() || last_torn, "{how} {verdict:?}");
        prop_assert!(!verdict.found.is_empty());
    }
}
