//! The protocol machines of the devices on the ports that the configuration names, each with its gauge.

use std::convert::Infallible;
use std::io;
use std::time::Duration;

use crate::config::Config;
use crate::shell::fonts::FileGlyphs;
#[cfg(feature = "record")]
use crate::shell::record::{Recorder, Setup};
use crate::shell::serial::{SerialConfig, SerialDriver};
use crate::wire::Machine;
use crate::wire::escpos::{Profile, ProfileFault};
use crate::wire::gauge::Gauge;
use crate::wire::printer::{self, Printer};
use crate::wire::radar::{self, Radar};
use crate::wire::sam::{ReaderCommand, ReaderEvent, SamConfig, SamReader};
use crate::wire::scanner::{self, Scanner};
use crate::wire::tap::{Tap, Tapped};

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

/// The card reader; `deliver` gets its events on a thread of the port and must not wait. What passes is counted by `gauge`.
///
/// # Errors
/// [`NoDriver`]. A port that cannot be opened is a status, not an error.
pub fn reader(
    config: &Config,
    gauge: Gauge,
    deliver: impl Fn(ReaderEvent) + Send + 'static,
) -> Result<SerialDriver<ReaderCommand>, NoDriver> {
    let port = config.reader.port.as_ref();
    let port = port.ok_or(NoDriver::NotConfigured)?;
    let settings = SamConfig {
        poll_interval: Duration::from_millis(config.reader.poll_ms.into()),
        // The fingerprint is never used here, and what is not read cannot be lost (PIPL article 6).
        with_fingerprint: false,
        rate: config.reader.baud,
        max_rf: config.reader.max_rf,
        ..SamConfig::default()
    };
    let port = SerialConfig::new(port, config.reader.baud);
    let tap = tap(gauge, &settings);
    drive(port, SamReader::new(settings), tap, deliver)
}

/// The receipt printer; otherwise as [`reader`].
///
/// # Errors
/// [`NoDriver`].
pub fn printer(
    config: &Config,
    gauge: Gauge,
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
    let tap = tap(gauge, &settings);
    let machine = Printer::new(settings, Box::new(glyphs));
    let port = SerialConfig::new(port, config.printer.baud);
    drive(port, machine, tap, deliver)
}

/// The scanner; otherwise as [`reader`].
///
/// # Errors
/// [`NoDriver`].
pub fn scanner(
    config: &Config,
    gauge: Gauge,
    deliver: impl Fn(scanner::Event) + Send + 'static,
) -> Result<SerialDriver<scanner::Command>, NoDriver> {
    let port = config.scanner.port.as_ref();
    let port = port.ok_or(NoDriver::NotConfigured)?;
    let settings = scanner::Settings {
        dialect: config.scanner.dialect,
        framing: config.scanner.framing,
    };
    let tap = tap(gauge, &settings);
    let machine = Scanner::new(settings.dialect, settings.framing);
    let port = SerialConfig::new(port, config.scanner.baud);
    drive(port, machine, tap, deliver)
}

/// The presence radar; otherwise as [`reader`].
///
/// # Errors
/// [`NoDriver`].
pub fn radar(
    config: &Config,
    gauge: Gauge,
    deliver: impl Fn(radar::Event) + Send + 'static,
) -> Result<SerialDriver<Infallible>, NoDriver> {
    let port = config.radar.port.as_ref().ok_or(NoDriver::NotConfigured)?;
    let port = SerialConfig::new(port, radar::BAUD_RATE);
    drive(port, Radar::new(), tap(gauge, &()), deliver)
}

/// Who listens on a port: its gauge, and a recorder where one is built in and wanted.
#[cfg(feature = "record")]
fn tap<S: Setup>(gauge: Gauge, setup: &S) -> (Gauge, Option<Recorder<S::Machine>>) {
    (gauge, Recorder::wanted(setup))
}

/// Who listens on a port: its gauge.
#[cfg(not(feature = "record"))]
fn tap<S>(gauge: Gauge, _: &S) -> Gauge {
    gauge
}

fn drive<M>(
    port: SerialConfig,
    machine: M,
    tap: impl Tap<M> + Send + 'static,
    deliver: impl Fn(M::Event) + Send + 'static,
) -> Result<SerialDriver<M::Command>, NoDriver>
where
    M: Machine + Send + 'static,
    M::Command: Send + 'static,
{
    let machine = Tapped::new(machine, tap);
    Ok(SerialDriver::start(port, machine, deliver)?)
}
