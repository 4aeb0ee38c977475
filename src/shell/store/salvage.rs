//! Taking over what can still be read of a damaged store, row by row.

use std::path::Path;

use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags, params_from_iter};
use zeroize::Zeroizing;

use crate::case::{CaseState, Key};

use super::attachments::{self, Attached, SealedAttached};
use super::bodies::{Sealed, body_bound, rejection_bound};
use super::fault::StoreFault;
use super::files::OpenFile;
use super::key_slots::{Header, erase, unwrap};
use super::numbers::{self, Named};
use super::place::Place;
use super::refused::carry_over;
use super::seal::{Secret, XCHACHA20_POLY1305, seal, unseal};
use super::writer::Desk;

/// Unreadable places in a row after which the rest is given up: a damaged page holds a few rows.
const HOLES_LIMIT: u32 = 4_096;

/// Columns of a case, moved as they are but for the last, which is sealed anew. The first four are looked at.
const COLUMNS: [&str; 19] = [
    "id",
    "key",
    "task_code",
    "state",
    "digest",
    "person",
    "task_name",
    "attempts",
    "stored_wall",
    "stored_class",
    "stored_boot",
    "stored_ms",
    "sblsh",
    "sblsh_short",
    "query_code",
    "accepted_at",
    "promise_until",
    "rejected_code",
    "rejected_detail",
];

/// What was taken over.
#[derive(Default)]
pub(super) struct Taken {
    /// Cases.
    pub(super) cases: usize,
    /// Old slots whose rows are in the new store now.
    slots: Vec<u32>,
}

impl Taken {
    /// Destroys the old keys of what was taken over, or a copy of every case would stay readable beside the store for
    /// ever. If that fails the copy stays until a technician removes it.
    pub(super) fn erase(&self, place: &Place, aside: &Path) {
        if let Ok(file) = place.files.open(&Place::keys_of(aside)) {
            let _ = erase(&*file, &self.slots);
        }
    }
}

/// The damaged store.
struct Old {
    db: Connection,
    slots: Option<(Box<dyn OpenFile>, [u8; 16])>,
}

/// A case as it lies in the damaged file.
struct Found {
    id: i64,
    key: Key,
    task_code: String,
    columns: Vec<Value>,
    body: Option<Sealed>,
}

/// A case that is whole, with its body in clear.
struct Whole {
    found: Found,
    clear: Option<Clear>,
}

/// What was sealed.
struct Clear {
    /// Its old slot.
    slot: u32,
    body: Zeroizing<Vec<u8>>,
    /// What a refusal says.
    detail: Option<Zeroizing<Vec<u8>>>,
    /// Its files, which stay where they are.
    files: Vec<Attached>,
}

/// Copies every readable case of `aside` whose body authenticates, into the open transaction. The damaged files are only
/// read; the attempt log and the ratings stay there.
///
/// # Errors
/// Only of writing the new files; damage in the old ones is skipped.
pub(super) fn salvage(desk: &mut Desk, aside: &Path) -> Result<Taken, StoreFault> {
    let mut taken = Taken::default();
    let Ok(old) = Old::open(&desk.place, aside) else {
        return Ok(taken);
    };
    old.copy_epochs(&desk.db);
    let (mut after, mut holes) = (0_i64, 0_u32);
    while holes < HOLES_LIMIT {
        match old.next(after) {
            Ok(None) => break,
            // A page whose numbers are not in order would be walked round and round.
            Ok(Some(found)) if found.id <= after => {
                after = after.saturating_add(1);
                holes += 1;
            }
            Ok(Some(found)) => {
                (after, holes) = (found.id, 0);
                let Some(whole) = old.whole(found, &desk.key.wrap) else {
                    continue;
                };
                let slot = whole.clear.as_ref().map(|clear| clear.slot);
                desk.db.execute_batch("SAVEPOINT one")?;
                if desk.take_over(whole).is_err() {
                    // A full disk: what is copied so far is worth more than no start at all.
                    desk.db.execute_batch("ROLLBACK TO one; RELEASE one")?;
                    break;
                }
                desk.db.execute_batch("RELEASE one")?;
                carry_over(&old.db, &desk.db, after);
                taken.cases += 1;
                taken.slots.extend(slot);
            }
            Err(_) => {
                after = after.saturating_add(1);
                holes += 1;
            }
        }
    }
    Ok(taken)
}

