//! The text block of the chip: 256 bytes UTF-16LE, fixed-width fields padded with spaces.
//!
//! Offsets are bytes, from the published field tables of the resident card, the residence permit for Hong Kong,
//! Macao and Taiwan residents (2018) and the foreigner's permanent residence cards of 2017 and 2023. The unit at
//! offset 248 says which table applies: space, `J`, `I`, `Y`.

use zeroize::Zeroizing;

use super::{Date, IdentityDocument, Kind, Nation, Sex, ValidUntil};

/// Length of the text block in bytes.
pub(super) const TEXT_LENGTH: usize = 256;
/// One "additional information" entry: an address field of 35 units.
const ADDRESS_LENGTH: usize = 70;
const PHOTO_LIMIT: usize = 1024;

/// Why bytes are not a readable document. Never holds content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The text block is not 256 bytes long.
    #[error("text block of {0} bytes instead of 256")]
    Length(usize),
    /// The type flag at offset 248 is none of space, `I`, `J`, `Y`.
    #[error("unknown document type {0:#06x}")]
    Kind(u16),
    /// Neither a Chinese nor an English name.
    #[error("no name")]
    Name,
    /// The number is empty.
    #[error("no number")]
    Number,
    /// The birth date is no date.
    #[error("birth date is no date")]
    Birth,
    /// A date of validity is neither a date nor 长期.
    #[error("validity is no date")]
    Validity,
}

pub(super) fn read(
    text: &[u8],
    photo: &[u8],
    latest_address: &[u8],
) -> Result<IdentityDocument, ReadError> {
    let length = text.len();
    let text = text.try_into();
    let block = Block(text.map_err(|_| ReadError::Length(length))?);
    let mut document = match block.unit(248) {
        0x0020 | 0x0000 => block.resident()?,
        0x004A => block.hk_macao_taiwan()?,
        0x0049 => block.foreigner_2017()?,
        0x0059 => block.foreigner_2023()?,
        other => return Err(ReadError::Kind(other)),
    };
    if document.display_name().is_empty() {
        return Err(ReadError::Name);
    }
    if document.number.is_empty() {
        return Err(ReadError::Number);
    }
    document.number.make_ascii_uppercase();
    document.photo = photo[..photo.len().min(PHOTO_LIMIT)].to_vec();
    document.latest_address = latest_address
        .chunks(ADDRESS_LENGTH)
        .map(decode)
        .find(|address| !address.is_empty())
        .unwrap_or_default();
    Ok(document)
}

struct Block<'a>(&'a [u8; TEXT_LENGTH]);

impl Block<'_> {
    fn resident(&self) -> Result<IdentityDocument, ReadError> {
        let mut document = self.chinese(Kind::Resident)?;
        document.nation = Nation::parse(&Zeroizing::new(self.text(32, 4)));
        Ok(document)
    }

    fn hk_macao_taiwan(&self) -> Result<IdentityDocument, ReadError> {
        let mut document = self.chinese(Kind::HkMacaoTaiwan)?;
        document.travel_permit = self.text(220, 18);
        document.issue_count = self.text(238, 4);
        Ok(document)
    }

    /// What the resident card and the residence permit share.
    fn chinese(&self, kind: Kind) -> Result<IdentityDocument, ReadError> {
        let mut document = self.any(kind)?;
        document.name = self.text(0, 30);
        document.sex = self.sex(30);
        document.birth = self.birth(36)?;
        document.address = self.text(52, ADDRESS_LENGTH);
        document.number = self.text(122, 36);
        document.authority = self.text(158, 30);
        Ok(document)
    }

    fn foreigner_2017(&self) -> Result<IdentityDocument, ReadError> {
        let mut document = self.any(Kind::Foreigner2017)?;
        document.english_name = self.text(0, 120);
        document.sex = self.sex(120);
        document.number = self.text(122, 30);
        document.nationality = self.text(152, 6);
        document.name = self.text(158, 30);
        document.birth = self.birth(220)?;
        document.authority = self.text(240, 8);
        Ok(document)
    }

    fn foreigner_2023(&self) -> Result<IdentityDocument, ReadError> {
        // The name runs on over two fields: padding between them is part of the name, at its end it is not.
        let mut english = Zeroizing::new([0; 92]);
        english[..70].copy_from_slice(&self.0[52..122]);
        english[70..].copy_from_slice(&self.0[220..242]);
        let mut document = self.any(Kind::Foreigner2023)?;
        document.name = self.text(0, 30);
        document.sex = self.sex(30);
        document.issue_count = self.text(32, 4);
        document.birth = self.birth(36)?;
        document.english_name = decode(&english[..]);
        document.number = self.text(122, 36);
        document.nationality = self.text(242, 6);
        Ok(document)
    }

    /// What stands at the same place in all four tables.
    fn any(&self, kind: Kind) -> Result<IdentityDocument, ReadError> {
        let date = |text: &str| Date::parse_compact(text).map_err(|_| ReadError::Validity);
        let mut document = IdentityDocument::default();
        document.kind = kind;
        document.valid_from = date(&self.text(188, 16))?;
        document.valid_until = match self.text(204, 16).as_str() {
            "长期" => ValidUntil::LongTerm,
            text => ValidUntil::Date(date(text)?),
        };
        Ok(document)
    }

    fn unit(&self, at: usize) -> u16 {
        u16::from_le_bytes([self.0[at], self.0[at + 1]])
    }

    fn text(&self, at: usize, length: usize) -> String {
        decode(&self.0[at..at + length])
    }

    fn sex(&self, at: usize) -> Sex {
        let code = u8::try_from(self.unit(at)).map_or('9', char::from);
        // An empty field says nothing, like code 0.
        Sex::of_code(if matches!(code, ' ' | '\0') {
            '0'
        } else {
            code
        })
    }

    fn birth(&self, at: usize) -> Result<Date, ReadError> {
        Date::parse_compact(&Zeroizing::new(self.text(at, 16))).map_err(|_| ReadError::Birth)
    }
}

/// The whole field is decoded first and only its end is trimmed: English names have spaces inside, some issuers pad
/// with U+0000. Private-use characters of rare names stay; half a surrogate pair becomes U+FFFD.
fn decode(field: &[u8]) -> String {
    // Room for the longest case (three bytes a unit), so that no half-grown copy stays behind in memory.
    let mut text = String::with_capacity(field.len() / 2 * 3);
    let units = field
        .chunks_exact(2)
        .map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
    text.extend(char::decode_utf16(units).map(|char| char.unwrap_or(char::REPLACEMENT_CHARACTER)));
    text.truncate(text.trim_end_matches([' ', '\0']).len());
    text
}
