//! A technician's badge: a QR code that the desk signed. It says whose it is and until when; the machine knows only the
//! desk's public keys, so that a machine that is taken apart makes no badges.
//!
//! `KIOSKT/1/NAME/YYYYMMDD/SIGNATURE`, the signature Ed25519 over everything before the last `/`, base64url.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::audit::Name;
use crate::case::{MachineIdentity, PublicIdentity};

/// What every badge begins with.
pub const BADGE_PREFIX: &str = "KIOSKT/";

const VERSION: &str = "KIOSKT/1";

/// Longest badge, characters.
const MOST: usize = 160;

/// Why a badge opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadgeFault {
    /// Not a badge of a version that is known.
    #[error("not a badge")]
    Foreign,
    /// No key of this machine's desk signed it.
    #[error("signed by nobody this machine knows")]
    Unsigned,
    /// Its time is over.
    #[error("expired")]
    Expired,
    /// It was called in.
    #[error("called in")]
    Revoked,
}

impl BadgeFault {
    /// Its word in journal and audit log.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Foreign => "foreign",
            Self::Unsigned => "unsigned",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }
}

/// A badge whose signature is not judged yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Badge {
    /// Whose.
    pub name: Name,
    /// Last day on which it opens, `YYYYMMDD`.
    pub until: u32,
    signed: String,
    signature: Vec<u8>,
}

impl Badge {
    /// Reads the text of a QR code.
    ///
    /// # Errors
    /// [`BadgeFault::Foreign`].
    pub fn parse(text: &str) -> Result<Self, BadgeFault> {
        let parse = || {
            let text = Some(text.trim()).filter(|text| text.len() <= MOST)?;
            let (signed, signature) = text.rsplit_once('/')?;
            let rest = signed.strip_prefix(VERSION)?.strip_prefix('/')?;
            let (name, until) = rest.split_once('/')?;
            let is_day = until.len() == 8 && until.bytes().all(|b| b.is_ascii_digit());
            Some(Self {
                name: Name::new(name)?,
                until: until.parse().ok().filter(|_| is_day)?,
                signed: signed.to_owned(),
                signature: URL_SAFE_NO_PAD.decode(signature).ok()?,
            })
        };
        parse().ok_or(BadgeFault::Foreign)
    }

    /// Whether it opens: signed by one of `keys`, not called in, and not over on `today`, `YYYYMMDD` of the latest time
    /// that is surely past.
    ///
    /// # Errors
    /// [`BadgeFault`].
    pub fn judge(
        &self,
        keys: &[PublicIdentity],
        revoked: &[Name],
        today: u32,
    ) -> Result<(), BadgeFault> {
        let signs = |key: &PublicIdentity| key.verifies(self.signed.as_bytes(), &self.signature);
        if !keys.iter().any(signs) {
            Err(BadgeFault::Unsigned)
        } else if revoked.contains(&self.name) {
            Err(BadgeFault::Revoked)
        } else if self.until < today {
            Err(BadgeFault::Expired)
        } else {
            Ok(())
        }
    }
}

/// The text of a badge, made at the desk.
#[must_use]
pub fn sign(desk: &MachineIdentity, name: &Name, until: u32) -> String {
    let signed = format!("{VERSION}/{name}/{until:08}");
    let signature = URL_SAFE_NO_PAD.encode(desk.sign(signed.as_bytes()));
    format!("{signed}/{signature}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_badge_opens_while_it_lasts_and_only_what_its_desk_signed() {
        let desk = MachineIdentity::from_seed(&[7; 32]);
        let keys = [desk.public()];
        let name = Name::new("T0007").expect("a name");
        let text = sign(&desk, &name, 20271231);
        assert!(text.len() < MOST, "{}", text.len());
        let badge = Badge::parse(&format!("{text}\r\n")).expect("a badge");
        assert_eq!((badge.name.as_str(), badge.until), ("T0007", 20271231));
        assert_eq!(badge.judge(&keys, &[], 20271231), Ok(()));
        assert_eq!(badge.judge(&keys, &[], 20280101), Err(BadgeFault::Expired));
        assert_eq!(
            badge.judge(&keys, &[name], 20270101),
            Err(BadgeFault::Revoked)
        );
        assert_eq!(badge.judge(&[], &[], 20270101), Err(BadgeFault::Unsigned));
        let other = MachineIdentity::from_seed(&[8; 32]).public();
        assert_eq!(
            badge.judge(&[other], &[], 20270101),
            Err(BadgeFault::Unsigned)
        );
        for (from, to) in [("T0007", "T0008"), ("20271231", "20991231")] {
            let forged = Badge::parse(&text.replace(from, to)).expect("its form is right");
            assert_eq!(
                forged.judge(&keys, &[], 20270101),
                Err(BadgeFault::Unsigned)
            );
        }
        for foreign in [
            "",
            "KIOSKT/2/T1/20270101/AAAA",
            "KIOSKT/1/T1/2027/AAAA",
            "KIOSKP/1",
        ] {
            assert_eq!(Badge::parse(foreign), Err(BadgeFault::Foreign), "{foreign}");
        }
    }
}
