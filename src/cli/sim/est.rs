//! `kiosk sim est`: runs the district's reference server.

use std::io::BufRead as _;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use kiosk::shell::clock::Clock;
use kiosk::sim::est::{EST_FAULTS, EstFault, EstSim, LIFE_S, Options};

use crate::cli::{Outcome, say, say_error};

#[derive(Args)]
pub struct Est {
    /// Port on 127.0.0.1; 0 takes a free one.
    #[arg(long, default_value_t = 8443)]
    port: u16,
    /// Folder of the authority (`ca.pem`) and of what was used.
    #[arg(long, value_name = "DIR")]
    state: PathBuf,
    /// The desk's book of orders, as `kiosk provision order --book` writes it.
    #[arg(long, value_name = "FILE")]
    book: PathBuf,
    /// `kiosk.toml`, `catalogue.json`, `content.json`, `platform-token`, `platform-ca.pem` for every machine; in a folder
    /// with a machine's name those for it alone.
    #[arg(long, value_name = "DIR")]
    files: PathBuf,
    /// Days that a certificate is good.
    #[arg(long, default_value_t = LIFE_S / 86_400)]
    days: u64,
    /// A trouble from the start; others come on standard input, `well` ends them.
    #[arg(long)]
    fault: Option<EstFault>,
}

impl Est {
    pub fn run(self) -> anyhow::Result<Outcome> {
        let clock = Clock::system();
        let sim = EstSim::start(Options {
            port: self.port,
            state: self.state,
            book: self.book,
            files: self.files,
            life_s: self.days * 86_400,
            wall: Arc::new(move || clock.certificate_seconds()),
        })?;
        sim.set_fault(self.fault);
        say(&format!("url {}", sim.url()));
        say(&format!(
            "ca  {}",
            sim.ca()
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect::<String>()
        ));
        for line in std::io::stdin().lock().lines() {
            match line?.trim() {
                "" => {}
                "well" => sim.set_fault(None),
                word => match word.parse() {
                    Ok(fault) => sim.set_fault(Some(fault)),
                    Err(_) => say_error(&format!("{word}: one of well {EST_FAULTS}")),
                },
            }
        }
        // Without a terminal it runs on until it is stopped.
        sim.wait();
        Ok(Outcome::Well)
    }
}
