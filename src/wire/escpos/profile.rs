//! What one model of printer can do, as data.

use serde::{Deserialize, Serialize};

use super::presenter::Presenter;
use super::raster;
use crate::config::PRINTER_PROFILES;

/// Which Chinese characters the printer's own font holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// None: everything but ASCII is drawn.
    Ascii,
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

/// How the printer tells its state.
///
/// Epson and SNBC answer DLE EOT 1 to 4 and differ in bit 2 of the third answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StatusDialect {
    /// That bit is a recoverable error.
    Epson,
    /// That bit is a paper jam (SNBC kiosk models).
    Snbc,
    /// DLE EOT 20, the full status in six bytes (Custom, Pyramid Reliance). In their answers to DLE EOT 1 to 4 the bits
    /// that tell an answer from noise are reserved, so these are not asked.
    Custom,
}

/// How the printer can prove that the paper carries the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Proof {
    /// GS ( H function 48: answers when printing of all data before it is complete.
    ProcessId,
    /// GS r 1: answers when all data before it has been processed.
    GsR,
    /// The exit: a presenter hands the receipt out only when everything before has been printed and cut, and its
    /// sensor then sees it. For printers without GS r; what is lost on the line goes unseen, unless the full status
    /// tells a fault of the line.
    Presented,
    /// No way to know. Every job ends as unknown.
    None,
}

impl StatusDialect {
    /// Numbers of the real-time questions (DLE EOT n) that make up a round.
    #[must_use]
    pub fn questions(self) -> &'static [u8] {
        match self {
            Self::Epson | Self::Snbc => &[1, 2, 3, 4],
            Self::Custom => &[20],
        }
    }

    /// Whether questions go unanswered while paper moves (Pyramid's reference, "Real Time Status").
    #[must_use]
    pub fn is_mute_in_motion(self) -> bool {
        self == Self::Custom
    }
}

impl Proof {
    /// Whether the printer answers GS r: only then is it known how much of its buffer has been worked off.
    #[must_use]
    pub fn has_marks(self) -> bool {
        matches!(self, Self::ProcessId | Self::GsR)
    }
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
    /// What holds the receipt until it is taken; none where it falls or hangs out and nobody knows.
    #[serde(default)]
    pub presenter: Option<Presenter>,
}

impl Profile {
    /// Names of the built-in profiles.
    pub const NAMES: [&str; 6] = PRINTER_PROFILES;

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
            presenter: None,
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
            "snbc-bt-t080" => Some(Self::snbc(wide)),
            "cashino-kp-628e" => Some(Self::cashino(wide)),
            "custom-presenter-80" => Some(Self::custom(wide)),
            _ => None,
        }
    }

    /// SNBC BT-T080 KIOSK. From its manual: bit 2 of DLE EOT 3 is a jam, and its index names no presenter: the person
    /// pulls the receipt from the front. Not in the manual at hand, and so chosen such that a wrong guess prints well
    /// all the same: GBK only, QR codes drawn, no automatic status, GS r as proof, a buffer of 1 KiB. The presenters of
    /// SNBC's BK-T680 and KT800 are not published.
    fn snbc(wide: Self) -> Self {
        Self {
            level: Level::Gbk,
            native_qr: false,
            automatic_status: false,
            status: StatusDialect::Snbc,
            proof: Proof::GsR,
            buffer_bytes: 1024,
            ..wide
        }
    }

    /// Cashino KP-628E. From its manual: ASCII, GBK and BIG5, QR functions 67 to 81, bit 7 of DLE EOT 1 until the slip
    /// is torn off, bit 2 of DLE EOT 3 undefined (so the Epson reading, which calls it no jam), no handshake lines but
    /// DTR. Width, GS r and buffer are those of other printers of 58 mm.
    fn cashino(wide: Self) -> Self {
        Self {
            width_dots: 384,
            columns: 32,
            level: Level::Gbk,
            automatic_status: false,
            proof: Proof::GsR,
            buffer_bytes: 1024,
            presenter: Some(Presenter::tear_off()),
            ..wide
        }
    }

    /// Custom VKP80, TG02, KPM and Pyramid Reliance. From Pyramid's command reference: GS e, the full status, no
    /// Chinese font, no GS r, no ESC J, and on the Reliance no GS ( k. Width and a buffer of 4 KiB are usual.
    fn custom(wide: Self) -> Self {
        Self {
            level: Level::Ascii,
            cutter: Cutter::Full,
            native_qr: false,
            automatic_status: false,
            status: StatusDialect::Custom,
            proof: Proof::Presented,
            buffer_bytes: 4096,
            presenter: Some(Presenter::custom()),
            ..wide
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
