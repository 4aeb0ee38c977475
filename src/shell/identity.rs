//! Where the machine's signing key comes from: a systemd credential on a real machine, a file on a laptop.

use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::case::MachineIdentity;
use crate::shell::store::files::{Files, OsFiles};
use crate::shell::store::os_random;

/// Name of the credential (`LoadCredentialEncrypted=machine-key`) and of the file.
const NAME: &str = "machine-key";
/// Where systemd puts the credentials of the running service; root and the service's user may read there.
const SERVICE: &str = "/run/credentials/kiosk.service";

/// Where a machine keeps its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The credential, if this machine is given one.
    pub credential: Option<PathBuf>,
    /// The file used without one: 32 bytes, mode 0600, beside the store.
    pub file: PathBuf,
}

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum IdentityFault {
    /// It is not there.
    #[error("{}: there is no key", .0.display())]
    Missing(PathBuf),
    /// Other users may read it, so that others may have signed with it.
    #[error("{}: mode {mode:04o} lets others read the key; make it new", path.display())]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// It is not 32 bytes.
    #[error("{}: a key is 32 bytes", .0.display())]
    Malformed(PathBuf),
    /// It cannot be read or made.
    #[error("{}: {error}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
}

impl IdentityFault {
    /// One word for the journal.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Missing(_) => "missing",
            Self::Exposed { .. } => "exposed",
            Self::Malformed(_) => "malformed",
            Self::Io { .. } => "io",
        }
    }
}

impl Place {
    /// Of the machine whose store is `store`, as this process sees it.
    #[must_use]
    pub fn of(store: &Path) -> Self {
        let given = std::env::var_os("CREDENTIALS_DIRECTORY")
            .filter(|folder| !folder.is_empty())
            .map(|folder| Path::new(&folder).join(NAME));
        // A technician's shell is not the service and is given nothing; the service's own place is looked at instead.
        let running = || Some(Path::new(SERVICE).join(NAME)).filter(|path| path.exists());
        Self {
            credential: given.or_else(running),
            file: store.with_file_name(NAME),
        }
    }
}

/// The machine's key.
///
/// # Errors
/// [`IdentityFault`].
pub fn load(place: &Place) -> Result<MachineIdentity, IdentityFault> {
    match &place.credential {
        // systemd lets the service's user in through an access list, which shows as bits of the group.
        Some(path) => read(path, 0o007),
        None => read(&place.file, 0o077),
    }
}

/// As [`load`]; a machine that is given no credential makes its own key at the first start.
///
/// # Errors
/// [`IdentityFault`]. A credential that is missing or a file that is there and no good is not replaced.
pub fn load_or_make(place: &Place) -> Result<MachineIdentity, IdentityFault> {
    match load(place) {
        Err(IdentityFault::Missing(_)) if place.credential.is_none() => {
            let io = |error| IdentityFault::Io {
                path: place.file.clone(),
                error,
            };
            make(&OsFiles, &place.file).map_err(io)?;
            load(place)
        }
        found => found,
    }
}

fn read(path: &Path, forbidden: u32) -> Result<MachineIdentity, IdentityFault> {
    let io = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => IdentityFault::Missing(path.into()),
        _ => IdentityFault::Io {
            path: path.into(),
            error,
        },
    };
    let mut file = File::open(path).map_err(io)?;
    let facts = file.metadata().map_err(io)?;
    let mode = facts.permissions().mode() & 0o7777;
    if mode & forbidden != 0 {
        return Err(IdentityFault::Exposed {
            path: path.into(),
            mode,
        });
    }
    if facts.len() != 32 {
        return Err(IdentityFault::Malformed(path.into()));
    }
    let mut seed = Zeroizing::new([0; 32]);
    file.read_exact(&mut *seed).map_err(io)?;
    Ok(MachineIdentity::from_seed(&seed))
}

/// A new random key, whole or not at all: written beside, synced, renamed, and the folder synced.
fn make(files: &dyn Files, path: &Path) -> io::Result<()> {
    let mut seed = Zeroizing::new([0; 32]);
    os_random()(&mut *seed)?;
    let new = path.with_extension("new");
    if files.open(&new).is_ok() {
        // Left by a start that was cut off.
        files.remove(&new)?;
    }
    let file = files.create(&new)?;
    file.write_at(&*seed, 0)?;
    file.sync()?;
    files.rename(&new, path)?;
    files.sync_folder(folder(path))
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Whether this process may see what citizens filed: root, or the user that the store belongs to.
///
/// # Errors
/// Of reading who owns the store.
pub fn may_see_citizens(store: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt as _;
    let me = rustix::process::geteuid();
    Ok(me.is_root() || fs::metadata(store)?.uid() == me.as_raw())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(folder: &Path) -> Place {
        Place {
            credential: None,
            file: folder.join(NAME),
        }
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).expect("there").permissions().mode() & 0o777
    }

    #[test]
    fn a_key_is_made_once_for_its_owner_alone() {
        let dir = tempfile::tempdir().expect("folder");
        let place = place(dir.path());
        // A start that was cut off before the new key had its name.
        fs::write(dir.path().join("machine-key.new"), [1; 5]).expect("written");
        let first = load_or_make(&place).expect("made").public();
        assert_eq!(load_or_make(&place).expect("found").public(), first);
        assert_eq!(load(&place).expect("found").public(), first);
        assert_eq!(mode(&place.file), 0o600);
        assert_eq!(fs::read_dir(dir.path()).expect("folder").count(), 1);
    }

    #[test]
    fn a_key_that_others_may_read_is_refused_and_left_alone() {
        let dir = tempfile::tempdir().expect("folder");
        let place = place(dir.path());
        load_or_make(&place).expect("made");
        fs::set_permissions(&place.file, fs::Permissions::from_mode(0o640)).expect("changed");
        let before = fs::read(&place.file).expect("read");
        let fault = load_or_make(&place).expect_err("exposed");
        assert!(matches!(fault, IdentityFault::Exposed { mode: 0o640, .. }));
        assert_eq!(fs::read(&place.file).expect("read"), before);
    }

    #[test]
    fn half_a_key_is_refused() {
        let dir = tempfile::tempdir().expect("folder");
        let place = place(dir.path());
        fs::write(&place.file, [1; 31]).expect("written");
        fs::set_permissions(&place.file, fs::Permissions::from_mode(0o600)).expect("changed");
        let fault = load_or_make(&place).expect_err("half");
        assert!(matches!(fault, IdentityFault::Malformed(_)));
    }

    #[test]
    fn a_credential_comes_first_and_is_never_replaced() {
        let dir = tempfile::tempdir().expect("folder");
        let mut place = place(dir.path());
        let own = load_or_make(&place).expect("made").public();
        let credential = dir.path().join("credential");
        place.credential = Some(credential.clone());
        let fault = load_or_make(&place).expect_err("not given");
        assert!(matches!(fault, IdentityFault::Missing(_)));
        fs::write(&credential, [3; 32]).expect("written");
        fs::set_permissions(&credential, fs::Permissions::from_mode(0o440)).expect("changed");
        let given = load(&place).expect("given").public();
        assert_eq!(given, MachineIdentity::from_seed(&[3; 32]).public());
        assert_ne!(given, own);
    }
}
