//! The technician's page in the core: who gets to it, what its wishes do.

use std::time::{Duration, Instant};

use crate::audit::{Act, Name, Note, Outcome, Who};
use crate::case::Private;
use crate::domain::technician::{Answer, Ended, PaperStep, Place, Technician, Tool, Wish, slip};
use crate::domain::visit::{State, Trigger};
use crate::events::{EventId, FieldValue};
use crate::pins::Beep;
use crate::technician::Reason;
use crate::text::Text;

use super::{Effect, Kiosk, Order, PrintOutcome, Request};

mod requests;

/// How long lights are tried.
const LIT: Duration = Duration::from_secs(10);
/// Jobs of slips, apart from those that the store numbers.
const SLIPS: u64 = 1 << 63;

impl Kiosk {
    /// The technician, when their page has been opened for them.
    pub(super) fn technician(&self) -> Option<&Technician> {
        let technician = self.visit.technician.as_deref()?;
        technician.who.is_some().then_some(technician)
    }

    /// A wish from the page.
    pub(super) fn technician_wishes(&mut self, wish: Wish) {
        match wish {
            Wish::Try(code) => {
                let question = self.ask_gate();
                let code = Private::new(code);
                self.effects.push(Effect::TryCode(question, code));
            }
            // Everything else is for whoever has been let in.
            _ if self.technician().is_none() => {}
            Wish::Look => self.look_around(),
            Wish::Slip => self.print_slip(),
            Wish::Export => self.request(Request::Export, Act::ExportAsked, None),
            Wish::Update(name) => {
                let detail = Name::new(&name);
                self.request(Request::Update(name), Act::UpdateAsked, detail);
            }
            Wish::Answer(action, yes) => {
                let detail = Name::word(if yes { "agreed" } else { "denied" });
                let request = Request::Answer(action, yes);
                self.request(request, Act::UpdateAsked, Some(detail));
            }
            Wish::Out(reason) => self.effects.push(Effect::KeepService(Some(reason))),
            Wish::In => self.effects.push(Effect::KeepService(None)),
            Wish::Train => self.begin_training(),
            Wish::Buzz => {
                let until = self.now + LIT;
                self.of_technician(|technician| technician.lit_until = Some(until));
                self.effects.push(Effect::Beep(Beep::Attention));
            }
            Wish::Tried(tool) => self.tried(tool),
        }
    }

    fn of_technician(&mut self, change: impl FnOnce(&mut Technician)) {
        if let Some(technician) = &mut self.visit.technician {
            change(technician);
        }
    }

    fn ask_gate(&mut self) -> u64 {
        let question = self.next_question;
        self.next_question += 1;
        self.gate = Some(question);
        question
    }

    /// A badge before the scanner: where nobody is served, or on a machine without a door where a visit would begin.
    pub(super) fn badge(&mut self, text: &Private) {
        let here =
            match self.visit.state {
                State::Closed => true,
                State::Start => self.world.machine.badge_at_start,
                State::Technician => self.visit.technician.as_ref().is_some_and(|technician| {
                    technician.place == Place::Entry && !technician.judging
                }),
                _ => false,
            };
        if here && self.gate.is_none() {
            let question = self.ask_gate();
            self.of_technician(|technician| technician.judging = true);
            self.effects.push(Effect::TryBadge(question, text.clone()));
        }
    }

    /// What the gate says. Only to what was asked last, and never into a visit.
    pub(super) fn gate_says(&mut self, question: u64, answer: Answer) {
        if self.gate.take_if(|asked| *asked == question).is_none() {
            return;
        }
        let opens = matches!(answer, Answer::Granted(_));
        let outside = matches!(self.visit.state, State::Start | State::Closed);
        if outside && opens {
            self.enter_technician();
        }
        if self.visit.state != State::Technician {
            return;
        }
        self.visit.last_touch = self.now;
        let Answer::Granted(who) = answer else {
            self.of_technician(|technician| technician.refuse(answer.told()));
            self.log(EventId::TechnicianRefused, Vec::new());
            return;
        };
        let badge = self.visit.technician.as_ref().and_then(|t| t.badge.clone());
        let who = match (who, badge) {
            // Without a door that somebody had to open, a badge alone could be a photograph of one.
            (Who::Badge(name), _) if self.world.machine.badge_at_start => {
                return self.of_technician(|technician| {
                    technician.refuse(None);
                    technician.badge = Some(name);
                });
            }
            (Who::Code, Some(name)) => Who::Badge(name),
            (who, _) => who,
        };
        self.of_technician(|technician| technician.open(who.clone()));
        self.note(Note::done(who.clone(), Act::PageOpened));
        self.log(EventId::TechnicianEntered, Vec::new());
        self.signed_in = Some(who);
    }

