//! Rows of a damaged database, found without SQLite: every page of the file and of its log is looked at by itself, so a
//! schema or an inner page that is gone costs no row below it.
//!
//! What lies on free or older pages is found too. It is told apart afterwards: a body has to authenticate, and of several
//! copies of a case the one that came furthest counts.

mod log;
mod record;

use std::collections::BTreeMap;
use std::path::Path;

use rusqlite::types::Value;

use crate::case::Key;

use super::files::OpenFile;
use super::numbers::{self, Named};
use super::place::{self, Place};
pub(super) use log::Log;

/// A page of the file, or a frame of the log, which is newer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Image {
    File(u32),
    Frame(usize),
}

/// Where a copy of a row lies; the newest comes last in order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Spot {
    image: Image,
    cell: u16,
}

impl Spot {
    /// Whether SQLite does not see this one: it lies behind a bad place of the log.
    pub(super) fn is_beyond(self, raw: &Raw) -> bool {
        let sound = raw.log.as_ref().map_or(0, |(_, log)| log.sound);
        matches!(self.image, Image::Frame(n) if n >= sound)
    }
}

/// Where the copies of the rows lie, by row.
#[derive(Default)]
pub(super) struct Found {
    pub(super) cases: BTreeMap<i64, Vec<Spot>>,
    pub(super) bodies: BTreeMap<i64, Vec<Spot>>,
    /// Epochs: first row, name, case and link of the chain's end, how many cases are gone.
    pub(super) epochs: Vec<Vec<Value>>,
    /// Name of the store.
    pub(super) store: Option<[u8; 16]>,
}

/// The files of a damaged database.
pub(super) struct Raw {
    file: Box<dyn OpenFile>,
    page: usize,
    pages: u32,
    log: Option<(Box<dyn OpenFile>, Log)>,
    /// The last frame of each page.
    newest: BTreeMap<u32, usize>,
}

impl Raw {
    /// The database at `path` with its log. Nothing if its file is not there.
    pub(super) fn open(place: &Place, path: &Path) -> Option<Self> {
        let file = place.files.open(path).ok()?;
        let told = page_of(&*file);
        let log = place.files.open(&place::log_of(path)).ok();
        let log = log.and_then(|log| {
            let read = Log::read(&*log, told.or(Some(place::PAGE)))?;
            Some((log, read))
        });
        // The two disagree only where one of them is damaged, and the log's header has a sum.
        let page = log.as_ref().map(|(_, log)| log.page).or(told);
        let page = page.unwrap_or(place::PAGE);
        let pages = u32::try_from(file.len().ok()? / page as u64).unwrap_or(u32::MAX);
        let mut newest = BTreeMap::new();
        if let Some((_, log)) = &log {
            for (n, frame) in log.frames[..log.counting()].iter().enumerate() {
                frame.map(|frame| newest.insert(frame.page, n));
            }
        }
        Some(Self {
            file,
            page,
            pages,
            log,
            newest,
        })
    }

    /// Every row that looks like one, on any page.
    pub(super) fn look(&self) -> Found {
        let mut found = Found::default();
        for n in 1..=self.pages {
            self.look_at(Image::File(n), &mut found);
        }
        if let Some((_, log)) = &self.log {
            let counting = log.frames[..log.counting()].iter().enumerate();
            for (n, _) in counting.filter(|(_, frame)| frame.is_some()) {
                self.look_at(Image::Frame(n), &mut found);
            }
        }
        found
    }

    fn look_at(&self, image: Image, found: &mut Found) {
        let Some(page) = self.bytes(image) else {
            return;
        };
        for n in 0..record::cells(&page) {
            let Some(cell) = record::cell(&page, n) else {
                continue;
            };
            let spot = Spot {
                image,
                cell: u16::try_from(n).unwrap_or(u16::MAX),
            };
            match record::values(cell.local) {
                Some((types, values)) => found.enter(cell.row, spot, &types, &values),
                None => continue,
            }
        }
    }

