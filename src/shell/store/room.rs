//! Room inside the store's file.

use super::Store;
use super::fault::StoreFault;

/// What the file may still take, bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Inside {
    /// Largest size of the file.
    pub quota: u64,
    /// Up to the quota, pages that were given back included.
    pub free: u64,
    /// Pages that were given back: used again before the file grows.
    pub reusable: u64,
    /// Attachments beside the file; they count towards the quota as what is in it.
    pub attached: u64,
}

impl Inside {
    /// From SQLite's counts of pages: all of the file, those given back, the most there may be; `page` is bytes of each.
    #[must_use]
    pub fn of_pages(all: u64, given_back: u64, most: u64, page: u64) -> Self {
        let quota = most.saturating_mul(page);
        let used = all.saturating_sub(given_back).saturating_mul(page);
        Self {
            quota,
            free: quota.saturating_sub(used),
            reusable: given_back.saturating_mul(page),
            attached: 0,
        }
    }

    /// The same with so many bytes of attachments beside the file.
    #[must_use]
    pub fn beside(mut self, attached: u64) -> Self {
        self.attached = attached;
        self
    }
}

impl Store {
    /// Room inside the store's file.
    ///
    /// # Errors
    /// [`StoreFault`] of reading.
    pub fn inside(&self) -> Result<Inside, StoreFault> {
        self.ask(|desk| {
            let pragma = |name: &str| -> Result<u64, StoreFault> {
                let sql = format!("PRAGMA {name}");
                let value: i64 = desk.db.query_row(&sql, [], |row| row.get(0))?;
                super::rows::number(value)
            };
            Ok(Inside::of_pages(
                pragma("page_count")?,
                pragma("freelist_count")?,
                pragma("max_page_count")?,
                pragma("page_size")?,
            )
            .beside(desk.attachments.bytes))
        })
    }
}
