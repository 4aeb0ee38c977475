//! A machine counts what is done on it, and nothing of whom.

use std::time::Duration;

use kiosk::case::{FilingNumber, Key, PersonToken, Waiting};
use kiosk::config::Config;
use kiosk::domain::kiosk::{Committed, Event};
use kiosk::domain::world::{Moment, Wall};
use kiosk::item::Day;
use kiosk::shell::tally::TallyBook;

use crate::command::Place;

const CODE: &str = "11440203MB2D0001234442014001000";

fn count(place: &Place, day: &str, cases: u64) {
    let config = std::fs::read_to_string(place.config()).unwrap();
    let mut config = Config::parse(&config).unwrap();
    config.rebase(place.0.path());
    let mut book = TallyBook::open(&config);
    let wall = Wall {
        day: Day::parse(day).unwrap(),
        time: "09:00".into(),
        checked: true,
    };
    let moment = Moment {
        now: std::time::Instant::now(),
        wall: Some(wall),
    };
    for n in 0..cases {
        let key = Key(format!("W0012-key-{n:012}"));
        let cases = vec![(key.clone(), FilingNumber(format!("W0012-01-{n:06}")))];
        book.hear(
            &Event::Filed(Committed {
                cases,
                ..Committed::default()
            }),
            &moment,
        );
        let waiting = Waiting {
            key,
            seq: n,
            person: PersonToken([n as u8; 16]),
            attempts: 0,
            task_code: CODE.into(),
            waited: Duration::ZERO,
        };
        book.hear(&Event::Waiting(waiting), &moment);
        book.hand_on();
    }
}

#[test]
fn the_command_shows_a_day_all_days_and_each_item() {
    let place = Place::new();
    let none = place.kiosk(&["tally"]);
    assert_eq!(
        (none.code, none.err.as_str()),
        (0, ""),
        "a machine that never ran has counted nothing"
    );
    count(&place, "2026-11-22", 2);
    count(&place, "2026-11-23", 3);
    let csv = place.kiosk(&["tally", "--csv"]).out;
    assert_eq!(
        csv.lines().collect::<Vec<_>>(),
        [
            "day,item,query,filed,accepted,failed",
            &format!("2026-11-22,{CODE},0,2,0,0"),
            &format!("2026-11-23,{CODE},0,3,0,0"),
        ]
    );
    let json = place
        .kiosk(&["tally", "--json", "--day", "2026-11-23"])
        .json_lines();
    assert_eq!(json[0]["figures"]["items"][CODE]["filed"], 3);
    assert_eq!(json[0]["figures"]["starts"], 1);
    let words = place.kiosk(&["tally"]).out;
    assert!(
        words.contains("办理")
            && words
                .lines()
                .any(|l| l.starts_with("starts") && l.ends_with('2')),
        "{words}"
    );
    let wrong = place.kiosk(&["tally", "--day", "yesterday"]);
    assert!(
        wrong.code == 2 && wrong.err.contains("2026-11-23"),
        "{}",
        wrong.err
    );
    // No key, no number, no person.
    let folder = place.0.path().join("store.tally");
    for file in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        assert!(!text.contains("W0012"), "{text}");
    }
}
