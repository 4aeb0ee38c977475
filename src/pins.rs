//! Names of the wires of a machine: what an input tells, what an output drives.

use crate::config::Active;

/// A wire that tells something. On means what its documentation says, whatever the level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Input {
    /// Somebody stands before the machine.
    Presence,
    /// The door of the case is open (a cut wire must read as open).
    Door,
    /// Somebody forced the case (a cut wire must read as forced).
    Tamper,
    /// Mains power is there; off while the machine runs from its UPS.
    Mains,
}

impl Input {
    /// Every input.
    pub const ALL: [Self; 4] = [Self::Presence, Self::Door, Self::Tamper, Self::Mains];

    /// Its key in `[gpio]` of `kiosk.toml` and its word in the journal.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Presence => "presence",
            Self::Door => "door",
            Self::Tamper => "tamper",
            Self::Mains => "mains",
        }
    }

    /// Whether a cut wire has to read as on: these are closed contacts to ground, and only `active = "high"` does.
    #[must_use]
    pub fn is_alarm(self) -> bool {
        matches!(self, Self::Door | Self::Tamper)
    }

    /// Which way the pin is pulled. Contacts to ground are pulled up; an unplugged presence sensor sees nobody.
    #[must_use]
    pub fn pulled_up(self, active: Active) -> bool {
        self != Self::Presence || active == Active::Low
    }
}

/// A wire that drives something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Output {
    /// Guide light at the card reader.
    ReaderLight,
    /// Guide light at the paper slot.
    SlotLight,
    /// Guide light at the scanner's window.
    ScannerLight,
    /// A buzzer with its own tone.
    Buzzer,
    /// The fan.
    Fan,
    /// Relay in the reader's supply; on is powered.
    ReaderPower,
    /// Relay in the printer's supply; on is powered.
    PrinterPower,
}

impl Output {
    /// Every output.
    pub const ALL: [Self; 7] = [
        Self::ReaderLight,
        Self::SlotLight,
        Self::ScannerLight,
        Self::Buzzer,
        Self::Fan,
        Self::ReaderPower,
        Self::PrinterPower,
    ];

    /// Its key in `[gpio]` of `kiosk.toml` and its word in the journal.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::ReaderLight => "reader_light",
            Self::SlotLight => "slot_light",
            Self::ScannerLight => "scanner_light",
            Self::Buzzer => "buzzer",
            Self::Fan => "fan",
            Self::ReaderPower => "reader_power",
            Self::PrinterPower => "printer_power",
        }
    }

    /// What it is before anybody has said anything, and after the firmware has ended: devices keep their power, and a
    /// fan that nobody governs runs.
    #[must_use]
    pub fn rest(self) -> bool {
        matches!(self, Self::Fan | Self::ReaderPower | Self::PrinterPower)
    }
}

/// A device whose power goes through a relay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The card reader.
    Reader,
    /// The receipt printer.
    Printer,
}

impl Part {
    /// Its relay.
    #[must_use]
    pub fn relay(self) -> Output {
        match self {
            Self::Reader => Output::ReaderPower,
            Self::Printer => Output::PrinterPower,
        }
    }

    /// Its word in the journal.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Reader => "reader",
            Self::Printer => "printer",
        }
    }
}

/// What the buzzer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Beep {
    /// A card was left on the reader.
    CardLeft,
    /// The page asks something of whoever stands there.
    Attention,
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_two_wires_have_one_name() {
        let inputs = Input::ALL.iter().map(|input| input.word());
        let words: BTreeSet<&str> = inputs
            .chain(Output::ALL.iter().map(|output| output.word()))
            .collect();
        assert_eq!(words.len(), Input::ALL.len() + Output::ALL.len());
    }

    #[test]
    fn a_cut_wire_of_an_alarm_reads_as_on() {
        for input in Input::ALL.into_iter().filter(|input| input.is_alarm()) {
            // Pulled up, a cut wire is high; only `active = "high"` is allowed for these.
            assert!(input.pulled_up(Active::High), "{input:?}");
        }
        assert!(!Input::Presence.pulled_up(Active::High));
        assert!(Input::Presence.pulled_up(Active::Low));
    }
}
