//! What the module can be asked.

use std::time::Duration;

use super::{
    card,
    frame::{Answer, PREAMBLE},
    status::Sw3,
};

/// A request. In brackets CMD and PARA.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    /// Reset the module (10 FF).
    Reset,
    /// Is it well? (11 FF)
    Status,
    /// Its identity (12 FF).
    SamId,
    /// Look for a card (20 01).
    Find,
    /// Choose the card found (20 02).
    Select,
    /// Text and photo (30 01).
    ReadBase,
    /// Text, photo and fingerprint (30 10).
    ReadWithFingerprint,
    /// Additional information: newer address (30 03).
    ReadAddress,
    /// Management number of the card body (30 05).
    ReadCardBody,
    /// Bit rate (60 nn): 0 115200, 1 57600, 2 38400, 3 19200, 4 9600. Kept by the module over power-off.
    SetRate(u8),
    /// Longest radio exchange in bytes, 24..=255 (61 FF nn); smaller is safer with a poor antenna.
    SetMaxRf(u8),
}

impl Request {
    /// The whole frame.
    #[must_use]
    pub fn encode(self) -> Vec<u8> {
        let body: &[u8] = match self {
            Self::Reset => &[0x10, 0xFF],
            Self::Status => &[0x11, 0xFF],
            Self::SamId => &[0x12, 0xFF],
            Self::Find => &[0x20, 0x01],
            Self::Select => &[0x20, 0x02],
            Self::ReadBase => &[0x30, 0x01],
            Self::ReadWithFingerprint => &[0x30, 0x10],
            Self::ReadAddress => &[0x30, 0x03],
            Self::ReadCardBody => &[0x30, 0x05],
            Self::SetRate(rate) => &[0x60, rate],
            Self::SetMaxRf(bytes) => &[0x61, 0xFF, bytes],
        };
        // At most three bytes and the check.
        let mut frame = vec![0, body.len() as u8 + 1];
        frame.extend_from_slice(body);
        let check = frame.iter().fold(0, |xor, byte| xor ^ byte);
        frame.push(check);
        [&PREAMBLE[..], &frame].concat()
    }

    /// How long the whole answer may take. Reading takes a second or two of radio time, and 2.4 s on the line at
    /// 9600 bit/s.
    #[must_use]
    pub fn timeout(self) -> Duration {
        match self {
            Self::ReadBase | Self::ReadWithFingerprint => Duration::from_secs(5),
            Self::ReadAddress | Self::Reset => Duration::from_secs(2),
            _ => Duration::from_secs(1),
        }
    }

    /// How long the answer of a module takes that is not known to be slow, for what is asked all the time: found 100 ms
    /// in the makers' own programs. `None` where only [`Self::timeout`] counts.
    pub(super) fn quick(self) -> Option<Duration> {
        match self {
            Self::Find => Some(Duration::from_millis(250)),
            Self::Status => Some(Duration::from_millis(300)),
            _ => None,
        }
    }

    /// Whether silence may be met by asking again at once. Not for readings: a late answer could belong to another
    /// card. Not for "find": it must not be asked more often than every 300 ms. Not for what asks whether anybody is
    /// there: silence is the answer.
    pub(super) fn may_repeat_after_silence(self) -> bool {
        !matches!(
            self,
            Self::Status
                | Self::Reset
                | Self::Find
                | Self::ReadBase
                | Self::ReadWithFingerprint
                | Self::ReadAddress
                | Self::ReadCardBody
        )
    }

    /// Whether `answer` can be the answer to this request. The protocol has no sequence number: the result and the
    /// amount of data are all that tells a late answer from the awaited one.
    #[must_use]
    pub fn accepts(self, answer: &Answer) -> bool {
        let length = answer.data.len();
        match answer.sw3 {
            Sw3::Ok => match self {
                Self::Reset | Self::Status | Self::SetRate(_) | Self::SetMaxRf(_) => length == 0,
                Self::SamId => length == 16,
                Self::Find => false,
                Self::Select => length == 8,
                // By the lengths in it: whoever waits for exactly 1295 bytes hangs on other cards.
                Self::ReadBase => card::split(&answer.data, false).is_some(),
                Self::ReadWithFingerprint => card::split(&answer.data, true).is_some(),
                Self::ReadAddress => (1..=280).contains(&length) && length.is_multiple_of(70),
                Self::ReadCardBody => length == 28,
            },
            Sw3::Found => self == Self::Find && length == 4,
            Sw3::NoCard => self == Self::Find,
            Sw3::SelectFailed => self == Self::Select,
            Sw3::NoSuchItem => matches!(self, Self::ReadAddress | Self::ReadCardBody),
            Sw3::CardRefusesSam
            | Sw3::SamRefusesCard
            | Sw3::ContentNotVerified
            | Sw3::FingerprintNotVerified
            | Sw3::InformationLength
            | Sw3::UnknownCard
            | Sw3::ReadFailed
            | Sw3::RandomFailed => self.is_about_card(),
            // A request that this module does not know or cannot carry out now. Every module knows these two, so it is
            // a card request's, come late.
            Sw3::RequestRefused | Sw3::Unrecognised | Sw3::Other(_) => {
                !matches!(self, Self::Reset | Self::Status)
            }
            Sw3::RequestChecksum
            | Sw3::RequestLength
            | Sw3::NotPermitted
            | Sw3::SelfTestFailed
            | Sw3::NotAuthorised => true,
        }
    }

    pub(super) fn is_about_card(self) -> bool {
        !matches!(
            self,
            Self::Reset | Self::Status | Self::SamId | Self::SetRate(_) | Self::SetMaxRf(_)
        )
    }
}
