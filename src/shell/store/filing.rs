//! Filing: drafts become rows, and are on the disk before anybody hears of it.

use std::time::Duration;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, named_params};
use sha2::{Digest as _, Sha256};

use crate::case::{
    BODY_LIMIT, CaseState, Correction, Digest, Draft, Epoch, FilingNumber, Key, PersonToken, Stamp,
    Waiting, freeze, freeze_to,
};

use super::attachments::{self, SealedAttached};
use super::bodies::body_bound;
use super::chain;
use super::doubt::Doubt;
use super::fault::StoreFault;
use super::mark;
use super::numbers::{self, Next};
use super::refused::settle_by;
use super::rows;
use super::seal::{Secret, XCHACHA20_POLY1305, seal};
use super::writer::Desk;

/// Most parts of a 一件事.
pub const BUNDLE_LIMIT: usize = 16;

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

/// A row as it goes into the database: what is personal is sealed already.
pub(super) struct Row {
    pub(super) filed: Filed,
    pub(super) slot: u32,
    id: i64,
    state: CaseState,
    task_name: String,
    corrects: Option<Correction>,
    sealed: Vec<u8>,
    files: Vec<SealedAttached>,
}

/// How far a commit came.
pub(super) enum Failure {
    /// Nothing was committed.
    Before(StoreFault),
    /// The last step failed: the rows may be on the disk or not.
    AtCommit(StoreFault),
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Before(error.into())
    }
}

impl Desk {
    pub(super) fn file(
        &mut self,
        drafts: Vec<Draft>,
        stamp: &Stamp,
    ) -> Result<Vec<Filed>, StoreFault> {
        // Not through `noting`: a connection that is gone is looked for by whoever settles the doubt it left.
        let result = self.try_file(drafts, stamp);
        self.suspect |= matches!(result, Err(StoreFault::Corrupt(_)));
        result
    }

    fn try_file(&mut self, drafts: Vec<Draft>, stamp: &Stamp) -> Result<Vec<Filed>, StoreFault> {
        if drafts.len() > BUNDLE_LIMIT {
            return Err(StoreFault::TooLarge);
        }
        self.file_unlimited(drafts, stamp)
    }

    pub(super) fn file_unlimited(
        &mut self,
        mut drafts: Vec<Draft>,
        stamp: &Stamp,
    ) -> Result<Vec<Filed>, StoreFault> {
        if self.doubt.is_some()
            && let Some(filed) = self.settle_older_doubt(fingerprint(&drafts))?
        {
            return Ok(filed);
        }
        let (stamp, (rows, ahead)) = match self.doubt.take() {
            Some(same) => (same.stamp, (same.rows, None)),
            None => {
                self.admit()?;
                (stamp.clone(), self.prepare(&mut drafts, stamp)?)
            }
        };
        match self.insert_all(&rows, &stamp) {
            Ok(()) => {
                if let Some(tally) = &mut self.tally {
                    rows.iter().for_each(|row| tally.add(row.state));
                }
                self.ahead = ahead;
                self.note_filed(&rows);
                self.keep_files(&rows);
                Ok(rows.into_iter().map(|row| row.filed).collect())
            }
            Err(Failure::Before(fault)) => {
                self.give_back(&rows);
                Err(fault)
            }
            Err(Failure::AtCommit(fault)) => {
                let print = fingerprint(&drafts);
                self.after_failed_commit(Doubt { print, stamp, rows }, fault)
            }
        }
    }

    /// Rows for these drafts, and the numbers that come after them once they are filed.
    fn prepare(
        &mut self,
        drafts: &mut [Draft],
        stamp: &Stamp,
    ) -> Result<(Vec<Row>, Option<Next>), StoreFault> {
        let needed = u32::try_from(drafts.len()).map_err(|_| StoreFault::TooLarge)?;
        let mut next = match self.ahead.take() {
            Some(next) => next,
            None => numbers::next(&self.db)?,
        };
        if !next.has_room(needed) {
            self.begin_epoch()?;
            next = numbers::next(&self.db)?;
        }
        let bundle = FilingNumber::mint(&self.machine, &next.epoch, next.seq);
        let mut rows = Vec::with_capacity(drafts.len());
        for draft in drafts {
            if let Some(part) = &mut draft.bundle
                && part.id.is_empty()
            {
                part.id.clone_from(&bundle.0);
            }
            match self.row(draft, &next.epoch, next.id, next.seq, stamp) {
                Ok(row) => rows.push(row),
                Err(fault) => {
                    self.give_back(&rows);
                    return Err(fault);
                }
            }
            next.id += 1;
            next.seq += 1;
        }
        Ok((rows, Some(next)))
    }

