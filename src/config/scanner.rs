//! `[scanner]`: the QR and barcode engine.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::ports::Ports;
use super::reading::Section;

/// Most prefixes of hand-off tokens.
const PREFIXES_MOST: usize = 16;

/// Which family an engine is of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dialect {
    /// Newland NLS-FM, HR, EM: unified commands (manuals of the FM430 and FM530).
    #[default]
    Newland,
    /// Honeywell N3680 and HF: serial trigger commands. It answers nothing.
    Honeywell,
    /// Zebra Simple Serial Interface. Its codes may come in packets that want to be acknowledged.
    Ssi,
    /// Grow GM65, GM805, GM812: zone bits, here without CRC (`AB CD`).
    Grow,
}

impl Dialect {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Newland, Self::Honeywell, Self::Ssi, Self::Grow];

    /// Its word in `kiosk.toml`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Newland => "newland",
            Self::Honeywell => "honeywell",
            Self::Ssi => "ssi",
            Self::Grow => "grow",
        }
    }
}

/// How the end of a code is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Framing {
    /// By CR, LF or both behind it.
    #[default]
    Suffix,
    /// By silence; an engine whose suffix was switched off.
    Silence,
}

/// The scanner on a serial port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scanner {
    /// Device file; `None` when the machine has no scanner.
    pub port: Option<PathBuf>,
    /// 9600, 19200, 38400, 57600 or 115200.
    pub baud: u32,
    /// Its commands.
    pub dialect: Dialect,
    /// The end of its codes.
    pub framing: Framing,
    /// `handoff`: what tokens of other services begin with, divided by blanks; at most 16 of at most 32 characters.
    pub handoff: Vec<String>,
}

pub(super) fn scanner(s: &mut Section<'_>, ports: &Ports) -> Scanner {
    let expected =
        "at most 16 beginnings of codes, 1 to 32 printable characters each, divided by blanks";
    let handoff = s.parsed("handoff", expected, |v| {
        let words: Vec<String> = v.split_whitespace().map(str::to_owned).collect();
        let good =
            |word: &String| word.len() <= 32 && word.bytes().all(|byte| byte.is_ascii_graphic());
        (words.len() <= PREFIXES_MOST && words.iter().all(good)).then_some(words)
    });
    Scanner {
        port: ports.of(s, "scanner"),
        baud: s.one_of("baud", 9600, &[9600, 19_200, 38_400, 57_600, 115_200]),
        dialect: s.choice(
            "dialect",
            Dialect::Newland,
            &Dialect::ALL.map(|dialect| (dialect.word(), dialect)),
        ),
        framing: s.choice(
            "framing",
            Framing::Suffix,
            &[("suffix", Framing::Suffix), ("silence", Framing::Silence)],
        ),
        handoff: handoff.flatten().unwrap_or_default(),
    }
}
