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
        }
    }
}

/// Reads the key, or makes one where there is none and none `must_be_there`.
///
/// # Errors
/// [`StoreFault::KeyUnfit`] for a credential of the wrong length, a file that others may read, or one that is not there
/// and must be; of the disk.
pub(super) fn load(
    source: &KeySource,
    must_be_there: bool,
    place: &Place,
    random: &mut Random,
) -> Result<MachineKey, StoreFault> {
    if let Some(path) = &source.credential {
        let bytes = Zeroizing::new(fs::read(path)?);
        let bytes: [u8; LENGTH] = bytes[..]
            .try_into()
            .map_err(|_| unfit(path, "is not 32 bytes"))?;
        return Ok(MachineKey::from_bytes(&Zeroizing::new(bytes)));
    }
    let path = &source.file;
    match place.files.open(path) {
        Ok(file) => {
            private(path)?;
            let mut bytes: Secret = Zeroizing::new([0; LENGTH]);
            if file.len()? == LENGTH as u64 {
                file.read_at(&mut bytes[..], 0)?;
                return Ok(MachineKey::from_bytes(&bytes));
            }
            if must_be_there {
                return Err(unfit(path, "is not 32 bytes"));
            }
            // No key of ours, and maybe somebody's: kept under another name.
            place.move_aside(path)?;
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            if must_be_there {
                return Err(unfit(path, "is not there"));
            }
        }
        Err(error) => return Err(error.into()),
    }
    make(path, place, random)
}

/// Written under another name first: after a power cut there is a whole key or none.
fn make(path: &Path, place: &Place, random: &mut Random) -> Result<MachineKey, StoreFault> {
    let mut bytes: Secret = Zeroizing::new([0; LENGTH]);
    random(&mut bytes[..])?;
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    let partial = PathBuf::from(name);
    match place.files.remove(&partial) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    let file: Box<dyn OpenFile> = place.files.create(&partial)?;
    file.write_at(&bytes[..], 0)?;
    file.sync()?;
    place.files.rename(&partial, path)?;
    place.files.sync_folder(Place::folder_of(path))?;
    Ok(MachineKey::from_bytes(&bytes))
}

/// A key that others may read is no secret any more; somebody has to look into that.
fn private(path: &Path) -> Result<(), StoreFault> {
    match fs::metadata(path) {
        Ok(found) if found.permissions().mode() & 0o077 != 0 => {
            Err(unfit(path, "may be read by other users; it must be 0600"))
        }
        // A simulated disk has no modes.
        _ => Ok(()),
    }
}

fn unfit(path: &Path, why: &'static str) -> StoreFault {
    StoreFault::KeyUnfit {
        path: path.to_owned(),
        why,
    }
}
