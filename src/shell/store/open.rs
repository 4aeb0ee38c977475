//! Opening: settings read back, damage set aside, a fresh start if there is no other.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, OptionalExtension};

use crate::case::Machine;

use super::Store;
use super::chain;
use super::fault::StoreFault;
use super::files::{Files, OsFiles};
use super::machine_key::{self, KeySource, MachineKey, Ring};
use super::numbers;
use super::place::Place;
use super::raw;
use super::seal::{NONCE, bound, seal, unseal};
use super::tally::Tally;
use super::writer::{Desk, check_marks, quick_check};
use super::{run, schema};

/// Source of randomness for keys: fills the slice.
pub type Random = Box<dyn FnMut(&mut [u8]) -> io::Result<()> + Send>;

/// Quiet time before the store tidies up: long enough that the cases of a busy hour share the flushes.
const TIDY_AFTER: Duration = Duration::from_secs(15 * 60);

/// Quota of the file in pages of 1 KiB, if nothing else is said: 256 MiB.
pub const MAX_PAGES: u32 = 262_144;
/// Told of the row of a case that was found damaged, once for each, on the writer thread.
pub type OnDamage = Box<dyn FnMut(u64) + Send>;

/// Where the store is and how large it may grow.
pub struct Config {
    /// The SQLite file; its folder must exist. Key slots lie beside it, as `….keys`.
    pub path: PathBuf,
    /// Number of this machine.
    pub machine: Machine,
    /// Where the machine's key is.
    pub key: KeySource,
    /// For a tool beside the firmware, which may be started without the firmware's key: a store that does not open is an
    /// error then, and neither set aside nor made.
    pub only_if_whole: bool,
    /// Quota of the file in pages of 1 KiB.
    pub max_pages: u32,
    /// Quiet time after which the keys of accepted cases are destroyed without further reason.
    pub tidy_after: Duration,
    /// Randomness for keys and epochs.
    pub random: Random,
    /// Told when a damaged row is met and passed over.
    pub on_damage: OnDamage,
    /// Name of the SQLite VFS the file is opened with; the system's own if none. Tests put a failing disk here.
    pub vfs: Option<String>,
    /// The disk of the plain files beside the database.
    pub files: Arc<dyn Files>,
}

impl Config {
    /// A store at `path` with the kernel's randomness, a quota of 256 MiB, and the key of the service or, without one, a
    /// key file `….key` beside the store.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>, machine: Machine) -> Self {
        let path = path.into();
        let mut key = path.clone().into_os_string();
        key.push(".key");
        Self {
            path,
            machine,
            key: KeySource::of_service(key.into()),
            only_if_whole: false,
            max_pages: MAX_PAGES,
            tidy_after: TIDY_AFTER,
            random: os_random(),
            on_damage: Box::new(|_| {}),
            vfs: None,
            files: Arc::new(OsFiles),
        }
    }
}

/// The kernel's random source, `/dev/urandom`.
#[must_use]
pub fn os_random() -> Random {
    let mut source: Option<File> = None;
    Box::new(move |bytes| {
        let file = match &mut source {
            Some(file) => file,
            none => none.insert(File::open("/dev/urandom")?),
        };
        file.read_exact(bytes)
    })
}

/// An open store and what had to be done for it.
pub struct Opened {
    /// The store.
    pub store: Store,
    /// True if a new file was made.
    pub fresh: bool,
    /// Where the damaged file went, if there was one: raise an alarm.
    pub set_aside: Option<PathBuf>,
    /// Why it was set aside.
    pub fault: Option<StoreFault>,
    /// Cases taken over from the damaged file.
    pub salvaged: usize,
    /// Cases that were filed and could not be taken over.
    pub lost: u64,
    /// Cases that came back from stores set aside earlier, whose key was missing then.
    pub returned: usize,
    /// What else somebody has to look into, as words for the journal: `key-exposed`, `key-unfit`, `slots-missing`,
    /// `slots-damaged`, `behind` (the key slots know of more cases than the database), `not-taken-back` (no room for
    /// the cases of a store that was set aside; the next start tries again).
    pub troubles: Vec<&'static str>,
}

#[derive(Default)]
pub(super) struct Report {
    pub(super) fresh: bool,
    pub(super) set_aside: Option<PathBuf>,
    pub(super) fault: Option<StoreFault>,
    pub(super) salvaged: usize,
    pub(super) lost: u64,
    pub(super) returned: usize,
    pub(super) troubles: Vec<&'static str>,
}

