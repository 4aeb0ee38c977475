//! The module inside the reader: what it answers, and when.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use super::{ReaderFault, ReaderSetting, card::CardFile, wear::Wear};
use crate::sim::pty::Device;

/// After power-on a [`ReaderFault::DeafAfterPowerOn`] reader hears nothing for this long.
const DEAF: Duration = Duration::from_millis(1500);
/// Bit rates by the number in "set rate" (60 nn).
const RATES: [u32; 5] = [115_200, 57_600, 38_400, 19_200, 9600];

/// The behaviour of a reader on a stream of bytes.
pub struct SimReader {
    input: Vec<u8>,
    output: VecDeque<(Instant, Vec<u8>)>,
    /// The firmware's bit rate; `None` on a line that knows none.
    line_rate: Option<u32>,
    /// A card was looked for since [`Self::forget_watch`].
    watched: bool,
    rate: u32,
    powered_at: Option<Instant>,
    ids_told: u32,
    max_rf: u8,
    rf_limit: u8,
    address_parts: u8,
    wear: Wear,
    /// When the last answer would be out if nothing made it late.
    busy_until: Option<Instant>,
    card: Option<CardFile>,
    found: bool,
    selected: bool,
    /// The request under way is for a reading.
    reading: bool,
    /// The card was read and does not answer "find" until it is laid anew.
    halted: bool,
    found_after_read: bool,
    fault: ReaderFault,
    read_time: Duration,
}

impl Default for SimReader {
    fn default() -> Self {
        Self {
            input: Vec::new(),
            output: VecDeque::new(),
            line_rate: None,
            watched: false,
            rate: RATES[0],
            powered_at: None,
            ids_told: 0,
            max_rf: 0x50,
            rf_limit: u8::MAX,
            address_parts: 1,
            wear: Wear::default(),
            busy_until: None,
            card: None,
            found: false,
            selected: false,
            reading: false,
            halted: false,
            found_after_read: true,
            fault: ReaderFault::None,
            read_time: Duration::from_millis(400),
        }
    }
}

impl SimReader {
    /// Lays a card down.
    pub fn lay(&mut self, card: CardFile) {
        self.take();
        self.card = Some(card);
    }

    /// Takes the card away.
    pub fn take(&mut self) {
        self.card = None;
        self.found = false;
        self.selected = false;
        self.halted = false;
    }

    /// From now on this is wrong.
    pub fn set_fault(&mut self, fault: ReaderFault) {
        self.fault = fault;
    }

    /// From now on it is like this.
    pub fn set(&mut self, setting: ReaderSetting) {
        match setting {
            ReaderSetting::ReadTime(time) => self.read_time = time,
            ReaderSetting::HaltAfterRead(halts) => self.found_after_read = !halts,
            ReaderSetting::AddressParts(parts) => self.address_parts = parts,
            ReaderSetting::RfLimit(limit) => self.rf_limit = limit,
            ReaderSetting::Rate(rate) => self.rate = rate,
            ReaderSetting::MissPerMille(misses) => self.wear.miss_per_mille = misses,
            ReaderSetting::ReadTimeGrowth(growth) => self.wear.growth = growth,
        }
    }

    /// Its power is cut and comes back.
    pub fn power_cycle(&mut self, now: Instant) {
        self.unplugged();
        self.plugged(now);
    }

    /// Takes the next whole request out of the input. Anything else is thrown away.
    fn next_request(&mut self) -> Option<Vec<u8>> {
        loop {
            let start = self
                .input
                .windows(5)
                .position(|window| window == [0xAA, 0xAA, 0xAA, 0x96, 0x69]);
            let Some(start) = start else {
                // Up to four bytes may be the beginning of a preamble.
                let keep = self.input.len().min(4);
                self.input.drain(..self.input.len() - keep);
                return None;
            };
            self.input.drain(..start);
            let length = usize::from(*self.input.get(5)?) << 8 | usize::from(*self.input.get(6)?);
            if length > 16 {
                // No request is that long.
                self.input.drain(..5);
                continue;
            }
            if self.input.len() < 7 + length {
                return None;
            }
            return Some(self.input.drain(..7 + length).skip(5).collect());
        }
    }

    /// Whether the request is lost on it. A reset may bring it back.
    fn is_deaf_to(&mut self, request: &[u8], now: Instant) -> bool {
        let cmd = request.get(2).copied().unwrap_or(0);
        match self.fault {
            ReaderFault::Mute(mute) => mute == cmd,
            ReaderFault::HungUntilReset if cmd == 0x10 => {
                self.fault = ReaderFault::None;
                false
            }
            ReaderFault::HungUntilReset
            | ReaderFault::HungUntilReopen
            | ReaderFault::HungUntilPowerCycle => true,
            ReaderFault::DeafAfterPowerOn => {
                let on = *self.powered_at.get_or_insert(now);
                now.saturating_duration_since(on) < DEAF
            }
            _ => false,
        }
    }

