//! Tables of words: what can be done to a simulated device, for visit scripts, `kiosk sim` and the dock alike.

/// One word and its arguments, as an example, such as `late 700ms`.
pub type Example = &'static str;

/// Gives a type `EXAMPLES`, `word` and `parse` from one table of words: word, example of its arguments, what it is, and
/// how it is read.
macro_rules! words {
    ($act:ident, $of:literal; $($word:literal $arguments:literal $pattern:pat => $make:expr;)*) => {
        impl $act {
            /// Every word with an example of its arguments.
            pub const EXAMPLES: &[$crate::sim::words::Example] = &[$(concat!($word, $arguments),)*];

            /// The word for this. There is one for each: the compiler sees to it.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $($pattern => $word,)* }
            }

            /// Reads a word and its arguments.
            ///
            /// # Errors
            /// What is wrong, and the words there are.
            pub fn parse(words: &[&str]) -> Result<Self, String> {
                let (word, given) = words.split_first().unwrap_or((&"", &[]));
                match *word {
                    $($word => {
                        let wanted = $arguments.split_whitespace().count();
                        if given.len() != wanted {
                            return Err(format!("`{word}` is written like `{}{}`", $word, $arguments));
                        }
                        let make: fn(&[&str]) -> Result<Self, String> = $make;
                        make(given)
                    })*
                    other => {
                        let known = Self::EXAMPLES.join("`, `");
                        Err(format!("`{other}` is nothing that happens to a {}; there are `{known}`", $of))
                    }
                }
            }
        }
    };
}
pub(super) use words;

/// Two hexadecimal digits.
pub(super) fn hex(word: &str) -> Result<u8, String> {
    u8::from_str_radix(word, 16).map_err(|_| format!("`{word}` is not a byte such as 61"))
}

/// A number from `least` to `most`.
pub(super) fn within<T: std::str::FromStr + PartialOrd + std::fmt::Display>(
    word: &str,
    least: T,
    most: T,
) -> Result<T, String> {
    let value: T = super::script::number(word)?;
    if value >= least && value <= most {
        Ok(value)
    } else {
        Err(format!("`{word}` is not within {least} to {most}"))
    }
}

/// `yes` or `no`.
pub(super) fn yes_or_no(word: &str) -> Result<bool, String> {
    match word {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err(format!("`{word}` is neither yes nor no")),
    }
}

/// Every example is read as itself, stands in the README behind `of`, and takes no argument more.
#[cfg(test)]
pub(super) fn assert_table<T>(
    of: &str,
    examples: &[Example],
    parse: impl Fn(&[&str]) -> Result<T, String>,
    word: impl Fn(T) -> &'static str,
) {
    let readme = include_str!("../../README.md");
    for example in examples {
        let words: Vec<&str> = example.split(' ').collect();
        assert_eq!(word(parse(&words).expect(example)), words[0]);
        let named = [format!("`{}`", words[0]), format!("`{of} {}`", words[0])];
        assert!(named.iter().any(|told| readme.contains(told)), "{example}");
        let fault = parse(&[&words[..], &["more"]].concat()).err();
        assert!(fault.is_some_and(|fault| fault.contains(&format!("`{example}`"))));
    }
}
