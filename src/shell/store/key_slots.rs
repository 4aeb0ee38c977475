//! The keys of the rows, each wrapped by the machine's key, in a plain file of fixed slots beside the database.
//!
//! Every row has its own key. When the platform has a case, its slot is overwritten in place: what SQLite leaves of the
//! ciphertext in its log and in freed pages can then never be read again. SQLite's own `secure_delete` cannot do that, the
//! log keeps old pages (and a flash medium keeps old sectors: there only a key that the TPM holds helps further).
//!
//! New keys are on the disk before they are given out, so filing costs no flush beside that of the database.
//!
//! File, 128 bytes a record: header, then batches of one mark and 256 slots. A slot is a nonce, 32 bytes of ciphertext
//! and a tag; slot number and store are bound to it. No record crosses a sector of 512 bytes.

use std::io;
use std::path::Path;

use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::fault::StoreFault;
use super::files::OpenFile;
use super::open::Random;
use super::place::Place;
use super::seal::{NONCE, OVERHEAD, Secret, bound, seal, unseal};
use super::slot_map::{BATCH, SlotMap};

/// Bytes of a record.
const RECORD: usize = 128;
/// Bytes of a wrapped key.
const WRAPPED: usize = 32 + OVERHEAD;
const MAGIC: &[u8; 8] = b"KIOSKEY1";
/// Spent slots are overwritten when there are this many, and at every quiet moment: one flush for all of them.
pub(super) const RENEW_AT: usize = 16;
/// Free slots kept ready, so that filing never waits for new ones: four times the largest bundle.
const READY: u32 = 64;

/// What the slots know of the store's life. A database that was copied back from an earlier day disagrees with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Header {
    /// Name of the store, random.
    pub(super) store: [u8; 16],
    /// Number of this run.
    pub(super) starts: u64,
    /// Number of the last run that ended clean.
    pub(super) closed: u64,
    /// Cases filed at least.
    pub(super) filed: u64,
    /// Epoch of the numbers given out last.
    pub(super) epoch: [u8; 2],
}

impl Header {
    fn to_record(&self) -> [u8; RECORD] {
        let mut record = [0; RECORD];
        record[..8].copy_from_slice(MAGIC);
        record[8..24].copy_from_slice(&self.store);
        record[24..32].copy_from_slice(&self.starts.to_le_bytes());
        record[32..40].copy_from_slice(&self.closed.to_le_bytes());
        record[40..48].copy_from_slice(&self.filed.to_le_bytes());
        record[48..50].copy_from_slice(&self.epoch);
        let check = Sha256::digest(&record[..RECORD - 32]);
        record[RECORD - 32..].copy_from_slice(&check);
        record
    }

    fn from_record(record: &[u8; RECORD]) -> Option<Self> {
        let check = Sha256::digest(&record[..RECORD - 32]);
        if record[..8] != MAGIC[..] || record[RECORD - 32..] != check[..] {
            return None;
        }
        let number =
            |from: usize| Some(u64::from_le_bytes(record[from..from + 8].try_into().ok()?));
        Some(Self {
            store: record[8..24].try_into().ok()?,
            starts: number(24)?,
            closed: number(32)?,
            filed: number(40)?,
            epoch: record[48..50].try_into().ok()?,
        })
    }

    /// Of the slots in `file`; nothing if it is damaged or something else.
    pub(super) fn read(file: &dyn OpenFile) -> Option<Self> {
        let mut record = [0; RECORD];
        file.read_at(&mut record, 0).ok()?;
        Self::from_record(&record)
    }
}

fn mark_at(batch: u32) -> u64 {
    RECORD as u64 * (1 + u64::from(batch) * (1 + u64::from(BATCH)))
}

fn slot_at(slot: u32) -> u64 {
    mark_at(slot / BATCH) + RECORD as u64 * (1 + u64::from(slot % BATCH))
}

fn slot_bound(store: &[u8; 16], slot: u32) -> Vec<u8> {
    bound(&[b"kiosk key slot", store, &slot.to_le_bytes()])
}

