//! The body of a case as the platform reads it, and the business rules it is judged by.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::case::{ATTACHMENTS_MAX, BODY_VERSION, ClockClass, Digest, Rejection};

/// What the platform looks at in a case's body; everything else it keeps byte for byte and does not judge.
#[derive(Deserialize)]
pub(super) struct Body {
    #[serde(default)]
    version: Option<u8>,
    pub(super) filing_number: String,
    pub(super) task_code: String,
    #[serde(default)]
    pub(super) task_name: String,
    pub(super) applicant: Person,
    #[serde(default)]
    materials: Vec<Material>,
    #[serde(default)]
    pub(super) attachments: Vec<Named>,
    #[serde(default)]
    signature: Option<Signature>,
    /// Key of the refused case that this one corrects.
    #[serde(default, deserialize_with = "given")]
    pub(super) corrects: Option<String>,
    #[serde(default, deserialize_with = "given")]
    filing_date: Option<FilingDate>,
    /// Kept and not judged, but for the day that counts as the day of filing.
    #[serde(default)]
    created_at: Value,
    #[serde(default)]
    clock: Value,
}

/// What the machine says of when the refused case was filed. This server has a record of its own and goes by that.
#[derive(Deserialize)]
struct FilingDate {
    #[serde(default, deserialize_with = "given")]
    created_at: Option<String>,
    class: String,
}

impl FilingDate {
    fn is_sound(&self) -> bool {
        let length = self.created_at.as_ref().map_or(0, String::len);
        ClockClass::from_word(&self.class).is_some() && length <= 40
    }
}

/// A member that may be left out, but not be null.
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

/// A handwritten signature: one of the attachments, or as bodies of version 1 had it.
#[derive(Deserialize)]
#[serde(untagged)]
enum Signature {
    Named {
        attachment: Digest,
    },
    Inline {
        digest: Digest,
        strokes: Vec<Stroke>,
    },
}

/// Points in tenths of a pixel.
type Stroke = Vec<(i32, i32)>;

/// An attachment that a case names.
#[derive(Deserialize)]
pub(super) struct Named {
    pub(super) digest: Digest,
    pub(super) length: u64,
}

/// The person of a case or of a search.
#[derive(Deserialize)]
pub(super) struct Person {
    pub(super) cert_type: String,
    pub(super) cert_no: String,
}

#[derive(Deserialize)]
struct Material {
    seq: String,
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Body({})", self.filing_number)
    }
}

impl Person {
    fn is_sound(&self) -> bool {
        is_word(&self.cert_type, 8) && is_word(&self.cert_no, 40)
    }

    /// Parses the body of a search.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, String> {
        let person: Self = serde_json::from_slice(bytes).map_err(|e| place(&e))?;
        person
            .is_sound()
            .then_some(person)
            .ok_or_else(|| "cert_type or cert_no".to_owned())
    }

    /// Full years on the day `today` (`yyyy-mm-dd`), from an 18-character ID number (GB 11643, digits 7 to 14).
    fn age(&self, today: &str) -> Option<i64> {
        let born = self
            .cert_no
            .get(6..14)
            .filter(|_| self.cert_no.len() == 18)?;
        let number = |text: &str| text.parse::<i64>().ok();
        let (year, month_day) = (number(&born[..4])?, number(&born[4..])?);
        let now = number(&today.replace('-', ""))?;
        Some(now / 10_000 - year - i64::from(now % 10_000 < month_day))
    }
}

/// Letters, digits and `-` only.
pub(super) fn is_word(text: &str, max: usize) -> bool {
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    (1..=max).contains(&text.len()) && text.bytes().all(word)
}

/// Where JSON broke, without its content.
fn place(error: &serde_json::Error) -> String {
    format!("line {} column {}", error.line(), error.column())
}

impl Body {
    /// A signature that is named is one of the attachments, so that it is there before the case is taken.
    fn has_its_signature(&self) -> bool {
        match &self.signature {
            None => true,
            Some(Signature::Inline { digest, strokes }) => {
                let json = serde_json::to_vec(strokes).unwrap_or_default();
                !strokes.is_empty() && Digest::of(&json) == *digest
            }
            Some(Signature::Named { attachment }) => {
                self.attachments.iter().any(|a| a.digest == *attachment)
            }
        }
    }

