//! Reconciliation: once a day machine and platform compare what was filed. A gap is found by either side.
//!
//! The machine sends a signed [`Claim`]: these cases, in these states, up to this sequence, and the end of the
//! [chain](super::Link) over them. The platform answers with a [`Verdict`].

mod judge;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use super::chain::Link;
use super::digest::Digest;
use super::mint::Key;

pub use judge::{Book, Judged, judge};

/// `typ` of a claim's signature.
pub const CLAIM: &str = "kiosk-reconciliation";
/// Most cases of one claim; a machine that has more sends several, each from where the last one ended.
pub const CLAIM_MAX: usize = 1_000;
/// Version of the claim's shape.
pub const CLAIM_VERSION: u8 = 1;

/// What a machine says it holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// [`CLAIM_VERSION`].
    pub version: u8,
    /// The machine, as in `X-Kiosk-Device`.
    pub machine: String,
    /// Epoch of its store.
    pub epoch: String,
    /// When it was made, RFC 3339, if the machine has any idea of the time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// First sequence of the claim, from 1.
    pub from_seq: u64,
    /// Last sequence; `from_seq - 1` if nothing was filed since.
    pub up_to_seq: u64,
    /// The chain's end before `from_seq`.
    pub previous: Link,
    /// The chain's end after `up_to_seq`.
    pub head: Link,
    /// The cases it holds, in order of their sequence. A sequence that is left out is one it has lost.
    pub cases: Vec<ClaimedCase>,
}

/// One case of a claim.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimedCase {
    /// Order of filing.
    pub seq: u64,
    /// Idempotency key.
    pub key: Key,
    /// SHA-256 of the body.
    pub digest: Digest,
    /// State on the machine: `ready`, `accepted`, `rejected`, `parked`.
    pub state: String,
}

impl Claim {
    /// A claim over `cases` from `from_seq` on, following `previous`. Its head is made of the cases given; a machine
    /// that lost one of them puts the head it kept in its place.
    #[must_use]
    pub fn new(
        machine: &str,
        epoch: &str,
        from_seq: u64,
        previous: Link,
        cases: Vec<ClaimedCase>,
    ) -> Self {
        let head = cases.iter().fold(previous, |link, case| {
            link.next(case.seq, &case.key, &case.digest)
        });
        Self {
            version: CLAIM_VERSION,
            machine: machine.into(),
            epoch: epoch.into(),
            at: None,
            from_seq,
            up_to_seq: cases
                .last()
                .map_or(from_seq.saturating_sub(1), |case| case.seq),
            previous,
            head,
            cases,
        }
    }

    /// What is wrong with the claim itself, before anything is compared.
    ///
    /// # Errors
    /// A text for the engineer.
    pub fn check(&self) -> Result<(), &'static str> {
        let within = |case: &ClaimedCase| (self.from_seq..=self.up_to_seq).contains(&case.seq);
        let own = |case: &ClaimedCase| {
            case.key.parts() == Some((self.machine.as_str(), self.epoch.as_str(), case.seq))
        };
        // A claim covers at most as many sequences as cases: a gap of a million is a mistake, not a loss.
        let span = self.up_to_seq.checked_sub(self.from_seq.saturating_sub(1));
        for (good, why) in [
            (self.version == CLAIM_VERSION, "version"),
            (self.from_seq >= 1, "from_seq begins with 1"),
            (
                span.is_some_and(|span| span <= CLAIM_MAX as u64),
                "too many sequences",
            ),
            (
                self.cases.windows(2).all(|w| w[0].seq < w[1].seq),
                "cases out of order",
            ),
            (
                self.cases.iter().all(within),
                "a case outside from_seq and up_to_seq",
            ),
            (
                self.cases.iter().all(own),
                "a key of another machine, epoch or sequence",
            ),
        ] {
            if !good {
                return Err(why);
            }
        }
        Ok(())
    }
}

/// What the platform says to a claim.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// The machine.
    pub machine: String,
    /// Epoch of its store.
    pub epoch: String,
    /// Whether the chain holds.
    pub chain: Chain,
    /// First sequence at which it does not, with [`Chain::Gap`] and [`Chain::Broken`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_seq: Option<u64>,
    /// Where the next claim begins: the platform has the chain up to the case before.
    pub next_seq: u64,
    /// The chain's end before `next_seq`, as the platform has it.
    pub head: Link,
    /// Cases of the claim that the platform has, with the same body.
    pub held: Vec<Held>,
    /// Cases of the claim that the platform does not have: they are still to be sent.
    pub missing: Vec<Key>,
    /// Cases that the platform has with another body: an alarm.
    pub differing: Vec<Key>,
    /// Cases of this machine and epoch from `from_seq` on that the platform has and the claim does not name: the
    /// machine lost them, or another machine files under its name.
    pub unlisted: Vec<Unlisted>,
}

/// Whether the chain holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Chain {
    /// From the first case to the claim's head.
    Intact,
    /// A sequence that neither side has, or a claim that begins too late.
    Gap,
    /// The claim's cases do not lead from what the platform has to the claim's head.
    Broken,
}

/// A case that the platform has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// Idempotency key.
    pub key: Key,
    /// What became of it.
    pub state: HeldState,
}

/// What became of a case at the platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeldState {
    /// Taken.
    Accepted,
    /// Refused for good.
    Rejected,
}

/// A case that the platform has and the machine did not name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unlisted {
    /// Order of filing, from the key.
    pub seq: u64,
    /// Idempotency key.
    pub key: Key,
    /// SHA-256 of its body.
    pub digest: Digest,
}
