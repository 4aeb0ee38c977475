//! What a technician asks for: by a command, which leaves an order in the agent's own folder; and at the machine's page, whose
//! request lies in the firmware's folder and becomes such an order when its file has been copied off the stick.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::task::JoinHandle;

use super::Agent;
use crate::config::Config;
use crate::domain::update::{Event, Kind, Origin, State};
use crate::events::{EventId, FieldValue};
use crate::fleet::request::{self as page, Want};
use crate::fleet::standing::{Last, Refusal, Stage, Standing, Taken};
use crate::shell::fleet::rauc::Slots;
use crate::shell::fleet::stick::{self, Copied};
use crate::shell::fleet::{kept, request};

/// Where the agent stands is said again after so long although nothing has changed, milliseconds: an old word is none.
const SAID_AGAIN_MS: u64 = 25_000;

/// What is known of the page's requests.
#[derive(Default)]
pub(super) struct Asked {
    /// The last one that was looked at; on the disk as soon as it has come to its end.
    taken: Option<Taken>,
    copying: Option<Copying>,
    said: Option<Standing>,
    /// A request that cannot be read is told once.
    faulty: bool,
    /// The copy that the update works with.
    in_use: Option<PathBuf>,
}

struct Copying {
    done: Arc<AtomicU64>,
    size: Arc<AtomicU64>,
    kind: Kind,
    task: JoinHandle<Result<Copied, Refusal>>,
}

impl Asked {
    /// As an earlier agent has left it. A record that cannot be read counts as none: a request is then looked at once more.
    pub(super) fn of(state_dir: &std::path::Path) -> Self {
        Self {
            taken: kept::read_or_set_aside(&record(state_dir))
                .ok()
                .and_then(|(taken, _)| taken),
            ..Self::default()
        }
    }

    /// Whether the page is to hear of progress soon.
    pub(super) fn is_busy(&self) -> bool {
        self.copying.is_some()
    }
}

fn record(state_dir: &std::path::Path) -> PathBuf {
    state_dir.join("stick.json")
}

/// Where copies of a stick's files lie.
#[must_use]
pub fn copies(state_dir: &std::path::Path) -> PathBuf {
    state_dir.join("stick")
}

/// Where the agent tells where it stands: beside its wish; `None` where nobody listens.
#[must_use]
pub fn standing_file(config: &Config) -> Option<PathBuf> {
    let wish = config.fleet.wish.as_ref()?;
    Some(wish.with_file_name("standing.json"))
}