impl Old {
    fn open(place: &Place, aside: &Path) -> Result<Self, StoreFault> {
        let db = place.database(aside, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let slots = place.files.open(&Place::keys_of(aside)).ok();
        let slots = slots.and_then(|file| {
            let told = Header::read(&*file).map(|header| header.store);
            let store = told.or_else(|| {
                db.query_row("SELECT store FROM meta", [], |row| row.get(0))
                    .ok()
            });
            Some((file, store?))
        });
        Ok(Self { db, slots })
    }

    /// Epochs without cases count too: no number of theirs may come again. Those of the cases come with the cases.
    fn copy_epochs(&self, new: &Connection) {
        let epochs = || -> rusqlite::Result<Vec<(i64, String)>> {
            let mut statement = self.db.prepare("SELECT first, epoch FROM epochs")?;
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            rows.collect()
        };
        for (first, epoch) in epochs().unwrap_or_default() {
            let _ = enter_epoch(new, first, &epoch);
        }
    }

    fn next(&self, after: i64) -> rusqlite::Result<Option<Found>> {
        let mut statement = self.db.prepare_cached(&format!(
            "SELECT {}, alg, slot, body FROM cases LEFT JOIN bodies ON case_id = id
             WHERE id > ?1 ORDER BY id LIMIT 1",
            COLUMNS.join(", ")
        ))?;
        let mut rows = statement.query([after])?;
        let Some(row) = rows.next()? else {
            return Ok(None);
        };
        let at = COLUMNS.len();
        let body = match row.get::<_, Option<u8>>(at)? {
            Some(alg) => Some(Sealed {
                alg,
                slot: row.get(at + 1)?,
                body: row.get(at + 2)?,
                digest: row.get(4)?,
            }),
            None => None,
        };
        let columns = (0..at).map(|i| row.get(i)).collect::<Result<_, _>>()?;
        Ok(Some(Found {
            id: row.get(0)?,
            key: Key(row.get(1)?),
            task_code: row.get(2)?,
            columns,
            body,
        }))
    }

    /// A body that is there must be the one that was frozen; what is gone was accepted, or refused and then corrected.
    fn whole(&self, found: Found, wrap: &Secret) -> Option<Whole> {
        let Some(sealed) = &found.body else {
            let is = |state: CaseState| found.columns[3] == Value::Text(state.word().into());
            let corrected = is(CaseState::Rejected) && found.columns[5] == Value::Null;
            let settled = is(CaseState::Accepted) || corrected;
            return settled.then_some(Whole { found, clear: None });
        };
        let (file, store) = self.slots.as_ref()?;
        let data_key = unwrap(&**file, wrap, store, sealed.slot)?;
        let bound = body_bound(sealed.alg, &found.key, found.id, &found.task_code);
        let body = sealed.open(Some(&data_key), &bound).ok()?;
        let detail = match &found.columns[COLUMNS.len() - 1] {
            Value::Blob(detail) => {
                let bound = rejection_bound(&found.key, found.id, &found.task_code);
                unseal(&data_key, &bound, detail).ok()
            }
            _ => None,
        };
        // A file without its key is missed when the case is to be sent.
        let files = attachments::rows::of_case(&self.db, found.id).unwrap_or_default();
        let open = |file: SealedAttached| file.open(&found.key, &data_key).ok();
        let clear = Clear {
            slot: sealed.slot,
            body,
            detail,
            files: files.into_iter().filter_map(open).collect(),
        };
        Some(Whole {
            clear: Some(clear),
            found,
        })
    }
}

fn enter_epoch(db: &Connection, first: i64, epoch: &str) -> rusqlite::Result<usize> {
    db.prepare_cached("INSERT OR IGNORE INTO epochs (first, epoch) VALUES (?1, ?2)")?
        .execute((first, epoch))
}

impl Desk {
    /// Writes a case into this store, sealed with a key of its own.
    fn take_over(&mut self, whole: Whole) -> Result<(), StoreFault> {
        let Whole { mut found, clear } = whole;
        if let Some(Named::Case(_, epoch, seq)) = numbers::parse(&found.key) {
            enter_epoch(&self.db, found.id - i64::from(seq) + 1, epoch.as_str())?;
        }
        if let Some(Clear {
            body,
            detail,
            files,
            ..
        }) = clear
        {
            let (slot, data_key) = self.slots.take(&mut self.random)?;
            let bound = body_bound(XCHACHA20_POLY1305, &found.key, found.id, &found.task_code);
            let sealed = seal(&data_key, self.draw()?, &bound, &body);
            self.db
                .prepare_cached(
                    "INSERT INTO bodies (case_id, alg, slot, body) VALUES (?1, ?2, ?3, ?4)",
                )?
                .execute((found.id, XCHACHA20_POLY1305, slot, sealed))?;
            for file in files {
                let file = file.seal(&found.key, &data_key, self.draw()?);
                attachments::rows::insert(&self.db, found.id, &[file])?;
            }
            let last = COLUMNS.len() - 1;
            found.columns[last] = match detail {
                Some(detail) => {
                    let bound = rejection_bound(&found.key, found.id, &found.task_code);
                    Value::Blob(seal(&data_key, self.draw()?, &bound, &detail))
                }
                None => Value::Null,
            };
        }
        let marks = ["?"; COLUMNS.len()].join(", ");
        let insert = format!(
            "INSERT INTO cases ({}) VALUES ({marks})",
            COLUMNS.join(", ")
        );
        self.db
            .prepare_cached(&insert)?
            .execute(params_from_iter(found.columns))?;
        Ok(())
    }
}
