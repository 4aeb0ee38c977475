//! Result byte SW3 of every answer.

/// Result of a request (SW3). Meanings as the published lists of several reader makers agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sw3 {
    /// 90: done.
    Ok,
    /// 91: the card has no such item.
    NoSuchItem,
    /// 9F: a card was found.
    Found,
    /// 10: the request arrived with a wrong check byte.
    RequestChecksum,
    /// 11: the request arrived with a wrong length.
    RequestLength,
    /// 21: unknown request, or not in this order.
    RequestRefused,
    /// 23: not permitted.
    NotPermitted,
    /// 24: unrecognised error.
    Unrecognised,
    /// 31: the card does not accept the module.
    CardRefusesSam,
    /// 32: the module does not accept the card.
    SamRefusesCard,
    /// 33: the content does not verify.
    ContentNotVerified,
    /// 37: the fingerprint does not verify.
    FingerprintNotVerified,
    /// 3F: wrong length of information.
    InformationLength,
    /// 40: not a card of these kinds.
    UnknownCard,
    /// 41: reading failed, the card moved away.
    ReadFailed,
    /// 47: random number failed.
    RandomFailed,
    /// 60: the module's self-test failed; it takes no request.
    SelfTestFailed,
    /// 66: the module is not authorised.
    NotAuthorised,
    /// 80: no card found.
    NoCard,
    /// 81: selecting the card failed.
    SelectFailed,
    /// Any other byte.
    Other(u8),
}

/// What a result means for the next step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Go on.
    Ok,
    /// Done, nothing there.
    Empty,
    /// No card in the field.
    NoCard,
    /// Find it again.
    FindAgain,
    /// The request was damaged on the line: send it again.
    SendAgain,
    /// This request is not for this module or not for now.
    Refused,
    /// Read again without the fingerprint.
    WithoutFingerprint,
    /// Read again; give up when it repeats.
    ReadAgain,
    /// Card and module do not trust each other.
    AuthenticationFailed,
    /// The card is of another kind.
    NotAnIdCard,
    /// The card left the field while it was read.
    MovedAway,
    /// Reset the module.
    Reset,
    /// The module is out of service.
    DeviceFault,
}

const CODES: [(u8, Sw3, Class); 20] = [
    (0x90, Sw3::Ok, Class::Ok),
    (0x91, Sw3::NoSuchItem, Class::Empty),
    (0x9F, Sw3::Found, Class::Ok),
    (0x10, Sw3::RequestChecksum, Class::SendAgain),
    (0x11, Sw3::RequestLength, Class::SendAgain),
    (0x21, Sw3::RequestRefused, Class::Refused),
    (0x23, Sw3::NotPermitted, Class::DeviceFault),
    (0x24, Sw3::Unrecognised, Class::ReadAgain),
    (0x31, Sw3::CardRefusesSam, Class::AuthenticationFailed),
    (0x32, Sw3::SamRefusesCard, Class::AuthenticationFailed),
    (0x33, Sw3::ContentNotVerified, Class::AuthenticationFailed),
    (0x37, Sw3::FingerprintNotVerified, Class::WithoutFingerprint),
    (0x3F, Sw3::InformationLength, Class::ReadAgain),
    (0x40, Sw3::UnknownCard, Class::NotAnIdCard),
    (0x41, Sw3::ReadFailed, Class::MovedAway),
    (0x47, Sw3::RandomFailed, Class::Reset),
    (0x60, Sw3::SelfTestFailed, Class::DeviceFault),
    (0x66, Sw3::NotAuthorised, Class::DeviceFault),
    (0x80, Sw3::NoCard, Class::NoCard),
    (0x81, Sw3::SelectFailed, Class::FindAgain),
];

impl Sw3 {
    /// The byte on the wire.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Other(code) => code,
            known => CODES
                .iter()
                .find(|(_, sw3, _)| *sw3 == known)
                .map_or(0, |row| row.0),
        }
    }

    /// What to do about it. Unknown bytes are worth a second reading.
    #[must_use]
    pub fn class(self) -> Class {
        CODES
            .iter()
            .find(|(_, sw3, _)| *sw3 == self)
            .map_or(Class::ReadAgain, |row| row.2)
    }
}

impl From<u8> for Sw3 {
    fn from(code: u8) -> Self {
        CODES
            .iter()
            .find(|row| row.0 == code)
            .map_or(Self::Other(code), |row| row.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_keeps_its_value() {
        for code in 0..=u8::MAX {
            assert_eq!(Sw3::from(code).code(), code);
        }
        assert_eq!(Sw3::from(0x42), Sw3::Other(0x42));
        assert_eq!(Sw3::from(0x42).class(), Class::ReadAgain);
        assert_eq!(Sw3::from(0x66).class(), Class::DeviceFault);
        assert_eq!(Sw3::from(0x37).class(), Class::WithoutFingerprint);
    }
}
