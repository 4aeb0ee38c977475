//! The machine: real policy and real store, joined as the runtime joins them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use kiosk::case::{
    Answer, CaseState, Digest, Draft, Key, Machine as Number, ParkCause, PersonToken, RetryCause,
    Waiting, sample,
};
use kiosk::domain::outbox::{Alarm, Outbox, Priority, Settings, Verdict};
use kiosk::shell::store::{Attempt, Config, Store, StoreFault};

use super::books::{Books, Violation};
use super::sabotage::Sabotage;
use super::time::Clocks;

/// Cases in memory; a real machine has room for thousands.
const WINDOW: usize = 24;
/// Of the identity numbers of made-up people.
pub const NUMBERS: &str = "99999900";

/// A case on its way.
pub struct Request {
    pub key: Key,
    /// The key it goes under.
    pub wire_key: Key,
    pub body: Vec<u8>,
}

pub struct Machine {
    folder: PathBuf,
    /// Closed only in between two starts.
    store: Option<Store>,
    outbox: Outbox,
    rng: fastrand::Rng,
    sabotage: Sabotage,
    attempts: u64,
    /// The next start finds hardly any room on the disk.
    pub full: bool,
    pub unreadable: BTreeSet<Key>,
}

impl Machine {
    pub fn new(
        root: &Path,
        seed: u64,
        sabotage: Sabotage,
        clocks: &mut Clocks,
    ) -> Result<Self, Violation> {
        let mut rng = fastrand::Rng::with_seed(seed);
        let folder = root.join("a");
        std::fs::create_dir(&folder).unwrap();
        let store = open(&folder, &mut rng, false)?;
        let mut machine = Self {
            outbox: Outbox::new(settings(sabotage), rng.u64(..), clocks.now()),
            folder,
            store: Some(store),
            rng,
            sabotage,
            attempts: 0,
            full: false,
            unreadable: BTreeSet::new(),
        };
        machine.begin(clocks)?;
        Ok(machine)
    }

    fn store(&self) -> &Store {
        self.store.as_ref().expect("open but in between two starts")
    }

    /// What a start of the firmware does.
    fn begin(&mut self, clocks: &mut Clocks) -> Result<(), Violation> {
        let now = clocks.now();
        self.outbox = Outbox::new(settings(self.sabotage), self.rng.u64(..), now);
        for parked in self.store().parked(clocks.stamp()?).map_err(fault)? {
            self.outbox.hold(&self.seen(parked));
        }
        self.outbox.expect_backlog();
        Ok(())
    }

    /// The firmware starts anew on the same store; without power first, nothing is closed and all else is forgotten.
    pub fn start_again(&mut self, power_cut: bool, clocks: &mut Clocks) -> Result<(), Violation> {
        let next = self.folder.with_file_name(format!("{}", clocks.boot()));
        std::fs::create_dir(&next).unwrap();
        // The store still tidies up behind its last answer; what is copied must be one instant of the disk.
        self.store().counts().map_err(fault)?;
        if power_cut {
            copy(&self.folder, &next);
        }
        // The writer ends here; after a power cut that is another world, which is thrown away.
        drop(self.store.take());
        if !power_cut {
            copy(&self.folder, &next);
        }
        let old = std::mem::replace(&mut self.folder, next);
        self.store = Some(open(&self.folder, &mut self.rng, self.full)?);
        std::fs::remove_dir_all(&old).unwrap();
        self.begin(clocks)
    }

    /// A person files: all of them or none. `None` when the disk is full, and the person is told so.
    pub fn file(
        &mut self,
        person: u64,
        contents: &[u64],
        books: &mut Books,
        clocks: &mut Clocks,
    ) -> Result<(), Violation> {
        let drafts = contents.iter().map(|content| draft(person, *content));
        let filed = match self.store().file(drafts.collect(), clocks.stamp()?) {
            Ok(filed) => filed,
            Err(StoreFault::Full) if self.full => {
                books.tally.count("not filed, disk full");
                return Ok(());
            }
            Err(error) => return Err(fault(error)),
        };
        for (case, content) in filed.iter().zip(contents) {
            books.filed(&case.key, *content, person, case.digest.0)?;
            if self.rng.u32(0..400) == 0 {
                self.unreadable.insert(case.key.clone());
            }
            let waiting = self.seen(case.waiting());
            self.outbox.add(waiting, urgency(*content), clocks.now());
        }
        Ok(())
    }

