//! Bank card number: 12 to 19 digits with a Luhn check digit (ISO/IEC 7812-1, annex B).

/// Why a text is no bank card number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BankCardError {
    /// Not 12 to 19 digits.
    #[error("12 to 19 digits expected, {0} found")]
    Length(usize),
    /// Something else than digits.
    #[error("only digits are allowed")]
    Digits,
    /// The check digit does not fit.
    #[error("the check digit does not fit")]
    Check,
}

/// Checks a number without spaces.
///
/// # Errors
/// The first thing that is wrong, see [`BankCardError`].
pub fn check(number: &str) -> Result<(), BankCardError> {
    if !number.bytes().all(|b| b.is_ascii_digit()) {
        return Err(BankCardError::Digits);
    }
    if !(12..=19).contains(&number.len()) {
        return Err(BankCardError::Length(number.len()));
    }
    let sum: u32 = number
        .bytes()
        .rev()
        .enumerate()
        .map(|(i, b)| match (i % 2, u32::from(b - b'0')) {
            (0, d) => d,
            (_, d) if d < 5 => d * 2,
            (_, d) => d * 2 - 9,
        })
        .sum();
    if sum.is_multiple_of(10) {
        Ok(())
    } else {
        Err(BankCardError::Check)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn test_numbers_of_the_card_schemes_pass() {
        for n in ["6200000000000005", "4111111111111111", "5555555555554444"] {
            assert_eq!(check(n), Ok(()), "{n}");
        }
    }

    #[test]
    fn wrong_numbers_are_named() {
        assert_eq!(check("4111111111111112"), Err(BankCardError::Check));
        assert_eq!(check("411111111111"), Err(BankCardError::Check));
        assert_eq!(check("41111111111"), Err(BankCardError::Length(11)));
        assert_eq!(
            check("41111111111111111111"),
            Err(BankCardError::Length(20))
        );
        assert_eq!(check("4111 1111 1111 1111"), Err(BankCardError::Digits));
    }
}
