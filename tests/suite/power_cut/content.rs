//! What is in one file of the torn disk: what the medium holds, what programs see, and the writes between the two.

use std::collections::BTreeMap;

/// Bytes that the medium writes whole or not at all.
pub const SECTOR: usize = 512;

/// A change that the medium need not have yet.
enum Change {
    Write { at: usize, bytes: Vec<u8> },
    Length(usize),
}

impl Change {
    /// Does the part of this change that lies between `from` and `to`.
    fn apply(&self, image: &mut [u8], from: usize, to: usize) {
        match self {
            Self::Write { at, bytes } => {
                let (start, end) = (from.max(*at), to.min(at + bytes.len()));
                if start < end {
                    image[start..end].copy_from_slice(&bytes[start - at..end - at]);
                }
            }
            // What was cut off and comes back by a later write reads as zeros.
            Self::Length(length) => {
                if *length < to {
                    image[from.max(*length)..to].fill(0);
                }
            }
        }
    }

    /// First byte and end of what this change touches in a file of at most `whole` bytes.
    fn span(&self, whole: usize) -> (usize, usize) {
        match self {
            Self::Write { at, bytes } => (*at, at + bytes.len()),
            Self::Length(length) => ((*length).min(whole), whole),
        }
    }
}

/// How much of what was not synced survives a cut.
#[derive(Clone, Copy, Debug)]
pub enum Luck {
    Nothing,
    Everything,
    /// Each sector by itself.
    Chance,
}

/// One file.
#[derive(Default)]
pub struct Content {
    durable: Vec<u8>,
    now: Vec<u8>,
    pending: Vec<Change>,
}

impl Content {
    /// A file that the medium holds whole.
    pub fn durable(bytes: Vec<u8>) -> Self {
        Self {
            now: bytes.clone(),
            durable: bytes,
            pending: Vec::new(),
        }
    }

    pub fn now(&self) -> &[u8] {
        &self.now
    }

    pub fn write(&mut self, at: usize, bytes: &[u8]) {
        if self.now.len() < at {
            self.now.resize(at, 0);
        }
        let there = bytes.len().min(self.now.len() - at);
        self.now[at..at + there].copy_from_slice(&bytes[..there]);
        self.now.extend_from_slice(&bytes[there..]);
        self.pending.push(Change::Write {
            at,
            bytes: bytes.to_vec(),
        });
    }

    pub fn set_length(&mut self, length: usize) {
        self.now.resize(length, 0);
        self.pending.push(Change::Length(length));
    }

    pub fn sync(&mut self) {
        if !self.pending.is_empty() {
            self.pending.clear();
            self.durable.clone_from(&self.now);
        }
    }

    /// The power goes: of the pending changes each sector keeps the first few, since a disk writes a sector as it
    /// stood at some moment; so does the length.
    pub fn tear(&mut self, luck: Luck, rng: &mut fastrand::Rng) {
        match luck {
            Luck::Nothing => {}
            Luck::Everything => self.durable.clone_from(&self.now),
            Luck::Chance if self.pending.is_empty() => {}
            Luck::Chance => self.tear_by_sector(rng),
        }
        self.pending.clear();
        self.now.clone_from(&self.durable);
    }

    fn tear_by_sector(&mut self, rng: &mut fastrand::Rng) {
        let mut lengths = vec![self.durable.len()];
        for change in &self.pending {
            let last = lengths[lengths.len() - 1];
            lengths.push(match change {
                Change::Write { at, bytes } => last.max(at + bytes.len()),
                Change::Length(length) => *length,
            });
        }
        // The length is as it stood after so many changes. Cuttings up to there have happened, later ones have not.
        let happened = rng.usize(0..lengths.len());
        let whole = lengths.iter().copied().max().unwrap_or(0);
        self.durable.resize(whole, 0);
        for (sector, touching) in touching(&self.pending, whole) {
            let cut = |at: &&usize| matches!(self.pending[**at], Change::Length(_));
            let touching: Vec<usize> = touching
                .iter()
                .filter(|at| !cut(at) || **at < happened)
                .copied()
                .collect();
            let least = touching
                .iter()
                .rposition(|at| cut(&at))
                .map_or(0, |n| n + 1);
            let (from, to) = (sector * SECTOR, ((sector + 1) * SECTOR).min(whole));
            for at in &touching[..rng.usize(least..=touching.len())] {
                self.pending[*at].apply(&mut self.durable, from, to);
            }
        }
        self.durable.truncate(lengths[happened]);
    }
}

/// For each sector the changes that touch it, in order.
fn touching(pending: &[Change], whole: usize) -> BTreeMap<usize, Vec<usize>> {
    let mut touching: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, change) in pending.iter().enumerate() {
        let (from, end) = change.span(whole);
        for sector in from / SECTOR..end.div_ceil(SECTOR) {
            touching.entry(sector).or_default().push(at);
        }
    }
    touching
}

#[test]
fn synced_bytes_stay_and_others_go_by_whole_sectors() {
    let mut torn = 0;
    for seed in 0..200 {
        let mut rng = fastrand::Rng::with_seed(seed);
        let mut content = Content::default();
        content.write(0, &[1; 2000]);
        content.sync();
        content.write(SECTOR, &[2; 1000]);
        content.write(SECTOR, &[3; 100]);
        content.tear(Luck::Chance, &mut rng);
        let image = content.now();
        assert_eq!(image.len(), 2000);
        assert_eq!(
            (&image[..SECTOR], &image[1512..]),
            (&[1; SECTOR][..], &[1; 488][..])
        );
        let first = (image[SECTOR], image[SECTOR + 100]);
        assert!([(1, 1), (2, 2), (3, 2)].contains(&first), "{first:?}");
        let second = &image[2 * SECTOR..1512];
        assert!(second.iter().all(|b| *b == 1) || second.iter().all(|b| *b == 2));
        torn += u32::from(second[0] != first.1);
    }
    assert!(torn > 20, "sectors do not fall apart: {torn}");
}

#[test]
fn a_length_that_was_not_synced_may_come_back() {
    let lengths: std::collections::BTreeSet<usize> = (0..100)
        .map(|seed| {
            let mut content = Content::durable(vec![7; 3 * SECTOR]);
            content.set_length(0);
            content.write(0, &[8; 10]);
            content.tear(Luck::Chance, &mut fastrand::Rng::with_seed(seed));
            content.now().len()
        })
        .collect();
    assert_eq!(lengths, [0, 10, 3 * SECTOR].into());
}
