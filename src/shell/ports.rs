//! The protocol machines of reader and printer on the ports that the configuration names.

use std::io;
use std::time::Duration;

use crate::config::Config;
use crate::shell::fonts::FileGlyphs;
use crate::shell::serial::{SerialConfig, SerialDriver};
use crate::wire::escpos::{Profile, ProfileFault};
use crate::wire::printer::{self, Printer};
use crate::wire::sam::{ReaderCommand, ReaderEvent, SamConfig, SamReader};

/// Why nobody drives a port.
#[derive(Debug, thiserror::Error)]
pub enum NoDriver {
    /// The configuration names none.
    #[error("no port is configured")]
    NotConfigured,
    /// The configuration describes no printer.
    #[error("the configuration describes no printer")]
    Profile(#[source] ProfileFault),
    /// The system gives no thread.
    #[error("no thread for the port")]
    Thread(#[from] io::Error),
}

/// The card reader; `deliver` gets its events on a thread of the port and must not wait.
///
/// # Errors
/// [`NoDriver`]. A port that cannot be opened is a status, not an error.
pub fn reader(
    config: &Config,
    deliver: impl Fn(ReaderEvent) + Send + 'static,
) -> Result<SerialDriver<ReaderCommand>, NoDriver> {
    let port = config.reader.port.as_ref();
    let port = port.ok_or(NoDriver::NotConfigured)?;
    let machine = SamReader::new(SamConfig {
        poll_interval: Duration::from_millis(config.reader.poll_ms.into()),
        // The fingerprint is never used here, and what is not read cannot be lost (PIPL article 6).
        with_fingerprint: false,
        rate: config.reader.baud,
        max_rf: config.reader.max_rf,
        ..SamConfig::default()
    });
    let port = SerialConfig::new(port, config.reader.baud);
    Ok(SerialDriver::start(port, machine, deliver)?)
}

/// The receipt printer; `deliver` as for [`reader`].
///
/// # Errors
/// [`NoDriver`].
pub fn printer(
    config: &Config,
    deliver: impl Fn(printer::Event) + Send + 'static,
) -> Result<SerialDriver<printer::Command>, NoDriver> {
    let port = config.printer.port.as_ref();
    let port = port.ok_or(NoDriver::NotConfigured)?;
    let settings = printer::Config {
        profile: Profile::configured(&config.printer).map_err(NoDriver::Profile)?,
        baud: config.printer.baud,
        low_remainder_mm: config.printer.near_end_mm,
        take_limit: Duration::from_secs(config.printer.take_s.into()),
    };
    let glyphs = FileGlyphs::new(config.screen.font.clone());
    let machine = Printer::new(settings, Box::new(glyphs));
    let port = SerialConfig::new(port, config.printer.baud);
    Ok(SerialDriver::start(port, machine, deliver)?)
}
