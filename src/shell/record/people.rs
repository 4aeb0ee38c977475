//! People who do not exist, one for each card that was read.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::document::number::check_digit;
use crate::document::{IdentityDocument, Kind};

/// Bytes of the chip's text.
pub(super) const TEXT: usize = 256;
/// Bytes of one address behind it.
pub(super) const ADDRESS: usize = 70;
/// Most cards told apart; all later ones are one.
const MOST: u32 = 999;

/// A secret that nobody knows, not even afterwards.
pub(super) fn salt() -> Zeroizing<[u8; 32]> {
    let mut salt = Zeroizing::new([0; 32]);
    let random = rustls::crypto::ring::default_provider().secure_random;
    // Without randomness the digests are unsalted. They are never written either way.
    let _ = random.fill(&mut *salt);
    salt
}

/// Tells which cards are the same, without keeping them.
pub(super) struct People {
    salt: Zeroizing<[u8; 32]>,
    known: BTreeMap<[u8; 32], u32>,
    /// The one of the last card: a newer address is theirs.
    last: u32,
}

impl People {
    pub(super) fn new() -> Self {
        Self {
            salt: salt(),
            known: BTreeMap::new(),
            last: 0,
        }
    }

    /// Puts the text of a made-up person into the place of a card's text: the same for the same `card`. What is no document
    /// becomes blanks, which are none either.
    pub(super) fn stand_in(&mut self, card: &[u8], text: &mut [u8]) {
        let Ok(document) = IdentityDocument::from_card(text, &[], &[]) else {
            return text.fill(0x20);
        };
        let digest: [u8; 32] = Sha256::new()
            .chain_update(self.salt.as_slice())
            .chain_update(card)
            .finalize()
            .into();
        let next = u32::try_from(self.known.len())
            .unwrap_or(MOST)
            .saturating_add(1);
        self.last = match self.known.get(&digest) {
            Some(known) => *known,
            None if next < MOST => *self.known.entry(digest).or_insert(next),
            None => MOST,
        };
        write(document.kind, self.last, text);
    }

    /// Puts the address of the last made-up person into the place of a newer one; blank stays blank.
    pub(super) fn move_house(&self, address: &mut [u8]) {
        let blank = |unit: &[u8]| matches!(unit, [0x20 | 0x00, 0x00]);
        if !address.chunks(2).all(blank) {
            blanks(address);
            put(address, 0, &format!("样本新村{}号", self.last));
        }
    }
}

/// The text of the chip of nobody number `number`.
fn write(kind: Kind, number: u32, text: &mut [u8]) {
    blanks(text);
    let sex = if number % 2 == 1 { "1" } else { "2" };
    let name = format!("样本{number}");
    // 990000 is no division.
    let body = format!("99000019700101{number:03}");
    let check = check_digit(&body).unwrap_or('0');
    let citizen = format!("{body}{check}");
    put(text, 188, "20200101");
    put(text, 204, "长期");
    let english = format!("SAMPLE, NUMBER {number}");
    match kind {
        Kind::Resident | Kind::HkMacaoTaiwan => {
            put(text, 0, &name);
            put(text, 30, sex);
            put(text, 36, "19700101");
            put(text, 52, &format!("样本路{number}号"));
            put(text, 122, &citizen);
            put(text, 158, "样本局");
        }
        Kind::Foreigner2017 => {
            put(text, 0, &english);
            put(text, 120, sex);
            put(text, 122, &format!("UTO990070010{number:03}"));
            put(text, 152, "UTO");
            put(text, 158, &name);
            put(text, 220, "19700101");
        }
        Kind::Foreigner2023 => {
            put(text, 0, &name);
            put(text, 30, sex);
            put(text, 36, "19700101");
            put(text, 52, &english);
            put(text, 122, &citizen);
            put(text, 242, "UTO");
        }
    }
    match kind {
        Kind::Resident => put(text, 32, "01"),
        Kind::HkMacaoTaiwan => put(text, 248, "J"),
        Kind::Foreigner2017 => put(text, 248, "I"),
        Kind::Foreigner2023 => put(text, 248, "Y"),
    }
}

fn blanks(text: &mut [u8]) {
    for (at, byte) in text.iter_mut().enumerate() {
        *byte = if at % 2 == 0 { 0x20 } else { 0x00 };
    }
}

fn put(text: &mut [u8], at: usize, words: &str) {
    let units = words.encode_utf16().flat_map(u16::to_le_bytes);
    for (place, byte) in text[at..].iter_mut().zip(units) {
        *place = byte;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_card_is_the_same_nobody_and_another_is_another() {
        for kind in [
            Kind::Resident,
            Kind::HkMacaoTaiwan,
            Kind::Foreigner2017,
            Kind::Foreigner2023,
        ] {
            let mut people = People::new();
            let mut card = [0; TEXT];
            write(kind, 7, &mut card);
            let mut met = |card: &[u8]| {
                let mut text = card.to_vec();
                people.stand_in(card, &mut text);
                IdentityDocument::from_card(&text, &[], &[]).expect("a document")
            };
            let first = met(&card);
            assert_eq!(first.kind, kind);
            assert!(first == met(&card));
            let mut other = card;
            put(&mut other, 122, "9");
            put(&mut other, 124, "8");
            assert!(first != met(&other) && first == met(&card));
        }
    }
}
