//! A recording given to a machine, step by step.

use std::fmt;
use std::time::{Duration, Instant};

use super::line::{Input, Output, Recording};
use super::{Recorded, Setup};
use crate::wire::gauge::Named as _;
use crate::wire::tap::Queue;
use crate::wire::{PortWish, printer, sam, scanner};

/// Where a machine does not do what was recorded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: expected {expected}, got {got}")]
pub struct Difference {
    /// Line of the recording, from 1.
    pub line: usize,
    /// What stands there.
    pub expected: String,
    /// What the machine did.
    pub got: String,
}

/// Kind and length of what a machine told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Bytes(usize),
    Event(&'static str),
    Wish(PortWish),
}

impl Shape {
    pub(super) fn queue(self) -> Queue {
        match self {
            Self::Bytes(_) => Queue::Bytes,
            Self::Event(_) => Queue::Events,
            Self::Wish(_) => Queue::Wishes,
        }
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(bytes) => write!(f, "{bytes} bytes"),
            Self::Event(word) => write!(f, "the event {word}"),
            Self::Wish(wish) => write!(f, "the wish {}", words(*wish)),
        }
    }
}

fn words(wish: PortWish) -> String {
    match wish {
        PortWish::Reopen => "reopen".into(),
        PortWish::Rate(rate) => format!("rate {rate}"),
    }
}

/// A queue's name in a recording.
pub(super) fn name(queue: Queue) -> &'static str {
    match queue {
        Queue::Bytes => "bytes",
        Queue::Events => "events",
        Queue::Wishes => "wishes",
    }
}

/// What a machine told.
pub(super) struct Said {
    pub(super) output: Output,
    pub(super) shape: Shape,
}

/// A machine in the time of a recording: microseconds since its first step, no parts of them.
pub(super) struct Player<M> {
    machine: M,
    base: Instant,
}

impl<M: Recorded> Player<M> {
    pub(super) fn new(machine: M) -> Self {
        Self {
            machine,
            base: Instant::now(),
        }
    }

    pub(super) fn give(&mut self, at_us: u64, input: &Input) -> Result<(), String> {
        let now = self.base + Duration::from_micros(at_us);
        match input {
            Input::Opened => self.machine.port_opened(now),
            Input::Lost => self.machine.port_lost(now),
            Input::Command(command) => self.machine.command(M::read(command)?, now),
            Input::Bytes(bytes) => self.machine.handle_input(bytes, now),
            Input::Timeout { .. } => self.machine.handle_timeout(now),
        }
        Ok(())
    }

    pub(super) fn ask(&mut self, queue: Queue) -> Option<Said> {
        let (output, shape) = match queue {
            Queue::Bytes => {
                let bytes = self.machine.poll_transmit()?;
                let shape = Shape::Bytes(bytes.len());
                (Output::Bytes(bytes), shape)
            }
            Queue::Events => {
                let event = self.machine.poll_event()?;
                let shape = Shape::Event(event.word());
                (Output::Event(M::describe(&event)), shape)
            }
            Queue::Wishes => {
                let wish = self.machine.poll_port()?;
                (Output::Wish(words(wish)), Shape::Wish(wish))
            }
        };
        Some(Said { output, shape })
    }

    pub(super) fn due_us(&self) -> Option<u64> {
        let due = self.machine.poll_timeout()?;
        let us = due.saturating_duration_since(self.base).as_micros();
        Some(u64::try_from(us).unwrap_or(u64::MAX))
    }
}

/// Gives the recording to a machine of its settings.
///
/// # Errors
/// The first thing that it does otherwise.
pub fn replay(recording: &Recording) -> Result<(), Difference> {
    let device = recording.device.as_str();
    match device {
        "reader" => replay_as::<sam::SamConfig>(recording),
        "printer" => replay_as::<printer::Config>(recording),
        "scanner" => replay_as::<scanner::Settings>(recording),
        "radar" => replay_as::<()>(recording),
        _ => Err(at_head("reader, printer, scanner or radar", device)),
    }
}

fn replay_as<S: Setup>(recording: &Recording) -> Result<(), Difference> {
    let setup: S = serde_json::from_value(recording.settings.clone())
        .map_err(|error| at_head("settings of this device", &error.to_string()))?;
    if !setup.is_usable() {
        return Err(at_head("settings of this device", "others"));
    }
    replay_on(recording, setup.machine())
}

fn at_head(expected: &str, got: &str) -> Difference {
    Difference {
        line: 1,
        expected: expected.into(),
        got: got.into(),
    }
}

/// Gives the recording to this machine, which must be as new.
///
/// # Errors
/// The first thing that it does otherwise.
pub fn replay_on<M: Recorded>(recording: &Recording, machine: M) -> Result<(), Difference> {
    let mut player = Player::new(machine);
    for step in &recording.steps {
        let differs = |line: usize, expected: String, got: String| Difference {
            line,
            expected,
            got,
        };
        if let Input::Timeout { due_us } = step.input {
            let got = player.due_us();
            if got != due_us {
                let words = |due: Option<u64>| format!("a deadline at {due:?} µs");
                return Err(differs(step.line, words(due_us), words(got)));
            }
        }
        player
            .give(step.at_us, &step.input)
            .map_err(|what| differs(step.line, "a command of this device".into(), what))?;
        let mut emptied = vec![Queue::Bytes, Queue::Events, Queue::Wishes];
        let mut last = step.line;
        for (line, output) in &step.outputs {
            last = *line;
            let queue = match output {
                Output::Bytes(_) => Queue::Bytes,
                Output::Event(_) => Queue::Events,
                Output::Wish(_) => Queue::Wishes,
                Output::Waits(kind) => {
                    emptied.retain(|queue| name(*queue) != kind);
                    continue;
                }
            };
            let got = player.ask(queue).map(|said| said.output);
            if got.as_ref() != Some(output) {
                let got = got.map_or("nothing".into(), |got| show(&got));
                return Err(differs(*line, show(output), got));
            }
        }
        for queue in emptied {
            if let Some(more) = player.ask(queue) {
                let expected = format!("no more {}", name(queue));
                return Err(differs(last, expected, show(&more.output)));
            }
        }
    }
    Ok(())
}

fn show(output: &Output) -> String {
    match output {
        Output::Bytes(bytes) => format!("bytes {}", super::hex::encode(bytes)),
        Output::Event(event) => format!("event {event}"),
        Output::Wish(wish) => format!("wish {wish}"),
        Output::Waits(queue) => format!("waiting {queue}"),
    }
}
