//! The folder of a machine's identity. A renewal never destroys the pair that works:
//!
//! ```text
//! ca.pem                        the authority
//! state.json                    what is kept between the steps
//! ….new                         half a file, of no use
//! current → 000001              the pair in use; moved by one rename
//! device.key, device.crt        → current/…
//! 000002/device.key, .crt       the next pair, until it has been used once
//! ```
//!
//! Firmware and agent are two users of one group, and the folder is setgid: whoever made a pair, the other can use and
//! destroy it.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256};
use zeroize::Zeroizing;

use super::pair::{Identity, Pending};
use super::whole::{SETGID, make_folder, overwrite, remove, write_by_way_of};
use crate::certificate::Certificate;
use crate::domain::provisioning::{Failure, Saved};

const CURRENT: &str = "current";
const KEY: &str = "device.key";
const CERTIFICATE: &str = "device.crt";
const CA: &str = "ca.pem";
const STATE: &str = "state.json";
/// Longest file that is read back, bytes.
const FILE_MAX: u64 = 256 * 1024;
/// So often the link may be moved while a pair is read; it is moved once in a year.
const MOVES_MAX: u32 = 64;

/// The folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder(PathBuf);

fn disk(path: &Path) -> impl FnOnce(io::Error) -> Failure {
    let path = path.display().to_string();
    move |error| Failure::Disk(format!("{path}: {error}"))
}

/// Name of a pair's folder.
fn name_of(number: u32) -> PathBuf {
    PathBuf::from(format!("{number:06}"))
}

impl Folder {
    /// The folder at `path`, made if it is not there.
    ///
    /// # Errors
    /// [`Failure::Disk`].
    pub fn open(path: &Path) -> Result<Self, Failure> {
        make_folder(path).map_err(disk(path))?;
        Ok(Self(path.to_owned()))
    }

    /// The folder that a configuration means which names key and certificate by the links in it; none where they lie
    /// elsewhere or no pair is in use. Nothing is made.
    #[must_use]
    pub fn of_pair(key: &Path, certificate: &Path) -> Option<Self> {
        let folder = key.parent()?;
        let meant = key == folder.join(KEY) && certificate == folder.join(CERTIFICATE);
        meant.then(|| Self::in_use(folder)).flatten()
    }

    /// The folder at `path`, if a pair is in use there. Nothing is made.
    #[must_use]
    pub fn in_use(path: &Path) -> Option<Self> {
        let found = fs::read_link(path.join(CURRENT)).is_ok();
        found.then(|| Self(path.to_owned()))
    }

    /// Its path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// What was kept. A file that cannot be read as one counts as none: the certificate says who this machine is, and the
    /// steps are done again.
    ///
    /// # Errors
    /// [`Failure::Disk`] when it is there and the disk does not give it.
    pub fn saved(&self) -> Result<Saved, Failure> {
        Ok(match self.read(STATE)? {
            Some(text) => serde_json::from_str(&text).unwrap_or_default(),
            None => Saved::default(),
        })
    }

    /// Keeps `saved`, whole or not at all.
    ///
    /// # Errors
    /// [`Failure::Disk`].
    pub fn save(&self, saved: &Saved) -> Result<(), Failure> {
        let text = serde_json::to_string_pretty(saved)
            .map_err(|fault| Failure::Disk(fault.to_string()))?;
        self.write(Path::new(STATE), text.as_bytes())
    }

    /// The pair in use, key and certificate of the same one even while a renewal moves the link and destroys the old pair.
    ///
    /// # Errors
    /// [`Failure::NoIdentity`], or of the disk.
    pub fn identity(&self) -> Result<Identity, Failure> {
        for _ in 0..MOVES_MAX {
            let number = self.current_number()?.ok_or(Failure::NoIdentity)?;
            let read = self.pair(&name_of(number));
            if self.current_number()? == Some(number) {
                return read;
            }
        }
        Err(Failure::NoIdentity)
    }

    /// The next pair, if its certificate has come.
    ///
    /// # Errors
    /// [`Failure::NoIdentity`], or of the disk.
    pub fn next_identity(&self) -> Result<Identity, Failure> {
        match self.next()? {
            Some(folder) => self.pair(&folder),
            None => Err(Failure::NoIdentity),
        }
    }

