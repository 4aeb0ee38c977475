//! What can be wrong with the reader and the card on it, and what readers differ in.

use std::time::Duration;

/// What is wrong with the simulated reader or the card on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReaderFault {
    /// Nothing.
    #[default]
    None,
    /// Stray bytes before every answer, among them the beginning of a preamble.
    NoiseBefore,
    /// In every answer a byte appears and two get lost, as recorded in the field.
    NoiseWithin,
    /// The check byte of every answer is wrong.
    GarbledChecksum,
    /// Answers begin late and come in small pieces, yet within the time limits.
    Slow,
    /// Answers arrive whole, this much too late.
    Late(Duration),
    /// No answers.
    Silent,
    /// Instead of an answer a header with a length of 65535 and 5000 bytes.
    AbsurdLength,
    /// The card leaves while it is read (41).
    MovedAway,
    /// What lies there is another kind of card (40).
    NotAnIdCard,
    /// The card does not accept the module (31).
    AuthenticationFailed,
    /// The module is not authorised (66).
    Unauthorised,
    /// The module's self-test failed; it takes no request (60).
    SelfTest,
    /// Reading with fingerprint fails (37).
    FingerprintFailed,
    /// Requests with this CMD are answered with this result and nothing else.
    Answers {
        /// First byte of the request: 11 status, 12 SAM id, 20 find and select, 30 read, 61 longest exchange.
        cmd: u8,
        /// Result.
        sw3: u8,
    },
    /// Requests with this CMD are not answered.
    Mute(u8),
    /// No answers until the module is reset (10 FF), which it answers and is well.
    HungUntilReset,
    /// No answers until the port is opened anew.
    HungUntilReopen,
    /// No answers until the power was off.
    HungUntilPowerCycle,
    /// The first SAM id after power-on is a wrong one.
    FirstSamIdWrong,
    /// The first 1.5 s after power-on nothing is heard, and so nothing answered.
    DeafAfterPowerOn,
    /// Readings end in `AA AA AA 96 69 00 05 05 05 05`, which some makers' readers send when their time is over.
    VendorTimeout,
}

/// What readers differ in, or wear out in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReaderSetting {
    /// How long reading a card takes, besides the time on the line.
    ReadTime(Duration),
    /// A card that was read does not answer "find" until it is laid anew.
    HaltAfterRead(bool),
    /// The answer with the newer address has so many parts of 70 bytes, 1..=4; the newest stands first.
    AddressParts(u8),
    /// Reading fails (41) while the longest radio exchange is above this many bytes: a poor antenna. 255: never.
    RfLimit(u8),
    /// Bit rate of the module, kept over power-off. At another rate nothing can be understood on either side.
    Rate(u32),
    /// So many of a thousand finds miss a card that lies there.
    MissPerMille(u16),
    /// Every reading takes this much longer than the one before, at most 4 s in all.
    ReadTimeGrowth(Duration),
}