    /// What the policy wants done now: parts of the backlog are read, alarms taken, cases given out.
    pub fn poll(
        &mut self,
        books: &mut Books,
        clocks: &mut Clocks,
    ) -> Result<Vec<Request>, Violation> {
        let now = clocks.now();
        let mut out = Vec::new();
        loop {
            while let Some(load) = self.outbox.poll_load(now) {
                let part = self
                    .store()
                    .backlog(load.after, load.limit, clocks.stamp()?);
                let part = part.map_err(fault)?;
                let full = part.len() >= load.limit;
                let ranked = part.into_iter().map(|case| {
                    let priority = urgency(case.seq);
                    (self.seen(case), priority)
                });
                let ranked = ranked.collect();
                self.outbox.loaded(ranked, full, now);
            }
            let Some(key) = self.outbox.poll_send(now) else {
                break;
            };
            out.extend(self.request(key, books, clocks)?);
        }
        if self.outbox.has_more() {
            books.tally.count("backlog beyond the window");
        }
        // What a technician released comes on top.
        if self.outbox.waiting_len() > WINDOW + 12 {
            return Err(Violation::new(
                "memory",
                format!("{} cases", self.outbox.waiting_len()),
            ));
        }
        while let Some(alarm) = self.outbox.poll_alarm(now) {
            match alarm {
                Alarm::Portal => books.tally.count("portal"),
                Alarm::Overdue(key) => {
                    let state = self.store().deadline_passed(&key).map_err(fault)?;
                    books.overdue(&key, state)?;
                }
                _ => {}
            }
        }
        Ok(out)
    }

    /// Reads the body of a case that is to be sent.
    fn request(
        &mut self,
        key: Key,
        books: &mut Books,
        clocks: &mut Clocks,
    ) -> Result<Option<Request>, Violation> {
        if self.unreadable.contains(&key) {
            self.keep(&key, &Answer::Parked(ParkCause::Unreadable), books, clocks)?;
            return Ok(None);
        }
        let mut body = self.store().body_to_send(&key).map_err(fault)?.to_vec();
        self.attempts += 1;
        let mut wire_key = key.clone();
        match self.sabotage {
            Sabotage::NewKeyPerAttempt => wire_key.0 = format!("{}-{}", key.0, self.attempts),
            Sabotage::FrozenAnew => body.extend_from_slice(self.attempts.to_string().as_bytes()),
            Sabotage::BodiesLogged => std::fs::write(self.folder.join("sent.log"), &body).unwrap(),
            _ => {}
        }
        books.sent(&key, Digest::of(&body).0, clocks.ms)?;
        Ok(Some(Request {
            key,
            wire_key,
            body,
        }))
    }

    /// What an attempt came to: on disk first, then to the policy.
    pub fn keep(
        &mut self,
        key: &Key,
        answer: &Answer,
        books: &mut Books,
        clocks: &mut Clocks,
    ) -> Result<(), Violation> {
        let answer = &self.sabotage.bent(answer);
        let attempt = Attempt {
            at: clocks.stamp()?,
            http_status: None,
            server_date: None,
            problem: None,
        };
        if matches!(answer, Answer::Parked(ParkCause::KeyReused)) {
            return Err(Violation::new("bytes changed", key.0.clone()));
        }
        let forgotten =
            self.sabotage == Sabotage::RejectedForgotten && matches!(answer, Answer::Rejected(_));
        let recorded = if forgotten {
            Ok(CaseState::Rejected)
        } else {
            self.store().record(key, answer, attempt)
        };
        let answer = match recorded {
            Ok(state) => {
                books.recorded(key, state)?;
                if state == CaseState::Accepted && self.store().body(key).is_ok() {
                    return Err(Violation::new("personal data left", key.0.clone()));
                }
                answer.clone()
            }
            // Even a full disk must take an acknowledgement, or it stays full.
            Err(error) => {
                return Err(Violation::new(
                    "an answer cannot be kept",
                    error.to_string(),
                ));
            }
        };
        match &answer {
            Answer::LaneStopped(_) => {
                let pause = Settings::default().lane_probe.as_millis();
                books.stopped(clocks.ms + u64::try_from(pause).unwrap());
            }
            Answer::Accepted(_) | Answer::Rejected(_) | Answer::InProgress { .. } => {
                books.resumed()
            }
            Answer::Retry {
                why: RetryCause::Malformed,
                ..
            } => books.resumed(),
            Answer::Retry { .. } | Answer::Parked(_) => {}
        }
        match self
            .outbox
            .answered(key, &self.sabotage.misheard(answer), clocks.now())
        {
            Verdict::Park(cause) => self.keep(key, &Answer::Parked(cause), books, clocks),
            Verdict::NotHeld => Err(Violation::new("not held", key.0.clone())),
            _ => Ok(()),
        }
    }

