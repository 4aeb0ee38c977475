//! The small outbox of ratings (好差评): kept while there is no line, deleted when the platform has them.

use std::time::Duration;

use rusqlite::OptionalExtension;

use crate::case::{Answer, CaseState, Digest, Key, PersonToken, Turn, Waiting};

use super::bodies::rating_bound;
use super::fault::StoreFault;
use super::numbers::{self, Named};
use super::rows;
use super::seal::{XCHACHA20_POLY1305, seal};
use super::writer::Desk;

/// Largest rating, bytes.
pub const RATING_LIMIT: usize = 8 * 1024;
/// Most ratings that wait; more are refused, cases are worth more than ratings.
pub const RATINGS_WAITING_LIMIT: u64 = 2_000;

impl Desk {
    pub(super) fn rate(&mut self, body: &[u8]) -> Result<Key, StoreFault> {
        self.noting(|desk| {
            if body.len() > RATING_LIMIT {
                return Err(StoreFault::TooLarge);
            }
            desk.admit()?;
            let there: i64 = desk
                .db
                .query_row("SELECT count(*) FROM ratings", [], |row| row.get(0))?;
            if rows::number(there)? >= RATINGS_WAITING_LIMIT {
                return Err(StoreFault::Full);
            }
            let (random, nonce) = (desk.draw()?, desk.draw()?);
            let next: i64 = desk
                .db
                .query_row("SELECT next_rating FROM meta", [], |row| row.get(0))?;
            let epoch = numbers::next(&desk.db)?.epoch;
            let key = Key::mint_rating(&desk.machine, &epoch, rows::number(next)?, random);
            let (slot, data_key) = desk.slots.take(&mut desk.random)?;
            let alg = XCHACHA20_POLY1305;
            let sealed = seal(&data_key, nonce, &rating_bound(alg, &key), body);
            let kept = desk.keep_rating(next, &key, body, slot, &sealed);
            if kept.is_err() {
                desk.slots.spend(slot);
            }
            kept.map(|()| key)
        })
    }

    fn keep_rating(
        &mut self,
        id: i64,
        key: &Key,
        body: &[u8],
        slot: u32,
        sealed: &[u8],
    ) -> Result<(), StoreFault> {
        self.untidy = true;
        let transaction = self.db.transaction()?;
        transaction.execute(
            "INSERT INTO ratings (id, state, key, digest, alg, slot, body)
             VALUES (?1, 'sending', ?2, ?3, ?4, ?5, ?6)",
            (
                id,
                &key.0,
                Digest::of(body).0,
                XCHACHA20_POLY1305,
                slot,
                sealed,
            ),
        )?;
        transaction.execute("UPDATE meta SET next_rating = next_rating + 1", [])?;
        transaction.commit()?;
        Ok(())
    }

    pub(super) fn ratings_waiting(&mut self) -> Result<Vec<Waiting>, StoreFault> {
        self.noting(|desk| {
            let mut statement = desk.db.prepare_cached(
                "SELECT id, key, attempts FROM ratings WHERE state = 'sending' ORDER BY id",
            )?;
            let rows =
                statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            rows.map(|row| {
                let (id, key, attempts): (i64, String, u32) = row?;
                let seq = rows::number(id)?;
                Ok(Waiting {
                    key: Key(key),
                    seq,
                    person: PersonToken(u128::from(seq).to_be_bytes()),
                    attempts,
                    task_code: String::new(),
                    waited: Duration::ZERO,
                })
            })
            .collect()
        })
    }

    pub(super) fn record_rating(
        &mut self,
        key: &Key,
        answer: &Answer,
    ) -> Result<CaseState, StoreFault> {
        self.with_room(|desk| {
            let Some(Named::Rating(id)) = numbers::parse(key) else {
                return Err(StoreFault::NotFound);
            };
            desk.untidy = true;
            let transaction = desk.db.transaction()?;
            let found: Option<(String, u32)> = transaction
                .query_row(
                    "SELECT state, slot FROM ratings WHERE id = ?1 AND key = ?2",
                    (id, &key.0),
                    |row| Ok((row.get(0)?, row.get(1)?)),
                )
                .optional()?;
            let (word, slot) = found.ok_or(StoreFault::NotFound)?;
            let next = rows::state(&word)?.after(Turn::Answered(answer));
            if next == CaseState::Accepted {
                transaction.execute("DELETE FROM ratings WHERE id = ?1", [id])?;
            } else {
                transaction.execute(
                    "UPDATE ratings SET state = ?2, attempts = attempts + 1 WHERE id = ?1",
                    (id, next.word()),
                )?;
            }
            transaction.commit()?;
            if next == CaseState::Accepted {
                desk.slots.spend(slot);
            }
            Ok(next)
        })
    }
}
