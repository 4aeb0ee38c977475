//! `kiosk service`: out of service and in again, over restarts.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use kiosk::audit::{Act, Name, Note, Who};
use kiosk::shell::audit::AuditLog;
use kiosk::shell::clock::Clock;
use kiosk::shell::service_switch::ServiceSwitch;
use kiosk::shell::settings;
use kiosk::technician::Reason;

use super::{Outcome, board, say};

#[derive(Subcommand)]
pub enum Service {
    /// Out of service: no visit begins any more; one that goes on is finished. It stays so over restarts.
    Out {
        /// Why: repair, supplies, site or office.
        #[arg(long, value_parser = reason, default_value = "repair")]
        reason: Reason,
        #[command(flatten)]
        which: Which,
    },
    /// In service again.
    In(Which),
    /// Say which it is.
    Show(Which),
}

#[derive(Args)]
pub struct Which {
    /// Configuration of the machine.
    #[arg(long, value_name = "FILE", default_value = board::MACHINE)]
    config: PathBuf,
}

fn reason(word: &str) -> Result<Reason, String> {
    Reason::of_word(word).ok_or_else(|| "one of repair, supplies, site, office".into())
}

impl Service {
    pub fn run(self) -> anyhow::Result<Outcome> {
        let (which, wanted) = match &self {
            Self::Out { reason, which } => (which, Some(Some(*reason))),
            Self::In(which) => (which, Some(None)),
            Self::Show(which) => (which, None),
        };
        let config = settings::load(&which.config)?;
        let switch = ServiceSwitch::beside(&config.store.path);
        if let Some(wanted) = wanted.filter(|wanted| *wanted != switch.read()) {
            let mut note = Note::done(
                Who::Shell,
                wanted.map_or(Act::ServiceIn, |_| Act::ServiceOut),
            );
            note.detail = wanted.map(|reason| Name::word(reason.word()));
            // First the log: what is not written down is not done.
            AuditLog::of(&config)
                .append(note, &Clock::system())
                .context("the audit log")?;
            switch.set(wanted).context("the service switch")?;
        }
        say(&match switch.read() {
            Some(reason) => {
                let text = reason.text();
                format!("暂停服务：{}。 Out of service: {}.", text.zh, text.en)
            }
            None => "在服务。 In service.".into(),
        });
        Ok(Outcome::Well)
    }
}
