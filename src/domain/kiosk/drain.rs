//! The outbox's way to the platform, as the core steers it.

use crate::case::{Answer, Key, LaneFault, RetryCause};
use crate::domain::outbox::Alarm;
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
        while let Some(alarm) = self.outbox.poll_alarm() {
            match alarm {
                Alarm::LaneStopped(fault) => {
                    let fault = ("fault", FieldValue::Word(lane(fault)));
                    self.log(EventId::LaneStopped, vec![fault]);
                }
                Alarm::LaneResumed => self.log(EventId::LaneResumed, Vec::new()),
                Alarm::KeyReused(key) => {
                    let why = ("why", FieldValue::Word("key-reused"));
                    self.log(
                        EventId::SendParked,
                        vec![("case", FieldValue::id(&key.0)), why],
                    );
                }
            }
        }
    }

    /// What came of an attempt: to the outbox, to the store, and to the person if still here.
    pub(super) fn answered(&mut self, key: Key, answer: Answer) {
        self.outbox.answered(&key, &answer, self.now);
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
            Answer::KeyReused => None,
            Answer::InProgress { .. } => Some("in-progress"),
            Answer::Retry { why, .. } => Some(cause(*why)),
            Answer::LaneStopped(fault) => Some(lane(*fault)),
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

fn cause(why: RetryCause) -> &'static str {
    match why {
        RetryCause::Unreachable => "unreachable",
        RetryCause::TimedOut => "timed-out",
        RetryCause::ServerBusy => "server-busy",
        RetryCause::NotThePlatform => "not-the-platform",
        RetryCause::Malformed => "malformed",
        RetryCause::AttachmentMissing => "attachment-missing",
    }
}

fn lane(fault: LaneFault) -> &'static str {
    match fault {
        LaneFault::Credentials => "credentials",
        LaneFault::Clock => "clock",
        LaneFault::Certificate => "certificate",
    }
}
