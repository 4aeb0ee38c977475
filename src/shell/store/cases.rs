//! Filing cases and writing down what became of them.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Transaction, named_params};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::case::{
    Answer, Applicant, BODY_LIMIT, CaseState, Digest, Draft, Epoch, FilingNumber, Key, Machine,
    PersonToken, SEQ_LAST, Stamp, Waiting, freeze,
};

use super::fault::StoreFault;
use super::rows;
use super::writer::Desk;

/// Most parts of a 一件事.
pub const BUNDLE_LIMIT: usize = 16;
/// Attempts written one by one; later ones only every 64th, or a dead line would fill the disk.
const ATTEMPTS_WRITTEN: u32 = 64;

/// A filed case: committed and on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filed {
    /// Its idempotency key.
    pub key: Key,
    /// Number for the person.
    pub filing_number: FilingNumber,
    /// SHA-256 of the frozen bytes.
    pub digest: Digest,
    /// Order of filing, over all epochs.
    pub seq: u64,
    /// Whose it is.
    pub person: PersonToken,
    /// Code of its item.
    pub task_code: String,
}

impl Filed {
    /// As the outbox takes it.
    #[must_use]
    pub fn waiting(&self) -> Waiting {
        Waiting {
            key: self.key.clone(),
            seq: self.seq,
            person: self.person,
            attempts: 0,
            task_code: self.task_code.clone(),
            waited: Duration::ZERO,
        }
    }
}

/// What is known of one attempt besides its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// When it ended.
    pub at: Stamp,
    /// HTTP status, if there was one.
    pub http_status: Option<u16>,
    /// The platform's `Date` header, if there was one.
    pub server_date: Option<String>,
}

struct Numbers {
    epoch: String,
    next_seq: u32,
    salt: Vec<u8>,
}

fn numbers(db: &Connection) -> Result<Numbers, StoreFault> {
    Ok(
        db.query_row("SELECT epoch, next_seq, salt FROM meta", [], |row| {
            Ok(Numbers {
                epoch: row.get(0)?,
                next_seq: row.get(1)?,
                salt: row.get(2)?,
            })
        })?,
    )
}

pub(super) fn epoch_of(text: &str) -> Result<Epoch, StoreFault> {
    Epoch::parse(text).map_err(|error| StoreFault::Corrupt(error.to_string()))
}

impl Desk {
    pub(super) fn file(
        &mut self,
        drafts: Vec<Draft>,
        stamp: &Stamp,
    ) -> Result<Vec<Filed>, StoreFault> {
        self.noting(|desk| desk.try_file(drafts, stamp))
    }

    fn try_file(
        &mut self,
        mut drafts: Vec<Draft>,
        stamp: &Stamp,
    ) -> Result<Vec<Filed>, StoreFault> {
        if drafts.len() > BUNDLE_LIMIT {
            return Err(StoreFault::TooLarge);
        }
        self.admit()?;
        let mut numbers = numbers(&self.db)?;
        let needed = u32::try_from(drafts.len()).map_err(|_| StoreFault::TooLarge)?;
        if numbers.next_seq.saturating_add(needed) > SEQ_LAST + 1 {
            let epoch = self.new_epoch(Some(&numbers.epoch))?;
            epoch.as_str().clone_into(&mut numbers.epoch);
            numbers.next_seq = 1;
        }
        let epoch = epoch_of(&numbers.epoch)?;
        let randoms = drafts
            .iter()
            .map(|_| self.draw::<10>())
            .collect::<Result<Vec<_>, _>>()?;
        let bundle = FilingNumber::mint(&self.machine, &epoch, numbers.next_seq);

        let transaction = self.db.transaction()?;
        let mut filed = Vec::with_capacity(drafts.len());
        for (draft, random) in drafts.iter_mut().zip(randoms) {
            if let Some(part) = &mut draft.bundle
                && part.id.is_empty()
            {
                part.id.clone_from(&bundle.0);
            }
            filed.push(insert(
                &transaction,
                &self.machine,
                &epoch,
                &numbers,
                draft,
                random,
                stamp,
            )?);
            numbers.next_seq += 1;
        }
        transaction.execute(
            "UPDATE meta SET epoch = ?1, next_seq = ?2",
            (&numbers.epoch, numbers.next_seq),
        )?;
        transaction.commit()?;
        Ok(filed)
    }