    /// A technician makes bytes readable again and releases what is parked.
    pub fn release_all(&mut self, books: &mut Books, clocks: &mut Clocks) -> Result<(), Violation> {
        self.unreadable.clear();
        for parked in self.store().parked(clocks.stamp()?).map_err(fault)? {
            let state = self.store().release(&parked.key).map_err(fault)?;
            books.recorded(&parked.key, state)?;
            let priority = urgency(parked.seq);
            self.outbox.add(self.seen(parked), priority, clocks.now());
        }
        Ok(())
    }

    /// The store against the books, and its files against everybody: no file ever names a person.
    pub fn inspect(&self, books: &Books) -> Result<(), Violation> {
        books.compare(&self.store().counts().map_err(fault)?)?;
        for file in std::fs::read_dir(&self.folder).unwrap() {
            let file = file.unwrap();
            let bytes = std::fs::read(file.path()).unwrap();
            if holds(&bytes, NUMBERS.as_bytes()) {
                return Err(Violation::new(
                    "personal data left",
                    format!("{:?}", file.file_name()),
                ));
            }
        }
        Ok(())
    }

    /// Whose a case is, as the policy sees it.
    fn seen(&self, mut case: Waiting) -> Waiting {
        if self.sabotage == Sabotage::PersonsMixed {
            case.person = PersonToken(u128::from(case.seq).to_be_bytes());
        }
        case
    }

    pub fn line_up(&mut self, clocks: &Clocks) {
        self.outbox.line_up(clocks.now());
    }

    pub fn next_ms(&self, clocks: &Clocks) -> Option<u64> {
        self.outbox.poll_timeout().map(|at| clocks.ms_of(at))
    }
}

fn settings(sabotage: Sabotage) -> Settings {
    Settings {
        window: match sabotage {
            Sabotage::WholeBacklog => usize::MAX,
            _ => WINDOW,
        },
        deadline_overdue: Duration::from_secs(12 * 3600),
        // A real machine probes a dead line four times as often; weeks of that would be most of a life here.
        cap: Duration::from_secs(3600),
        ..Settings::default()
    }
}

fn urgency(content: u64) -> Priority {
    match content % 4 {
        0 => Priority::Deadline,
        _ => Priority::Ordinary,
    }
}

pub fn fault(error: StoreFault) -> Violation {
    Violation::new("the store", error.to_string())
}

fn open(folder: &Path, rng: &mut fastrand::Rng, full: bool) -> Result<Store, Violation> {
    let path = folder.join("store.db");
    let mut config = Config::new(&path, Number::parse("00042").unwrap());
    let mut random = fastrand::Rng::with_seed(rng.u64(..));
    // By itself the store tidies up by real time, of which a life here has none.
    config.tidy_after = Duration::from_secs(3600);
    config.random = Box::new(move |bytes| {
        random.fill(bytes);
        Ok(())
    });
    if full {
        let len = |name| std::fs::metadata(folder.join(name)).map_or(0, |file| file.len());
        let used = (len("store.db") + len("store.db-wal")) / 1024;
        config.max_pages = u32::try_from(used).unwrap() + 12;
    }
    let opened = Store::open(config).map_err(fault)?;
    match opened.set_aside {
        None => Ok(opened.store),
        Some(_) => Err(Violation::new("the store", "damaged by a power cut")),
    }
}

fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_file() {
            std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

fn holds(bytes: &[u8], what: &[u8]) -> bool {
    let mut starts = bytes.iter().enumerate().filter(|(_, b)| **b == what[0]);
    starts.any(|(at, _)| bytes[at..].starts_with(what))
}

fn draft(person: u64, content: u64) -> Draft {
    let mut draft = sample::draft(&format!("{NUMBERS}{person:010}"));
    draft.form = serde_json::json!({"content": content, "person": person}).into();
    draft.offline = true;
    draft
}