    fn row(
        &mut self,
        draft: &Draft,
        epoch: &Epoch,
        id: i64,
        seq: u32,
        stamp: &Stamp,
    ) -> Result<Row, StoreFault> {
        let random = self.draw()?;
        let key = Key::mint(&self.machine, epoch, seq, random);
        let filing_number = FilingNumber::mint(&self.machine, epoch, seq);
        let body = freeze(draft, &key, &filing_number, stamp);
        if body.len() > BODY_LIMIT {
            return Err(StoreFault::TooLarge);
        }
        let nonce = self.draw()?;
        let (slot, data_key) = self.slots.take(&mut self.random)?;
        let files = match self.keep_contents(draft, &key, &data_key) {
            Ok(files) => files,
            Err(fault) => {
                self.slots.spend(slot);
                return Err(fault);
            }
        };
        let bound = body_bound(XCHACHA20_POLY1305, &key, id, &draft.task_code);
        Ok(Row {
            filed: Filed {
                filing_number,
                digest: Digest::of(&body),
                seq: rows::number(id)?,
                person: person(
                    &self.key.person,
                    &draft.applicant.cert_type,
                    draft.applicant.cert_no.reveal(),
                ),
                task_code: draft.task_code.clone(),
                key,
            },
            slot,
            id,
            // With the line up it is sent at once: said here, that needs no commit of its own.
            state: if draft.offline {
                CaseState::Ready
            } else {
                CaseState::Sending
            },
            task_name: draft.task_name.clone(),
            corrects: draft.corrects.clone(),
            sealed: seal(&data_key, nonce, &bound, &body),
            files,
        })
    }

    fn insert_all(&mut self, rows: &[Row], stamp: &Stamp) -> Result<(), Failure> {
        self.untidy = true;
        let transaction = self.db.transaction()?;
        for row in rows {
            insert(&transaction, row, stamp, &self.key.mark).map_err(Failure::Before)?;
        }
        let filed = rows.iter().map(|row| &row.filed);
        chain::follow(&transaction, filed).map_err(Failure::Before)?;
        (self.commit)(transaction).map_err(|error| Failure::AtCommit(error.into()))
    }

    /// The second place of the numbers given out is told after the answer ([`Desk::note_numbers`]).
    fn note_filed(&mut self, rows: &[Row]) {
        if let Some(last) = rows.last() {
            self.slots.header.filed = last.filed.seq;
            self.unnoted = true;
        }
    }

    /// Tells the second place of the numbers given out, so that a log that loses its end later gives none of them again.
    /// If that fails the next flush says it.
    pub(super) fn note_numbers(&mut self) {
        if std::mem::take(&mut self.unnoted) {
            let _ = self.slots.note();
        }
    }

    /// Rows that are in the database now.
    pub(super) fn keep_files(&mut self, rows: &[Row]) {
        rows.iter()
            .for_each(|row| self.attachments.kept(&row.files));
    }

    /// Rows that will never be in the database: their keys and files go.
    pub(super) fn give_back(&mut self, rows: &[Row]) {
        for row in rows {
            self.slots.spend(row.slot);
            self.attachments.give_back(&row.files);
        }
    }

    pub(super) fn begin_epoch(&mut self) -> Result<Epoch, StoreFault> {
        let random = &mut self.random;
        let draw = || {
            let mut bytes = [0; 2];
            random(&mut bytes)?;
            Ok(bytes)
        };
        let epoch = numbers::begin_epoch(&self.db, draw, self.slots.header.epoch, self.first_row)?;
        let text = epoch.as_str().as_bytes();
        self.slots.header.epoch = text.try_into().unwrap_or_default();
        Ok(epoch)
    }
}

