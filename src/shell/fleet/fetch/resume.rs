//! What an answer to a request for the rest of a file means (RFC 9110, 14 and 15.3.7). Pure.

/// `Content-Range: bytes 5-9/10` or `bytes */10`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContentRange {
    /// First and last byte; none in an answer that has no bytes.
    pub span: Option<(u64, u64)>,
    /// Length of the whole, where it is known.
    pub size: Option<u64>,
}

impl ContentRange {
    /// Reads the header's value.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (span, size) = text.trim().strip_prefix("bytes ")?.split_once('/')?;
        let number = |t: &str| {
            t.bytes()
                .all(|b| b.is_ascii_digit())
                .then(|| t.parse::<u64>().ok())?
        };
        let size = if size == "*" {
            None
        } else {
            Some(number(size)?)
        };
        if span == "*" {
            return Some(Self { span: None, size });
        }
        let (first, last) = span.split_once('-')?;
        let span = (number(first)?, number(last)?);
        let sound = span.0 <= span.1 && size.is_none_or(|size| span.1 < size);
        sound.then_some(Self {
            span: Some(span),
            size,
        })
    }
}

/// What is to be done with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Write from this byte on.
    From(u64),
    /// Nothing is missing; the hash will tell.
    Complete,
    /// What is here does not belong to it: from the beginning, in a new request.
    Restart,
    /// Not an answer to what was asked.
    Refused,
}

/// Decides by status, by whether the rest of a file was asked for, how many bytes are `have` of `size`, and what the answer says of
/// its range and length.
#[must_use]
pub fn next(
    status: u16,
    resumed: bool,
    have: u64,
    size: u64,
    range: Option<ContentRange>,
    length: Option<u64>,
) -> Next {
    match (status, range) {
        // The mark did not match, or the server knows no ranges: all of it comes. Another length is another file.
        (200, _) if length.is_none_or(|length| length == size) => Next::From(0),
        (200, _) => Next::Refused,
        (
            206,
            Some(ContentRange {
                span: Some((first, last)),
                size: whole,
            }),
        ) if resumed => {
            let fits = first == have
                && last.checked_add(1) == Some(size)
                && whole.is_none_or(|whole| whole == size);
            if fits {
                Next::From(have)
            } else {
                Next::Restart
            }
        }
        (206, _) if resumed => Next::Restart,
        (
            416,
            Some(ContentRange {
                size: Some(whole), ..
            }),
        ) if resumed && whole == have && have == size => Next::Complete,
        (416, _) if resumed => Next::Restart,
        _ => Next::Refused,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_to_a_resumed_and_a_fresh_request() {
        let range = |text| ContentRange::parse(text);
        for (status, resumed, have, text, length, expected) in [
            (200, false, 0, "", Some(10), Next::From(0)),
            (200, false, 0, "", None, Next::From(0)),
            (200, false, 0, "", Some(11), Next::Refused),
            (200, true, 4, "", Some(10), Next::From(0)),
            (206, true, 4, "bytes 4-9/10", Some(6), Next::From(4)),
            (206, true, 4, "bytes 4-9/*", None, Next::From(4)),
            (206, true, 4, "bytes 3-9/10", None, Next::Restart),
            (206, true, 4, "bytes 4-8/10", None, Next::Restart),
            (206, true, 4, "bytes 4-9/11", None, Next::Restart),
            (206, true, 4, "", None, Next::Restart),
            (206, false, 0, "bytes 0-9/10", None, Next::Refused),
            (416, true, 10, "bytes */10", None, Next::Complete),
            (416, true, 4, "bytes */4", None, Next::Restart),
            (416, true, 4, "", None, Next::Restart),
            (416, false, 0, "bytes */10", None, Next::Refused),
            (301, true, 4, "", None, Next::Refused),
            (404, true, 4, "", None, Next::Refused),
        ] {
            assert_eq!(
                next(status, resumed, have, 10, range(text), length),
                expected,
                "{status} {resumed} {text}"
            );
        }
        for wrong in [
            "",
            "bytes",
            "bytes 4-3/10",
            "bytes 4-10/10",
            "bytes -1-2/10",
            "items 0-1/2",
            "bytes 1-2",
            "bytes +1-2/9",
            "bytes -/9",
        ] {
            assert_eq!(range(wrong), None, "{wrong}");
        }
    }
}
