//! Citizen number (公民身份号码), GB 11643-1999: 6 digits region, 8 birth, 3 order (odd male), 1 check (ISO 7064 MOD 11-2).

use super::day::Day;

/// Sex as coded by the 17th digit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sex {
    /// 男, odd order number.
    Male,
    /// 女, even order number.
    Female,
}

/// Why a text is no citizen number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CitizenError {
    /// Not 18 characters.
    #[error("18 characters expected, {0} found")]
    Length(usize),
    /// Not 17 digits and a digit or X.
    #[error("17 digits and a digit or X expected")]
    Digits,
    /// The digits 7–14 are no date.
    #[error("digits 7-14 are no date")]
    Birth,
    /// The last character does not fit.
    #[error("the check character does not fit")]
    Check,
}

/// What a citizen number says about its holder.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Citizen {
    /// Day of birth.
    pub birth: Day,
    /// Sex.
    pub sex: Sex,
}

/// Checks a citizen number; a small `x` at the end is accepted. The region is not looked up: regions are abolished and
/// numbers stay.
///
/// # Errors
/// The first thing that is wrong, see [`CitizenError`].
pub fn check(number: &str) -> Result<Citizen, CitizenError> {
    let bytes = number.as_bytes();
    if bytes.len() != 18 {
        return Err(CitizenError::Length(number.chars().count()));
    }
    let body = &bytes[..17];
    let last = bytes[17].to_ascii_uppercase();
    if !body.iter().all(u8::is_ascii_digit) || !(last.is_ascii_digit() || last == b'X') {
        return Err(CitizenError::Digits);
    }
    let value = |from: usize, to: usize| {
        body[from..to]
            .iter()
            .fold(0i32, |n, b| n * 10 + i32::from(b - b'0'))
    };
    let birth = u8::try_from(value(10, 12))
        .ok()
        .zip(u8::try_from(value(12, 14)).ok())
        .and_then(|(month, day)| Day::new(value(6, 10), month, day))
        .ok_or(CitizenError::Birth)?;
    // ISO 7064 MOD 11-2: weights 2^(18-i) mod 11 from the left.
    let sum = body
        .iter()
        .fold(0u32, |sum, b| (sum + u32::from(b - b'0')) * 2 % 11);
    if b"10X98765432"[sum as usize] != last {
        return Err(CitizenError::Check);
    }
    let sex = if body[16] % 2 == 1 {
        Sex::Male
    } else {
        Sex::Female
    };
    Ok(Citizen { birth, sex })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_standard_pass() {
        // GB 11643-1999, annex: a woman born on 31 Dec 1949, a man born on 1 Jan 1880.
        let woman = check("11010519491231002X").unwrap();
        assert_eq!(woman.birth, Day::new(1949, 12, 31).unwrap());
        assert_eq!(woman.sex, Sex::Female);
        let man = check("440524188001010014").unwrap();
        assert_eq!(man.birth, Day::new(1880, 1, 1).unwrap());
        assert_eq!(man.sex, Sex::Male);
        assert!(check("11010519491231002x").is_ok());
    }

    #[test]
    fn wrong_numbers_are_named() {
        use CitizenError as E;
        let err = |n| check(n).err();
        assert_eq!(err("1101051949123100"), Some(E::Length(16)));
        assert_eq!(err("1101051949123100AX"), Some(E::Digits));
        assert_eq!(err("110105194912310021"), Some(E::Check));
        assert_eq!(err("11010519491331002X"), Some(E::Birth));
        assert_eq!(err("11010519490229002X"), Some(E::Birth));
        assert_eq!(err("一二三四五六"), Some(E::Digits));
    }
}
