//! Opening: settings read back, damage set aside, a fresh start if there is no other.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::{Connection, OpenFlags};

use crate::case::{Epoch, Machine};

use super::Store;
use super::fault::StoreFault;
use super::files::{Files, OsFiles};
use super::writer::{Desk, quick_check};
use super::{salvage, schema};

/// Source of randomness for keys: fills the slice.
pub type Random = Box<dyn FnMut(&mut [u8]) -> io::Result<()> + Send>;

/// Where the store is and how large it may grow.
pub struct Config {
    /// The SQLite file; its folder must exist.
    pub path: PathBuf,
    /// Number of this machine.
    pub machine: Machine,
    /// Quota of the file in pages of 4 KiB.
    pub max_pages: u32,
    /// Randomness for keys, epochs and salt.
    pub random: Random,
    /// Name of the SQLite VFS the file is opened with; the system's own if none. Tests put a failing disk here.
    pub vfs: Option<String>,
    /// The disk of the plain files beside the database.
    pub files: Arc<dyn Files>,
}

impl Config {
    /// A store at `path` with the kernel's randomness and a quota of 256 MiB.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>, machine: Machine) -> Self {
        Self {
            path: path.into(),
            machine,
            max_pages: 65_536,
            random: os_random(),
            vfs: None,
            files: Arc::new(OsFiles),
        }
    }
}

/// The kernel's random source, `/dev/urandom`.
#[must_use]
pub fn os_random() -> Random {
    Box::new(|bytes| File::open("/dev/urandom")?.read_exact(bytes))
}

/// An open store and what had to be done for it.
pub struct Opened {
    /// The store.
    pub store: Store,
    /// True if a new file was made.
    pub fresh: bool,
    /// Where the damaged file went, if there was one: raise an alarm.
    pub set_aside: Option<PathBuf>,
    /// Cases taken over from the damaged file.
    pub salvaged: usize,
}

/// Where a database lies and how it is opened.
pub(super) struct Place {
    pub(super) path: PathBuf,
    pub(super) max_pages: u32,
    pub(super) vfs: Option<String>,
    pub(super) files: Arc<dyn Files>,
}

pub(super) struct Report {
    pub(super) fresh: bool,
    pub(super) set_aside: Option<PathBuf>,
    pub(super) salvaged: usize,
}

pub(super) fn open(config: Config) -> Result<(Desk, Report), StoreFault> {
    let Config {
        path,
        machine,
        max_pages,
        random,
        vfs,
        files,
    } = config;
    let place = Place {
        path,
        max_pages,
        vfs,
        files,
    };
    let mut report = Report {
        fresh: !place.exists(&place.path),
        set_aside: None,
        salvaged: 0,
    };
    let db = match connect(&place).and_then(checked) {
        Err(StoreFault::Corrupt(_)) => {
            let aside = place.set_aside()?;
            report.fresh = true;
            report.set_aside = Some(aside);
            connect(&place).and_then(checked)?
        }
        other => other?,
    };
    let mut desk = Desk {
        db,
        machine,
        random,
        max_pages,
        suspect: false,
    };
    let there: i64 = desk
        .db
        .query_row("SELECT count(*) FROM meta", [], |row| row.get(0))?;
    if there == 0 {
        // Made now, or made by a run that died before it had taken over the damaged file.
        let aside = report.set_aside.clone().or_else(|| place.newest_aside());
        let taken = match aside {
            Some(aside) => salvage::salvage(&mut desk, &place, &aside)?,
            None => salvage::Taken::default(),
        };
        report.salvaged = taken.cases;
        first_meta(&mut desk, taken.epoch.as_deref())?;
    }
    desk.db.execute(
        "UPDATE meta SET clean = 0, machine = ?1",
        [desk.machine.as_str()],
    )?;
    schema::prune(&mut desk.db, schema::HISTORY_LIMIT)?;
    Ok((desk, report))
}

