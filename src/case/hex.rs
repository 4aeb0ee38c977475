//! 32 bytes as 64 lower-case hex digits, at the wire and on paper.

use serde::{Deserialize, Deserializer, Serializer};

/// Lower-case hex digits of `bytes`.
pub(crate) fn to_hex(bytes: &[u8]) -> String {
    let digit = |four: u8| char::from(b"0123456789abcdef"[usize::from(four & 15)]);
    let both = |byte: &u8| [digit(byte >> 4), digit(*byte)];
    bytes.iter().flat_map(both).collect()
}

/// 32 bytes of 64 lower-case hex digits.
pub(crate) fn from_hex(text: &str) -> Option<[u8; 32]> {
    let digit = |b: u8| match b {
        b'0'..=b'9' => Some(b - b'0'),
        b'a'..=b'f' => Some(b - b'a' + 10),
        _ => None,
    };
    let mut bytes = [0; 32];
    if text.len() != 64 {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(bytes)
}

/// For `#[serde(with)]`.
pub(crate) fn serialize<S: Serializer>(bytes: &[u8; 32], to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&to_hex(bytes))
}

/// For `#[serde(with)]`.
pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<[u8; 32], D::Error> {
    let text = String::deserialize(from)?;
    from_hex(&text).ok_or_else(|| serde::de::Error::custom("not 64 hex digits"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_lead_to_the_bytes_and_nothing_else_does() {
        let bytes = std::array::from_fn(|n| (n * 9) as u8);
        let text = to_hex(&bytes);
        assert!(text.starts_with("0009121b24"));
        assert_eq!(from_hex(&text), Some(bytes));
        for strange in [
            &text[1..],
            &text.to_uppercase(),
            &text.replace('0', "g"),
            "é",
        ] {
            assert_eq!(from_hex(strange), None, "{strange}");
        }
    }
}
