//! What becomes of a case: every change of its state, several in one commit where they come close together.

use rusqlite::{Connection, OptionalExtension};

use crate::case::{Acceptance, Answer, CaseState, Key, Stamp, Turn};

use super::bodies::{query_code_bound, rejection_bound};
use super::fault::StoreFault;
use super::filing::milliseconds;
use super::freed::Freed;
use super::key_slots::KeySlots;
use super::machine_key::MachineKey;
use super::mark;
use super::numbers;
use super::open::Random;
use super::refused::erase_corrected;
use super::rows;
use super::seal::{NONCE, seal};
use super::writer::Desk;

/// Attempts written one by one; later ones only every 64th, or a dead line would fill the disk.
const ATTEMPTS_WRITTEN: u32 = 64;

/// What is known of one attempt besides its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// When it ended.
    pub at: Stamp,
    /// HTTP status, if there was one.
    pub http_status: Option<u16>,
    /// The platform's `Date` header, if there was one.
    pub server_date: Option<String>,
    /// Type URI of the platform's problem (RFC 9457), if it named one.
    pub problem: Option<String>,
}

/// Something that happened to a case.
pub(super) enum Change {
    Leaves,
    Answered(Box<(Answer, Attempt)>),
    DeadlinePassed,
    Released,
}

impl Change {
    fn turn(&self) -> Turn<'_> {
        match self {
            Self::Leaves => Turn::Leaves,
            Self::Answered(both) => Turn::Answered(&both.0),
            Self::DeadlinePassed => Turn::DeadlinePassed,
            Self::Released => Turn::Released,
        }
    }
}

/// Told after the commit.
pub(super) type Then = Box<dyn FnOnce(Result<CaseState, StoreFault>) + Send>;

/// A change to be written down.
pub(super) struct Entry {
    pub(super) key: Key,
    pub(super) change: Change,
    pub(super) then: Then,
}

/// What an entry did, once it is committed.
struct Done {
    from: CaseState,
    to: CaseState,
    /// What is not needed any more.
    freed: Freed,
}

/// A case as an entry finds it.
struct Found {
    id: i64,
    state: CaseState,
    attempts: u32,
    task_code: String,
}

/// What sealing takes.
struct Sealing<'a> {
    slots: &'a KeySlots,
    key: &'a MachineKey,
    random: &'a mut Random,
}

impl Desk {
    /// Enters all changes in one commit and tells each what came of it.
    pub(super) fn enter(&mut self, entries: Vec<Entry>) {
        let changes: Vec<_> = entries.iter().map(|e| (&e.key, &e.change)).collect();
        let states = self.enter_all(&changes);
        for (entry, state) in entries.into_iter().zip(states) {
            (entry.then)(state);
        }
    }

    pub(super) fn enter_all(
        &mut self,
        changes: &[(&Key, &Change)],
    ) -> Vec<Result<CaseState, StoreFault>> {
        match self.with_room(|desk| desk.in_one_commit(changes)) {
            Ok(states) => states.into_iter().map(Ok).collect(),
            Err(fault) if changes.len() == 1 => vec![Err(fault)],
            // One that cannot be written must not spoil the others: each by itself.
            Err(_) => changes
                .iter()
                .map(|one| {
                    let one = std::slice::from_ref(one);
                    self.with_room(|desk| desk.in_one_commit(one))
                        .map(|states| states[0])
                })
                .collect(),
        }
    }

    fn in_one_commit(&mut self, changes: &[(&Key, &Change)]) -> Result<Vec<CaseState>, StoreFault> {
        self.untidy = true;
        let room = self.room_for_log()?;
        let transaction = self.db.transaction()?;
        let mut sealing = Sealing {
            slots: &self.slots,
            key: &self.key,
            random: &mut self.random,
        };
        let mut all = Vec::with_capacity(changes.len());
        for (key, change) in changes {
            all.push(enter(&transaction, key, change, room, &mut sealing)?);
        }
        if let Err(error) = (self.commit)(transaction) {
            // It may be on the disk all the same. The platform repeats its answer, so nothing is lost by asking again; but
            // what was counted and freed here is not known any more until the next start has looked.
            (self.suspect, self.tally) = (true, None);
            return Err(error.into());
        }
        let states = all.iter().map(|done| done.to).collect();
        for done in all {
            if let Some(tally) = &mut self.tally {
                tally.moved(done.from, done.to);
            }
            self.let_go(done.freed);
        }
        Ok(states)
    }

    /// Slots and files of cases that do not need them any more, after the commit that says so.
    pub(super) fn let_go(&mut self, freed: Freed) {
        for slot in freed.slots {
            self.slots.spend(slot);
        }
        self.attachments.let_go(freed.files);
    }
}

