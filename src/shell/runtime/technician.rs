//! What a technician's page needs of the world: the gate, the audit log, the stick, the switch of the service.

use std::path::{Path, PathBuf};

use crate::audit::{Act, Name, Note, Who};
use crate::case::{Private, SealKey};
use crate::config::Config;
use crate::domain::kiosk::{Event, Request};
use crate::domain::technician::{Ended, Facts};
use crate::events::{EventId, FieldValue};
use crate::fleet::request::{Request as Wanted, Want};
use crate::fleet::standing::{Stage, Standing};
use crate::shell::audit::{AuditLog, Hand};
use crate::shell::carry::{self, Stick};
use crate::shell::clock::Clock;
use crate::shell::fleet::agent::standing_file;
use crate::shell::fleet::{kept, request, stick};
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
    /// When this run has asked last, in milliseconds of this boot.
    asked_ms: Option<u64>,
    /// Where the agent tells where it stands.
    standing: Option<PathBuf>,
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
            asked_ms: asked_before(config, clock),
            standing: standing_file(config),
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

    fn ask_agent(&mut self, want: Want, clock: &Clock) -> Ended {
        let request = Wanted {
            boot: clock.boot_id().into(),
            // Two in one millisecond would be one.
            boot_ms: clock
                .boot_ms()
                .max(self.asked_ms.map_or(0, |last| last + 1)),
            want,
        };
        match request::ask(&self.request, &request) {
            Ok(()) => {
                self.asked_ms = Some(request.boot_ms);
                Ended {
                    well: true,
                    text: Text::new("已交给升级程序。", "Handed to the updater."),
                }
            }
            Err(_) => Ended {
                well: false,
                text: Text::new(
                    "没能写下升级请求。",
                    "It could not be handed to the updater.",
                ),
            },
        }
    }
}

/// When an earlier run in this boot has asked last.
fn asked_before(config: &Config, clock: &Clock) -> Option<u64> {
    let path = &config.technician.request_file;
    let asked: Wanted = kept::read(path).ok().flatten()?;
    (asked.boot == clock.boot_id()).then_some(asked.boot_ms)
}

/// What the agent tells, and how far the request of `asked_ms` has come.
fn agent(
    path: Option<&Path>,
    asked_ms: Option<u64>,
    clock: &Clock,
) -> (Option<Standing>, Option<Stage>) {
    let read = |path| kept::read::<Standing>(path).ok().flatten();
    let standing = path
        .and_then(read)
        .filter(|standing| standing.is_fresh(clock.boot_id(), clock.boot_ms()));
    let stage = asked_ms.map(|asked_ms| {
        let told = standing.as_ref();
        let stage = told.and_then(|told| told.stage_of(clock.boot_id(), asked_ms));
        stage.cloned().unwrap_or_default()
    });
    (standing, stage)
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
        let (standing, asked_ms) = (self.workshop.standing.clone(), self.workshop.asked_ms);
        self.network.aside(move || {
            let _under_way = call;
            let counts = store.counts().unwrap_or_default();
            let oldest = store.backlog(0, 1, clock.stamp()).unwrap_or_default();
            let mounted = carry::is_mounted(&stick);
            let bundles = if mounted {
                stick::bundles(&stick)
            } else {
                Vec::new()
            };
            let (agent, stage) = agent(standing.as_deref(), asked_ms, &clock);
            inbox.event(Event::Facts(Box::new(Facts {
                waiting: counts.waiting,
                parked: counts.parked,
                oldest_s: oldest.first().map(|case| case.waited.as_secs()),
                clock: clock.class().word(),
                stick: mounted,
                bundles,
                agent,
                stage,
            })));
        });
    }

    pub(super) fn request(&mut self, request: Request) {
        let want = match request {
            Request::Export => return self.export(),
            Request::Update(name) => Want::Install(name),
            Request::Answer(action, yes) => Want::Answer { action, yes },
        };
        let ended = self.workshop.ask_agent(want, &self.clock);
        self.inbox.event(Event::RequestEnded(ended));
    }

    fn export(&self) {
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

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::*;
    use crate::fleet::standing::Taken;

    #[test]
    fn what_is_asked_for_is_followed_over_a_restart_of_the_firmware() {
        let dir = tempfile::tempdir().expect("a folder");
        let here = dir.path().display();
        let text = format!(
            "[machine]\nid = \"W0012\"\ntown_code = \"440203001\"\nsite = \"测试\"\n[platform]\nurl = \"http://127.0.0.1:1\"\n\
             paasid = \"x\"\ntoken = \"secret-of-sixteen\"\n[store]\npath = \"{here}/store.db\"\n[technician]\n\
             request_file = \"{here}/request.json\"\n[fleet]\nwish = \"{here}/wish.json\"\n"
        );
        let config = Config::parse(&text).expect("good");
        let clock = Clock::starting_at(SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_000_000));
        clock.advance(Duration::from_secs(100));
        let journal = Journal::memory(clock.clone());
        let told =
            |workshop: &Workshop| agent(workshop.standing.as_deref(), workshop.asked_ms, &clock);
        let mut workshop = Workshop::new(&config, &clock, &journal);
        assert_eq!(told(&workshop), (None, None));
        let want = Want::Install("a.raucb".into());
        assert!(workshop.ask_agent(want.clone(), &clock).well);
        let first = workshop.asked_ms.expect("asked");
        assert!(workshop.ask_agent(want.clone(), &clock).well);
        let asked_ms = workshop.asked_ms.expect("asked");
        assert!(
            asked_ms > first,
            "another request, within the same millisecond"
        );
        // The agent does not run.
        assert_eq!(told(&workshop), (None, Some(Stage::Waiting)));
        let asked: Wanted = kept::read(&config.technician.request_file)
            .expect("read")
            .expect("there");
        assert_eq!((asked.boot_ms, asked.want), (asked_ms, want));

        let restarted = Workshop::new(&config, &clock, &journal);
        let stage = Stage::Copying { done: 3, size: 9 };
        let standing = Standing {
            boot: clock.boot_id().into(),
            boot_ms: clock.boot_ms(),
            request: Some(Taken {
                boot: asked.boot,
                boot_ms: asked_ms,
                stage: stage.clone(),
            }),
            ..Standing::default()
        };
        let path = standing_file(&config).expect("a wish has a place");
        kept::publish(&path, &standing).expect("written");
        assert_eq!(told(&restarted), (Some(standing), Some(stage)));
        clock.advance(Duration::from_millis(crate::fleet::standing::STALE_MS + 1));
        assert_eq!(told(&restarted).0, None, "it has died");
    }
}