/// The key in a slot, if it is whole and of this machine and store.
pub(super) fn unwrap(
    file: &dyn OpenFile,
    wrap: &Secret,
    store: &[u8; 16],
    slot: u32,
) -> Option<Secret> {
    let mut wrapped = [0; WRAPPED];
    file.read_at(&mut wrapped, slot_at(slot)).ok()?;
    let plain = unseal(wrap, &slot_bound(store, slot), &wrapped).ok()?;
    Some(Zeroizing::new(plain[..].try_into().ok()?))
}

/// Makes what is in these slots unreadable, in a file that is not in use.
pub(super) fn erase(file: &dyn OpenFile, slots: &[u32]) -> io::Result<()> {
    for slot in slots {
        file.write_at(&[0; RECORD], slot_at(*slot))?;
    }
    file.sync()
}

/// The open file of slots.
pub(super) struct KeySlots {
    file: Box<dyn OpenFile>,
    wrap: Secret,
    /// Written with every flush of the file.
    pub(super) header: Header,
    map: SlotMap,
}

impl KeySlots {
    /// A new file for a new store.
    pub(super) fn create(
        place: &Place,
        path: &Path,
        wrap: &Secret,
        store: [u8; 16],
        random: &mut Random,
    ) -> Result<Self, StoreFault> {
        let file = place.files.create(path)?;
        let mut slots = Self {
            file,
            wrap: wrap.clone(),
            header: Header {
                store,
                ..Header::default()
            },
            map: SlotMap::default(),
        };
        slots.prepare(READY, random)?;
        place.sync_folder()?;
        Ok(slots)
    }

    /// The slots after a clean stop: `used` is what the database kept of them.
    pub(super) fn after_clean_stop(
        file: Box<dyn OpenFile>,
        wrap: &Secret,
        header: Header,
        used: &[u8],
    ) -> Self {
        Self {
            file,
            wrap: wrap.clone(),
            header,
            map: SlotMap::from_bytes(used),
        }
    }

    /// The slots after any other stop: `held` by rows. All others of marked batches are renewed, whether they were spent
    /// or not: that is what makes a deferred overwriting safe.
    pub(super) fn after_a_cut(
        file: Box<dyn OpenFile>,
        wrap: &Secret,
        header: Header,
        held: &[u32],
    ) -> Result<Self, StoreFault> {
        let batch_bytes = mark_at(1) - mark_at(0);
        let whole = file.len()?.saturating_sub(mark_at(0)) / batch_bytes;
        let whole = u32::try_from(whole).unwrap_or(u32::MAX);
        let mut map = SlotMap::default();
        map.grow(whole.max(1));
        // Slots far beyond the file and beyond as many rows are no slots: a damaged row must not make the map endless. A
        // file that was cut off may once have had more.
        let rows = u32::try_from(held.len()).unwrap_or(u32::MAX) / BATCH;
        let beyond = whole.max(rows).saturating_add(64).saturating_mul(BATCH);
        let held = held.iter().filter(|slot| **slot < beyond);
        held.for_each(|slot| map.hold(*slot));
        for batch in 0..map.batches() {
            let mut mark = [1];
            // A batch whose mark cannot be read, or that is cut off, counts as given out.
            let read = file.read_at(&mut mark, mark_at(batch));
            if batch == 0 || batch >= whole || read.is_err() || mark[0] != 0 {
                file.write_at(&[1], mark_at(batch))?;
                map.spend_unheld(batch);
                map.mark(batch);
            }
        }
        Ok(Self {
            file,
            wrap: wrap.clone(),
            header,
            map,
        })
    }

    /// A free slot and its key, which is on the disk already.
    pub(super) fn take(&mut self, random: &mut Random) -> Result<(u32, Secret), StoreFault> {
        loop {
            self.prepare(1, random)?;
            let Some(slot) = self.map.take() else {
                return Err(StoreFault::Io("no key slot is free".into()));
            };
            match self.key(slot) {
                Some(key) => return Ok((slot, key)),
                // Damaged while it was free: made anew with the next renewal.
                None => self.map.spend(slot),
            }
        }
    }