    pub(super) fn body(&mut self, key: &Key) -> Result<Zeroizing<Vec<u8>>, StoreFault> {
        self.noting(|desk| {
            let (body, digest): (Option<Vec<u8>>, [u8; 32]) = desk.db.query_row(
                "SELECT body, digest FROM cases LEFT JOIN bodies ON case_id = id WHERE key = ?1
                 UNION ALL SELECT body, digest FROM ratings WHERE key = ?1",
                [&key.0],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )?;
            let body = Zeroizing::new(body.ok_or(StoreFault::NotFound)?);
            if Digest::of(&body) != Digest(digest) {
                return Err(StoreFault::Corrupt(format!("body of {}", key.0)));
            }
            Ok(body)
        })
    }

    pub(super) fn record(
        &mut self,
        key: &Key,
        answer: &Answer,
        attempt: &Attempt,
    ) -> Result<CaseState, StoreFault> {
        let state = self.enter_answer(key, answer, attempt)?;
        if state == CaseState::Accepted {
            // What was deleted still lies in the log of the database until that is cut off. A log that cannot be cut now
            // is cut at the next acceptance or stop.
            let _ = self.tidy();
        }
        Ok(state)
    }

    fn enter_answer(
        &mut self,
        key: &Key,
        answer: &Answer,
        attempt: &Attempt,
    ) -> Result<CaseState, StoreFault> {
        self.noting(|desk| {
            let room = desk.room_for_log()?;
            let transaction = desk.db.transaction()?;
            let (id, state, attempts) = state_of(&transaction, key)?;
            let next = state.after(answer);
            let n = attempts.saturating_add(1);
            let worth = n <= ATTEMPTS_WRITTEN || n % ATTEMPTS_WRITTEN == 0 || next != state;
            if room && worth {
                write_attempt(&transaction, id, n, answer, attempt)?;
            }
            transaction.execute("UPDATE cases SET attempts = ?2 WHERE id = ?1", (id, n))?;
            if next != state {
                enter(&transaction, id, next, answer)?;
            }
            transaction.commit()?;
            Ok(next)
        })
    }

    pub(super) fn release(&mut self, key: &Key) -> Result<CaseState, StoreFault> {
        self.noting(|desk| {
            let transaction = desk.db.transaction()?;
            let (id, state, _) = state_of(&transaction, key)?;
            if state != CaseState::Parked {
                return Ok(state);
            }
            transaction.execute("UPDATE cases SET state = 'ready' WHERE id = ?1", [id])?;
            transaction.commit()?;
            Ok(CaseState::Ready)
        })
    }
}

fn state_of(db: &Connection, key: &Key) -> Result<(i64, CaseState, u32), StoreFault> {
    let found = db
        .query_row(
            "SELECT id, state, attempts FROM cases WHERE key = ?1",
            [&key.0],
            |row| Ok((row.get(0)?, row.get::<_, String>(1)?, row.get(2)?)),
        )
        .optional()?;
    let (id, word, attempts) = found.ok_or(StoreFault::NotFound)?;
    Ok((id, rows::state(&word)?, attempts))
}

