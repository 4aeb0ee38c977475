//! Device states in the words of XFS4IoT (CEN/XFS4IoT, Common and Printer interfaces).

use std::time::Instant;

/// Health of a device (XFS4IoT `Common.Status.device`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Device {
    /// Nothing is known yet: the port was not opened or the device has not answered.
    #[default]
    Unknown,
    /// Answers and takes commands.
    Online,
    /// Answers but takes no command now (cover open, waiting for recovery).
    Offline,
    /// Does not answer on an open port.
    PowerOff,
    /// The port is not there.
    NoDevice,
    /// Answers with a fault that only a technician can clear.
    HardwareError,
    /// Answers with a fault that a person at the machine can clear (cover, tray).
    UserError,
    /// Working on a command.
    DeviceBusy,
}

impl Device {
    /// The word of XFS4IoT.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Online => "online",
            Self::Offline => "offline",
            Self::PowerOff => "powerOff",
            Self::NoDevice => "noDevice",
            Self::HardwareError => "hardwareError",
            Self::UserError => "userError",
            Self::DeviceBusy => "deviceBusy",
        }
    }
}

/// A value that somebody watches: since when it is so, and how often it has changed. XFS4IoT has neither; a technician
/// asks for both first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Known<T> {
    value: T,
    since: Option<Instant>,
    changes: u64,
}

impl<T: Copy + PartialEq> Known<T> {
    /// Takes a value; says whether it is another one.
    pub fn set(&mut self, value: T, now: Instant) -> bool {
        let changed = self.value != value;
        if changed {
            (self.value, self.since) = (value, Some(now));
            self.changes += 1;
        }
        changed
    }

    /// The value.
    #[must_use]
    pub fn get(&self) -> T {
        self.value
    }

    /// When it became so; never while it is as it was at start.
    #[must_use]
    pub fn since(&self) -> Option<Instant> {
        self.since
    }

    /// How often it has changed since start.
    #[must_use]
    pub fn changes(&self) -> u64 {
        self.changes
    }
}

impl<T: PartialEq> PartialEq<T> for Known<T> {
    fn eq(&self, other: &T) -> bool {
        self.value == *other
    }
}

/// Paper of a printer (XFS4IoT `Printer.Status.paper`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Paper {
    /// Not known.
    #[default]
    Unknown,
    /// Enough for any receipt.
    Full,
    /// Near its end: short receipts only.
    Low,
    /// None.
    Out,
    /// Jammed.
    Jammed,
}

impl Paper {
    /// The word of XFS4IoT.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Full => "full",
            Self::Low => "low",
            Self::Out => "out",
            Self::Jammed => "jammed",
        }
    }
}

/// Whether something lies in a reader or a slot (XFS4IoT `media`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Media {
    /// Not known.
    #[default]
    Unknown,
    /// Lies there.
    Present,
    /// Nothing there.
    NotPresent,
}

impl Media {
    /// The word of XFS4IoT.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Present => "present",
            Self::NotPresent => "notPresent",
        }
    }
}

/// The exit of a printer that holds its receipt until it is taken (XFS4IoT `Printer`: `MediaPresented`, `MediaTaken`,
/// `MediaAutoRetracted`, `media`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Slot {
    /// The printer has no such exit, or has not spoken yet.
    #[default]
    Unknown,
    /// Nothing lies there, and nothing is known to have lain there.
    Empty,
    /// A receipt waits for its person.
    Presented,
    /// It was taken.
    Taken,
    /// Nobody took it; it was drawn back into the machine.
    Retracted,
    /// Nobody took it; it was pushed out to make room for the next.
    Ejected,
    /// Nobody took it in time; it lies there until the next receipt needs the room.
    LeftBehind,
    /// It lies there and the printer cannot get rid of it: nothing can be printed.
    Blocked,
    /// It is stuck within the exit: nothing can be printed.
    Jammed,
}

impl Slot {
    /// Its word in journal and files.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Empty => "notPresent",
            Self::Presented => "presented",
            Self::Taken => "taken",
            Self::Retracted => "retracted",
            Self::Ejected => "ejected",
            Self::LeftBehind => "leftBehind",
            Self::Blocked => "blocked",
            Self::Jammed => "jammed",
        }
    }

    /// Whether a receipt lies there that somebody can take.
    #[must_use]
    pub fn is_occupied(self) -> bool {
        matches!(self, Self::Presented | Self::LeftBehind | Self::Blocked)
    }

    /// Whether nothing can be printed because of it.
    #[must_use]
    pub fn stops_printing(self) -> bool {
        matches!(self, Self::Blocked | Self::Jammed)
    }
}

/// Flash rate of a guide light (XFS4IoT `Lights`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum FlashRate {
    /// Dark.
    #[default]
    Off,
    /// 0.5 Hz: here is where the next thing happens.
    Slow,
    /// 1 Hz: this needs a look.
    Medium,
    /// 2 Hz: take it now.
    Quick,
    /// Steady.
    Continuous,
}

impl FlashRate {
    /// Every rate.
    pub const ALL: [Self; 5] = [
        Self::Off,
        Self::Slow,
        Self::Medium,
        Self::Quick,
        Self::Continuous,
    ];

    /// The word of XFS4IoT.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Slow => "slow",
            Self::Medium => "medium",
            Self::Quick => "quick",
            Self::Continuous => "continuous",
        }
    }
}
