//! The identity document of the person at the machine, as read from its chip.

use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

pub mod date;
mod layout;
mod mask;
pub mod nation;
pub mod number;
pub mod photo;

#[cfg(test)]
mod tests;

pub use date::Date;
pub use layout::ReadError;
pub use nation::Nation;
pub use number::{CitizenNumber, ForeignerNumber2017, NumberError};

/// Which document it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Zeroize)]
pub enum Kind {
    /// Resident identity card (居民身份证).
    #[default]
    Resident,
    /// Residence permit for Hong Kong, Macao and Taiwan residents (港澳台居民居住证, since 2018).
    HkMacaoTaiwan,
    /// Foreigner's permanent residence identity card (外国人永久居留身份证), version of 2017.
    Foreigner2017,
    /// The same, version of December 2023.
    Foreigner2023,
}

impl Kind {
    /// Its name in the journal.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Resident => "resident",
            Self::HkMacaoTaiwan => "hk-macao-taiwan",
            Self::Foreigner2017 => "foreigner-2017",
            Self::Foreigner2023 => "foreigner-2023",
        }
    }
}

/// Sex as GB/T 2261.1 codes it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Zeroize)]
pub enum Sex {
    /// Code 0.
    #[default]
    Unknown,
    /// Code 1.
    Male,
    /// Code 2.
    Female,
    /// Code 9, and any other code.
    NotStated,
}

impl Sex {
    /// The sex behind the digit of GB/T 2261.1.
    #[must_use]
    pub fn of_code(code: char) -> Self {
        match code {
            '0' => Self::Unknown,
            '1' => Self::Male,
            '2' => Self::Female,
            _ => Self::NotStated,
        }
    }

    /// What an ASCII digit of odd or even value says inside a number.
    fn of_parity(digit: u8) -> Self {
        if digit % 2 == 1 {
            Self::Male
        } else {
            Self::Female
        }
    }

    /// The Chinese word of the standard.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Unknown => "未知",
            Self::Male => "男",
            Self::Female => "女",
            Self::NotStated => "未说明",
        }
    }
}

/// Until when a document is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Zeroize)]
pub enum ValidUntil {
    /// Through this day.
    Date(Date),
    /// 长期, given to holders from 46 years on.
    LongTerm,
}

impl Default for ValidUntil {
    fn default() -> Self {
        Self::Date(Date::default())
    }
}

impl fmt::Display for ValidUntil {
    /// `2030-01-01` or `长期`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Date(date) => date.fmt(f),
            Self::LongTerm => f.write_str("长期"),
        }
    }
}

/// Whether a document is valid on some day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Validity {
    /// Between its dates, both included.
    Valid,
    /// Before its first day: the machine's clock may be wrong.
    NotYet,
    /// After its last day.
    Expired,
}

/// What the chip says. Wiped from memory on drop; Debug shows no content.
///
/// Text fields that the document does not have are empty. Nothing here was checked against a register: problems
/// of a document that was read well are asked for with [`Self::validity_on`] and [`Self::number_check`].
#[derive(Clone, Default, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct IdentityDocument {
    /// Which document.
    pub kind: Kind,
    /// Chinese name; may be empty on a foreigner's card.
    pub name: String,
    /// English name in capitals, foreigner's cards only.
    pub english_name: String,
    /// Sex.
    pub sex: Sex,
    /// Nation, resident cards only.
    pub nation: Option<Nation>,
    /// Birth date.
    pub birth: Date,
    /// Address as printed on the card; empty on a foreigner's card.
    pub address: String,
    /// Newer address written into the chip after the card was made, empty when there is none.
    pub latest_address: String,
    /// Number of the person, upper case. See [`Self::number_check`].
    pub number: String,
    /// Issuing authority: name, or code of the accepting authority on a foreigner's card of 2017.
    pub authority: String,
    /// First day of validity.
    pub valid_from: Date,
    /// Last day of validity.
    pub valid_until: ValidUntil,
    /// Travel permit number (通行证号码), HK/Macao/Taiwan only.
    pub travel_permit: String,
    /// How often it was issued (签发次数) or renewed (换证次数), as printed.
    pub issue_count: String,
    /// Nationality, GB/T 2659 alpha-3 or the code on the card, foreigner's cards only.
    pub nationality: String,
    /// Photo, 1024 bytes in the ministry's compressed format. Opaque here; empty when the card had none.
    pub photo: Vec<u8>,
}

impl IdentityDocument {
    /// Reads the 256-byte text block (UTF-16LE, fixed width) and takes the photo as it is.
    /// `latest_address` is the answer to "read additional information", empty when the card has none.
    pub fn from_card(text: &[u8], photo: &[u8], latest_address: &[u8]) -> Result<Self, ReadError> {
        layout::read(text, photo, latest_address)
    }

    /// The address that counts: the newer one of the chip, else the printed one.
    #[must_use]
    pub fn current_address(&self) -> &str {
        if self.latest_address.is_empty() {
            &self.address
        } else {
            &self.latest_address
        }
    }

    /// The name to call the person by: Chinese, else English.
    #[must_use]
    pub fn display_name(&self) -> &str {
        if self.name.is_empty() {
            &self.english_name
        } else {
            &self.name
        }
    }

    /// Whether the document is valid on `today`.
    #[must_use]
    pub fn validity_on(&self, today: Date) -> Validity {
        match self.valid_until {
            ValidUntil::Date(last) if today > last => Validity::Expired,
            _ if today < self.valid_from => Validity::NotYet,
            _ => Validity::Valid,
        }
    }

    /// Whether the number is well built and agrees with birth date and sex of the document.
    pub fn number_check(&self) -> Result<(), NumberError> {
        let (birth_agrees, sex) = if self.kind == Kind::Foreigner2017 {
            let number = ForeignerNumber2017::parse(&self.number)?;
            let year = (self.birth.year() % 100) as u8;
            let birth = (year, self.birth.month(), self.birth.day());
            (number.birth == birth, number.sex)
        } else {
            let number = CitizenNumber::parse(&self.number)?;
            if self.kind == Kind::Foreigner2023 && !number.as_str().starts_with('9') {
                return Err(NumberError::Character);
            }
            (number.birth() == self.birth, number.sex())
        };
        if !birth_agrees {
            return Err(NumberError::BirthDiffers);
        }
        if matches!(self.sex, Sex::Male | Sex::Female) && self.sex != sex {
            return Err(NumberError::SexDiffers);
        }
        Ok(())
    }

    /// The name for screens and receipts that others may see: "张*伟", "张*", "S****, J***".
    #[must_use]
    pub fn masked_name(&self) -> String {
        mask::name(self.display_name())
    }

    /// The number for screens and receipts: first four, last four, stars between ("4402**********0017").
    #[must_use]
    pub fn masked_number(&self) -> String {
        mask::number(&self.number)
    }
}

impl fmt::Debug for IdentityDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdentityDocument")
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}
