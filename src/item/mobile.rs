//! Mobile number of mainland China: 11 digits, `1` and then `3` to `9` (MIIT numbering plan, 电信网编号计划).

/// True for 11 digits starting with 13 to 19.
#[must_use]
pub fn is_mobile(number: &str) -> bool {
    let bytes = number.as_bytes();
    bytes.len() == 11
        && bytes[0] == b'1'
        && (b'3'..=b'9').contains(&bytes[1])
        && bytes.iter().all(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::is_mobile;

    #[test]
    fn only_eleven_digits_from_13_to_19() {
        assert!(is_mobile("13800138000"));
        assert!(is_mobile("19900000000"));
        for bad in [
            "12800138000",
            "1380013800",
            "138001380001",
            "1380013800a",
            "",
        ] {
            assert!(!is_mobile(bad), "{bad}");
        }
    }
}
