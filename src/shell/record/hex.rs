//! Bytes as hexadecimal digits, a run of equal ones as `(00*240)`.

/// Most bytes of one text.
pub(super) const MOST: usize = 65_536;
/// Shorter runs are written out.
const RUN: usize = 8;

/// The text of `bytes`.
pub(super) fn encode(bytes: &[u8]) -> String {
    let mut text = String::new();
    for run in bytes.chunk_by(|a, b| a == b) {
        let byte = run[0];
        if run.len() >= RUN {
            text += &format!("({byte:02x}*{})", run.len());
        } else {
            text += &format!("{byte:02x}").repeat(run.len());
        }
    }
    text
}

/// The bytes of `text`; `None` when it is none of [`encode`]'s, or of more than `most` bytes.
pub(super) fn decode(text: &str, most: usize) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (byte, times);
        if let Some(run) = rest.strip_prefix('(') {
            let (run, after) = run.split_once(')')?;
            let (digits, count) = run.split_once('*')?;
            (byte, times, rest) = (pair(digits)?, count.parse().ok()?, after);
        } else {
            (byte, times) = (pair(rest.get(..2)?)?, 1);
            rest = &rest[2..];
        }
        if times > most.saturating_sub(bytes.len()) {
            return None;
        }
        bytes.resize(bytes.len() + times, byte);
    }
    Some(bytes)
}

fn pair(digits: &str) -> Option<u8> {
    let good = digits.len() == 2 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    u8::from_str_radix(digits, 16).ok().filter(|_| good)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_means_its_bytes() {
        let long = [&[1, 2, 2, 2][..], &[0; 300], &[0xFF; 7], &[0xAA; 8]].concat();
        for bytes in [&[][..], &[0x00], &[0xAB, 0x01], &long] {
            assert_eq!(decode(&encode(bytes), MOST).as_deref(), Some(bytes));
        }
        assert_eq!(encode(&[0; 8]), "(00*8)");
        for wrong in [
            "0",
            "0g",
            "+1",
            "(00*",
            "(00*x)",
            "(0*3)",
            "00)",
            "(00*65537)",
            "é0",
        ] {
            assert_eq!(decode(wrong, MOST), None, "{wrong}");
        }
    }
}
