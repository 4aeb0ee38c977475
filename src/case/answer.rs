//! What the platform says of a case, and what one attempt to send it came to.

use serde::{Deserialize, Serialize};

/// What the platform said when it took a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acceptance {
    /// 申办流水号, the platform's case number.
    pub sblsh: String,
    /// Short form of [`Self::sblsh`].
    pub sblsh_short: String,
    /// 查询码, eight characters.
    pub query_code: String,
    /// When the platform took it, RFC 3339.
    pub accepted_at: String,
    /// 承诺办结 date, ISO 8601, if the item has one.
    pub promise_until: Option<String>,
}

/// Why the platform refused a case for good (RFC 9457 problem details).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejection {
    /// Business code, e.g. `NOT_ELIGIBLE`, `DUPLICATE`, `SX_CLOSED`, `MATERIAL_MISSING`.
    pub code: String,
    /// Text for the person.
    pub detail: String,
}

/// What one attempt to send a case came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Taken; repeated answers for the same key are the same.
    Accepted(Acceptance),
    /// A business refusal in the agreed media type: final.
    Rejected(Rejection),
    /// 409: the platform is still working on this key.
    InProgress {
        /// Seconds of `Retry-After`, if given.
        retry_after_s: Option<u32>,
    },
    /// The case itself is at fault and no repetition helps: a technician must look at it.
    Parked(ParkCause),
    /// Not taken, or unknown whether it was: the same bytes are sent again later.
    Retry {
        /// Why, for the engineer.
        why: RetryCause,
        /// Seconds of `Retry-After`, if given.
        retry_after_s: Option<u32>,
    },
    /// A fault of this machine (credentials, clock, certificate): no case is to blame, the lane stops.
    LaneStopped(LaneFault),
}

/// Why an attempt is repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RetryCause {
    /// Name, connection or route: certainly not processed.
    Unreachable,
    /// Sent, but no whole answer in time: unknown.
    TimedOut,
    /// 5xx, 408, 425, 429.
    ServerBusy,
    /// A refusal that is not in the agreed media type (proxy, firewall): not the platform's.
    NotThePlatform,
    /// A success or a redirect that is not in the agreed media type: somebody else answers in the platform's name.
    Portal,
    /// Agreed media type, but not understood on one of the two sides.
    Malformed,
    /// The platform does not have the case's attachments whole: they are sent first.
    AttachmentMissing,
    /// Nothing was sent, or the answer could not be kept: this machine's disk, or a line that went before its turn came.
    LocalFault,
}

impl RetryCause {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Unreachable,
        Self::TimedOut,
        Self::ServerBusy,
        Self::NotThePlatform,
        Self::Portal,
        Self::Malformed,
        Self::AttachmentMissing,
        Self::LocalFault,
    ];

    /// Word in the journal.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::TimedOut => "timed-out",
            Self::ServerBusy => "server-busy",
            Self::NotThePlatform => "not-the-platform",
            Self::Portal => "portal",
            Self::Malformed => "malformed",
            Self::AttachmentMissing => "attachment-missing",
            Self::LocalFault => "local-fault",
        }
    }
}

/// Why a case is set apart for a technician.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ParkCause {
    /// 422: the platform knows this key with other bytes. Never happens with frozen bytes.
    KeyReused,
    /// The platform called it malformed again and again, or its answers to it could never be read.
    Malformed,
    /// Its bytes cannot be read any more on this machine.
    Unreadable,
}

impl ParkCause {
    /// Word in the store and in the journal.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::KeyReused => "key-reused",
            Self::Malformed => "malformed",
            Self::Unreadable => "unreadable",
        }
    }
}

/// A fault of this machine or its credentials that stops sending.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LaneFault {
    /// Gateway code 400001 or 401/403: signature refused.
    Credentials,
    /// Signature refused and the platform's `Date` differs by more than the gateway's window (180 s).
    Clock,
    /// The server's certificate does not verify.
    Certificate,
}

impl LaneFault {
    /// Word in the journal.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Credentials => "credentials",
            Self::Clock => "clock",
            Self::Certificate => "certificate",
        }
    }
}
