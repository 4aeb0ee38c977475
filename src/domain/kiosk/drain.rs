//! The outbox's way to the platform, as the core steers it.

use crate::case::{Answer, Key, LaneFault, RetryCause};
use crate::domain::visit::filing::line_works;
use crate::domain::world::Line;
use crate::events::{EventId, FieldValue};

use super::{Effect, Kiosk};

impl Kiosk {
    /// Sends what is due.
    pub(super) fn drain(&mut self) {
        while let Some(key) = self.outbox.poll_send(self.now) {
            self.log(EventId::SendAttempt, vec![("case", FieldValue::id(&key.0))]);
            self.effects.push(Effect::Send(key));
        }
    }

    pub(super) fn answered(&mut self, key: Key, answer: Answer) {
        self.outbox.answered(&key, &answer, self.now);
        let case = ("case", FieldValue::id(&key.0));
        match &answer {
            Answer::Accepted(_) => self.log(EventId::SendAccepted, vec![case]),
            Answer::Rejected(rejection) => {
                self.log(
                    EventId::SendRejected,
                    vec![case, ("code", FieldValue::id(&rejection.code))],
                );
            }
            Answer::InProgress { .. } => {
                self.log(
                    EventId::SendRetry,
                    vec![case, ("why", FieldValue::Word("in-progress"))],
                );
            }
            Answer::KeyReused => self.log(
                EventId::SendParked,
                vec![case, ("why", FieldValue::Word("key-reused"))],
            ),
            Answer::Retry { why, .. } => {
                self.log(
                    EventId::SendRetry,
                    vec![case, ("why", FieldValue::Word(cause(*why)))],
                );
            }
            Answer::LaneStopped(fault) => {
                self.log(
                    EventId::LaneStopped,
                    vec![("fault", FieldValue::Word(lane(*fault)))],
                );
            }
        }
        self.line(if line_works(&answer) {
            Line::Up
        } else {
            Line::Down
        });
        if let Some(filing) = &mut self.visit.filing {
            filing.answered(&key, &answer);
        }
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
    }
}

fn lane(fault: LaneFault) -> &'static str {
    match fault {
        LaneFault::Credentials => "credentials",
        LaneFault::Clock => "clock",
        LaneFault::Certificate => "certificate",
    }
}
