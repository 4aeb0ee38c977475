//! The machine's own key: everything that is sealed hangs on it.
//!
//! It comes as a systemd credential, which the TPM seals where there is one, else from a file that is made at the first
//! start (laptop board). It is never overwritten: a store that it does not open is set aside, not lost.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::fault::StoreFault;
use super::files::OpenFile;
use super::open::Random;
use super::place::Place;
use super::seal::{Secret, bound};

/// Name of the credential in `$CREDENTIALS_DIRECTORY` (systemd.exec(5), `LoadCredentialEncrypted=`).
const CREDENTIAL: &str = "store-key";
const LENGTH: usize = 32;
/// Ending of the copies of keys that this machine made, and how many there may be.
const MADE: &str = ".made-";
const MADE_LIMIT: u32 = 99;
/// Words for the journal.
const EXPOSED: &str = "key-exposed";
const UNFIT: &str = "key-unfit";

/// Where the key is looked for.
#[derive(Clone, Debug)]
pub struct KeySource {
    /// Credential of the service, 32 raw bytes. If it is there, the file below is not touched.
    pub credential: Option<PathBuf>,
    /// File of 32 raw bytes, 0600, made if it is missing.
    pub file: PathBuf,
}

impl KeySource {
    /// The credential `store-key` of this service if systemd passed one, else `file`.
    #[must_use]
    pub fn of_service(file: PathBuf) -> Self {
        let folder = std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from);
        let credential = folder.map(|folder| folder.join(CREDENTIAL));
        Self {
            credential: credential.filter(|path| path.exists()),
            file,
        }
    }
}

/// The keys that are made from the machine's key, one for each use.
pub(super) struct MachineKey {
    /// Wraps the key of every row.
    pub(super) wrap: Secret,
    /// Seals what stays after acceptance.
    pub(super) keep: Secret,
    /// Makes tokens of persons.
    pub(super) person: Secret,
    /// Marks the columns that are not sealed.
    pub(super) mark: Secret,
}

impl MachineKey {
    pub(super) fn from_bytes(bytes: &Secret) -> Self {
        let of = |purpose: &str| -> Secret {
            let hash = Sha256::digest(Zeroizing::new(bound(&[
                b"kiosk store key",
                purpose.as_bytes(),
                &bytes[..],
            ])));
            Zeroizing::new(hash.into())
        };
        Self {
            wrap: of("wrap"),
            keep: of("keep"),
            person: of("person"),
            mark: of("mark"),
        }
    }
}

/// The machine's key, and those it had before.
pub(super) struct Ring {
    pub(super) key: MachineKey,
    /// Keys that lie beside it: made while the right one was missing, or moved aside. They open stores that were set aside.
    pub(super) older: Vec<MachineKey>,
    /// What somebody has to look into, as a word for the journal.
    pub(super) trouble: Option<&'static str>,
}

/// Reads the key, or makes one where there is none and none `must_be_there`. What cannot be a key is moved aside: the
/// machine starts, and what it filed under another key waits for that one.
///
/// # Errors
/// Of the disk; [`StoreFault::KeyUnfit`] if the key must be there and cannot be used.
pub(super) fn load(
    source: &KeySource,
    must_be_there: bool,
    place: &Place,
    random: &mut Random,
) -> Result<Ring, StoreFault> {
    let mut trouble = None;
    let given = source.credential.as_ref().map(|path| {
        let bytes = fs::read(path).map(Zeroizing::new);
        let bytes = bytes.ok().and_then(|bytes| bytes[..].try_into().ok());
        bytes.ok_or_else(|| unfit(path, "cannot be read, or is not 32 bytes"))
    });
    let bytes: Secret = match given {
        Some(Ok(bytes)) => Zeroizing::new(bytes),
        Some(Err(fault)) if must_be_there => return Err(fault),
        unusable => {
            trouble = unusable.map(|_| UNFIT);
            of_file(&source.file, must_be_there, place, random, &mut trouble)?
        }
    };
    let older = beside(&source.file, place);
    Ok(Ring {
        key: MachineKey::from_bytes(&bytes),
        older: older
            .iter()
            .filter(|other| **other != bytes)
            .map(MachineKey::from_bytes)
            .collect(),
        trouble,
    })
}

