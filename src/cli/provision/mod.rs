//! `kiosk provision`: from a blank machine to one in service, each step by itself or all of them.

mod machine;
mod order;
#[cfg(feature = "ui")]
pub mod page;
mod qr;

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, Subcommand};
use kiosk::domain::provisioning::{Check, Failure, Step};
use kiosk::shell::clock::Clock;
use kiosk::shell::provisioning::{Folder, IDENTITY, ORDER_KEY, beyond, order_key};
use kiosk::text::Text;

use super::doctor;
use super::{Outcome, board, say};
pub use machine::Machine;
#[cfg(feature = "ui")]
pub use machine::works;

/// Where this machine keeps what; the same for every step.
#[derive(Args, Clone)]
pub struct Places {
    /// Folder of the machine's key and certificates.
    #[arg(long, value_name = "DIR", default_value = IDENTITY)]
    pub identity: PathBuf,
    /// Public key of the desk that issues orders.
    #[arg(long, value_name = "FILE", default_value = ORDER_KEY)]
    pub order_key: PathBuf,
    /// Where the configuration of the machine goes.
    #[arg(long, value_name = "FILE", default_value = board::MACHINE)]
    pub config: PathBuf,
    /// Look for devices here only, instead of at every serial port. May be given several times.
    #[arg(long, value_name = "PATH")]
    pub port: Vec<PathBuf>,
}

