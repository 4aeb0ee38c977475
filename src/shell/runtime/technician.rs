//! What a technician's page needs of the world: the gate, the audit log, the stick, the switch of the service.

use std::path::{Path, PathBuf};

use crate::audit::{Act, Name, Note, Who};
use crate::case::{Private, SealKey};
use crate::config::Config;
use crate::domain::kiosk::{Event, Request};
use crate::domain::technician::{Ended, Facts};
use crate::events::{EventId, FieldValue};
use crate::fleet::request;
use crate::shell::audit::{AuditLog, Hand};
use crate::shell::carry::{self, Stick};
use crate::shell::clock::Clock;
use crate::shell::durable;
use crate::shell::journal::Journal;
use crate::shell::service_switch::ServiceSwitch;
use crate::shell::technician::Gatekeeper;
use crate::technician::Reason;
use crate::text::Text;

use super::Loop;

/// What is kept beside the loop for whoever maintains the machine.
pub(super) struct Workshop {
    gate: Gatekeeper,
    audit: AuditLog,
    /// Hands the log to the agent.
    hand: Option<Hand>,
    switch: ServiceSwitch,
    /// What the switch said last.
    switched: Option<Reason>,
    stick: PathBuf,
    request: PathBuf,
    machine: String,
    seal_key: Option<SealKey>,
}

impl Workshop {
    pub(super) fn new(config: &Config, clock: &Clock, journal: &Journal) -> Self {
        let switch = ServiceSwitch::beside(&config.store.path);
        let workshop = Self {
            gate: Gatekeeper::of(config, clock),
            audit: AuditLog::of(config),
            hand: config
                .fleet
                .entries()
                .filter(|_| config.fleet.audit.is_some())
                .map(|entries| {
                    Hand::start(AuditLog::of(config), entries, config.fleet.acknowledged())
                }),
            switched: switch.read(),
            switch,
            stick: config.technician.stick_dir.clone(),
            request: config.technician.request_file.clone(),
            machine: config.machine.id.clone(),
            seal_key: config
                .platform
                .by_hand
                .as_ref()
                .map(|by_hand| by_hand.seal_key.clone()),
        };
        workshop.look_at_log(clock, journal);
        workshop
    }

    /// What was known before this start.
    pub(super) fn first(&self) -> Option<Event> {
        self.switched.map(|reason| Event::Service(Some(reason)))
    }

    /// Judges the log once a start; a lesson that a restart has ended gets its end.
    fn look_at_log(&self, clock: &Clock, journal: &Journal) {
        match self.audit.verify(&[]) {
            Ok(verdict) if verdict.is_whole() => {}
            Ok(verdict) => {
                let found = FieldValue::count(verdict.found.len());
                journal.event(EventId::AuditDoubted, &[("found", found)]);
            }
            Err(_) => journal.event(EventId::AuditNotWritten, &[]),
        }
        let pages = self.audit.pages().unwrap_or_default();
        let entries = pages.iter().flat_map(|page| &page.lines).rev();
        let last = entries
            .filter_map(|raw| raw.entry.as_ref().ok())
            .find(|entry| matches!(entry.note.act, Act::TrainingBegan | Act::TrainingEnded));
        if last.is_some_and(|entry| entry.note.act == Act::TrainingBegan) {
            let ended = Note::done(Who::Nobody, Act::TrainingEnded).of(Name::word("restart"));
            self.note(ended, clock, journal);
        }
    }

    fn note(&self, note: Note, clock: &Clock, journal: &Journal) {
        if self.audit.append(note, clock).is_err() {
            journal.event(EventId::AuditNotWritten, &[]);
        }
        if let Some(hand) = &self.hand {
            hand.wake();
        }
    }

    /// Whether a command has moved the switch meanwhile.
    pub(super) fn look_at_switch(&mut self) -> Option<Event> {
        let now = self.switch.read();
        let moved = now != self.switched;
        self.switched = now;
        moved.then_some(Event::Service(now))
    }

    fn keep_service(&mut self, reason: Option<Reason>) -> Event {
        if self.switch.set(reason).is_err() {
            return Event::ServiceNotKept;
        }
        self.switched = reason;
        Event::Service(reason)
    }

    fn ask_agent(&self, clock: &Clock) -> Ended {
        let failed = |text| Ended { well: false, text };
        let Some(bundle) = bundle_on(&self.stick) else {
            return failed(Text::new(
                "U盘上没有升级包（.raucb）。",
                "There is no update (.raucb) on the stick.",
            ));
        };
        let request = request::Request {
            boot: clock.boot_id().into(),
            boot_ms: clock.boot_ms(),
            install: Some(bundle),
        };
        let content = serde_json::to_vec(&request).unwrap_or_default();
        match durable::put_for_group(&self.request, &content) {
            Ok(()) => Ended {
                well: true,
                text: Text::new(
                    "已请求升级：升级程序取走后会验证、安装并重启。",
                    "Asked for: the updater takes it up, verifies, installs and restarts.",
                ),
            },
            Err(_) => failed(Text::new(
                "没能写下升级请求。",
                "It could not be handed to the updater.",
            )),
        }
    }
}

