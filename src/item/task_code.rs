//! Implementation code of an item (实施编码): 31 characters, or 33 with a handling item (业务办理项).
//!
//! Layout of GB/T 39554.1-2020 as used in Guangdong, positions counted from 1: 1–18 unified social credit code of the
//! body, 19 level, 20–21 province, 22–23 kind of item, 24–28 main item, 29–31 sub-item, 32–33 handling item.
//! Characters 20–31 are the base code (基本编码, `catalog_code`).

use super::uscc::{self, UsccError};

/// Kinds of item: 01 licence … 10 other administrative power, 20 public service, 21 local public service.
const KINDS: [&str; 12] = [
    "01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "20", "21",
];

/// Why a text is no implementation code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TaskCodeError {
    /// Neither 31 nor 33 characters.
    #[error("31 or 33 characters expected, {0} found")]
    Length(usize),
    /// The first 18 characters are no unified social credit code.
    #[error("characters 1-18: {0}")]
    Uscc(#[from] UsccError),
    /// Character 19 is not 1 (nation) to 6 (village).
    #[error("character 19 is the level, 1 to 6")]
    Level,
    /// Characters 20–21 are not Guangdong's 44.
    #[error("characters 20-21 are the province, 44")]
    Province,
    /// Characters 22–23 are no known kind of item.
    #[error("characters 22-23 are the kind of item: 01 to 10, 20 or 21")]
    Kind,
    /// Something else than a digit from character 24 on; the position counts from 1.
    #[error("character {0} is not a digit")]
    Digit(usize),
}

/// Checks an implementation code.
///
/// # Errors
/// The first part that is wrong, see [`TaskCodeError`].
pub fn check(code: &str) -> Result<(), TaskCodeError> {
    if !code.is_ascii() || !matches!(code.len(), 31 | 33) {
        return Err(TaskCodeError::Length(code.chars().count()));
    }
    uscc::check(&code[..18])?;
    if !(b'1'..=b'6').contains(&code.as_bytes()[18]) {
        return Err(TaskCodeError::Level);
    }
    if &code[19..21] != "44" {
        return Err(TaskCodeError::Province);
    }
    if !KINDS.contains(&&code[21..23]) {
        return Err(TaskCodeError::Kind);
    }
    match code[23..].bytes().position(|b| !b.is_ascii_digit()) {
        Some(i) => Err(TaskCodeError::Digit(24 + i)),
        None => Ok(()),
    }
}

/// The base code (characters 20–31) of a code that passed [`check`]; empty for anything shorter.
#[must_use]
pub fn base(code: &str) -> &str {
    code.get(19..31).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_codes_pass() {
        for code in [
            "11440000MB2D0164XH2440289876000",
            "11440100007482575H3440118009000",
            "11440100007483172Q3440106043001",
            "11440300MB2D0722464440127028001",
            "12441500196720244T3442199806003",
            "11440100696927671X3442111817001",
            "114403006939513773344201505200802",
            "12440203MB000000255442099001000",
        ] {
            assert_eq!(check(code), Ok(()), "{code}");
        }
    }

    #[test]
    fn each_part_is_checked() {
        use TaskCodeError as E;
        let with = |range: std::ops::Range<usize>, part: &str| {
            let mut code = String::from("12440203MB000000255442099001000");
            code.replace_range(range, part);
            check(&code)
        };
        assert_eq!(with(0..1, ""), Err(E::Length(30)));
        assert_eq!(with(31..31, "1"), Err(E::Length(32)));
        assert!(matches!(with(17..18, "6"), Err(E::Uscc(_))));
        assert_eq!(with(18..19, "7"), Err(E::Level));
        assert_eq!(with(19..21, "11"), Err(E::Province));
        assert_eq!(with(21..23, "33"), Err(E::Kind));
        assert_eq!(with(30..31, "A"), Err(E::Digit(31)));
        assert_eq!(check("事项编码"), Err(E::Length(4)));
    }

    #[test]
    fn the_base_code_is_characters_20_to_31() {
        assert_eq!(base("12440203MB000000255442099001000"), "442099001000");
        assert_eq!(base("short"), "");
    }
}
