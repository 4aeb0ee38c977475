//! The lines of a recording: written by the recorder, read for the replay, with the line's number where one is wrong.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::hex;

/// Version of the lines.
const VERSION: u32 = 1;
/// Longest file, and most bytes that the lines of one may stand for.
const MOST: usize = 2 * super::LIMIT;
/// Longest recording in time: a year.
const MOST_US: u64 = 366 * 24 * 3600 * 1_000_000;

/// What a machine was given.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// The port was opened.
    Opened,
    /// The port went away.
    Lost,
    /// A command, in the device's own words.
    Command(Value),
    /// Bytes from the device.
    Bytes(Vec<u8>),
    /// A deadline passed.
    Timeout {
        /// The deadline that the machine had named, in microseconds of the recording.
        due_us: Option<u64>,
    },
}

impl Input {
    /// Bytes in it.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Bytes(bytes) => bytes.len(),
            _ => 0,
        }
    }
}

/// What a machine told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Bytes for the device.
    Bytes(Vec<u8>),
    /// An event, in words.
    Event(String),
    /// A wish of its port, in words.
    Wish(String),
    /// It was not asked for all it may have had of this kind.
    Waits(String),
}

/// One thing given, and what came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Line of the file, from 1.
    pub line: usize,
    /// Microseconds since the first step.
    pub at_us: u64,
    /// What was given.
    pub input: Input,
    /// What was told, each with its line.
    pub outputs: Vec<(usize, Output)>,
}

/// A whole recording.
#[derive(Clone, Debug, PartialEq)]
pub struct Recording {
    /// Name of the device.
    pub device: String,
    /// How it was set.
    pub settings: Value,
    /// What happened.
    pub steps: Vec<Step>,
    /// Why it ends before the device did.
    pub end: Option<String>,
}

/// A file that is no recording.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct RecordingFault {
    /// Line, from 1.
    pub line: usize,
    /// What is wrong there.
    pub what: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    recording: u32,
    device: String,
    settings: Value,
}

/// Every line but the first.
#[derive(Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Raw {
    #[serde(skip_serializing_if = "Option::is_none")]
    us: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    given: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    told: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hex: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    command: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    due: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    is: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<String>,
}

/// The first line.
pub(super) fn head(device: &str, settings: &impl Serialize) -> String {
    let head = Head {
        recording: VERSION,
        device: device.into(),
        // Settings are plain data; of one that were not, the replay would say that it cannot read them.
        settings: serde_json::to_value(settings).unwrap_or_default(),
    };
    serde_json::to_string(&head).unwrap_or_default() + "\n"
}

/// Lines on their way out.
#[derive(Default)]
pub(super) struct Writing(String);

impl Writing {
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn into_text(self) -> String {
        self.0
    }

    pub(super) fn input(&mut self, at_us: u64, input: &Input) {
        let given = |word: &str| Raw {
            us: Some(at_us),
            given: Some(word.into()),
            ..Raw::default()
        };
        self.line(&match input {
            Input::Opened => given("opened"),
            Input::Lost => given("lost"),
            Input::Command(command) => Raw {
                command: Some(command.clone()),
                ..given("command")
            },
            Input::Bytes(bytes) => Raw {
                hex: Some(hex::encode(bytes)),
                ..given("bytes")
            },
            Input::Timeout { due_us } => Raw {
                due: *due_us,
                ..given("timeout")
            },
        });
    }

    pub(super) fn output(&mut self, output: &Output) {
        let told = |word: &str| Raw {
            told: Some(word.into()),
            ..Raw::default()
        };
        let with = |word: &str, is: &String| Raw {
            is: Some(is.clone()),
            ..told(word)
        };
        self.line(&match output {
            Output::Bytes(bytes) => Raw {
                hex: Some(hex::encode(bytes)),
                ..told("bytes")
            },
            Output::Event(event) => with("event", event),
            Output::Wish(wish) => with("wish", wish),
            Output::Waits(queue) => with("waits", queue),
        });
    }

