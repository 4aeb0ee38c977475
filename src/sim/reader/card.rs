//! Cards as files, and the bytes of their chips.

use std::{fs, io, path::Path};

use serde::Deserialize;

/// Which table of the chip applies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CardKind {
    /// Resident identity card.
    #[default]
    Resident,
    /// Residence permit for Hong Kong, Macao and Taiwan residents.
    HkMacaoTaiwan,
    /// Foreigner's permanent residence card of 2017.
    #[serde(rename = "foreigner_2017")]
    Foreigner2017,
    /// Foreigner's permanent residence card of 2023.
    #[serde(rename = "foreigner_2023")]
    Foreigner2023,
}

/// A made-up person's card. Texts stand on the chip as they are written here; dates are `YYYYMMDD`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CardFile {
    /// Table of the chip.
    pub kind: CardKind,
    /// Chinese name.
    pub name: String,
    /// English name.
    pub english_name: String,
    /// One digit of GB/T 2261.1: 1 male, 2 female.
    pub sex: String,
    /// Two digits of GB/T 3304.
    pub nation: String,
    /// Birth date.
    pub birth: String,
    /// Printed address.
    pub address: String,
    /// Newer address, empty when there is none.
    pub latest_address: String,
    /// Number.
    pub number: String,
    /// Issuing authority (2017: accepting authority's code).
    pub authority: String,
    /// First day.
    pub valid_from: String,
    /// Last day or 长期.
    pub valid_until: String,
    /// Travel permit number.
    pub travel_permit: String,
    /// Number of issues or renewals, two digits.
    pub issue_count: String,
    /// Three letters.
    pub nationality: String,
    /// Bytes of fingerprint: 0, 512 or 1024.
    pub fingerprint: usize,
}

/// A card file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CardError {
    /// Not readable.
    #[error("card file: {0}")]
    Io(#[from] io::Error),
    /// Not a card.
    #[error("card file: {0}")]
    Toml(#[from] toml::de::Error),
    /// A fingerprint area of a size that no card has.
    #[error("card file: fingerprint is 0, 512 or 1024 bytes, not {0}")]
    Fingerprint(usize),
}

impl CardFile {
    /// Reads a TOML file.
    pub fn load(path: &Path) -> Result<Self, CardError> {
        Self::parse(&fs::read_to_string(path)?)
    }

    /// Reads TOML text.
    pub fn parse(text: &str) -> Result<Self, CardError> {
        let card: Self = toml::from_str(text)?;
        if ![0, 512, 1024].contains(&card.fingerprint) {
            return Err(CardError::Fingerprint(card.fingerprint));
        }
        Ok(card)
    }

    /// Text area: 256 bytes.
    pub(super) fn text(&self) -> Vec<u8> {
        let chinese = [
            (0, 15, &self.name),
            (30, 1, &self.sex),
            (36, 8, &self.birth),
            (52, 35, &self.address),
            (122, 18, &self.number),
            (158, 15, &self.authority),
        ];
        let mut area = Area::new(128);
        area.put_all(&[(188, 8, &self.valid_from), (204, 8, &self.valid_until)]);
        match self.kind {
            CardKind::Resident => {
                area.put_all(&chinese);
                area.put(32, 2, &self.nation);
            }
            CardKind::HkMacaoTaiwan => {
                area.put_all(&chinese);
                area.put_all(&[(220, 9, &self.travel_permit), (238, 2, &self.issue_count)]);
                area.put(248, 1, "J");
            }
            CardKind::Foreigner2017 => {
                area.put_all(&[
                    (0, 60, &self.english_name),
                    (120, 1, &self.sex),
                    (122, 15, &self.number),
                    (152, 3, &self.nationality),
                    (158, 15, &self.name),
                    (220, 8, &self.birth),
                    (240, 4, &self.authority),
                ]);
                area.put(236, 2, "01");
                area.put(248, 1, "I");
            }
            CardKind::Foreigner2023 => {
                let cut = self.english_name.char_indices().nth(35);
                let (first, second) = self
                    .english_name
                    .split_at(cut.map_or(self.english_name.len(), |(at, _)| at));
                area.put_all(&[
                    (0, 15, &self.name),
                    (30, 1, &self.sex),
                    (32, 2, &self.issue_count),
                    (36, 8, &self.birth),
                    (122, 18, &self.number),
                    (242, 3, &self.nationality),
                ]);
                area.put(52, 35, first);
                area.put(220, 11, second);
                area.put(248, 1, "Y");
            }
        }
        area.0
    }

    /// Photo area: 1024 bytes that begin like the real format and show nobody.
    pub(super) fn photo(&self) -> Vec<u8> {
        let mut photo = vec![0x57, 0x4C, 0x66, 0x00, 0x7E, 0x00, 0x32, 0x00, 0x00, 0xFF];
        let seed: u8 = self.number.bytes().fold(7, u8::wrapping_add);
        photo.extend((photo.len()..1024).map(|at| (at as u8).wrapping_mul(31).wrapping_add(seed)));
        photo
    }

    /// Answer to "read additional information" in so many parts of 70 bytes, `None` when the card has none. The newest
    /// address stands first, then the printed one as often as there is room.
    pub(super) fn additional(&self, parts: u8) -> Option<Vec<u8>> {
        (!self.latest_address.is_empty()).then(|| {
            let mut area = Area::new(35 * usize::from(parts));
            area.put(0, 35, &self.latest_address);
            for part in 1..usize::from(parts) {
                area.put(70 * part, 35, &self.address);
            }
            area.0
        })
    }
}

/// Fields of UTF-16LE units, padded with U+0020.
struct Area(Vec<u8>);

impl Area {
    fn new(units: usize) -> Self {
        Self([0x20, 0x00].repeat(units))
    }

    /// At byte `offset`, `units` wide; what does not fit is cut as issuers do.
    fn put(&mut self, offset: usize, units: usize, text: &str) {
        for (index, unit) in text.encode_utf16().take(units).enumerate() {
            let at = offset + 2 * index;
            self.0[at] = (unit & 0xFF) as u8;
            self.0[at + 1] = (unit >> 8) as u8;
        }
    }

    fn put_all(&mut self, fields: &[(usize, usize, &String)]) {
        for (offset, units, text) in fields {
            self.put(*offset, *units, text);
        }
    }
}
