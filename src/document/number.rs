//! Numbers of persons: their structure and check digits.

use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

use super::{Sex, date::Date};

/// What is wrong with a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// Not 18 characters (15 for the foreigner's card of 2017).
    #[error("wrong length")]
    Length,
    /// A character that cannot stand at its place.
    #[error("wrong character")]
    Character,
    /// The birth date inside the number is no date.
    #[error("no birth date inside")]
    Birth,
    /// The check digit does not fit.
    #[error("wrong check digit")]
    CheckDigit,
    /// Names another birth date than the document.
    #[error("another birth date than the document")]
    BirthDiffers,
    /// Names another sex than the document.
    #[error("another sex than the document")]
    SexDiffers,
}

/// An 18-digit citizen number (公民身份号码, GB 11643) or the number of the same build on the foreigner's
/// permanent residence card of 2023: 6 digits region (or 9, province, country), birth date, sequence, check digit.
///
/// Holding one means length, characters, birth date and check digit are right. Debug shows nothing.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct CitizenNumber([u8; 18]);

impl CitizenNumber {
    /// Checks `text`; a lower-case `x` becomes `X`.
    pub fn parse(text: &str) -> Result<Self, NumberError> {
        let mut digits: [u8; 18] = text
            .as_bytes()
            .try_into()
            .map_err(|_| NumberError::Length)?;
        digits[17].make_ascii_uppercase();
        let body_is_digits = digits[..17].iter().all(u8::is_ascii_digit);
        if !body_is_digits || !(digits[17].is_ascii_digit() || digits[17] == b'X') {
            return Err(NumberError::Character);
        }
        let number = Self(digits);
        Date::parse_compact(&number.as_str()[6..14]).map_err(|_| NumberError::Birth)?;
        if check_digit(&number.as_str()[..17]) != Some(char::from(digits[17])) {
            return Err(NumberError::CheckDigit);
        }
        Ok(number)
    }

    /// The number, 18 characters of which the last may be `X`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("checked to be ASCII")
    }

    /// First six digits: the county of first registration (GB/T 2260). Not checked against the list of counties.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.as_str()[..6]
    }

    /// The birth date inside.
    #[must_use]
    pub fn birth(&self) -> Date {
        Date::parse_compact(&self.as_str()[6..14]).expect("checked to be a date")
    }

    /// The sex that the 17th digit says: odd is male.
    #[must_use]
    pub fn sex(&self) -> Sex {
        Sex::of_parity(self.0[16])
    }
}

impl fmt::Debug for CitizenNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CitizenNumber(..)")
    }
}

/// Check digit for 17 digits (GB 11643, ISO 7064 MOD 11-2); `None` unless `body` is 17 ASCII digits.
#[must_use]
pub fn check_digit(body: &str) -> Option<char> {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    if body.len() != 17 || !body.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let sum: u32 = body
        .bytes()
        .zip(WEIGHTS)
        .map(|(digit, weight)| u32::from(digit - b'0') * weight)
        .sum();
    "10X98765432".chars().nth(sum as usize % 11)
}

/// What the 15 characters on the foreigner's permanent residence card of 2017 say.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ForeignerNumber2017 {
    /// Year (00..=99, the century is not in the number), month and day of birth.
    pub birth: (u8, u8, u8),
    /// From the parity of the 14th character.
    pub sex: Sex,
}

