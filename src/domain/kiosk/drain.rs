//! The outbox's way to the platform, as the core steers it.

use crate::case::{Answer, Key, Waiting};
use crate::domain::outbox::{Alarm, Priority, Verdict};
use crate::domain::visit::filing::line_of;
use crate::domain::world::Line;
use crate::events::{EventId, FieldValue};

use super::{Effect, Kiosk};

impl Kiosk {
    /// Sends what is due, and passes on what a human has to know.
    pub(super) fn drain(&mut self) {
        while let Some(key) = self.outbox.poll_send(self.now) {
            self.log(EventId::SendAttempt, vec![("case", FieldValue::id(&key.0))]);
            self.effects.push(Effect::Send(key));
        }
        if let Some(load) = self.outbox.poll_load(self.now) {
            self.effects.push(Effect::Load(load));
        }
        while let Some(alarm) = self.outbox.poll_alarm(self.now) {
            self.tell(&alarm);
        }
    }

    fn tell(&mut self, alarm: &Alarm) {
        let (event, fields) = match alarm {
            Alarm::LaneStopped(fault) => {
                let fault = ("fault", FieldValue::Word(fault.word()));
                (EventId::LaneStopped, vec![fault])
            }
            Alarm::LaneResumed => (EventId::LaneResumed, Vec::new()),
            Alarm::Parked(key, cause) => {
                let why = ("why", FieldValue::Word(cause.word()));
                let case = ("case", FieldValue::id(&key.0));
                (EventId::SendParked, vec![case, why])
            }
            Alarm::Portal => (EventId::LinePortal, Vec::new()),
            Alarm::NotUnderstood => (EventId::PlatformNotUnderstood, Vec::new()),
            Alarm::Overdue(key) => {
                self.effects.push(Effect::Overdue(key.clone()));
                let case = ("case", FieldValue::id(&key.0));
                (EventId::CaseOverdue, vec![case])
            }
        };
        self.log(event, fields);
    }

    /// A part of the backlog was read, or could not be.
    pub(super) fn loaded(&mut self, part: Option<(Vec<Waiting>, bool)>) {
        let Some((part, full)) = part else {
            self.outbox.not_loaded(self.now);
            return;
        };
        let items = self.world.catalogue.items();
        let ranked = part
            .into_iter()
            .map(|case| {
                let priority = Priority::of(items, &case.task_code);
                (case, priority)
            })
            .collect();
        self.outbox.loaded(ranked, full, self.now);
    }

    /// What came of an attempt: to the outbox, to the store, and to the person if still here.
    pub(super) fn answered(&mut self, key: Key, answer: Answer) {
        if let Verdict::Park(cause) = self.outbox.answered(&key, &answer, self.now) {
            self.effects.push(Effect::Park(key.clone(), cause));
        }
        let case = ("case", FieldValue::id(&key.0));
        let why = match &answer {
            Answer::Accepted(_) => {
                self.log(EventId::SendAccepted, vec![case]);
                None
            }
            Answer::Rejected(rejection) => {
                let code = ("code", FieldValue::id(&rejection.code));
                self.log(EventId::SendRejected, vec![case, code]);
                None
            }
            Answer::Parked(_) => None,
            Answer::InProgress { .. } => Some("in-progress"),
            Answer::Retry { why, .. } => Some(why.word()),
            Answer::LaneStopped(fault) => Some(fault.word()),
        };
        if let Some(why) = why {
            self.log(
                EventId::SendRetry,
                vec![case, ("why", FieldValue::Word(why))],
            );
        }
        if let Some(line) = line_of(&answer) {
            self.line(line);
        }
        if let Some(filing) = &mut self.visit.filing {
            filing.answered(&key, &answer);
        }
    }

    /// The platform answered something else than a case: the line is there, and what waits for it goes now.
    pub(super) fn line_works(&mut self) {
        self.outbox.line_up(self.now);
        self.line(Line::Up);
    }

    fn line(&mut self, line: Line) {
        if line == Line::Up {
            self.answered = Some(self.now);
        }
        if self.world.line == line {
            return;
        }
        self.world.line = line;
        let waiting = ("waiting", FieldValue::count(self.outbox.waiting_len()));
        self.log(
            if line == Line::Up {
                EventId::LineUp
            } else {
                EventId::LineDown
            },
            vec![waiting],
        );
    }
}
