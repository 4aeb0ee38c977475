//! Paper of somebody who has left: nothing more of it begins, and nothing of the next person's before it has ended.

use kiosk::domain::kiosk::{Effect, Event, PrintOutcome};
use kiosk::domain::page::{Body, Intent, PageKind};
use kiosk::status::Slot;

use super::person::{Machine, case, old, young};

/// Filed, torn, asked for again: a job is on its way and its page may be left.
fn asked_again() -> Machine {
    let mut machine = Machine::new();
    machine.world.printer = Some(PrintOutcome::Interrupted);
    machine.file(young(), &case());
    machine.world.printer = None;
    machine.touch(Intent::Secondary(1));
    assert_eq!(machine.prints.len(), 2);
    machine
}

fn called_off(machine: &Machine) -> Vec<u64> {
    let job = |effect: &Effect| match effect {
        Effect::CancelPrint(job) => Some(*job),
        _ => None,
    };
    machine.others.iter().filter_map(job).collect()
}

#[test]
fn whoever_goes_leaves_no_job_behind() {
    type Leave = fn(&mut Machine);
    let ways: [(&str, Leave); 4] = [
        ("end", |machine| {
            machine.touch(Intent::Leave);
            machine.touch(Intent::Primary);
        }),
        ("time", |machine| machine.wait(200)),
        ("another item", |machine| {
            machine.touch(Intent::Secondary(0))
        }),
        ("another card", |machine| {
            machine.touch(Intent::Leave);
            machine.card(old());
        }),
    ];
    for (way, leave) in ways {
        let mut machine = asked_again();
        assert!(called_off(&machine).is_empty(), "{way}");
        leave(&mut machine);
        assert!(
            !matches!(
                machine.page.kind,
                PageKind::Confirmation | PageKind::Goodbye
            ),
            "{way}"
        );
        assert_eq!(called_off(&machine), [machine.prints[1].0], "{way}: once");
    }
}

#[test]
fn the_page_of_the_end_may_still_wait_for_the_paper() {
    let mut machine = asked_again();
    machine.touch(Intent::Leave);
    machine.expect(PageKind::Goodbye);
    machine.give(Event::PrintEnded(
        machine.prints[1].0,
        PrintOutcome::Printed,
        None,
    ));
    assert!(machine.page.heading.contains("回执"));
    machine.touch(Intent::Primary);
    assert!(called_off(&machine).is_empty(), "it had ended");
}

#[test]
fn the_next_paper_waits_for_the_end_of_the_last_and_not_for_ever() {
    for ends in [true, false] {
        let mut machine = asked_again();
        machine.wait(200);
        machine.file(old(), &case());
        machine.expect(PageKind::Working);
        assert_eq!(machine.prints.len(), 2, "not beside the other's");
        if ends {
            machine.world.printer = Some(PrintOutcome::Printed);
            machine.give(Event::PrintEnded(
                machine.prints[1].0,
                PrintOutcome::Unknown,
                None,
            ));
            assert_eq!(machine.prints.len(), 3);
        } else {
            machine.wait(41);
            assert_eq!(machine.prints.len(), 2);
        }
        machine.expect(PageKind::Confirmation);
        let Body::Result { paper, qr, .. } = &machine.page.body else {
            panic!("a result")
        };
        let said = if ends {
            "已打印"
        } else {
            "现在不能打印"
        };
        assert!(paper.contains(said) && qr.is_some() != ends, "{paper}");
    }
}

fn given_up(machine: &Machine) -> usize {
    let gives = |effect: &&Effect| matches!(effect, Effect::GiveUpReceipt);
    machine.others.iter().filter(gives).count()
}

#[test]
fn a_receipt_that_comes_out_for_the_next_person_is_given_up() {
    let mut machine = asked_again();
    let job = machine.prints[1].0;
    machine.touch(Intent::Leave);
    machine.card(old());
    assert_eq!(given_up(&machine), 0);
    machine.give(Event::Slot(Some(job), Slot::Presented));
    assert_eq!(given_up(&machine), 1);
    // One that waits for the person who is here is theirs.
    let mut machine = asked_again();
    let job = machine.prints[1].0;
    machine.give(Event::Slot(Some(job), Slot::Presented));
    machine.give(Event::PrintEnded(job, PrintOutcome::Printed, None));
    assert_eq!(given_up(&machine), 0);
}

#[test]
fn a_claim_that_the_store_never_answers_leaves_no_paper_to_look_for() {
    let mut machine = Machine::new();
    machine.begin(young(), &case());
    machine.fill();
    machine.world.claims = false;
    machine.submit();
    machine.wait(60);
    machine.expect(PageKind::Confirmation);
    let Body::Result { paper, .. } = &machine.page.body else {
        panic!("{:?}", machine.page.body);
    };
    assert!(!paper.contains("出纸口"), "{paper}");
    assert!(machine.prints.is_empty());
    // Told at last: it has not begun, and nothing is printed for whoever stands there now.
    let asked = machine.others.iter().find_map(|effect| match effect {
        Effect::ClaimPrint(key, _) => Some(key.clone()),
        _ => None,
    });
    let claim = machine.claim(asked.expect("a claim"), false);
    machine.give(claim);
    assert!(machine.prints.is_empty());
    let kept = |effect: &Effect| matches!(effect, Effect::KeepPrint(_, PrintOutcome::NotStarted));
    assert!(machine.others.iter().any(kept));
}
