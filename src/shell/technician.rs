//! The gate to the technician's page: the secret, the tries that are kept, the desk's keys, and every try in the audit log.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use zeroize::Zeroizing;

use crate::audit::{Act, Name, Note, Outcome, Who};
use crate::case::PublicIdentity;
use crate::config::Config;
use crate::domain::clock::Local;
use crate::domain::technician::{Answer, Gate, Judged, Time};
use crate::shell::audit::AuditLog;
use crate::shell::clock::Clock;
use crate::shell::durable;
use crate::technician::{Badge, CodeKey};

/// Largest file of tries that is read, bytes.
const TRIES_MOST: u64 = 8192;

/// Why the secret cannot be used. Nothing of it is told.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileFault {
    /// There is none, or it cannot be read.
    #[error("{0}")]
    Unreadable(#[from] io::Error),
    /// Others than its owner may read it.
    #[error("others than its owner can read it; `chmod 600` it and make a new one")]
    Open,
    /// It holds no secret.
    #[error("{0}")]
    Spoiled(#[from] crate::technician::KeyFault),
}

/// Reads the secret of the one-time codes.
///
/// # Errors
/// [`KeyFileFault`].
pub fn read_key(path: &Path) -> Result<CodeKey, KeyFileFault> {
    let rights = fs::metadata(path)?.permissions().mode();
    if rights & 0o077 != 0 {
        return Err(KeyFileFault::Open);
    }
    let text = Zeroizing::new(fs::read_to_string(path)?);
    Ok(CodeKey::parse(&text)?)
}

/// The gate of one machine.
pub struct Gatekeeper {
    key: PathBuf,
    tries: PathBuf,
    gate: Gate,
    /// The last wrong code, or the start of this run.
    since: Instant,
    badge_keys: Vec<PublicIdentity>,
    revoked: Vec<Name>,
    audit: AuditLog,
    clock: Clock,
}

impl Gatekeeper {
    /// The gate of the machine that `config` is of, as earlier runs have left it.
    #[must_use]
    pub fn of(config: &Config, clock: &Clock) -> Self {
        let tries = config.store.path.with_extension("tries");
        Self {
            key: config.technician.key_path(&config.store.path),
            gate: read_tries(&tries),
            tries,
            since: clock.now(),
            badge_keys: config.technician.badge_keys.clone(),
            revoked: config.technician.revoked.clone(),
            audit: AuditLog::of(config),
            clock: clock.clone(),
        }
    }

    /// Judges a code. What came of it is on the disk before it is told; whether the log could be written is the second.
    pub fn try_code(&mut self, code: &str) -> (Answer, bool) {
        let answer = self.judge(code);
        let (outcome, word) = match &answer {
            Answer::Granted(_) => (Outcome::Done, "good"),
            Answer::Wrong => (Outcome::Refused, "wrong"),
            Answer::Wait(_) => (Outcome::Refused, "too-soon"),
            Answer::NoTime => (Outcome::Refused, "no-time"),
            Answer::NotKept => (Outcome::Failed, "not-kept"),
            Answer::NoKey | Answer::Badge(_) => (Outcome::Failed, "no-key"),
        };
        let note = Note::done(Who::Nobody, Act::CodeTried).of(Name::word(word));
        let kept = self.audit.append(note.but(outcome), &self.clock).is_ok();
        (answer, kept)
    }

    fn judge(&mut self, code: &str) -> Answer {
        let Ok(key) = read_key(&self.key) else {
            return Answer::NoKey;
        };
        let Some(unix_s) = self.clock.unix_seconds() else {
            return Answer::NoTime;
        };
        let time = Time {
            unix_s,
            checked: self.clock.class().is_checked(),
        };
        let now = self.clock.now();
        let since = now.saturating_duration_since(self.since);
        let judged = self.gate.judge(&key, code, time, since);
        if let Judged::Wait(left) = judged {
            return Answer::Wait(left.as_secs() + 1);
        }
        let kept = serde_json::to_vec(&self.gate).map_err(io::Error::from);
        let kept = kept.and_then(|bytes| durable::put(&self.tries, &bytes));
        match (judged, kept) {
            (_, Err(_)) => Answer::NotKept,
            (Judged::Good, Ok(())) => Answer::Granted(Who::Code),
            (_, Ok(())) => {
                self.since = now;
                Answer::Wrong
            }
        }
    }

    /// Judges a badge; likewise.
    pub fn try_badge(&mut self, text: &str) -> (Answer, bool) {
        // The latest time that is surely past: an unset clock keeps no badge alive.
        let surely = Local::of_unix(self.clock.certificate_seconds());
        let year = u32::try_from(surely.year).unwrap_or(0);
        let today = year * 10_000 + u32::from(surely.month) * 100 + u32::from(surely.day);
        let badge = Badge::parse(text);
        let judged = badge.and_then(|badge| {
            badge.judge(&self.badge_keys, &self.revoked, today)?;
            Ok(badge.name)
        });
        let (note, answer) = match judged {
            Ok(name) => {
                let who = Who::Badge(name);
                (
                    Note::done(who.clone(), Act::BadgeShown),
                    Answer::Granted(who),
                )
            }
            Err(fault) => {
                let note = Note::done(Who::Nobody, Act::BadgeShown).of(Name::word(fault.word()));
                (note.but(Outcome::Refused), Answer::Badge(fault))
            }
        };
        let kept = self.audit.append(note, &self.clock).is_ok();
        (answer, kept)
    }
}

/// What earlier runs have kept. A file that is spoiled is not one that was never there.
fn read_tries(path: &Path) -> Gate {
    let read = || -> io::Result<Option<Gate>> {
        if fs::metadata(path)?.len() > TRIES_MOST {
            return Ok(None);
        }
        Ok(serde_json::from_slice(&fs::read(path)?).ok())
    };
    match read() {
        Ok(Some(gate)) => gate,
        Ok(None) => Gate::suspicious(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Gate::default(),
        Err(_) => Gate::suspicious(),
    }
}

#[cfg(test)]
mod tests;
