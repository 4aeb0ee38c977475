//! `kiosk clear-tamper`: the machine serves again after somebody has looked at its case.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use kiosk::audit::{Act, Note, Who};
use kiosk::shell::audit::AuditLog;
use kiosk::shell::clock::Clock;
use kiosk::shell::settings;
use kiosk::shell::tamper::TamperLatch;

use super::{Outcome, board, say};

/// Put this machine back into service after its tamper contact has closed it. Look at the case, its seals and its ports
/// first. Works while the firmware runs, which opens within seconds; a contact that still says so closes it again.
#[derive(Args)]
pub struct ClearTamper {
    /// Configuration of the machine.
    #[arg(long, value_name = "FILE", default_value = board::MACHINE)]
    config: PathBuf,
}

impl ClearTamper {
    pub fn run(self) -> anyhow::Result<Outcome> {
        let config = settings::load(&self.config)?;
        let mut latch = TamperLatch::beside(&config.store.path);
        let cleared = latch.clear().context("the tamper alarm")?;
        if cleared {
            let note = Note::done(Who::Shell, Act::TamperCleared);
            let kept = AuditLog::of(&config).append(note, &Clock::system());
            kept.context("the audit log")?;
        }
        say(if cleared {
            "撬动告警已解除。 The tamper alarm is cleared."
        } else {
            "没有撬动告警。 There is no tamper alarm."
        });
        Ok(Outcome::Well)
    }
}
