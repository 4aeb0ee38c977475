//! From what the core hears and wants to figures.

use crate::case::{Answer, Key, Waiting};
use crate::domain::kiosk::{Effect, Event, PrintOutcome};
use crate::domain::world::Moment;
use crate::events::{EventId, FieldValue};
use crate::wire::escpos::estimate_length_mm;

use super::{OTHER, Tally, Visit, WAYS_MAX};

impl Tally {
    /// Something happened; called before the core handles it.
    pub fn hear(&mut self, event: &Event, moment: &Moment) {
        let believed = moment.wall.as_ref().filter(|wall| wall.checked);
        self.day = believed.map(|wall| wall.day);
        if !self.begun {
            self.begun = true;
            self.today().starts += 1;
        }
        match event {
            Event::Filed(committed) => {
                self.visit.filed = true;
                self.fresh
                    .extend(committed.cases.iter().map(|(key, _)| key.clone()));
            }
            Event::NotFiled => self.today().cases.not_stored += 1,
            Event::Waiting(case) => {
                // Also said of a parked case that was released: that one is not filed a second time.
                if self.fresh.remove(&case.key) {
                    let today = self.today();
                    today.cases.filed += 1;
                    today.item(&case.task_code).filed += 1;
                }
                self.on_its_way(case);
            }
            Event::Loaded(Some((part, _))) => part.iter().for_each(|case| self.on_its_way(case)),
            Event::Answered(key, answer) => self.answered(key, answer),
            _ => {}
        }
    }

    /// The core wants this.
    pub fn see(&mut self, effect: &Effect) {
        match effect {
            Effect::Log(event, fields) => self.log(*event, fields),
            Effect::AskPerson { .. } | Effect::AskNumber(_) => self.today().progress += 1,
            Effect::Print(job, receipt) => {
                let length = self
                    .profile
                    .as_ref()
                    .map(|profile| estimate_length_mm(receipt, profile));
                if let Some(Ok(mm)) = length {
                    self.lengths.insert(*job, mm);
                }
            }
            Effect::KeepPrint(job, outcome) => {
                let mm = self.lengths.remove(job).map_or(0, u64::from);
                let today = self.today();
                let (count, mm) = match outcome {
                    PrintOutcome::Printed => (&mut today.receipts.printed, mm),
                    PrintOutcome::NotStarted => (&mut today.receipts.not_started, 0),
                    // How much came out nobody knows: a roll is rather called used than full.
                    PrintOutcome::Interrupted => (&mut today.receipts.interrupted, mm),
                    PrintOutcome::Unknown => (&mut today.receipts.unknown, mm),
                };
                *count += 1;
                today.paper_mm += mm;
            }
            _ => {}
        }
    }

    fn log(&mut self, event: EventId, fields: &[(&'static str, FieldValue)]) {
        match event {
            EventId::VisitBegin => self.visit = Visit::default(),
            EventId::IdleReset => self.visit.left = true,
            EventId::VisitEnd => {
                let Visit { filed, left } = std::mem::take(&mut self.visit);
                let visits = &mut self.today().visits;
                match (filed, left) {
                    (true, _) => visits.filed += 1,
                    (false, true) => visits.left += 1,
                    (false, false) => visits.ended += 1,
                }
            }
            EventId::ItemChosen => {
                for (_, value) in fields {
                    let code = match value {
                        FieldValue::Id(code) => code.as_str(),
                        _ => OTHER,
                    };
                    self.today().item(code).query += 1;
                }
            }
            EventId::CardRead => self.today().cards.read += 1,
            EventId::CardFailed => self.today().cards.failed += 1,
            EventId::HealthLacks => {
                for (_, value) in fields {
                    if let FieldValue::Word(lack) = value {
                        *self.today().lacks.entry((*lack).into()).or_default() += 1;
                    }
                }
            }
            _ => {}
        }
    }

    fn answered(&mut self, key: &Key, answer: &Answer) {
        if !matches!(
            answer,
            Answer::Accepted(_) | Answer::Rejected(_) | Answer::Parked(_)
        ) {
            return;
        }
        let code = self.ways.remove(key).unwrap_or_else(|| OTHER.into());
        let today = self.today();
        match answer {
            Answer::Accepted(_) => {
                today.cases.accepted += 1;
                today.item(&code).accepted += 1;
            }
            Answer::Rejected(_) => {
                today.cases.rejected += 1;
                today.item(&code).failed += 1;
            }
            _ => today.cases.parked += 1,
        }
    }

    fn on_its_way(&mut self, case: &Waiting) {
        if self.ways.len() < WAYS_MAX {
            self.ways.insert(case.key.clone(), case.task_code.clone());
        }
    }
}