    pub(super) fn forget_watch(&mut self) {
        self.watched = false;
    }

    pub(super) fn is_watched(&self) -> bool {
        self.watched
    }

    /// Whether the line runs at another rate than the module.
    fn garbles(&self) -> bool {
        self.line_rate.is_some_and(|rate| rate != self.rate)
    }

    /// SW3, data and how long it takes. `request` is length, CMD, PARA, data, check.
    fn answer(&mut self, request: &[u8]) -> (u8, Vec<u8>, Duration) {
        let short = Duration::from_millis(15);
        if request.iter().fold(0, |xor, byte| xor ^ byte) != 0 {
            return (0x10, vec![], short);
        }
        match self.fault {
            ReaderFault::Unauthorised => return (0x66, vec![], short),
            ReaderFault::SelfTest => return (0x60, vec![], short),
            ReaderFault::Answers { cmd, sw3 } if request.get(2) == Some(&cmd) => {
                return (sw3, vec![], short);
            }
            _ => {}
        }
        match request.get(2..request.len().saturating_sub(1)) {
            Some([0x10, 0xFF]) => {
                self.found = false;
                self.selected = false;
                (0x90, vec![], Duration::from_millis(50))
            }
            Some([0x11, 0xFF]) => (0x90, vec![], short),
            // 05.03-20240101-0000123456-4000000001
            Some([0x12, 0xFF]) => {
                let id = b"\x05\x00\x03\x00\xE5\xD6\x34\x01\x40\xE2\x01\x00\x01\x28\x6B\xEE";
                self.ids_told += 1;
                if self.fault == ReaderFault::FirstSamIdWrong && self.ids_told == 1 {
                    return (0x90, vec![0xFF; 16], short);
                }
                (0x90, id.to_vec(), short)
            }
            Some([0x20, 0x01]) => {
                self.watched = true;
                self.find(short)
            }
            Some([0x20, 0x02]) if self.found && self.card.is_some() => {
                self.selected = true;
                (0x90, vec![0; 8], short)
            }
            Some([0x20, 0x02]) => (0x81, vec![], short),
            Some([0x30, 0x01]) => self.read(false),
            Some([0x30, 0x10]) => self.read(true),
            Some([0x30, 0x03]) => self.read_additional(),
            Some([0x60, rate @ 0..=4]) => {
                self.rate = RATES[usize::from(*rate)];
                (0x90, vec![], short)
            }
            Some([0x61, 0xFF, bytes @ 24..=255]) => {
                self.max_rf = *bytes;
                (0x90, vec![], short)
            }
            Some(_) => (0x21, vec![], short),
            None => (0x11, vec![], short),
        }
    }

    fn find(&mut self, time: Duration) -> (u8, Vec<u8>, Duration) {
        self.selected = false;
        self.found = self.card.is_some() && !self.halted && !self.wear.misses();
        match self.fault {
            ReaderFault::NotAnIdCard if self.found => {
                self.found = false;
                (0x40, vec![], time)
            }
            _ if self.found => (0x9F, vec![0; 4], time),
            _ => (0x80, vec![], time),
        }
    }

    fn read(&mut self, with_fingerprint: bool) -> (u8, Vec<u8>, Duration) {
        let time = self.wear.reading(self.read_time);
        match (self.fault, &self.card) {
            (_, Some(_)) if !self.selected => (0x21, vec![], time),
            (_, None) => (0x21, vec![], time),
            (ReaderFault::MovedAway, _) => {
                self.take();
                (0x41, vec![], time)
            }
            (ReaderFault::AuthenticationFailed, _) => {
                self.selected = false;
                (0x31, vec![], time)
            }
            _ if self.max_rf > self.rf_limit => {
                self.selected = false;
                (0x41, vec![], time)
            }
            (ReaderFault::FingerprintFailed, _) if with_fingerprint => (0x37, vec![], time),
            (_, Some(card)) => {
                let mut data = vec![0x01, 0x00, 0x04, 0x00];
                if with_fingerprint {
                    data.push((card.fingerprint >> 8) as u8);
                    data.push((card.fingerprint & 0xFF) as u8);
                }
                data.extend(card.text());
                data.extend(card.photo());
                if with_fingerprint {
                    data.extend(vec![0x43; card.fingerprint]);
                }
                self.halted = !self.found_after_read;
                (0x90, data, time)
            }
        }
    }