    /// Reads a case's body; the error says what is wrong with it, for the engineer.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, String> {
        let body: Self = serde_json::from_slice(bytes).map_err(|e| place(&e))?;
        for (name, good) in [
            ("filing_number", is_word(&body.filing_number, 40)),
            ("task_code", is_word(&body.task_code, 40)),
            ("task_name", body.task_name.chars().count() <= 200),
            ("applicant", body.applicant.is_sound()),
            ("materials", body.materials.len() <= 100),
            ("attachments", body.attachments.len() <= ATTACHMENTS_MAX),
            (
                "version",
                body.version
                    .is_none_or(|version| (1..=BODY_VERSION).contains(&version)),
            ),
            ("signature", body.has_its_signature()),
            (
                "corrects",
                body.corrects
                    .as_ref()
                    .is_none_or(|key| key.len() >= 20 && is_word(key, 64)),
            ),
            (
                "filing_date",
                body.filing_date.as_ref().is_none_or(FilingDate::is_sound),
            ),
            (
                "filing_date",
                body.corrects.is_none() || body.filing_date.is_some(),
            ),
        ] {
            if !good {
                return Err(name.to_owned());
            }
        }
        Ok(body)
    }

    /// When the machine says that the case was filed, if its clock is worth anything.
    pub(super) fn filed_at(&self) -> Option<String> {
        let class = ClockClass::from_word(self.clock.get("class")?.as_str()?)?;
        let time = self.created_at.as_str()?;
        let full = (20..=40).contains(&time.len()) && time.as_bytes()[10] == b'T';
        (class != ClockClass::Unknown && full).then(|| time.to_owned())
    }
}

/// What the platform refuses.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// A second open case of the same person for the same item is `DUPLICATE`.
    pub no_duplicates: bool,
    /// Items (task codes) that are `SX_CLOSED`.
    pub closed: BTreeSet<String>,
    /// Youngest age of an item, years; younger is `NOT_ELIGIBLE`.
    pub min_age: BTreeMap<String, u8>,
    /// Materials (`seq`) an item needs, else `MATERIAL_MISSING`.
    pub materials: BTreeMap<String, Vec<String>>,
}

impl Rules {
    /// The refusal of `body` on the day `today`, if any; `open` says whether the person has such a case already.
    pub(super) fn judge(&self, body: &Body, today: &str, open: bool) -> Option<Rejection> {
        let item = &body.task_code;
        let young = || {
            let (least, age) = (self.min_age.get(item)?, body.applicant.age(today)?);
            (age < i64::from(*least)).then_some(())
        };
        let lacks = || {
            let needed = self.materials.get(item)?;
            let given = |seq: &String| body.materials.iter().any(|m| m.seq == *seq);
            needed.iter().find(|seq| !given(seq))
        };
        if self.closed.contains(item) {
            Some(refusal("SX_CLOSED", "该事项已停止办理。"))
        } else if young().is_some() {
            Some(refusal("NOT_ELIGIBLE", "申请人未达到该事项的年龄条件。"))
        } else if let Some(seq) = lacks() {
            Some(refusal("MATERIAL_MISSING", &format!("缺少材料 {seq}。")))
        } else if self.no_duplicates && open {
            Some(refusal("DUPLICATE", "您已有一件相同事项正在办理。"))
        } else {
            None
        }
    }
}

pub(super) fn refusal(code: &str, detail: &str) -> Rejection {
    Rejection {
        code: code.into(),
        detail: detail.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn age_is_counted_in_full_years() {
        let person = Person {
            cert_type: "10".into(),
            cert_no: "999999200611231239".into(),
        };
        assert_eq!(person.age("2026-11-22"), Some(19));
        assert_eq!(person.age("2026-11-23"), Some(20));
        let passport = Person {
            cert_type: "20".into(),
            cert_no: "E00000000".into(),
        };
        assert_eq!(passport.age("2026-11-22"), None);
    }

    #[test]
    fn a_body_that_breaks_the_contract_is_named_without_its_content() {
        let bad = br#"{"filing_number":"A 1","task_code":"T","applicant":{"cert_type":"10","cert_no":"999999"}}"#;
        assert_eq!(Body::parse(bad).unwrap_err(), "filing_number");
        let why = Body::parse(b"[\"999999\"]").unwrap_err();
        assert!(!why.contains("999999"), "{why}");
    }

    #[test]
    fn a_signature_is_one_of_the_attachments_or_of_the_first_version() {
        let first = include_bytes!("../../../tests/vectors/case_v1.json");
        let now = include_bytes!("../../../tests/vectors/case_v2.json");
        for body in [first.as_slice(), now] {
            assert!(
                Body::parse(body).is_ok(),
                "{}",
                String::from_utf8_lossy(body)
            );
        }
        let mut unnamed: serde_json::Value = serde_json::from_slice(now).expect("json");
        unnamed["attachments"] = serde_json::json!([]);
        let why = Body::parse(unnamed.to_string().as_bytes()).unwrap_err();
        assert_eq!(why, "signature");
    }
}
