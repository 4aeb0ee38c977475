//! The rig catches what it is there to catch: queues whose settings or file handling lose what they acknowledged.
//!
//! Which settings lose rows is SQLite's own documentation (sqlite.org/pragma.html#pragma_synchronous): `OFF` and, with
//! a write-ahead log, `NORMAL` lose commits; a rollback journal that is deleted needs `EXTRA` for its folder.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use super::disk::TornDisk;
use super::vfs::Vfs;

/// Cuts per setting. The rarest loss below comes in every sixth.
const CUTS: u64 = 150;
const QUEUE: &str = "/disk/queue.db";

/// What became of a queue in [`CUTS`] cuts.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    /// Cuts after which an acknowledged row was gone.
    lost: u64,
    /// Cuts after which the file was malformed.
    malformed: u64,
}

fn connect(vfs: &Vfs, settings: &str) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags_and_vfs(QUEUE, flags, vfs.name().as_str())?;
    // Under an exclusive lock a rollback journal is never removed, so that only a log is opened with one.
    if settings.contains("WAL") {
        db.execute_batch("PRAGMA locking_mode=EXCLUSIVE")?;
    }
    db.execute_batch(settings)?;
    Ok(db)
}

/// Puts rows in until the power goes; returns how many were acknowledged.
fn fill(vfs: &Vfs, settings: &str) -> i64 {
    let Ok(db) = connect(vfs, settings) else {
        return 0;
    };
    // So that the log is moved into the file more than once.
    let _ = db.execute_batch("PRAGMA wal_autocheckpoint=20");
    let row = |n: i64| {
        db.execute(
            "INSERT INTO queue VALUES (?1, ?2)",
            (n, vec![n as u8; 1500]),
        )
    };
    (1..).take_while(|n| row(*n).is_ok()).last().unwrap_or(0)
}

/// Whether rows 1 to `acked` are there; an error if the file is malformed.
fn kept(vfs: &Vfs, settings: &str, acked: i64) -> rusqlite::Result<bool> {
    let db = connect(vfs, settings)?;
    let check: String = db.query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
    if check != "ok" {
        return Err(rusqlite::Error::InvalidQuery);
    }
    let there: i64 = db.query_row(
        "SELECT count(*) FROM queue WHERE n <= ?1 AND length(body) = 1500",
        [acked],
        |row| row.get(0),
    )?;
    Ok(there == acked)
}

fn tally(settings: &str) -> Tally {
    let mut tally = Tally::default();
    let mut rng = fastrand::Rng::with_seed(1);
    for seed in 0..CUTS {
        let disk = TornDisk::new(seed);
        let vfs = Vfs::register(&disk);
        disk.create(Path::new(QUEUE)).expect("create");
        let db = connect(&vfs, "").expect("connect");
        db.execute_batch("CREATE TABLE queue (n INTEGER PRIMARY KEY, body BLOB)")
            .expect("table");
        drop(db);
        // A clean stop, so that only what follows is at stake.
        disk.sync_folder(Path::new("/disk")).expect("sync");
        disk.open(Path::new(QUEUE))
            .expect("open")
            .sync()
            .expect("sync");
        disk.cut_at(rng.u64(1..200));
        let acked = fill(&vfs, settings);
        disk.power_on();
        match kept(&vfs, settings, acked) {
            Ok(true) => {}
            Ok(false) => tally.lost += 1,
            Err(_) => tally.malformed += 1,
        }
    }
    tally
}

#[test]
fn sound_settings_lose_nothing() {
    for settings in [
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL",
        "PRAGMA journal_mode=DELETE; PRAGMA synchronous=EXTRA",
        "PRAGMA journal_mode=TRUNCATE; PRAGMA synchronous=FULL",
        "PRAGMA journal_mode=PERSIST; PRAGMA synchronous=FULL",
    ] {
        assert_eq!(tally(settings), Tally::default(), "{settings}");
    }
}

#[test]
fn a_log_that_is_not_synced_is_caught() {
    let off = tally("PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF");
    assert!(
        off.lost + off.malformed > CUTS / 2 && off.malformed > 0,
        "{off:?}"
    );
    let normal = tally("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL");
    assert!(
        normal.lost > CUTS / 2 && normal.malformed == 0,
        "{normal:?}"
    );
}

#[test]
fn a_journal_whose_removal_is_not_synced_is_caught() {
    let full = tally("PRAGMA journal_mode=DELETE; PRAGMA synchronous=FULL");
    assert!(full.lost > CUTS / 50 && full.malformed == 0, "{full:?}");
    let off = tally("PRAGMA journal_mode=DELETE; PRAGMA synchronous=OFF");
    assert!(off.malformed > CUTS / 2, "{off:?}");
}

/// Replaces a file by temporary file and rename; an error means that the power went.
fn replace(
    disk: &TornDisk,
    text: &[u8],
    sync_file: bool,
    sync_folder: bool,
) -> std::io::Result<()> {
    let new = Path::new("/disk/setting.new");
    let file = disk.create(new)?;
    file.write_at(text, 0)?;
    if sync_file {
        file.sync()?;
    }
    disk.rename(new, Path::new("/disk/setting"))?;
    if sync_folder {
        disk.sync_folder(Path::new("/disk"))?;
    }
    Ok(())
}

/// Cuts after which an acknowledged replacement was not there, old and torn ones apart.
fn replacements_lost(sync_file: bool, sync_folder: bool) -> (u64, u64) {
    let (old, new) = ([b'o'; 900], [b'n'; 1800]);
    let (mut stale, mut torn) = (0, 0);
    for seed in 0..CUTS {
        let disk = TornDisk::from_image(seed, [("/disk/setting".into(), old.to_vec())].into());
        // Half of the cuts before the last step, half after it.
        if seed % 2 == 0 {
            disk.cut_at(1 + seed / 2 % 5);
        }
        let acked = replace(&disk, &new, sync_file, sync_folder).is_ok();
        disk.cut();
        disk.power_on();
        let found = &disk.image()[Path::new("/disk/setting")];
        torn += u64::from(found[..] != old && found[..] != new);
        stale += u64::from(acked && found[..] == old);
    }
    (stale, torn)
}

#[test]
fn a_rename_without_its_folder_synced_is_caught() {
    assert_eq!(replacements_lost(true, true), (0, 0));
    let (stale, torn) = replacements_lost(true, false);
    assert!(stale > CUTS / 10 && torn == 0, "{stale} {torn}");
    let (_, torn) = replacements_lost(false, true);
    assert!(torn > CUTS / 10, "{torn}");
}
