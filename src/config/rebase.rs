//! Paths in a configuration are meant from the folder of its file.

use std::path::Path;

use super::{Config, Token};

impl Config {
    /// Makes relative paths relative to `dir`, the folder of the file they were read from.
    pub fn rebase(&mut self, dir: &Path) {
        if let Some(updates) = &mut self.updates {
            updates.rebase(dir);
        }
        let token = match &mut self.platform.token {
            Token::File(path) => Some(path),
            Token::Inline(_) => None,
        };
        let paths = [
            &mut self.store.path,
            &mut self.catalogue.dir,
            &mut self.catalogue.cache_dir,
            &mut self.input.dir,
            &mut self.content.dir,
        ];
        let optional = [
            self.screen.font.as_mut(),
            self.reader.port.as_mut(),
            self.printer.port.as_mut(),
            self.radar.port.as_mut(),
            self.scanner.port.as_mut(),
            self.platform.ca_file.as_mut(),
            self.journal.path.as_mut(),
            self.technician.key_file.as_mut(),
            self.technician.audit_dir.as_mut(),
            Some(&mut self.technician.stick_dir),
            Some(&mut self.technician.request_file),
            self.fleet.report.as_mut(),
            self.fleet.wish.as_mut(),
            self.fleet.metrics.as_mut(),
            token,
        ];
        for path in paths.into_iter().chain(optional.into_iter().flatten()) {
            *path = dir.join(&*path); // an absolute path replaces `dir`
        }
    }
}
