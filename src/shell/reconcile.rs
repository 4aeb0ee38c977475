//! The daily comparison of what this machine filed with what the platform has, see [`crate::case::reconciliation`].

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::case::reconciliation::{CLAIM_MAX, Chain, Claim, Verdict};
use crate::case::{CaseState, Epoch, Link, MachineIdentity};

use super::platform::{Client, Failure};
use super::store::{Store, StoreFault};

/// Most claims about one epoch: a million cases, twice.
const CLAIMS: usize = 2_000;

/// What a comparison came to; kept beside the store for the next one and for the doctor.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    /// When it ended, RFC 3339, if the machine has any idea of the time.
    pub at: Option<String>,
    /// Cases that were compared.
    pub cases: u64,
    /// Cases that the platform took or refused, as this machine knows, and does not have.
    pub missing: u64,
    /// Cases that the platform has with another body.
    pub differing: u64,
    /// Cases of this machine that the platform has and the machine does not.
    pub unlisted: u64,
    /// Epochs whose chain has a gap or does not lead from what the platform has to the machine's end.
    pub chains: u64,
    /// Where the next comparison begins, by epoch.
    pub next: BTreeMap<String, Next>,
}

/// Up to where the platform has the chain of an epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Next {
    /// First sequence of the next claim.
    pub seq: u64,
    /// The chain's end before it.
    pub head: Link,
}

/// Why there was no comparison.
#[derive(Debug, thiserror::Error)]
pub enum NotCompared {
    /// The store could not be read.
    #[error(transparent)]
    Store(#[from] StoreFault),
    /// The platform did not give a verdict.
    #[error("the platform: {0:?}")]
    Platform(Failure),
}

impl Comparison {
    /// Both sides have the same.
    #[must_use]
    pub fn agrees(&self) -> bool {
        (self.missing, self.differing, self.unlisted, self.chains) == (0, 0, 0, 0)
    }

    /// Where it is kept for the store at `store`.
    #[must_use]
    pub fn path(store: &Path) -> PathBuf {
        store.with_extension("compared")
    }

    /// The last one; nothing if there was none, or its file is damaged: then everything is compared anew.
    #[must_use]
    pub fn read(path: &Path) -> Option<Self> {
        serde_json::from_slice(&std::fs::read(path).ok()?).ok()
    }

    /// Keeps it, whole or not at all.
    ///
    /// # Errors
    /// Of the disk.
    pub fn keep(&self, path: &Path) -> io::Result<()> {
        let partial = path.with_extension("compared.partial");
        std::fs::write(&partial, serde_json::to_vec(self)?)?;
        std::fs::File::open(&partial)?.sync_all()?;
        std::fs::rename(&partial, path)
    }

    /// Compares every epoch, each from where the platform has its chain: `last` says where that was.
    ///
    /// # Errors
    /// [`NotCompared`]; a part of the claims may have been sent, and repeats are harmless.
    pub async fn make(
        store: &Store,
        client: &Client,
        identity: &MachineIdentity,
        machine: &str,
        last: &Self,
    ) -> Result<Self, NotCompared> {
        let mut all = Self::default();
        let side = Side {
            store,
            client,
            identity,
            machine,
        };
        for (epoch, seq, head) in store.epochs()? {
            // What was filed under another name of the machine is not its own to claim.
            let first = store.claimed(&epoch, seq, seq)?;
            let named = |case: &crate::case::reconciliation::ClaimedCase| {
                case.key.parts().is_some_and(|(name, ..)| name != machine)
            };
            if first.first().is_some_and(named) {
                continue;
            }
            let known = last.next.get(epoch.as_str()).copied();
            side.compare(&epoch, (seq, head), known, &mut all).await?;
        }
        Ok(all)
    }
}

/// What claims are made with.
struct Side<'a> {
    store: &'a Store,
    client: &'a Client,
    identity: &'a MachineIdentity,
    machine: &'a str,
}

impl Side<'_> {
    async fn compare(
        &self,
        epoch: &Epoch,
        end: (u64, Link),
        known: Option<Next>,
        all: &mut Comparison,
    ) -> Result<(), NotCompared> {
        let begin = Next {
            seq: 1,
            head: Link::first(self.machine, epoch.as_str()),
        };
        let mut at = known.filter(|next| next.seq <= end.0 + 1).unwrap_or(begin);
        let (mut holds, mut again) = (true, known.is_some());
        for _ in 0..CLAIMS {
            let claim = self.claim(epoch, at, end)?;
            let verdict = self.client.reconcile(&claim, self.identity).await;
            let verdict = verdict.map_err(NotCompared::Platform)?;
            // A platform that knows less than it did says so, once, and is told from there.
            if verdict.chain == Chain::Gap && verdict.next_seq < at.seq && again {
                again = false;
                (at.seq, at.head) = (verdict.next_seq, verdict.head);
                continue;
            }
            self.count(&claim, &verdict, end.0, all)?;
            holds &= verdict.chain == Chain::Intact;
            let next = Next {
                seq: verdict.next_seq,
                head: verdict.head,
            };
            all.next.insert(epoch.as_str().to_owned(), next);
            if claim.up_to_seq >= end.0 {
                break;
            }
            // Behind a gap the chain proves nothing, but the cases are still compared.
            (at.seq, at.head) = (claim.up_to_seq + 1, claim.head);
        }
        all.chains += u64::from(!holds);
        Ok(())
    }

    fn claim(&self, epoch: &Epoch, at: Next, end: (u64, Link)) -> Result<Claim, StoreFault> {
        let up_to = end.0.min(at.seq + CLAIM_MAX as u64 - 1);
        let cases = self.store.claimed(epoch, at.seq, up_to)?;
        let mut claim = Claim::new(self.machine, epoch.as_str(), at.seq, at.head, cases);
        claim.up_to_seq = up_to;
        if up_to == end.0 {
            // Kept at filing: a case that was lost since is in it.
            claim.head = end.1;
        }
        Ok(claim)
    }

    fn count(
        &self,
        claim: &Claim,
        verdict: &Verdict,
        last: u64,
        all: &mut Comparison,
    ) -> Result<(), StoreFault> {
        let settled = [CaseState::Accepted, CaseState::Rejected].map(CaseState::word);
        let told = claim
            .cases
            .iter()
            .filter(|case| settled.contains(&&*case.state) && verdict.missing.contains(&case.key));
        all.cases += claim.cases.len() as u64;
        all.missing += told.count() as u64;
        all.differing += verdict.differing.len() as u64;
        for case in &verdict.unlisted {
            // A later claim names it, or it was filed while this one was on its way.
            let later = (claim.up_to_seq + 1..=last).contains(&case.seq);
            match self.store.case(&case.key) {
                Err(StoreFault::NotFound) if !later => all.unlisted += 1,
                Err(StoreFault::NotFound) | Ok(_) => {}
                Err(fault) => return Err(fault),
            }
        }
        Ok(())
    }
}
