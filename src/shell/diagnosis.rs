//! A machine's diagnosis: what an engineer at the desk asks for first, without anything of a person and without secrets, sealed to
//! the desk's key.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::case::{SealKey, SealSecret, parcel};
use crate::config::{Config, Token};
use crate::fleet::redact;
use crate::shell::clock::Clock;
use crate::shell::device_file::Noted;
use crate::shell::store::os_random;
use crate::shell::{metrics, tally};

/// Longest sealed diagnosis, bytes.
pub const MOST: usize = 4 * 1024 * 1024;
/// Kind of the parcel.
const NAME: &[u8; 8] = b"KIOSKDIA";
/// What is read of the journal's end, bytes; it grows by less than half when it is written as JSON within JSON.
const JOURNAL: u64 = 1536 * 1024;
/// Shortest secret that is looked for; shorter ones would tear words of ours.
const SECRET_LEAST: usize = 6;
/// What is read of the end of anything else, bytes.
const OTHER: u64 = 128 * 1024;
/// Lines of the system's journal that are asked for.
const LINES: &str = "4000";

/// What a diagnosis holds: texts by their names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnosis {
    /// Version of this shape, 1.
    pub schema: u8,
    /// Number of the machine.
    pub machine: String,
    /// The texts.
    pub parts: BTreeMap<String, String>,
    /// What could not be read, by the same names.
    pub missing: Vec<String>,
}

/// Why there is no diagnosis.
#[derive(Debug, thiserror::Error)]
pub enum DiagnosisFault {
    /// Sealing or opening.
    #[error(transparent)]
    Parcel(#[from] parcel::ParcelFault),
    /// Longer than [`MOST`].
    #[error("longer than {MOST} bytes")]
    TooLong,
    /// No diagnosis is in it.
    #[error("not a diagnosis")]
    Shape,
    /// The kernel gives no randomness.
    #[error("no randomness: {0}")]
    Random(std::io::Error),
}

impl Diagnosis {
    /// Of the machine of this configuration, which stands in the file `path`. `doctor` is what `kiosk doctor --json` said; `more` are
    /// files of the agent's, such as its state of the update.
    #[must_use]
    pub fn gather(
        config: &Config,
        path: &Path,
        clock: &Clock,
        doctor: &str,
        more: &[PathBuf],
    ) -> Self {
        let mut all = Self {
            schema: 1,
            machine: config.machine.id.clone(),
            ..Self::default()
        };
        let store = &config.store.path;
        all.put(
            "journal",
            journal(config).map(|text| {
                lines(&text, |line| {
                    redact::journal_line(line).unwrap_or_else(|| redact::OUT.into())
                })
            }),
        );
        all.put("doctor", Some(redact::plain(doctor)));
        all.put(
            "config",
            end_of(path, OTHER).map(|text| redact::config(&text)),
        );
        all.put(
            "figures",
            Some(lines(&metrics::text(config, clock, Path::new("/")), figure)),
        );
        let devices = Noted::read(&Noted::path(store), clock);
        all.put(
            "devices",
            devices
                .and_then(|noted| serde_json::to_string(&noted).ok())
                .map(|json| redact::strict(&json)),
        );
        let report = config
            .fleet
            .report
            .as_deref()
            .and_then(|path| end_of(path, OTHER));
        all.put("report", report.map(|json| redact::strict(&json)));
        let total = tally::Ledger::new(tally::folder(store)).total();
        all.put(
            "tally",
            serde_json::to_string(&total)
                .ok()
                .map(|json| redact::strict(&json)),
        );
        all.put("audit", audit(&config.technician.audit_folder(store)));
        let about = format!(
            "kiosk {}\nboot {} s\nclock {}\nwall {}\n",
            env!("CARGO_PKG_VERSION"),
            clock.boot_ms() / 1000,
            clock.class().word(),
            clock.rfc3339().unwrap_or_default()
        );
        all.put("about", Some(about));
        for (at, path) in more.iter().take(8).enumerate() {
            all.put(
                &format!("more-{at}"),
                end_of(path, OTHER).map(|text| redact::strict(&text)),
            );
        }
        let token = match &config.platform.token {
            Token::Inline(secret) => Some(Zeroizing::new(secret.0.clone())),
            Token::File(path) => end_of(path, OTHER).map(Zeroizing::new),
        };
        if let Some(token) = token {
            all.leave_out(token.trim());
        }
        all
    }

