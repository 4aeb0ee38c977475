//! The technician's page: who may open it, what stands on it, what it can be told. Pure: no key, no file, no device here.
//!
//! It is of the visit's state `technician`, so a citizen's visit and this page exclude each other, and its end wipes both.

mod gate;
mod paper;
pub mod slip;
mod state;
pub mod stick;

use std::time::Instant;

use crate::audit::{Name, Who};
use crate::domain::page::Intent;
use crate::fleet::standing::{Stage, Standing};
use crate::technician::{BadgeFault, DIGITS, Reason};
use crate::text::Text;

pub use gate::{Gate, Judged, Time};
pub use paper::{PaperChange, PaperStep};
pub use state::{Move, Place, Tool, next};
pub use stick::StickChoice;

/// Targets of the touch check, row by row: three by four.
pub const TARGETS: usize = 12;

/// What the gate says to a code or a badge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Who it is.
    Granted(Who),
    /// A wrong code, or one that was used before.
    Wrong,
    /// Too many wrong ones: nothing is looked at for so many seconds.
    Wait(u64),
    /// There is no key on this machine, or its file cannot be used.
    NoKey,
    /// Nobody knows the time well enough.
    NoTime,
    /// It could not be written down, and what is not written down opens nothing.
    NotKept,
    /// The badge opens nothing.
    Badge(BadgeFault),
}

impl Answer {
    /// What the page says of it; nothing of what opens.
    #[must_use]
    pub fn told(&self) -> Option<Text> {
        Some(match self {
            Self::Granted(_) => return None,
            Self::Wrong => Text::new(
                "验证码不对或已用过。",
                "Wrong code, or one that was used before.",
            ),
            Self::Wait(seconds) => Text {
                zh: format!("错误次数过多，请 {seconds} 秒后再试。"),
                en: format!("Too many wrong codes. Try again in {seconds} s."),
            },
            Self::NoKey => Text::new(
                "本机没有验证码密钥，请使用工牌。",
                "This machine has no key for codes. Use a badge.",
            ),
            Self::NoTime => Text::new(
                "本机时间未知，验证码不能用，请使用工牌。",
                "The time is not known; codes cannot be used. Use a badge.",
            ),
            Self::NotKept => Text::new(
                "记录写不进磁盘，不能进入。请使用工牌，并检查磁盘。",
                "The record cannot be written; not opened. Use a badge and look at the disk.",
            ),
            Self::Badge(BadgeFault::Expired) => Text::new("工牌已过期。", "The badge has expired."),
            Self::Badge(BadgeFault::Revoked) => {
                Text::new("工牌已停用。", "The badge was called in.")
            }
            Self::Badge(_) => Text::new(
                "本机不认识这张工牌。",
                "This machine does not know the badge.",
            ),
        })
    }
}

/// What the shell knows better than the core. No case's content, nobody's name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Cases that wait to be sent.
    pub waiting: u64,
    /// Cases that wait for a technician.
    pub parked: u64,
    /// How long the oldest has waited, seconds.
    pub oldest_s: Option<u64>,
    /// How far the time is believed, a word of the clock.
    pub clock: &'static str,
    /// A stick is plugged in.
    pub stick: bool,
    /// Names of the updates on it, the last by name first.
    pub bundles: Vec<String>,
    /// Where the fleet agent stands; `None` where it does not run.
    pub agent: Option<Standing>,
    /// How far the last request to it has come.
    pub stage: Option<Stage>,
}

/// How something that was asked for ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// It worked.
    pub well: bool,
    /// What to tell.
    pub text: Text,
}

/// What the page wants done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Judge this code.
    Try(String),
    /// Tell what is known of queue and stick.
    Look,
    /// Print a test slip.
    Slip,
    /// Put waiting cases on the stick.
    Export,
    /// Have the fleet agent install this file on the stick.
    Update(String),
    /// Answer the fleet agent's question about this action.
    Answer(String, bool),
    /// Out of service.
    Out(Reason),
    /// In service.
    In,
    /// Begin training.
    Train,
    /// Sound the buzzer.
    Buzz,
    /// A tool was left: what was tried with it.
    Tried(Tool),
}

/// One technician at the machine.
#[derive(Debug)]
pub struct Technician {
    /// Where the page stands.
    pub(crate) place: Place,
    /// Whoever it was opened for.
    pub(crate) who: Option<Who>,
    /// A badge that was shown where a code is wanted as well.
    pub(crate) badge: Option<Name>,
    /// Digits of the code so far.
    pub(crate) code: String,
    /// A code or a badge is being judged.
    pub(crate) judging: bool,
    /// What is wrong.
    pub(crate) error: Option<Text>,
    /// Which light is looked at.
    pub(crate) light: usize,
    pub(crate) paper: PaperChange,
    /// Targets that were hit.
    pub(crate) hit: [bool; TARGETS],
    /// Cards that were read, and that were not, since the test began.
    pub(crate) cards: (u32, u32),
    /// Codes that were scanned, and that could not be read.
    pub(crate) codes: (u32, u32),
    /// Lights are tried until then.
    pub(crate) lit_until: Option<Instant>,
    /// A slip is on its way.
    pub(crate) printing: bool,
    /// How what was asked for ended.
    pub(crate) ended: Option<Ended>,
    pub(crate) facts: Option<Facts>,
    /// How many minutes ago the platform answered last.
    pub(crate) reached: Option<u64>,
    /// Something was asked of the shell and not answered.
    pub(crate) waits: bool,
    /// When stick and agent are looked at again; none while they are being looked at.
    pub(crate) look: Option<Instant>,
}

