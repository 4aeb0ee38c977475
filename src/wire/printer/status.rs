//! The printer's state as its status bits tell it (Epson reference: DLE EOT, GS a, GS r; SNBC BT-T080 manual; Pyramid
//! reference: full status).

use crate::status::{Device, Paper};
use crate::wire::escpos::StatusDialect;

/// Real-time status byte: bits 1 and 4 set, bit 0 clear. Bit 7 is free: some kiosk models use it.
pub(super) fn is_real_time(byte: u8) -> bool {
    byte & 0x13 == 0x12
}

/// First byte of the automatic status.
pub(super) fn is_automatic(byte: u8) -> bool {
    byte & 0x93 == 0x10
}

/// Second to fourth byte of the automatic status.
pub(super) fn is_continuation(byte: u8) -> bool {
    byte & 0x90 == 0
}

/// Answer to GS r 1: each sensor sets both its bits or none (bits 0 and 1 near end, 2 and 3 end), and nothing else is
/// set. Other bytes are noise: each would count as proof of something printed.
pub(super) fn is_paper(byte: u8) -> bool {
    matches!(byte, 0x00 | 0x03 | 0x0C | 0x0F)
}

/// State of the printer, in words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// Health.
    pub device: Device,
    /// Paper.
    pub paper: Paper,
    /// The cover is open.
    pub cover_open: bool,
    /// The cutter stands still.
    pub cutter_fault: bool,
}

impl Status {
    /// Whether a receipt can be started.
    #[must_use]
    pub fn ready(self) -> bool {
        self.device == Device::Online && matches!(self.paper, Paper::Full | Paper::Low)
    }
}

/// The latest known bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bits {
    /// Takes no data.
    pub offline: bool,
    /// Cover.
    pub cover_open: bool,
    /// Recoverable error (Epson) or jam (SNBC): bit 2 of DLE EOT 3.
    pub recoverable: bool,
    /// Cutter.
    pub cutter: bool,
    /// Only a technician helps.
    pub unrecoverable: bool,
    /// Goes away by itself, e.g. a hot head.
    pub passing: bool,
    /// Near-end sensor.
    pub paper_low: bool,
    /// End sensor, or printing stopped by it.
    pub paper_out: bool,
    /// Paper at the exit, where the printer knows of it.
    pub at_exit: bool,
    /// Bytes came in broken, or a command was not understood.
    pub line_fault: bool,
}

impl Status {
    /// The paper as whoever opens the printer finds it: an error that a person can clear, under a cover that is shut, is
    /// a jam, also where the model has no word for it.
    #[must_use]
    pub fn paper_found(self) -> Paper {
        let jammed = self.device == Device::UserError && !self.cover_open;
        match self.paper {
            Paper::Out => Paper::Out,
            _ if jammed => Paper::Jammed,
            paper => paper,
        }
    }
}

impl Bits {
    /// Takes the answer to DLE EOT `n`.
    pub fn real_time(&mut self, n: u8, byte: u8) {
        let bit = |mask: u8| byte & mask != 0;
        match n {
            1 => {
                self.offline = bit(0x08);
                self.at_exit = bit(0x80);
            }
            2 => self.cover_open = bit(0x04),
            3 => {
                self.recoverable = bit(0x04);
                self.cutter = bit(0x08);
                self.unrecoverable = bit(0x20);
                self.passing = bit(0x40);
            }
            4 => self.paper(bit(0x0C), bit(0x60)),
            _ => {}
        }
    }

    /// Takes the four states of the full status. "Virtual paper end" is a count of printed length that the owner sets:
    /// there still is paper, so it reads as low. Being off-line is not among them.
    pub fn full(&mut self, [paper, user, recoverable, unrecoverable]: [u8; 4]) {
        self.at_exit = paper & 0x20 != 0;
        self.paper(paper & 0x44 != 0, paper & 0x01 != 0);
        self.cover_open = user & 0x03 != 0;
        self.passing = recoverable & 0x09 != 0;
        self.line_fault = recoverable & 0x22 != 0;
        self.recoverable = recoverable & 0x40 != 0;
        self.cutter = unrecoverable & 0x01 != 0;
        self.unrecoverable = unrecoverable & 0xFE != 0;
    }

    /// Takes the four bytes of the automatic status.
    pub fn automatic(&mut self, [first, second, third, _]: [u8; 4]) {
        self.offline = first & 0x08 != 0;
        self.cover_open = first & 0x20 != 0;
        self.recoverable = second & 0x04 != 0;
        self.cutter = second & 0x08 != 0;
        self.unrecoverable = second & 0x20 != 0;
        self.passing = second & 0x40 != 0;
        self.paper(third & 0x03 != 0, third & 0x0C != 0);
    }

