//! The newest page, on its way from the runtime's thread to whoever draws it.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use kiosk::domain::page::Page;

/// A box for one page: a newer one replaces one that was not taken. Clones are the same box.
#[derive(Clone, Default)]
pub struct Pages(Arc<(Mutex<Option<Page>>, Condvar)>);

impl Pages {
    /// Puts a page in.
    pub fn put(&self, page: Page) {
        *self.lock() = Some(page);
        self.0.1.notify_all();
    }

    /// Takes the newest page, if there is one that was not taken yet.
    pub fn take(&self) -> Option<Page> {
        self.lock().take()
    }

    /// Waits at most so long until there is a page to take.
    pub fn wait(&self, limit: Duration) {
        let page = self.lock();
        // Either way the caller looks for itself.
        drop(
            self.0
                .1
                .wait_timeout_while(page, limit, |page| page.is_none()),
        );
    }

    fn lock(&self) -> MutexGuard<'_, Option<Page>> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    #[test]
    fn an_empty_box_is_waited_for_no_longer_than_asked() {
        let (pages, began) = (Pages::default(), Instant::now());
        pages.wait(Duration::from_millis(20));
        assert!(began.elapsed() >= Duration::from_millis(15));
        assert!(pages.take().is_none());
    }
}
