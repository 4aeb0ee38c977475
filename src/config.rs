//! What one machine is told about itself: `kiosk.toml`.
//!
//! Every field has a limit, nearly every field a default. A file with mistakes is refused whole, and all its
//! mistakes are named at once with their lines, because the technician who reads them stands on site.

mod content;
mod fleet;
mod gpio;
mod ports;
mod reading;
mod rebase;
mod rotation;
mod scanner;
mod screen;
mod tables;
mod technician;
#[cfg(test)]
mod tests;
mod updates;

use std::fmt;
use std::path::PathBuf;

use crate::case::{PublicIdentity, SealKey};
use crate::text::Text;
pub use content::Content;
pub use fleet::Fleet;
pub use gpio::{Active, Gpio, GpioBackend, Line, Pin};
use ports::Ports;
use reading::Reading;
pub use rotation::Rotation;
pub use scanner::{Dialect, Framing, Scanner};
pub use technician::Technician;
pub use updates::{UpdateAttributes, UpdateIdentity, UpdateToken, Updates};

/// Longest configuration file that is read, in bytes.
pub const MAX_BYTES: usize = 64 * 1024;

/// One mistake in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigFault {
    /// Line, from 1.
    pub line: usize,
    /// Dotted name, e.g. `printer.near_end_mm`; empty when the text is not TOML there.
    pub field: String,
    /// What stands there, shortened; `nothing` for a missing field. Never a secret.
    pub found: String,
    /// What may stand there.
    pub expected: String,
}

impl fmt::Display for ConfigFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let field = if self.field.is_empty() {
            "text"
        } else {
            &self.field
        };
        write!(
            f,
            "line {}: {field}: found {}, expected {}",
            self.line, self.found, self.expected
        )
    }
}

/// All of `kiosk.toml`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// `[machine]`.
    pub machine: Machine,
    /// `[screen]`.
    pub screen: Screen,
    /// `[reader]`.
    pub reader: Reader,
    /// `[printer]`.
    pub printer: Printer,
    /// `[gpio]`.
    pub gpio: Gpio,
    /// `[scanner]`.
    pub scanner: Scanner,
    /// `[radar]`.
    pub radar: Radar,
    /// `[cooling]`.
    pub cooling: Cooling,
    /// `[platform]`.
    pub platform: Platform,
    /// `[store]`.
    pub store: Store,
    /// `[catalogue]`.
    pub catalogue: Catalogue,
    /// `[input]`.
    pub input: Input,
    /// `[idle]`.
    pub idle: Idle,
    /// `[receipt]`.
    pub receipt: Receipt,
    /// `[journal]`.
    pub journal: Journal,
    /// `[content]`.
    pub content: Content,
    /// `[technician]`.
    pub technician: Technician,
    /// `[fleet]`.
    pub fleet: Fleet,
    /// `[updates]`; none on a machine that nobody updates from afar.
    pub updates: Option<Updates>,
}

/// Who and where this machine is. `id`, `town_code` and `site` have no default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Machine {
    /// Five characters A–Z, 0–9, first part of every filing number.
    pub id: String,
    /// Division code of the town or street, nine digits, e.g. `440203001`.
    pub town_code: String,
    /// Name of the service at the top of every page.
    pub service: Text,
    /// Name of the place, at most 60 characters.
    pub site: Text,
    /// Telephone for help, shown on every page.
    pub phone: String,
    /// Where people help in person, for what cannot be done here: address and hours, at most 60 characters.
    pub window: Text,
}

/// Which way the screen stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Orientation {
    /// 1080 wide, 1920 high.
    #[default]
    Portrait,
    /// 1920 wide, 1080 high.
    Landscape,
}

