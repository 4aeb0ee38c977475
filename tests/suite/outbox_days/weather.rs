//! The line between machine and platform, and what it does to a request.

use kiosk::case::{Answer, RetryCause};

use super::platform::reply;
use super::time::{DAY_MS, HOUR_MS, MINUTE_MS};

/// What is wrong with the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weather {
    Fair,
    Down,
    /// A captive portal answers 200.
    Portal,
    /// A firewall answers 403.
    Firewall,
    /// The platform is overloaded.
    Busy,
    /// The gateway refuses the machine's signature.
    Refused,
}

impl Weather {
    /// The next trouble and how long it lasts, milliseconds: minutes mostly, weeks sometimes.
    pub fn trouble(rng: &mut fastrand::Rng) -> (Self, u64) {
        let kind = match rng.u32(0..100) {
            0..55 => Self::Down,
            55..65 => Self::Portal,
            65..72 => Self::Firewall,
            72..88 => Self::Busy,
            _ => Self::Refused,
        };
        let length = match rng.u32(0..100) {
            0..50 => rng.u64(MINUTE_MS..30 * MINUTE_MS),
            50..80 => rng.u64(HOUR_MS..10 * HOUR_MS),
            80..96 => rng.u64(DAY_MS..4 * DAY_MS),
            _ => rng.u64(7 * DAY_MS..20 * DAY_MS),
        };
        (kind, length)
    }

    /// What comes back without the platform having seen the request; `None` if it gets there.
    pub fn answer(self, rng: &mut fastrand::Rng) -> Option<Answer> {
        let refused = r#"{"code":400001,"msg":"鉴权失败"}"#;
        let reply = match self {
            Self::Fair => return None,
            Self::Down => {
                return Some(Answer::Retry {
                    why: RetryCause::Unreachable,
                    retry_after_s: None,
                });
            }
            Self::Portal => reply(200, "text/html", "<html>"),
            Self::Firewall => reply(403, "text/html", "no"),
            Self::Busy => {
                let mut busy = reply(503, "text/html", "");
                busy.retry_after_s = rng.bool().then(|| rng.u32(0..900));
                busy
            }
            Self::Refused => reply(500, "application/json", refused),
        };
        Some(reply.to_put())
    }
}
