//! `kiosk sim`: one simulator alone, for a firmware or a driver in development beside it.

mod est;
mod hawkbit;
mod lines;
mod paper;
mod photo;
mod platform;
mod radar;
mod reader;
mod scanner;

use std::path::PathBuf;

use clap::Subcommand;

use super::Outcome;

#[derive(Subcommand)]
pub enum Sim {
    /// An ID card reader behind a link that opens like a serial port. Commands come on standard input:
    /// `lay NAME|FILE`, `take`, and what follows `reader` in visit scripts, such as `silent`, `late 700ms`, `rate 9600`,
    /// `well`, `unplug`, `replug`; an unknown word names them all. Runs until it is stopped.
    Reader {
        /// Where the port appears.
        #[arg(long)]
        link: PathBuf,
        /// A card that lies there from the start.
        #[arg(long, value_name = "FILE")]
        card: Option<PathBuf>,
    },
    /// A receipt printer behind a link that opens like a serial port. Commands come on standard input: what follows
    /// `printer` in visit scripts, such as `paper-out`, `roll-mm 700`, `take-receipt`, `unplug`; an unknown word names
    /// them all. Runs until it is stopped.
    Printer {
        /// Where the port appears.
        #[arg(long)]
        link: PathBuf,
        /// Folder for the paper: receipt-1.png, receipt-1.bin, …
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        /// Profile of the printer it is like.
        #[arg(long, default_value = "epson-tm-t88")]
        profile: String,
    },
    /// A presence radar behind a link that opens like a serial port. Commands come on standard input: `nobody`,
    /// `moving CM`, `still CM`, `engineering`, `basic`, `noise`, `garbled`, `silent`, `well`, `unplug`, `replug`. Runs
    /// until it is stopped.
    Radar {
        /// Where the port appears.
        #[arg(long)]
        link: PathBuf,
    },
    /// A QR and barcode engine behind a link that opens like a serial port. Commands come on standard input:
    /// `hold TEXT`, `take`, `trigger`, `sense`, `continuous`, `suffix cr|crlf|none`, `noise`, `late`, `split`,
    /// `silent`, `well`, `unplug`, `replug`. Runs until it is stopped.
    Scanner {
        /// Where the port appears.
        #[arg(long)]
        link: PathBuf,
        /// newland, honeywell, ssi or grow.
        #[arg(long, value_parser = scanner::family, default_value = "newland")]
        dialect: kiosk::sim::scanner::Family,
    },
    /// What stands for the photo decoder of a reader's maker: takes the 1024 bytes of a simulated card's photo on standard
    /// input and gives a PNG of a figure that is nobody.
    Photo,
    /// A server that behaves like hawkBit's interface for devices (DDI), with rollouts in groups. Commands come on standard
    /// input: `target ID TOKEN`, `assign ID VERSION FILE`, `cancel ACTION`, `fault PATHPART WORD`, `feedback`. Runs until it is stopped.
    Hawkbit(hawkbit::Hawkbit),
    /// The reference server of a district for provisioning (EST, RFC 7030). Runs until it is stopped.
    Est(est::Est),
    /// The reference server of the platform's contract. Runs until it is stopped.
    Platform(Box<platform::Platform>),
}

impl Sim {
    pub fn run(self) -> anyhow::Result<Outcome> {
        match self {
            Self::Reader { link, card } => reader::run(&link, card.as_deref()),
            Self::Printer { link, out, profile } => paper::run(&link, &out, &profile),
            Self::Scanner { link, dialect } => scanner::run(&link, dialect),
            Self::Radar { link } => radar::run(&link),
            Self::Photo => photo::run(),
            Self::Hawkbit(hawkbit) => hawkbit.run(),
            Self::Est(est) => est.run(),
            Self::Platform(platform) => platform.run(),
        }
    }
}
