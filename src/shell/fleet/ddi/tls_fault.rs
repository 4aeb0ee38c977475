//! Why no connection to the update server is made where TLS is the reason, in words that tell a technician what to do.

use rustls::{AlertDescription as Alert, CertificateError as Certificate, Error as Tls};

use crate::shell::platform::tls::find;

/// What is wrong between this machine and the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TlsFault {
    /// None of the authorities in `ca_file` has signed the server's certificate: another server answers, or the file is old.
    #[error("no authority of ca_file has signed the server's certificate")]
    Untrusted,
    /// The server's certificate is over.
    #[error("the server's certificate has expired")]
    Expired,
    /// It is for another name than the one in `url`.
    #[error("the server's certificate is for another name than url has")]
    Name,
    /// By this machine's clock it is not valid yet: the clock is behind.
    #[error("by this machine's clock the server's certificate is not valid yet")]
    Clock,
    /// The server does not take this machine's certificate: expired, revoked, of another authority, or it wants one and there is
    /// none.
    #[error("the server does not take this machine's certificate")]
    Refused,
    /// What answers there does not speak TLS: a portal, or the wrong port.
    #[error("what answers there does not speak TLS")]
    NotTls,
    /// Anything else of TLS.
    #[error("no agreement with the server about TLS")]
    Other,
}

impl TlsFault {
    /// The fault behind a failed request, if TLS is why it failed.
    pub(super) fn of(error: &reqwest::Error) -> Option<Self> {
        Some(match find(error)? {
            Tls::InvalidCertificate(why) => match why {
                Certificate::Expired | Certificate::ExpiredContext { .. } => Self::Expired,
                Certificate::NotValidYet | Certificate::NotValidYetContext { .. } => Self::Clock,
                Certificate::NotValidForName | Certificate::NotValidForNameContext { .. } => {
                    Self::Name
                }
                _ => Self::Untrusted,
            },
            // The wall clock stands before 1970.
            Tls::FailedToGetCurrentTime => Self::Clock,
            Tls::NoCertificatesPresented => Self::Untrusted,
            Tls::InvalidMessage(_) => Self::NotTls,
            Tls::AlertReceived(
                Alert::BadCertificate
                | Alert::UnsupportedCertificate
                | Alert::CertificateRevoked
                | Alert::CertificateExpired
                | Alert::CertificateUnknown
                | Alert::UnknownCA
                | Alert::AccessDenied
                | Alert::CertificateRequired,
            ) => Self::Refused,
            _ => Self::Other,
        })
    }

    /// Its word in the journal. A machine behind whose clock nobody stands does not say that a certificate has expired.
    #[must_use]
    pub fn word(self, clock_is_checked: bool) -> &'static str {
        match self {
            Self::Untrusted => "serverUntrusted",
            Self::Expired if clock_is_checked => "serverExpired",
            Self::Expired | Self::Clock => "clock",
            Self::Name => "serverName",
            Self::Refused => "certificateRefused",
            Self::NotTls => "notTls",
            Self::Other => "tls",
        }
    }
}