/// The one row of `meta`, as the last run left it.
pub(super) struct Meta {
    pub(super) machine: String,
    pub(super) store: [u8; 16],
    pub(super) starts: u64,
    pub(super) clean: bool,
    /// Slots in use and cases by state, only after a clean stop.
    pub(super) known: Option<(Vec<u8>, Tally)>,
    key_check: Vec<u8>,
}

pub(super) fn open(config: Config) -> Result<(Desk, Report), StoreFault> {
    let random = Arc::new(Mutex::new(config.random));
    let place = Place {
        path: config.path,
        max_pages: config.max_pages,
        vfs: config.vfs,
        files: config.files,
    };
    let mut report = Report {
        set_aside: match config.only_if_whole {
            true => None,
            false => place.finish_set_aside()?,
        },
        fresh: !place.exists(&place.path),
        ..Report::default()
    };
    let ring = machine_key::load(
        &config.key,
        config.only_if_whole,
        &place,
        &mut lent(&random),
    )?;
    report.troubles.extend(ring.trouble);
    let opened = sound_log(&place).and_then(|()| connect(&place));
    let opened = opened.and_then(|db| checked(db, &ring.key));
    let (db, meta) = match opened {
        Err(fault @ (StoreFault::Corrupt(_) | StoreFault::WrongKey)) if !config.only_if_whole => {
            set_aside(&place, fault, &mut report)?;
            (connect(&place)?, None)
        }
        other => other?,
    };
    let on_damage = Arc::new(Mutex::new(config.on_damage));
    let start = |db, ring: Ring| run::Start {
        db,
        place: place.clone(),
        machine: config.machine.clone(),
        key: ring.key,
        older: ring.older,
        random: lent(&random),
        on_damage: told(&on_damage),
        tidy_after: config.tidy_after,
    };
    let desk = match meta {
        Some(meta) => match start(db, ring).again(&meta, config.only_if_whole, &mut report) {
            // A clean stop is believed, and then a page went bad that only a run looks at.
            Err(fault @ StoreFault::Corrupt(_)) if !config.only_if_whole => {
                set_aside(&place, fault, &mut report)?;
                let ring = machine_key::load(&config.key, false, &place, &mut lent(&random))?;
                start(connect(&place)?, ring).anew(&mut report)?
            }
            other => other?,
        },
        None if config.only_if_whole => return Err(StoreFault::NotFound),
        None => start(db, ring).anew(&mut report)?,
    };
    Ok((desk, report))
}

/// The database makes room for a fresh one, which takes over what can be read of it.
fn set_aside(place: &Place, fault: StoreFault, report: &mut Report) -> Result<(), StoreFault> {
    report.set_aside = Some(place.set_aside()?);
    report.fault = Some(fault);
    report.fresh = true;
    Ok(())
}

/// The same source once more: a start that fails has used up its own.
fn lent(random: &Arc<Mutex<Random>>) -> Random {
    let random = Arc::clone(random);
    Box::new(move |bytes| {
        let mut source = random.lock().unwrap_or_else(PoisonError::into_inner);
        source(bytes)
    })
}

fn told(on_damage: &Arc<Mutex<OnDamage>>) -> OnDamage {
    let on_damage = Arc::clone(on_damage);
    Box::new(move |row| {
        let mut tell = on_damage.lock().unwrap_or_else(PoisonError::into_inner);
        tell(row);
    })
}

/// Looks at the log before SQLite does, which would write over what lies behind a bad place.
fn sound_log(place: &Place) -> Result<(), StoreFault> {
    if raw::log_is_rotten(place, &place.path) {
        return Err(StoreFault::Corrupt("the log ends before its end".into()));
    }
    Ok(())
}

