//! What the platform knows of each machine: its key and the chain over its cases.

use std::collections::BTreeMap;

use rusqlite::{TransactionBehavior, params};

use super::Store;
use crate::case::reconciliation::{Book, Claim, HeldState, Judged, judge};
use crate::case::{Digest, Key, Link, NotAKey, PublicIdentity};

pub(super) const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS machines(device TEXT PRIMARY KEY, key TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS links(
  device TEXT NOT NULL, epoch TEXT NOT NULL, seq INTEGER NOT NULL, link TEXT NOT NULL,
  PRIMARY KEY(device, epoch, seq)) WITHOUT ROWID;";

impl Store {
    /// The key of a machine. A machine that was never met is enrolled with the key it shows: a real platform enrols
    /// machines when they are provisioned and refuses strangers here.
    pub(in crate::sim::platform) fn key_of(
        &self,
        device: &str,
        shown: PublicIdentity,
    ) -> anyhow::Result<PublicIdentity> {
        self.db.execute(
            "INSERT OR IGNORE INTO machines(device, key) VALUES(?1, ?2)",
            [device, &shown.text()],
        )?;
        let text: String = self.db.query_row(
            "SELECT key FROM machines WHERE device = ?1",
            [device],
            |row| row.get(0),
        )?;
        PublicIdentity::parse(&text).map_err(|NotAKey| anyhow::anyhow!("key of {device}"))
    }

    /// Judges a claim and keeps the links that it verifies.
    pub(in crate::sim::platform) fn reconcile(&mut self, claim: &Claim) -> anyhow::Result<Judged> {
        let book = Book {
            links: self.links(claim)?,
            cases: self.cases_of(claim)?,
        };
        let judged = judge(claim, &book);
        let write = self
            .db
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        for (seq, link) in &judged.links {
            write.execute(
                "INSERT INTO links(device, epoch, seq, link) VALUES(?1, ?2, ?3, ?4)",
                params![claim.machine, claim.epoch, seq, link.hex()],
            )?;
        }
        write.commit()?;
        Ok(judged)
    }

    /// Links from the one before the claim on, and the last one.
    fn links(&self, claim: &Claim) -> anyhow::Result<BTreeMap<u64, Link>> {
        let mut read = self.db.prepare(
            "SELECT seq, link FROM links WHERE device = ?1 AND epoch = ?2 AND (seq >= ?3 OR seq =
             (SELECT max(seq) FROM links WHERE device = ?1 AND epoch = ?2))",
        )?;
        let values = params![claim.machine, claim.epoch, claim.from_seq - 1];
        let rows = read.query_map(values, |row| Ok((row.get(0)?, row.get::<_, String>(1)?)))?;
        let mut links = BTreeMap::new();
        for row in rows {
            let (seq, hex) = row?;
            let link = Link::from_hex(&hex).ok_or_else(|| anyhow::anyhow!("link {seq}"))?;
            links.insert(seq, link);
        }
        Ok(links)
    }

    /// Cases of the claim's machine and epoch from its first sequence on.
    fn cases_of(&self, claim: &Claim) -> anyhow::Result<BTreeMap<Key, (Digest, HeldState)>> {
        let mut read = self.db.prepare(
            "SELECT key, body, sblsh IS NOT NULL FROM cases WHERE device = ?1 AND key >= ?2 AND key < ?3",
        )?;
        let (machine, epoch) = (&claim.machine, &claim.epoch);
        let first = format!("{machine}-{epoch}-{:06}-", claim.from_seq);
        // ':' is the byte after '9'.
        let past = format!("{machine}-{epoch}-:");
        let rows = read.query_map([machine, &first, &past], |row| {
            let digest = Digest::of(row.get_ref(1)?.as_blob()?);
            let state = match row.get(2)? {
                true => HeldState::Accepted,
                false => HeldState::Rejected,
            };
            Ok((Key(row.get(0)?), (digest, state)))
        })?;
        let cases: Result<BTreeMap<_, _>, _> = rows.collect();
        let mut cases = cases?;
        cases.retain(|key, _| key.parts().is_some());
        Ok(cases)
    }
}
