//! Content packages on a machine: taken in, kept, chosen, gone back from.
//!
//! `DIR/KIND/SERIAL.kcp` is a package as it came; `DIR/KIND/state.json` tells the highest serial that was ever taken and the ones
//! gone back from. Whoever reads one judges it anew, signatures and all: the folder belongs to another user than the firmware's.

mod handler;
#[cfg(test)]
mod tests;
mod watch;

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::case::PublicIdentity;
use crate::config::Config;
use crate::content::{Kind, NotContent, PACKAGE_MAX, Package};
use crate::item::{Catalogue, Day};
use crate::shell::clock::Clock;
use crate::shell::{foreign_file, fresh_file, owner};

pub use handler::ContentHandler;
pub use watch::ContentWatch;

/// Packages of a kind that are kept: the one in use, the one before, and one whose day is still to come.
const KEPT: usize = 3;

/// A machine's place for content, and what it believes.
#[derive(Clone, Debug)]
pub struct Place {
    /// The folder.
    pub folder: PathBuf,
    /// Whose approvals count.
    pub approvers: Vec<PublicIdentity>,
    /// 9-digit code of the machine's town.
    pub town: String,
    /// Its board, where it knows it.
    pub board: Option<String>,
}

/// Why a package was not taken in.
#[derive(Debug, thiserror::Error)]
pub enum ContentFault {
    /// The package.
    #[error(transparent)]
    Package(#[from] NotContent),
    /// The disk.
    #[error("{}: {error}", path.display())]
    Io {
        /// Where.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// There is nothing to go back from.
    #[error("no package of this kind is in use")]
    Nothing,
}

/// A package that was taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installed {
    /// Its kind.
    pub kind: Kind,
    /// Its name for people.
    pub version: String,
    /// Its serial.
    pub serial: u64,
}

/// One package that lies here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its serial.
    pub serial: u64,
    /// Its name and the days it is used on, or why it is not.
    pub judged: Result<(String, Day, Day), NotContent>,
    /// Whether it was gone back from.
    pub barred: bool,
    /// Whether it is the one in use today.
    pub used: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct State {
    /// Highest serial that was ever taken.
    high: u64,
    /// Serials that were gone back from.
    barred: BTreeSet<u64>,
}

impl Place {
    /// Of this configuration.
    #[must_use]
    pub fn of(config: &Config) -> Self {
        Self {
            folder: config.content.dir.clone(),
            approvers: config.content.approvers.clone(),
            town: config.machine.town_code.clone(),
            board: config.content.board.clone(),
        }
    }

    fn path(&self, kind: Kind, serial: u64) -> PathBuf {
        self.folder.join(kind.word()).join(format!("{serial}.kcp"))
    }

    fn state_path(&self, kind: Kind) -> PathBuf {
        self.folder.join(kind.word()).join("state.json")
    }

    /// A state that cannot be read counts as none: what was gone back from may then come again, an older serial than the
    /// packages that lie here may not.
    fn state(&self, kind: Kind) -> State {
        let bytes = fs::read(self.state_path(kind)).ok();
        let mut state: State = bytes
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default();
        state.high = self
            .serials(kind)
            .last()
            .copied()
            .unwrap_or(0)
            .max(state.high);
        state
    }

    /// Serials of the packages that lie here, rising.
    fn serials(&self, kind: Kind) -> Vec<u64> {
        let entries = fs::read_dir(self.folder.join(kind.word()))
            .into_iter()
            .flatten()
            .flatten();
        let serial = |entry: fs::DirEntry| {
            let name = entry.file_name().into_string().ok()?;
            name.strip_suffix(".kcp")?.parse().ok()
        };
        let mut serials: Vec<u64> = entries.filter_map(serial).collect();
        serials.sort_unstable();
        serials
    }