/// A connection with every setting that durability rests on, each read back.
pub(super) fn connect(place: &Place) -> Result<Connection, StoreFault> {
    if !place.exists(&place.path) {
        // Nobody but the firmware's own user may read what citizens filed.
        place.files.create(&place.path)?;
        place.sync_folder()?;
    }
    let mut db = place.database(&place.path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    // Small pages: a case dirties few of them, and each is written twice. Only a file without tables takes it.
    // The lock before the log is opened: an exclusive log needs no shared-memory file beside it.
    db.execute_batch("PRAGMA page_size=1024; PRAGMA locking_mode=EXCLUSIVE;")?;
    let mode: String = db.query_row("PRAGMA journal_mode=WAL", [], |row| row.get(0))?;
    // secure_delete stays off: it does not reach the log, and what is deleted is ciphertext whose key is destroyed.
    db.execute_batch(
        "PRAGMA synchronous=FULL;
         PRAGMA cell_size_check=ON;
         PRAGMA temp_store=MEMORY;
         PRAGMA wal_autocheckpoint=2000;
         PRAGMA journal_size_limit=4194304;",
    )?;
    db.pragma_update(None, "max_page_count", place.max_pages)?;
    db.set_prepared_statement_cache_capacity(32);
    // Otherwise the partial index makes SQLite prepare anew what compares a column with a changed parameter.
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    // One bit of its head makes a file read-only for SQLite where the disk does not: then nothing could ever be filed.
    if db.is_readonly("main")? && place.files.open(&place.path).is_ok() {
        return Err(StoreFault::Corrupt("its head forbids writing".into()));
    }
    expect("journal_mode", "wal", mode)?;
    read_back(&db, "journal_mode", "wal")?;
    read_back(&db, "synchronous", "2")?;
    read_back(&db, "locking_mode", "exclusive")?;
    schema::migrate(&mut db)?;
    Ok(db)
}

pub(super) fn read_back(
    db: &Connection,
    setting: &'static str,
    want: &str,
) -> Result<(), StoreFault> {
    let found: rusqlite::types::Value =
        db.query_row(&format!("PRAGMA {setting}"), [], |row| row.get(0))?;
    let found = match found {
        rusqlite::types::Value::Integer(n) => n.to_string(),
        rusqlite::types::Value::Text(text) => text,
        other => format!("{other:?}"),
    };
    expect(setting, want, found)
}

fn expect(setting: &'static str, want: &str, found: String) -> Result<(), StoreFault> {
    if found == want {
        Ok(())
    } else {
        Err(StoreFault::Unfit { setting, found })
    }
}

/// Compares the key, and checks the whole file unless the last run ended clean.
fn checked(db: Connection, key: &MachineKey) -> Result<(Connection, Option<Meta>), StoreFault> {
    let Some(meta) = meta(&db)? else {
        return Ok((db, None));
    };
    if !meta.clean {
        quick_check(&db)?;
        // That does not look at words: a state that is none would stop the start where nothing can be set aside.
        Tally::count_all(&db)?;
    }
    // What the numbers rest on, after a clean stop too: pages go bad while a machine is off.
    match numbers::next(&db) {
        Err(StoreFault::NotFound) => return Err(StoreFault::Corrupt("no epoch".into())),
        other => other?,
    };
    chain::check_epochs(&db)?;
    if !meta.opens(key) {
        return Err(StoreFault::WrongKey);
    }
    if !meta.clean {
        check_marks(&db, key)?;
    }
    Ok((db, Some(meta)))
}

impl Meta {
    fn opens(&self, key: &MachineKey) -> bool {
        unseal(&key.keep, &check_bound(&self.store), &self.key_check).is_ok()
    }
}

/// The one of `keys` that the store set aside at `aside` was sealed with; the first if that cannot be found out.
pub(super) fn owner<'a>(
    place: &Place,
    aside: &Path,
    mut keys: impl Iterator<Item = &'a MachineKey>,
) -> Option<&'a MachineKey> {
    let db = place.database(aside, OpenFlags::SQLITE_OPEN_READ_ONLY);
    match db.and_then(|db| meta(&db)) {
        Ok(Some(meta)) => keys.find(|key| meta.opens(key)),
        _ => keys.next(),
    }
}

fn meta(db: &Connection) -> Result<Option<Meta>, StoreFault> {
    let sql = format!(
        "SELECT store, starts, clean, key_check, used_slots, {}, machine FROM meta",
        Tally::COLUMNS
    );
    let found = db.query_row(&sql, [], |row| {
        let clean = row.get(2)?;
        let known = match row.get::<_, Option<Vec<u8>>>(4)? {
            Some(used) if clean => Some((used, Tally::from_row(row, 5)?)),
            _ => None,
        };
        Ok(Meta {
            machine: row.get(11)?,
            store: row.get(0)?,
            starts: u64::try_from(row.get::<_, i64>(1)?).unwrap_or(0),
            clean,
            known,
            key_check: row.get(3)?,
        })
    });
    Ok(found.optional()?)
}

/// Tells later whether it is the same key.
pub(super) fn key_check(key: &MachineKey, store: &[u8; 16], nonce: [u8; NONCE]) -> Vec<u8> {
    seal(&key.keep, nonce, &check_bound(store), b"")
}

fn check_bound(store: &[u8; 16]) -> Vec<u8> {
    bound(&[b"kiosk key check", store])
}