impl Default for Technician {
    fn default() -> Self {
        Self {
            place: Place::Entry,
            who: None,
            badge: None,
            code: String::new(),
            judging: false,
            error: None,
            light: 0,
            paper: PaperChange::default(),
            hit: [false; TARGETS],
            cards: (0, 0),
            codes: (0, 0),
            lit_until: None,
            printing: false,
            ended: None,
            facts: None,
            reached: None,
            waits: false,
            look: None,
        }
    }
}

impl Technician {
    /// Where it stands.
    #[must_use]
    pub fn place(&self) -> Place {
        self.place
    }

    /// Whether this tool is open.
    #[must_use]
    pub fn is_at(&self, tool: Tool) -> bool {
        self.place == Place::Tool(tool)
    }

    /// The gate has opened for `who`.
    pub(crate) fn open(&mut self, who: Who) {
        self.judging = false;
        if self.go(Move::Granted) {
            self.code.clear();
            self.error = None;
            self.who = Some(who);
        }
    }

    /// The gate stays shut.
    pub(crate) fn refuse(&mut self, told: Option<Text>) {
        self.judging = false;
        self.code.clear();
        self.error = told;
    }

    fn go(&mut self, by: Move) -> bool {
        let Some(place) = next(self.place, by) else {
            return false;
        };
        self.place = place;
        self.error = None;
        self.ended = None;
        true
    }

    /// What a touch means.
    pub(crate) fn act(&mut self, intent: &Intent) -> Option<Wish> {
        match (self.place, intent) {
            (Place::Entry, intent) => self.enter(intent),
            (Place::Overview, Intent::Choose(place)) => self.tool(*Tool::MENU.get(*place)?),
            (Place::Overview, Intent::Change(light)) => {
                self.light = *light;
                self.tool(Tool::Light)
            }
            (Place::Tool(tool), Intent::Back) => {
                self.go(Move::Back);
                self.lit_until = None;
                Some(Wish::Tried(tool))
            }
            (Place::Tool(tool), intent) => self.at(tool, intent),
            (Place::Overview, _) => None,
        }
    }

    fn tool(&mut self, tool: Tool) -> Option<Wish> {
        if !self.go(Move::Open(tool)) {
            return None;
        }
        self.hit = [false; TARGETS];
        (self.cards, self.codes) = ((0, 0), (0, 0));
        self.paper = PaperChange::default();
        match tool {
            Tool::Network | Tool::Queue | Tool::Stick => Some(Wish::Look),
            _ => None,
        }
    }

    fn enter(&mut self, intent: &Intent) -> Option<Wish> {
        if self.judging {
            return None;
        }
        match intent {
            Intent::Key(key) if key.is_ascii_digit() && self.code.len() < DIGITS => {
                self.error = None;
                self.code.push(*key);
            }
            Intent::Insert(text) => {
                let digits = text.chars().filter(char::is_ascii_digit);
                self.code = digits.take(DIGITS).collect();
            }
            Intent::Backspace => drop(self.code.pop()),
            Intent::Clear => self.code.clear(),
            Intent::Primary if self.code.len() == DIGITS => {
                self.judging = true;
                return Some(Wish::Try(std::mem::take(&mut self.code)));
            }
            _ => {}
        }
        None
    }

    fn at(&mut self, tool: Tool, intent: &Intent) -> Option<Wish> {
        match (tool, intent) {
            (Tool::Print, Intent::Primary) if !self.printing => Some(Wish::Slip),
            (Tool::Paper, Intent::Primary) if self.paper.is_over() => {
                self.paper = PaperChange::default();
                None
            }
            (Tool::Touch, Intent::Choose(target)) => {
                *self.hit.get_mut(*target)? = true;
                None
            }
            (Tool::Touch, Intent::Primary) => {
                self.hit = [false; TARGETS];
                None
            }
            (Tool::Lights, Intent::Primary) => Some(Wish::Buzz),
            (Tool::Network | Tool::Queue, Intent::Primary) => Some(Wish::Look),
            (Tool::Stick, _) if self.waits => None,
            (Tool::Stick, Intent::Choose(place)) => {
                let choices = stick::choices(self.facts.as_ref()?);
                Some(match choices.get(*place)?.clone() {
                    StickChoice::Export => Wish::Export,
                    StickChoice::Install(name) => Wish::Update(name),
                    StickChoice::Answer(action, yes) => Wish::Answer(action, yes),
                })
            }
            (Tool::Stick, Intent::Secondary(0)) => Some(Wish::Look),
            (Tool::Service, Intent::Choose(place)) => Some(Wish::Out(*Reason::ALL.get(*place)?)),
            (Tool::Service, Intent::Primary) => Some(Wish::In),
            (Tool::Training, Intent::Primary) => Some(Wish::Train),
            _ => None,
        }
    }
}
