//! What was found on the ports, entered in `kiosk.toml`; its comments and everything else stay as they are.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{fs, io};

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
}

/// Enters `findings` in the file at `path`. The file before is kept beside it as `….before`; nothing is written when
/// nothing has changed.
///
/// # Errors
/// [`NotEntered`]; the file is as it was.
pub fn enter(path: &Path, findings: &[Finding]) -> Result<Entered, NotEntered> {
    let failed = |error| NotEntered::File {
        path: path.into(),
        error,
    };
    let before = fs::read_to_string(path).map_err(failed)?;
    let (after, entered) = entered(&before, findings).map_err(|fault| NotEntered::NotToml {
        path: path.into(),
        fault,
    })?;
    if !entered.changes.is_empty() {
        fs::write(beside(path, "before"), &before).map_err(failed)?;
        replace(path, &after).map_err(failed)?;
    }
    Ok(entered)
}

fn entered(before: &str, findings: &[Finding]) -> Result<(String, Entered), String> {
    let mut file: DocumentMut = before
        .parse()
        .map_err(|fault: toml_edit::TomlError| fault.to_string())?;
    let mut entered = Entered::default();
    let found = || {
        findings
            .iter()
            .filter_map(|finding| Some((finding, finding.answer.as_ref().ok()?)))
    };
    for (finding, answered) in found() {
        let section = answered.kind.section();
        let rivals = found().filter(|(_, other)| other.kind.section() == section);
        let pin = file.get("gpio").and_then(|gpio| gpio.get("presence"));
        let doubt = if rivals.count() > 1 {
            Some(Doubt::Several)
        } else {
            (answered.kind == Kind::Radar && pin.is_some()).then_some(Doubt::PresencePin)
        };
        if let Some(doubt) = doubt {
            if !entered.undecided.contains(&(section, doubt)) {
                entered.undecided.push((section, doubt));
            }
            continue;
        }
        let table = file
            .entry(section)
            .or_insert_with(|| Item::Table(Table::new()))
            .as_table_mut()
            .ok_or_else(|| format!("{section} is not a table"))?;
        for (field, value) in fields(&finding.port, answered, table) {
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

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    name.into()
}

/// The whole new file or the whole old one, whatever happens meanwhile.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let new = beside(path, "new");
    let mut file = fs::File::create(&new)?;
    file.write_all(text.as_bytes())?;
    file.set_permissions(fs::metadata(path)?.permissions())?;
    file.sync_all()?;
    fs::rename(&new, path)?;
    let folder = path.parent().filter(|folder| *folder != Path::new(""));
    fs::File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

#[cfg(test)]
mod tests;
