//! Sends the daily claim: which cases this machine holds.

use reqwest::Method;

use super::transport::Ask;
use super::words::ANSWER;
use super::{Client, Failure, parse};
use crate::case::MachineIdentity;
use crate::case::reconciliation::{CLAIM, Claim, Verdict};
use crate::case::signed::{self, SIGNED};

/// Longest verdict, bytes: a thousand cases and as many that the machine does not know.
const VERDICT_MAX: usize = 512 * 1024;

impl Client {
    /// Signs `claim`, sends it and returns what the platform says to it. Repeats are harmless.
    ///
    /// # Errors
    /// [`Failure`]; `LaneStopped(Credentials)` if the platform does not know `identity` as this machine's.
    pub async fn reconcile(
        &self,
        claim: &Claim,
        identity: &MachineIdentity,
    ) -> Result<Verdict, Failure> {
        let signed = signed::sign(identity, CLAIM, claim);
        let ask = Ask {
            method: Method::POST,
            path: &["machines", &claim.machine, "reconciliations"],
            query: &[],
            headers: &[],
            body: Some((SIGNED, signed.into_bytes())),
            expect: ANSWER,
            limit: VERDICT_MAX,
        };
        let reply = self.transport.exchange(ask).await?;
        parse(reply.settle(ANSWER)?)
    }
}