    /// The copies of the row at `spot`, in the order of the table's columns. Its rest may lie on pages that were written
    /// over since, so it is read twice: with the newest of every page, and with the file's own.
    pub(super) fn rows(&self, spot: Spot) -> Vec<Vec<Value>> {
        let row = |newest: bool| {
            let page = self.bytes(spot.image)?;
            let cell = record::cell(&page, usize::from(spot.cell))?;
            let whole = self.whole(&cell, newest)?;
            let (types, values) = record::values(&whole)?;
            (types.len() == values.len()).then_some(values)
        };
        let (new, old) = (row(true), row(false));
        let both = if new == old { [new, None] } else { [new, old] };
        both.into_iter().flatten().collect()
    }

    fn whole(&self, cell: &record::Cell<'_>, newest: bool) -> Option<Vec<u8>> {
        let mut whole = cell.local.to_vec();
        let mut next = cell.rest;
        while let Some(n) = next {
            let frame = self.newest.get(&n).filter(|_| newest);
            let page = self.bytes(frame.map_or(Image::File(n), |frame| Image::Frame(*frame)))?;
            let wanted = (cell.length - whole.len()).min(page.len() - 4);
            whole.extend_from_slice(&page[4..4 + wanted]);
            next = (whole.len() < cell.length).then(|| log::word(&page, 0));
        }
        Some(whole)
    }

    fn bytes(&self, image: Image) -> Option<Vec<u8>> {
        let mut bytes = vec![0; self.page];
        match image {
            Image::File(0) => return None,
            Image::File(n) => {
                let at = u64::from(n - 1) * self.page as u64;
                self.file.read_at(&mut bytes, at).ok()?;
            }
            Image::Frame(n) => {
                let (file, log) = self.log.as_ref()?;
                file.read_at(&mut bytes, log.page_at(n)).ok()?;
            }
        }
        Some(bytes)
    }
}

impl Found {
    /// Tells by its columns which table a row is of; see [`super::schema`]. The number of a row is stored as NULL.
    fn enter(&mut self, row: i64, spot: Spot, types: &[u64], values: &[Value]) {
        match (types, values) {
            ([0, ..], [_, Value::Text(_), Value::Text(key), ..]) if types.len() > 18 => {
                if let Some(Named::Case(..)) = numbers::parse(&Key(key.clone())) {
                    self.cases.entry(row).or_default().push(spot);
                }
            }
            ([0, _, _, 12..=u64::MAX, ..], [_, Value::Integer(_), Value::Integer(_), ..]) => {
                self.bodies.entry(row).or_default().push(spot);
            }
            ([0, 17, ..], [_, Value::Text(_), ..]) if types.len() < 7 => {
                let mut columns = values.to_vec();
                columns[0] = Value::Integer(row);
                columns.resize(4, Value::Null);
                columns.push(Value::Integer(0));
                self.epochs.push(columns);
            }
            ([0, _, 44, ..], [_, Value::Text(_), Value::Blob(store), ..]) => {
                self.store = store[..].try_into().ok();
            }
            _ => {}
        }
    }
}

/// Bytes of a page, as the file says.
fn page_of(file: &dyn OpenFile) -> Option<usize> {
    let mut head = [0; 2];
    file.read_at(&mut head, 16).ok()?;
    match u16::from_be_bytes(head) {
        // 65,536 does not fit into two bytes.
        1 => Some(65_536),
        bytes => log::page_size(bytes.into()),
    }
}

/// Whether something that was committed lies behind a bad place of the log of `path`. To be asked before SQLite opens it,
/// which writes over what it does not take.
pub(super) fn log_is_rotten(place: &Place, path: &Path) -> bool {
    let Ok(log) = place.files.open(&place::log_of(path)) else {
        return false;
    };
    let told = place.files.open(path).ok().and_then(|file| page_of(&*file));
    Log::read(&*log, told.or(Some(place::PAGE))).is_some_and(|log| log.rotten)
}
