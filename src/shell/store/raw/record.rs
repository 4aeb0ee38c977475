//! Cells of a table's leaf and the records in them (sqlite.org/fileformat2.html, "B-tree Pages", "Record Format"). Every
//! number is doubted: the page may be rotten.

use rusqlite::types::Value;

use super::log::word;

/// Type of a leaf of a table.
const LEAF: u8 = 13;
/// Longest record that is believed: a body at its limit, and some.
const LONGEST: usize = 1 << 20;

/// A cell: the part of its record that lies on the leaf, and where the rest begins.
pub(super) struct Cell<'a> {
    pub(super) row: i64,
    pub(super) local: &'a [u8],
    /// Bytes of the whole record.
    pub(super) length: usize,
    /// First page of the rest, if there is any.
    pub(super) rest: Option<u32>,
}

/// How many cells a page claims to have; none if it is no leaf of a table.
pub(super) fn cells(page: &[u8]) -> usize {
    if page.first() != Some(&LEAF) {
        return 0;
    }
    let claimed = usize::from(u16::from_be_bytes([page[3], page[4]]));
    claimed.min(page.len() / 4)
}

/// A cell of a leaf.
pub(super) fn cell(page: &[u8], n: usize) -> Option<Cell<'_>> {
    let pointer = page.get(8 + 2 * n..10 + 2 * n)?;
    let mut bytes = page.get(usize::from(u16::from_be_bytes([pointer[0], pointer[1]]))..)?;
    let length = usize::try_from(varint(&mut bytes)?).ok()?;
    let row = varint(&mut bytes)?;
    if length > LONGEST || row < 1 {
        return None;
    }
    let on_leaf = on_leaf(length, page.len());
    let local = bytes.get(..on_leaf)?;
    let rest = (on_leaf < length).then(|| word(bytes, on_leaf));
    Some(Cell {
        row,
        local,
        length,
        rest,
    })
}

/// Bytes of a record of `length` that lie on the leaf itself.
fn on_leaf(length: usize, page: usize) -> usize {
    let most = page - 35;
    if length <= most {
        return length;
    }
    let least = (page - 12) * 32 / 255 - 23;
    let wanted = least + (length - least) % (page - 4);
    if wanted <= most { wanted } else { least }
}

/// The types of a record's columns and its values, the latter as far as `record` goes.
pub(super) fn values(record: &[u8]) -> Option<(Vec<u64>, Vec<Value>)> {
    let mut head = record;
    let head_bytes = usize::try_from(varint(&mut head)?).ok()?;
    let head_left = head_bytes.checked_sub(record.len() - head.len())?;
    let (mut head, mut body) = (head.get(..head_left)?, record.get(head_bytes..)?);
    let (mut types, mut values) = (Vec::new(), Vec::new());
    while !head.is_empty() {
        types.push(u64::try_from(varint(&mut head)?).ok()?);
    }
    for kind in &types {
        match value(*kind, &mut body) {
            Some(value) => values.push(value),
            None => break,
        }
    }
    Some((types, values))
}

fn value(kind: u64, body: &mut &[u8]) -> Option<Value> {
    Some(match kind {
        0 => Value::Null,
        1..=4 => integer(take(body, kind as usize)?),
        5 => integer(take(body, 6)?),
        6 => integer(take(body, 8)?),
        8 | 9 => Value::Integer(kind as i64 - 8),
        // Real numbers (7) are in no table here, 10 and 11 in no file.
        7 | 10 | 11 => return None,
        blob if blob % 2 == 0 => Value::Blob(take(body, (blob as usize - 12) / 2)?.to_vec()),
        text => {
            let bytes = take(body, (text as usize - 13) / 2)?;
            Value::Text(String::from_utf8(bytes.to_vec()).ok()?)
        }
    })
}

fn integer(bytes: &[u8]) -> Value {
    let sign = if bytes[0] & 0x80 == 0 { 0 } else { -1_i64 };
    let number = bytes.iter().fold(sign, |n, b| (n << 8) | i64::from(*b));
    Value::Integer(number)
}

fn take<'a>(bytes: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(taken)
}

/// A number of one to nine bytes.
fn varint(bytes: &mut &[u8]) -> Option<i64> {
    let mut number = 0_i64;
    for n in 1..=9 {
        let byte = take(bytes, 1)?[0];
        if n == 9 {
            return Some((number << 8) | i64::from(byte));
        }
        number = (number << 7) | i64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}
