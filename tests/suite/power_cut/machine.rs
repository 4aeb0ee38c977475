//! The real store on a torn disk, and what a test files in it.

use std::sync::Arc;

use kiosk::case::{
    Acceptance, Answer, ClockClass, Content, Draft, Key, Machine, Rejection, RetryCause, Stamp,
    Waiting, sample,
};
use kiosk::shell::store::files::Files;
use kiosk::shell::store::{Attempt, Config, Opened, Store, StoreFault};

use super::disk::{Image, TornDisk};
use super::vfs::Vfs;

pub const STORE: &str = "/disk/store.db";
/// Quota of the store in pages; enough for every test here.
const PAGES: u32 = 16_384;

/// A torn disk that SQLite knows.
pub struct Bench {
    pub disk: TornDisk,
    /// How the plain files of the disk are handled; tests put a careless way here.
    pub files: Arc<dyn Files>,
    vfs: Vfs,
    seed: u64,
}

impl Bench {
    pub fn new(seed: u64) -> Self {
        Self::from_image(seed, Image::new())
    }

    /// A disk that holds the files of another one.
    pub fn from_image(seed: u64, image: Image) -> Self {
        let disk = TornDisk::from_image(seed, image);
        let vfs = Vfs::register(&disk);
        let files = Arc::new(disk.clone());
        Self {
            disk,
            files,
            vfs,
            seed,
        }
    }

    /// Opens the store with keys that are drawn from the seed, others at each start.
    pub fn open(&mut self) -> Result<Opened, StoreFault> {
        self.seed = self.seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut rng = fastrand::Rng::with_seed(self.seed);
        let mut config = Config::new(STORE, Machine::parse("00042").expect("machine"));
        config.max_pages = PAGES;
        config.random = Box::new(move |bytes| {
            rng.fill(bytes);
            Ok(())
        });
        config.vfs = Some(self.vfs.name());
        config.files = self.files.clone();
        Store::open(config)
    }
}

/// Every case that is to be sent.
pub fn waiting(store: &Store) -> Result<Vec<Waiting>, StoreFault> {
    store.waiting(0, u32::MAX)
}

pub fn stamp() -> Stamp {
    Stamp {
        wall_rfc3339: None,
        clock_class: ClockClass::Unknown,
        boot_id: "boot".into(),
        monotonic_ms: 0,
    }
}

pub fn attempt() -> Attempt {
    Attempt {
        at: stamp(),
        http_status: None,
        server_date: None,
        problem: None,
    }
}

/// What a case of this length carries: nothing, or for each third one a file a little longer than the form.
fn contents(length: usize) -> Vec<Content> {
    let carries = length.is_multiple_of(3).then(|| {
        let bytes = (0..=length + length / 8).map(|at| (at % 251) as u8);
        Content::new("M1", bytes.collect()).expect("a content")
    });
    carries.into_iter().collect()
}

/// A case whose form has `length` bytes more than the least.
pub fn draft(length: usize, offline: bool) -> Draft {
    let mut draft = sample::draft(&format!("999999{length:012}"));
    draft.form = serde_json::json!({"note": "x".repeat(length)}).into();
    draft.offline = offline;
    draft.contents = contents(length);
    draft
}

/// What the platform says to a case it takes; each case hears its own number.
pub fn acceptance(key: &Key) -> Acceptance {
    Acceptance {
        sblsh: format!("S{}", key.0),
        sblsh_short: "s".into(),
        query_code: "12345678".into(),
        accepted_at: "2026-11-22T09:30:00+08:00".into(),
        promise_until: None,
    }
}

pub fn accepted(key: &Key) -> Answer {
    Answer::Accepted(acceptance(key))
}

pub fn rejected() -> Answer {
    Answer::Rejected(Rejection {
        code: "NOT_ELIGIBLE".into(),
        detail: "不符合条件".into(),
    })
}

pub fn retry() -> Answer {
    Answer::Retry {
        why: RetryCause::TimedOut,
        retry_after_s: None,
    }
}
