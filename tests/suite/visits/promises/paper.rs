//! Paper: after the commit, one at a time, and only as often as somebody asked.

use kiosk::receipt::Receipt;

use super::super::person::words;
use super::Watched;

impl Watched {
    pub(super) fn ordered(&mut self, job: u64, receipt: &Receipt) {
        assert!(self.committed, "printed before it was committed");
        assert!(self.to_printer.is_empty(), "two jobs at once");
        self.called_off = false;
        self.to_printer.push(job);
        let text = words(receipt);
        if text.contains("补打") || text.contains("Reprint") {
            self.copies += 1;
        } else {
            self.prints += 1;
        }
        assert!(
            self.prints + self.copies <= 1 + self.copy_touches,
            "printed unasked"
        );
    }
}
