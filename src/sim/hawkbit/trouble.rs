//! What may go wrong between a machine and the server.

use std::time::Duration;

/// As nginx writes it for its status 495.
pub(super) const CERTIFICATE_PAGE: &str = "<html>\r\n<head><title>400 The SSL certificate error</title></head>\r\n<body>\r\n\
    <center><h1>400 Bad Request</h1></center>\r\n<center>The SSL certificate error</center>\r\n</body>\r\n</html>\r\n";

/// What goes wrong, for so many requests as it was ordered for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// A status instead of an answer, with `Retry-After` if any.
    Status(u16, Option<u32>),
    /// An answer that is not JSON.
    Garbage,
    /// The page of a proxy (nginx) that ends TLS in front of the server and does not take the certificate it was shown.
    CertificatePage,
    /// An answer as long as a novel.
    Endless,
    /// Nothing for so long.
    Slow(Duration),
    /// A file that ends after so many bytes of it.
    Cut(usize),
    /// A file with one bit wrong.
    Flipped,
    /// A range that is not the one that was asked for.
    WrongRange,
    /// Other bytes than before under the same address, without a new mark.
    Replaced,
    /// 200 and everything, whatever range was asked for.
    NoRanges,
}

impl Trouble {
    /// Reads `status 503`, `garbage`, `certificate-page`, `endless`, `slow 500`, `cut 1000`, `flipped`, `wrong-range`, `replaced`, `no-ranges`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut words = text.split_whitespace();
        let (word, mut number) = (words.next()?, || words.next()?.parse::<u32>().ok());
        Some(match word {
            "status" => Self::Status(u16::try_from(number()?).ok()?, number()),
            "garbage" => Self::Garbage,
            "certificate-page" => Self::CertificatePage,
            "endless" => Self::Endless,
            "slow" => Self::Slow(Duration::from_millis(number()?.into())),
            "cut" => Self::Cut(usize::try_from(number()?).ok()?),
            "flipped" => Self::Flipped,
            "wrong-range" => Self::WrongRange,
            "replaced" => Self::Replaced,
            "no-ranges" => Self::NoRanges,
            _ => return None,
        })
    }

    pub(super) fn is_of_files(&self) -> bool {
        matches!(
            self,
            Self::Cut(_) | Self::Flipped | Self::WrongRange | Self::Replaced | Self::NoRanges
        )
    }
}