    /// Whether this package is one for this machine, whatever the day.
    fn judge(&self, package: &Package<'_>) -> Result<(), NotContent> {
        package.need_approvals(&self.approvers)?;
        let manifest = &package.manifest;
        if !manifest.is_for(&self.town, self.board.as_deref()) {
            return Err(NotContent::Elsewhere);
        }
        loads(package)
    }

    /// The same, and that its time is not over.
    fn judge_on(&self, package: &Package<'_>, today: Option<Day>) -> Result<(), NotContent> {
        self.judge(package)?;
        let until = package.manifest.until;
        if today.is_some_and(|day| day > until) {
            return Err(NotContent::Expired(until));
        }
        Ok(())
    }

    /// The package of this kind to be used on `today` (`None` while nobody knows the day): the newest that is sound, approved, of
    /// its day and not gone back from. Beside it the ones above that are not, and why.
    #[must_use]
    pub fn choose(
        &self,
        kind: Kind,
        today: Option<Day>,
    ) -> (Option<Chosen>, Vec<(u64, NotContent)>) {
        let (state, mut refused) = (self.state(kind), Vec::new());
        for serial in self.serials(kind).into_iter().rev() {
            if state.barred.contains(&serial) {
                continue;
            }
            let judged = read(&self.path(kind, serial))
                .map_err(|_| NotContent::Length)
                .and_then(|bytes| {
                    let package = Package::open(&bytes)?;
                    self.judge(&package)?;
                    let manifest = package.manifest;
                    if today.is_some_and(|day| day > manifest.until) {
                        return Err(NotContent::Expired(manifest.until));
                    }
                    let named = manifest.serial == serial && manifest.kind == kind;
                    let used = named && manifest.is_valid_on(today);
                    Ok((
                        used,
                        Chosen {
                            serial,
                            version: manifest.version,
                            from: manifest.from,
                            until: manifest.until,
                            bytes,
                        },
                    ))
                });
            match judged {
                Ok((true, chosen)) => return (Some(chosen), refused),
                // Its day is still to come.
                Ok((false, _)) => {}
                Err(fault) => refused.push((serial, fault)),
            }
        }
        (None, refused)
    }

    /// What lies here of this kind, newest first.
    #[must_use]
    pub fn list(&self, kind: Kind, today: Option<Day>) -> Vec<Listed> {
        let (state, used) = (
            self.state(kind),
            self.choose(kind, today).0.map(|chosen| chosen.serial),
        );
        let one = |serial: u64| {
            let judged = read(&self.path(kind, serial))
                .map_err(|_| NotContent::Length)
                .and_then(|bytes| {
                    let package = Package::open(&bytes)?;
                    self.judge(&package)?;
                    let manifest = package.manifest;
                    Ok((manifest.version, manifest.from, manifest.until))
                });
            Listed {
                serial,
                judged,
                barred: state.barred.contains(&serial),
                used: used == Some(serial),
            }
        };
        self.serials(kind).into_iter().rev().map(one).collect()
    }

    fn keep_state(&self, kind: Kind, state: &State) -> io::Result<()> {
        fresh_file::write(&self.state_path(kind), &serde_json::to_vec(state)?, 0o644)
    }
}

/// A package that is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// Its serial.
    pub serial: u64,
    /// Its name.
    pub version: String,
    /// First day.
    pub from: Day,
    /// Last day.
    pub until: Day,
    bytes: Vec<u8>,
}

impl Chosen {
    /// The content of one of its files.
    #[must_use]
    pub fn file(&self, name: &str) -> Option<Vec<u8>> {
        Package::open(&self.bytes)
            .ok()?
            .file(name)
            .map(<[u8]>::to_vec)
    }
}

/// Whether what is in it can be used at all.
fn loads(package: &Package<'_>) -> Result<(), NotContent> {
    if package.manifest.kind != Kind::Catalogue {
        return Ok(());
    }
    let json = package.file("catalogue.json").unwrap_or_default();
    match Catalogue::from_json(json) {
        Ok((_, findings)) if findings.is_empty() => Ok(()),
        Ok((_, findings)) => Err(NotContent::Unusable(format!(
            "{} faults in its items",
            findings.len()
        ))),
        Err(error) => Err(NotContent::Unusable(error.to_string())),
    }
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    foreign_file::read(path, PACKAGE_MAX as u64 + 1024 * 1024)
}

