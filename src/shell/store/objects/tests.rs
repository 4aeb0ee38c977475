mod disk;

use std::io;
use std::path::Path;

use self::disk::Disk;
use super::*;
use crate::shell::store::files::OsFiles;

const KEY: [u8; 32] = [1; 32];

fn content(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at % 251) as u8).collect()
}

fn on(disk: &Arc<Disk>) -> Objects {
    Objects::new(disk.clone(), "objects".into())
}

fn read(objects: &Objects, stored: &Stored) -> Result<Vec<u8>, StoreFault> {
    let mut object = objects.get(&KEY, &stored.name)?;
    let mut bytes = vec![0; usize::try_from(object.length()).unwrap()];
    object.read_at(0, &mut bytes)?;
    Ok(bytes)
}

#[test]
fn what_is_put_is_read_back_at_every_length_around_a_chunk() {
    let objects = on(&Arc::default());
    for (n, length) in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK]
        .into_iter()
        .enumerate()
    {
        let content = content(length);
        let nonce = [u8::try_from(n).unwrap(); NONCE];
        let stored = objects.put(&KEY, nonce, &mut content.as_slice()).unwrap();
        assert_eq!(
            (stored.digest, stored.length),
            (Digest::of(&content), length as u64)
        );
        assert!(read(&objects, &stored).unwrap() == content, "{length}");
        let verified = objects.get(&KEY, &stored.name).unwrap().verify();
        assert_eq!(verified, Ok(stored.digest));
    }
}

#[test]
fn any_part_can_be_read_and_nothing_past_the_end() {
    let objects = on(&Arc::default());
    let content = content(2 * CHUNK + 100);
    let stored = objects
        .put(&KEY, [2; NONCE], &mut content.as_slice())
        .unwrap();
    let mut object = objects.get(&KEY, &stored.name).unwrap();
    for (at, size) in [
        (0, 1),
        (CHUNK - 3, 6),
        (CHUNK, CHUNK + 50),
        (2 * CHUNK + 99, 1),
        (5, 5),
    ] {
        let mut part = vec![0; size];
        object.read_at(at as u64, &mut part).unwrap();
        assert!(part == content[at..at + size], "{size} at {at}");
    }
    assert!(
        object
            .read_at(content.len() as u64 - 1, &mut [0; 2])
            .is_err()
    );
    assert!(object.read_at(u64::MAX, &mut [0]).is_err());
}

#[test]
fn the_file_is_named_by_its_bytes_and_shows_nothing() {
    let disk = Arc::<Disk>::default();
    let objects = on(&disk);
    let content = b"11010519491231002X".repeat(20);
    let stored = objects
        .put(&KEY, [3; NONCE], &mut content.as_slice())
        .unwrap();
    let bytes = disk.bytes(&Path::new("objects").join(stored.name.text()));
    assert_eq!(ObjectName(Digest::of(&bytes)), stored.name);
    assert!(!bytes.windows(8).any(|w| w == b"11010519"));
    let other_key = objects.get(&[9; 32], &stored.name).unwrap().verify();
    assert!(other_key.is_err());
}

#[test]
fn cut_swapped_and_changed_files_do_not_open() {
    let disk = Arc::<Disk>::default();
    let objects = on(&disk);
    let content = content(2 * CHUNK + 100);
    let stored = objects
        .put(&KEY, [4; NONCE], &mut content.as_slice())
        .unwrap();
    let path = Path::new("objects").join(stored.name.text());
    let whole = disk.bytes(&path);
    let sealed = CHUNK + TAG_BYTES;
    let chunk =
        |n: usize| &whole[HEADER + n * sealed..(HEADER + (n + 1) * sealed).min(whole.len())];
    let mut changed = whole.clone();
    changed[HEADER + sealed + 5] ^= 1;
    let mut newer = whole.clone();
    newer[8] = 2;
    for (what, bytes) in [
        (
            "cut after a whole chunk",
            whole[..HEADER + 2 * sealed].to_vec(),
        ),
        (
            "cut within the last chunk",
            whole[..whole.len() - 1].to_vec(),
        ),
        ("cut within the header", whole[..HEADER - 1].to_vec()),
        ("empty", Vec::new()),
        (
            "swapped",
            [&whole[..HEADER], chunk(1), chunk(0), chunk(2)].concat(),
        ),
        ("doubled", [&whole[..], chunk(2)].concat()),
        ("changed", changed),
        ("another version", newer),
    ] {
        disk.replace(&path, bytes);
        let opened = objects
            .get(&KEY, &stored.name)
            .and_then(|mut object| object.verify());
        assert!(
            matches!(opened, Err(StoreFault::Corrupt(_))),
            "{what}: {opened:?}"
        );
    }
}