    /// The key of a row.
    pub(super) fn key(&self, slot: u32) -> Option<Secret> {
        unwrap(&*self.file, &self.wrap, &self.header.store, slot)
    }

    /// No row holds this slot any more. To be called after the commit that says so: the other way round a power cut
    /// between the two would leave a case that waits and that nobody can read.
    pub(super) fn spend(&mut self, slot: u32) {
        self.map.spend(slot);
    }

    /// Whether a renewal is worth its flush.
    pub(super) fn due(&self) -> bool {
        self.map.spent().len() >= RENEW_AT
    }

    /// Whether any key waits to be destroyed.
    pub(super) fn has_spent(&self) -> bool {
        !self.map.spent().is_empty()
    }

    /// Overwrites the spent slots with new keys and flushes. Until that has worked they stay spent.
    pub(super) fn renew(&mut self, random: &mut Random) -> Result<(), StoreFault> {
        if !self.has_spent() {
            return Ok(());
        }
        let mut spent = self.map.spent().to_vec();
        spent.sort_unstable();
        spent.dedup();
        self.write_new(&spent, random)?;
        self.flush()?;
        self.map.renewed();
        for batch in self.map.unmark_free() {
            // Not flushed: a mark that stays costs a renewal too many after a power cut, no more.
            self.file.write_at(&[0], mark_at(batch))?;
        }
        Ok(())
    }

    /// Sees to it that the next cases find their keys ready.
    pub(super) fn stock(&mut self, random: &mut Random) -> Result<(), StoreFault> {
        self.prepare(READY, random)
    }

    fn prepare(&mut self, want: u32, random: &mut Random) -> Result<(), StoreFault> {
        while self.map.ready() < want {
            let batch = match self.map.unmarked() {
                Some(batch) => batch,
                None => {
                    let batch = self.map.batches();
                    let slots: Vec<u32> = (batch * BATCH..(batch + 1) * BATCH).collect();
                    self.write_new(&slots, random)?;
                    batch
                }
            };
            self.file.write_at(&[1], mark_at(batch))?;
            self.flush()?;
            self.map.mark(batch);
        }
        Ok(())
    }

    /// Writes the header without a flush: it is on the disk when the system gets to it, and costs a filing nothing.
    pub(super) fn note(&self) -> Result<(), StoreFault> {
        self.file.write_at(&self.header.to_record(), 0)?;
        Ok(())
    }

    /// Writes the header and flushes everything.
    pub(super) fn flush(&self) -> Result<(), StoreFault> {
        self.note()?;
        self.file.sync()?;
        Ok(())
    }

    /// New random keys in `slots`, which rise; neighbours are written at once.
    fn write_new(&self, slots: &[u32], random: &mut Random) -> Result<(), StoreFault> {
        let neighbours = |a: &u32, b: &u32| *b == *a + 1 && !b.is_multiple_of(BATCH);
        for run in slots.chunk_by(neighbours) {
            let mut drawn = Zeroizing::new(vec![0; run.len() * (32 + NONCE)]);
            random(&mut drawn)?;
            let mut records = vec![0; run.len() * RECORD];
            let both = run.iter().zip(drawn.chunks_exact(32 + NONCE));
            for ((slot, drawn), record) in both.zip(records.chunks_exact_mut(RECORD)) {
                let (key, nonce) = drawn.split_at(32);
                let nonce = nonce.try_into().unwrap_or([0; NONCE]);
                let bound = slot_bound(&self.header.store, *slot);
                record[..WRAPPED].copy_from_slice(&seal(&self.wrap, nonce, &bound, key));
            }
            self.file.write_at(&records, slot_at(run[0]))?;
        }
        Ok(())
    }

    /// What the database keeps of the slots at a clean stop. Nothing may be spent then.
    pub(super) fn used(&self) -> Vec<u8> {
        self.map.to_bytes()
    }
}

#[cfg(test)]
#[path = "key_slots_tests.rs"]
mod tests;
