//! What can be wrong with the district's server.

use std::str::FromStr;
use std::time::Duration;

/// A trouble, until another is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EstFault {
    /// Every answer comes so late.
    Slow(Duration),
    /// Every answer has this status.
    Status(u16),
    /// Enrolments are answered with 202 and this many seconds.
    Pending(u32),
    /// A login page answers, with 200.
    Portal,
    /// Another authority's certificate is shown, under the right list of authorities.
    WrongServer,
    /// Another authority is offered.
    WrongAuthority,
    /// Certificates are for another key.
    WrongKey,
    /// Certificates are for another machine.
    WrongName,
    /// Certificates begin in a year.
    NotYetValid,
    /// Certificates are of another authority.
    ForeignCertificate,
    /// The request is carried out and the connection cut instead of an answer.
    LostAnswer,
    /// Half of each answer comes.
    HalfAnswer,
    /// Answers are bytes without meaning under the right media type.
    Rubbish,
    /// Files are not those that were announced.
    DamagedFiles,
}

impl FromStr for EstFault {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (word, value) = text.split_once(':').unwrap_or((text, ""));
        let number = || value.parse().map_err(|_| format!("{word}:NUMBER"));
        Ok(match word {
            "slow" => Self::Slow(Duration::from_millis(number()?)),
            "status" => Self::Status(u16::try_from(number()?).map_err(|fault| fault.to_string())?),
            "pending" => {
                Self::Pending(u32::try_from(number()?).map_err(|fault| fault.to_string())?)
            }
            "portal" => Self::Portal,
            "wrong-server" => Self::WrongServer,
            "wrong-authority" => Self::WrongAuthority,
            "wrong-key" => Self::WrongKey,
            "wrong-name" => Self::WrongName,
            "not-yet-valid" => Self::NotYetValid,
            "foreign-certificate" => Self::ForeignCertificate,
            "lost-answer" => Self::LostAnswer,
            "half-answer" => Self::HalfAnswer,
            "rubbish" => Self::Rubbish,
            "damaged-files" => Self::DamagedFiles,
            _ => return Err(format!("{text}: one of {}", WORDS)),
        })
    }
}

/// Every word, for people.
pub const WORDS: &str = "slow:MS status:CODE pending:SECONDS portal wrong-server wrong-authority wrong-key wrong-name \
    not-yet-valid foreign-certificate lost-answer half-answer rubbish damaged-files";
