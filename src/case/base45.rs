//! Base45 (RFC 9285): bytes in the 45 characters that a QR code packs most tightly (alphanumeric mode).

const ALPHABET: &[u8; 45] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

/// Three characters for every two bytes, two for a last single one.
#[must_use]
pub(crate) fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(2) * 3);
    for pair in bytes.chunks(2) {
        let (mut value, digits) = match pair {
            [high, low] => (u16::from_be_bytes([*high, *low]), 3),
            _ => (u16::from(pair[0]), 2),
        };
        for _ in 0..digits {
            text.push(char::from(ALPHABET[usize::from(value % 45)]));
            value /= 45;
        }
    }
    text
}

/// The bytes, or `None` if `text` is not Base45.
#[must_use]
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: &u8| ALPHABET.iter().position(|known| known == byte);
    let mut bytes = Vec::with_capacity(text.len() / 3 * 2 + 1);
    for group in text.as_bytes().chunks(3) {
        let mut value = 0;
        for byte in group.iter().rev() {
            value = value * 45 + digit(byte)?;
        }
        match group.len() {
            3 => bytes.extend(u16::try_from(value).ok()?.to_be_bytes()),
            2 => bytes.push(u8::try_from(value).ok()?),
            _ => return None,
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_standard() {
        for (plain, coded) in [
            ("AB", "BB8"),
            ("Hello!!", "%69 VD92EX0"),
            ("base-45", "UJCLQE7W581"),
            ("ietf!", "QED8WEX0"),
        ] {
            assert_eq!(encode(plain.as_bytes()), coded);
            assert_eq!(decode(coded).as_deref(), Some(plain.as_bytes()));
        }
    }

    #[test]
    fn what_is_no_base45_is_refused() {
        // Too large for two bytes, too large for one, one character alone, foreign characters.
        for bad in [":::", "GGW", "::", "A", "ab8", "收件"] {
            assert_eq!(decode(bad), None, "{bad}");
        }
        assert_eq!(decode("FGW").as_deref(), Some(&[0xFF, 0xFF][..]));
    }

    #[test]
    fn an_even_number_of_bytes_never_ends_in_a_blank() {
        // Somebody who copies a code loses blanks at its end.
        for high in 0..=255 {
            for low in 0..=255 {
                assert!(!encode(&[high, low]).ends_with(' '));
            }
        }
    }
}