    /// To the page's entry, from where nobody is served.
    pub(super) fn enter_technician(&mut self) {
        self.visit.go(Trigger::Service, &self.world, self.now);
        self.visit.last_touch = self.now;
    }

    /// Whoever was let in has left, or the time has sent them.
    pub(super) fn technician_left(&mut self, how: &'static str) {
        self.gate = None;
        if let Some(who) = self.signed_in.take() {
            self.note(Note::done(who, Act::PageLeft).of(Name::word(how)));
            self.log(
                EventId::TechnicianLeft,
                vec![("how", FieldValue::Word(how))],
            );
        }
    }

    /// What goes on while the page is open: devices are looked at, lights go out again.
    pub(super) fn work_technician(&mut self) {
        let now = self.now;
        let minutes = |at| now.saturating_duration_since(at).as_secs() / 60;
        let reached = self.answered.map(minutes);
        let (printer, paper) = (self.world.printer.get(), self.world.paper.get());
        let can_print = self.world.can_print() && self.order.is_none();
        let Some(technician) = &mut self.visit.technician else {
            return;
        };
        technician.reached = reached;
        if technician.lit_until.is_some_and(|until| until <= now) {
            technician.lit_until = None;
        }
        // A stick is plugged in, and a copy grows, while somebody looks on.
        let look = technician.is_at(Tool::Stick) && technician.look.is_some_and(|at| at <= now);
        let mut cut = false;
        if technician.is_at(Tool::Paper) {
            let before = technician.paper.step();
            cut = technician.paper.look(printer, paper);
            if technician.paper.step() != before {
                // Hands are in the machine, not on the screen.
                self.visit.last_touch = now;
            }
            // Printed as soon as it can be, when something else was under way.
            cut |= technician.paper.step() == PaperStep::Cut && !technician.printing && can_print;
        }
        if cut {
            self.print_slip();
        }
        if look {
            self.look_around();
        }
    }

    /// When the lights of the test go out, or the stick is looked at again.
    pub(super) fn technician_by(&self) -> Option<Instant> {
        let technician = self.visit.technician.as_ref()?;
        let look = technician.look.filter(|_| technician.is_at(Tool::Stick));
        [technician.lit_until, look].into_iter().flatten().min()
    }

    fn print_slip(&mut self) {
        if !self.world.can_print() || self.order.is_some() {
            self.of_technician(|technician| {
                technician.ended = Some(Ended {
                    well: false,
                    text: Text::new("打印机现在不能打印。", "The printer cannot print now."),
                });
            });
            return;
        }
        let job = SLIPS | self.next_question;
        self.next_question += 1;
        self.order = Some(Order::Slip(job));
        self.of_technician(|technician| {
            technician.printing = true;
            technician.ended = None;
        });
        self.effects
            .push(Effect::Print(job, slip::slip(&self.world)));
    }

    /// Whether the job was a slip, which has ended now.
    pub(super) fn slip_ended(&mut self, job: u64, outcome: PrintOutcome) -> bool {
        if self
            .order
            .take_if(|order| matches!(order, Order::Slip(of) if *of == job))
            .is_none()
        {
            return false;
        }
        let came_out = outcome == PrintOutcome::Printed;
        let paper = self.world.paper.get();
        let mut act = Act::TestPrint;
        if let Some(technician) = &mut self.visit.technician {
            technician.printing = false;
            if technician.is_at(Tool::Paper) {
                technician.paper.ended(came_out, paper);
                act = Act::PaperChanged;
            }
            technician.ended = Some(Ended {
                well: came_out,
                text: match outcome {
                    PrintOutcome::Printed => {
                        Text::new("打印机确认已打出。", "The printer says that it came out.")
                    }
                    PrintOutcome::NotStarted => Text::new("没有打印。", "Nothing was printed."),
                    PrintOutcome::Interrupted => {
                        Text::new("没有打完。", "It did not come out whole.")
                    }
                    PrintOutcome::Unknown => Text::new(
                        "打印机没有确认，请看出纸口。",
                        "The printer did not say. Look at its exit.",
                    ),
                },
            });
        }
        let note = Note::done(self.actor(), act).of(Name::word(outcome.word()));
        self.note(note.but(if came_out {
            Outcome::Done
        } else {
            Outcome::Failed
        }));
        true
    }