    /// A secret that this machine knows goes wherever it stands: by its form alone a word is no secret.
    fn leave_out(&mut self, secret: &str) {
        if secret.len() >= SECRET_LEAST {
            let parts = self.parts.values_mut();
            parts.for_each(|text| *text = text.replace(secret, redact::OUT));
        }
    }

    fn put(&mut self, name: &str, text: Option<String>) {
        match text {
            Some(text) => drop(self.parts.insert(name.into(), text)),
            None => self.missing.push(name.into()),
        }
    }

    /// Sealed to the desk.
    ///
    /// # Errors
    /// [`DiagnosisFault`].
    pub fn seal(&self, desk: &SealKey) -> Result<Vec<u8>, DiagnosisFault> {
        let mut entropy = [0; 32];
        os_random()(&mut entropy).map_err(DiagnosisFault::Random)?;
        let json = serde_json::to_vec(self).map_err(|_| DiagnosisFault::Shape)?;
        let sealed = parcel::seal(NAME, desk, &json, entropy)?;
        (sealed.len() <= MOST)
            .then_some(sealed)
            .ok_or(DiagnosisFault::TooLong)
    }

    /// Opened by the desk.
    ///
    /// # Errors
    /// [`DiagnosisFault`]; no byte of the input makes this panic.
    pub fn open(bytes: &[u8], secret: &SealSecret) -> Result<Self, DiagnosisFault> {
        if bytes.len() > MOST {
            return Err(DiagnosisFault::TooLong);
        }
        let json = parcel::open(NAME, secret, bytes)?;
        serde_json::from_slice(&json).map_err(|_| DiagnosisFault::Shape)
    }
}

fn lines(text: &str, each: impl Fn(&str) -> String) -> String {
    text.lines().map(|line| each(line) + "\n").collect()
}

/// A line of figures: large numbers in their first two digits, labels without what could be somebody's. Codes of items, which are
/// public, go with them; the tally's own command shows those.
fn figure(line: &str) -> String {
    let (name, value) = line.rsplit_once(' ').unwrap_or((line, ""));
    match value.parse::<f64>() {
        Ok(value) if line.starts_with('#') || value.abs() < 1e9 => {
            format!("{} {value}", redact::strict(name))
        }
        Ok(value) => format!("{} {value:.1e}", redact::strict(name)),
        Err(_) => redact::plain(line),
    }
}

/// The last whole lines of a file, at most so many bytes; what is not UTF-8 in it is replaced.
fn end_of(path: &Path, most: u64) -> Option<String> {
    let mut file = fs::File::open(path).ok()?;
    let length = file.metadata().ok()?.len();
    let from = length.saturating_sub(most);
    file.seek(SeekFrom::Start(from)).ok()?;
    let mut bytes = Vec::new();
    file.take(most).read_to_end(&mut bytes).ok()?;
    let text = String::from_utf8_lossy(&bytes);
    let whole = if from == 0 {
        &text
    } else {
        text.split_once('\n').map_or("", |(_, rest)| rest)
    };
    Some(whole.to_owned())
}

fn journal(config: &Config) -> Option<String> {
    let Some(path) = &config.journal.path else {
        let mut ask = Command::new("journalctl");
        let told = ask
            .args(["-u", "kiosk", "-o", "cat", "--no-pager", "-n", LINES])
            .output()
            .ok()?;
        let from = told
            .stdout
            .len()
            .saturating_sub(usize::try_from(JOURNAL).unwrap_or(usize::MAX));
        return told
            .status
            .success()
            .then(|| String::from_utf8_lossy(&told.stdout[from..]).into_owned());
    };
    let mut aside = path.as_os_str().to_owned();
    aside.push(".1");
    let newer = end_of(path, JOURNAL)?;
    let room = JOURNAL.saturating_sub(newer.len() as u64);
    Some(end_of(Path::new(&aside), room).unwrap_or_default() + &newer)
}

fn audit(folder: &Path) -> Option<String> {
    let entries = fs::read_dir(folder).ok()?.flatten();
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| path.is_file())
        .collect();
    files.sort();
    let newest = files.iter().rev().take(2).rev();
    let text: String = newest.filter_map(|path| end_of(path, OTHER / 2)).collect();
    Some(lines(&text, redact::strict))
}
