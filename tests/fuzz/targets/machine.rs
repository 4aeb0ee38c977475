//! A protocol machine on a port in a time of its own, watched at every step.

use std::time::{Duration, Instant};

use kiosk::wire::{Machine, PortWish};

use super::input::Input;

/// Most wake-ups at one moment: a machine that wants more spins.
const WAKES: usize = 64;

/// What a machine may at most do, beside what its input is worth.
pub struct Limits {
    /// Bytes sent at one step or wake-up, and for each byte that came.
    pub sent: usize,
    pub sent_per_byte: usize,
    /// Events told at one step or wake-up, and for each byte that came.
    pub events: usize,
    pub events_per_byte: usize,
}

/// The machine, and what came out of it.
pub struct Bench<M: Machine> {
    pub machine: M,
    pub now: Instant,
    pub open: bool,
    /// The port's rate, where the machine asked for one.
    pub rate: Option<u32>,
    /// What was sent since this was last taken, with its time.
    pub sent: Vec<(Instant, Vec<u8>)>,
    /// What was told since this was last taken.
    pub events: Vec<M::Event>,
    limits: Limits,
}

impl<M: Machine> Bench<M> {
    pub fn new(machine: M, limits: Limits) -> Self {
        Self {
            machine,
            now: Instant::now(),
            open: false,
            rate: None,
            sent: Vec::new(),
            events: Vec::new(),
            limits,
        }
    }

    /// Takes out what is there. `bytes` came in before it.
    fn drain(&mut self, bytes: usize) {
        let (mut sent, mut told) = (0, 0);
        let most = self.limits.sent + self.limits.sent_per_byte * bytes;
        while let Some(answer) = self.machine.poll_transmit() {
            assert!(self.open, "sent into a port that is not there");
            sent += answer.len();
            self.sent.push((self.now, answer));
            assert!(sent <= most, "sent {sent} bytes at once for {bytes}");
        }
        let most = self.limits.events + self.limits.events_per_byte * bytes;
        while let Some(event) = self.machine.poll_event() {
            told += 1;
            self.events.push(event);
            assert!(told <= most, "told {told} events of {bytes} bytes");
        }
        if let Some(wish) = self.machine.poll_port() {
            assert!(self.open, "wished of a port that is not there");
            if let PortWish::Rate(rate) = wish {
                self.rate = Some(rate);
            }
            self.machine.port_opened(self.now);
            self.drain(0);
        }
    }

    pub fn open(&mut self) {
        self.open = true;
        self.machine.port_opened(self.now);
        self.drain(0);
    }

    pub fn lose(&mut self) {
        self.open = false;
        self.machine.port_lost(self.now);
        self.drain(0);
    }

    pub fn command(&mut self, command: M::Command) {
        self.machine.command(command, self.now);
        self.drain(0);
    }

    /// Bytes from the device. Late ones of a port that is gone change nothing.
    pub fn receive(&mut self, bytes: &[u8]) {
        let told = self.events.len();
        self.machine.handle_input(bytes, self.now);
        self.drain(bytes.len());
        assert!(
            self.open || self.events.len() == told,
            "told of bytes from nowhere"
        );
    }

    /// When the machine or `device`, which is at the other end, wants to act next. Both are never idle together.
    pub fn next(&self, device: Option<Instant>) -> Instant {
        let both = [self.machine.poll_timeout(), device];
        both.into_iter()
            .flatten()
            .min()
            .expect("waits for nothing")
            .max(self.now)
    }

    /// Wakes the machine until it wants nothing more now.
    pub fn wake(&mut self) {
        self.machine.handle_timeout(self.now);
        self.drain(0);
        for woken in 0.. {
            let due = self.machine.poll_timeout().is_some_and(|at| at <= self.now);
            if !due {
                return;
            }
            assert!(woken < WAKES, "wakes for ever");
            self.machine.handle_timeout(self.now);
            self.drain(0);
        }
    }

    /// Time passes, and the machine is woken whenever it wants to be. `false` when it wanted to be more than so often.
    pub fn pass(&mut self, time: Duration, mut wakes: usize) {
        let end = self.now + time;
        while let Some(at) = self.machine.poll_timeout().filter(|at| *at <= end) {
            self.now = self.now.max(at);
            self.wake();
            wakes = wakes.checked_sub(1).expect("woken too often");
        }
        self.now = end;
    }

    /// One step that every machine knows; `false` if `step` is none.
    pub fn step(&mut self, step: u8, input: &mut Input<'_>) -> bool {
        match step {
            0 => {
                let piece = input.piece();
                self.receive(piece);
            }
            1 => {
                // In the portions of a slow line.
                let size = usize::from(input.byte_or_zero() % 8) + 1;
                for portion in input.piece().chunks(size) {
                    self.receive(portion);
                    self.now += Duration::from_millis(1);
                }
            }
            2 => {
                let at = self.machine.poll_timeout();
                self.now = at.map_or(self.now, |at| at.max(self.now));
                self.wake();
            }
            3 => self.pass(Duration::from_millis(input.byte_or_zero().into()), 4096),
            4 => {
                // Woken late, as on a machine that is busy.
                self.now += Duration::from_millis(100 * u64::from(input.byte_or_zero()));
                self.wake();
            }
            5 => self.open(),
            6 => self.lose(),
            _ => return false,
        }
        true
    }
}
