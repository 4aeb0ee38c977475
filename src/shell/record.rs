//! Recordings of what passes on a device's port, replayed in lockstep by a test. Feature `record`: not in the shipped image.
//!
//! A recording is a file of lines. The first says which device and how it is set; then come, each with its microseconds
//! since the first, what the machine was given (`opened`, `lost`, `command`, `bytes`, `timeout` with the deadline it had
//! named) and behind each what it told (`bytes`, `event`, `wish`). [`Recording::parse`] reads it, [`replay`] gives a
//! fresh machine the same and demands the same.
//!
//! **Nothing of a person is in a recording, by the way it is made.** What the real machine is given goes through a veil
//! first ([`Veil`]): a card becomes the card of a made-up person, with valid check bytes, the same card the same person;
//! a receipt becomes one of the same shape with all its letters and figures replaced; a scanned code becomes letters, the
//! same code the same letters. That is given to a second machine, and **only what the second machine tells is written**.
//! So no output and no event can carry what the veil took away, and every recording replays, for it is the replay. Of the
//! real machine only the kinds and lengths are compared: where the second one goes another way, the recording ends and
//! says so, and claims nothing from there on.
//!
//! No hash of a card or a code is written: their contents are few enough to be tried out one by one. The salted digests
//! that tell whether two are the same stay in memory and die with it.

mod file;
mod hex;
mod line;
mod people;
mod play;
mod printer;
mod radar;
mod reader;
mod scanner;
mod stream;

use std::collections::VecDeque;
use std::time::Instant;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use zeroize::Zeroize as _;

use crate::wire::Machine;
use crate::wire::gauge::Named;
use crate::wire::tap::{Given, Queue, Tap, Told};

pub use line::{Input, Output, Recording, RecordingFault, Step};
pub use play::{Difference, replay, replay_on};

use line::Writing;
use play::{Player, Shape};

/// Environment variable that names the folder for recordings.
pub const FOLDER: &str = "KIOSK_RECORD";
/// Longest recording, in bytes.
pub const LIMIT: usize = 8 * 1024 * 1024;
/// Steps and bytes that may wait for the end of what they are part of.
const WAITING: (usize, usize) = (512, 8192);

/// How one device is set: what a second machine is made of.
pub trait Setup: Serialize + DeserializeOwned {
    /// Its machine.
    type Machine: Recorded;
    /// Its name.
    const DEVICE: &'static str;

    /// Whether a machine is made for it: a recording may say anything.
    fn is_usable(&self) -> bool {
        true
    }

    /// A machine of this setup that depends on nothing else.
    fn machine(&self) -> Self::Machine;

    /// What takes persons out of its inputs.
    fn veil(&self) -> Box<dyn Veil>;
}

/// A machine that can be recorded: its commands and events in words.
pub trait Recorded: Machine<Command: Named, Event: Named> {
    /// The command without anything of a person, as it is written and given to the second machine.
    fn write(command: &Self::Command) -> Value;

    /// The command that [`Self::write`] wrote.
    ///
    /// # Errors
    /// What is wrong with it.
    fn read(command: &Value) -> Result<Self::Command, String>;

    /// An event of the second machine, in full.
    fn describe(event: &Self::Event) -> String;
}

/// Takes out of inputs what is a person's.
pub trait Veil: Send {
    /// Rewrites the bytes of the inputs since the last that were ready, in place. False while a part of something
    /// has come and its end is needed first; never so with `all`.
    fn draw(&mut self, inputs: &mut [&mut Input], all: bool) -> bool;
}

/// For devices whose bytes are nobody's.
pub(super) struct NoVeil;

impl Veil for NoVeil {
    fn draw(&mut self, _: &mut [&mut Input], _: bool) -> bool {
        true
    }
}

/// Takes lines; false when it takes no more.
pub type Write = Box<dyn FnMut(String) -> bool + Send>;

/// What the real machine was given, and the shape of what it told.
struct Heard {
    at_us: u64,
    input: Input,
    told: Vec<Shape>,
    /// Of which it was asked until there was no more.
    emptied: [bool; 3],
}

/// A tap that writes a recording.
pub struct Recorder<M: Recorded> {
    second: Player<M>,
    veil: Box<dyn Veil>,
    waiting: VecDeque<Heard>,
    begun: Option<Instant>,
    written: usize,
    write: Option<Write>,
}

impl<M: Recorded> Recorder<M> {
    /// Hands lines to `write`, which must not wait.
    pub fn new<S: Setup<Machine = M>>(setup: &S, mut write: Write) -> Self {
        let head = line::head(S::DEVICE, setup);
        let takes = write(head.clone());
        Self {
            second: Player::new(setup.machine()),
            veil: setup.veil(),
            waiting: VecDeque::new(),
            begun: None,
            written: head.len(),
            write: takes.then_some(write),
        }
    }

