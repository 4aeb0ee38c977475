//! Content packages as the fleet agent is sent them.

use std::path::Path;

use crate::config::Config;
use crate::content::Kind;
use crate::shell::clock::Clock;
use crate::shell::fleet::handler::Handler;

use super::{Place, inspect_file, install_file};

/// Takes content packages in for the agent.
pub struct ContentHandler {
    place: Place,
    clock: Clock,
}

impl ContentHandler {
    /// Of this machine.
    #[must_use]
    pub fn of(config: &Config, clock: Clock) -> Self {
        Self {
            place: Place::of(config),
            clock,
        }
    }
}

impl Handler for ContentHandler {
    fn inspect(&self, file: &Path) -> Result<String, String> {
        let sound = inspect_file(file, &self.place, super::today(&self.clock));
        sound
            .map(|sound| sound.version)
            .map_err(|fault| fault.to_string())
    }

    fn install(&self, file: &Path) -> Result<(), String> {
        let taken = install_file(file, &self.place, super::today(&self.clock));
        taken.map(drop).map_err(|fault| fault.to_string())
    }

    fn version(&self) -> String {
        let today = super::today(&self.clock);
        let used = Kind::ALL.into_iter().filter_map(|kind| {
            let chosen = self.place.choose(kind, today).0?;
            Some(format!("{}-{}", kind.word(), chosen.version))
        });
        used.collect::<Vec<_>>().join(" ")
    }
}
