//! `kiosk outbox retry`.

use anyhow::Context as _;
use clap::Args;
use kiosk::case::Key;

use super::hold::hold;
use super::show::find;
use super::{Which, look};
use crate::cli::{Outcome, say};

/// Most cases released at once; parked cases are rare.
const MOST: u32 = 100_000;

#[derive(Args)]
#[group(id = "what", required = true, multiple = false)]
struct What {
    /// Idempotency keys or filing numbers.
    #[arg(value_name = "KEY|NUMBER")]
    cases: Vec<String>,
    /// Every parked case.
    #[arg(long)]
    all_parked: bool,
}

#[derive(Args)]
pub struct Retry {
    #[command(flatten)]
    what: What,
    #[command(flatten)]
    which: Which,
}

impl Retry {
    pub fn run(self) -> anyhow::Result<Outcome> {
        let config = self.which.load()?;
        // Before the store is taken: the report must not close a file that this process holds locked.
        let report = look(&config)?;
        let cases = if self.what.all_parked {
            report.cases(&["parked"], MOST)?
        } else {
            let named = self.what.cases.iter();
            let found = named.map(|name| find(&report, name).map(|(case, _)| case));
            found.collect::<anyhow::Result<_>>()?
        };
        drop(report);
        let store = hold(&config)?;
        let mut outcome = Outcome::Well;
        for case in &cases {
            if case.state != "parked" {
                outcome = Outcome::Faulty;
                say(&format!(
                    "{}: 没有搁置，未作改动 not parked, left as it is: {}",
                    case.filing_number, case.state
                ));
                continue;
            }
            let state = store
                .release(&Key(case.key.clone()))
                .with_context(|| case.filing_number.clone())?;
            say(&format!(
                "{}: 已放行，固件启动后重新上传 released, sent again once the firmware runs: {}",
                case.filing_number,
                state.word()
            ));
        }
        if cases.is_empty() {
            say("没有搁置的办件 no case is parked");
        }
        Ok(outcome)
    }
}