const TAG_BYTES: usize = 16;

/// The disk fails at each of its operations in turn, and then the power goes.
#[test]
fn a_fault_or_a_power_cut_anywhere_leaves_the_whole_or_nothing() {
    let content = content(CHUNK + 9);
    let mut succeeded = false;
    for operations in 0..20 {
        for kind in [io::ErrorKind::StorageFull, io::ErrorKind::Other] {
            let disk = Arc::<Disk>::default();
            let objects = on(&disk);
            disk.fail_after(operations, kind);
            let put = objects.put(&KEY, [5; NONCE], &mut content.as_slice());
            disk.power_cut();
            let objects = on(&disk);
            let name = match &put {
                Ok(stored) => {
                    succeeded = true;
                    assert!(read(&objects, stored).unwrap() == content);
                    Some(stored.name.clone())
                }
                Err(StoreFault::Full) => {
                    assert_eq!(kind, io::ErrorKind::StorageFull);
                    None
                }
                Err(other) => {
                    assert!(matches!(other, StoreFault::Io(_)), "{other}");
                    None
                }
            };
            let live: BTreeSet<_> = name.into_iter().collect();
            objects.sweep(&live).unwrap();
            assert_eq!(disk.list(Path::new("objects")).unwrap().len(), live.len());
        }
    }
    assert!(succeeded, "20 operations are enough");
}

#[test]
fn sweeping_takes_orphans_and_parts_and_leaves_what_is_live() {
    let disk = Arc::<Disk>::default();
    let objects = on(&disk);
    let put = |n: u8| objects.put(&KEY, [n; NONCE], &mut [n].as_slice()).unwrap();
    let (kept, orphan) = (put(1), put(2));
    disk.create(Path::new("objects/0303.part")).unwrap();
    let live = BTreeSet::from([kept.name.clone()]);
    assert_eq!(objects.has_others(&live), Ok(true));
    assert_eq!(objects.sweep_parts(), Ok(1));
    assert_eq!(objects.sweep(&live), Ok(1));
    assert_eq!(
        (objects.sweep(&live), objects.has_others(&live)),
        (Ok(0), Ok(false))
    );
    assert_eq!(read(&objects, &kept).unwrap(), [1]);
    assert_eq!(read(&objects, &orphan).unwrap_err(), StoreFault::NotFound);
    objects.remove(std::slice::from_ref(&kept.name)).unwrap();
    objects.remove(std::slice::from_ref(&kept.name)).unwrap();
    assert_eq!(read(&objects, &kept).unwrap_err(), StoreFault::NotFound);
}

#[test]
fn what_is_too_long_or_breaks_off_is_not_kept() {
    let disk = Arc::<Disk>::default();
    let mut objects = on(&disk);
    assert_eq!(objects.limit, ATTACHMENT_MAX);
    objects.limit = 3 * CHUNK as u64;
    let mut endless = io::repeat(0);
    let refused = objects.put(&KEY, [6; NONCE], &mut endless).unwrap_err();
    assert_eq!(refused, StoreFault::TooLarge);
    struct Breaks;
    impl io::Read for Breaks {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the scanner went away"))
        }
    }
    let refused = objects.put(&KEY, [7; NONCE], &mut Breaks).unwrap_err();
    assert!(matches!(refused, StoreFault::Io(_)));
    assert_eq!(disk.list(Path::new("objects")).unwrap().len(), 0);
}

#[test]
fn on_the_machines_own_disk() {
    let folder = tempfile::tempdir().unwrap();
    let objects = Objects::new(Arc::new(OsFiles), folder.path().join("objects"));
    let content = content(CHUNK * 2);
    let stored = objects
        .put(&KEY, [8; NONCE], &mut content.as_slice())
        .unwrap();
    assert!(read(&objects, &stored).unwrap() == content);
    assert_eq!(objects.sweep(&BTreeSet::new()), Ok(1));
}
