//! The agent: polls, reads the firmware's report, carries out the effects of the update policy, writes down first.
//!
//! One thread. Downloads and installations run beside the polls, so that a cancellation finds them; everything else is done one
//! after the other. Nothing here decides anything about an update.

mod effects;
mod place;
mod requests;

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::attributes::attributes;
use super::ddi::{Ddi, DdiFault};
use super::fetch::Place;
use super::handler::Handler;
use super::kept;
use super::rauc::Slots;
use super::renewal::until;
use crate::config::Config;
use crate::domain::update::{Ended, Event, Kept, Now, Polls, State, Update};
use crate::events::{EventId, FieldValue};
use crate::fleet::report::Report;
use crate::fleet::wish::Wish;
use crate::shell::clock::Clock;
use crate::shell::journal::Journal;
pub use place::{PlaceError, ddi_config, settings};
pub use requests::{copies, standing_file};

/// The firmware's report is looked at, and the wish renewed, this often while something is under way.
const TICK: Duration = Duration::from_secs(10);
/// And when nothing is: a technician's request is seen within this time.
const REST: Duration = Duration::from_secs(30);
/// Attributes are told again after so long even if nothing changed, milliseconds.
const ATTRIBUTES_MS: u64 = 86_400_000;

/// What an agent works with.
pub struct Tools<S> {
    /// The machine's configuration, with `[updates]`.
    pub config: Config,
    /// Server.
    pub ddi: Ddi,
    /// Slots.
    pub slots: S,
    /// Content packages.
    pub content: Box<dyn Handler>,
    /// Clocks.
    pub clock: Clock,
    /// Journal.
    pub journal: Journal,
    /// Where chance comes from.
    pub seed: u64,
}

/// The agent of one machine.
pub struct Agent<S> {
    tools: Rc<Tools<S>>,
    place: Place,
    update: Update,
    written: Kept,
    polls: Polls,
    events: mpsc::UnboundedSender<Event>,
    arrived: mpsc::UnboundedReceiver<Event>,
    fetching: Option<JoinHandle<()>>,
    report: Option<Report>,
    wished: Option<(bool, u64)>,
    told: RefCell<Option<(std::collections::BTreeMap<String, String>, u64)>>,
    state_dir: std::path::PathBuf,
    asked: requests::Asked,
    /// It is known what runs.
    started: bool,
}

