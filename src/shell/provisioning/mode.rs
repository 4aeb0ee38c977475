//! The firmware of a machine that is not in service yet: one loop over codes, sticks, touches and steps, one page.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use super::scan::{self, Found, Looking};
use super::stick;
use super::works::{LOOK, Works, serial};
use crate::case::PublicIdentity;
use crate::case::hex::to_hex;
use crate::domain::page::{Intent, Page};
use crate::domain::provisioning::page::{Facts, Looks, page};
use crate::domain::provisioning::{Effect, Event, Failure, Journey, Saved, Step};
use crate::events::{EventId, FieldValue};
use crate::order::Task;
use crate::text::Lang;

/// How long the last page stays before the firmware proper begins.
const FAREWELL: Duration = Duration::from_secs(6);
/// Pause before a disk that did not keep what must be kept is tried again.
const KEEP_AGAIN: Duration = Duration::from_secs(5);
/// Pause before ports are asked again that had no scanner.
const SEARCH_AGAIN: Duration = Duration::from_secs(10);

/// A code that is read again within this time has not been taken away.
const HELD: Duration = Duration::from_secs(3);

/// What the loop hears.
enum Heard {
    Intent(Intent),
    Text(String),
    Found(Vec<Found>),
    Step(Event),
    Stop,
}

/// Where the loop is told things.
#[derive(Clone)]
pub struct Inbox(Sender<Heard>);

impl Inbox {
    /// Somebody touched the page.
    pub fn intent(&self, intent: Intent) {
        // A loop that has ended needs nothing.
        let _ = self.0.send(Heard::Intent(intent));
    }

    /// The loop ends.
    pub fn stop(&self) {
        let _ = self.0.send(Heard::Stop);
    }
}

/// A machine on its way, with its page.
pub struct Mode {
    journey: Journey,
    works: Arc<Works>,
    stick: PathBuf,
    facts: Facts,
    tell: Sender<Heard>,
    heard: Receiver<Heard>,
    /// Scanners that were found; none while nobody has looked.
    found: Option<Vec<Found>>,
    looking: Option<Looking>,
    searching: bool,
    search_at: Instant,
    /// The text that lay on the stick last, so that a refused one is told once.
    on_stick: Option<String>,
    /// The code that was read last, and when.
    held: Option<(String, Instant)>,
    /// What waits for the disk to keep what must be kept first.
    left: VecDeque<Effect>,
    /// When that is tried again.
    keep_at: Instant,
}

/// What a machine that has been in service lacks, if its configuration is gone or a step is left: it is fetched again.
fn resumed(mut saved: Saved, has_config: bool) -> Saved {
    if saved.step == Step::InService && !has_config {
        saved.step = Step::Fetch;
    }
    saved
}

impl Mode {
    /// Whether a machine is to be brought into service, by what lies on its disk.
    #[must_use]
    pub fn is_wanted(saved: &Saved, has_config: bool) -> bool {
        !has_config || !matches!(saved.step, Step::Order | Step::InService)
    }

    /// The machine as it lies on disk. `phone` is the desk's.
    ///
    /// # Errors
    /// [`Failure::Disk`]: no key can be made.
    pub fn new(
        works: Works,
        trusted: PublicIdentity,
        stick: PathBuf,
        phone: &str,
    ) -> Result<Self, Failure> {
        let saved = resumed(works.folder.saved()?, works.config.exists());
        let key = works.folder.pending_or_current()?;
        let mut first = [0; 8];
        first.copy_from_slice(&key[..8]);
        let (tell, heard) = channel();
        Ok(Self {
            journey: Journey::new(saved, trusted, first),
            facts: Facts {
                serial: serial(),
                key: to_hex(&key),
                phone: phone.into(),
                ..Facts::default()
            },
            works: Arc::new(works),
            stick,
            tell,
            heard,
            found: None,
            looking: None,
            searching: false,
            search_at: Instant::now(),
            on_stick: None,
            held: None,
            left: VecDeque::new(),
            keep_at: Instant::now(),
        })
    }

    /// Where it is told of touches.
    #[must_use]
    pub fn inbox(&self) -> Inbox {
        Inbox(self.tell.clone())
    }

    /// Turns until the machine is in service, or is told to stop. `true` for in service.
    pub fn run(mut self, mut show: impl FnMut(Page)) -> bool {
        self.tell_begun();
        let effects = self.journey.begin();
        self.perform(effects);
        loop {
            self.look_around();
            self.facts.time = self.works.clock.hh_mm();
            self.facts.unkept = !self.left.is_empty();
            show(page(&self.journey, &self.facts));
            if self.journey.saved().step == Step::InService && self.left.is_empty() {
                std::thread::sleep(FAREWELL);
                return true;
            }
            let event = match self.heard.recv_timeout(LOOK) {
                Ok(Heard::Stop) | Err(RecvTimeoutError::Disconnected) => return false,
                Ok(Heard::Intent(intent)) => self.intent(&intent),
                Ok(Heard::Text(text)) => self.code(text),
                Ok(Heard::Found(found)) => {
                    self.searching = false;
                    self.search_at = Instant::now() + SEARCH_AGAIN;
                    self.found = Some(found);
                    None
                }
                Ok(Heard::Step(event)) => Some(event),
                Err(RecvTimeoutError::Timeout) => self.stick().or(Some(Event::Tick)),
            };
            // Nothing further is done before what was done is kept.
            if !self.left.is_empty() {
                if event == Some(Event::Again) || self.keep_at <= Instant::now() {
                    self.perform(Vec::new());
                }
                continue;
            }
            if let Some(event) = event {
                let is_text = matches!(event, Event::Text(_));
                let effects = self
                    .journey
                    .handle(event, Instant::now(), self.works.wall());
                if is_text && !effects.is_empty() {
                    self.tell_order(&effects);
                }
                self.perform(effects);
            }
        }
    }