fn insert(
    transaction: &Transaction<'_>,
    machine: &Machine,
    epoch: &Epoch,
    numbers: &Numbers,
    draft: &Draft,
    random: [u8; 10],
    stamp: &Stamp,
) -> Result<Filed, StoreFault> {
    let seq = numbers.next_seq;
    let key = Key::mint(machine, epoch, seq, random);
    let filing_number = FilingNumber::mint(machine, epoch, seq);
    let body = freeze(draft, &key, &filing_number, stamp);
    if body.len() > BODY_LIMIT {
        return Err(StoreFault::TooLarge);
    }
    let digest = Digest::of(&body);
    let person = person(&numbers.salt, &draft.applicant);
    transaction
        .prepare(
            "INSERT INTO cases (epoch, seq, key, filing_number, person, task_code, task_name, digest,
                 state, stored_wall, stored_class, stored_boot, stored_ms)
             VALUES (:epoch, :seq, :key, :number, :person, :task_code, :task_name, :digest,
                'ready', :wall, :class, :boot, :ms)",
        )?
        .execute(named_params! {
            ":epoch": epoch.as_str(),
            ":seq": seq,
            ":key": key.0,
            ":number": filing_number.0,
            ":person": person.0,
            ":task_code": draft.task_code,
            ":task_name": draft.task_name,
            ":digest": digest.0,
            ":wall": stamp.wall_rfc3339,
            ":class": stamp.clock_class.word(),
            ":boot": stamp.boot_id,
            ":ms": milliseconds(stamp),
        })?;
    let id = transaction.last_insert_rowid();
    transaction.execute(
        "INSERT INTO bodies (case_id, body) VALUES (?1, ?2)",
        (id, &body[..]),
    )?;
    Ok(Filed {
        key,
        filing_number,
        digest,
        seq: rows::number(id)?,
        person,
        task_code: draft.task_code.clone(),
    })
}

/// Which cases are of one person, and nothing else. The salt never leaves the file.
fn person(salt: &[u8], applicant: &Applicant) -> PersonToken {
    let hash = Sha256::new()
        .chain_update(salt)
        .chain_update(applicant.cert_type.as_bytes())
        .chain_update([0])
        .chain_update(applicant.cert_no.reveal().as_bytes())
        .finalize();
    let mut token = [0_u8; 16];
    token.copy_from_slice(&hash[..16]);
    PersonToken(token)
}

fn write_attempt(
    transaction: &Transaction<'_>,
    id: i64,
    n: u32,
    answer: &Answer,
    attempt: &Attempt,
) -> Result<(), StoreFault> {
    transaction.execute(
        "INSERT INTO attempts (case_id, n, wall, class, boot, ms, http_status, server_date, outcome)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        (
            id,
            n,
            &attempt.at.wall_rfc3339,
            attempt.at.clock_class.word(),
            &attempt.at.boot_id,
            milliseconds(&attempt.at),
            attempt.http_status,
            &attempt.server_date,
            outcome(answer),
        ),
    )?;
    Ok(())
}

fn milliseconds(stamp: &Stamp) -> i64 {
    i64::try_from(stamp.monotonic_ms).unwrap_or(i64::MAX)
}

/// An answer in one word, without the platform's text about the person.
fn outcome(answer: &Answer) -> String {
    match answer {
        Answer::Accepted(_) => "accepted".into(),
        Answer::Rejected(_) => "rejected".into(),
        Answer::InProgress { .. } => "in_progress".into(),
        Answer::Parked(cause) => cause.word().into(),
        Answer::Retry { why, .. } => format!("{why:?}"),
        Answer::LaneStopped(fault) => format!("{fault:?}"),
    }
}

/// Enters a new state with what belongs to it.
fn enter(
    transaction: &Transaction<'_>,
    id: i64,
    next: CaseState,
    answer: &Answer,
) -> Result<(), StoreFault> {
    if next == CaseState::Accepted {
        transaction.execute("DELETE FROM bodies WHERE case_id = ?1", [id])?;
    }
    match answer {
        Answer::Accepted(a) => transaction.execute(
            "UPDATE cases SET person = NULL, sblsh = ?2, sblsh_short = ?3,
                query_code = ?4, accepted_at = ?5, promise_until = ?6 WHERE id = ?1",
            (
                id,
                &a.sblsh,
                &a.sblsh_short,
                &a.query_code,
                &a.accepted_at,
                &a.promise_until,
            ),
        )?,
        Answer::Rejected(r) => transaction.execute(
            "UPDATE cases SET rejected_code = ?2, rejected_detail = ?3 WHERE id = ?1",
            (id, &r.code, &r.detail),
        )?,
        _ => 0,
    };
    transaction.execute(
        "UPDATE cases SET state = ?2 WHERE id = ?1",
        (id, next.word()),
    )?;
    Ok(())
}
