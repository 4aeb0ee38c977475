//! `kiosk sim platform --check URL`: the conformance suite against any server of the contract.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use kiosk::case::{PublicIdentity, SealKey};
use kiosk::shell::platform::Token;
use kiosk::sim::conformance::{self, Filed, Target};
use kiosk::sim::platform::{DEMO_PAASID, DEMO_TOKEN};

use crate::cli::{Outcome, say};

/// Which server is checked, and how to get in.
#[derive(Args)]
#[group(id = "checking")]
pub struct Check {
    /// Check the server at this URL (everything before `/cases`) instead of running one. It files a few dozen made-up
    /// cases there: for a test platform, never for a real one. Exit code 1 if a demand is not kept.
    #[arg(long, value_name = "URL")]
    check: Option<String>,
    /// Application id at the gateway.
    #[arg(long, value_name = "ID", default_value = DEMO_PAASID, requires = "check")]
    paasid: String,
    /// Secret at the gateway.
    #[arg(long, value_name = "SECRET", default_value = DEMO_TOKEN, requires = "check")]
    token: String,
    /// Roots that the server's certificate must lead to, PEM; needed for https.
    #[arg(long, value_name = "FILE", requires = "check")]
    ca_file: Option<PathBuf>,
    /// Machine that asks, five characters 0-9 A-Z.
    #[arg(long, value_name = "NAME", default_value = "ZZTST", requires = "check")]
    machine: String,
    /// File with the 32 bytes that the machine's signing key is made of; made up without.
    #[arg(long, value_name = "FILE", requires = "check")]
    seed_file: Option<PathBuf>,
    /// An item that the platform takes cases for.
    #[arg(
        long,
        value_name = "CODE",
        default_value = "12440203MB000000255442099001000",
        requires = "check"
    )]
    task_code: String,
    /// The platform's key that bundles are sealed to (base64url); without it the import is not tested.
    #[arg(long, value_name = "KEY", requires = "check")]
    seal_key: Option<String>,
    /// The platform's key that import receipts are signed with (base64url); without it the import is not tested.
    #[arg(long, value_name = "KEY", requires = "check")]
    signer: Option<String>,
    /// What this run files is kept here; a later run with the same file checks that it is still known.
    #[arg(long, value_name = "FILE", requires = "check")]
    state: Option<PathBuf>,
    /// Check this demand alone; may be given several times.
    #[arg(long, value_name = "NAME", requires = "check")]
    only: Vec<String>,
    /// The result as JSON.
    #[arg(long, requires = "check")]
    json: bool,
}

impl Check {
    /// Whether a check is asked for.
    pub fn is_asked_for(&self) -> bool {
        self.check.is_some()
    }

    pub fn run(self) -> anyhow::Result<Outcome> {
        let (state, json) = (self.state.clone(), self.json);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let report = runtime.block_on(conformance::run(self.target()?))?;
        if let Some(path) = &state {
            remember(path, &report.filed)?;
        }
        say(&if json {
            serde_json::to_string_pretty(&report)?
        } else {
            report.table()
        });
        Ok(if report.passed() {
            Outcome::Well
        } else {
            Outcome::Faulty
        })
    }

    fn target(self) -> anyhow::Result<Target> {
        let url = self.check.unwrap_or_default();
        let read = |path: PathBuf| std::fs::read(&path).with_context(|| path.display().to_string());
        let seed = match self.seed_file {
            Some(path) => {
                let seed = read(path)?;
                seed.try_into()
                    .map_err(|_| anyhow::anyhow!("--seed-file: not 32 bytes"))?
            }
            None => *b"kiosk conformance, not a secret!",
        };
        Ok(Target {
            base_url: url.trim_end_matches('/').to_owned(),
            paasid: self.paasid,
            token: Token::new(self.token),
            ca_pem: self.ca_file.map(read).transpose()?,
            machine: self.machine,
            seed,
            task_code: self.task_code,
            seal_key: self
                .seal_key
                .map(|text| SealKey::parse(&text).context("--seal-key"))
                .transpose()?,
            signer: self
                .signer
                .map(|text| PublicIdentity::parse(&text).context("--signer"))
                .transpose()?,
            only: self.only,
            earlier: self.state.as_deref().map_or(Ok(Vec::new()), recalled)?,
        })
    }
}

/// What an earlier run filed; nothing if there was none.
fn recalled(path: &Path) -> anyhow::Result<Vec<Filed>> {
    match std::fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes).with_context(|| path.display().to_string()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error).with_context(|| path.display().to_string()),
    }
}

fn remember(path: &Path, filed: &[Filed]) -> anyhow::Result<()> {
    let mut all = recalled(path)?;
    all.extend_from_slice(filed);
    std::fs::write(path, serde_json::to_vec_pretty(&all)?)
        .with_context(|| path.display().to_string())
}
