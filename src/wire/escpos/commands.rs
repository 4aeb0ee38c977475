//! The commands this firmware sends, by their names in Epson's reference.

use super::profile::{Cutter, Profile};

/// ESC @: clears the print buffer and all settings.
pub const INITIALISE: [u8; 2] = [0x1B, b'@'];
/// FS &: two- and four-byte characters from here on.
pub const CHINESE: [u8; 2] = [0x1C, b'&'];
/// GS r 1: answers with the paper state after everything before it was processed.
pub const TRANSMIT_PAPER: [u8; 3] = [0x1D, b'r', 1];
/// GS a: report on-line, error and paper changes unasked.
pub const REPORT_CHANGES: [u8; 3] = [0x1D, b'a', 0x0E];
/// DLE ENQ 2: recover from an error after clearing both buffers. Some printers refuse it when paper is out.
pub const RECOVER_AND_CLEAR: [u8; 3] = [0x10, 0x05, 2];
/// DLE DC4 8: clear both buffers at once, in any state.
pub const CLEAR_BUFFERS: [u8; 10] = [0x10, 0x14, 8, 1, 3, 0x14, 1, 6, 2, 8];

/// DLE EOT n: real-time status, n from 1 to 4.
#[must_use]
pub fn ask_status(n: u8) -> [u8; 3] {
    [0x10, 0x04, n]
}

/// GS ( H function 48: answers `37 22 id 00` when all data before it is on paper. `id` in 20h..7Eh.
#[must_use]
pub fn ask_process(id: [u8; 4]) -> [u8; 11] {
    let [a, b, c, d] = id;
    [0x1D, b'(', b'H', 6, 0, 0x30, 0x30, a, b, c, d]
}

/// Hands the finished receipt to the person: presents it where there is a presenter, and cuts otherwise.
#[must_use]
pub fn hand_out(profile: &Profile) -> Vec<u8> {
    let present = profile.presenter.as_ref().map(|exit| exit.present.bytes());
    match present {
        Some(present) if !present.is_empty() => present.to_vec(),
        _ => cut(profile),
    }
}

/// Does away with whatever is printed and not wanted: drawn back or pushed out where there is a presenter, so that it
/// does not come out before the next receipt, and cut off otherwise.
#[must_use]
pub fn discard(profile: &Profile) -> Vec<u8> {
    let exit = profile.presenter.as_ref().filter(|exit| exit.clears());
    match exit {
        Some(exit) if exit.retract.is_none() => exit.eject.bytes().to_vec(),
        Some(exit) => exit.retract.bytes().to_vec(),
        None => cut(profile),
    }
}

/// Feeds to the cutter and cuts (GS V 65/66), or feeds past the tear bar (ESC J, 20 mm) where nothing cuts.
#[must_use]
pub fn cut(profile: &Profile) -> Vec<u8> {
    match profile.cutter {
        Cutter::None => vec![0x1B, b'J', 160],
        Cutter::Partial => vec![0x1D, b'V', 66, 0],
        Cutter::Full => vec![0x1D, b'V', 65, 0],
    }
}
