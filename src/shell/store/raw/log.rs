//! The write-ahead log, frame by frame (sqlite.org/fileformat2.html#walformat).
//!
//! SQLite ends a log at the first frame that is not right and says nothing: it takes that for the power going. This looks
//! further. A commit is flushed before the next frame is written, so a frame that follows a commit behind the bad place
//! proves that the bad one was on the disk once and went bad there.

use super::super::files::OpenFile;

/// Bytes of the log's header and of each frame's.
const HEADER: usize = 32;
const FRAME: usize = 24;
/// The two first words of a log; the last bit says in which order of bytes it is summed.
const MAGIC: u32 = 0x377f_0682;

/// What a log holds.
pub(in super::super) struct Log {
    /// Bytes of a page.
    pub(super) page: usize,
    /// One for each place of a frame; nothing where the place is of an older log, or bad.
    pub(super) frames: Vec<Option<Frame>>,
    /// Frames from the beginning that SQLite takes.
    pub(super) sound: usize,
    /// Something that was committed lies behind a bad place.
    pub(in super::super) rotten: bool,
}

/// The head of a frame.
#[derive(Clone, Copy)]
pub(super) struct Frame {
    /// Number of its page, from 1.
    pub(super) page: u32,
    commit: bool,
}

impl Log {
    /// Reads a log; nothing if it has no frames, or nobody knows how long a page is.
    pub(in super::super) fn read(file: &dyn OpenFile, page: Option<usize>) -> Option<Self> {
        let length = usize::try_from(file.len().ok()?).ok()?;
        let mut header = [0; HEADER];
        if length > HEADER {
            // A header that cannot be read is a bad one.
            let _ = file.read_at(&mut header, 0);
        }
        let order = Order::of(&header);
        let told = order.and_then(|_| page_size(word(&header, 8)));
        let page = told.or(page)?;
        let places = length.checked_sub(HEADER)? / (FRAME + page);
        let salts = match told {
            Some(_) => header[16..24].try_into().ok()?,
            None => salts_of_frames(file, page, places)?,
        };
        let begin = order.filter(|_| told.is_some());
        let begin = begin.map(|order| (order, (word(&header, 24), word(&header, 28))));
        Some(Self::follow(file, page, places, salts, begin))
    }

    /// Follows the frames; `begin` is the order and the sum to begin with, if the header is good.
    fn follow(
        file: &dyn OpenFile,
        page: usize,
        places: usize,
        salts: [u8; 8],
        begin: Option<(Order, Sum)>,
    ) -> Self {
        let mut frames = Vec::with_capacity(places);
        let (mut sum, mut sound, mut checked) = (begin, 0, 0);
        let mut bytes = vec![0; FRAME + page];
        for n in 0..places {
            let read = file.read_at(&mut bytes, place(n, page));
            let ours = read.is_ok() && bytes[8..16] == salts && word(&bytes, 0) != 0;
            let frame = ours.then(|| Frame {
                page: word(&bytes, 0),
                commit: word(&bytes, 4) != 0,
            });
            frames.push(frame);
            sum = sum.and_then(|(order, so_far)| {
                let all = order.sum(order.sum(so_far, &bytes[..8]), &bytes[FRAME..]);
                let right = ours && all == (word(&bytes, 16), word(&bytes, 20));
                right.then_some((order, all))
            });
            if sum.is_some() {
                checked = n + 1;
                if frame.is_some_and(|frame| frame.commit) {
                    sound = n + 1;
                }
            }
        }
        let committed_behind = frames[checked..]
            .windows(2)
            .any(|two| two[0].is_some_and(|frame| frame.commit) && two[1].is_some());
        Self {
            page,
            sound,
            // Without a header SQLite takes nothing at all.
            rotten: committed_behind || begin.is_none(),
            frames,
        }
    }

    /// Where the page of a frame lies.
    pub(super) fn page_at(&self, frame: usize) -> u64 {
        place(frame, self.page) + FRAME as u64
    }

    /// Frames that count: those that SQLite takes, and all if the log is rotten.
    pub(super) fn counting(&self) -> usize {
        if self.rotten {
            self.frames.len()
        } else {
            self.sound
        }
    }
}

type Sum = (u32, u32);

#[derive(Clone, Copy)]
enum Order {
    Little,
    Big,
}

impl Order {
    /// Of a header whose own sum is right.
    fn of(header: &[u8; HEADER]) -> Option<Self> {
        let order = match word(header, 0) {
            MAGIC => Self::Little,
            magic if magic == MAGIC | 1 => Self::Big,
            _ => return None,
        };
        let right = order.sum((0, 0), &header[..24]) == (word(header, 24), word(header, 28));
        right.then_some(order)
    }

    fn sum(self, (mut a, mut b): Sum, bytes: &[u8]) -> Sum {
        for pair in bytes.chunks_exact(8) {
            let of = |at: usize| match self {
                Self::Little => word(pair, at).swap_bytes(),
                Self::Big => word(pair, at),
            };
            a = a.wrapping_add(of(0)).wrapping_add(b);
            b = b.wrapping_add(of(4)).wrapping_add(a);
        }
        (a, b)
    }
}

/// The salts of this log, where its header is bad: those that two neighbours share, as near to the beginning as can be,
/// for what an older log left lies at the end.
fn salts_of_frames(file: &dyn OpenFile, page: usize, places: usize) -> Option<[u8; 8]> {
    let salts = |n: usize| {
        let mut salts = [0; 8];
        file.read_at(&mut salts, place(n, page) + 8).ok()?;
        (salts != [0; 8]).then_some(salts)
    };
    (1..places).find_map(|n| salts(n).filter(|found| salts(n - 1) == Some(*found)))
}

/// A length that a page can have.
pub(super) fn page_size(bytes: u32) -> Option<usize> {
    let fits = bytes.is_power_of_two() && (512..=65_536).contains(&bytes);
    fits.then_some(bytes as usize)
}

fn place(n: usize, page: usize) -> u64 {
    (HEADER + n * (FRAME + page)) as u64
}

/// Four bytes, most significant first.
pub(super) fn word(bytes: &[u8], at: usize) -> u32 {
    bytes
        .get(at..at + 4)
        .and_then(|four| four.try_into().ok())
        .map_or(0, u32::from_be_bytes)
}
