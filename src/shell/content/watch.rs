//! Has a running firmware use the content that lies there, without a restart.

use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::config::Config;
use crate::content::{Kind, NotContent};
use crate::domain::kiosk::Event;
use crate::events::{EventId, FieldValue};
use crate::item::Catalogue;
use crate::shell::catalogue;
use crate::shell::clock::Clock;
use crate::shell::journal::Journal;
use crate::shell::runtime::Inbox;

use super::Place;

/// How often it is looked whether there is other content.
const EVERY: Duration = Duration::from_secs(30);

/// Looks again and again, until it is dropped.
pub struct ContentWatch {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// What was said of the content so far, so that it is said once.
#[derive(Default)]
pub(super) struct Watched {
    used: Option<u64>,
    told: Vec<(u64, NotContent)>,
}

impl ContentWatch {
    /// For the firmware that `inbox` leads into; none where no approver is configured.
    #[must_use]
    pub fn open(config: &Config, clock: Clock, journal: Journal, inbox: Inbox) -> Self {
        if config.content.approvers.is_empty() {
            return Self {
                stop: None,
                thread: None,
            };
        }
        let (place, shipped) = (Place::of(config), config.catalogue.dir.clone());
        let (stop, stopped) = channel();
        let look = move || {
            let mut watched = Watched::default();
            loop {
                watched.look(&place, &shipped, &clock, &journal, &inbox);
                if stopped.recv_timeout(EVERY) != Err(RecvTimeoutError::Timeout) {
                    return;
                }
            }
        };
        let thread = std::thread::Builder::new().name("content".into());
        Self {
            stop: Some(stop),
            thread: thread.spawn(look).ok(),
        }
    }
}

impl Drop for ContentWatch {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Watched {
    pub(super) fn look(
        &mut self,
        place: &Place,
        shipped: &std::path::Path,
        clock: &Clock,
        journal: &Journal,
        inbox: &Inbox,
    ) {
        let today = super::today(clock);
        let (chosen, refused) = place.choose(Kind::Catalogue, today);
        for (serial, fault) in &refused {
            if !self.told.contains(&(*serial, fault.clone())) {
                let (event, word) = match fault {
                    NotContent::Expired(_) => (EventId::ContentExpired, fault.word()),
                    _ => (EventId::ContentRejected, fault.word()),
                };
                let fields = [
                    ("kind", FieldValue::Word(Kind::Catalogue.word())),
                    ("serial", FieldValue::count(*serial)),
                    ("fault", FieldValue::Word(word)),
                ];
                journal.event(event, &fields);
            }
        }
        self.told = refused;
        let serial = chosen.as_ref().map(|chosen| chosen.serial);
        if serial == self.used {
            return;
        }
        let catalogue = match &chosen {
            Some(chosen) => chosen
                .file("catalogue.json")
                .and_then(|json| Catalogue::from_json(&json).ok())
                .map(|(c, _)| c),
            None => catalogue::load(shipped).ok().map(|(c, _)| c),
        };
        // Where neither loads, what is used stays.
        if let Some(catalogue) = catalogue {
            self.used = serial;
            inbox.content_rules(serial.is_some());
            let fields = [
                ("kind", FieldValue::Word(Kind::Catalogue.word())),
                ("version", FieldValue::id(&catalogue.version)),
                ("serial", FieldValue::count(serial.unwrap_or(0))),
            ];
            journal.event(EventId::ContentUsed, &fields);
            inbox.event(Event::Catalogue(Box::new(catalogue)));
        }
    }
}
