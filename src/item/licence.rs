//! Identifier of an electronic licence (电子证照标识), GB/T 36904-2018, with its check character by ISO 7064 MOD 37,36.
//!
//! `1.2.156.3005.2.<type>.<issuer>.<serial>.<version>.<check>`: type is 21 characters (the issuer of the catalogue's
//! social credit code and 3 more), version 3. The check covers type, issuer, serial and version without the dots.

/// Root of all licence identifiers in the object identifier tree.
const ROOT: &str = "1.2.156.3005.2.";
const CHARSET: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
/// Longest issuer or serial that is read.
const PART_MAX: usize = 64;

/// Why a text is no licence identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LicenceError {
    /// Not the root `1.2.156.3005.2.`.
    #[error("an identifier starts with {ROOT}")]
    Root,
    /// Not five parts after the root, or a part of a wrong length.
    #[error("type(21).issuer.serial.version(3).check(1) expected after the root")]
    Parts,
    /// Something else than digits and capital letters.
    #[error("only digits and capital letters are allowed")]
    Charset,
    /// The check character does not fit.
    #[error("check character {0} expected")]
    Check(char),
}

/// The ISO 7064 MOD 37,36 check character of digits and capitals; `None` on any other character.
#[must_use]
pub fn mod_37_36(body: &str) -> Option<char> {
    let mut product = 36usize;
    for byte in body.bytes() {
        let value = CHARSET.iter().position(|c| *c == byte)?;
        let sum = (product + value) % 36;
        product = (if sum == 0 { 36 } else { sum }) * 2 % 37;
    }
    Some(CHARSET[(37 - product) % 36].into())
}

/// Checks an electronic licence's identifier.
///
/// # Errors
/// The first thing that is wrong, see [`LicenceError`].
pub fn check(identifier: &str) -> Result<(), LicenceError> {
    let rest = identifier.strip_prefix(ROOT).ok_or(LicenceError::Root)?;
    let parts: Vec<&str> = rest.splitn(6, '.').collect();
    let [kind, issuer, serial, version, check] = parts[..] else {
        return Err(LicenceError::Parts);
    };
    let fits = kind.len() == 21
        && (1..=PART_MAX).contains(&issuer.len())
        && (1..=PART_MAX).contains(&serial.len())
        && version.len() == 3
        && check.len() == 1;
    if !fits {
        return Err(LicenceError::Parts);
    }
    let expected =
        mod_37_36(&[kind, issuer, serial, version].concat()).ok_or(LicenceError::Charset)?;
    if check.starts_with(expected) {
        Ok(())
    } else {
        Err(LicenceError::Check(expected))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_example_of_the_check_passes() {
        // IFPI GRid handbook: A1-2425G-ABC1234002-M uses the same ISO 7064 MOD 37,36.
        assert_eq!(mod_37_36("A12425GABC1234002"), Some('M'));
        assert_eq!(mod_37_36("lower"), None);
    }

    #[test]
    fn identifiers_are_checked_part_by_part() {
        use LicenceError as E;
        let kind = "11440203MB00000015001";
        let serial = "DEMO000001";
        let c = mod_37_36(&format!("{kind}12440203MB00000025{serial}001")).unwrap();
        let good = format!("1.2.156.3005.2.{kind}.12440203MB00000025.{serial}.001.{c}");
        assert_eq!(check(&good), Ok(()));
        assert_eq!(
            check(&good.replace("DEMO000001", "DEMO000010")).err(),
            Some(E::Check(
                mod_37_36(&format!("{kind}12440203MB00000025DEMO000010001")).unwrap()
            ))
        );
        assert_eq!(check("1.2.3"), Err(E::Root));
        assert_eq!(check("1.2.156.3005.2.1.2.3"), Err(E::Parts));
        assert_eq!(check(&good.replace("DEMO", "demo")), Err(E::Charset));
    }
}
