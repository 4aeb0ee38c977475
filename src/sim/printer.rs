//! A receipt printer that behaves: on a pseudo terminal, with a buffer, a speed, a roll of paper and faults.

mod composer;
mod decoder;
mod exit;
mod faults;
mod mechanism;
mod paper;
mod render;
mod symbol;
mod troubles;
mod words;

use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use super::pty::{Device, PtyDevice};
use crate::wire::escpos::{ExitBit, Profile, Proof};

pub use self::decoder::{Decoder, Step, Token};
pub use self::exit::ExitKind;
pub use self::mechanism::{Clearing, Mechanism};
pub use self::paper::{Cell, Item, Paper};
pub use self::render::{PaperFont, RenderError, decode_tokens, print_at_once};
pub use self::words::PrinterAct;

/// What kind of printer it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrinterSimOptions {
    /// Printable width, 576 or 384.
    pub width_dots: usize,
    /// Receive buffer in bytes.
    pub buffer_bytes: usize,
    /// Speed of the paper; 1200 is 150 mm/s.
    pub dots_per_second: u32,
    /// Time of a cut.
    pub cut_time: Duration,
    /// Time before every answer.
    pub answer_delay: Duration,
    /// Knows GS ( H.
    pub process_id: bool,
    /// Which requests to empty the buffer it obeys.
    pub clearing: Clearing,
    /// Where its paper comes out.
    pub exit: ExitKind,
}

impl Default for PrinterSimOptions {
    fn default() -> Self {
        Self {
            width_dots: 576,
            buffer_bytes: 4096,
            dots_per_second: 1200,
            cut_time: Duration::from_millis(300),
            answer_delay: Duration::from_millis(2),
            process_id: true,
            clearing: Clearing::default(),
            exit: ExitKind::default(),
        }
    }
}

impl PrinterSimOptions {
    /// A printer that a profile describes.
    #[must_use]
    pub fn of(profile: &Profile) -> Self {
        Self {
            width_dots: profile.width_dots.into(),
            process_id: profile.proof == Proof::ProcessId,
            exit: match profile.presenter.as_ref().map(|exit| exit.tells) {
                None => ExitKind::Open,
                Some(ExitBit::SlipNotTorn) => ExitKind::TearOff,
                Some(ExitBit::TicketAtOutput) => ExitKind::Presenter,
            },
            ..Self::default()
        }
    }
}

impl Device for Mechanism {
    fn handle_input(&mut self, bytes: &[u8], now: Instant) {
        self.receive(bytes, now);
    }

    fn poll_output(&mut self, now: Instant) -> Option<Vec<u8>> {
        Mechanism::poll_output(self, now)
    }

    fn poll_timeout(&self) -> Option<Instant> {
        Mechanism::poll_timeout(self)
    }

    fn unplugged(&mut self) {
        Mechanism::unplugged(self);
    }
}

/// The printer on its cable.
pub struct PrinterSim {
    line: PtyDevice<Mechanism>,
}

impl PrinterSim {
    /// Plugs a printer in at `link`, a path that the firmware opens as its serial port.
    ///
    /// # Errors
    /// No pseudo terminal, or `link` cannot be made.
    pub fn start(link: &Path, options: PrinterSimOptions) -> io::Result<Self> {
        let line = PtyDevice::start(link, Mechanism::new(options))?;
        Ok(Self { line })
    }

    /// Looks at or changes the mechanism: faults, answers, bytes.
    pub fn with<R>(&self, act: impl FnOnce(&mut Mechanism) -> R) -> R {
        self.line.with(act)
    }

    /// Finished pieces of paper with something on them, oldest first.
    #[must_use]
    pub fn papers(&self) -> Vec<Paper> {
        self.with(|printer| printer.papers())
    }

    /// Does what a word of the table says.
    ///
    /// # Errors
    /// The link cannot be removed, or made again.
    pub fn act(&self, act: PrinterAct) -> io::Result<()> {
        match act {
            PrinterAct::Unplug => self.unplug(),
            PrinterAct::Replug => self.replug(),
            act => {
                self.with(|printer| printer.act(act));
                Ok(())
            }
        }
    }

    /// Pulls the cable.
    ///
    /// # Errors
    /// The link cannot be removed.
    pub fn unplug(&self) -> io::Result<()> {
        self.line.unplug()
    }

    /// Puts the cable back at the same path.
    ///
    /// # Errors
    /// No pseudo terminal, or the link cannot be made.
    pub fn replug(&self) -> io::Result<()> {
        self.line.replug()
    }

    /// Every byte that came since this was last called, for an independent decoder.
    #[must_use]
    pub fn raw_bytes(&self) -> Vec<u8> {
        self.with(Mechanism::take_raw)
    }
}
