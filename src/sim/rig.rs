//! A whole machine's surroundings in one folder: reader, printer, pins and platform, and the configuration that
//! leads the firmware to them. The firmware itself runs beside it, as on a board.

mod act;
mod disk;
mod folder;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Context as _;

use super::platform::{self, Fault, PlatformSim};
use super::printer::{PrinterSim, PrinterSimOptions};
use super::reader::{CardFile, ReaderSim};
use super::scanner::{Family, ScannerSim};
use crate::config::{Config, Dialect, Secret, Token};
use crate::pins::{Input, Output};
use crate::shell::clock::Clock;
use crate::shell::gpio::SimGpio;
use crate::shell::runtime::OpenPins;
use crate::shell::{catalogue, settings};
use crate::status::FlashRate;
use crate::wire::escpos::Profile;

use disk::Disk;
use folder::Folder;

/// What to build.
#[derive(Clone)]
pub struct RigOptions {
    /// Configuration to start from; its ports, platform and store are replaced.
    pub config: PathBuf,
    /// Folder of `NAME.toml` cards for `card lay NAME`.
    pub cards: PathBuf,
    /// Where links, databases and the store go. Without, a folder of its own that goes with the rig.
    pub folder: Option<PathBuf>,
    /// Folder of the store, on a small disk of its own for `disk full`. Without, the store lies in `folder`.
    pub disk: Option<PathBuf>,
    /// Clock of the firmware; the platform goes by the same one, without the errors set by hand.
    pub clock: Clock,
    /// Seconds from one state of a case at the platform to the next; without, a case stays as it was taken.
    pub pace_s: Option<u32>,
}

impl RigOptions {
    /// The laptop's configuration and cards below `board`, the folder of all boards.
    #[must_use]
    pub fn laptop(board: &Path, clock: Clock) -> Self {
        Self {
            config: board.join("laptop/kiosk.toml"),
            cards: board.join("laptop/cards"),
            folder: None,
            disk: None,
            clock,
            pace_s: None,
        }
    }
}

/// Simulated devices and a platform, running. Ends on drop.
pub struct Rig {
    config: Config,
    cards: PathBuf,
    clock: Clock,
    reader: ReaderSim,
    printer: PrinterSim,
    scanner: ScannerSim,
    platform: PlatformSim,
    hand: Arc<Mutex<Hand>>,
    trouble: Mutex<Trouble>,
    disk: Option<Disk>,
    // Last: the links are gone before their folder.
    folder: Folder,
}

/// What the script's hand holds at the pins. It outlives a power cut, as the world around a machine does.
#[derive(Default)]
struct Hand {
    inputs: BTreeMap<Input, bool>,
    pins: Option<SimGpio>,
}

/// What is wrong for longer than one call.
#[derive(Default)]
struct Trouble {
    network_down: bool,
    platform: Option<Fault>,
    pull: Pull,
}

/// `reader pull` is for one card.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Pull {
    #[default]
    Off,
    /// The next card that is laid.
    Next,
    /// The card that lies there, or lay there.
    This,
}