    /// Who is at the page, or was when something began.
    pub(super) fn actor(&self) -> Who {
        self.signed_in.clone().unwrap_or(Who::Nobody)
    }

    fn tried(&mut self, tool: Tool) {
        let Some(technician) = self.visit.technician.as_ref() else {
            return;
        };
        let count = |number: u32| u64::from(number);
        let both = |(well, bad): (u32, u32)| {
            Name::new(&format!("well-{}.bad-{}", count(well), count(bad)))
        };
        let (act, detail) = match tool {
            Tool::Touch => {
                let hit = technician.hit.iter().filter(|hit| **hit).count();
                (Act::TouchChecked, Some(Name::count(hit as u64)))
            }
            Tool::Reader => (Act::ReaderTested, both(technician.cards)),
            Tool::Scanner => (Act::ScannerTested, both(technician.codes)),
            Tool::Lights => (Act::LightsTested, None),
            _ => return,
        };
        let mut note = Note::done(self.actor(), act);
        note.detail = detail;
        self.note(note);
    }

    /// What stands on the disk of the service: said at start, after each change, and when a command has changed it.
    pub(super) fn service_is(&mut self, reason: Option<Reason>) {
        if self.world.guard.out_of_service == reason {
            return;
        }
        self.world.guard.out_of_service = reason;
        let (act, detail) = match reason {
            Some(reason) => (Act::ServiceOut, Some(Name::word(reason.word()))),
            None => (Act::ServiceIn, None),
        };
        // A command has written its own entry.
        if let Some(who) = self.signed_in.clone() {
            let mut note = Note::done(who, act);
            note.detail = detail;
            self.note(note);
        }
        let word = reason.map_or("in", Reason::word);
        self.log(
            EventId::ServiceSwitched,
            vec![("reason", FieldValue::Word(word))],
        );
    }

    /// The switch could not be written.
    pub(super) fn service_not_kept(&mut self) {
        self.of_technician(|technician| {
            technician.ended = Some(Ended {
                well: false,
                text: Text::new(
                    "没有写入磁盘，状态未变。",
                    "Not written to the disk; nothing has changed.",
                ),
            });
        });
    }

    /// A card or a code in the hands of a technician: that it was read, nothing of it. True when it goes no further.
    pub(super) fn tests_card(&mut self, read: bool) -> bool {
        let testing = self.visit.state == State::Technician;
        if testing {
            self.of_technician(|technician| {
                if technician.is_at(Tool::Reader) {
                    let count = if read {
                        &mut technician.cards.0
                    } else {
                        &mut technician.cards.1
                    };
                    *count = count.saturating_add(1);
                }
            });
            self.visit.last_touch = self.now;
        }
        testing
    }

    /// Likewise of the scanner.
    pub(super) fn tests_code(&mut self, read: bool) -> bool {
        let testing = self
            .visit
            .technician
            .as_ref()
            .is_some_and(|t| t.is_at(Tool::Scanner));
        if testing {
            self.of_technician(|technician| {
                let count = if read {
                    &mut technician.codes.0
                } else {
                    &mut technician.codes.1
                };
                *count = count.saturating_add(1);
            });
            self.visit.last_touch = self.now;
        }
        testing
    }

    /// Somebody shut the door: whoever works here has gone, or says within the countdown that they have not.
    pub(super) fn door_of_technician(&mut self, open: bool) {
        let detail = Name::word(if open { "open" } else { "closed" });
        self.note(Note::done(self.actor(), Act::Door).of(detail));
        if let Some(training) = &mut self.world.training {
            training.shut |= !open;
        }
        if !open && self.visit.state == State::Technician {
            let warn = self.world.idle.technician;
            if let Some(before) = self.now.checked_sub(warn) {
                self.visit.last_touch = self.visit.last_touch.min(before);
            }
        }
    }

    /// Writes down in the audit log.
    pub(super) fn note(&mut self, note: Note) {
        self.effects.push(Effect::Audit(note));
    }
}
