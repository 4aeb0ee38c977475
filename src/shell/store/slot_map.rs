//! Which key slots are held by a row, which are spent, which may be given out. Pure book-keeping, no file.

/// Slots of a batch.
pub(super) const BATCH: u32 = 256;
const WORDS: usize = (BATCH / 64) as usize;

#[derive(Clone, Default)]
struct Batch {
    /// One bit a slot: held by a row, or spent and not yet renewed.
    used: [u64; WORDS],
    /// Its mark on the disk says that slots of it may have been given out.
    marked: bool,
}

/// The map of all slots. Slots are given out from the lowest number up, so that a long backlog that has drained leaves
/// whole batches free, which then need no renewal after a power cut.
#[derive(Default)]
pub(super) struct SlotMap {
    batches: Vec<Batch>,
    spent: Vec<u32>,
    /// Free slots in marked batches.
    ready: u32,
    /// No marked batch below this one has a free slot.
    lowest: usize,
}

fn at(slot: u32) -> (usize, usize, u64) {
    let within = slot % BATCH;
    let batch = (slot / BATCH) as usize;
    (batch, (within / 64) as usize, 1 << (within % 64))
}

impl Batch {
    fn free(&self) -> u32 {
        self.used.iter().map(|word| word.count_zeros()).sum()
    }
}

impl SlotMap {
    /// How many batches there are.
    pub(super) fn batches(&self) -> u32 {
        self.batches.len() as u32
    }

    /// Makes the map at least `batches` long; new ones are free and not marked.
    pub(super) fn grow(&mut self, batches: u32) {
        if self.batches() < batches {
            self.batches.resize(batches as usize, Batch::default());
        }
    }

    /// A row holds this slot.
    pub(super) fn hold(&mut self, slot: u32) {
        let (batch, word, bit) = at(slot);
        self.grow(slot / BATCH + 1);
        let batch = &mut self.batches[batch];
        if batch.used[word] & bit == 0 {
            batch.used[word] |= bit;
            if batch.marked {
                self.ready -= 1;
            }
        }
    }

    /// The mark of a batch is on the disk: its slots may be given out.
    pub(super) fn mark(&mut self, batch: u32) {
        self.grow(batch + 1);
        let found = &mut self.batches[batch as usize];
        if !found.marked {
            found.marked = true;
            self.ready += found.free();
            self.lowest = self.lowest.min(batch as usize);
        }
    }

    /// Free slots that may be given out at once.
    pub(super) fn ready(&self) -> u32 {
        self.ready
    }

    /// The lowest batch that has a free slot and no mark.
    pub(super) fn unmarked(&self) -> Option<u32> {
        let found = self.batches.iter().position(|b| !b.marked && b.free() > 0);
        found.map(|batch| batch as u32)
    }

    /// Gives out the lowest free slot of the marked batches.
    pub(super) fn take(&mut self) -> Option<u32> {
        for (number, batch) in self.batches.iter_mut().enumerate().skip(self.lowest) {
            self.lowest = number;
            if !batch.marked {
                continue;
            }
            if let Some(word) = batch.used.iter().position(|word| *word != u64::MAX) {
                let bit = batch.used[word].trailing_ones();
                batch.used[word] |= 1 << bit;
                self.ready -= 1;
                return Some(number as u32 * BATCH + word as u32 * 64 + bit);
            }
        }
        None
    }

    /// No row needs this slot any more; what is in it has to go.
    pub(super) fn spend(&mut self, slot: u32) {
        self.hold(slot);
        self.spent.push(slot);
    }

    /// All slots of a batch that nobody holds are to be renewed: any of them may have been spent.
    pub(super) fn spend_unheld(&mut self, batch: u32) {
        for slot in batch * BATCH..(batch + 1) * BATCH {
            let (number, word, bit) = at(slot);
            if self.batches[number].used[word] & bit == 0 {
                self.spend(slot);
            }
        }
    }

