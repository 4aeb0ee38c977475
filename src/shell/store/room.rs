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
            let page = pragma("page_size")?;
            let reusable = pragma("freelist_count")? * page;
            let used = (pragma("page_count")? * page).saturating_sub(reusable);
            let quota = pragma("max_page_count")?.saturating_mul(page);
            Ok(Inside {
                quota,
                free: quota.saturating_sub(used),
                reusable,
                attached: desk.attachments.bytes,
            })
        })
    }
}
