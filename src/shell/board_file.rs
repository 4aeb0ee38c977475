//! What was found on the ports, entered in `kiosk.toml`; its comments and everything else stay as they are.

mod doubt;
mod whole;

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use toml_edit::{DocumentMut, Item, Table, Value};

use crate::shell::finding::Finding;
use crate::wire::finder::{Answered, Kind};

/// Why nothing was entered.
#[derive(Debug, thiserror::Error)]
pub enum NotEntered {
    /// The file cannot be read or written.
    #[error("{}: {error}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// The new file would have another owner or group, and the firmware might not be able to read it.
    #[error("{}: 属主或属组无法保留，请以 root 执行 its owner or group cannot be kept, do this as root: {error}", path.display())]
    Owner {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// It is no TOML, or a device's section is something else there.
    #[error("{}: {fault}", path.display())]
    NotToml {
        /// The file.
        path: PathBuf,
        /// Where and what.
        fault: String,
    },
}

/// What became of the findings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entered {
    /// Fields that were changed, and what stands there now: `reader.baud = 9600`.
    pub changes: Vec<String>,
    /// Sections of which more than one device was found, or that another setting contradicts: a person decides.
    pub undecided: Vec<(&'static str, Doubt)>,
}

/// Why a device that was found was not entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// There is another one like it.
    Several,
    /// A radar, where `gpio.presence` tells whether somebody is there.
    PresencePin,
    /// Where it was found, the configuration has the device of this section, which was not found elsewhere: one may have
    /// taken the place of the other, or been mistaken for it.
    PortOf(&'static str),
}

/// Enters `findings` in the file at `path`. The file before is kept beside it as `….before`, with the same owner
/// and rights, for it may hold a secret; nothing is written when nothing has changed.
///
/// # Errors
/// [`NotEntered`]; the file is as it was.
pub fn enter(path: &Path, findings: &[Finding]) -> Result<Entered, NotEntered> {
    let failed = |error| NotEntered::File {
        path: path.into(),
        error,
    };
    let file = File::open(path).map_err(failed)?;
    let like = file.metadata().map_err(failed)?;
    let before = io::read_to_string(file).map_err(failed)?;
    let (after, entered) = entered(&before, findings).map_err(|fault| NotEntered::NotToml {
        path: path.into(),
        fault,
    })?;
    if !entered.changes.is_empty() {
        whole::write(&whole::beside(path, "before"), &before, &like)?;
        whole::write(path, &after, &like)?;
    }
    Ok(entered)
}

fn entered(before: &str, findings: &[Finding]) -> Result<(String, Entered), String> {
    let mut file: DocumentMut = before
        .parse()
        .map_err(|fault: toml_edit::TomlError| fault.to_string())?;
    let (sure, undecided) = doubt::parted(&file, findings);
    let mut entered = Entered {
        changes: Vec::new(),
        undecided,
    };
    for (port, answered) in sure {
        let section = answered.kind.section();
        let table = file
            .entry(section)
            .or_insert_with(|| Item::Table(Table::new()))
            .as_table_mut()
            .ok_or_else(|| format!("{section} is not a table"))?;
        for (field, value) in fields(port, answered, table) {
            if set(table, field, value.clone()) {
                let value = value.decorated("", "");
                entered.changes.push(format!("{section}.{field} = {value}"));
            }
        }
    }
    Ok((file.to_string(), entered))
}

/// What `kiosk.toml` says about this device.
fn fields(port: &Path, answered: &Answered, table: &Table) -> Vec<(&'static str, Value)> {
    let mut fields = Vec::new();
    let named = table.get("port").and_then(Item::as_str).map(Path::new);
    // Another name of the same port, a link made by udev perhaps, is a technician's choice.
    if !named.is_some_and(|named| is_same(named, port)) {
        fields.push(("port", Value::from(port.to_string_lossy().as_ref())));
    }
    // The radar's rate is the same in all of them.
    if answered.kind != Kind::Radar {
        fields.push(("baud", Value::from(i64::from(answered.rate))));
    }
    if let Kind::Scanner(dialect) = answered.kind {
        fields.push(("dialect", Value::from(dialect.word())));
    }
    fields
}

fn is_same(one: &Path, other: &Path) -> bool {
    one == other
        || matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

/// Whether `field` had another value. What stands behind it on its line stays.
fn set(table: &mut Table, field: &str, value: Value) -> bool {
    let Some(Item::Value(old)) = table.get_mut(field) else {
        table.insert(field, Item::Value(value));
        return true;
    };
    let text = |value: &Value| value.clone().decorated("", "").to_string();
    let changed = text(old) != text(&value);
    if changed {
        let decor = old.decor().clone();
        *old = value;
        *old.decor_mut() = decor;
    }
    changed
}

#[cfg(test)]
mod tests;
