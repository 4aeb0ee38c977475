//! Codes before the scanner, whatever they hold and wherever the visit is: a page, a question about a number, or nothing. What
//! a code holds is never logged.

use std::time::{Duration, Instant};

use kiosk::case::{FilingNumber, Private};
use kiosk::domain::input::Engines;
use kiosk::domain::kiosk::{Effect, Event, Kiosk, ScannerEvent};
use kiosk::domain::outbox::{Outbox, Settings};
use kiosk::domain::page::Intent;
use kiosk::domain::visit::idle::IdleRules;
use kiosk::domain::world::{MachineWords, Moment};
use kiosk::events::FieldValue;
use kiosk::item::Catalogue;
use kiosk::status::Device;
use kiosk::text::Text;

use super::input::Input;

const STEPS: usize = 60;
/// Most effects of one event.
const EFFECTS: usize = 40;
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let mut now = Instant::now();
    let mut kiosk = kiosk(now);
    for _ in 0..STEPS {
        let Some(step) = input.byte() else { break };
        let mut shown = None;
        let event = match step & 7 {
            0..=2 => {
                let code = String::from_utf8_lossy(input.piece()).into_owned();
                shown = Some(code.clone());
                Event::Scanner(ScannerEvent::Code(Private::from(code.as_str())))
            }
            3 => Event::Scanner(ScannerEvent::Refused),
            4 => Event::Scanner(ScannerEvent::Status(Device::Online)),
            5 => Event::Door(step & 8 == 0),
            6 => {
                now += Duration::from_secs(u64::from(step >> 3));
                Event::Tick
            }
            _ => Event::Intent(match step >> 3 & 3 {
                0 => Intent::Primary,
                1 => Intent::Secondary(0),
                2 => Intent::Choose(1),
                _ => Intent::Back,
            }),
        };
        let effects = kiosk.handle(event, &Moment { now, wall: None });
        assert!(effects.len() <= EFFECTS, "{} effects", effects.len());
        for effect in effects {
            judge(&effect, shown.as_deref());
        }
    }
}

fn judge(effect: &Effect, shown: Option<&str>) {
    match effect {
        Effect::AskNumber(number) => {
            let code = shown.expect("asked because of a code");
            assert!(code.contains(number.as_str()));
            assert!(FilingNumber::parse(number).is_ok());
        }
        // Words of the program and numbers, but nothing that could be a piece of a code.
        Effect::Log(event, fields) => {
            let own = |value: &FieldValue| !matches!(value, FieldValue::Id(_));
            assert!(
                fields.iter().all(|(_, value)| own(value)),
                "{event:?} {fields:?}"
            );
        }
        _ => {}
    }
}

/// On its start page, without items.
fn kiosk(now: Instant) -> Kiosk {
    let words = MachineWords {
        handoff: vec!["YSS:".into()],
        draws_photos: true,
        badge_at_start: true,
        training: std::time::Duration::from_secs(60),
        id: "W0012".into(),
        town_code: "440203103".into(),
        service: Text::new("政务服务", "Public services"),
        place: Text::new("试验镇", "Town"),
        phone: "12345".into(),
        window: Text::new("一号窗口", "Window 1"),
    };
    let outbox = Outbox::new(Settings::default(), 7, now);
    Kiosk::new(
        words,
        Catalogue::default(),
        Engines::none(),
        IdleRules::default(),
        outbox,
        now,
    )
}