/// The screen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Screen {
    /// Which way it stands.
    pub orientation: Orientation,
    /// How the picture is turned on a panel that is built in on its side or upside down; `kms` only.
    pub rotation: Rotation,
    /// How touches are turned; as the picture, except where the glass is mounted another way than the panel.
    pub touch_rotation: Rotation,
    /// A font file with Chinese glyphs to use instead of the system's.
    pub font: Option<PathBuf>,
    /// Folder of the backlight, `/sys/class/backlight/…`; `None` when it cannot be dimmed.
    pub backlight: Option<PathBuf>,
    /// Brightness when nobody is here, 1–100 % of the most.
    pub dim_percent: u32,
}

/// The presence radar, an LD2410 on a serial port of 256000 bits a second.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Radar {
    /// Device file; `None` when the machine has none, or one on `gpio.presence`.
    pub port: Option<PathBuf>,
}

/// The fan, governed by a temperature. It hangs on `gpio.fan`, or on a file of the kernel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cooling {
    /// File that tells thousandths of a degree, `/sys/class/thermal/…/temp`; `None` when nothing is governed.
    pub temperature: Option<PathBuf>,
    /// File that drives the fan, such as `…/pwm1`; `None` for the pin.
    pub fan: Option<PathBuf>,
    /// What is written to drive it, 1–255; 0 stops it.
    pub fan_on: u32,
    /// From here on it runs, 30–95 °C.
    pub on_c: u32,
    /// Below this it stops, 20–90 °C and less than `on_c`.
    pub off_c: u32,
}

/// The ID card reader on a serial port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reader {
    /// Device file; `None` when the machine has no reader.
    pub port: Option<PathBuf>,
    /// 9600, 19200, 38400, 57600 or 115200 (the rates of the module's rate command).
    pub baud: u32,
    /// Between two searches for a card, 300–2000 ms (the module asks for more than 300).
    pub poll_ms: u32,
    /// Longest radio exchange with a card, 24–255 bytes; less where the antenna is poor.
    pub max_rf: u8,
    /// Program that draws the photos of cards, see [`crate::shell::portrait`]; `sim` draws those of simulated cards.
    /// Without one a silhouette stands for whoever is here.
    pub photo_decoder: Option<PathBuf>,
}

/// Names of the printers that this firmware knows, for [`Printer::profile`].
pub const PRINTER_PROFILES: [&str; 6] = [
    "epson-tm-t88",
    "generic-gb18030-80",
    "generic-gbk-58",
    "snbc-bt-t080",
    "cashino-kp-628e",
    "custom-presenter-80",
];

/// The receipt printer.
#[derive(Clone, Debug, PartialEq)]
pub struct Printer {
    /// Device file, serial or `/dev/usb/lp…`; `None` when the machine has no printer.
    pub port: Option<PathBuf>,
    /// Serial rate, 9600–115200; of no effect on a USB port.
    pub baud: u32,
    /// One of [`PRINTER_PROFILES`].
    pub profile: String,
    /// `[printer.custom]`: own profile, read by the printer's module instead of `profile`.
    pub custom: Option<toml::Table>,
    /// Paper that is surely left when the near-end sensor first answers, 0–20000 mm; 0.5 to 1 m is usual.
    pub near_end_mm: u32,
    /// How long a presenter holds a receipt for its person, 10–300 s; of no effect on a printer without one.
    pub take_s: u32,
}

impl Eq for Printer {}

/// A shared secret. Its `Debug` shows nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Where the token of the gateway comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    /// A file that only the service may read.
    File(PathBuf),
    /// In the configuration itself: only with a platform on this very machine.
    Inline(Secret),
}

/// The provincial platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Platform {
    /// `https://host[:port][/path]` without a slash at the end; `http://` only to this machine.
    pub url: String,
    /// Application id at the gateway (`x-tif-paasid`).
    pub paasid: String,
    /// Signing token.
    pub token: Token,
    /// PEM file of the certificate authorities to trust; `None` trusts none but plain loopback.
    pub ca_file: Option<PathBuf>,
    /// For name, connection and TLS, 500–60000 ms.
    pub connect_timeout_ms: u32,
    /// For a whole answer, 1000–120000 ms.
    pub answer_timeout_ms: u32,
    /// Within what time the waiting cases of a district's machines come back after an outage, 0–3600 s.
    pub return_spread_s: u32,
    /// `seal_key` and `signer`; `None` where cases are never carried by hand.
    pub by_hand: Option<ByHand>,
}

