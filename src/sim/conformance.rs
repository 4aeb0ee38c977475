//! The conformance suite: asks any server of the contract (`board/platform/openapi.json`) what the firmware relies on,
//! and says for each demand what was seen. It files a few dozen made-up cases: for a test platform, never for a real one.

mod attachments;
mod bench;
mod by_hand;
mod cases;
mod corrections;
mod exactly_once;
mod gateway;
mod refusals;
#[cfg(test)]
mod tests;

use std::fmt::Write as _;
use std::pin::Pin;

use serde::{Deserialize, Serialize};

use self::bench::Bench;
use crate::case::{Acceptance, Key, PublicIdentity, SealKey};
use crate::shell::platform::Token;

/// What to check, and how to get in.
#[derive(Clone)]
pub struct Target {
    /// Everything before `/cases`.
    pub base_url: String,
    /// Application id at the gateway.
    pub paasid: String,
    /// Secret at the gateway.
    pub token: Token,
    /// Roots that the server's certificate must lead to, PEM; needed for `https`.
    pub ca_pem: Option<Vec<u8>>,
    /// Name of the machine that asks, five characters `0-9 A-Z`.
    pub machine: String,
    /// What the machine's signing key is made of; enrolled at the platform.
    pub seed: [u8; 32],
    /// An item that the platform takes cases for.
    pub task_code: String,
    /// What bundles are sealed to; without it the import is not tested.
    pub seal_key: Option<SealKey>,
    /// What import receipts are signed with; without it the import is not tested.
    pub signer: Option<PublicIdentity>,
    /// Names of the demands to check; all if empty.
    pub only: Vec<String>,
    /// What an earlier run filed, to see whether it is still known.
    pub earlier: Vec<Filed>,
}

/// A case that a run filed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Filed {
    /// Idempotency key.
    pub key: Key,
    /// Body, as it was sent. Made-up data only.
    pub body: String,
    /// What the platform said.
    pub acceptance: Acceptance,
}

/// What came of one demand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "result", content = "seen", rename_all = "snake_case")]
pub enum Seen {
    /// Kept.
    Ok,
    /// Not kept; what was seen instead.
    Failed(String),
    /// Could not be tried; what is needed for it.
    NotTested(String),
}

/// One demand and what came of it.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// Short name.
    pub name: &'static str,
    /// What is demanded.
    pub demand: &'static str,
    /// What goes wrong without it.
    pub why: &'static str,
    /// What came of it.
    #[serde(flatten)]
    pub seen: Seen,
}

/// All demands, in their order.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The demands.
    pub lines: Vec<Line>,
    /// What this run filed, to be given to a later one as [`Target::earlier`].
    #[serde(skip)]
    pub filed: Vec<Filed>,
}

impl Report {
    /// Whether no demand failed.
    #[must_use]
    pub fn passed(&self) -> bool {
        !self.lines.iter().any(|l| matches!(l.seen, Seen::Failed(_)))
    }

    /// Names of the demands that failed.
    #[must_use]
    pub fn failed(&self) -> Vec<&'static str> {
        let failed = |line: &&Line| matches!(line.seen, Seen::Failed(_));
        self.lines
            .iter()
            .filter(failed)
            .map(|line| line.name)
            .collect()
    }

    /// A table for people, one demand after the other; the reason stands where one failed.
    #[must_use]
    pub fn table(&self) -> String {
        let mut text = String::new();
        let (mut ok, mut failed, mut not_tested) = (0, 0, 0);
        for line in &self.lines {
            let (word, seen) = match &line.seen {
                Seen::Ok => (&mut ok, None),
                Seen::Failed(seen) => (&mut failed, Some(("seen", seen))),
                Seen::NotTested(needed) => (&mut not_tested, Some(("needs", needed))),
            };
            *word += 1;
            let word = match &line.seen {
                Seen::Ok => "ok",
                Seen::Failed(_) => "FAILED",
                Seen::NotTested(_) => "not tested",
            };
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{word:<10}  {:<22}  {}", line.name, line.demand);
            if let Some((label, seen)) = seen {
                let _ = writeln!(text, "{:<36}{label}: {seen}", "");
            }
            if matches!(line.seen, Seen::Failed(_)) {
                let _ = writeln!(text, "{:<36}why: {}", "", line.why);
            }
        }
        let _ = write!(text, "{ok} ok, {failed} failed, {not_tested} not tested");
        text
    }
}

/// Why a check did not come to "ok".
enum Trouble {
    Failed(String),
    NotTested(String),
}

type Checked = Result<(), Trouble>;

/// One check.
struct Check {
    name: &'static str,
    demand: &'static str,
    why: &'static str,
    #[allow(
        clippy::type_complexity,
        reason = "a function that borrows its argument"
    )]
    run: for<'b> fn(&'b Bench) -> Pin<Box<dyn Future<Output = Checked> + 'b>>,
}

/// Asks for everything, one demand after the other.
///
/// # Errors
/// The server cannot be asked at all: URL, CA file.
pub async fn run(target: Target) -> anyhow::Result<Report> {
    let bench = Bench::new(target)?;
    let mut lines = Vec::new();
    let groups = [
        gateway::CHECKS,
        exactly_once::CHECKS,
        refusals::CHECKS,
        corrections::CHECKS,
        attachments::CHECKS,
        by_hand::CHECKS,
    ];
    bench.prepare().await;
    let all = || groups.iter().copied().flatten();
    let only = &bench.target.only;
    if let Some(odd) = only
        .iter()
        .find(|name| all().all(|check| check.name != **name))
    {
        anyhow::bail!("no such demand: {odd}");
    }
    for check in all().filter(|check| only.is_empty() || only.iter().any(|o| o == check.name)) {
        let seen = match (check.run)(&bench).await {
            Ok(()) => Seen::Ok,
            Err(Trouble::Failed(seen)) => Seen::Failed(seen),
            Err(Trouble::NotTested(needed)) => Seen::NotTested(needed),
        };
        lines.push(Line {
            name: check.name,
            demand: check.demand,
            why: check.why,
            seen,
        });
    }
    Ok(Report {
        lines,
        filed: bench.filed(),
    })
}
