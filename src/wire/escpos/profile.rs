//! What one model of printer can do, as data.

use serde::{Deserialize, Serialize};

use super::raster;

/// Which Chinese characters the printer's own font holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// GB 2312: 6763 characters.
    Gb2312,
    /// GBK: two-byte characters only.
    Gbk,
    /// GB 18030: four-byte characters too.
    Gb18030,
}

/// What cuts the paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cutter {
    /// Nothing: the person tears.
    None,
    /// Cuts but for a small bridge (GS V 66).
    Partial,
    /// Cuts through (GS V 65).
    Full,
}

/// What bit 2 of the third real-time status (DLE EOT 3) means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StatusDialect {
    /// Epson: a recoverable error.
    Epson,
    /// SNBC kiosk models: paper jam.
    Snbc,
}

/// How the printer can prove that the paper carries the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Proof {
    /// GS ( H function 48: answers when printing of all data before it is complete.
    ProcessId,
    /// GS r 1: answers when all data before it has been processed.
    GsR,
    /// No way to know. Every job ends as unknown.
    None,
}

/// One model of printer. Lengths in dots of 1/8 mm (203 dpi).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Profile {
    /// Printable width: 576 on 80 mm paper, 384 on 58 mm.
    pub width_dots: u16,
    /// Latin characters in a line: 48 or 32. A Chinese character takes two.
    pub columns: u16,
    /// Characters in its font.
    pub level: Level,
    /// Cutter.
    pub cutter: Cutter,
    /// Draws QR codes itself (GS ( k).
    pub native_qr: bool,
    /// Sends its status by itself (GS a).
    pub automatic_status: bool,
    /// Meaning of the status bits.
    pub status: StatusDialect,
    /// Proof of completion.
    pub proof: Proof,
    /// Receive buffer that a job may fill before it waits, in bytes.
    pub buffer_bytes: u16,
    /// Longest receipt, in millimetres.
    pub max_length_mm: u16,
}

impl Profile {
    /// Names of the built-in profiles.
    pub const NAMES: [&str; 3] = ["epson-tm-t88", "generic-gb18030-80", "generic-gbk-58"];

    /// A built-in profile by its name in [`Profile::NAMES`].
    #[must_use]
    pub fn builtin(name: &str) -> Option<Self> {
        let wide = Self {
            width_dots: 576,
            columns: 48,
            level: Level::Gb18030,
            cutter: Cutter::Partial,
            native_qr: true,
            automatic_status: true,
            status: StatusDialect::Epson,
            proof: Proof::ProcessId,
            buffer_bytes: 2048,
            max_length_mm: 600,
        };
        match name {
            "epson-tm-t88" => Some(wide),
            "generic-gb18030-80" => Some(Self {
                status: StatusDialect::Snbc,
                proof: Proof::GsR,
                ..wide
            }),
            "generic-gbk-58" => Some(Self {
                width_dots: 384,
                columns: 32,
                level: Level::Gbk,
                cutter: Cutter::None,
                native_qr: false,
                automatic_status: false,
                proof: Proof::GsR,
                buffer_bytes: 1024,
                ..wide
            }),
            _ => None,
        }
    }

    /// Most bytes that a printer can still wait for when a command breaks off: an image's. QR codes are shorter.
    #[must_use]
    pub fn longest_command(&self) -> usize {
        raster::HEADER + usize::from(self.row_bytes()) * raster::BAND_ROWS
    }

    /// Bytes of one row of dots across the paper.
    #[must_use]
    pub fn row_bytes(&self) -> u16 {
        self.width_dots.div_ceil(8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_a_profile_whose_columns_fill_its_width() {
        for name in Profile::NAMES {
            let profile = Profile::builtin(name).expect(name);
            assert_eq!(profile.columns * 12, profile.width_dots, "{name}");
        }
        assert_eq!(Profile::builtin("laser"), None);
    }

    #[test]
    fn a_profile_is_read_from_a_file() {
        let profile: Profile = toml::from_str(
            r#"
            width-dots = 384
            columns = 32
            level = "gbk"
            cutter = "none"
            native-qr = false
            automatic-status = false
            status = "epson"
            proof = "gs-r"
            buffer-bytes = 1024
            max-length-mm = 600
            "#,
        )
        .expect("a complete profile");
        assert_eq!(Some(profile), Profile::builtin("generic-gbk-58"));
        assert!(toml::from_str::<Profile>("width-dots = 384").is_err());
    }
}