    pub(super) fn end(&mut self, why: &str) {
        self.line(&Raw {
            end: Some(why.into()),
            ..Raw::default()
        });
    }

    fn line(&mut self, raw: &Raw) {
        self.0 += &serde_json::to_string(raw).unwrap_or_default();
        self.0.push('\n');
    }
}

impl Recording {
    /// Reads a whole file.
    ///
    /// # Errors
    /// The first line that is wrong. Never a panic, and never much more memory than twice the longest recording.
    pub fn parse(bytes: &[u8]) -> Result<Self, RecordingFault> {
        let fault = |line: usize, what: &str| RecordingFault {
            line,
            what: what.into(),
        };
        if bytes.len() > MOST {
            return Err(fault(1, "longer than any recording"));
        }
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let before = &bytes[..error.valid_up_to()];
            let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
            fault(line, "not UTF-8")
        })?;
        let mut lines = text.lines().enumerate().map(|(at, line)| (at + 1, line));
        let (_, first) = lines.next().ok_or_else(|| fault(1, "nothing there"))?;
        let head: Head = serde_json::from_str(first).map_err(|e| fault(1, &e.to_string()))?;
        if head.recording != VERSION {
            return Err(fault(1, "another version of recordings"));
        }
        let mut recording = Self {
            device: head.device,
            settings: head.settings,
            steps: Vec::new(),
            end: None,
        };
        let mut room = MOST;
        for (at, line) in lines {
            if recording.end.is_some() {
                return Err(fault(at, "a line behind the end"));
            }
            let raw = serde_json::from_str(line).map_err(|e| fault(at, &e.to_string()))?;
            recording
                .take(at, raw, &mut room)
                .map_err(|what| fault(at, what))?;
        }
        Ok(recording)
    }

    fn take(&mut self, line: usize, raw: Raw, room: &mut usize) -> Result<(), &'static str> {
        let mut bytes = |text: Option<String>| {
            let text = text.ok_or("no hex")?;
            let bytes = hex::decode(&text, hex::MOST.min(*room)).ok_or("no bytes in hex")?;
            *room -= bytes.len();
            Ok::<_, &str>(bytes)
        };
        match raw {
            Raw {
                us: Some(at_us),
                given: Some(given),
                told: None,
                is: None,
                end: None,
                hex,
                command,
                due,
            } => {
                let input = match (given.as_str(), hex, command, due) {
                    ("opened", None, None, None) => Input::Opened,
                    ("lost", None, None, None) => Input::Lost,
                    ("command", None, Some(command), None) => Input::Command(command),
                    ("bytes", hex, None, None) => Input::Bytes(bytes(hex)?),
                    ("timeout", None, None, due_us) => Input::Timeout { due_us },
                    _ => return Err("nothing that a machine is given"),
                };
                let last = self.steps.last().map_or(0, |step| step.at_us);
                if !(last..=MOST_US).contains(&at_us) {
                    return Err("a time before the line above, or beyond a year");
                }
                self.steps.push(Step {
                    line,
                    at_us,
                    input,
                    outputs: Vec::new(),
                });
            }
            Raw {
                us: None,
                given: None,
                told: Some(told),
                command: None,
                due: None,
                end: None,
                hex,
                is,
            } => {
                let output = match (told.as_str(), hex, is) {
                    ("bytes", hex, None) => Output::Bytes(bytes(hex)?),
                    ("event", None, Some(event)) => Output::Event(event),
                    ("wish", None, Some(wish)) => Output::Wish(wish),
                    ("waits", None, Some(queue)) => Output::Waits(queue),
                    _ => return Err("nothing that a machine tells"),
                };
                let step = self.steps.last_mut();
                let step = step.ok_or("told before anything was given")?;
                step.outputs.push((line, output));
            }
            Raw {
                us: None,
                given: None,
                told: None,
                hex: None,
                command: None,
                due: None,
                is: None,
                end: Some(why),
            } => self.end = Some(why),
            _ => return Err("neither given nor told nor the end"),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
