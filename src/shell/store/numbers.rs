//! Numbers of cases: the epoch, the next sequence number, and the way from a key to its row.
//!
//! Row numbers rise for ever; an epoch knows the row of its first case. So a key leads to its row by arithmetic and the
//! table needs no index for it, which saves a page at every filing.

use rusqlite::{Connection, OptionalExtension};

use crate::case::{Epoch, FilingNumber, Key, Machine, SEQ_LAST};

use super::fault::StoreFault;

/// Numbers that come next.
pub(super) struct Next {
    pub(super) epoch: Epoch,
    /// Row of the next case.
    pub(super) id: i64,
    /// Sequence number of the next case within its epoch.
    pub(super) seq: u32,
}

/// What is in a key besides its random part.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Named {
    /// A case.
    Case(Machine, Epoch, u32),
    /// A rating with its row.
    Rating(i64),
}

/// Reads a key; nothing for a text that is none.
pub(super) fn parse(key: &Key) -> Option<Named> {
    let mut parts = key.0.split('-');
    let machine = Machine::parse(parts.next()?).ok()?;
    let epoch = Epoch::parse(parts.next()?).ok()?;
    let number = parts.next()?;
    match number.strip_prefix('R') {
        Some(rating) => Some(Named::Rating(rating.parse().ok()?)),
        None => Some(Named::Case(machine, epoch, number.parse().ok()?)),
    }
}

/// The filing number that belongs to a key.
pub(super) fn filing_number(key: &Key) -> Result<FilingNumber, StoreFault> {
    match parse(key) {
        Some(Named::Case(machine, epoch, seq)) => Ok(FilingNumber::mint(&machine, &epoch, seq)),
        _ => Err(StoreFault::Corrupt("a key of no case".into())),
    }
}

/// Row of a case, if its epoch is one of this store. The row may be another case's all the same: compare the key.
pub(super) fn row_of(db: &Connection, key: &Key) -> Result<i64, StoreFault> {
    let Some(Named::Case(_, epoch, seq)) = parse(key) else {
        return Err(StoreFault::NotFound);
    };
    let first: i64 = db
        .prepare_cached("SELECT first FROM epochs WHERE epoch = ?1")?
        .query_row([epoch.as_str()], |row| row.get(0))?;
    Ok(first + i64::from(seq) - 1)
}

/// What comes next in this store.
pub(super) fn next(db: &Connection) -> Result<Next, StoreFault> {
    let (first, epoch): (i64, String) = db
        .prepare_cached("SELECT first, epoch FROM epochs ORDER BY first DESC LIMIT 1")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let last: Option<i64> = db
        .prepare_cached("SELECT max(id) FROM cases")?
        .query_row([], |row| row.get(0))?;
    let id = last.map_or(first, |last| first.max(last + 1));
    let seq = u32::try_from(id - first + 1).unwrap_or(u32::MAX);
    Ok(Next {
        epoch: Epoch::parse(&epoch).map_err(|error| StoreFault::Corrupt(error.to_string()))?,
        id,
        seq,
    })
}

impl Next {
    /// Whether `cases` more fit into this epoch.
    pub(super) fn has_room(&self, cases: u32) -> bool {
        self.seq.saturating_add(cases) <= SEQ_LAST + 1
    }
}

/// Row that the next case will have, whatever its epoch.
fn next_row(db: &Connection) -> Result<i64, StoreFault> {
    Ok(db.query_row(
        "SELECT max(ifnull((SELECT max(id) + 1 FROM cases), 1), ifnull((SELECT max(first) FROM epochs), 1))",
        [],
        |row| row.get(0),
    )?)
}

/// Begins an epoch that this store has never had, nor `also`: numbers given out before must not come again. Its first row
/// is not below `at_least`.
pub(super) fn begin_epoch(
    db: &Connection,
    mut draw: impl FnMut() -> Result<[u8; 2], StoreFault>,
    also: [u8; 2],
    at_least: i64,
) -> Result<Epoch, StoreFault> {
    let mut known = db.prepare_cached("SELECT 1 FROM epochs WHERE epoch = ?1")?;
    let mut bytes = draw()?;
    // 1,024 epochs of a million cases: a machine does not live to see the end of them.
    for _ in 0..1024 {
        let text = Epoch::mint(bytes);
        let there: Option<i64> = known
            .query_row([text.as_str()], |row| row.get(0))
            .optional()?;
        if there.is_none() && text.as_str().as_bytes() != also {
            break;
        }
        let next = u16::from_be_bytes(bytes).wrapping_add(1);
        // Only five bits of each byte count.
        bytes = if next & 31 == 0 {
            [bytes[0].wrapping_add(1), 0]
        } else {
            next.to_be_bytes()
        };
    }
    let epoch = Epoch::mint(bytes);
    db.execute(
        "INSERT OR REPLACE INTO epochs (first, epoch) VALUES (?1, ?2)",
        (next_row(db)?.max(at_least), epoch.as_str()),
    )?;
    Ok(epoch)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_tells_its_number_and_foreign_text_does_not() {
        let machine = Machine::parse("00042").expect("machine");
        let epoch = Epoch::parse("7K").expect("epoch");
        let key = Key::mint(&machine, &epoch, 17, [1; 10]);
        assert_eq!(
            filing_number(&key),
            Ok(FilingNumber::mint(&machine, &epoch, 17))
        );
        let rating = Key::mint_rating(&machine, &epoch, 17, [1; 10]);
        assert_eq!(parse(&rating), Some(Named::Rating(17)));
        for foreign in ["", "none", "00042-7K", "00042-7K-x-0", "00042-7k-000001-0"] {
            assert_eq!(parse(&Key(foreign.into())), None, "{foreign}");
        }
    }

    #[test]
    fn the_last_free_epochs_are_found() {
        let db = Connection::open_in_memory().expect("sqlite");
        db.execute_batch(
            "CREATE TABLE epochs (first INTEGER PRIMARY KEY, epoch TEXT); CREATE TABLE cases (id INTEGER PRIMARY KEY);
             INSERT INTO cases (id) VALUES (5000);",
        )
        .expect("tables");
        for n in 0..1024_u16 {
            let epoch = Epoch::mint([(n / 32) as u8, (n % 32) as u8]);
            if !["00", "0Z", "7K"].contains(&epoch.as_str()) {
                db.execute("INSERT INTO epochs VALUES (?1, ?2)", (n, epoch.as_str()))
                    .expect("epoch");
            }
        }
        let begin = |n: i64| {
            db.execute("INSERT INTO cases (id) VALUES (?1)", [5001 + n])
                .expect("case");
            let epoch = begin_epoch(&db, || Ok([255, 255]), *b"00", 1).expect("epoch");
            epoch.as_str().to_owned()
        };
        assert_eq!(
            [begin(0), begin(1)],
            ["0Z", "7K"],
            "not the one given out last"
        );
        assert_eq!(next(&db).map(|next| (next.id, next.seq)), Ok((5003, 1)));
    }
}
