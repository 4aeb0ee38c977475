//! What can go wrong with the store, for the engineer.

use std::path::PathBuf;

use rusqlite::{ErrorCode, ffi};

use super::seal::SealFault;

/// A fault of the store. The texts hold no personal data: SQLite's messages name tables, not values.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreFault {
    /// The disk or the store's own quota is full. Nothing was written.
    #[error("the store is full")]
    Full,
    /// The disk failed.
    #[error("disk: {0}")]
    Io(String),
    /// The file is damaged. The next start checks it and sets it aside.
    #[error("the store is damaged: {0}")]
    Corrupt(String),
    /// One row cannot be read; the others are not concerned.
    #[error("case {key}: {why}")]
    Unreadable {
        /// Key of the case or rating.
        key: String,
        /// What is wrong with it.
        why: SealFault,
    },
    /// Cases that were filed are not there any more.
    #[error("{cases} cases are missing")]
    Missing {
        /// How many.
        cases: u64,
    },
    /// The machine's key does not open this store.
    #[error("the store was sealed with another machine key")]
    WrongKey,
    /// The machine's key cannot be used.
    #[error("machine key {}: {why}", path.display())]
    KeyUnfit {
        /// Where it is.
        path: PathBuf,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The disk failed in the middle of the last step of filing, and whether the cases are on it cannot be found out now.
    /// Filing the same drafts again takes the same keys, so nothing is filed twice.
    #[error("disk: it is not known whether the cases were filed: {0}")]
    InDoubt(String),
    /// A body or a bundle over its limit.
    #[error("too large for the store")]
    TooLarge,
    /// Another process holds the file.
    #[error("another process holds the store")]
    Busy,
    /// SQLite did not take a setting that durability rests on.
    #[error("SQLite runs with {setting}={found}")]
    Unfit {
        /// Name of the pragma.
        setting: &'static str,
        /// What it is.
        found: String,
    },
    /// No such key, or its body is gone.
    #[error("no such case")]
    NotFound,
    /// The writer thread has ended.
    #[error("the store is closed")]
    Gone,
}

impl StoreFault {
    /// Word in the journal.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Io(_) => "io",
            Self::Corrupt(_) => "corrupt",
            Self::Unreadable { .. } => "unreadable",
            Self::Missing { .. } => "missing",
            Self::WrongKey => "wrong-key",
            Self::KeyUnfit { .. } => "key-unfit",
            Self::InDoubt(_) => "in-doubt",
            Self::TooLarge => "too-large",
            Self::Busy => "busy",
            Self::Unfit { .. } => "unfit",
            Self::NotFound => "not-found",
            Self::Gone => "gone",
        }
    }
}

impl From<rusqlite::Error> for StoreFault {
    fn from(error: rusqlite::Error) -> Self {
        let rusqlite::Error::SqliteFailure(failure, _) = &error else {
            return match error {
                rusqlite::Error::QueryReturnedNoRows => Self::NotFound,
                // A column of another type than the schema's: the row is not what was written.
                other => Self::Corrupt(other.to_string()),
            };
        };
        match failure.code {
            // A sector that cannot be read is damage, not a dead disk: the rest can be salvaged.
            _ if matches!(
                failure.extended_code,
                ffi::SQLITE_IOERR_READ | ffi::SQLITE_IOERR_SHORT_READ | ffi::SQLITE_IOERR_DATA
            ) =>
            {
                Self::Corrupt(error.to_string())
            }
            ErrorCode::DiskFull => Self::Full,
            // SQLITE_ERROR: a table is not there, so the file is not ours any more.
            // SQLITE_TOOBIG: nothing that was written is a gigabyte long.
            ErrorCode::DatabaseCorrupt
            | ErrorCode::NotADatabase
            | ErrorCode::Unknown
            | ErrorCode::TooBig => Self::Corrupt(error.to_string()),
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Self::Busy,
            _ => Self::Io(error.to_string()),
        }
    }
}

impl From<std::io::Error> for StoreFault {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Self::Full,
            _ => Self::Io(error.to_string()),
        }
    }
}