/// A connection with every setting that durability rests on, each read back.
pub(super) fn connect(place: &Place) -> Result<Connection, StoreFault> {
    if !place.exists(&place.path) {
        // Nobody but the firmware's own user may read what citizens filed.
        place.files.create(&place.path)?;
        place.sync_folder()?;
    }
    let mut db = place.database(&place.path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    // Before the log is opened: an exclusive log needs no shared-memory file beside it.
    db.execute_batch("PRAGMA locking_mode=EXCLUSIVE;")?;
    let mode: String = db.query_row("PRAGMA journal_mode=WAL", [], |row| row.get(0))?;
    db.execute_batch(
        "PRAGMA synchronous=FULL;
         PRAGMA secure_delete=ON;
         PRAGMA foreign_keys=ON;
         PRAGMA cell_size_check=ON;
         PRAGMA temp_store=MEMORY;
         PRAGMA journal_size_limit=4194304;",
    )?;
    db.pragma_update(None, "max_page_count", place.max_pages)?;
    expect("journal_mode", "wal", mode)?;
    read_back(&db, "journal_mode", "wal")?;
    read_back(&db, "synchronous", "2")?;
    read_back(&db, "locking_mode", "exclusive")?;
    read_back(&db, "secure_delete", "1")?;
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

/// Checks the whole file unless the last run ended clean.
fn checked(db: Connection) -> Result<Connection, StoreFault> {
    let clean: Result<bool, _> = db.query_row("SELECT clean FROM meta", [], |row| row.get(0));
    match clean {
        Ok(true) | Err(rusqlite::Error::QueryReturnedNoRows) => {}
        Ok(false) => quick_check(&db)?,
        Err(error) => return Err(error.into()),
    }
    Ok(db)
}

/// Writes the one row of `meta` of a new file. `old` is the epoch of the file it replaces.
fn first_meta(desk: &mut Desk, old: Option<&str>) -> Result<(), StoreFault> {
    let epoch = desk.new_epoch(old)?;
    let salt = desk.draw::<32>()?;
    desk.db.execute(
        "INSERT INTO meta (one, machine, epoch, next_seq, next_rating, salt, clean)
         VALUES (1, ?1, ?2, 1, 1, ?3, 0)",
        (desk.machine.as_str(), epoch.as_str(), salt),
    )?;
    Ok(())
}

impl Desk {
    /// A random epoch other than `old`: numbers given out before must not come again.
    pub(super) fn new_epoch(&mut self, old: Option<&str>) -> Result<Epoch, StoreFault> {
        let mut bytes = self.draw::<2>()?;
        if Some(Epoch::mint(bytes).as_str()) == old {
            bytes[1] = bytes[1].wrapping_add(1);
        }
        Ok(Epoch::mint(bytes))
    }
}

/// Most damaged files kept; then the last one is overwritten.
const ASIDE_LIMIT: u32 = 99;

impl Place {
    /// A plain connection to a database of this disk.
    pub(super) fn database(&self, path: &Path, flags: OpenFlags) -> Result<Connection, StoreFault> {
        let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        Ok(match &self.vfs {
            Some(vfs) => Connection::open_with_flags_and_vfs(path, flags, vfs.as_str())?,
            None => Connection::open_with_flags(path, flags)?,
        })
    }

    fn exists(&self, path: &Path) -> bool {
        self.files.open(path).is_ok()
    }

    /// Renames the file and its log out of the way, as `….aside-N`. The log goes first: a log left
    /// beside a new file would be replayed into it.
    fn set_aside(&self) -> Result<PathBuf, StoreFault> {
        let free =
            |n: &u32| !self.exists(&self.beside(*n, "")) && !self.exists(&self.beside(*n, "-wal"));
        let n = (1..ASIDE_LIMIT).find(free).unwrap_or(ASIDE_LIMIT);
        let aside = self.beside(n, "");
        let log = self.named("-wal");
        if self.exists(&log) {
            self.files.rename(&log, &self.beside(n, "-wal"))?;
        }
        self.files.rename(&self.path, &aside)?;
        self.sync_folder()?;
        Ok(aside)
    }

    fn newest_aside(&self) -> Option<PathBuf> {
        (1..=ASIDE_LIMIT)
            .rev()
            .map(|n| self.beside(n, ""))
            .find(|aside| self.exists(aside))
    }

    fn beside(&self, n: u32, suffix: &str) -> PathBuf {
        self.named(&format!(".aside-{n}{suffix}"))
    }

    fn named(&self, suffix: &str) -> PathBuf {
        let mut name = self.path.as_os_str().to_owned();
        name.push(suffix);
        PathBuf::from(name)
    }

    fn sync_folder(&self) -> Result<(), StoreFault> {
        let folder = match self.path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        self.files.sync_folder(folder)?;
        Ok(())
    }
}