impl<S: Slots + 'static> Agent<S> {
    /// Takes up what a command has left, once the update's own record has it.
    pub(super) async fn look_at_request(&mut self) {
        if !self.started {
            return;
        }
        self.drop_used_copy();
        self.look_at_page().await;
        let request = match request::look(&self.state_dir) {
            Ok(Some(request)) => request,
            Ok(None) => return self.asked.faulty = false,
            Err(error) => return self.unreadable(&error),
        };
        let event = match (&request, request.order()) {
            (_, Some(order)) => Event::Offered(order),
            (request::Request::Answer { yes }, _) => Event::Answered(*yes),
            (request::Request::Install { .. }, None) => return,
        };
        // A stick waits for what is under way; it is not lost.
        if matches!(event, Event::Offered(_)) && !self.is_free() {
            return;
        }
        if let request::Request::Install { file, .. } = &request {
            // From here on, even if the update has done with it before anybody looks again.
            self.asked.in_use = Some(file.into());
        }
        self.handle(event).await;
        if let Err(error) = request::done(&self.state_dir) {
            self.unreadable(&error);
        }
    }

    /// A copy that its update has done with only takes up room.
    fn drop_used_copy(&mut self) {
        let order = self.update.state().order();
        let order = order.filter(|order| order.origin == Origin::Stick);
        let now = order.map(|order| PathBuf::from(&order.source.href));
        if now == self.asked.in_use {
            return;
        }
        let before = std::mem::replace(&mut self.asked.in_use, now);
        if let Some(copy) = before.filter(|copy| copy.starts_with(copies(&self.state_dir))) {
            // One that stays goes with the next copy.
            let _ = std::fs::remove_file(copy);
        }
    }

    fn is_free(&self) -> bool {
        match self.update.state() {
            State::Idle | State::Confirming { .. } => true,
            // It may take months until a place without a line has told it.
            State::Closing { ended, .. } => ended.origin == Origin::Stick,
            _ => false,
        }
    }

    /// Somebody has asked for something that cannot be understood or not even be read. Silence would look like an agent that
    /// does not run.
    fn unreadable(&mut self, error: &io::Error) {
        let spoiled = matches!(
            error.kind(),
            io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof
        );
        if spoiled && request::set_aside(&self.state_dir).is_ok() {
            self.refused("unreadable");
        } else if !std::mem::replace(&mut self.asked.faulty, true) {
            self.refused("notAllowed");
        }
    }

    fn refused(&self, why: &'static str) {
        let fields = [("why", FieldValue::Word(why))];
        self.tools
            .journal
            .event(EventId::FleetRequestRefused, &fields);
    }

    /// Looks at the page's request, and goes on with one that was begun.
    async fn look_at_page(&mut self) {
        self.look_at_copy().await;
        let path = &self.tools.config.technician.request_file;
        let wanted: page::Request = match kept::read(path) {
            Ok(Some(wanted)) => wanted,
            // The firmware writes it anew when its technician asks anew.
            _ => return,
        };
        let same = |taken: &Taken| taken.boot == wanted.boot && taken.boot_ms == wanted.boot_ms;
        let taken = self.asked.taken.as_ref().filter(|taken| same(taken));
        let over = taken.is_some_and(|taken| taken.stage.is_end());
        if wanted.boot != self.tools.clock.boot_id() || over || self.asked.copying.is_some() {
            return;
        }
        // What a command has left comes first, and its copy lies where the next one would be made.
        let open = self.is_free() && matches!(request::look(&self.state_dir), Ok(None));
        let stage = match wanted.want {
            Want::Install(name) if open => {
                self.asked.taken = Some(Taken {
                    boot: wanted.boot,
                    boot_ms: wanted.boot_ms,
                    stage: Stage::Copying { done: 0, size: 0 },
                });
                return match page::is_bundle(&name) {
                    true => self.begin_copy(&name),
                    false => self.end_request(Stage::Refused(Refusal::NoPlainFile)),
                };
            }
            Want::Install(_) => Stage::Waiting,
            Want::Answer { action, yes } => match self.update.state() {
                State::Confirming { action: asked } if *asked == action => {
                    self.handle(Event::Answered(yes)).await;
                    Stage::Answered
                }
                _ => Stage::Refused(Refusal::NotAsked),
            },
        };
        self.asked.taken = Some(Taken {
            boot: wanted.boot,
            boot_ms: wanted.boot_ms,
            stage: Stage::Waiting,
        });
        if stage.is_end() {
            self.end_request(stage);
        }
    }

    fn begin_copy(&mut self, name: &str) {
        let config = &self.tools.config;
        let (from, folder) = (
            config.technician.stick_dir.join(name),
            copies(&self.state_dir),
        );
        let (done, size) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        let (told, whole, wake) = (done.clone(), size.clone(), self.events.clone());
        let reserve = self.place.reserve;
        let kind = match page::is_content(name) {
            true => Kind::Content,
            false => Kind::Os,
        };
        // Apart from the polls: a dying stick takes half a minute over one read.
        let task = tokio::task::spawn_blocking(move || {
            let copied = stick::copy(&from, &folder, None, reserve, |done, of| {
                told.store(done, Ordering::Relaxed);
                whole.store(of, Ordering::Relaxed);
            });
            let _ = wake.send(Event::Tick);
            copied
        });
        self.asked.copying = Some(Copying {
            done,
            size,
            kind,
            task,
        });
    }

    /// Hands a copy that is whole on, as an order in the agent's own folder: from there on it survives everything.
    async fn look_at_copy(&mut self) {
        let Some(copying) = &self.asked.copying else {
            return;
        };
        if !copying.task.is_finished() {
            let (done, size) = (&copying.done, &copying.size);
            let stage = Stage::Copying {
                done: done.load(Ordering::Relaxed),
                size: size.load(Ordering::Relaxed),
            };
            if let Some(taken) = &mut self.asked.taken {
                taken.stage = stage;
            }
            return;
        }
        let Some(Copying { kind, task, .. }) = self.asked.copying.take() else {
            return;
        };
        let copied = task
            .await
            .unwrap_or_else(|fault| Err(Refusal::Stick(fault.to_string())));
        let left = copied.and_then(|copied| {
            let action = copied.action();
            // A technician at the machine has chosen this file; whether it may be older is the command's to say.
            let order = request::Request::of(&copied, kind, false);
            let left = request::leave(&self.state_dir, &order);
            left.map(|()| action)
                .map_err(|error| Refusal::Disk(error.to_string()))
        });
        self.end_request(match left {
            Ok(action) => Stage::Handed { action },
            Err(refusal) => Stage::Refused(refusal),
        });
    }

    /// The request has come to its end: written down, so that it is acted upon once.
    fn end_request(&mut self, stage: Stage) {
        if let Stage::Refused(_) = stage {
            self.refused("stick");
        }
        let Some(taken) = &mut self.asked.taken else {
            return;
        };
        taken.stage = stage;
        // Not kept, it is looked at again after a restart of the agent; the same file is the same action.
        let _ = kept::write(&record(&self.state_dir), &self.asked.taken);
    }

    /// Says where the update and the page's request stand, when that is news or the last word is old.
    pub(super) fn tell_standing(&mut self) {
        let Some(path) = standing_file(&self.tools.config) else {
            return;
        };
        let (state, boot_ms) = (self.update.state(), self.boot_ms());
        let kept = self.update.kept();
        let standing = Standing {
            boot: self.tools.clock.boot_id().to_owned(),
            boot_ms,
            state: state.word().to_owned(),
            action: state.action().unwrap_or_default().to_owned(),
            version: state
                .order()
                .map_or(String::new(), |order| order.version.clone()),
            last: kept.last.as_ref().map(|last| Last {
                action: last.action.clone(),
                outcome: last.outcome.word().to_owned(),
                version: last.version.clone(),
                why: last.why.chars().take(300).collect(),
            }),
            request: self.asked.taken.clone(),
        };
        if let Some(said) = &self.asked.said {
            let age = boot_ms.saturating_sub(said.boot_ms);
            let same = Standing {
                boot_ms: said.boot_ms,
                ..standing.clone()
            } == *said;
            if same && age < SAID_AGAIN_MS {
                return;
            }
        }
        // Not written, it is tried again at the next turn.
        if kept::publish(&path, &standing).is_ok() {
            self.asked.said = Some(standing);
        }
    }
}
