use super::*;
use crate::case::{Epoch, Machine};

fn key(seq: u32) -> Key {
    let (machine, epoch) = (
        Machine::parse("00042").unwrap(),
        Epoch::parse("7K").unwrap(),
    );
    Key::mint(&machine, &epoch, seq, [5; 10])
}

fn digest(seq: u32) -> Digest {
    Digest::of(format!("body {seq}").as_bytes())
}

fn case(seq: u32) -> ClaimedCase {
    ClaimedCase {
        seq: seq.into(),
        key: key(seq),
        digest: digest(seq),
        state: "ready".into(),
    }
}

fn first() -> Link {
    Link::first("00042", "7K")
}

fn claim(from: u32, previous: Link, seqs: &[u32]) -> Claim {
    let cases = seqs.iter().map(|seq| case(*seq)).collect();
    Claim::new("00042", "7K", from.into(), previous, cases)
}

/// A platform that has these cases, and no chain yet.
fn book(seqs: &[u32]) -> Book {
    let held = |seq: &u32| (key(*seq), (digest(*seq), HeldState::Accepted));
    Book {
        cases: seqs.iter().map(held).collect(),
        ..Book::default()
    }
}

fn keep(book: &mut Book, judged: &Judged) {
    book.links.extend(judged.links.iter().copied());
}

#[test]
fn both_agree_and_the_next_claim_goes_on_where_the_last_one_ended() {
    let mut book = book(&[1, 2, 3]);
    let one = claim(1, first(), &[1, 2]);
    let judged = judge(&one, &book);
    assert_eq!(judged.verdict.chain, Chain::Intact);
    assert_eq!(judged.verdict.held.len(), 2);
    assert_eq!(
        (judged.verdict.next_seq, judged.verdict.head),
        (3, one.head)
    );
    keep(&mut book, &judged);
    let two = claim(3, one.head, &[3]);
    let judged = judge(&two, &book);
    assert_eq!(
        (judged.verdict.chain, judged.verdict.next_seq),
        (Chain::Intact, 4)
    );
    keep(&mut book, &judged);
    let again = judge(&two, &book);
    assert_eq!((again.verdict.chain, again.links), (Chain::Intact, vec![]));
    let nothing_new = claim(4, two.head, &[]);
    assert_eq!(judge(&nothing_new, &book).verdict.next_seq, 4);
}

#[test]
fn a_case_that_never_arrived_is_missing_but_the_chain_holds() {
    let verdict = judge(&claim(1, first(), &[1, 2, 3]), &book(&[1, 3])).verdict;
    assert_eq!(
        (verdict.chain, verdict.missing),
        (Chain::Intact, vec![key(2)])
    );
}

#[test]
fn a_case_that_the_machine_lost_is_told_and_fills_the_chain() {
    let whole = claim(1, first(), &[1, 2, 3]);
    let mut lossy = claim(1, first(), &[1, 3]);
    lossy.head = whole.head;
    let verdict = judge(&lossy, &book(&[1, 2, 3])).verdict;
    assert_eq!(verdict.chain, Chain::Intact);
    let lost: Vec<_> = verdict.unlisted.iter().map(|u| u.seq).collect();
    assert_eq!(lost, [2]);
}

#[test]
fn a_case_that_both_lost_is_a_gap() {
    let mut lossy = claim(1, first(), &[1, 3]);
    lossy.head = claim(1, first(), &[1, 2, 3]).head;
    let judged = judge(&lossy, &book(&[1, 3]));
    assert_eq!(
        (judged.verdict.chain, judged.verdict.at_seq),
        (Chain::Gap, Some(2))
    );
    assert_eq!((judged.verdict.next_seq, judged.links.len()), (1, 0));
}

#[test]
fn a_case_filed_after_the_machines_last_one_is_another_machine_under_its_name() {
    let verdict = judge(&claim(1, first(), &[1, 2]), &book(&[1, 2, 3])).verdict;
    assert_eq!(verdict.unlisted.len(), 1);
    assert_eq!((verdict.chain, verdict.unlisted[0].seq), (Chain::Intact, 3));
}

#[test]
fn a_rewritten_past_breaks_the_chain() {
    let mut book = book(&[1, 2, 3]);
    let judged = judge(&claim(1, first(), &[1, 2, 3]), &book);
    keep(&mut book, &judged);
    let mut other = claim(1, first(), &[1, 2, 3]);
    other.cases[1].digest = Digest::of(b"another");
    let other = Claim::new("00042", "7K", 1, first(), other.cases);
    let verdict = judge(&other, &book).verdict;
    assert_eq!((verdict.chain, verdict.at_seq), (Chain::Broken, Some(2)));
    assert_eq!(verdict.differing, [key(2)]);
    let wrong_start = judge(&claim(3, first(), &[3]), &book).verdict;
    assert_eq!(
        (wrong_start.chain, wrong_start.at_seq),
        (Chain::Broken, Some(2))
    );
    let mut wrong_head = claim(1, first(), &[1, 2, 3]);
    wrong_head.head = first();
    assert_eq!(judge(&wrong_head, &book).verdict.chain, Chain::Broken);
}

#[test]
fn a_claim_that_begins_too_late_is_told_where_to_begin() {
    let mut book = book(&[]);
    let one = claim(1, first(), &[1]);
    let judged = judge(&one, &book);
    keep(&mut book, &judged);
    let late = judge(&claim(4, one.head, &[4]), &book).verdict;
    assert_eq!((late.chain, late.at_seq), (Chain::Gap, Some(2)));
    assert_eq!((late.next_seq, late.head), (2, one.head));
}

#[test]
fn a_claim_that_contradicts_itself_is_not_compared() {
    assert_eq!(claim(1, first(), &[1, 2]).check(), Ok(()));
    assert_eq!(claim(5, first(), &[]).check(), Ok(()));
    type Change = fn(&mut Claim);
    let changes: [Change; 7] = [
        |c| c.version = 2,
        |c| c.from_seq = 0,
        |c| c.from_seq = 2,
        |c| c.cases.swap(0, 1),
        |c| c.machine = "00043".into(),
        |c| c.up_to_seq = 2_000_000,
        |c| c.cases[1].seq = 3,
    ];
    for (n, change) in changes.into_iter().enumerate() {
        let mut wrong = claim(1, first(), &[1, 2]);
        change(&mut wrong);
        assert!(wrong.check().is_err(), "change {n}");
    }
}
