//! One thread per serial port: opens it, drives a [`Machine`] over it, opens it again when the device went away.
//!
//! The thread sleeps in poll(2) on the port and a wake-up pipe until the machine's deadline; an idle port costs
//! nothing. Bytes go through a non-blocking descriptor, so neither a stalled peer nor flow control can hang it.

use std::{
    io,
    io::{Read as _, Write as _},
    os::{fd::AsFd as _, unix::net::UnixStream},
    path::PathBuf,
    sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel},
    thread,
    time::{Duration, Instant},
};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use zeroize::Zeroizing;

use crate::wire::{Machine, PortWish};

mod port;
use port::Port;

#[cfg(test)]
mod tests;

/// First and longest wait before a port is opened again.
const BACK_OFF: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(5));
/// Longest write in one call.
const WRITE_LIMIT: usize = 256;
/// Commands that may wait for the thread.
const COMMAND_LIMIT: usize = 64;
/// A machine that names a deadline in the past is called again after this long.
const SHORTEST_WAIT: Duration = Duration::from_millis(1);

/// Which port, and how it is set: always 8 data bits, no parity, 1 stop bit, no flow control by the port (the printer's machine
/// minds XON and XOFF itself), opened for ourselves alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SerialConfig {
    /// Path that stays the same over unplugging, such as `/dev/serial/by-path/…` or a link made by udev.
    pub path: PathBuf,
    /// Bits a second.
    pub baud_rate: u32,
}

impl SerialConfig {
    /// A port at this rate.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>, baud_rate: u32) -> Self {
        Self {
            path: path.into(),
            baud_rate,
        }
    }
}

/// The running driver of one port. Dropping it closes the port and ends the thread.
pub struct SerialDriver<C> {
    // Dropped before the thread is joined: the closed channel is what ends it.
    commands: Option<SyncSender<C>>,
    wake: UnixStream,
    thread: Option<thread::JoinHandle<()>>,
}

/// The command was not taken: too many wait already, or the thread is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the port takes no more commands")]
pub struct Overrun;

impl<C> SerialDriver<C> {
    /// Starts the thread. `deliver` is called on it with every event and must not wait.
    pub fn start<M, F>(config: SerialConfig, machine: M, deliver: F) -> io::Result<Self>
    where
        M: Machine<Command = C> + Send + 'static,
        C: Send + 'static,
        F: Fn(M::Event) + Send + 'static,
    {
        let (wake, woken) = UnixStream::pair()?;
        wake.set_nonblocking(true)?;
        woken.set_nonblocking(true)?;
        let (commands, received) = sync_channel(COMMAND_LIMIT);
        let name = config.path.file_name().unwrap_or_default();
        let thread = thread::Builder::new()
            .name(format!("serial-{}", name.display()))
            .spawn(move || {
                Driver {
                    config,
                    machine,
                    deliver,
                    port: None,
                    unsent: Zeroizing::default(),
                    open_at: Instant::now(),
                    back_off: BACK_OFF.0,
                }
                .run(&received, &woken);
            })?;
        Ok(Self {
            commands: Some(commands),
            wake,
            thread: Some(thread),
        })
    }

    /// Hands a command to the machine. Never waits.
    pub fn send(&self, command: C) -> Result<(), Overrun> {
        let commands = self.commands.as_ref().ok_or(Overrun)?;
        commands.try_send(command).map_err(|_| Overrun)?;
        self.wake();
        Ok(())
    }

    fn wake(&self) {
        // A full pipe means the thread will wake anyway.
        let _ = (&self.wake).write(&[1]);
    }
}

impl<C> Drop for SerialDriver<C> {
    fn drop(&mut self) {
        self.commands = None;
        self.wake();
        if let Some(thread) = self.thread.take()
            // `deliver` may own the driver: a thread cannot wait for itself.
            && thread.thread().id() != thread::current().id()
        {
            let _ = thread.join();
        }
    }
}

struct Driver<M, F> {
    config: SerialConfig,
    machine: M,
    deliver: F,
    port: Option<Port>,
    /// The rest of what the machine wants sent: one portion of it at a time.
    /// Wiped as it goes: it may name a person.
    unsent: Zeroizing<Vec<u8>>,
    open_at: Instant,
    back_off: Duration,
}

