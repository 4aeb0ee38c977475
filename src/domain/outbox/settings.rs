//! Numbers of the policy.

use std::time::Duration;

/// Numbers of the policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Upper end of the first delay; doubles with every attempt.
    pub base: Duration,
    /// No delay is longer, whatever a server asks for.
    pub cap: Duration,
    /// Most cases on their way at once, from reading one to writing down what came of it. More than may be with the
    /// platform at once (`shell/sending.rs`), so that it has work while the disk writes.
    pub in_flight: usize,
    /// Attempts in a row without an answer of a working platform after which one case probes for all.
    pub breaker_after: u32,
    /// The first attempt after a start or an outage comes within this time, so that a district's machines
    /// do not all come at once. A person who files is not made to wait for it.
    pub first_probe_spread: Duration,
    /// How often a stopped lane is tried.
    pub lane_probe: Duration,
    /// Most cases held in memory; the others wait in the store for their turn.
    pub window: usize,
    /// Times that the platform must call a case malformed before it is parked.
    pub proofs: u8,
    /// Least time between two such proofs: a platform that is being repaired is not taken at its word.
    pub proof_pause: Duration,
    /// By how much an ordinary case must be older to go before one with a legal deadline.
    pub deadline_lead: Duration,
    /// Age from which a case with a legal deadline is overdue.
    pub deadline_overdue: Duration,
    /// Age from which an ordinary case is overdue.
    pub ordinary_overdue: Duration,
}

impl Default for Settings {
    /// 2 s to 15 min, 6 on their way, breaker after 5, spread over 2 min, a stopped lane every 5 min, 4096 in memory,
    /// parked after 5 proofs 3 min apart, deadlines an hour ahead, overdue after a day or three.
    fn default() -> Self {
        Self {
            base: Duration::from_secs(2),
            cap: Duration::from_secs(15 * 60),
            in_flight: 6,
            breaker_after: 5,
            first_probe_spread: Duration::from_secs(2 * 60),
            lane_probe: Duration::from_secs(5 * 60),
            window: 4096,
            proofs: 5,
            proof_pause: Duration::from_secs(3 * 60),
            deadline_lead: Duration::from_secs(60 * 60),
            deadline_overdue: Duration::from_secs(24 * 60 * 60),
            ordinary_overdue: Duration::from_secs(3 * 24 * 60 * 60),
        }
    }
}