    /// Into a file of the folder that [`FOLDER`] names, if it names one that takes it. Whatever fails, the device is
    /// driven as without it.
    pub fn wanted<S: Setup<Machine = M>>(setup: &S) -> Option<Self> {
        let folder = std::env::var_os(FOLDER)?;
        let write = file::open(folder.as_ref(), S::DEVICE)?;
        Some(Self::new(setup, write))
    }

    fn us(&self, at: Instant) -> u64 {
        let begun = self.begun.unwrap_or(at);
        let us = at.saturating_duration_since(begun).as_micros();
        u64::try_from(us).unwrap_or(u64::MAX)
    }

    /// Writes what is whole by now.
    fn settle(&mut self, all: bool) {
        let bytes = |heard: &Heard| heard.input.len();
        let too_many = self.waiting.len() > WAITING.0
            || self.waiting.iter().map(bytes).sum::<usize>() > WAITING.1;
        let mut inputs: Vec<&mut Input> = self.waiting.iter_mut().map(|h| &mut h.input).collect();
        if !self.veil.draw(&mut inputs, all || too_many) {
            return;
        }
        while let Some(heard) = self.waiting.pop_front() {
            let mut text = Writing::default();
            if let Err(why) = self.repeat(heard, &mut text) {
                text.end(&format!("the made-up data led another way: {why}"));
                self.put(text);
                return self.stop();
            }
            self.put(text);
        }
    }

    /// Gives it to the second machine and writes that down.
    fn repeat(&mut self, heard: Heard, text: &mut Writing) -> Result<(), String> {
        if let Input::Timeout { due_us } = heard.input
            && due_us != self.second.due_us()
        {
            return Err("another deadline".into());
        }
        self.second.give(heard.at_us, &heard.input)?;
        text.input(heard.at_us, &heard.input);
        for shape in heard.told {
            let said = self.second.ask(shape.queue());
            let said = said.filter(|said| said.shape == shape);
            let said = said.ok_or_else(|| format!("not {shape}"))?;
            text.output(&said.output);
        }
        let queues = [Queue::Bytes, Queue::Events, Queue::Wishes];
        for (queue, emptied) in queues.into_iter().zip(heard.emptied) {
            if !emptied {
                text.output(&Output::Waits(play::name(queue).into()));
            } else if let Some(more) = self.second.ask(queue) {
                return Err(format!("{} more", more.shape));
            }
        }
        Ok(())
    }

    fn put(&mut self, mut text: Writing) {
        let full = self.written + text.len() > LIMIT;
        if full {
            text = Writing::default();
            text.end("limit");
        }
        self.written += text.len();
        let taken = self
            .write
            .as_mut()
            .is_some_and(|write| write(text.into_text()));
        if full || !taken {
            self.stop();
        }
    }

    fn stop(&mut self) {
        self.write = None;
        for mut heard in self.waiting.drain(..) {
            if let Input::Bytes(bytes) = &mut heard.input {
                bytes.zeroize();
            }
        }
    }
}

impl<M: Recorded> Tap<M> for Recorder<M> {
    fn given(&mut self, given: &Given<'_, M::Command>, now: Instant) {
        if self.write.is_none() {
            return;
        }
        self.begun.get_or_insert(now);
        self.settle(false);
        let input = match given {
            Given::Opened => Input::Opened,
            Given::Lost => Input::Lost,
            Given::Command(command) => Input::Command(M::write(command)),
            Given::Bytes(bytes) => Input::Bytes(bytes.to_vec()),
            Given::Timeout { due } => Input::Timeout {
                due_us: due.map(|due| self.us(due)),
            },
        };
        self.waiting.push_back(Heard {
            at_us: self.us(now),
            input,
            told: Vec::new(),
            emptied: [false; 3],
        });
    }

    fn told(&mut self, told: &Told<'_, M::Event>) {
        let Some(heard) = self.waiting.back_mut() else {
            return;
        };
        let shape = match told {
            Told::Nothing(queue) => {
                heard.emptied[*queue as usize] = true;
                return;
            }
            Told::Bytes(bytes) => Shape::Bytes(bytes.len()),
            Told::Event(event) => Shape::Event(event.word()),
            Told::Wish(wish) => Shape::Wish(*wish),
        };
        heard.emptied[shape.queue() as usize] = false;
        heard.told.push(shape);
    }
}

impl<M: Recorded> Drop for Recorder<M> {
    fn drop(&mut self) {
        if self.write.is_some() {
            self.settle(true);
        }
    }
}
