//! `kiosk sim platform`: runs the reference server, imports a bundle into its database, or checks another server.

mod check;

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use kiosk::shell::catalogue;
use kiosk::sim::platform::{self, CA_FILE, DEMO_PAASID, DEMO_TOKEN, Fault, Options, PlatformSim};

use crate::cli::{Outcome, say};

#[derive(Args)]
pub struct Platform {
    /// Port on 127.0.0.1; 0 takes a free one.
    #[arg(long, default_value_t = 8417)]
    port: u16,
    /// SQLite file of the cases; in memory without.
    #[arg(long, value_name = "FILE")]
    db: Option<PathBuf>,
    /// Catalogue to serve: a folder of items, or one JSON document, which is read at each request.
    #[arg(long, value_name = "PATH")]
    catalogue: Option<PathBuf>,
    /// HTTPS with an authority of its own, whose certificate is put into this folder.
    #[arg(long, value_name = "DIR")]
    tls: Option<PathBuf>,
    /// A trouble from the start: down, silent, slow:MS, status:CODE, status-after:CODE, lost-answer, half-answer, rubbish, endless,
    /// portal, redirect, in-progress, credentials, clock:SECONDS, false-duplicate, reject:CODE,
    /// certificate-expired, certificate-future, certificate-foreign.
    #[arg(long)]
    fault: Option<Fault>,
    /// Seconds from one state of a case to the next; without, a case stays as it was taken.
    #[arg(long, value_name = "SECONDS")]
    pace: Option<u32>,
    /// Import this sealed bundle into the database, print the signed import receipt and end.
    #[arg(long, value_name = "FILE", requires = "db")]
    import: Option<PathBuf>,
    #[command(flatten)]
    check: check::Check,
}

impl Platform {
    pub fn run(self) -> anyhow::Result<Outcome> {
        if self.check.is_asked_for() {
            return self.check.run();
        }
        let catalogue = self.catalogue.map(bundled).transpose()?;
        let trusted = self.tls.as_ref().map(|folder| folder.join(CA_FILE));
        let options = Options {
            port: self.port,
            db: self.db,
            catalogue,
            tls: self.tls,
            fault: self.fault,
            pace_s: self.pace,
            ..Options::default()
        };
        if let Some(bundle) = &self.import {
            return import(options, bundle);
        }
        platform::run(options, |sim| {
            say(&format!("url     {}", sim.base_url()));
            say(&format!("paasid  {DEMO_PAASID}"));
            say(&format!("token   {DEMO_TOKEN}"));
            say(&format!("seal_key {}", sim.seal_key().text()));
            say(&format!("signer  {}", sim.signer().text()));
            if let Some(trusted) = trusted {
                say(&format!("ca_file {}", trusted.display()));
            }
        })?;
        Ok(Outcome::Well)
    }
}

/// The receipt goes to standard output: it is what the office carries back to the machine.
fn import(options: Options, bundle: &Path) -> anyhow::Result<Outcome> {
    let sim = PlatformSim::start(Options { port: 0, ..options })?;
    let receipt = sim
        .import(bundle)
        .with_context(|| bundle.display().to_string())?;
    say(&receipt);
    Ok(Outcome::Well)
}

/// A folder becomes one document in the system's temporary folder; a document stays where it is.
fn bundled(path: PathBuf) -> anyhow::Result<PathBuf> {
    if !path.is_dir() {
        anyhow::ensure!(path.is_file(), "{}: no catalogue there", path.display());
        return Ok(path);
    }
    let (catalogue, _) = catalogue::load(&path)
        .map_err(|(error, report)| anyhow::anyhow!("{}: {error}\n{report}", path.display()))?;
    let name = format!("kiosk-catalogue-{}.json", std::process::id());
    let document = std::env::temp_dir().join(name);
    std::fs::write(&document, catalogue.to_json())?;
    Ok(document)
}
