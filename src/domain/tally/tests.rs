use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;
use crate::case::{Acceptance, Answer, FilingNumber, ParkCause, PersonToken, Rejection, Waiting};
use crate::domain::kiosk::{Committed, Effect, Event, PrintOutcome};
use crate::domain::world::{Moment, Wall};
use crate::events::{EventId, FieldValue};
use crate::receipt::{Block, Receipt};

const PENSION: &str = "11440203MB2D0001234442014001000";

fn today() -> Day {
    Day::new(2026, 11, 23).expect("a day")
}

fn moment(checked: bool) -> Moment {
    let wall = Wall {
        day: today(),
        time: "09:00".into(),
        checked,
    };
    Moment {
        now: Instant::now(),
        wall: Some(wall),
    }
}

fn key(n: u64) -> Key {
    Key(format!("key-{n:016}"))
}

fn waiting(n: u64, code: &str) -> Waiting {
    Waiting {
        key: key(n),
        seq: n,
        person: PersonToken([0; 16]),
        attempts: 0,
        task_code: code.into(),
        waited: Duration::ZERO,
    }
}

fn filed(keys: &[u64]) -> Event {
    let cases = keys
        .iter()
        .map(|n| (key(*n), FilingNumber(format!("W0012-{n}"))))
        .collect();
    Event::Filed(Committed {
        cases,
        ..Committed::default()
    })
}

fn accepted(n: u64) -> Event {
    let acceptance = Acceptance {
        sblsh: "S".into(),
        sblsh_short: "s".into(),
        query_code: "q".into(),
        accepted_at: "t".into(),
        promise_until: None,
    };
    Event::Answered(key(n), Answer::Accepted(acceptance))
}

fn rejected(n: u64) -> Event {
    let rejection = Rejection {
        code: "SX_CLOSED".into(),
        detail: "d".into(),
    };
    Event::Answered(key(n), Answer::Rejected(rejection))
}