fn enter(
    db: &Connection,
    key: &Key,
    change: &Change,
    room: bool,
    sealing: &mut Sealing<'_>,
) -> Result<Done, StoreFault> {
    let found = find(db, key, sealing)?;
    let (from, to) = (found.state, found.state.after(change.turn()));
    let mut freed = Freed::default();
    if let Change::Answered(both) = change {
        let (answer, attempt) = &**both;
        let n = found.attempts.saturating_add(1);
        let worth = n <= ATTEMPTS_WRITTEN || n.is_multiple_of(ATTEMPTS_WRITTEN) || to != from;
        if room && worth {
            write_attempt(db, found.id, n, answer, attempt)?;
        }
        db.prepare_cached("UPDATE cases SET attempts = ?2, state = ?3 WHERE id = ?1")?
            .execute((found.id, n, to.word()))?;
        match answer {
            Answer::Accepted(acceptance) if to != from => {
                freed = accept(db, &found, key, acceptance, sealing)?;
                freed.and(erase_corrected(db, &sealing.key.mark, found.id)?);
            }
            Answer::Rejected(rejection) if to != from => {
                let detail = seal_detail(db, &found, key, &rejection.detail, sealing)?;
                db.execute(
                    "UPDATE cases SET rejected_code = ?2, rejected_detail = ?3 WHERE id = ?1",
                    (found.id, &rejection.code, detail),
                )?;
            }
            _ => {}
        }
    } else if to != from {
        db.prepare_cached("UPDATE cases SET state = ?2 WHERE id = ?1")?
            .execute((found.id, to.word()))?;
    }
    mark::renew(db, &sealing.key.mark, found.id)?;
    Ok(Done { from, to, freed })
}

fn find(db: &Connection, key: &Key, sealing: &Sealing<'_>) -> Result<Found, StoreFault> {
    let id = numbers::row_of(db, key)?;
    let select = format!(
        "SELECT state, attempts, task_code, {} FROM cases WHERE id = ?1 AND key = ?2",
        mark::columns()
    );
    let found = db
        .prepare_cached(&select)?
        .query_row((id, &key.0), |row| {
            // A new mark over a damaged row would make it look whole.
            let whole = mark::check(&sealing.key.mark, row, 3);
            Ok(whole.and(Ok((row.get::<_, String>(0)?, row.get(1)?, row.get(2)?))))
        })
        .optional()?
        .transpose()?;
    let (word, attempts, task_code) = found.ok_or(StoreFault::NotFound)?;
    Ok(Found {
        id,
        state: rows::state(&word)?,
        attempts,
        task_code,
    })
}

/// The platform has it: body, person and the references to its key and its files go in the same commit. The slot itself is
/// overwritten and the files are removed after that commit.
fn accept(
    db: &Connection,
    found: &Found,
    key: &Key,
    acceptance: &Acceptance,
    sealing: &mut Sealing<'_>,
) -> Result<Freed, StoreFault> {
    let freed = Freed::of(db, found.id)?;
    // Number and query code together open a case at the platform's window, so the code is not left in clear.
    let code = seal(
        &sealing.key.keep,
        nonce(sealing.random)?,
        &query_code_bound(key),
        acceptance.query_code.as_bytes(),
    );
    db.prepare_cached(
        "UPDATE cases SET person = NULL, sblsh = ?2, sblsh_short = ?3, query_code = ?4,
            accepted_at = ?5, promise_until = ?6 WHERE id = ?1",
    )?
    .execute((
        found.id,
        &acceptance.sblsh,
        &acceptance.sblsh_short,
        code,
        &acceptance.accepted_at,
        &acceptance.promise_until,
    ))?;
    Ok(freed)
}

/// The platform's words about a person, sealed with the key of the body; nothing if that key is gone.
fn seal_detail(
    db: &Connection,
    found: &Found,
    key: &Key,
    detail: &str,
    sealing: &mut Sealing<'_>,
) -> Result<Option<Vec<u8>>, StoreFault> {
    let slot: Option<u32> = db
        .query_row(
            "SELECT slot FROM bodies WHERE case_id = ?1",
            [found.id],
            |row| row.get(0),
        )
        .optional()?;
    let Some(data_key) = slot.and_then(|slot| sealing.slots.key(slot)) else {
        return Ok(None);
    };
    let bound = rejection_bound(key, found.id, &found.task_code);
    let nonce = nonce(sealing.random)?;
    Ok(Some(seal(&data_key, nonce, &bound, detail.as_bytes())))
}

fn nonce(random: &mut Random) -> Result<[u8; NONCE], StoreFault> {
    let mut nonce = [0; NONCE];
    random(&mut nonce)?;
    Ok(nonce)
}

fn write_attempt(
    db: &Connection,
    id: i64,
    n: u32,
    answer: &Answer,
    attempt: &Attempt,
) -> Result<(), StoreFault> {
    // A commit in doubt may have left this attempt behind.
    db.prepare_cached(
        "INSERT OR REPLACE INTO attempts
            (case_id, n, wall, class, boot, ms, http_status, server_date, problem, outcome)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?
    .execute((
        id,
        n,
        &attempt.at.wall_rfc3339,
        attempt.at.clock_class.word(),
        &attempt.at.boot_id,
        milliseconds(&attempt.at),
        attempt.http_status,
        &attempt.server_date,
        &attempt.problem,
        outcome(answer),
    ))?;
    Ok(())
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