    /// Takes the answer to GS r 1.
    pub fn processed(&mut self, byte: u8) {
        self.paper(byte & 0x03 != 0, byte & 0x0C != 0);
    }

    fn paper(&mut self, low: bool, out: bool) {
        self.paper_low = low || out;
        self.paper_out = out;
    }

    /// In words, of a printer that answers.
    #[must_use]
    pub fn status(self, dialect: StatusDialect) -> Status {
        let jammed = self.recoverable && dialect != StatusDialect::Epson;
        let paper = match () {
            () if jammed => Paper::Jammed,
            () if self.paper_out => Paper::Out,
            () if self.paper_low => Paper::Low,
            () => Paper::Full,
        };
        let device = if self.unrecoverable || self.cutter {
            Device::HardwareError
        } else if self.cover_open || self.recoverable {
            Device::UserError
        } else if self.offline || self.passing {
            Device::Offline
        } else {
            Device::Online
        };
        Status {
            device,
            paper,
            cover_open: self.cover_open,
            cutter_fault: self.cutter,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn byte(row: &serde_json::Value, key: &str) -> u8 {
        let text = row[key].as_str().expect("a hex byte");
        u8::from_str_radix(text, 16).expect("hex")
    }

    /// Replies of an independent ESC/POS printer program to each fault.
    #[test]
    fn replies_of_an_independent_printer() {
        let table = include_str!("../../../tests/vectors/printer/emupos_status_table.json");
        let table: serde_json::Value = serde_json::from_str(table).expect("JSON");
        // (fault, device, paper, cover open)
        for (fault, device, paper, cover_open) in [
            ("ok", Device::Online, Paper::Full, false),
            ("paper-near-end", Device::Online, Paper::Low, false),
            ("paper-out", Device::Offline, Paper::Out, false),
            ("cover-open", Device::UserError, Paper::Full, true),
            ("offline", Device::Offline, Paper::Full, false),
        ] {
            let row = &table[fault];
            let mut bits = Bits::default();
            for n in 1..=4 {
                let byte = byte(row, &format!("DLE EOT {n}"));
                assert!(is_real_time(byte), "{fault} {n}");
                bits.real_time(n, byte);
            }
            let expected = Status {
                device,
                paper,
                cover_open,
                cutter_fault: false,
            };
            assert_eq!(bits.status(StatusDialect::Epson), expected, "{fault}");
            let asb = row["ASB"].as_str().expect("text");
            if let Ok(word) = u32::from_str_radix(asb, 16) {
                let mut bits = Bits::default();
                bits.automatic(word.to_be_bytes());
                assert_eq!(
                    bits.status(StatusDialect::Epson),
                    expected,
                    "{fault}, unasked"
                );
            }
        }
    }

    /// States of the full status, one at a time (Pyramid's table).
    #[test]
    fn the_full_status_of_custom() {
        let of = |states| {
            let mut bits = Bits::default();
            bits.full(states);
            (bits, bits.status(StatusDialect::Custom))
        };
        let online = |states| of(states).1.device == Device::Online;
        assert!(online([0, 0x28, 0, 0]), "a motor that runs, a key");
        assert!(of([0x20, 0, 0, 0]).0.at_exit && online([0x20, 0, 0, 0]));
        assert!(of([0, 0, 0x02, 0]).0.line_fault && of([0, 0, 0x20, 0]).0.line_fault);
        for (states, device, paper) in [
            ([0x01, 0, 0, 0], Device::Online, Paper::Out),
            ([0x04, 0, 0, 0], Device::Online, Paper::Low),
            ([0x40, 0, 0, 0], Device::Online, Paper::Low),
            ([0, 0x01, 0, 0], Device::UserError, Paper::Full),
            ([0, 0x02, 0, 0], Device::UserError, Paper::Full),
            ([0, 0, 0x01, 0], Device::Offline, Paper::Full),
            ([0, 0, 0x08, 0], Device::Offline, Paper::Full),
            ([0, 0, 0x40, 0], Device::UserError, Paper::Jammed),
            ([0, 0, 0, 0x01], Device::HardwareError, Paper::Full),
            ([0, 0, 0, 0x02], Device::HardwareError, Paper::Full),
        ] {
            let status = of(states).1;
            assert_eq!((status.device, status.paper), (device, paper), "{states:?}");
        }
    }

    #[test]
    fn the_same_bit_is_a_jam_or_an_error() {
        let mut bits = Bits::default();
        bits.real_time(3, 0x16);
        assert_eq!(bits.status(StatusDialect::Snbc).paper, Paper::Jammed);
        assert_eq!(bits.status(StatusDialect::Epson).device, Device::UserError);
        bits.real_time(3, 0x1A);
        assert_eq!(
            bits.status(StatusDialect::Epson).device,
            Device::HardwareError
        );
        assert!(bits.status(StatusDialect::Epson).cutter_fault);
    }
}