fn log(id: EventId, fields: &[(&'static str, FieldValue)]) -> Effect {
    Effect::Log(id, fields.to_vec())
}

fn of_today(tally: &mut Tally) -> Figures {
    tally.take().remove(&Some(today())).unwrap_or_default()
}

#[test]
fn a_case_counts_where_it_is_opened_filed_and_answered() {
    let mut tally = Tally::default();
    let now = moment(true);
    tally.see(&log(
        EventId::ItemChosen,
        &[("task_code", FieldValue::id(PENSION))],
    ));
    tally.hear(&filed(&[1, 2]), &now);
    for n in [1, 2] {
        tally.hear(&Event::Waiting(waiting(n, PENSION)), &now);
    }
    tally.hear(&accepted(1), &now);
    tally.hear(&rejected(2), &now);
    // Before the first event nobody knew the day.
    let days = tally.take();
    assert_eq!(days[&None].items[PENSION].query, 1);
    let figures = &days[&Some(today())];
    let item = Item {
        query: 0,
        filed: 2,
        accepted: 1,
        failed: 1,
    };
    assert_eq!(figures.items[PENSION], item);
    assert_eq!((figures.starts, figures.cases.filed), (1, 2));
    assert_eq!((figures.cases.accepted, figures.cases.rejected), (1, 1));
    assert!(tally.take().is_empty(), "handed on once");
}

#[test]
fn a_case_of_an_earlier_run_has_its_item_and_a_released_one_is_not_filed_twice() {
    let mut tally = Tally::default();
    let now = moment(true);
    tally.hear(
        &Event::Loaded(Some((vec![waiting(1, PENSION)], false))),
        &now,
    );
    let parked = Event::Answered(key(1), Answer::Parked(ParkCause::KeyReused));
    tally.hear(&parked, &now);
    tally.hear(&Event::Waiting(waiting(1, PENSION)), &now);
    tally.hear(&accepted(1), &now);
    tally.hear(&accepted(9), &now);
    let figures = of_today(&mut tally);
    assert_eq!((figures.cases.filed, figures.cases.parked), (0, 1));
    assert_eq!(figures.items[PENSION].accepted, 1);
    assert_eq!(
        figures.items[OTHER].accepted, 1,
        "nobody knows of which item"
    );
}

#[test]
fn a_clock_that_is_not_believed_names_no_day() {
    let mut tally = Tally::default();
    tally.hear(&Event::NotFiled, &moment(false));
    tally.hear(
        &Event::NotFiled,
        &Moment {
            now: Instant::now(),
            wall: None,
        },
    );
    tally.hear(&Event::NotFiled, &moment(true));
    let days = tally.take();
    assert_eq!(days[&None].cases.not_stored, 2);
    assert_eq!(days[&Some(today())].cases.not_stored, 1);
    assert_eq!(days[&None].starts, 1);
}

#[test]
fn a_visit_counts_by_how_it_ended() {
    let mut tally = Tally::default();
    let now = moment(true);
    tally.hear(&Event::Tick, &now);
    let (begin, end) = (log(EventId::VisitBegin, &[]), log(EventId::VisitEnd, &[]));
    let reset = log(EventId::IdleReset, &[]);
    for (files, resets) in [
        (true, true),
        (true, false),
        (false, true),
        (false, false),
        (false, false),
    ] {
        tally.see(&begin);
        if files {
            tally.hear(&filed(&[1]), &now);
        }
        if resets {
            tally.see(&reset);
        }
        tally.see(&end);
    }
    let visits = of_today(&mut tally).visits;
    assert_eq!(
        visits,
        Visits {
            filed: 2,
            ended: 2,
            left: 1
        }
    );
}

#[test]
fn paper_counts_when_it_came_out() {
    let profile = Profile::builtin("epson-tm-t88").expect("a printer");
    let receipt = Receipt {
        blocks: vec![Block::Feed { lines: 20 }],
    };
    let mm = crate::wire::escpos::estimate_length_mm(&receipt, &profile).expect("short");
    let mut tally = Tally::new(Some(profile));
    tally.hear(&Event::Tick, &moment(true));
    for (job, outcome) in [
        (1, PrintOutcome::Printed),
        (2, PrintOutcome::NotStarted),
        (3, PrintOutcome::Unknown),
    ] {
        tally.see(&Effect::Print(job, receipt.clone()));
        tally.see(&Effect::KeepPrint(job, outcome));
    }
    let figures = of_today(&mut tally);
    assert_eq!(figures.paper_mm, 2 * u64::from(mm));
    assert_eq!(figures.receipts.printed + figures.receipts.unknown, 2);
    assert_eq!(figures.receipts.not_started, 1);
}

#[test]
fn items_are_bounded_and_codes_are_codes() {
    let mut figures = Figures::default();
    for n in 0..ITEMS_MAX + 10 {
        figures.item(&format!("11440203MB2D{n:019}")).query += 1;
    }
    figures.item("张三 11010519491231002X").query += 1;
    assert_eq!(figures.items.len(), ITEMS_MAX + 1);
    assert_eq!(figures.items[OTHER].query, 11);
    let json =
        br#"{"items":{"11010519491231002X":{"query":3}},"lacks":{"paperOut":2,"rubbish":1}}"#;
    let read = Figures::from_json(json).expect("figures");
    assert_eq!((read.items[OTHER].query, read.items.len()), (3, 1));
    assert_eq!(read.lacks.len(), 1);
    assert_eq!(Figures::from_json(b"7"), None);
}

fn figures() -> impl Strategy<Value = Figures> {
    let item = (0u64..9, 0u64..9).prop_map(|(query, failed)| Item {
        query,
        failed,
        ..Item::default()
    });
    let items = prop::collection::btree_map("[0-9A-Z]{4}", item, 0..6);
    (0u64..9, 0u64..9, 0u64..999, items).prop_map(|(starts, left, paper_mm, items)| Figures {
        starts,
        visits: Visits {
            left,
            ..Visits::default()
        },
        paper_mm,
        items,
        lacks: [("paperOut".to_owned(), starts)].into(),
        ..Figures::default()
    })
}

proptest! {
    /// However what was counted is cut into parts, and written and read between them, it comes to the same.
    #[test]
    fn sums_do_not_depend_on_how_they_are_made(a in figures(), b in figures(), c in figures()) {
        let sum = |parts: &[&Figures]| {
            let mut sum = Figures::default();
            parts.iter().for_each(|part| sum.add(part));
            sum
        };
        let written = serde_json::to_vec(&sum(&[&b, &c])).expect("JSON");
        let read = Figures::from_json(&written).expect("its own words");
        prop_assert_eq!(sum(&[&a, &read]), sum(&[&c, &a, &b]));
    }
}
