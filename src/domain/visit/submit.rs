//! What a visit asks of the outside: file, look up progress.

use std::time::Instant;

use crate::case::{FilingNumber, Signature};
use crate::domain::world::World;
use crate::text::Text;

use super::entry::Entry;
use super::filing::Filing;
use super::state::Trigger;
use super::{Demand, ProgressOf, Visit};

/// Shortest signature, as the sum of its strokes' lengths in widths of the canvas.
const SIGNATURE_MIN: f32 = 0.25;

impl Visit {
    /// Keeps what is drawn on the signature page.
    pub(super) fn keep_signature(&mut self) {
        if let Entry::Ink(strokes) = &self.entry {
            self.signature = strokes.clone();
        }
    }

    /// "Confirm" on the signature page.
    pub(super) fn signed(&mut self, world: &World, now: Instant) -> Option<Demand> {
        let Entry::Ink(strokes) = &self.entry else {
            return None;
        };
        let length: f32 = strokes
            .iter()
            .flat_map(|stroke| stroke.windows(2))
            .map(|step| (step[1].0 - step[0].0).hypot(step[1].1 - step[0].1))
            .sum();
        if length < SIGNATURE_MIN || Signature::new(strokes).is_err() {
            self.error = Some(Text::new(
                "请在框内写下您的姓名。",
                "Please write your name in the box.",
            ));
            return None;
        }
        self.keep_signature();
        self.submit(world, now)
    }

    /// "Submit": the cases go to the store, once; the table lets nobody out of the next state but the store.
    pub(super) fn submit(&mut self, world: &World, now: Instant) -> Option<Demand> {
        let (drafts, names) = self.drafts(world);
        if drafts.is_empty() || !self.go(Trigger::Submit, world, now) {
            return None;
        }
        self.filing = Some(Filing {
            names,
            ..Filing::default()
        });
        Some(Demand::File(drafts))
    }

    /// "My cases": with the card it is known whose.
    pub(super) fn ask_progress(&mut self, world: &World, now: Instant) -> Option<Demand> {
        let Some(who) = &self.who else {
            self.go(Trigger::NeedCard, world, now);
            return None;
        };
        let demand = Demand::PersonsCases {
            cert_type: super::drafts::cert_type(who.kind).into(),
            cert_no: who.number.clone(),
        };
        self.progress = ProgressOf::Asking;
        self.go(Trigger::Progress, world, now);
        Some(demand)
    }

    /// "Ask" under a filing number.
    pub(super) fn ask_by_number(&mut self, world: &World, now: Instant) -> Option<Demand> {
        let Entry::Typed(editor) = &self.entry else {
            return None;
        };
        match FilingNumber::parse(editor.value()) {
            Ok(number) => {
                self.progress = ProgressOf::Asking;
                self.go(Trigger::Progress, world, now);
                Some(Demand::CaseByNumber(number.0))
            }
            Err(_) => {
                self.error = Some(Text::new(
                    "收件号不对，请对照回执重新输入，例如 W0012-A7-000123-C。",
                    "This is not a filing number. Please copy it from your receipt.",
                ));
                None
            }
        }
    }
}
