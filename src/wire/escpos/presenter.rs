//! What holds a printed receipt until a person takes it, as data.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Bytes of a command, written in a file as `"1D 65 03 0C"`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Code(Vec<u8>);

/// Longest command of a presenter, in bytes.
const MAX_CODE: usize = 32;

impl Code {
    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Whether the printer has no such command.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.0.is_empty()
    }
}

impl<const N: usize> From<[u8; N]> for Code {
    fn from(bytes: [u8; N]) -> Self {
        Self(bytes.into())
    }
}

impl From<Code> for String {
    fn from(code: Code) -> Self {
        code.to_string()
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<_> = self.0.iter().map(|byte| format!("{byte:02X}")).collect();
        f.write_str(&words.join(" "))
    }
}

impl TryFrom<String> for Code {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let byte = |word: &str| {
            (word.len() == 2)
                .then(|| u8::from_str_radix(word, 16).ok())
                .flatten()
        };
        let bytes: Option<Vec<u8>> = text.split_whitespace().map(byte).collect();
        bytes
            .filter(|bytes| bytes.len() <= MAX_CODE)
            .map(Self)
            .ok_or_else(|| format!("`{text}` is no command such as `1D 65 03 0C`"))
    }
}

/// Which status bit says that a receipt is at the exit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExitBit {
    /// Bit 7 of DLE EOT 1: the slip is not yet torn off (Cashino KP-628E manual).
    SlipNotTorn,
    /// Bit 5 of the third byte of the full status, DLE EOT 20: ticket at the output (Custom, Pyramid Reliance).
    TicketAtOutput,
}

/// The exit of a printer that knows whether its receipt was taken. A command that the printer has not is empty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Presenter {
    /// How it tells that a receipt is there.
    pub tells: ExitBit,
    /// Sent at the head of every receipt, such as "hold the paper back until it is presented".
    #[serde(default)]
    pub before: Code,
    /// Cuts, if that is still to be done, and hands the receipt out. Empty: the cut does it.
    #[serde(default)]
    pub present: Code,
    /// Draws a receipt that nobody took back into the machine; cuts first if that is still to be done.
    #[serde(default)]
    pub retract: Code,
    /// Pushes the paper out altogether; cuts first if that is still to be done.
    #[serde(default)]
    pub eject: Code,
}

impl Presenter {
    /// Presenter of the Custom VKP80, TG02 and KPM families and of the Pyramid Reliance: GS e (Pyramid's command
    /// reference, "Ejector"; the Custom manuals agree as far as they are public).
    ///
    /// Continuous mode is on at power-up and would push the paper out while it is printed: `before` ends it. `present`
    /// hands out 84 mm, 12 steps of 7 mm on the Reliance; the steps of other models are not published. A retract that
    /// is not enabled in the printer's own settings does nothing, and the receipt is then told as left.
    #[must_use]
    pub fn custom() -> Self {
        Self {
            tells: ExitBit::TicketAtOutput,
            before: [0x1D, 0x65, 0x12].into(),
            present: [0x1D, 0x65, 0x03, 0x0C].into(),
            retract: [0x1D, 0x65, 0x02].into(),
            eject: [0x1D, 0x65, 0x05].into(),
        }
    }

    /// No presenter at all, but an exit that knows whether the slip still hangs in it.
    #[must_use]
    pub fn tear_off() -> Self {
        Self {
            tells: ExitBit::SlipNotTorn,
            before: Code::default(),
            present: Code::default(),
            retract: Code::default(),
            eject: Code::default(),
        }
    }

    /// Whether a receipt at the exit can be got rid of by command.
    #[must_use]
    pub fn clears(&self) -> bool {
        !self.retract.is_none() || !self.eject.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_written_in_hexadecimal_bytes() {
        let code = |text: &str| Code::try_from(text.to_owned());
        let present = Code::from([0x1D, 0x65, 3, 0x0C]);
        assert_eq!(String::from(present.clone()), "1D 65 03 0C");
        assert_eq!(code("1D 65 03 0C"), Ok(present));
        assert!(code("").is_ok_and(|code| code.is_none()));
        for wrong in ["1D65", "1D 6", "1D 0x65", "G0", &"00 ".repeat(33)] {
            assert!(code(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_exit_that_only_tells_is_told_from_one_that_clears() {
        assert!(Presenter::custom().clears());
        assert!(!Presenter::tear_off().clears());
    }
}