/// The update on a stick: the last by name, so that a newer version wins where names tell it.
fn bundle_on(stick: &Path) -> Option<PathBuf> {
    let names = std::fs::read_dir(stick)
        .ok()?
        .filter_map(Result::ok)
        .map(|entry| entry.path());
    names
        .filter(|path| path.extension().is_some_and(|end| end == "raucb"))
        .max()
}

impl Loop {
    pub(super) fn audit(&mut self, note: Note) {
        self.workshop.note(note, &self.clock, &self.journal);
        self.tell_end();
    }

    /// Where the log ends, for the agent and the desk.
    pub(super) fn tell_end(&mut self) {
        self.beat.audit(self.workshop.audit.end());
    }

    pub(super) fn try_code(&mut self, question: u64, code: &Private) {
        let (answer, kept) = self.workshop.gate.try_code(code.reveal());
        self.gate_said(kept);
        self.inbox.event(Event::Gate(question, answer));
    }

    pub(super) fn try_badge(&mut self, question: u64, badge: &Private) {
        let (answer, kept) = self.workshop.gate.try_badge(badge.reveal());
        self.gate_said(kept);
        self.inbox.event(Event::Gate(question, answer));
    }

    fn gate_said(&self, kept: bool) {
        if !kept {
            self.journal.event(EventId::AuditNotWritten, &[]);
        }
    }

    pub(super) fn keep_service(&mut self, reason: Option<Reason>) {
        let event = self.workshop.keep_service(reason);
        self.inbox.event(event);
    }

    /// Looks at queue and stick away from the loop: a stick may take seconds.
    pub(super) fn look_around(&self) {
        let (store, clock, inbox) = (self.store.clone(), self.clock.clone(), self.inbox.clone());
        let (stick, call) = (self.workshop.stick.clone(), self.inbox.call());
        self.network.aside(move || {
            let _under_way = call;
            let counts = store.counts().unwrap_or_default();
            let oldest = store.backlog(0, 1, clock.stamp()).unwrap_or_default();
            let bundle = bundle_on(&stick);
            let name = bundle.as_ref().and_then(|path| path.file_name());
            let mounted = carry::is_mounted(&stick);
            inbox.event(Event::Facts(Facts {
                waiting: counts.waiting,
                parked: counts.parked,
                oldest_s: oldest.first().map(|case| case.waited.as_secs()),
                clock: clock.class().word(),
                stick: mounted,
                bundle: name
                    .filter(|_| mounted)
                    .map(|name| name.to_string_lossy().chars().take(40).collect()),
            }));
        });
    }

    pub(super) fn request(&self, request: Request) {
        if request == Request::Update {
            let ended = self.workshop.ask_agent(&self.clock);
            return self.inbox.event(Event::RequestEnded(ended));
        }
        let (store, clock, inbox) = (self.store.clone(), self.clock.clone(), self.inbox.clone());
        let (machine, seal_key) = (
            self.workshop.machine.clone(),
            self.workshop.seal_key.clone(),
        );
        let (identity, call) = (self.identity.clone(), self.inbox.call());
        let folder = self.workshop.stick.clone();
        self.network.aside(move || {
            let _under_way = call;
            let export = || {
                let (Some(seal_key), Some(identity)) = (&seal_key, &identity) else {
                    anyhow::bail!("no key to seal to, or no identity to sign with");
                };
                anyhow::ensure!(carry::is_mounted(&folder), "no stick");
                let stick = Stick::at(&folder, &machine)?;
                carry::export(&store, identity, seal_key, &stick, clock.stamp())
            };
            let ended = match export() {
                Ok(exported) => Ended {
                    well: exported.left_out.is_empty(),
                    text: Text {
                        zh: format!(
                            "已导出 {} 件，读不出 {} 件；状态不变。",
                            exported.cases(),
                            exported.left_out.len()
                        ),
                        en: format!(
                            "{} cases exported, {} cannot be read; all still wait here.",
                            exported.cases(),
                            exported.left_out.len()
                        ),
                    },
                },
                Err(_) => Ended {
                    well: false,
                    text: Text::new(
                        "没有导出：U盘、封装公钥（seal_key）或本机密钥不可用。",
                        "Not exported: no stick, no seal_key, or no key of this machine.",
                    ),
                },
            };
            inbox.event(Event::RequestEnded(ended));
        });
    }

    /// The switch may have been moved by a command.
    pub(super) fn look_at_switch(&mut self) {
        self.tell_end();
        if let Some(event) = self.workshop.look_at_switch() {
            self.handle(event);
        }
    }
}