    /// A code before the scanner. One that stays there is read many times a second and meant once: it would be tried as often
    /// at a server that is away.
    fn code(&mut self, text: String) -> Option<Event> {
        let (now, last) = (Instant::now(), self.held.take());
        let stays = last.is_some_and(|(held, at)| held == text && now < at + HELD);
        self.held = Some((text.clone(), now));
        (!stays).then_some(Event::Text(text))
    }

    fn tell_begun(&self) {
        let step = self.journey.saved().step;
        let key = &self.facts.key[..self.facts.key.len().min(16)];
        self.works.journal.event(
            EventId::ProvisioningBegan,
            &[
                ("step", FieldValue::Word(step.word())),
                ("key", FieldValue::id(key)),
            ],
        );
    }

    /// What became of a text: taken, or why not. Nothing of the text itself, for an order holds a password. One that is
    /// followed already is no news.
    fn tell_order(&self, effects: &[Effect]) {
        let is_new = effects.iter().any(|it| matches!(it, Effect::Save(_)));
        let journal = &self.works.journal;
        if let Some(why) = self.journey.refused() {
            let why = FieldValue::Word(why.word());
            journal.event(EventId::ProvisioningOrderRefused, &[("why", why)]);
        } else if let Some(order) = self.journey.order().filter(|_| is_new) {
            let task = match order.task {
                Task::Enrol => "enrol",
                Task::Decommission { .. } => "decommission",
            };
            journal.event(
                EventId::ProvisioningOrderTaken,
                &[
                    ("task", FieldValue::Word(task)),
                    ("machine", FieldValue::id(order.machine.as_str())),
                ],
            );
        }
    }

    fn intent(&mut self, intent: &Intent) -> Option<Event> {
        match intent {
            Intent::Primary => Some(Event::Again),
            Intent::Secondary(0) => Some(Event::Accept),
            Intent::Language => {
                self.facts.lang = match self.facts.lang {
                    Lang::Zh => Lang::En,
                    Lang::En => Lang::Zh,
                };
                None
            }
            _ => None,
        }
    }

    /// Whether an order is waited for. Then nobody else has the ports.
    fn waits(&self) -> bool {
        !self.journey.is_running()
            && (self.journey.saved().step.is_end() || self.journey.halt().is_some())
    }

    /// Looks for scanners while an order is waited for, and gives their ports back when it has come.
    fn look_around(&mut self) {
        if !self.waits() || self.journey.saved().step == Step::InService {
            self.looking = None;
            return;
        }
        if self.looking.as_ref().is_none_or(Looking::is_empty) {
            self.looking = None;
            match &self.found {
                Some(found) if !found.is_empty() => {
                    let tell = self.tell.clone();
                    self.looking = Some(Looking::start(found, move |text| {
                        drop(tell.send(Heard::Text(text)))
                    }));
                }
                // A search of a step that halts would take the ports that it tries again.
                _ if !self.searching
                    && self.search_at <= Instant::now()
                    && self.journey.saved().step.is_end() =>
                {
                    self.searching = true;
                    let (works, tell) = (Arc::clone(&self.works), self.tell.clone());
                    std::thread::spawn(move || {
                        drop(tell.send(Heard::Found(scan::find(works.ports.as_deref()))))
                    });
                }
                _ => {}
            }
        }
        self.facts.looks = match (&self.looking, &self.found) {
            (Some(_), _) => Looks::Reading,
            (None, None) => Looks::Searching,
            (None, Some(_)) => Looks::None,
        };
    }

    /// An order on a stick that was not there before.
    fn stick(&mut self) -> Option<Event> {
        let text = stick::order(&self.stick);
        if text == self.on_stick || !self.waits() {
            return None;
        }
        self.on_stick.clone_from(&text);
        text.map(Event::Text)
    }

    /// Does what is left of before, then `effects`; up to what the disk does not keep, which is tried again.
    fn perform(&mut self, effects: Vec<Effect>) {
        self.left.extend(effects);
        while let Some(effect) = self.left.pop_front() {
            match effect {
                Effect::Save(saved) => {
                    if self.works.folder.save(&saved).is_err() {
                        self.left.push_front(Effect::Save(saved));
                        self.keep_at = Instant::now() + KEEP_AGAIN;
                        return;
                    }
                }
                Effect::Do(step) => {
                    // Ports are free before a step asks at them.
                    self.looking = None;
                    let (works, tell) = (Arc::clone(&self.works), self.tell.clone());
                    let (saved, order) =
                        (self.journey.saved().clone(), self.journey.order().cloned());
                    std::thread::spawn(move || {
                        let event = match works.carry_out(step, &saved, order.as_ref()) {
                            Ok(outcome) => Event::Done(step, outcome),
                            Err(failure) => Event::Failed(step, failure),
                        };
                        let _ = tell.send(Heard::Step(event));
                    });
                }
                Effect::Show => {}
            }
        }
    }
}
