//! That a technician has put the machine out of service, and why: kept beside the store, over restarts.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::shell::durable;
use crate::technician::Reason;

/// The switch of one machine.
#[derive(Clone, Debug)]
pub struct ServiceSwitch {
    path: PathBuf,
}

impl ServiceSwitch {
    /// The switch beside the store at `store`.
    #[must_use]
    pub fn beside(store: &Path) -> Self {
        Self {
            path: store.with_extension("service"),
        }
    }

    /// Why the machine is out of service. A file that cannot be understood keeps it out: somebody wrote it.
    #[must_use]
    pub fn read(&self) -> Option<Reason> {
        match fs::read_to_string(&self.path) {
            Ok(text) => Some(Reason::of_word(text.trim()).unwrap_or(Reason::Repair)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(_) => Some(Reason::Repair),
        }
    }

    /// Writes it; it survives a power cut when this returns.
    ///
    /// # Errors
    /// Of the disk; what stood there before counts.
    pub fn set(&self, reason: Option<Reason>) -> io::Result<()> {
        match reason {
            Some(reason) => durable::put(&self.path, format!("{}\n", reason.word()).as_bytes()),
            None => match fs::remove_file(&self.path) {
                Ok(()) => durable::sync_folder_of(&self.path),
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
                Err(error) => Err(error),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_switch_survives_and_a_spoiled_file_keeps_the_machine_out() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = folder.path().join("store.db");
        let switch = ServiceSwitch::beside(&store);
        assert_eq!(switch.read(), None);
        switch.set(None).expect("nothing to do");
        for reason in Reason::ALL {
            switch.set(Some(reason)).expect("written");
            assert_eq!(ServiceSwitch::beside(&store).read(), Some(reason));
        }
        fs::write(store.with_extension("service"), [0xFF, 0]).expect("spoiled");
        assert_eq!(switch.read(), Some(Reason::Repair));
        switch.set(None).expect("removed");
        assert_eq!(switch.read(), None);
    }
}
