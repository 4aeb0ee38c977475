//! The small outbox of ratings (好差评): kept while there is no line, deleted when the platform has them.

use std::time::Duration;

use rusqlite::OptionalExtension;

use crate::case::{Answer, CaseState, Digest, Key, PersonToken, Waiting};

use super::cases::epoch_of;
use super::fault::StoreFault;
use super::rows;
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
            let random = desk.draw::<10>()?;
            let transaction = desk.db.transaction()?;
            let there: i64 =
                transaction.query_row("SELECT count(*) FROM ratings", [], |row| row.get(0))?;
            if rows::number(there)? >= RATINGS_WAITING_LIMIT {
                return Err(StoreFault::Full);
            }
            let (epoch, next): (String, i64) =
                transaction.query_row("SELECT epoch, next_rating FROM meta", [], |row| {
                    Ok((row.get(0)?, row.get(1)?))
                })?;
            let key =
                Key::mint_rating(&desk.machine, &epoch_of(&epoch)?, rows::number(next)?, random);
            transaction.execute(
                "INSERT INTO ratings (id, key, body, digest, state) VALUES (?1, ?2, ?3, ?4, 'ready')",
                (next, &key.0, body, Digest::of(body).0),
            )?;
            transaction.execute("UPDATE meta SET next_rating = next_rating + 1", [])?;
            transaction.commit()?;
            Ok(key)
        })
    }

    pub(super) fn ratings_waiting(&mut self) -> Result<Vec<Waiting>, StoreFault> {
        self.noting(|desk| {
            let mut statement = desk.db.prepare(
                "SELECT id, key, attempts FROM ratings WHERE state = 'ready' ORDER BY id",
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
        self.noting(|desk| {
            let transaction = desk.db.transaction()?;
            let word: Option<String> = transaction
                .query_row(
                    "SELECT state FROM ratings WHERE key = ?1",
                    [&key.0],
                    |row| row.get(0),
                )
                .optional()?;
            let next = rows::state(&word.ok_or(StoreFault::NotFound)?)?.after(answer);
            if next == CaseState::Accepted {
                transaction.execute("DELETE FROM ratings WHERE key = ?1", [&key.0])?;
            } else {
                transaction.execute(
                    "UPDATE ratings SET state = ?2, attempts = attempts + 1 WHERE key = ?1",
                    (&key.0, next.word()),
                )?;
            }
            transaction.commit()?;
            Ok(next)
        })
    }
}
