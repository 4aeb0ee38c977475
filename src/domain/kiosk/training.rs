//! Training: everything works, nothing counts. One place stands between the core and the world and decides for each effect
//! whether it goes out, is answered here, or comes to nothing; a kind of effect that is added has to be judged here, too.
//!
//! What real cases of earlier visits still need goes out: their sending must not wait for a lesson. No case of a lesson is among
//! them, because none ever reaches the outbox.

use std::time::Instant;

use crate::audit::{Act, Name, Note};
use crate::case::{Acceptance, Answer, Draft, FilingNumber, Key};
use crate::domain::training::{PRACTICE, QUIET};
use crate::domain::visit::{State, Trigger};
use crate::domain::world::{Line, Moment, Training};
use crate::events::EventId;

use super::{Claim, Committed, Effect, Event, Kiosk};

/// What becomes of an effect.
enum Fate {
    /// It goes out.
    Goes(Effect),
    /// It is answered here.
    Answered(Event),
    /// It comes to nothing.
    Nothing,
}

impl Kiosk {
    /// From the technician's page to the start page of a lesson.
    pub(super) fn begin_training(&mut self) {
        let who = self.actor();
        self.note(Note::done(who.clone(), Act::TrainingBegan));
        self.log(EventId::TrainingBegan, Vec::new());
        self.world.training = Some(Training {
            until: self.now + self.world.machine.training,
            touched: self.now,
            shut: false,
            who,
            filed: 0,
        });
        self.visit.go(Trigger::End, &self.world, self.now);
    }

    /// Ends training between visits: when the door was shut, nobody touches anything, or its time is up.
    pub(super) fn train(&mut self) {
        let how = self.world.training.as_ref().and_then(|training| {
            if training.shut {
                return Some("door");
            }
            if self.now >= training.touched + QUIET {
                return Some("silence");
            }
            (self.now >= training.until).then_some("time")
        });
        if let Some(how) = how {
            self.end_training(how);
        }
    }

    /// Somebody is learning.
    pub(super) fn learns(&mut self) {
        if let Some(training) = &mut self.world.training {
            training.touched = self.now;
        }
    }

    /// Only where no visit is: what was begun as a lesson ends as one.
    pub(super) fn end_training(&mut self, how: &'static str) {
        if !matches!(self.visit.state, State::Start | State::Closed) {
            return;
        }
        if let Some(training) = self.world.training.take() {
            self.note(Note::done(training.who, Act::TrainingEnded).of(Name::word(how)));
            self.log(EventId::TrainingEnded, Vec::new());
        }
    }

    /// When training ends by itself, where a visit does not hold it up.
    pub(super) fn training_by(&self) -> Option<Instant> {
        let waits = matches!(self.visit.state, State::Start | State::Closed);
        let training = self.world.training.as_ref().filter(|_| waits)?;
        Some(training.until.min(training.touched + QUIET))
    }

    /// Keeps in what a lesson must not do.
    pub(super) fn keep_in(&mut self, effects: Vec<Effect>, moment: &Moment) -> Vec<Effect> {
        let mut out = Vec::new();
        for effect in effects {
            match self.judge(effect) {
                Fate::Goes(effect) => out.push(effect),
                Fate::Nothing => {}
                Fate::Answered(event) => {
                    let filed = matches!(event, Event::Filed(_));
                    let more = self.turn(event, moment);
                    out.extend(self.keep_in(more, moment));
                    if filed {
                        self.accept();
                        let more = self.turn(Event::Tick, moment);
                        out.extend(self.keep_in(more, moment));
                    }
                }
            }
        }
        out
    }

    fn judge(&mut self, effect: Effect) -> Fate {
        use Effect as E;
        match effect {
            E::File(drafts) => Fate::Answered(Event::Filed(self.practise(&drafts))),
            E::ClaimPrint(key, again) => {
                self.practised += 1;
                let claim = Claim {
                    job: PRACTICE | self.practised,
                    copy: u32::from(again),
                };
                Fate::Answered(Event::PrintClaimed(key, Some(claim)))
            }
            E::KeepPrint(job, _) if job & PRACTICE != 0 => Fate::Nothing,
            E::AskPerson { .. } | E::AskNumber(_) => Fate::Answered(Event::Progress(Some(Vec::new()))),
            E::AskRefused { question, .. } => Fate::Answered(Event::Refused(question, Vec::new())),
            E::PutAway(_) | E::Rate(..) => Fate::Nothing,
            E::Log(event, _) if counts_people(event) => Fate::Nothing,
            E::Print(job, receipt) => Fate::Goes(E::Print(job, crate::domain::training::void(receipt))),
            goes @ (E::Show(_)
            // Of real cases, whose keys no lesson has.
            | E::Send(_) | E::Overdue(_) | E::Park(..) | E::Load(_) | E::KeepPrint(..)
            // Of the machine alone.
            | E::NoteDevices(_) | E::CancelPrint(_) | E::GiveUpReceipt | E::Poll(_) | E::DrawPhoto(..)
            | E::Light(..) | E::Scan(_) | E::Beep(_) | E::PowerCycle(_) | E::Dim(_) | E::LatchTamper
            | E::Log(..)
            // Of the technician.
            | E::TryCode(..) | E::TryBadge(..) | E::Audit(_) | E::LookAround | E::Request(_)
            | E::KeepService(_)) => Fate::Goes(goes),
        }
    }

    /// Numbers of a form of their own, in memory, and no proof.
    fn practise(&mut self, drafts: &[Draft]) -> Committed {
        let machine = self.world.machine.id.clone();
        let time = self
            .world
            .wall
            .as_ref()
            .map(|wall| format!("{} {}", wall.day, wall.time));
        let mut number = || {
            let filed = match &mut self.world.training {
                Some(training) => {
                    training.filed += 1;
                    training.filed
                }
                None => 0,
            };
            let text = format!("{machine}-练习-{filed:04}");
            (Key(format!("practice-{filed}")), FilingNumber(text))
        };
        Committed {
            cases: drafts.iter().map(|_| number()).collect(),
            time,
            proof: None,
        }
    }

    /// The platform's word, made up; with the line down there is none, as in earnest.
    fn accept(&mut self) {
        if self.world.line == Line::Down {
            return;
        }
        let Some(filing) = &mut self.visit.filing else {
            return;
        };
        let keys: Vec<Key> = filing.cases.iter().map(|case| case.key.clone()).collect();
        for (nth, key) in keys.iter().enumerate() {
            let answer = Answer::Accepted(Acceptance {
                sblsh: format!("练习{:04}", nth + 1),
                sblsh_short: String::new(),
                query_code: "LIANXI00".into(),
                accepted_at: String::new(),
                promise_until: None,
            });
            filing.answered(key, &answer);
        }
    }
}

/// What figures of the service are made of: lessons are no visits.
fn counts_people(event: EventId) -> bool {
    matches!(
        event,
        EventId::VisitBegin
            | EventId::VisitEnd
            | EventId::ItemChosen
            | EventId::CaseStored
            | EventId::CardRead
            | EventId::CardFailed
            | EventId::PrintBegin
            | EventId::PrintEnd
            | EventId::IdleReset
            | EventId::IdleWarned
    )
}