fn of_file(
    path: &Path,
    must_be_there: bool,
    place: &Place,
    random: &mut Random,
    trouble: &mut Option<&'static str>,
) -> Result<Secret, StoreFault> {
    match place.files.open(path) {
        Ok(file) => {
            if !made_private(path) {
                *trouble = Some(EXPOSED);
            }
            if let Some(bytes) = bytes_of(&*file) {
                return Ok(bytes);
            }
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            if must_be_there {
                return Err(unfit(path, "is not there"));
            }
            return make(path, place, random);
        }
        // A folder, or somebody else's file.
        Err(_) => {}
    }
    if must_be_there {
        return Err(unfit(path, "cannot be read, or is not 32 bytes"));
    }
    // No key of ours, and maybe somebody's: kept under another name.
    *trouble = Some(UNFIT);
    place.move_aside(path)?;
    make(path, place, random)
}

fn bytes_of(file: &dyn OpenFile) -> Option<Secret> {
    let mut bytes: Secret = Zeroizing::new([0; LENGTH]);
    if file.len().ok()? != LENGTH as u64 {
        return None;
    }
    file.read_at(&mut bytes[..], 0).ok()?;
    Some(bytes)
}

/// Keys that lie beside the file.
fn beside(path: &Path, place: &Place) -> Vec<Secret> {
    let names = place
        .files
        .list(Place::folder_of(path))
        .unwrap_or_default()
        .into_iter()
        .filter(|other| {
            let (name, other) = (path.as_os_str().as_encoded_bytes(), other.as_os_str());
            let rest = other.as_encoded_bytes().strip_prefix(name);
            rest.is_some_and(|rest| {
                rest.is_empty() || rest.starts_with(b".aside-") || rest.starts_with(MADE.as_bytes())
            })
        });
    names
        .filter_map(|name| bytes_of(&*place.files.open(&name).ok()?))
        .collect()
}

/// Written under another name first: after a power cut there is a whole key or none. Where there is a store already its key
/// was lost, and somebody may bring it back in this one's place: then a second copy opens what was filed in between.
fn make(path: &Path, place: &Place, random: &mut Random) -> Result<Secret, StoreFault> {
    let mut bytes: Secret = Zeroizing::new([0; LENGTH]);
    random(&mut bytes[..])?;
    let mut copies = (1..=MADE_LIMIT).map(|n| named(path, &format!("{MADE}{n}")));
    if place.exists(&place.path)
        && let Some(copy) = copies.find(|copy| !place.exists(copy))
    {
        write(&copy, place, &bytes)?;
    }
    let partial = named(path, ".new");
    match place.files.remove(&partial) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    write(&partial, place, &bytes)?;
    place.files.rename(&partial, path)?;
    place.files.sync_folder(Place::folder_of(path))?;
    Ok(bytes)
}

fn write(path: &Path, place: &Place, bytes: &Secret) -> Result<(), StoreFault> {
    let file: Box<dyn OpenFile> = place.files.create(path)?;
    file.write_at(&bytes[..], 0)?;
    file.sync()?;
    Ok(())
}

fn named(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// A key that others may read is no secret any more: from now on they may not, and false says that somebody has to look
/// into it. The machine goes on, or a slip of a technician would end the service.
fn made_private(path: &Path) -> bool {
    match fs::metadata(path) {
        Ok(found) if found.permissions().mode() & 0o077 != 0 => {
            // What cannot be tightened is told all the same.
            let _ = fs::set_permissions(path, fs::Permissions::from_mode(0o600));
            false
        }
        // A simulated disk has no modes.
        _ => true,
    }
}

fn unfit(path: &Path, why: &'static str) -> StoreFault {
    StoreFault::KeyUnfit {
        path: path.to_owned(),
        why,
    }
}
