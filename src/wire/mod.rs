//! Protocol machines without I/O: bytes and `now` go in; bytes to send, events and the next deadline come out.

use std::time::Instant;

pub mod escpos;
pub mod finder;
pub mod gauge;
pub mod printer;
pub mod radar;
pub mod sam;
pub mod scanner;
pub mod tap;
pub mod touch;

/// What a machine can ask of its port when bytes alone do not help. Carried out, it is answered by `port_opened`, or by
/// `port_lost` when the port cannot be opened again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PortWish {
    /// Close it and open it again: some adapters and modules come back to their senses.
    Reopen,
    /// Close it and open it again at so many bits a second, from now on.
    Rate(u32),
}

/// One device on one byte stream, driven from outside.
///
/// The driver calls one mutating verb, then drains `poll_transmit`, `poll_event` and `poll_port` until all are empty, then
/// waits for bytes, a command or the deadline of `poll_timeout`. Between `port_lost` and the next `port_opened`
/// nothing may be transmitted; the machine forgets half-received frames and half-sent jobs on `port_lost`.
pub trait Machine {
    /// What the machine tells.
    type Event;
    /// What the machine can be told.
    type Command;

    /// The port was opened: say hello to the device.
    fn port_opened(&mut self, now: Instant);

    /// The port is not there, or is no longer there. May be called again while it stays away.
    fn port_lost(&mut self, now: Instant);

    /// Carry out `command`. A command that cannot be carried out now is answered by an event, never by a panic.
    fn command(&mut self, command: Self::Command, now: Instant);

    /// Bytes received from the device, in any portions.
    fn handle_input(&mut self, bytes: &[u8], now: Instant);

    /// The deadline of `poll_timeout` has passed. Harmless when called early.
    fn handle_timeout(&mut self, now: Instant);

    /// Next bytes for the device. The driver owns them from here on and sends portions in this order.
    fn poll_transmit(&mut self) -> Option<Vec<u8>>;

    /// Next event, oldest first.
    fn poll_event(&mut self) -> Option<Self::Event>;

    /// What the port has to do next, if anything. Most machines never wish.
    fn poll_port(&mut self) -> Option<PortWish> {
        None
    }

    /// When `handle_timeout` must be called next; `None` while nothing is awaited.
    fn poll_timeout(&self) -> Option<Instant>;
}