/// Today, where a time source stands behind the clock: one that nobody stands behind ends nothing.
#[must_use]
pub fn today(clock: &Clock) -> Option<Day> {
    let (y, m, d) = clock.today().filter(|_| clock.class().is_checked())?;
    Day::new(y, m, d)
}

/// Judges the package in the file `path` as [`install`] would, but for its serial, and changes nothing.
///
/// # Errors
/// [`ContentFault`].
pub fn inspect_file(
    path: &Path,
    place: &Place,
    today: Option<Day>,
) -> Result<Installed, ContentFault> {
    let bytes = read(path).map_err(|error| ContentFault::Io {
        path: path.into(),
        error,
    })?;
    let package = Package::open(&bytes)?;
    place.judge_on(&package, today)?;
    let manifest = package.manifest;
    Ok(Installed {
        kind: manifest.kind,
        version: manifest.version,
        serial: manifest.serial,
    })
}

/// Takes in the package in the file `path`; otherwise as [`install`].
///
/// # Errors
/// [`ContentFault`].
pub fn install_file(
    path: &Path,
    place: &Place,
    today: Option<Day>,
) -> Result<Installed, ContentFault> {
    let bytes = read(path).map_err(|error| ContentFault::Io {
        path: path.into(),
        error,
    })?;
    install(&bytes, place, today)
}

/// Takes in a package: judged whole first, then on disk, then known. A running firmware uses it within a minute, between two
/// visits. The same package a second time is no fault.
///
/// # Errors
/// [`ContentFault`]; what was in use stays in use.
pub fn install(bytes: &[u8], place: &Place, today: Option<Day>) -> Result<Installed, ContentFault> {
    let package = Package::open(bytes)?;
    place.judge_on(&package, today)?;
    let manifest = &package.manifest;
    let (kind, serial) = (manifest.kind, manifest.serial);
    let path = place.path(kind, serial);
    let mut state = place.state(kind);
    let same = read(&path).is_ok_and(|there| there == bytes) && !state.barred.contains(&serial);
    if !same {
        if serial <= state.high {
            return Err(NotContent::Older(serial, state.high).into());
        }
        let io = |error| ContentFault::Io {
            path: path.clone(),
            error,
        };
        // Taken in by the agent or by root, read by the firmware.
        owner::make_folder(&place.folder.join(kind.word()), 0o755).map_err(io)?;
        fresh_file::write(&path, bytes, 0o644).map_err(io)?;
        state.high = serial;
        state
            .barred
            .retain(|barred| *barred >= serial.saturating_sub(1000));
        place.keep_state(kind, &state).map_err(io)?;
        let serials = place.serials(kind);
        let used = place.choose(kind, today).0.map(|chosen| chosen.serial);
        for old in &serials[..serials.len().saturating_sub(KEPT)] {
            if Some(*old) != used {
                // One that stays is in nobody's way.
                let _ = fs::remove_file(place.path(kind, *old));
            }
        }
    }
    Ok(Installed {
        kind,
        version: manifest.version.clone(),
        serial,
    })
}

/// Goes back from the package in use to the one before it, or to what the firmware was shipped with. Its serial, and every lower one,
/// cannot be taken again.
///
/// # Errors
/// None is in use, or the disk.
pub fn rollback(kind: Kind, place: &Place, today: Option<Day>) -> Result<u64, ContentFault> {
    let used = place.choose(kind, today).0.ok_or(ContentFault::Nothing)?;
    let mut state = place.state(kind);
    state.barred.insert(used.serial);
    let path = place.state_path(kind);
    place
        .keep_state(kind, &state)
        .map_err(|error| ContentFault::Io { path, error })?;
    Ok(used.serial)
}
