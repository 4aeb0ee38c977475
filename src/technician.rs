//! How a technician says who they are: a signed badge before the scanner, or a one-time code of this machine.

mod badge;
mod key;
mod reason;
mod totp;

pub use badge::{BADGE_PREFIX, Badge, BadgeFault, sign as sign_badge};
pub use key::{CodeKey, KeyFault};
pub use reason::Reason;
pub use totp::{DIGITS, STEP_S, Step};
