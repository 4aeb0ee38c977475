//! The printer without its cable: a buffer, a head of finite speed, a roll that ends, faults that stop it.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::PrinterSimOptions;
use super::composer::{Ask, Composer, Effect};
use super::decoder::{Decoder, Step};
use super::exit::{Exit, ExitKind, Moved};
use super::faults::Faults;
use super::paper::Paper;

/// Most pieces of paper and bytes kept for the one who looks; older ones go.
const MAX_PAPERS: usize = 200;
const MAX_RAW: usize = 1 << 20;

/// Where the near-end sensor looks: so much of the roll is left when it speaks.
pub(super) const NEAR_END_DOTS: usize = 500 * 8;

/// Which requests to empty the buffer the printer obeys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Clearing {
    /// DLE ENQ 2 after a jam or cutter error only; at paper end the rest stays and prints after the refill (Epson).
    #[default]
    ErrorsOnly,
    /// DLE ENQ 2 and DLE DC4 8 in every state.
    Always,
    /// None: not every clone knows the commands.
    Never,
}

/// The mechanism. Driven with bytes and time; has no thread and no port.
#[derive(Debug)]
pub struct Mechanism {
    pub(super) options: PrinterSimOptions,
    pub(super) buffer: VecDeque<u8>,
    pub(super) decoder: Decoder,
    pub(super) composer: Composer,
    pub(super) faults: Faults,
    pub(super) exit: Exit,
    pub(super) silent: bool,
    pub(super) no_proof: bool,
    pub(super) lines_left: Option<u32>,
    /// What is left of the roll in dots, if anybody measured it.
    pub(super) roll_dots: Option<usize>,
    pub(super) busy_until: Option<Instant>,
    pub(super) answers: VecDeque<(Instant, Vec<u8>)>,
    pub(super) changes: u8,
    pub(super) told: [u8; 4],
    /// Last bytes received, for commands that act on arrival.
    pub(super) tail: VecDeque<u8>,
    pub(super) papers: VecDeque<Paper>,
    pub(super) raw: Vec<u8>,
    pub(super) lost_bytes: usize,
    /// Speaks XON and XOFF.
    pub(super) flow_control: bool,
    /// XOFF was said.
    pub(super) full: bool,
    /// So many of the next bytes never arrive.
    pub(super) deaf_for: usize,
}

impl Mechanism {
    /// A printer with a full roll.
    #[must_use]
    pub fn new(options: PrinterSimOptions) -> Self {
        Self {
            composer: Composer::new(options.width_dots),
            buffer: VecDeque::new(),
            decoder: Decoder::of(options.exit == ExitKind::Presenter),
            exit: Exit::new(options.exit),
            faults: Faults::default(),
            silent: false,
            no_proof: false,
            lines_left: None,
            roll_dots: None,
            busy_until: None,
            answers: VecDeque::new(),
            changes: 0,
            told: Faults::default().automatic(),
            tail: VecDeque::new(),
            papers: VecDeque::new(),
            raw: Vec::new(),
            lost_bytes: 0,
            flow_control: false,
            full: false,
            deaf_for: 0,
            options,
        }
    }

    /// Bytes from the line.
    pub fn receive(&mut self, bytes: &[u8], now: Instant) {
        if self.silent {
            return;
        }
        let deaf = self.deaf_for.min(bytes.len());
        self.deaf_for -= deaf;
        for byte in &bytes[deaf..] {
            if self.raw.len() < MAX_RAW {
                self.raw.push(*byte);
            }
            if self.buffer.len() < self.options.buffer_bytes {
                self.buffer.push_back(*byte);
            } else {
                self.lost_bytes += 1;
                self.faults.overrun = true;
            }
            self.tail.push_back(*byte);
            if self.tail.len() > 10 {
                self.tail.pop_front();
            }
            self.act_on_arrival(now);
        }
        self.say_full(now);
        self.run(now);
    }

    /// XOFF while a quarter of the buffer is free, XON when half of it is.
    fn say_full(&mut self, now: Instant) {
        let (filled, size) = (self.buffer.len(), self.options.buffer_bytes);
        if self.flow_control && !self.full && filled > size - size / 4 {
            self.full = true;
            self.answer(vec![0x13], now);
        } else if self.full && filled <= size / 2 {
            self.full = false;
            self.answer(vec![0x11], now);
        }
    }

    /// Commands that act when they arrive, wherever they stand.
    fn act_on_arrival(&mut self, now: Instant) {
        let tail: Vec<u8> = self.tail.iter().copied().collect();
        let custom = self.exit.kind == ExitKind::Presenter;
        match tail.as_slice() {
            // No answer while paper moves.
            [.., 0x10, 0x04, 20] if custom && self.busy_until.is_none_or(|until| until <= now) => {
                let answer = self.faults.full(self.sees_exit());
                self.faults.overrun = false;
                self.answer(answer.to_vec(), now);
            }
            [.., 0x10, 0x04, n @ 1..=4] => {
                let reserved = if custom { 0x12 } else { 0 };
                let slip = u8::from(*n == 1 && self.sees_exit()) << 7;
                let answer = self.faults.real_time(*n) & !reserved | slip;
                self.answer(vec![answer], now);
            }
            _ if custom => {}
            [.., 0x10, 0x05, n @ 1..=2] => self.recover(*n, now),
            [0x10, 0x14, 8, 1, 3, 0x14, 1, 6, 2, 8]
                if self.options.clearing == Clearing::Always =>
            {
                self.clear();
            }
            _ => {}
        }
    }

