//! Calls to the platform, away from the loop: each ends in one event.

mod ratings;
mod reconcile;

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Runtime};

use crate::case::{Answer, Key, ParkCause};
use crate::domain::kiosk::Event;
use crate::domain::outbox::Load;
use crate::domain::visit::KnownCase;
use crate::domain::world::Line;
use crate::events::{EventId, FieldValue};
use crate::fleet::report::Outbox;
use crate::item::Catalogue;
use crate::shell::clock::Clock;
use crate::shell::journal::Journal;
use crate::shell::platform::{CaseState, CaseStatus, CatalogueAnswer, Client, Heard};
use crate::shell::room::RoomKeeper;
use crate::shell::sending::{self, Turns, local_fault};
use crate::shell::store::{Attempt, Store, StoreFault};
use crate::text::Text;

use super::{Call, Inbox, Input};
pub(super) use reconcile::Daily;

/// How often the catalogue is asked for.
const CATALOGUE_EVERY: Duration = Duration::from_secs(600);
/// How often while the line is down.
const PROBE_EVERY: Duration = Duration::from_secs(60);
/// File of the last good catalogue in the cache folder.
pub const CACHED: &str = "catalogue.json";
/// Its `ETag`.
pub(super) const CACHED_ETAG: &str = "catalogue.etag";

/// The way to the platform.
pub(super) struct Network {
    tokio: Runtime,
    shared: Arc<Shared>,
    started: Instant,
    /// When the catalogue was asked for last.
    asked: Option<Instant>,
}

/// Where the machine stands and keeps things.
pub(super) struct Site {
    /// Folder of the last good catalogue.
    pub(super) cache_dir: PathBuf,
    /// 9-digit code of its town or street.
    pub(super) area_code: String,
    /// Room beside the store.
    pub(super) room: RoomKeeper,
    /// The daily comparison.
    pub(super) daily: Daily,
}

struct Shared {
    client: Client,
    store: Store,
    clock: Clock,
    journal: Journal,
    inbox: Inbox,
    cache_dir: PathBuf,
    area_code: String,
    room: Arc<RoomKeeper>,
    daily: Daily,
    /// Cases that may be with the platform at once.
    turns: Turns,
    /// When ratings were sent last.
    rated: Mutex<Instant>,
}

impl Network {
    pub(super) fn new(
        client: Client,
        store: Store,
        clock: Clock,
        journal: Journal,
        inbox: Inbox,
        site: Site,
    ) -> std::io::Result<Self> {
        let tokio = Builder::new_multi_thread()
            .worker_threads(1)
            .max_blocking_threads(4)
            .thread_name("net")
            .enable_all()
            .build()?;
        let started = clock.now();
        let shared = Shared {
            client,
            store,
            clock,
            journal,
            inbox,
            cache_dir: site.cache_dir,
            area_code: site.area_code,
            room: Arc::new(site.room),
            daily: site.daily,
            turns: Turns::new(sending::AT_ONCE),
            rated: Mutex::new(started),
        };
        Ok(Self {
            tokio,
            shared: Arc::new(shared),
            started,
            asked: None,
        })
    }

    /// When the platform is asked next; sooner while the line is down, which is also how its return is noticed.
    pub(super) fn next_sync(&self, line: Line) -> Instant {
        let every = match line {
            Line::Down => PROBE_EVERY,
            Line::Up | Line::Unknown => CATALOGUE_EVERY,
        };
        self.asked.map_or(self.started, |asked| asked + every)
    }

    /// One attempt.
    pub(super) fn send(&self, key: Key) {
        let shared = self.shared.clone();
        let call = shared.inbox.call();
        self.tokio.spawn(async move {
            let Shared {
                client,
                store,
                turns,
                ..
            } = &*shared;
            let (answer, heard) = sending::attempt(client, store, turns, &key).await;
            shared.keep(key, answer, heard, call);
        });
    }

    /// Does something slow away from the loop.
    pub(super) fn aside(&self, work: impl FnOnce() + Send + 'static) {
        self.tokio.spawn_blocking(work);
    }

    /// Sets a case apart in the store, then tells the core.
    pub(super) fn park(&self, key: Key, cause: ParkCause) {
        let call = self.shared.inbox.call();
        self.shared
            .keep(key, Answer::Parked(cause), Heard::default(), call);
    }

