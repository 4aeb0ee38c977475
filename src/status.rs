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

/// Flash rate of a guide light (XFS4IoT `Lights`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum FlashRate {
    /// Dark.
    #[default]
    Off,
    /// 0.5 Hz: here is where the next thing happens.
    Slow,
    /// 2 Hz: take it now.
    Quick,
    /// Steady.
    Continuous,
}
