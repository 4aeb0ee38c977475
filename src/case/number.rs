//! The filing number on paper, with the check character of ISO 7064 MOD 37,36.

use serde::{Deserialize, Serialize};

use super::mint::{Epoch, Machine};

/// Longest text looked at when a number is typed in.
const TYPED_LIMIT: usize = 64;

/// Number printed for the person at filing, with or without a line: `MMMMM-EE-NNNNNN-C`.
///
/// Machine, store epoch, gap-free sequence, check character of ISO 7064 MOD 37,36.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FilingNumber(pub String);

/// Why a text is not a filing number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAFilingNumber {
    /// Not five, two, six and one characters.
    #[error("a filing number is MMMMM-EE-NNNNNN-C")]
    Shape,
    /// A character was misread or two were swapped.
    #[error("the check character does not match")]
    Check,
}

impl FilingNumber {
    /// The number of case `seq` (1 to [`super::SEQ_LAST`]) of this store.
    #[must_use]
    pub fn mint(machine: &Machine, epoch: &Epoch, seq: u32) -> Self {
        let (m, e) = (machine.as_str(), epoch.as_str());
        let check = char::from(check_character(format!("{m}{e}{seq:06}").as_bytes()));
        Self(format!("{m}-{e}-{seq:06}-{check}"))
    }

    /// Reads a number as a person types it: any case, hyphens and spaces optional.
    ///
    /// # Errors
    /// [`NotAFilingNumber`], never a panic on any text.
    pub fn parse(typed: &str) -> Result<Self, NotAFilingNumber> {
        if typed.len() > TYPED_LIMIT {
            return Err(NotAFilingNumber::Shape);
        }
        let plain: String = typed
            .chars()
            .filter(|c| !matches!(c, '-' | ' '))
            .map(|c| c.to_ascii_uppercase())
            .collect();
        let shape = plain.len() == 14
            && plain
                .bytes()
                .all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
            && plain[7..13].bytes().all(|b| b.is_ascii_digit());
        if !shape {
            return Err(NotAFilingNumber::Shape);
        }
        if char::from(check_character(&plain.as_bytes()[..13])) != char::from(plain.as_bytes()[13])
        {
            return Err(NotAFilingNumber::Check);
        }
        Ok(Self(format!(
            "{}-{}-{}-{}",
            &plain[..5],
            &plain[5..7],
            &plain[7..13],
            &plain[13..]
        )))
    }
}

/// Check character of ISO/IEC 7064 MOD 37,36 (hybrid system) over `0-9 A-Z`; other bytes count as 0.
fn check_character(text: &[u8]) -> u8 {
    let mut product = 36_u32;
    for byte in text {
        let value = match byte {
            b'0'..=b'9' => u32::from(byte - b'0'),
            b'A'..=b'Z' => u32::from(byte - b'A') + 10,
            _ => 0,
        };
        let sum = (product + value) % 36;
        product = (if sum == 0 { 36 } else { sum }) * 2 % 37;
    }
    b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[((37 - product) % 36) as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_character_agrees_with_published_numbers() {
        // The examples of the GRid standard (IFPI) and of ISAN (ISO 15706).
        assert_eq!(check_character(b"A12425GABC1234002"), b'M');
        assert_eq!(check_character(b"00000000D07A0090"), b'Q');
    }

    fn number() -> FilingNumber {
        let machine = Machine::parse("00042").expect("machine");
        FilingNumber::mint(&machine, &Epoch::parse("7K").expect("epoch"), 17)
    }

    #[test]
    fn parse_takes_what_mint_gives_in_any_dress() {
        let number = number();
        assert_eq!(FilingNumber::parse(&number.0), Ok(number.clone()));
        let bare = number.0.replace('-', "").to_lowercase();
        assert_eq!(FilingNumber::parse(&bare), Ok(number.clone()));
        assert_eq!(FilingNumber::parse(&number.0.replace('-', " ")), Ok(number));
    }

    #[test]
    fn one_wrong_character_or_a_swap_of_neighbours_is_found() {
        let plain = number().0.replace('-', "");
        let alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
        for at in 0..plain.len() {
            for c in alphabet.chars() {
                let mut wrong = plain.clone();
                wrong.replace_range(at..=at, &c.to_string());
                assert_eq!(FilingNumber::parse(&wrong).is_ok(), wrong == plain);
            }
        }
        for at in 0..plain.len() - 1 {
            let mut bytes = plain.clone().into_bytes();
            bytes.swap(at, at + 1);
            let swapped = String::from_utf8(bytes).expect("ascii");
            assert_eq!(FilingNumber::parse(&swapped).is_ok(), swapped == plain);
        }
    }

    #[test]
    fn foreign_text_is_refused() {
        for bad in ["", "-", "受理编号", "00042-7K-00001X-C", &"0".repeat(100)] {
            assert!(FilingNumber::parse(bad).is_err(), "{bad}");
        }
    }
}
