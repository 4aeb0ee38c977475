//! Work order: what the district's desk gives a technician so that one machine becomes one machine of one site.
//!
//! It is signed by the desk's ordering key, good for a day at most, and holds a password that works once. As text it is
//! `KIOSKP/` and Base45, so that it fits a QR code of its alphanumeric mode:
//!
//! ```text
//! version 1 · flags 1 · issued 4 · term 2 · division 6 · tier 1 · machine 5 · [replaces 5] · [bound to 8]
//! · CA key 32 · password 16 · length 1, server · length 1, site · signature 64           bytes, numbers big-endian
//! ```

mod binary;
#[cfg(test)]
mod tests;

use crate::case::{MachineIdentity, PublicIdentity, base45, hex};
use crate::text::Text;

/// What the text of an order begins with.
pub const PREFIX: &str = "KIOSKP/";
/// Longest order in bytes; its text is half as long again.
pub const BYTES_MAX: usize = 300;
/// Longest text that is looked at.
const TEXT_MAX: usize = 600;
/// Longest term, minutes: one day.
pub const TERM_MAX_MIN: u16 = 24 * 60;
/// Longest address of the server, bytes.
pub const SERVER_MAX: usize = 80;
/// Longest name of a site, bytes of UTF-8: twenty Chinese characters.
pub const SITE_MAX: usize = 60;
/// Signed before the order's bytes, so that no other signature of this key can be taken for an order's.
const CONTEXT: &[u8] = b"kiosk work order\0";

/// How a machine is fitted out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tier {
    /// For a village or community: reader and printer.
    Village,
    /// For a town or street.
    Town,
    /// For the hall of a district.
    District,
}

impl Tier {
    /// Every tier.
    pub const ALL: [Self; 3] = [Self::Village, Self::Town, Self::District];

    /// Its word on the command line and in files.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Village => "village",
            Self::Town => "town",
            Self::District => "district",
        }
    }

    /// The tier of a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tier| tier.word() == word)
    }
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// Bring this machine into service.
    Enrol,
    /// Take it out of service for good: keys and data are destroyed.
    Decommission {
        /// Even while cases wait that have not been sent, or entries of the audit log that were not shipped: they are lost, and the
        /// desk knows.
        with_waiting_cases: bool,
    },
}

/// A five-character machine id, `A`–`Z` and `0`–`9`, as in `kiosk.toml`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct MachineId([u8; 5]);

impl MachineId {
    /// `None` when `text` is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes: [u8; 5] = text.as_bytes().try_into().ok()?;
        let good = |b: &u8| b.is_ascii_uppercase() || b.is_ascii_digit();
        bytes.iter().all(good).then_some(Self(bytes))
    }

    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl std::fmt::Debug for MachineId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One work order. Its `Debug` does not show the password.
#[derive(Clone, PartialEq, Eq)]
pub struct Order {
    /// What is to be done.
    pub task: Task,
    /// When it was issued, Unix seconds. No machine's clock may be earlier, so this mends one that has no battery.
    pub issued_s: u32,
    /// Minutes from then on in which it is good, 1 to [`TERM_MAX_MIN`].
    pub term_min: u16,
    /// Code of the village, town or district, 12 digits.
    pub division: u64,
    /// How the machine is fitted out.
    pub tier: Tier,
    /// Which machine it becomes, or is.
    pub machine: MachineId,
    /// Which machine it replaces: the identity of that one is revoked.
    pub replaces: Option<MachineId>,
    /// The order is for the one machine whose key's fingerprint begins with these bytes.
    pub bound_to: Option<[u8; 8]>,
    /// SHA-256 of the public key (SubjectPublicKeyInfo) of the certificate authority that may be trusted.
    pub ca: [u8; 32],
    /// Password for one enrolment.
    pub password: [u8; 16],
    /// `https://host[:port]` of enrolment and fleet, no path.
    pub server: String,
    /// Name of the site, at most [`SITE_MAX`] bytes.
    pub site: String,
}

impl std::fmt::Debug for Order {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Order")
            .field("task", &self.task)
            .field("machine", &self.machine)
            .field("division", &self.division)
            .field("issued_s", &self.issued_s)
            .finish_non_exhaustive()
    }
}

/// Why a text is no order that may be followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAnOrder {
    /// Another code.
    #[error("not a work order: it does not begin with {PREFIX}")]
    Foreign,
    /// Characters are missing or wrong.
    #[error("the order is not whole: characters are missing or were misread")]
    Truncated,
    /// Made for another version of the firmware.
    #[error("an order of version {0}, which this firmware does not know")]
    Version(u8),
    /// A field holds what it may not hold.
    #[error("the order's field {0} is wrong")]
    Field(&'static str),
    /// Not signed by the key that this machine trusts.
    #[error("the signature is not that of the ordering key in this image")]
    Forged,
}

impl NotAnOrder {
    /// What the person before the machine is told.
    #[must_use]
    pub fn meaning(&self) -> Text {
        match self {
            Self::Foreign => Text::new(
                "这不是开通工单的二维码。",
                "This is not the code of a work order.",
            ),
            Self::Truncated => Text::new("工单不完整。", "The work order is not whole."),
            Self::Version(_) => Text::new(
                "工单的版本与本机固件不符。",
                "The work order is of another version than this firmware.",
            ),
            Self::Field(_) => Text::new("工单内容有误。", "The work order holds something wrong."),
            Self::Forged => Text::new(
                "工单的签名无效，不是本区签发的。",
                "The work order was not signed by this district.",
            ),
        }
    }
}

impl Order {
    /// First second in which it is no longer good.
    #[must_use]
    pub fn expires_s(&self) -> u32 {
        self.issued_s.saturating_add(u32::from(self.term_min) * 60)
    }

    /// The division's code as text, 12 digits.
    #[must_use]
    pub fn division_text(&self) -> String {
        format!("{:012}", self.division)
    }

    /// The password as it is sent: 32 hexadecimal digits.
    #[must_use]
    pub fn password_text(&self) -> String {
        hex::to_hex(&self.password)
    }

    /// Text of the order, signed.
    ///
    /// # Errors
    /// [`NotAnOrder::Field`]: a field does not fit.
    pub fn sign(&self, key: &MachineIdentity) -> Result<String, NotAnOrder> {
        let mut bytes = binary::written(self)?;
        bytes.extend(key.sign(&[CONTEXT, &bytes].concat()));
        Ok(format!("{PREFIX}{}", base45::encode(&bytes)))
    }

    /// Reads the text of a QR code or of a file; blanks and line breaks around it do not count. The signature is looked at
    /// before anything else is believed.
    ///
    /// # Errors
    /// [`NotAnOrder`]; never a panic on any text.
    pub fn read(text: &str, trusted: &PublicIdentity) -> Result<Self, NotAnOrder> {
        let body = text
            .trim()
            .strip_prefix(PREFIX)
            .ok_or(NotAnOrder::Foreign)?;
        if body.len() > TEXT_MAX {
            return Err(NotAnOrder::Truncated);
        }
        let bytes = base45::decode(body).ok_or(NotAnOrder::Truncated)?;
        let version = *bytes.first().ok_or(NotAnOrder::Truncated)?;
        if version != binary::VERSION {
            return Err(NotAnOrder::Version(version));
        }
        let order = binary::read(&bytes)?;
        let (signed, signature) = bytes.split_at(bytes.len() - binary::SIGNATURE);
        if !trusted.verifies(&[CONTEXT, signed].concat(), signature) {
            return Err(NotAnOrder::Forged);
        }
        Ok(order)
    }
}