impl<M: Machine, F: Fn(M::Event)> Driver<M, F> {
    fn run(mut self, commands: &Receiver<M::Command>, woken: &UnixStream) {
        loop {
            // At most a queue full of commands between two looks at the port.
            for _ in 0..COMMAND_LIMIT {
                match commands.try_recv() {
                    Ok(command) => self.machine.command(command, Instant::now()),
                    Err(TryRecvError::Empty) => break,
                    Err(TryRecvError::Disconnected) => return,
                }
            }
            self.open();
            self.write();
            self.tell();
            if self.reopen() {
                continue;
            }
            let (readable, gone) = self.wait(woken);
            if readable {
                self.read();
            } else if gone {
                self.lose();
            }
            let now = Instant::now();
            if self.machine.poll_timeout().is_some_and(|at| at <= now) {
                self.machine.handle_timeout(now);
            }
        }
    }

    fn tell(&mut self) {
        while let Some(event) = self.machine.poll_event() {
            (self.deliver)(event);
        }
    }

    fn open(&mut self) {
        if self.port.is_some() || Instant::now() < self.open_at {
            return;
        }
        match Port::open(&self.config) {
            Ok(port) => {
                self.port = Some(port);
                self.machine.port_opened(Instant::now());
            }
            Err(_) => self.lose(),
        }
    }

    /// Carries out what the machine wishes of its port; false when that is nothing.
    fn reopen(&mut self) -> bool {
        let Some(wish) = self.machine.poll_port() else {
            return false;
        };
        if let PortWish::Rate(rate) = wish {
            self.config.baud_rate = rate;
        }
        if self.port.take().is_some() {
            self.unsent = Zeroizing::default();
            self.open_at = Instant::now();
            self.open();
        }
        true
    }

    /// The device is gone, or was not there. A port that never answers a byte is opened less and less often.
    fn lose(&mut self) {
        // Closed at once: while it is open, a device plugged in again would get another name.
        self.port = None;
        self.unsent = Zeroizing::default();
        let now = Instant::now();
        self.machine.port_lost(now);
        self.open_at = now + self.back_off;
        self.back_off = (self.back_off * 2).min(BACK_OFF.1);
    }

    fn write(&mut self) {
        while let Some(port) = &self.port {
            if self.unsent.is_empty() {
                match self.machine.poll_transmit() {
                    Some(bytes) => self.unsent = Zeroizing::new(bytes),
                    None => return,
                }
                continue;
            }
            let portion = &self.unsent[..self.unsent.len().min(WRITE_LIMIT)];
            match port.write(portion) {
                Ok(0) => return,
                // What is all out is dropped, for only then is the whole of its memory overwritten.
                Ok(written) if written == self.unsent.len() => self.unsent = Zeroizing::default(),
                Ok(written) => drop(self.unsent.drain(..written)),
                Err(_) => self.lose(),
            }
        }
    }

    fn read(&mut self) {
        let Some(port) = &self.port else { return };
        let mut buffer = Zeroizing::new([0; 1024]);
        match port.read(&mut buffer[..]) {
            Ok(Some(count)) => {
                self.back_off = BACK_OFF.0;
                self.machine.handle_input(&buffer[..count], Instant::now());
            }
            Ok(None) => {}
            Err(_) => self.lose(),
        }
    }

    /// Sleeps until something is to be done: (bytes to read, device gone).
    fn wait(&self, woken: &UnixStream) -> (bool, bool) {
        let reopen = self.port.is_none().then_some(self.open_at);
        let deadline = match (self.machine.poll_timeout(), reopen) {
            (Some(machine), Some(reopen)) => Some(machine.min(reopen)),
            (machine, reopen) => machine.or(reopen),
        };
        let timeout = deadline.and_then(|at| {
            let rest = at.saturating_duration_since(Instant::now());
            Timespec::try_from(rest.max(SHORTEST_WAIT)).ok()
        });
        let mut fds = vec![PollFd::from_borrowed_fd(woken.as_fd(), PollFlags::IN)];
        if let Some(port) = &self.port {
            let mut flags = PollFlags::IN;
            flags.set(PollFlags::OUT, !self.unsent.is_empty());
            fds.push(PollFd::from_borrowed_fd(port.as_fd(), flags));
        }
        // An error here is a signal; whatever it was about is looked at again.
        let _ = poll(&mut fds, timeout.as_ref());
        let seen = fds.get(1).map_or(PollFlags::empty(), |port| port.revents());
        let mut rest = [0; 64];
        while (&mut &*woken).read(&mut rest).is_ok_and(|count| count > 0) {}
        let gone = PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL;
        (seen.contains(PollFlags::IN), seen.intersects(gone))
    }
}
