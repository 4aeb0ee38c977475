//! Pictures must stay as they are until somebody says that the new ones are good.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sha2::{Digest, Sha256};

/// The waiting card comes down once in this time; a picture is taken at three quarters, where it lies.
const LAP: Duration = Duration::from_millis(3600);

/// Time to wait from `now` until the same moment of a lap as in every other run.
pub fn to_same_moment(now: Duration) -> Duration {
    let in_lap = Duration::from_millis(u64::try_from(now.as_millis() % LAP.as_millis()).unwrap());
    LAP + LAP * 3 / 4 - in_lap
}

pub struct Hashes {
    file: PathBuf,
    known: BTreeMap<String, String>,
    new: BTreeMap<String, String>,
    update: bool,
}

impl Hashes {
    pub fn read(file: &Path) -> Self {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        let known = text
            .lines()
            .filter_map(|line| line.split_once("  "))
            .map(|(hash, name)| (name.to_owned(), hash.to_owned()))
            .collect();
        Self {
            file: file.to_owned(),
            known,
            new: BTreeMap::new(),
            update: std::env::var_os("KIOSK_UPDATE_SCREENS").is_some(),
        }
    }

    /// Nothing when the pixels are those of the last accepted picture.
    pub fn compare(&mut self, name: &str, pixels: &[u8], picture: &Path) -> Vec<String> {
        let mut hash = String::new();
        for byte in Sha256::digest(pixels) {
            write!(hash, "{byte:02x}").unwrap();
        }
        let same = self.update || self.known.get(name) == Some(&hash);
        self.new.insert(name.to_owned(), hash);
        if same {
            return Vec::new();
        }
        let why = if self.known.contains_key(name) {
            "looks different"
        } else {
            "is new"
        };
        vec![format!(
            "{why}: look at {}, then KIOSK_UPDATE_SCREENS=1",
            picture.display()
        )]
    }

    pub fn write_if_asked(&self) {
        if self.update {
            let lines: String = self
                .new
                .iter()
                .map(|(name, hash)| format!("{hash}  {name}\n"))
                .collect();
            std::fs::write(&self.file, lines).unwrap();
        }
    }
}
