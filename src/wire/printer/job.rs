//! One receipt on its way to paper: what is sent next, and how much of it the printer has worked off.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::Reason;
use crate::wire::escpos::commands::{self, TRANSMIT_PAPER};
use crate::wire::escpos::{Encoded, Profile, Proof};

/// Bytes after which a job asks the printer whether it has come this far (GS r).
const MARK_EVERY: usize = 384;
/// Most marks under way.
const MAX_MARKS: usize = 6;

/// Without progress for this long a job is given up.
const STALL: Duration = Duration::from_secs(10);

/// Where the job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Nothing is sent; waits for a status round of at least this number, and for a clean printer.
    Check { round: u64, until: Instant },
    /// Chunks go out.
    Sending,
    /// All is sent; waits for the proof.
    Proving { until: Instant },
    /// All marks were answered; waits for a clear status round of at least this number.
    Confirming { round: u64, until: Instant },
    /// Proven; waits for the cut.
    Cutting { until: Instant },
}

/// The job.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) id: u64,
    pub(super) stage: Stage,
    pub(super) length_mm: u32,
    /// Last time that something went on.
    pub(super) progress_at: Instant,
    encoded: Encoded,
    next: usize,
    /// Bytes before each unanswered mark.
    marks: VecDeque<usize>,
    since_mark: usize,
    /// The printer told a fault of the line already before it.
    pub(super) line_was_faulty: bool,
    /// It has told one since.
    pub(super) line_fault: bool,
}

impl Job {
    pub(super) fn new(id: u64, encoded: Encoded, stage: Stage, now: Instant) -> Self {
        Self {
            id,
            stage,
            length_mm: encoded.length_mm,
            progress_at: now,
            encoded,
            next: 0,
            marks: VecDeque::new(),
            since_mark: 0,
            line_was_faulty: false,
            line_fault: false,
        }
    }

    /// When something must have happened.
    pub(super) fn timeout(&self) -> Instant {
        match self.stage {
            Stage::Sending => self.progress_at + STALL,
            Stage::Check { until, .. }
            | Stage::Proving { until }
            | Stage::Confirming { until, .. }
            | Stage::Cutting { until } => until,
        }
    }

    /// Whether bytes of it may be on paper.
    pub(super) fn has_begun(&self) -> bool {
        self.next > 0
    }

    /// Whether every chunk was handed out.
    pub(super) fn is_out(&self) -> bool {
        self.next == self.encoded.chunks.len()
    }

    /// The next whole commands, unless the printer's buffer has no room for them.
    pub(super) fn next_chunk(&mut self, profile: &Profile) -> Option<Vec<u8>> {
        let chunk = self.encoded.chunks.get(self.next)?;
        let under_way = self.marks.iter().sum::<usize>() + self.since_mark;
        let counts = profile.proof.has_marks();
        let asks = profile.status.is_mute_in_motion();
        let full = under_way + chunk.bytes.len() > usize::from(profile.buffer_bytes);
        let marked = counts && self.marks.len() >= MAX_MARKS;
        if (counts || asks) && under_way > 0 && (full || marked) {
            return None;
        }
        let room = chunk.bytes.len() + TRANSMIT_PAPER.len();
        let mut bytes = Vec::with_capacity(room);
        bytes.extend(&chunk.bytes);
        self.next += 1;
        self.since_mark += bytes.len();
        // Without a mark before a chunk that may not fit, its room would never be seen to come free.
        let next_len = self
            .encoded
            .chunks
            .get(self.next)
            .map_or(0, |next| next.bytes.len());
        let tight = under_way + bytes.len() + next_len > usize::from(profile.buffer_bytes);
        if counts && (self.since_mark >= MARK_EVERY || tight) {
            bytes.extend(TRANSMIT_PAPER);
            self.marks.push_back(std::mem::take(&mut self.since_mark));
        }
        Some(bytes)
    }

    /// Whether the ending hands the receipt out; otherwise [`Self::cut`] does, once the receipt is proven.
    pub(super) fn ends_with_hand_out(profile: &Profile) -> bool {
        profile.proof != Proof::ProcessId
    }

    /// The commands that end the job: what proves it, and the cut where the proof comes after it.
    pub(super) fn ending(&mut self, profile: &Profile) -> Vec<u8> {
        match profile.proof {
            Proof::ProcessId => commands::ask_process(process_id(self.id)).to_vec(),
            Proof::GsR => self.cut(profile),
            Proof::Presented | Proof::None => commands::hand_out(profile),
        }
    }

    /// The cut, the handing out and a mark behind them.
    pub(super) fn cut(&mut self, profile: &Profile) -> Vec<u8> {
        self.marks.push_back(std::mem::take(&mut self.since_mark));
        let mut bytes = commands::hand_out(profile);
        bytes.extend(TRANSMIT_PAPER);
        bytes
    }

    /// A printer that answers nothing while paper moves has answered: everything so far has been worked off.
    pub(super) fn stands_still(&mut self, line_fault: bool) {
        self.since_mark = 0;
        self.line_fault |= line_fault && !self.line_was_faulty;
    }

    /// A mark was answered.
    pub(super) fn processed(&mut self) {
        self.marks.pop_front();
    }

    /// Whether every mark was answered.
    pub(super) fn is_processed(&self) -> bool {
        self.marks.is_empty()
    }

    /// Whether `id` is the one this job asked to be sent back.
    pub(super) fn is_its_process(&self, id: [u8; 4]) -> bool {
        id == process_id(self.id)
    }
}

/// Four letters from A to P for a job: the low 16 bits. None of them looks like a status byte.
fn process_id(job: u64) -> [u8; 4] {
    [12, 8, 4, 0].map(|shift| b'A' + (job >> shift & 0xF) as u8)
}

/// How a job ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The printer proved that the whole receipt is on paper.
    Printed,
    /// Nothing was sent.
    NotStarted(Reason),
    /// A part may be on paper, the whole is not. The rest never prints.
    Interrupted(Reason),
    /// All was sent and nothing proves or disproves it.
    Unknown,
}

impl Outcome {
    /// Why it is not printed, where that is known.
    #[must_use]
    pub fn reason(self) -> Option<Reason> {
        match self {
            Self::NotStarted(reason) | Self::Interrupted(reason) => Some(reason),
            Self::Printed | Self::Unknown => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn process_ids_are_letters_and_differ() {
        assert_eq!(process_id(0), *b"AAAA");
        assert_eq!(process_id(0x1_F00E), *b"PAAO");
        assert_ne!(process_id(1), process_id(2));
    }
}