    /// Writes down that a case is overdue. Not on the loop: after a long outage there are thousands. One that cannot be
    /// written is found overdue again by the next start.
    pub(super) fn overdue(&self, key: Key) {
        let shared = self.shared.clone();
        let call = shared.inbox.call();
        self.tokio
            .spawn_blocking(move || shared.store.deadline_passed_then(key, |_| drop(call)));
    }

    /// Measures the room on the disk and in the store, then tells the core. A disk that cannot be measured is no news.
    pub(super) fn measure_room(&self) {
        let shared = self.shared.clone();
        let call = shared.inbox.call();
        self.tokio.spawn_blocking(move || {
            let _under_way = call;
            let inside = shared.store.inside();
            if let Some(Ok(room)) = inside.ok().map(|inside| shared.room.look(inside)) {
                shared.inbox.event(Event::Room(room));
            }
        });
    }

    /// Counts what waits, then tells the loop.
    pub(super) fn count_outbox(&self) {
        let shared = self.shared.clone();
        self.tokio.spawn_blocking(move || {
            let counts = shared.store.counts();
            let oldest = shared.store.backlog(0, 1, shared.clock.stamp());
            let outbox = counts.and_then(|counts| {
                let oldest_s = oldest?.first().map(|case| case.waited.as_secs());
                Ok(Outbox {
                    waiting: counts.waiting,
                    oldest_s,
                    parked: counts.parked,
                })
            });
            shared.inbox.put(Input::Outbox(outbox.ok()));
        });
    }

    /// Reads a part of the backlog, then tells the core.
    pub(super) fn load(&self, part: Load) {
        let (shared, now) = (self.shared.clone(), self.shared.clock.stamp());
        let (inbox, call) = (shared.inbox.clone(), shared.inbox.call());
        let queued = shared
            .store
            .backlog_then(part.after, part.limit, now, move |read| {
                let part = read.ok().map(|cases| {
                    let full = cases.len() >= part.limit;
                    (cases, full)
                });
                inbox.event(Event::Loaded(part));
                drop(call);
            });
        if queued.is_err() {
            shared.inbox.event(Event::Loaded(None));
        }
    }

    pub(super) fn ask_person(&self, cert_type: String, cert_no: String) {
        let shared = self.shared.clone();
        let call = shared.inbox.call();
        self.tokio.spawn(async move {
            let _under_way = call;
            let found = shared.client.cases_of_person(&cert_type, &cert_no).await;
            drop(zeroize::Zeroizing::new(cert_no));
            shared.inbox.event(Event::Progress(
                found
                    .ok()
                    .map(|cases| cases.into_iter().map(known).collect()),
            ));
        });
    }

    pub(super) fn ask_number(&self, number: String) {
        let shared = self.shared.clone();
        let call = shared.inbox.call();
        self.tokio.spawn(async move {
            let _under_way = call;
            let found = shared.client.case_status_by_number(&number).await;
            shared.inbox.event(Event::Progress(
                found.ok().map(|case| case.into_iter().map(known).collect()),
            ));
        });
    }

    /// Keeps a rating for each case, then tries to send what waits.
    pub(super) fn rate(&self, keys: Vec<Key>, level: u8) {
        let shared = self.shared.clone();
        let call = shared.inbox.call();
        self.tokio.spawn_blocking(move || {
            for bytes in shared.ratings(&keys, level) {
                if shared.store.rate(bytes).is_err() {
                    return;
                }
            }
            tokio::runtime::Handle::current().spawn(async move {
                let _under_way = call;
                shared.send_ratings().await;
            });
        });
    }

    /// Asks whether there is a newer catalogue, and for ratings that wait takes the occasion.
    pub(super) fn sync_catalogue(&mut self, now: Instant) {
        self.asked = Some(now);
        let shared = self.shared.clone();
        let call = shared.inbox.call();
        self.tokio.spawn(async move {
            let _under_way = call;
            // Answered without a look at the signature: what a machine without a battery can ask. The clock learns from
            // its Date; no answer is no news.
            let _ = shared.client.time().await;
            let etag = std::fs::read_to_string(shared.cache_dir.join(CACHED_ETAG)).ok();
            let answer = shared.client.catalogue(etag.as_deref()).await;
            let line_works = !matches!(answer, CatalogueAnswer::Failed(_));
            if line_works {
                shared.inbox.event(Event::LineWorks);
            }
            if let CatalogueAnswer::New { etag, bytes } = answer {
                shared.take_catalogue(&etag, &bytes);
            }
            shared.send_ratings().await;
            if line_works {
                shared.reconcile().await;
            }
        });
    }
}

