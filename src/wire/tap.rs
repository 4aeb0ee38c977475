//! Listening between a machine and whoever drives it, without either of them noticing.

use std::time::Instant;

use super::{Machine, PortWish};

/// What a machine is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Given<'a, C> {
    /// [`Machine::port_opened`].
    Opened,
    /// [`Machine::port_lost`].
    Lost,
    /// [`Machine::command`].
    Command(&'a C),
    /// [`Machine::handle_input`].
    Bytes(&'a [u8]),
    /// [`Machine::handle_timeout`].
    Timeout {
        /// What the machine itself named as its deadline.
        due: Option<Instant>,
    },
}

/// What a machine tells when it is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told<'a, E> {
    /// Bytes for the device.
    Bytes(&'a [u8]),
    /// An event.
    Event(&'a E),
    /// A wish of its port.
    Wish(PortWish),
    /// Nothing more of this kind.
    Nothing(Queue),
}

/// The three things a machine is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Queue {
    /// [`Machine::poll_transmit`].
    Bytes,
    /// [`Machine::poll_event`].
    Events,
    /// [`Machine::poll_port`].
    Wishes,
}

/// Listens. Called on the thread of the port: it must not wait.
pub trait Tap<M: Machine> {
    /// The machine is about to be given this.
    fn given(&mut self, given: &Given<'_, M::Command>, now: Instant);

    /// The machine told this. It belongs to what it was given last.
    fn told(&mut self, told: &Told<'_, M::Event>);
}

impl<M: Machine, T: Tap<M>> Tap<M> for Option<T> {
    fn given(&mut self, given: &Given<'_, M::Command>, now: Instant) {
        if let Some(tap) = self {
            tap.given(given, now);
        }
    }

    fn told(&mut self, told: &Told<'_, M::Event>) {
        if let Some(tap) = self {
            tap.told(told);
        }
    }
}

impl<M: Machine, A: Tap<M>, B: Tap<M>> Tap<M> for (A, B) {
    fn given(&mut self, given: &Given<'_, M::Command>, now: Instant) {
        self.0.given(given, now);
        self.1.given(given, now);
    }

    fn told(&mut self, told: &Told<'_, M::Event>) {
        self.0.told(told);
        self.1.told(told);
    }
}

/// A machine with somebody listening. Behaves as the machine does.
pub struct Tapped<M, T> {
    machine: M,
    tap: T,
}

impl<M: Machine, T: Tap<M>> Tapped<M, T> {
    /// `tap` hears everything from now on.
    #[must_use]
    pub fn new(machine: M, tap: T) -> Self {
        Self { machine, tap }
    }
}

impl<M: Machine, T: Tap<M>> Machine for Tapped<M, T> {
    type Event = M::Event;
    type Command = M::Command;

    fn port_opened(&mut self, now: Instant) {
        self.tap.given(&Given::Opened, now);
        self.machine.port_opened(now);
    }

    fn port_lost(&mut self, now: Instant) {
        self.tap.given(&Given::Lost, now);
        self.machine.port_lost(now);
    }

    fn command(&mut self, command: M::Command, now: Instant) {
        self.tap.given(&Given::Command(&command), now);
        self.machine.command(command, now);
    }

    fn handle_input(&mut self, bytes: &[u8], now: Instant) {
        self.tap.given(&Given::Bytes(bytes), now);
        self.machine.handle_input(bytes, now);
    }

    fn handle_timeout(&mut self, now: Instant) {
        let due = self.machine.poll_timeout();
        self.tap.given(&Given::Timeout { due }, now);
        self.machine.handle_timeout(now);
    }

    fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        let bytes = self.machine.poll_transmit();
        self.tap.told(&match &bytes {
            Some(bytes) => Told::Bytes(bytes),
            None => Told::Nothing(Queue::Bytes),
        });
        bytes
    }

    fn poll_event(&mut self) -> Option<M::Event> {
        let event = self.machine.poll_event();
        self.tap.told(&match &event {
            Some(event) => Told::Event(event),
            None => Told::Nothing(Queue::Events),
        });
        event
    }

    fn poll_port(&mut self) -> Option<PortWish> {
        let wish = self.machine.poll_port();
        self.tap.told(&match wish {
            Some(wish) => Told::Wish(wish),
            None => Told::Nothing(Queue::Wishes),
        });
        wish
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.machine.poll_timeout()
    }
}
