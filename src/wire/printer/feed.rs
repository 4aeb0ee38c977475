//! Commands on their way out: in short pieces, at the line's own speed.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

/// Most bytes in one write.
const PIECE: usize = 256;

/// Whole commands, sent in order. Short: it is refilled only when empty, save for a cut or a setting.
#[derive(Clone, Debug)]
pub(super) struct Feed {
    commands: VecDeque<Zeroizing<Vec<u8>>>,
    /// How much of the first is out.
    offset: usize,
    /// When the line is done with the last piece.
    free_at: Option<Instant>,
    /// The same, kept after the line has come to rest.
    last_at: Option<Instant>,
    baud: u32,
}

impl Feed {
    /// For a line of `baud` bits a second, ten of them a byte.
    pub(super) fn new(baud: u32) -> Self {
        Self {
            commands: VecDeque::new(),
            offset: 0,
            free_at: None,
            last_at: None,
            baud: baud.max(1200),
        }
    }

    pub(super) fn push(&mut self, command: Vec<u8>) {
        self.commands.push_back(Zeroizing::new(command));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.commands.is_empty()
    }

    /// Whether the printer has got a part of a command: anything else sent now would be taken for its rest.
    pub(super) fn is_within(&self) -> bool {
        self.offset > 0
    }

    /// Forgets everything; how many bytes the printer still waits for, if what was handed out arrives.
    pub(super) fn clear(&mut self) -> usize {
        let owed = match self.commands.front() {
            Some(command) if self.is_within() => command.len() - self.offset,
            _ => 0,
        };
        self.commands.clear();
        self.offset = 0;
        owed
    }

    /// The next piece, when the line is free.
    pub(super) fn piece(&mut self, now: Instant) -> Option<Vec<u8>> {
        if self.free_at.is_some_and(|at| now < at) {
            return None;
        }
        let command = self.commands.front()?;
        let end = command.len().min(self.offset + PIECE);
        let piece = command[self.offset..end].to_vec();
        self.offset = end;
        if end == command.len() {
            self.commands.pop_front();
            self.offset = 0;
        }
        let micros = piece.len() as u64 * 10_000_000 / u64::from(self.baud);
        self.free_at = Some(now + Duration::from_micros(micros));
        self.last_at = self.free_at;
        Some(piece)
    }

    /// When the line was or is done with the last piece; none before the first.
    pub(super) fn last_at(&self) -> Option<Instant> {
        self.last_at
    }

    /// When the line is free for the next piece.
    pub(super) fn free_at(&self) -> Option<Instant> {
        self.free_at
    }

    /// Nothing was there to send: no deadline until something is.
    pub(super) fn rest(&mut self, now: Instant) {
        if self.free_at.is_some_and(|at| now >= at) {
            self.free_at = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_short_and_paced() {
        let mut now = Instant::now();
        let mut feed = Feed::new(9600);
        feed.push(vec![7; 300]);
        assert_eq!(feed.piece(now).map(|piece| piece.len()), Some(256));
        assert!(feed.is_within());
        assert_eq!(feed.piece(now), None, "256 bytes take 267 ms at 9600 baud");
        now += Duration::from_millis(267);
        assert_eq!(feed.piece(now).map(|piece| piece.len()), Some(44));
        assert!(!feed.is_within() && feed.is_empty());
    }

    #[test]
    fn what_the_printer_still_waits_for_is_counted() {
        let mut feed = Feed::new(115_200);
        feed.push(vec![7; 300]);
        assert_eq!(
            feed.piece(Instant::now()).map(|piece| piece.len()),
            Some(256)
        );
        assert_eq!(feed.clear(), 44);
        assert_eq!(feed.clear(), 0);
    }
}