impl Shared {
    /// Writes down what an attempt came to; what came of it is on disk before the core hears of it.
    fn keep(&self, key: Key, answer: Answer, heard: Heard, call: Call) {
        let attempt = Attempt {
            at: self.clock.stamp(),
            http_status: heard.http_status,
            server_date: heard.server_date,
            problem: heard.problem,
        };
        let (inbox, room) = (self.inbox.clone(), self.room.clone());
        let (kept_key, kept) = (key.clone(), answer.clone());
        let queued = self
            .store
            .record_then(kept_key.clone(), kept.clone(), attempt, move |done| {
                if done == Err(StoreFault::Full) {
                    // The next attempt finds room.
                    let _ = room.throw_off();
                }
                // An answer that could not be kept is asked for again: the platform repeats it for the same key.
                let answer = if done.is_ok() { kept } else { local_fault() };
                inbox.event(Event::Answered(kept_key, answer));
                drop(call);
            });
        if queued.is_err() {
            self.inbox.event(Event::Answered(key, local_fault()));
        }
    }

    fn take_catalogue(&self, etag: &str, bytes: &[u8]) {
        match Catalogue::from_json(bytes) {
            Ok((catalogue, findings)) if findings.is_empty() => {
                if keep(&self.cache_dir, etag, bytes).is_ok() {
                    let fields = [
                        ("version", FieldValue::id(&catalogue.version)),
                        ("items", FieldValue::count(catalogue.items().len())),
                    ];
                    self.journal.event(EventId::CatalogueUpdated, &fields);
                    if !self.inbox.is_packaged() {
                        self.inbox.event(Event::Catalogue(Box::new(catalogue)));
                    }
                }
            }
            // One bad item spoils the delivery: the last good catalogue stays whole.
            Ok((_, findings)) => {
                self.journal.event(
                    EventId::CatalogueRejected,
                    &[("faults", FieldValue::count(findings.len()))],
                );
            }
            Err(_) => self.journal.event(
                EventId::CatalogueRejected,
                &[("faults", FieldValue::Number(1))],
            ),
        }
    }
}

/// Keeps a catalogue: whole or not at all, also over a power cut.
fn keep(dir: &std::path::Path, etag: &str, bytes: &[u8]) -> std::io::Result<()> {
    std::fs::create_dir_all(dir)?;
    // Without its tag a catalogue is asked for again; so the old tag goes first and the new one comes last.
    match std::fs::remove_file(dir.join(CACHED_ETAG)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    for (name, content) in [(CACHED, bytes), (CACHED_ETAG, etag.as_bytes())] {
        let partial = dir.join(format!("{name}.partial"));
        std::fs::write(&partial, content)?;
        std::fs::File::open(&partial)?.sync_all()?;
        std::fs::rename(&partial, dir.join(name))?;
        std::fs::File::open(dir)?.sync_all()?;
    }
    Ok(())
}

fn known(case: CaseStatus) -> KnownCase {
    KnownCase {
        number: case.sblsh,
        task_name: case.task_name,
        state: state_words(case.state),
        updated_at: case.updated_at.get(..10).unwrap_or_default().to_owned(),
    }
}

fn state_words(state: CaseState) -> Text {
    match state {
        CaseState::Submitted => Text::new("已提交", "Submitted"),
        CaseState::PreAccepted => Text::new("预受理通过", "Passed first check"),
        CaseState::Supplement => Text::new("需要补正材料", "More papers needed"),
        CaseState::NotAccepted => Text::new("不予受理", "Not accepted"),
        CaseState::Accepted => Text::new("已受理", "Accepted"),
        CaseState::Suspended => Text::new("特别程序中", "Special procedure"),
        CaseState::Reviewing => Text::new("审批中", "Under review"),
        CaseState::Granted => Text::new("已办结,准予", "Granted"),
        CaseState::Refused => Text::new("已办结,不予", "Refused"),
        CaseState::Returned => Text::new("已退件", "Returned"),
        CaseState::Void => Text::new("已作废", "Void"),
        CaseState::ToCollect => Text::new("待领取", "Ready to collect"),
        CaseState::Mailed => Text::new("已寄出", "Mailed"),
        CaseState::Collected => Text::new("已领取", "Collected"),
        CaseState::Unknown => Text::new("请电话咨询", "Please call"),
    }
}