impl ForeignerNumber2017 {
    /// Checks 3 letters, 4 digits region, YYMMDD, 1 digit sequence, 1 check digit (ICAO 9303 weights 7-3-1).
    pub fn parse(text: &str) -> Result<Self, NumberError> {
        let chars: &[u8; 15] = text
            .as_bytes()
            .try_into()
            .map_err(|_| NumberError::Length)?;
        let letters = chars[..3].iter().all(u8::is_ascii_uppercase);
        if !letters || !chars[3..].iter().all(u8::is_ascii_digit) {
            return Err(NumberError::Character);
        }
        let pair = |at: usize| (chars[at] - b'0') * 10 + chars[at + 1] - b'0';
        let birth = (pair(7), pair(9), pair(11));
        // 2000 is a leap year: 29 February passes whichever the century is.
        Date::new(2000, birth.1, birth.2).ok_or(NumberError::Birth)?;
        let sum: u32 = chars[..14]
            .iter()
            .zip([7, 3, 1].into_iter().cycle())
            .map(|(&char, weight)| {
                let value = match char {
                    b'A'..=b'Z' => char - b'A' + 10,
                    digit => digit - b'0',
                };
                u32::from(value) * weight
            })
            .sum();
        if sum % 10 != u32::from(chars[14] - b'0') {
            return Err(NumberError::CheckDigit);
        }
        Ok(Self {
            birth,
            sex: Sex::of_parity(chars[13]),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_of_the_standard() {
        // The two examples of GB 11643.
        let woman = CitizenNumber::parse("11010519491231002x").unwrap();
        assert_eq!(woman.as_str(), "11010519491231002X");
        assert_eq!(woman.region(), "110105");
        assert_eq!(woman.birth().to_string(), "1949-12-31");
        assert_eq!(woman.sex(), Sex::Female);
        let man = CitizenNumber::parse("440524188001010014").unwrap();
        assert_eq!(man.sex(), Sex::Male);
        assert_eq!(format!("{man:?}"), "CitizenNumber(..)");
    }

    #[test]
    fn wrong_numbers_say_what_is_wrong() {
        for (number, error) in [
            ("", NumberError::Length),
            ("1101051949123100", NumberError::Length),
            ("11010519491231002X ", NumberError::Length),
            ("1101051949123100XX", NumberError::Character),
            ("1101051949123100 X", NumberError::Character),
            ("11010519491231002Y", NumberError::Character),
            ("公民身份号码", NumberError::Character),
            ("11010519491331002X", NumberError::Birth),
            ("110105194912310021", NumberError::CheckDigit),
            ("11010519491231020X", NumberError::CheckDigit),
        ] {
            assert_eq!(CitizenNumber::parse(number), Err(error), "{number}");
        }
    }

    #[test]
    fn foreigner_of_2017() {
        // UTO is ICAO's country that does not exist. Weighted by hand: 30*7+29*3+24 + 9*7+9*3+9+9*7 + 8*3+0+0
        // + 1*3+0*1+1*7 + 1*3 = 520.
        let check = |text: &str| ForeignerNumber2017::parse(text);
        let Ok(good) = check("UTO999980010110") else {
            panic!("a good number was refused");
        };
        assert_eq!(good.birth, (80, 1, 1));
        assert_eq!(good.sex, Sex::Male);
        for (number, error) in [
            ("UTO99998001011", NumberError::Length),
            ("UT0999980010110", NumberError::Character),
            ("UTO999980130110", NumberError::Birth),
            ("UTO999980010111", NumberError::CheckDigit),
        ] {
            assert_eq!(check(number).err(), Some(error), "{number}");
        }
    }

    proptest! {
        #[test]
        fn one_wrong_digit_is_always_found(
            body in "999[0-9]{3}19[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|1[0-9]|2[0-8])[0-9]{3}",
            at in 0usize..17,
            more in 1u8..10,
        ) {
            let check = check_digit(&body).unwrap();
            let good = format!("{body}{check}");
            prop_assert!(CitizenNumber::parse(&good).is_ok());
            let mut bytes = good.into_bytes();
            bytes[at] = b'0' + (bytes[at] - b'0' + more) % 10;
            prop_assert!(CitizenNumber::parse(std::str::from_utf8(&bytes).unwrap()).is_err());
        }

        #[test]
        fn any_text_is_a_number_or_not(text in "\\PC{0,20}") {
            let _ = ForeignerNumber2017::parse(&text);
            if let Ok(number) = CitizenNumber::parse(&text) {
                prop_assert_eq!(number.as_str(), text.to_ascii_uppercase());
            }
        }
    }
}
