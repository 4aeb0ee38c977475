//! The commands of four families of engines, and their answers.

pub use crate::config::Dialect;

/// SSI's word for "taken".
pub(super) const SSI_ACK: [u8; 6] = [0x04, 0xD0, 0x04, 0x00, 0xFF, 0x28];

/// Longest answer that is no code.
pub(super) const REPLY_LIMIT: usize = 64;

/// What stands in bytes from their beginning on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reply {
    /// An answer of this length.
    Answer(usize),
    /// A packet of this length with a code from the first to before the second place.
    Packet(usize, usize, usize),
    /// The beginning of an answer.
    Unfinished,
    /// No answer.
    None,
}

impl Dialect {
    /// Look for a code. SSI engines sleep: the byte before wakes them.
    pub(super) fn start(self) -> &'static [u8] {
        match self {
            Self::Newland => b"\x7E\x01\x30\x30\x30\x30#SCNTRG1;\x03",
            Self::Honeywell => &[0x16, 0x54, 0x0D],
            Self::Ssi => &[0x00, 0x04, 0xE4, 0x04, 0x00, 0xFF, 0x14],
            Self::Grow => &[0x7E, 0x00, 0x08, 0x01, 0x00, 0x02, 0x01, 0xAB, 0xCD],
        }
    }

    /// Rest. Also the hello: it does no harm, and all but Honeywell's answer it.
    pub(super) fn stop(self) -> &'static [u8] {
        match self {
            Self::Newland => b"\x7E\x01\x30\x30\x30\x30#SCNTRG0;\x03",
            Self::Honeywell => &[0x16, 0x55, 0x0D],
            Self::Ssi => &[0x00, 0x04, 0xE5, 0x04, 0x00, 0xFF, 0x13],
            Self::Grow => &[0x7E, 0x00, 0x08, 0x01, 0x00, 0x02, 0x00, 0xAB, 0xCD],
        }
    }

    /// Whether it answers its commands.
    pub(super) fn answers(self) -> bool {
        self != Self::Honeywell
    }

    /// Whether an answer can begin with this byte behind other bytes. SSI's begin with their length: only in front.
    pub(super) fn begins_reply(self, byte: u8) -> bool {
        matches!(self, Self::Newland | Self::Grow) && byte == 0x02
    }

    /// What `bytes` begin with.
    pub(super) fn reply(self, bytes: &[u8]) -> Reply {
        match self {
            Self::Newland => newland(bytes),
            Self::Honeywell => Reply::None,
            Self::Ssi => ssi(bytes),
            Self::Grow => grow(bytes),
        }
    }
}

/// `02 01 30 30 30 30 <echo> 06|15|05 3B 03`.
fn newland(bytes: &[u8]) -> Reply {
    const HEAD: [u8; 6] = [0x02, 0x01, 0x30, 0x30, 0x30, 0x30];
    let known = bytes.len().min(HEAD.len());
    if bytes[..known] != HEAD[..known] {
        return Reply::None;
    }
    let window = &bytes[..bytes.len().min(REPLY_LIMIT)];
    match window.windows(2).position(|two| two == [0x3B, 0x03]) {
        Some(at) if at > HEAD.len() && matches!(bytes[at - 1], 0x05 | 0x06 | 0x15) => {
            Reply::Answer(at + 2)
        }
        None if bytes.len() < REPLY_LIMIT => Reply::Unfinished,
        _ => Reply::None,
    }
}

/// `02 00 00`, length, so many bytes, two bytes of CRC-16/XMODEM or `33 31`.
fn grow(bytes: &[u8]) -> Reply {
    const HEAD: [u8; 3] = [0x02, 0x00, 0x00];
    let known = bytes.len().min(HEAD.len());
    if bytes[..known] != HEAD[..known] {
        return Reply::None;
    }
    let Some(len) = bytes.get(3).map(|len| usize::from(*len)) else {
        return Reply::Unfinished;
    };
    match HEAD.len() + 1 + len + 2 {
        whole if len == 0 || whole > REPLY_LIMIT => Reply::None,
        whole if whole <= bytes.len() => Reply::Answer(whole),
        _ => Reply::Unfinished,
    }
}

/// Length, opcode, source, status, data; then the two's complement of the sum of all that, big-endian.
fn ssi(bytes: &[u8]) -> Reply {
    let len = usize::from(bytes.first().copied().unwrap_or_default());
    // Text may begin like a length: only what an engine sends (ACK, NAK, DECODE_DATA, EVENT) is waited for.
    let is_source = |byte: &u8| matches!(byte, 0x00 | 0x04);
    let is_opcode = |byte: &u8| matches!(byte, 0xD0 | 0xD1 | 0xF3 | 0xF6);
    if len < 4 || !bytes.get(1).is_none_or(is_opcode) || !bytes.get(2).is_none_or(is_source) {
        return Reply::None;
    }
    let Some(packet) = bytes.get(..len + 2) else {
        return Reply::Unfinished;
    };
    let sum = packet[..len]
        .iter()
        .fold(0u16, |sum, byte| sum.wrapping_add(u16::from(*byte)));
    let check = u16::from_be_bytes([packet[len], packet[len + 1]]);
    if sum.wrapping_add(check) != 0 {
        return Reply::None;
    }
    match packet[1] {
        // DECODE_DATA: the kind of barcode, then its text.
        0xF3 if len > 4 => Reply::Packet(len + 2, 5, len),
        _ => Reply::Answer(len + 2),
    }
}
