//! The desk's book of orders, and which of them were used by which key.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::case::hex::to_hex;
use crate::shell::provisioning::desk::Entry;

const USED_FILE: &str = "used.json";

/// What the server remembers.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Used {
    /// Key that used a password, by the password's hash.
    passwords: BTreeMap<String, String>,
    /// Entry of each machine.
    machines: BTreeMap<String, Entry>,
    /// Keys whose certificates are taken, and whose they are.
    keys: BTreeMap<String, String>,
}

pub(super) struct Book {
    file: PathBuf,
    used: Used,
}

impl Book {
    pub(super) fn open(folder: &Path) -> anyhow::Result<Self> {
        let file = folder.join(USED_FILE);
        let used = match fs::read_to_string(&file) {
            Ok(text) => serde_json::from_str(&text).with_context(|| file.display().to_string())?,
            Err(_) => Used::default(),
        };
        Ok(Self { file, used })
    }

    /// Lets `key` enrol as `machine` with a password of the orders in `book`: once, in its time, and again for the same key,
    /// whose answer may have been lost.
    pub(super) fn admit(
        &mut self,
        book: &Path,
        machine: &str,
        password: &str,
        key: &[u8; 32],
        now_s: u64,
    ) -> anyhow::Result<()> {
        let hash = to_hex(&Sha256::digest(password));
        let key = to_hex(key);
        let lines = fs::read_to_string(book).unwrap_or_default();
        let mut entries = lines
            .lines()
            .filter_map(|line| serde_json::from_str::<Entry>(line).ok());
        let entry = entries
            .find(|entry| entry.password_sha256 == hash)
            .context("unknown password")?;
        anyhow::ensure!(entry.enrols, "not an order to enrol");
        anyhow::ensure!(entry.machine == machine, "the order is for another machine");
        anyhow::ensure!(now_s < entry.expires_s, "the order has expired");
        let bound = entry
            .bound_to
            .as_ref()
            .is_none_or(|bound| key.starts_with(bound));
        anyhow::ensure!(bound, "the order is bound to another key");
        let used_by = self.used.passwords.get(&hash);
        anyhow::ensure!(
            used_by.is_none_or(|used| *used == key),
            "the order was used"
        );
        // One machine has one key; whoever was it before is not any more, and neither is the one that it replaces.
        let gone = |name: &String| *name != entry.machine && Some(name) != entry.replaces.as_ref();
        self.used.keys.retain(|_, name| gone(name));
        self.used.passwords.insert(hash, key.clone());
        self.used.keys.insert(key, entry.machine.clone());
        self.used.machines.insert(entry.machine.clone(), entry);
        self.keep()
    }

    /// Another key of a machine; the old one stays good until the new one was used.
    pub(super) fn renewed(&mut self, machine: &str, key: &[u8; 32]) -> anyhow::Result<()> {
        self.used.keys.insert(to_hex(key), machine.to_owned());
        self.keep()
    }

    /// The entry of the machine whose key this is; none when it was revoked.
    pub(super) fn whose(&self, key: &[u8; 32]) -> Option<&Entry> {
        let machine = self.used.keys.get(&to_hex(key))?;
        self.used.machines.get(machine)
    }

    /// A machine is no more.
    pub(super) fn revoke(&mut self, machine: &str) -> anyhow::Result<()> {
        self.used.keys.retain(|_, name| name != machine);
        self.keep()
    }

    fn keep(&self) -> anyhow::Result<()> {
        fs::write(&self.file, serde_json::to_string_pretty(&self.used)?)
            .with_context(|| self.file.display().to_string())
    }
}
