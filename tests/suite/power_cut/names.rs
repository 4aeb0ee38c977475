//! The names on the torn disk: a name made, changed or removed is not on the medium before its folder is synced.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::content::Luck;

/// A file apart from its names. [`FOLDER`] is a folder.
pub type Id = u64;
/// What the name of a folder leads to.
pub const FOLDER: Id = 0;

enum Change {
    Link(PathBuf, Id),
    Unlink(PathBuf),
    Rename(PathBuf, PathBuf, Id),
}

impl Change {
    fn apply(&self, names: &mut BTreeMap<PathBuf, Id>) {
        match self {
            Self::Link(path, id) => {
                names.insert(path.clone(), *id);
            }
            Self::Unlink(path) => {
                names.remove(path);
            }
            // Both at once: no file system here loses a file by halves of a rename.
            Self::Rename(from, to, id) => {
                if names.get(from) == Some(id) {
                    names.remove(from);
                }
                names.insert(to.clone(), *id);
            }
        }
    }

    fn folder(&self) -> Option<&Path> {
        match self {
            Self::Link(path, _) | Self::Unlink(path) | Self::Rename(path, _, _) => path.parent(),
        }
    }
}

/// All names, as the medium has them and as programs see them.
pub struct Names {
    durable: BTreeMap<PathBuf, Id>,
    now: BTreeMap<PathBuf, Id>,
    pending: Vec<Change>,
}

impl Names {
    /// Names that are all on the medium.
    pub fn durable(now: BTreeMap<PathBuf, Id>) -> Self {
        Self {
            durable: now.clone(),
            now,
            pending: Vec::new(),
        }
    }

    pub fn now(&self) -> &BTreeMap<PathBuf, Id> {
        &self.now
    }

    pub fn link(&mut self, path: &Path, id: Id) {
        self.change(Change::Link(path.to_owned(), id));
    }

    pub fn unlink(&mut self, path: &Path) {
        self.change(Change::Unlink(path.to_owned()));
    }

    pub fn rename(&mut self, from: &Path, to: &Path, id: Id) {
        self.change(Change::Rename(from.to_owned(), to.to_owned(), id));
    }

    fn change(&mut self, change: Change) {
        change.apply(&mut self.now);
        self.pending.push(change);
    }

    pub fn sync(&mut self, folder: &Path) {
        let durable = &mut self.durable;
        self.pending.retain(|change| {
            let here = change.folder() == Some(folder);
            if here {
                change.apply(durable);
            }
            !here
        });
    }

    /// The power goes. A file system with a journal keeps the first few changes, one without keeps any of them.
    pub fn tear(&mut self, luck: Luck, rng: &mut fastrand::Rng) {
        let ordered = rng.bool();
        let first = rng.usize(0..=self.pending.len());
        for (at, change) in self.pending.drain(..).enumerate() {
            let survives = match luck {
                Luck::Nothing => false,
                Luck::Everything => true,
                Luck::Chance if ordered => at < first,
                Luck::Chance => rng.bool(),
            };
            if survives {
                change.apply(&mut self.durable);
            }
        }
        // What lies in a folder whose own name is lost is lost with it.
        loop {
            let lost: Vec<PathBuf> = self
                .durable
                .keys()
                .filter(|p| !self.held(p))
                .cloned()
                .collect();
            if lost.is_empty() {
                break;
            }
            for path in lost {
                self.durable.remove(&path);
            }
        }
        self.now.clone_from(&self.durable);
    }

    fn held(&self, path: &Path) -> bool {
        match path.parent() {
            Some(folder) if folder != Path::new("/") => self.durable.get(folder) == Some(&FOLDER),
            _ => true,
        }
    }
}

#[test]
fn a_rename_is_whole_and_a_synced_one_stays() {
    let (old, new) = (Path::new("/d/old"), Path::new("/d/new"));
    let mut seen = std::collections::BTreeSet::new();
    for seed in 0..50 {
        let mut rng = fastrand::Rng::with_seed(seed);
        let mut names = Names::durable([("/d".into(), FOLDER), (old.to_owned(), 1)].into());
        names.rename(old, new, 1);
        if seed % 2 == 0 {
            names.sync(Path::new("/d"));
        }
        names.tear(Luck::Chance, &mut rng);
        let there = (names.now().contains_key(old), names.now().contains_key(new));
        assert!(there.0 != there.1);
        if seed % 2 == 0 {
            assert!(there.1, "synced and gone");
        } else {
            seen.insert(there);
        }
    }
    assert_eq!(seen.len(), 2, "a name that was not synced may stay or go");
}