impl Rig {
    /// Starts everything; ports and platform answer when this returns.
    ///
    /// # Errors
    /// A file is missing or faulty, or the folder cannot be written.
    pub fn start(options: RigOptions) -> anyhow::Result<Self> {
        let mut config = settings::load(&options.config)?;
        let folder = Folder::new(options.folder).context("the simulators' folder")?;
        let at = |name: &str| folder.path().join(name);

        let (catalogue, _) =
            catalogue::load(&config.catalogue.dir).map_err(|(error, report)| {
                anyhow::anyhow!("{}: {error}\n{report}", config.catalogue.dir.display())
            })?;
        let bundle = at("catalogue.json");
        std::fs::write(&bundle, catalogue.to_json()).context("the platform's catalogue")?;

        let clock = options.clock.clone();
        let platform = PlatformSim::start(platform::Options {
            db: Some(at("platform.db")),
            catalogue: Some(bundle),
            pace_s: options.pace_s,
            wall: Arc::new(move || i64::try_from(clock.true_unix_seconds()).unwrap_or(i64::MAX)),
            ..platform::Options::default()
        })?;
        let (reader, printer, scanner) = (at("reader"), at("printer"), at("scanner"));

        config.platform.url = platform.base_url();
        config.platform.paasid = platform::DEMO_PAASID.into();
        config.platform.token = Token::Inline(Secret(platform::DEMO_TOKEN.into()));
        config.platform.ca_file = None;
        config.reader.port = Some(reader.clone());
        config.printer.port = Some(printer.clone());
        config.scanner.port = Some(scanner.clone());
        config.scanner.dialect = Dialect::Newland;
        let like_configured = like(&config);
        let disk = options.disk.map(Disk::new).transpose()?;
        config.store.path = match &disk {
            Some(disk) => disk.folder().join("store.db"),
            None => at("store.db"),
        };
        config.catalogue.cache_dir = at("catalogue");
        Ok(Self {
            config,
            cards: options.cards,
            clock: options.clock,
            reader: ReaderSim::start(&reader).context("the simulated reader")?,
            printer: PrinterSim::start(&printer, like_configured)
                .context("the simulated printer")?,
            scanner: ScannerSim::start(&scanner, Family::Newland)
                .context("the simulated scanner")?,
            platform,
            hand: Arc::default(),
            trouble: Mutex::default(),
            disk,
            folder,
        })
    }

    /// Where the firmware finds everything.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Where links, databases and the store are.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The printer, for what came out of it.
    #[must_use]
    pub fn printer(&self) -> &PrinterSim {
        &self.printer
    }

    /// The scanner, for its faults.
    #[must_use]
    pub fn scanner(&self) -> &ScannerSim {
        &self.scanner
    }

    /// The platform, for the cases it took.
    #[must_use]
    pub fn platform(&self) -> &PlatformSim {
        &self.platform
    }

    /// Pins for one start of the firmware. The newest ones are moved by [`Rig::act`].
    #[must_use]
    pub fn pins(&self) -> OpenPins {
        let hand = Arc::clone(&self.hand);
        Box::new(move |tell| {
            let pins = SimGpio::new(tell);
            let mut hand = lock(&hand);
            for (input, on) in &hand.inputs {
                pins.set(*input, *on);
            }
            hand.pins = Some(pins.clone());
            Box::new(pins)
        })
    }

    /// What an output of the newest pins shows for longer than a pulse.
    #[must_use]
    pub fn light(&self, output: Output) -> FlashRate {
        let pins = lock(&self.hand).pins.clone();
        pins.map(|pins| pins.rate(output)).unwrap_or_default()
    }

    /// How often an output of the newest pins was pulsed: beeps, power-cycles.
    #[must_use]
    pub fn pulses(&self, output: Output) -> u32 {
        let pins = lock(&self.hand).pins.clone();
        pins.map(|pins| pins.pulses(output)).unwrap_or_default()
    }

    /// The card named `name` in the folder of cards, or in the file `name`.
    fn card(&self, name: &str) -> anyhow::Result<CardFile> {
        let named = self.cards.join(format!("{name}.toml"));
        let path = if named.is_file() {
            named
        } else {
            PathBuf::from(name)
        };
        CardFile::load(&path).with_context(|| {
            format!(
                "card `{name}`: neither a file nor one of {}",
                self.cards.display()
            )
        })
    }
}

/// The printer that the configuration describes; a usual one where it describes none.
fn like(config: &Config) -> PrinterSimOptions {
    Profile::configured(&config.printer).map_or_else(
        |_| PrinterSimOptions::default(),
        |it| PrinterSimOptions::of(&it),
    )
}

/// A panic elsewhere leaves these values whole.
fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