/// The mark of a row as [`insert`] writes it: not answered yet.
fn mark_of(row: &Row, stamp: &Stamp, key: &Secret) -> [u8; 8] {
    let text = |text: &'static str| ValueRef::Text(text.as_bytes());
    let filed = &row.filed;
    let unanswered = [ValueRef::Null; 7];
    let values = [
        ValueRef::Integer(row.id),
        text(row.state.word()),
        ValueRef::Text(filed.key.0.as_bytes()),
        ValueRef::Blob(&filed.person.0),
        ValueRef::Text(filed.task_code.as_bytes()),
        ValueRef::Text(row.task_name.as_bytes()),
        ValueRef::Blob(&filed.digest.0),
        ValueRef::Integer(0),
        stamp
            .wall_rfc3339
            .as_ref()
            .map_or(ValueRef::Null, |wall| ValueRef::Text(wall.as_bytes())),
        text(stamp.clock_class.word()),
        ValueRef::Text(stamp.boot_id.as_bytes()),
        ValueRef::Integer(milliseconds(stamp)),
    ];
    mark::of(key, values.into_iter().chain(unanswered))
}

fn insert(db: &Connection, row: &Row, stamp: &Stamp, mark: &Secret) -> Result<(), StoreFault> {
    db.prepare_cached(
        "INSERT INTO cases (id, state, key, person, task_code, task_name, digest,
            stored_wall, stored_class, stored_boot, stored_ms, corrects, mark)
         VALUES (:id, :state, :key, :person, :task_code, :task_name, :digest, :wall, :class, :boot, :ms,
            :corrects, :mark)",
    )?
    .execute(named_params! {
        ":id": row.id,
        ":state": row.state.word(),
        ":key": row.filed.key.0,
        ":person": row.filed.person.0,
        ":task_code": row.filed.task_code,
        ":task_name": row.task_name,
        ":digest": row.filed.digest.0,
        ":wall": stamp.wall_rfc3339,
        ":class": stamp.clock_class.word(),
        ":boot": stamp.boot_id,
        ":ms": milliseconds(stamp),
        ":corrects": row.corrects.as_ref().map(|old| &old.key.0),
        ":mark": mark_of(row, stamp, mark),
    })?;
    db.prepare_cached("INSERT INTO bodies (case_id, alg, slot, body) VALUES (?1, ?2, ?3, ?4)")?
        .execute((row.id, XCHACHA20_POLY1305, row.slot, &row.sealed))?;
    attachments::rows::insert(db, row.id, &row.files)?;
    match &row.corrects {
        Some(refused) => settle_by(db, refused, &row.filed.key),
        None => Ok(()),
    }
}

/// Which cases are of one person, and nothing else: without the machine's key nobody can try ID numbers against it.
pub(super) fn person(key: &Secret, cert_type: &str, cert_no: &str) -> PersonToken {
    let hash = Sha256::new()
        .chain_update(&key[..])
        .chain_update(cert_type.as_bytes())
        .chain_update([0])
        .chain_update(cert_no.as_bytes())
        .finalize();
    let mut token = [0_u8; 16];
    token.copy_from_slice(&hash[..16]);
    PersonToken(token)
}

/// Tells whether the same drafts come again, whatever the time is by then and whether their bundle has its number.
fn fingerprint(drafts: &[Draft]) -> Digest {
    let (key, number) = (Key(String::new()), FilingNumber(String::new()));
    let never = Stamp {
        wall_rfc3339: None,
        clock_class: crate::case::ClockClass::Unknown,
        boot_id: String::new(),
        monotonic_ms: 0,
    };
    let mut all = Sha256::new();
    for draft in drafts {
        let mut one = Sha256::new();
        let mut draft = draft.clone();
        if let Some(part) = &mut draft.bundle {
            part.id.clear();
        }
        freeze_to(&draft, &key, &number, &never, |piece| one.update(piece));
        all.update(one.finalize());
    }
    Digest(all.finalize().into())
}

pub(super) fn milliseconds(stamp: &Stamp) -> i64 {
    i64::try_from(stamp.monotonic_ms).unwrap_or(i64::MAX)
}