/// The platform's public keys for cases that are carried to it by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ByHand {
    /// What bundles are sealed to.
    pub seal_key: SealKey,
    /// Whose signature an import receipt needs.
    pub signer: PublicIdentity,
}

/// The durable store of cases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Store {
    /// SQLite file.
    pub path: PathBuf,
}

/// The items that can be filed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Catalogue {
    /// Shipped with the firmware.
    pub dir: PathBuf,
    /// Last good one from the platform.
    pub cache_dir: PathBuf,
}

/// Tables of the pinyin and handwriting keyboards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// Where they are.
    pub dir: PathBuf,
}

/// How long a machine waits for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Idle {
    /// Silence until `还在吗?`, 15–300 s.
    pub warn_s: u32,
    /// From there to the wipe, 10–60 s (20 s at least is what WCAG 2.2.1 asks for).
    pub countdown_s: u32,
    /// The confirmation page, 20–300 s.
    pub confirmation_s: u32,
    /// The goodbye page, 5–60 s.
    pub goodbye_s: u32,
}

/// The printed receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// How long to wait for the platform's number before printing without it, 0–15000 ms.
    pub wait_for_answer_ms: u32,
}

/// Where the journal goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Journal {
    /// File; `None` is stderr, which systemd keeps.
    pub path: Option<PathBuf>,
    /// Size of the file at which it is set aside, 64–65536 KiB.
    pub max_kib: u32,
}

impl Config {
    /// Reads a whole file.
    ///
    /// # Errors
    /// Every mistake found, in the order of the lines; at least one.
    pub fn parse(text: &str) -> Result<Self, Vec<ConfigFault>> {
        let (table, reading) = Reading::of(text)?;
        let mut root = reading.root(&table);
        let gpio = root.table("gpio", gpio::gpio);
        let ports = Ports::default();
        let config = Self {
            machine: root.table("machine", tables::machine),
            screen: root.table("screen", screen::screen),
            reader: root.table("reader", |s| tables::reader(s, &ports)),
            printer: root.table("printer", |s| tables::printer(s, &ports)),
            scanner: root.table("scanner", |s| scanner::scanner(s, &ports)),
            radar: root.table("radar", |s| tables::radar(s, &gpio, &ports)),
            gpio,
            cooling: root.table("cooling", tables::cooling),
            platform: root.table("platform", tables::platform),
            store: root.table("store", |s| Store {
                path: s.path("path", "/var/lib/kiosk/store.db"),
            }),
            catalogue: root.table("catalogue", |s| Catalogue {
                dir: s.path("dir", "/usr/share/kiosk/catalogue"),
                cache_dir: s.path("cache_dir", "/var/lib/kiosk/catalogue"),
            }),
            input: root.table("input", |s| Input {
                dir: s.path("dir", "/usr/share/kiosk/input"),
            }),
            idle: root.table("idle", |s| Idle {
                warn_s: s.number("warn_s", 45, 15..=300),
                countdown_s: s.number("countdown_s", 20, 10..=60),
                confirmation_s: s.number("confirmation_s", 60, 20..=300),
                goodbye_s: s.number("goodbye_s", 15, 5..=60),
            }),
            receipt: root.table("receipt", |s| Receipt {
                wait_for_answer_ms: s.number("wait_for_answer_ms", 3000, 0..=15_000),
            }),
            journal: root.table("journal", |s| Journal {
                path: s.optional_path("path"),
                max_kib: s.number("max_kib", 4096, 64..=65_536),
            }),
            content: root.table("content", content::content),
            technician: root.table("technician", technician::technician),
            fleet: root.table("fleet", fleet::fleet),
            updates: root.optional_table("updates", updates::updates),
        };
        root.finish();
        reading.result(config)
    }
}