    fn recover(&mut self, n: u8, now: Instant) {
        let stopped = self.faults.stopped();
        let obeys = match self.options.clearing {
            Clearing::ErrorsOnly => stopped,
            Clearing::Always => true,
            Clearing::Never => false,
        };
        if n == 2 && obeys {
            self.clear();
        }
        if stopped && !self.faults.jam && !self.faults.cutter {
            self.faults.stopped_by_jam = false;
            self.faults.stopped_by_cutter = false;
            self.tell_changes(now);
        }
    }

    pub(super) fn clear(&mut self) {
        self.buffer.clear();
        self.composer.clear();
    }

    fn answer(&mut self, bytes: Vec<u8>, now: Instant) {
        self.answers
            .push_back((now + self.options.answer_delay, bytes));
    }

    /// Reports a change unasked if the host wants that.
    fn tell_changes(&mut self, now: Instant) {
        let state = self.faults.automatic();
        if self.changes != 0 && state != self.told && !self.silent {
            self.answer(state.to_vec(), now);
        }
        self.told = state;
    }

    /// Prints what is due by `now`.
    pub fn run(&mut self, now: Instant) {
        while !self.faults.blocks() && !self.silent && self.busy_until.is_none_or(|at| at <= now) {
            let start = self.busy_until.take().unwrap_or(now);
            let step = self.decoder.step(self.buffer.make_contiguous());
            let Step::Token(token, len) = step else { break };
            self.buffer.drain(..len);
            match self.composer.apply(token) {
                Effect::Nothing => {}
                Effect::Moved(dots) => self.moved(dots, start, now),
                Effect::Cut => self.cut(now),
                Effect::Exit(n) => self.hand(n, now),
                Effect::Answer(ask) => self.tell(ask, now),
            }
        }
        self.say_full(now);
        self.tell_changes(now);
    }

    fn moved(&mut self, dots: usize, start: Instant, now: Instant) {
        let micros = dots as u64 * 1_000_000 / u64::from(self.options.dots_per_second.max(1));
        let start = start.max(now.checked_sub(Duration::from_millis(50)).unwrap_or(now));
        self.busy_until = Some(start + Duration::from_micros(micros));
        if let Some(left) = &mut self.roll_dots {
            *left = left.saturating_sub(dots);
            self.faults.paper_low |= *left <= NEAR_END_DOTS;
            self.faults.paper_out |= *left == 0;
        }
        if let Some(left) = &mut self.lines_left {
            *left = left.saturating_sub(1);
            if *left == 0 {
                self.lines_left = None;
                self.faults.paper_out = true;
            }
        }
    }

    fn cut(&mut self, now: Instant) {
        if self.faults.cutter {
            self.faults.stopped_by_cutter = true;
            return;
        }
        self.busy_until = Some(now + self.options.cut_time);
        self.take_paper(false);
    }

    fn hand(&mut self, n: u8, now: Instant) {
        match self.eject(n) {
            Moved::Nothing => {}
            Moved::Paper => self.busy_until = Some(now + self.options.cut_time),
            Moved::Jam => self.jam(),
        }
    }

    pub(super) fn take_paper(&mut self, torn: bool) {
        let mut paper = std::mem::take(&mut self.composer.paper);
        paper.torn = torn;
        if !torn {
            self.leaves_cutter(&paper);
        }
        if self.papers.len() >= MAX_PAPERS {
            self.papers.pop_front();
        }
        self.papers.push_back(paper);
    }

    fn tell(&mut self, ask: Ask, now: Instant) {
        match ask {
            Ask::Paper if self.no_proof => {}
            Ask::Paper => self.answer(vec![self.faults.paper_byte()], now),
            Ask::Process(_) if self.no_proof || !self.options.process_id => {}
            Ask::Process([a, b, c, d]) => self.answer(vec![0x37, 0x22, a, b, c, d, 0], now),
            Ask::Changes(mask) => {
                self.changes = mask;
                self.told = self.faults.automatic();
                if mask != 0 {
                    self.answer(self.told.to_vec(), now);
                }
            }
        }
    }

    /// Bytes due for the host.
    pub fn poll_output(&mut self, now: Instant) -> Option<Vec<u8>> {
        self.run(now);
        let (at, _) = self.answers.front()?;
        if *at > now {
            return None;
        }
        self.answers.pop_front().map(|(_, bytes)| bytes)
    }

    /// When something happens next.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        let answer = self.answers.front().map(|(at, _)| *at);
        let runs = !self.faults.blocks() && !self.silent;
        let head = self.busy_until.filter(|_| runs);
        answer.into_iter().chain(head).min()
    }

    /// Pieces of paper with something on them, oldest first; the piece under the head is not among them.
    #[must_use]
    pub fn papers(&self) -> Vec<Paper> {
        self.papers
            .iter()
            .filter(|paper| !paper.is_blank())
            .cloned()
            .collect()
    }

    /// What hangs out of the printer uncut.
    #[must_use]
    pub fn under_head(&self) -> &Paper {
        &self.composer.paper
    }

    /// Every byte received since this was last asked, at most 1 MiB.
    pub fn take_raw(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.raw)
    }

    /// Bytes that came while the buffer was full.
    #[must_use]
    pub fn lost_bytes(&self) -> usize {
        self.lost_bytes
    }
}