    fn pair(&self, folder: &Path) -> Result<Identity, Failure> {
        let read = |name| self.read(folder.join(name))?.ok_or(Failure::NoIdentity);
        Identity::read(Zeroizing::new(read(KEY)?), read(CERTIFICATE)?)
    }

    /// The authority that is trusted.
    ///
    /// # Errors
    /// [`Failure::NoIdentity`], or of the disk.
    pub fn authority(&self) -> Result<String, Failure> {
        self.read(CA)?.ok_or(Failure::NoIdentity)
    }

    /// Keeps the authority.
    ///
    /// # Errors
    /// [`Failure::Disk`].
    pub fn keep_authority(&self, pem: &str) -> Result<(), Failure> {
        self.write(Path::new(CA), pem.as_bytes())
    }

    /// The key beside the one in use, made if there is none. The same one until it is in use.
    ///
    /// # Errors
    /// [`Failure::Disk`].
    pub fn pending(&self) -> Result<Pending, Failure> {
        if let Some(folder) = self.next()? {
            let text = self.read(folder.join(KEY))?.map(Zeroizing::new);
            if let Some(key) = text.and_then(|pem| KeyPair::from_pem(&pem).ok()) {
                return Ok(Pending { folder, key });
            }
            // Half a key of a start that was cut off.
            self.shred(&self.0.join(folder))?;
        }
        let folder = self.make_next()?;
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)
            .map_err(|fault| Failure::Disk(fault.to_string()))?;
        self.write(
            &folder.join(KEY),
            Zeroizing::new(key.serialize_pem()).as_bytes(),
        )?;
        self.sync(&self.0)?;
        Ok(Pending { folder, key })
    }

    /// Puts the key in use beside itself, for another certificate.
    ///
    /// # Errors
    /// [`Failure::Disk`].
    pub fn keep_key_for_next(&self, identity: &Identity) -> Result<(), Failure> {
        if let Some(folder) = self.next()? {
            self.shred(&self.0.join(folder))?;
        }
        let folder = self.make_next()?;
        self.write(&folder.join(KEY), identity.key_pem.as_bytes())?;
        self.sync(&self.0)
    }

    fn make_next(&self) -> Result<PathBuf, Failure> {
        let number = self.current_number()?.map_or(1, |number| number + 1);
        let folder = name_of(number);
        let whole = self.0.join(&folder);
        make_folder(&whole).map_err(disk(&whole))?;
        Ok(folder)
    }

    /// SHA-256 of the public key that this machine shows: the one in use, or, before there is one, that of the key that
    /// waits for its certificate, which is made now.
    ///
    /// # Errors
    /// [`Failure::Disk`].
    pub fn pending_or_current(&self) -> Result<[u8; 32], Failure> {
        match self.identity() {
            Ok(identity) => Ok(identity.certificate.key),
            Err(Failure::NoIdentity) => Ok(self.pending()?.fingerprint()),
            Err(failure) => Err(failure),
        }
    }

    /// Puts the certificate beside its key; `chain` begins with it.
    ///
    /// # Errors
    /// [`Failure::Disk`].
    pub fn keep_certificate(
        &self,
        pending: &Pending,
        chain: &[Certificate],
    ) -> Result<(), Failure> {
        let pem: String = chain.iter().map(Certificate::pem).collect();
        self.write(&pending.folder.join(CERTIFICATE), pem.as_bytes())
    }

    /// Takes the next pair into use, because it has been used once, and destroys the old one.
    ///
    /// # Errors
    /// [`Failure::Disk`]; one of the two pairs is in use, whole.
    pub fn promote(&self) -> Result<(), Failure> {
        let Some(next) = self.next()? else {
            return self.tidy();
        };
        if self.read(next.join(CERTIFICATE))?.is_none() {
            return Err(Failure::NoIdentity);
        }
        let new = self.0.join("current.new");
        remove(&new).map_err(disk(&new))?;
        symlink(&next, &new).map_err(disk(&new))?;
        fs::rename(&new, self.0.join(CURRENT)).map_err(disk(&new))?;
        for name in [KEY, CERTIFICATE] {
            let link = self.0.join(name);
            if fs::symlink_metadata(&link).is_err() {
                symlink(Path::new(CURRENT).join(name), &link).map_err(disk(&link))?;
            }
        }
        self.sync(&self.0)?;
        self.tidy()
    }

    /// Destroys the next pair: it is of no use, and another one is to be asked for.
    ///
    /// # Errors
    /// [`Failure::Disk`].
    pub fn drop_next(&self) -> Result<(), Failure> {
        match self.next()? {
            Some(folder) => self.shred(&self.0.join(folder)),
            None => Ok(()),
        }
    }

    /// Destroys every pair older than the one in use, which a power cut may have left.
    ///
    /// # Errors
    /// [`Failure::Disk`].
    pub fn tidy(&self) -> Result<(), Failure> {
        let current = self.current_number()?;
        for number in self.numbers()? {
            if current.is_some_and(|current| number < current) {
                self.shred(&self.0.join(name_of(number)))?;
            }
        }
        self.sync(&self.0)
    }

    /// Overwrites and removes every key, certificate and the authority; what was kept stays until it is written anew.
    ///
    /// # Errors
    /// [`Failure::Disk`]; it can be done again.
    pub fn destroy(&self) -> Result<(), Failure> {
        for number in self.numbers()? {
            self.shred(&self.0.join(name_of(number)))?;
        }
        for name in [KEY, CERTIFICATE, CA] {
            let half = self.0.join(format!("{name}.new"));
            overwrite(&half).map_err(disk(&half))?;
        }
        for name in [KEY, CERTIFICATE, CURRENT, "current.new"] {
            let link = self.0.join(name);
            remove(&link).map_err(disk(&link))?;
        }
        overwrite(&self.0.join(CA)).map_err(disk(&self.0))?;
        self.sync(&self.0)
    }

    fn shred(&self, folder: &Path) -> Result<(), Failure> {
        for entry in fs::read_dir(folder).map_err(disk(folder))? {
            overwrite(&entry.map_err(disk(folder))?.path()).map_err(disk(folder))?;
        }
        fs::remove_dir(folder).map_err(disk(folder))
    }

    fn current_number(&self) -> Result<Option<u32>, Failure> {
        match fs::read_link(self.0.join(CURRENT)) {
            Ok(target) => Ok(target.to_str().and_then(|name| name.parse().ok())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(disk(&self.0)(error)),
        }
    }

    /// The pair beside the one in use.
    fn next(&self) -> Result<Option<PathBuf>, Failure> {
        let current = self.current_number()?;
        let newest = self
            .numbers()?
            .into_iter()
            .rfind(|number| current.is_none_or(|current| *number > current));
        Ok(newest.map(name_of))
    }

    fn numbers(&self) -> Result<Vec<u32>, Failure> {
        let mut numbers = Vec::new();
        for entry in fs::read_dir(&self.0).map_err(disk(&self.0))? {
            let name = entry.map_err(disk(&self.0))?.file_name();
            let number: Option<u32> = name
                .to_str()
                .filter(|name| name.len() == 6)
                .and_then(|name| name.parse().ok());
            numbers.extend(number);
        }
        numbers.sort_unstable();
        Ok(numbers)
    }

    fn read(&self, name: impl AsRef<Path>) -> Result<Option<String>, Failure> {
        let path = self.0.join(name);
        let mut text = String::new();
        match File::open(&path).and_then(|file| file.take(FILE_MAX).read_to_string(&mut text)) {
            Ok(_) => Ok(Some(text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(disk(&path)(error)),
        }
    }

    fn write(&self, name: &Path, bytes: &[u8]) -> Result<(), Failure> {
        let path = self.0.join(name);
        let shared = fs::metadata(&self.0)
            .map_err(disk(&self.0))?
            .permissions()
            .mode()
            & SETGID
            != 0;
        let mode = if shared { 0o660 } else { 0o600 };
        write_by_way_of(&self.0, &path, bytes, mode).map_err(disk(&path))
    }

    fn sync(&self, folder: &Path) -> Result<(), Failure> {
        File::open(folder)
            .and_then(|folder| folder.sync_all())
            .map_err(disk(folder))
    }
}