impl<S: Slots + 'static> Agent<S> {
    /// Reads what was written down, asks what runs, and goes on from there.
    ///
    /// # Errors
    /// No `[updates]`, or its folder cannot be used.
    pub async fn start(tools: Tools<S>) -> Result<Self, PlaceError> {
        let fleet = tools.config.updates.clone().ok_or(PlaceError::NoFleet)?;
        let folder = |error| PlaceError::Folder(fleet.state_dir.clone(), error);
        std::fs::create_dir_all(&fleet.state_dir).map_err(folder)?;
        let path = fleet.state_dir.join("update.json");
        let (written, lost) = kept::read_or_set_aside::<Kept>(&path).map_err(folder)?;
        if lost {
            tools.journal.event(EventId::FleetStateLost, &[]);
        }
        let (events, arrived) = mpsc::unbounded_channel();
        let rng = fastrand::Rng::with_seed(tools.seed);
        let polls = Polls::new(
            Duration::from_secs(fleet.poll_s.into()),
            rng,
            tools.clock.boot_ms(),
        );
        let mut agent = Self {
            place: Place::of(&fleet.state_dir, fleet.bandwidth_kib_s),
            update: Update::new(settings(&tools.config, &fleet), written.clone()),
            written,
            polls,
            events,
            arrived,
            fetching: None,
            report: None,
            wished: None,
            told: RefCell::new(None),
            asked: requests::Asked::of(&fleet.state_dir),
            state_dir: fleet.state_dir,
            started: false,
            tools: Rc::new(tools),
        };
        agent.look_at_report();
        // The report first: the state that goes on may need to know whether somebody is there.
        let report = agent.report.clone();
        agent.handle(Event::Reported(report)).await;
        agent.learn_what_runs().await;
        Ok(agent)
    }

    /// Asks what runs, until it is told. Without an answer nothing may be concluded: an empty one would look like a rollback.
    async fn learn_what_runs(&mut self) {
        let Ok(running) = self.tools.slots.running().await else {
            self.tools.journal.event(
                EventId::UpdateStepFailed,
                &[("step", FieldValue::Word("slots"))],
            );
            return;
        };
        let fields = [
            ("version", FieldValue::id(&running.version)),
            (
                "slot",
                FieldValue::id(&running.slot.replace(['_', '/'], "-")),
            ),
        ];
        self.tools.journal.event(EventId::FleetStarted, &fields);
        self.started = true;
        self.handle(Event::Started(running)).await;
    }

    /// Where the update stands.
    #[must_use]
    pub fn state(&self) -> &State {
        self.update.state()
    }

    /// How the last action ended.
    #[must_use]
    pub fn last(&self) -> Option<&Ended> {
        self.update.kept().last.as_ref()
    }

    /// One turn: what has arrived, the report, a request, a poll if one is due. Gives how long nothing needs to be done.
    pub async fn turn(&mut self) -> Duration {
        if !self.started {
            self.learn_what_runs().await;
        }
        while let Ok(event) = self.arrived.try_recv() {
            self.handle(event).await;
        }
        self.look_at_request().await;
        self.look_at_report();
        let report = self.report.clone();
        self.handle(Event::Reported(report)).await;
        if self.polls.is_due(self.boot_ms()) {
            self.poll().await;
        }
        self.renew_wish();
        self.tell_standing();
        let most = if self.asked.is_busy() {
            Duration::from_secs(1)
        } else if matches!(self.update.state(), State::Idle) {
            REST
        } else {
            TICK
        };
        let poll = Duration::from_millis(self.polls.next_ms().saturating_sub(self.boot_ms()));
        poll.min(most).max(Duration::from_millis(100))
    }

    /// Waits for `at_most`, or less when a download or an installation ends.
    pub async fn rest(&mut self, at_most: Duration) {
        if let Ok(Some(event)) = tokio::time::timeout(at_most, self.arrived.recv()).await {
            self.handle(event).await;
        }
    }

    /// Polls at the next turn.
    pub fn poll_now(&mut self) {
        let seed = self.tools.seed;
        self.polls = Polls::new(Duration::from_secs(5), fastrand::Rng::with_seed(seed), 0);
    }

    fn boot_ms(&self) -> u64 {
        self.tools.clock.boot_ms()
    }

    fn now(&self) -> Now {
        let clock = &self.tools.clock;
        let minute = clock
            .local()
            .map(|local| u16::from(local.hour) * 60 + u16::from(local.minute));
        Now {
            boot: clock.boot_id().to_owned(),
            boot_ms: clock.boot_ms(),
            minute,
        }
    }

    /// Asks the server and hands on what it has; a cancellation first, because it speaks about what is under way.
    async fn poll(&mut self) {
        let asked = self.ask().await;
        let now_ms = self.boot_ms();
        match asked {
            Ok(sleep) => self.polls.answered(sleep, now_ms),
            Err(fault) => {
                self.polls.failed(fault.retry_after(), now_ms);
                let wait_s = self.polls.next_ms().saturating_sub(now_ms) / 1000;
                let fields = [
                    (
                        "why",
                        FieldValue::Word(fault.word_by(self.tools.clock.class().is_checked())),
                    ),
                    ("wait_s", FieldValue::count(wait_s)),
                ];
                self.tools.journal.event(EventId::FleetPollFailed, &fields);
            }
        }
    }

    async fn ask(&mut self) -> Result<Option<Duration>, DdiFault> {
        let tools = self.tools.clone();
        let poll = tools.ddi.poll().await?;
        if let Some(link) = &poll.cancel {
            let action = tools.ddi.cancelled(link).await?;
            self.handle(Event::CancelAsked {
                stop: link.action.clone(),
                action,
            })
            .await;
        }
        if let Some(link) = &poll.confirmation {
            self.handle(Event::Asked {
                action: link.action.clone(),
            })
            .await;
        }
        match &poll.deployment {
            Some(link) => match tools.ddi.deployment(link).await {
                Ok(order) => self.handle(Event::Offered(order)).await,
                Err(DdiFault::Deployment(fault)) => {
                    self.refuse(&link.action, &fault.to_string()).await?
                }
                Err(DdiFault::NotFound | DdiFault::Gone) => {
                    let action = link.action.clone();
                    self.handle(Event::Gone { action }).await;
                }
                Err(fault) => return Err(fault),
            },
            None if poll.cancel.is_none() && poll.confirmation.is_none() => {
                self.handle(Event::NothingOpen).await
            }
            None => {}
        }
        self.tell_attributes(poll.wants_attributes).await?;
        Ok(poll.sleep_s.map(Duration::from_secs))
    }

    /// An order that cannot even be read ends at once; it is no state of the machine.
    async fn refuse(&self, action: &str, why: &str) -> Result<(), DdiFault> {
        use crate::domain::update::{Origin, Outcome};
        let ended = Ended {
            action: action.to_owned(),
            origin: Origin::Server,
            name: String::new(),
            version: String::new(),
            outcome: Outcome::Refused,
            why: why.to_owned(),
            stop: None,
        };
        match self.tools.ddi.close(&ended).await {
            Err(DdiFault::NotFound | DdiFault::Gone | DdiFault::Conflict) => Ok(()),
            other => other,
        }
    }

    async fn tell_attributes(&self, wanted: bool) -> Result<(), DdiFault> {
        let content = self.tools.content.version();
        let mut new = attributes(
            &self.tools.config,
            self.update.running(),
            self.report.as_ref(),
            self.update.kept(),
            &content,
        );
        new.extend(until(&self.tools.config));
        let known = self.told.borrow().as_ref().is_some_and(|(told, at)| {
            *told == new && self.boot_ms().saturating_sub(*at) < ATTRIBUTES_MS
        });
        if known && !wanted {
            return Ok(());
        }
        self.tools.ddi.attributes(&new).await?;
        self.told.replace(Some((new, self.boot_ms())));
        Ok(())
    }

    fn look_at_report(&mut self) {
        if let Some(path) = &self.tools.config.fleet.report {
            // What cannot be read says nothing of the firmware: the report heard last stays, and ages by its own time.
            if let Ok(report) = kept::read(path) {
                self.report = report;
            }
        }
    }

    /// Says the wish again before it expires, and takes it back as soon as it is over.
    fn renew_wish(&mut self) {
        let (stand_by, now_ms) = (self.update.wishes_stand_by(), self.boot_ms());
        let said = match self.wished {
            Some((said, at)) => {
                said == stand_by && (!stand_by || now_ms.saturating_sub(at) < 20_000)
            }
            // Of the agent before this one, which may have died while it wished.
            None => false,
        };
        let wish_file = self.tools.config.fleet.wish.as_ref();
        let Some(path) = wish_file.filter(|_| !said) else {
            return;
        };
        let wish = Wish {
            boot: self.tools.clock.boot_id().to_owned(),
            boot_ms: now_ms,
            stand_by,
        };
        if kept::publish(path, &wish).is_ok() {
            self.wished = Some((stand_by, now_ms));
        }
    }
}