    fn read_additional(&self) -> (u8, Vec<u8>, Duration) {
        let time = Duration::from_millis(80);
        match &self.card {
            Some(card) if self.selected => match card.additional(self.address_parts) {
                Some(data) => (0x90, data, time),
                None => (0x91, vec![], time),
            },
            _ => (0x21, vec![], time),
        }
    }

    /// Puts the answer on the line the way the fault spoils it.
    fn send(&mut self, sw3: u8, data: &[u8], at: Instant) {
        let length = data.len() + 4;
        let mut frame = vec![0xAA, 0xAA, 0xAA, 0x96, 0x69];
        frame.extend([(length >> 8) as u8, (length & 0xFF) as u8, 0x00, 0x00, sw3]);
        frame.extend(data);
        frame.push(frame[5..].iter().fold(0, |xor, byte| xor ^ byte));
        // 11.5 bytes a millisecond at 115200 bit/s.
        let at = at + Duration::from_micros(87 * frame.len() as u64);
        self.busy_until = Some(at);
        match self.fault {
            ReaderFault::Silent => return,
            ReaderFault::VendorTimeout if self.reading => {
                frame = vec![0xAA, 0xAA, 0xAA, 0x96, 0x69, 0x00, 0x05, 0x05, 0x05, 0x05];
            }
            ReaderFault::NoiseBefore => {
                frame.splice(0..0, [0x00, 0xFF, 0xAA, 0xAA, 0xAA, 0x96, 0x00, 0xAA]);
            }
            ReaderFault::NoiseWithin => {
                frame.insert(1, 0x00);
                let end = frame.len() - 1;
                frame.drain(end - 2..end);
            }
            ReaderFault::GarbledChecksum => {
                if let Some(check) = frame.last_mut() {
                    *check ^= 1;
                }
            }
            ReaderFault::Slow => {
                for (index, piece) in frame.chunks(64).enumerate() {
                    let pause = Duration::from_millis(300 + 40 * index as u64);
                    self.output.push_back((at + pause, piece.to_vec()));
                }
                return;
            }
            ReaderFault::Late(delay) => return self.output.push_back((at + delay, frame)),
            ReaderFault::AbsurdLength => {
                frame.truncate(5);
                frame.extend([0xFF, 0xFF]);
                frame.extend([0x5A; 5000]);
            }
            _ => {}
        }
        // What was made late is not overtaken either.
        let last = self.output.back().map_or(at, |(last, _)| at.max(*last));
        self.output.push_back((last, frame));
    }
}

impl Device for SimReader {
    fn handle_input(&mut self, bytes: &[u8], now: Instant) {
        // Requests are at most eleven bytes long; a firmware that sends more than this at once is not listened to.
        let garbled = self.garbles();
        let heard = |byte: &u8| if garbled { garble(*byte) } else { *byte };
        self.input.extend(bytes.iter().take(4096).map(heard));
        while let Some(request) = self.next_request() {
            if self.is_deaf_to(&request, now) {
                continue;
            }
            let (sw3, data, time) = self.answer(&request);
            self.reading = request.get(2) == Some(&0x30);
            // One after the other: an answer never overtakes the one before.
            let free = self.busy_until.map_or(now, |at| now.max(at));
            self.send(sw3, &data, free + time);
        }
    }

    fn poll_output(&mut self, now: Instant) -> Option<Vec<u8>> {
        let due = self.output.front().is_some_and(|(at, _)| *at <= now);
        let (_, mut bytes) = due.then(|| self.output.pop_front()).flatten()?;
        if self.garbles() {
            bytes.iter_mut().for_each(|byte| *byte = garble(*byte));
        }
        Some(bytes)
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.output.front().map(|(at, _)| *at)
    }

    fn line_rate(&mut self, rate: u32) {
        self.line_rate = Some(rate);
    }

    fn line_opened(&mut self) {
        if self.fault == ReaderFault::HungUntilReopen {
            self.fault = ReaderFault::None;
        }
    }

    fn plugged(&mut self, now: Instant) {
        self.powered_at = Some(now);
        self.ids_told = 0;
        self.max_rf = 0x50;
        if self.fault == ReaderFault::HungUntilPowerCycle {
            self.fault = ReaderFault::None;
        }
    }

    fn unplugged(&mut self) {
        self.input.clear();
        self.output.clear();
        self.busy_until = None;
        self.found = false;
        self.selected = false;
    }
}

/// What is heard of a byte that was sent at another rate.
fn garble(byte: u8) -> u8 {
    byte.rotate_left(3) ^ 0x5A
}
