//! What can go wrong between a machine and the platform, on request.

use std::str::FromStr;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// One trouble.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The port refuses connections. Lasts until cleared, whatever count was asked for.
    Down,
    /// Connected, then silence for good.
    Silent,
    /// Every answer comes this much later.
    Slow {
        /// Milliseconds.
        ms: u32,
    },
    /// A bare status with an HTML page, as a proxy or a firewall sends (502, 503, 403, …). Nothing is processed.
    Status {
        /// HTTP status.
        status: u16,
        /// `Retry-After`, seconds.
        retry_after_s: Option<u32>,
    },
    /// Processed, then a bare status with an HTML page: the server broke after its work was done.
    StatusAfter {
        /// HTTP status, 500 to 599.
        status: u16,
    },
    /// Processed, then the connection is cut before the first byte of the answer.
    LostAnswer,
    /// Processed, then the connection is cut within the answer.
    HalfAnswer,
    /// Processed, then an answer in the agreed media type that is not JSON.
    Rubbish,
    /// Processed, then megabytes of blanks in the agreed media type.
    Endless,
    /// A captive portal: 200 and an HTML page. Nothing is processed.
    Portal,
    /// A captive portal's redirect. Nothing is processed.
    Redirect,
    /// 409: this key is being worked on. Nothing is processed.
    InProgress,
    /// The gateway refuses every signature.
    Credentials,
    /// The platform's clock is off, for `Date` and for signatures alike.
    ClockOff {
        /// Seconds; positive is the future.
        seconds: i64,
    },
    /// Processed, then called a duplicate of itself.
    FalseDuplicate,
    /// Refused with this business code, for good.
    Reject {
        /// E.g. `NOT_ELIGIBLE`.
        code: String,
    },
    /// The certificate ran out years ago. Needs TLS, like the next two.
    CertificateExpired,
    /// The certificate begins in years.
    CertificateFuture,
    /// A certificate of another authority, as a wiretapping proxy has.
    CertificateForeign,
}

impl Fault {
    /// Whether it is met in the handshake, before any request.
    pub(super) fn is_certificate(&self) -> bool {
        matches!(
            self,
            Self::CertificateExpired | Self::CertificateFuture | Self::CertificateForeign
        )
    }
}

impl FromStr for Fault {
    type Err = String;

    /// Words of the command line: `down`, `slow:MS`, `status:CODE`, `clock:SECONDS`, `reject:CODE`, ….
    fn from_str(text: &str) -> Result<Self, String> {
        let (name, value) = text.split_once(':').unwrap_or((text, ""));
        let bad = |_| format!("{name}: not a number: {value:?}");
        Ok(match name {
            "down" => Self::Down,
            "silent" => Self::Silent,
            "slow" => Self::Slow {
                ms: value.parse().map_err(bad)?,
            },
            "status" => match value.parse().map_err(bad)? {
                status @ 200..=599 => Self::Status {
                    status,
                    retry_after_s: None,
                },
                status => return Err(format!("status: {status} is not 200 to 599")),
            },
            "status-after" => match value.parse().map_err(bad)? {
                status @ 500..=599 => Self::StatusAfter { status },
                status => return Err(format!("status-after: {status} is not 500 to 599")),
            },
            "lost-answer" => Self::LostAnswer,
            "half-answer" => Self::HalfAnswer,
            "rubbish" => Self::Rubbish,
            "endless" => Self::Endless,
            "portal" => Self::Portal,
            "redirect" => Self::Redirect,
            "in-progress" => Self::InProgress,
            "credentials" => Self::Credentials,
            "clock" => Self::ClockOff {
                seconds: value.parse().map_err(bad)?,
            },
            "false-duplicate" => Self::FalseDuplicate,
            "reject" if !value.is_empty() => Self::Reject { code: value.into() },
            "certificate-expired" => Self::CertificateExpired,
            "certificate-future" => Self::CertificateFuture,
            "certificate-foreign" => Self::CertificateForeign,
            _ => return Err(format!("no such fault: {text:?}")),
        })
    }
}

/// What meets a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meeting {
    /// A TLS handshake.
    Handshake,
    /// A case being filed.
    Case,
    /// Any other request.
    Other,
}

/// A fault in force.
#[derive(Clone, Debug)]
struct Set {
    fault: Fault,
    /// How often it is still met, or until cleared.
    times: Option<u32>,
    /// Met by cases being filed alone.
    cases_only: bool,
}

/// The fault of the moment.
#[derive(Debug, Default)]
pub(super) struct Faults(Mutex<Option<Set>>);

impl Faults {
    fn lock(&self) -> MutexGuard<'_, Option<Set>> {
        // A poisoned lock only means that a test panicked: the value is whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets or clears; `times` requests, or until cleared.
    pub(super) fn set(&self, fault: Option<Fault>, times: Option<u32>) {
        *self.lock() = fault.filter(|_| times != Some(0)).map(|fault| Set {
            fault,
            times,
            cases_only: false,
        });
    }

    /// Only the next case that is filed meets the fault.
    pub(super) fn set_for_next_case(&self, fault: Fault) {
        *self.lock() = Some(Set {
            fault,
            times: Some(1),
            cases_only: true,
        });
    }

    /// The fault for the request (or the handshake) at hand; uses up one of its times.
    pub(super) fn take(&self, meeting: Meeting) -> Option<Fault> {
        let mut slot = self.lock();
        let set = slot.as_mut()?;
        let handshake = meeting == Meeting::Handshake;
        if set.fault.is_certificate() != handshake || set.cases_only && meeting != Meeting::Case {
            return None;
        }
        let fault = set.fault.clone();
        if let (Some(times), true) = (&mut set.times, fault != Fault::Down) {
            *times -= 1;
            if *times == 0 {
                *slot = None;
            }
        }
        Some(fault)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counted_fault_ends_by_itself() {
        let faults = Faults::default();
        faults.set(Some(Fault::Portal), Some(2));
        assert_eq!(
            faults.take(Meeting::Handshake),
            None,
            "not met in the handshake"
        );
        assert_eq!(faults.take(Meeting::Other), Some(Fault::Portal));
        assert_eq!(faults.take(Meeting::Other), Some(Fault::Portal));
        assert_eq!(faults.take(Meeting::Other), None);
        faults.set(Some(Fault::Portal), Some(0));
        assert_eq!(faults.take(Meeting::Other), None);
    }

    #[test]
    fn a_fault_for_the_next_case_waits_for_one() {
        let faults = Faults::default();
        faults.set_for_next_case(Fault::LostAnswer);
        assert_eq!(faults.take(Meeting::Other), None);
        assert_eq!(faults.take(Meeting::Case), Some(Fault::LostAnswer));
        assert_eq!(faults.take(Meeting::Case), None);
    }

    #[test]
    fn words_of_the_command_line() {
        assert_eq!("slow:500".parse(), Ok(Fault::Slow { ms: 500 }));
        assert_eq!(
            "clock:-86400".parse(),
            Ok(Fault::ClockOff { seconds: -86_400 })
        );
        for bad in [
            "",
            "slow",
            "slow:x",
            "status:99",
            "status:1000",
            "reject",
            "reject:",
        ] {
            assert!(bad.parse::<Fault>().is_err(), "{bad}");
        }
    }
}
