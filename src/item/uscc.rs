//! Unified social credit code (统一社会信用代码), GB 32100-2015.

/// The 31 characters of GB 32100, table 1: digits and capitals without I, O, S, V, Z.
const CHARSET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// Why a text is no unified social credit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UsccError {
    /// Not 18 characters.
    #[error("18 characters expected, {0} found")]
    Length(usize),
    /// A character outside the standard's 31; the position counts from 1.
    #[error("character {0} is not one of 0-9 A-Y without I O S V Z")]
    Charset(usize),
    /// The last character does not fit the first 17.
    #[error("check character {expected} expected, {found} found")]
    Check {
        /// What the first 17 characters demand.
        expected: char,
        /// What is there.
        found: char,
    },
}

/// The 18th character for 17 characters: C18 = 31 − Σ Ci·3^(i−1) mod 31, with 31 read as 0 (GB 32100, 5.3).
fn check_char(body: &[u8]) -> Result<u8, UsccError> {
    let mut sum = 0u32;
    let mut weight = 1u32;
    for (i, byte) in body.iter().enumerate() {
        let value = CHARSET
            .iter()
            .position(|c| c == byte)
            .ok_or(UsccError::Charset(i + 1))?;
        sum += value as u32 * weight;
        weight = weight * 3 % 31;
    }
    Ok(CHARSET[((31 - sum % 31) % 31) as usize])
}

/// Checks length, characters and check character.
///
/// # Errors
/// The first thing that is wrong, see [`UsccError`].
pub fn check(code: &str) -> Result<(), UsccError> {
    let bytes = code.as_bytes();
    if bytes.len() != 18 {
        return Err(UsccError::Length(code.chars().count()));
    }
    let expected = check_char(&bytes[..17])?;
    if !CHARSET.contains(&bytes[17]) {
        return Err(UsccError::Charset(18));
    }
    if expected != bytes[17] {
        return Err(UsccError::Check {
            expected: expected.into(),
            found: bytes[17].into(),
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_published_item_codes_pass() {
        for code in [
            "11440100007483172Q",
            "11440000MB2D0164XH",
            "11440100007482575H",
            "11440300MB2D072246",
            "12441500196720244T",
            "11440100696927671X",
            "114403006939513773",
        ] {
            assert_eq!(check(code), Ok(()), "{code}");
        }
    }

    #[test]
    fn one_changed_character_is_found() {
        let good = "11440100007483172Q";
        for i in 0..18 {
            let mut bytes = good.as_bytes().to_vec();
            bytes[i] = if bytes[i] == b'7' { b'8' } else { b'7' };
            let bad = String::from_utf8(bytes).unwrap();
            assert!(matches!(check(&bad), Err(UsccError::Check { .. })), "{bad}");
        }
    }

    #[test]
    fn wrong_lengths_and_letters_are_named() {
        assert_eq!(check("1144010000748317"), Err(UsccError::Length(16)));
        assert_eq!(check("1144010000748317IQ"), Err(UsccError::Charset(17)));
        assert_eq!(check("11440100007483172z"), Err(UsccError::Charset(18)));
        assert_eq!(check("韶关市武江区"), Err(UsccError::Charset(1)));
    }
}
