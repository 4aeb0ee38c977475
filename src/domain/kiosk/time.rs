//! What time alone does: deadlines, silence, and the end of a visit that nobody ends.

use std::time::Instant;

use crate::domain::page::Overlay;
use crate::domain::visit::idle::Idle;
use crate::domain::visit::{State, Trigger};
use crate::events::{EventId, FieldValue};
use crate::pins::Beep;
use crate::status::Media;

use super::{Effect, Kiosk};

impl Kiosk {
    /// When [`Event::Tick`] is due next.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Instant> {
        let visit = match self.idle() {
            Idle::Quiet(next) => next,
            Idle::Countdown(_, next) => Some(next),
            Idle::Over | Idle::WorkOver => Some(self.now),
        };
        let print_by = self
            .visit
            .filing
            .as_ref()
            .and_then(|filing| filing.print_by);
        [
            visit,
            print_by,
            self.printer_by(),
            self.world.guard.poll_timeout(),
            self.outbox.poll_timeout(),
            self.health.next_deadline(),
            self.technician_by(),
            self.training_by(),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    pub(super) fn idle(&self) -> Idle {
        self.visit.idle(&self.world.idle, self.now)
    }

    pub(super) fn pass_time(&mut self) {
        match self.idle() {
            Idle::Quiet(_) => {}
            Idle::Countdown(..) => {
                let shown = self.shown.as_ref().and_then(|page| page.overlay.as_ref());
                if !matches!(shown, Some(Overlay::Idle { .. })) {
                    let page = FieldValue::Word(self.visit.state.name());
                    self.log(EventId::IdleWarned, vec![("page", page)]);
                    self.effects.push(Effect::Beep(Beep::Attention));
                }
            }
            Idle::Over if matches!(self.visit.state, State::Start | State::Closed) => {
                self.visit.wipe(self.now);
            }
            Idle::Over => {
                let page = FieldValue::Word(self.visit.state.name());
                self.log(EventId::IdleReset, vec![("page", page)]);
                self.technician_left("silence");
                if self.world.card == Media::Present {
                    self.effects.push(Effect::Beep(Beep::CardLeft));
                }
                self.visit.go(Trigger::End, &self.world, self.now);
            }
            Idle::WorkOver => self.work_over(),
        }
    }
}