    /// Slots to be renewed.
    pub(super) fn spent(&self) -> &[u32] {
        &self.spent
    }

    /// The spent slots hold new keys on the disk.
    pub(super) fn renewed(&mut self) {
        for slot in std::mem::take(&mut self.spent) {
            let (number, word, bit) = at(slot);
            let batch = &mut self.batches[number];
            if batch.used[word] & bit != 0 {
                batch.used[word] &= !bit;
                if batch.marked {
                    self.ready += 1;
                    self.lowest = self.lowest.min(number);
                }
            }
        }
    }

    /// Takes the marks off batches that are wholly free; the first batch keeps its own. Returns them.
    pub(super) fn unmark_free(&mut self) -> Vec<u32> {
        let mut unmarked = Vec::new();
        for (number, batch) in self.batches.iter_mut().enumerate().skip(1) {
            if batch.marked && batch.free() == BATCH {
                batch.marked = false;
                self.ready -= BATCH;
                unmarked.push(number as u32);
            }
        }
        unmarked
    }

    /// One bit a slot: held. Nothing may be spent.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let words = self.batches.iter().flat_map(|batch| batch.used);
        words.flat_map(u64::to_le_bytes).collect()
    }

    /// The map of a clean stop: batches with a held slot were marked, and the first.
    pub(super) fn from_bytes(bytes: &[u8]) -> Self {
        let mut map = Self::default();
        for (number, bytes) in bytes.chunks_exact(WORDS * 8).enumerate() {
            let mut batch = Batch::default();
            for (word, bytes) in batch.used.iter_mut().zip(bytes.chunks_exact(8)) {
                *word = u64::from_le_bytes(bytes.try_into().unwrap_or_default());
            }
            batch.marked = number == 0 || batch.free() < BATCH;
            if batch.marked {
                map.ready += batch.free();
            }
            map.batches.push(batch);
        }
        map
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_go_out_from_the_lowest_and_come_back() {
        let mut map = SlotMap::default();
        assert_eq!(map.take(), None);
        map.mark(0);
        assert_eq!(
            (map.ready(), map.take(), map.take()),
            (BATCH, Some(0), Some(1))
        );
        map.spend(0);
        assert_eq!(
            (map.take(), map.spent()),
            (Some(2), &[0][..]),
            "spent is not free"
        );
        map.renewed();
        assert_eq!((map.take(), map.ready()), (Some(0), BATCH - 3));
        while map.take().is_some() {}
        assert_eq!((map.ready(), map.unmarked()), (0, None));
        map.grow(3);
        assert_eq!(map.unmarked(), Some(1));
        assert_eq!(map.take(), None, "no mark, no slot");
        map.mark(2);
        assert_eq!(map.take(), Some(2 * BATCH));
    }

    #[test]
    fn a_drained_batch_loses_its_mark() {
        let mut map = SlotMap::default();
        map.mark(0);
        map.mark(1);
        let slots: Vec<u32> = (0..BATCH + 5).filter_map(|_| map.take()).collect();
        assert!(map.unmark_free().is_empty());
        slots.iter().for_each(|slot| map.spend(*slot));
        map.renewed();
        assert_eq!((map.unmark_free(), map.ready()), (vec![1], BATCH));
        assert_eq!(map.take(), Some(0));
    }

    #[test]
    fn a_map_is_the_same_after_writing_and_reading() {
        let mut map = SlotMap::default();
        map.mark(0);
        map.hold(3);
        map.hold(2 * BATCH + 70);
        let mut again = SlotMap::from_bytes(&map.to_bytes());
        assert_eq!((again.batches(), again.ready()), (3, 2 * BATCH - 2));
        let taken: Vec<_> = (0..4).filter_map(|_| again.take()).collect();
        assert_eq!(taken, [0, 1, 2, 4]);
        again.spend_unheld(2);
        assert_eq!(again.spent().len() as u32, BATCH - 1);
        assert_eq!(again.ready(), BATCH - 5);
    }
}
