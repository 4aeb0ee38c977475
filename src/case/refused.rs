//! A case that the platform refused after its person had gone, as it is told at the next visit, and what ties its
//! correction to it.

use serde_json::Value;

use super::bytes::ClockClass;
use super::draft::Form;
use super::mint::Key;
use super::number::FilingNumber;
use super::private::Private;

/// Business code of a refusal: what a case claims to correct is not there to be corrected.
pub const NOT_CORRECTABLE: &str = "NOT_CORRECTABLE";

/// When a case was filed first, as far as the machine knew. A correction keeps it: what counts is when the person came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilingDate {
    /// Wall clock, RFC 3339, if the machine had any idea of it.
    pub wall_rfc3339: Option<String>,
    /// How far that clock was believed.
    pub clock_class: ClockClass,
}

impl FilingDate {
    /// Year, month and day, when the clock may be quoted without a warning.
    #[must_use]
    pub fn day(&self) -> Option<(u16, u8, u8)> {
        let text = self.wall_rfc3339.as_deref()?;
        let mut parts = text.get(..10)?.split('-');
        let year = parts.next()?.parse().ok()?;
        let month = parts.next()?.parse().ok()?;
        let day = parts.next()?.parse().ok()?;
        self.clock_class.is_checked().then_some((year, month, day))
    }
}

/// Ties a case to the refused one that it corrects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correction {
    /// Key of the refused case. The correction itself has a key and a number of its own.
    pub key: Key,
    /// Number of the refused case, for the paper.
    pub filing_number: FilingNumber,
    /// When the first of them was filed.
    pub filing_date: FilingDate,
}

/// What was answered in a refused case.
#[derive(Clone, Debug, PartialEq)]
pub struct OldAnswers {
    /// The answers of its form.
    pub form: Form,
    /// Mobile phone for news of the case.
    pub mobile: Option<Private>,
    /// The result was to be collected, not posted.
    pub collect: bool,
}

/// A refused case of which its person has not been told, or not decided what to do. Personal.
#[derive(Clone, Debug, PartialEq)]
pub struct Refused {
    /// Its key.
    pub key: Key,
    /// Number on the receipt.
    pub filing_number: FilingNumber,
    /// 实施编码.
    pub task_code: String,
    /// Name of the item at filing.
    pub task_name: String,
    /// When it was filed; of a correction, when the first of the chain was.
    pub filed: FilingDate,
    /// Business code of the refusal.
    pub code: String,
    /// The platform's words; empty if they cannot be read any more.
    pub detail: Private,
    /// What was answered; nothing if the body cannot be read any more.
    pub answers: Option<OldAnswers>,
}

impl Refused {
    /// What its correction is tied to it with.
    #[must_use]
    pub fn correction(&self) -> Correction {
        Correction {
            key: self.key.clone(),
            filing_number: self.filing_number.clone(),
            filing_date: self.filed.clone(),
        }
    }
}

impl OldAnswers {
    /// Reads a frozen body: what was answered, and the filing date that a correction inherited. Nothing if the bytes are
    /// no body.
    #[must_use]
    pub fn of_body(body: &[u8]) -> Option<(Self, Option<FilingDate>)> {
        // In a form, which wipes the texts it was parsed into.
        let whole = Form::new(serde_json::from_slice(body).ok()?);
        let whole = whole.value();
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let answers = Self {
            form: Form::new(whole.get("form")?.clone()),
            mobile: whole["contact"]["mobile"].as_str().map(Private::new),
            collect: whole["delivery"]["obtain_paper_way"] == 0,
        };
        let date = whole.get("filing_date").and_then(|date| {
            Some(FilingDate {
                wall_rfc3339: date.get("created_at").and_then(text),
                clock_class: ClockClass::from_word(date["class"].as_str()?)?,
            })
        });
        Some((answers, date))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str, clock_class: ClockClass) -> FilingDate {
        FilingDate {
            wall_rfc3339: Some(text.into()),
            clock_class,
        }
    }

    #[test]
    fn a_day_is_quoted_only_from_a_clock_that_is_believed() {
        let text = "2026-03-05T10:00:00+08:00";
        assert_eq!(date(text, ClockClass::Trusted).day(), Some((2026, 3, 5)));
        assert_eq!(date(text, ClockClass::Holdover).day(), Some((2026, 3, 5)));
        assert_eq!(date(text, ClockClass::Bounded).day(), None);
        assert_eq!(date(text, ClockClass::Unknown).day(), None);
        assert_eq!(date("soon", ClockClass::Trusted).day(), None);
    }

    #[test]
    fn foreign_bytes_are_no_answers() {
        for bytes in [b"".as_slice(), b"[]", b"{\"version\":1}", b"{\"form\""] {
            assert!(OldAnswers::of_body(bytes).is_none());
        }
        let (answers, date) = OldAnswers::of_body(br#"{"form":{"a":"b"}}"#).expect("a form");
        assert_eq!(answers.form.value()["a"], "b");
        assert!(answers.mobile.is_none() && !answers.collect && date.is_none());
    }
}