#[derive(Subcommand)]
pub enum Provision {
    /// The desk: make and sign a work order, print its text and its QR code.
    Order(Box<order::Make>),
    /// The desk: make the key pair that signs orders.
    OrderKey(order::Keys),
    /// Say where this machine stands, who it is and until when its certificate is good.
    Status {
        #[command(flatten)]
        places: Places,
        /// One JSON object instead of lines.
        #[arg(long)]
        json: bool,
    },
    /// Take an order, given as text or as a file, and go on to the certificate.
    Enrol {
        #[command(flatten)]
        places: Places,
        /// The order's text, or a file that holds it.
        order: String,
    },
    /// Fetch configuration, catalogue, content and token anew.
    Fetch {
        #[command(flatten)]
        places: Places,
    },
    /// Look for devices and enter them in the configuration.
    Devices {
        #[command(flatten)]
        places: Places,
    },
    /// Let the doctor look, print the acceptance slip, go into service.
    #[command(alias = "slip")]
    Finish {
        #[command(flatten)]
        places: Places,
        /// Accept it with the faults that are found.
        #[arg(long)]
        accept: bool,
    },
    /// All steps from the order on, or from where it stopped. Tries again by itself what a wait may mend.
    Run {
        #[command(flatten)]
        places: Places,
        /// The order's text, or a file that holds it.
        order: Option<String>,
        /// Accept the machine with the faults that are found.
        #[arg(long)]
        accept: bool,
    },
    /// Renew the certificate if two thirds of its life are over, or it has expired.
    Renew {
        #[command(flatten)]
        places: Places,
        /// However long it is still good.
        #[arg(long)]
        now: bool,
    },
    /// Write a request for a certificate to a stick, for a machine without a line.
    Csr {
        #[command(flatten)]
        places: Places,
        /// The order's text, or a file that holds it.
        order: String,
        /// Where the request goes, PEM.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Take the certificate that came back on a stick: the machine's, then those up to the authority, PEM.
    Certificate {
        #[command(flatten)]
        places: Places,
        /// The file.
        file: PathBuf,
    },
    /// What root's unit does when the firmware leaves service: destroys what the firmware's own user cannot, by the signed order.
    #[command(hide = true)]
    Leave {
        #[command(flatten)]
        places: Places,
        /// File of the question.
        #[arg(long, value_name = "FILE", default_value = beyond::ASK)]
        ask: PathBuf,
        /// File of the answer.
        #[arg(long, value_name = "FILE", default_value = beyond::ANSWER)]
        answer: PathBuf,
        /// The data partition.
        #[arg(long, value_name = "DIR", default_value = "/data")]
        data: PathBuf,
    },
    /// Take this machine out of service for good, by an order that says so: keys and data are destroyed.
    Decommission {
        #[command(flatten)]
        places: Places,
        /// The order's text, or a file that holds it.
        order: String,
    },
}

impl Provision {
    pub fn run(self) -> anyhow::Result<Outcome> {
        match self {
            Self::Order(make) => make.run(),
            Self::OrderKey(keys) => keys.run(),
            Self::Status { places, json } => machine::status(&places, json),
            Self::Enrol { places, order } => {
                Machine::open(&places)?.follow(&text(&order)?, Step::Fetch, false)
            }
            Self::Fetch { places } => Machine::open(&places)?.alone(Step::Fetch),
            Self::Devices { places } => Machine::open(&places)?.alone(Step::Devices),
            Self::Finish { places, accept } => {
                Machine::open(&places)?.go_on(Step::InService, accept)
            }
            Self::Run {
                places,
                order,
                accept,
            } => {
                let mut machine = Machine::open(&places)?;
                match order {
                    Some(order) => machine.follow(&text(&order)?, Step::InService, accept),
                    None => machine.go_on(Step::InService, accept),
                }
            }
            Self::Renew { places, now } => machine::renew(&places, now),
            Self::Csr { places, order, out } => {
                Machine::open(&places)?.request(&text(&order)?, &out)
            }
            Self::Certificate { places, file } => Machine::open(&places)?.certificate(&file),
            Self::Leave {
                places,
                ask,
                answer,
                data,
            } => {
                let root = beyond::Root {
                    ask,
                    answer,
                    patience: Duration::ZERO,
                };
                let saved = Folder::open(&places.identity)?.saved()?;
                let trusted = order_key(&places.order_key)?;
                match beyond::serve(&root, &data, &trusted, &saved) {
                    Ok(()) => Ok(Outcome::Well),
                    Err(failure) => {
                        tell(Step::Destroy, &failure);
                        Ok(Outcome::Faulty)
                    }
                }
            }
            Self::Decommission { places, order } => {
                Machine::open(&places)?.follow(&text(&order)?, Step::Destroyed, false)
            }
        }
    }
}

/// The text of an order: itself, or what a file of that name holds.
fn text(order: &str) -> anyhow::Result<String> {
    if order.trim_start().starts_with(kiosk::order::PREFIX) {
        return Ok(order.to_owned());
    }
    std::fs::read_to_string(Path::new(order)).map_err(|fault| {
        advice(
            &format!("{order}: {fault}"),
            "这不是工单文字（以 KIOSKP/ 开头），也没有这个文件；核对 U 盘上的 kiosk-order.txt",
            "this is neither the text of an order (it begins with KIOSKP/) nor a file; look for kiosk-order.txt on the stick",
        )
    })
}

/// What is wrong with what a command was given, and what to do about it.
fn advice(fault: &str, zh: &str, en: &str) -> anyhow::Error {
    anyhow::anyhow!("{fault}\n    处理：{zh}\n    do: {en}")
}

/// Both texts and what to do.
fn tell(step: Step, failure: &Failure) {
    let (name, meaning, action) = (step.name(), failure.meaning(), failure.action());
    say(&format!(
        "[未完成 not done] {} {}: {}\n    {}",
        name.zh, name.en, meaning.zh, meaning.en
    ));
    say(&format!("    处理：{}\n    do: {}", action.zh, action.en));
    let engineer = failure.to_string();
    if engineer != meaning.en {
        say(&format!("    ({engineer})"));
    }
}

/// What the doctor says, as it stands on the slip.
pub fn examine(config: &Path, clock: &Clock) -> Vec<Check> {
    doctor::examined(config, clock)
        .into_iter()
        .map(|(grade, name, found)| Check {
            name: Text::new(name.0, name.1),
            passed: grade,
            found: Text::new(&found.0, &found.1),
        })
        .collect()
}
