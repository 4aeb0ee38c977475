//! The frozen bytes of a case: what is stored, sent, exported and hashed, identical for ever.

use std::collections::BTreeMap;

use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};
use serde_json::Value;
use zeroize::Zeroizing;

use super::attachment::Attachment;
use super::content::Content;
use super::digest::Digest;
use super::draft::{Draft, Form};
use super::mint::Key;
use super::number::FilingNumber;
use super::private::Private;

/// Version of the body's shape (`version` in the body). A new shape is a new number beside the old one.
///
/// - 1: the strokes of a signature stood in the body, `signature: {digest, strokes}`.
/// - 2: a signature is one of the attachments, `signature: {attachment: digest}`.
pub const BODY_VERSION: u8 = 2;
/// Largest body, bytes. Scans do not go into the body: it names them ([`Attachment`]).
pub const BODY_LIMIT: usize = 256 * 1024;
/// Bodies are seldom longer, bytes.
const USUAL: usize = 4096;
/// WSSBQD 渠道: the provincial table has no value for a kiosk, 9 is 其他.
const CHANNEL_OTHER: u8 = 9;

/// What is known of the time of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Wall clock, RFC 3339, if the machine has any idea of it.
    pub wall_rfc3339: Option<String>,
    /// How far the wall clock is believed.
    pub clock_class: ClockClass,
    /// Random name of this run of the kernel (`/proc/sys/kernel/random/boot_id`).
    pub boot_id: String,
    /// Milliseconds since that boot, suspend included.
    pub monotonic_ms: u64,
}

/// How far a wall clock is believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ClockClass {
    /// Disciplined by a time source now.
    Trusted,
    /// Disciplined earlier in this boot; since then it runs on its own crystal.
    Holdover,
    /// Not measured, but between two known instants.
    Bounded,
    /// Nobody knows: the paper says so.
    Unknown,
}

impl ClockClass {
    /// Every one, the best first.
    pub const ALL: [Self; 4] = [Self::Trusted, Self::Holdover, Self::Bounded, Self::Unknown];

    /// Word in the store and at the wire.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Trusted => "trusted",
            Self::Holdover => "holdover",
            Self::Bounded => "bounded",
            Self::Unknown => "unknown",
        }
    }

    /// Reads the word of the store.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.word() == word)
    }

    /// Whether a time of this class may be said without a warning.
    #[must_use]
    pub fn is_checked(self) -> bool {
        matches!(self, Self::Trusted | Self::Holdover)
    }
}

#[derive(Serialize)]
struct Body<'a> {
    version: u8,
    idempotency_key: &'a str,
    filing_number: &'a str,
    channel: u8,
    device: Device<'a>,
    task_code: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    task_handle_item: Option<&'a str>,
    task_name: &'a str,
    dept: &'a str,
    catalogue_version: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    bundle: Option<Bundle<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    corrects: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    filing_date: Option<FilingDate<'a>>,
    applicant: Applicant<'a>,
    contact: Contact<'a>,
    form: Canonical<'a>,
    materials: Vec<Material<'a>>,
    delivery: Delivery<'a>,
    consent: Consent<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    signature: Option<Signature>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_at: Option<&'a str>,
    clock: Clock<'a>,
    offline: Offline,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attachments: Vec<&'a Attachment>,
}

#[derive(Serialize)]
struct Device<'a> {
    id: &'a str,
    town_code: &'a str,
}

#[derive(Serialize)]
struct Bundle<'a> {
    id: &'a str,
    fsxbm: &'a str,
    fsxmc: &'a str,
    position: u8,
    of: u8,
}

/// When the first of a chain of corrections was filed.
#[derive(Serialize)]
struct FilingDate<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    created_at: Option<&'a str>,
    class: &'static str,
}

#[derive(Serialize)]
struct Applicant<'a> {
    r#type: u8,
    name: &'a Private,
    cert_type: &'a str,
    cert_no: &'a Private,
}

#[derive(Serialize)]
struct Contact<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    mobile: Option<&'a Private>,
}

#[derive(Serialize)]
struct Material<'a> {
    seq: &'a str,
    name: &'a str,
    wjlx: u8,
    source: &'static str,
}

#[derive(Serialize)]
struct Delivery<'a> {
    obtain_paper_way: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<&'a Private>,
}

#[derive(Serialize)]
struct Consent<'a> {
    version: &'a str,
    items: &'a [String],
}

#[derive(Serialize)]
struct Signature {
    attachment: Digest,
}

#[derive(Serialize)]
struct Clock<'a> {
    class: &'static str,
    boot_id: &'a str,
    monotonic_ms: u64,
}

#[derive(Serialize)]
struct Offline {
    at_filing: bool,
}

/// A JSON value with the keys of every object in byte order, whatever map serde_json was built with.
struct Canonical<'a>(&'a Value);

impl Serialize for Canonical<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Object(fields) => {
                let sorted: BTreeMap<&str, &Value> =
                    fields.iter().map(|(k, v)| (k.as_str(), v)).collect();
                let mut map = serializer.serialize_map(Some(sorted.len()))?;
                for (key, value) in sorted {
                    map.serialize_entry(key, &Canonical(value))?;
                }
                map.end()
            }
            Value::Array(items) => {
                let mut seq = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    seq.serialize_element(&Canonical(item))?;
                }
                seq.end()
            }
            plain => plain.serialize(serializer),
        }
    }
}

fn form(form: &Form) -> Canonical<'_> {
    Canonical(form.value())
}

/// The body of a case: UTF-8 JSON without spaces, fields in a fixed order, absent options left out.
///
/// Called once, at filing; from then on only the bytes are used. They are wiped when dropped.
#[must_use]
pub fn freeze(
    draft: &Draft,
    key: &Key,
    number: &FilingNumber,
    stamp: &Stamp,
) -> Zeroizing<Vec<u8>> {
    // A buffer that grows leaves copies behind that nobody wipes, and one for the longest body takes longer to wipe than the
    // disk takes to keep it: what is longer than most is measured, and written once more.
    let (mut bytes, mut length) = (Zeroizing::new(Vec::with_capacity(USUAL)), 0);
    freeze_to(draft, key, number, stamp, |piece| {
        length += piece.len();
        if length <= USUAL {
            bytes.extend_from_slice(piece);
        }
    });
    if length > USUAL {
        bytes = Zeroizing::new(Vec::with_capacity(length));
        freeze_to(draft, key, number, stamp, |piece| {
            bytes.extend_from_slice(piece);
        });
    }
    bytes
}

/// Gives `to` the bytes of [`freeze`], piece by piece.
pub fn freeze_to(
    draft: &Draft,
    key: &Key,
    number: &FilingNumber,
    stamp: &Stamp,
    to: impl FnMut(&[u8]),
) {
    let body = Body {
        version: BODY_VERSION,
        idempotency_key: &key.0,
        filing_number: &number.0,
        channel: CHANNEL_OTHER,
        device: Device {
            id: &draft.device.id,
            town_code: &draft.device.town_code,
        },
        task_code: &draft.task_code,
        task_handle_item: draft.task_handle_item.as_deref(),
        task_name: &draft.task_name,
        dept: &draft.dept,
        catalogue_version: &draft.catalogue,
        bundle: draft.bundle.as_ref().map(|b| Bundle {
            id: &b.id,
            fsxbm: &b.parent_code,
            fsxmc: &b.parent_name,
            position: b.position,
            of: b.of,
        }),
        corrects: draft.corrects.as_ref().map(|c| c.key.0.as_str()),
        filing_date: draft.corrects.as_ref().map(|c| FilingDate {
            created_at: c.filing_date.wall_rfc3339.as_deref(),
            class: c.filing_date.clock_class.word(),
        }),
        applicant: Applicant {
            r#type: draft.applicant.kind.code(),
            name: &draft.applicant.name,
            cert_type: &draft.applicant.cert_type,
            cert_no: &draft.applicant.cert_no,
        },
        contact: Contact {
            mobile: draft.mobile.as_ref(),
        },
        form: form(&draft.form),
        materials: draft
            .materials
            .iter()
            .map(|m| Material {
                seq: &m.seq,
                name: &m.name,
                wjlx: m.form.code(),
                source: m.source.word(),
            })
            .collect(),
        delivery: Delivery {
            obtain_paper_way: draft.delivery.way.code(),
            address: draft.delivery.address.as_ref(),
        },
        consent: Consent {
            version: &draft.consent.version,
            items: &draft.consent.items,
        },
        signature: draft.signature.map(|attachment| Signature { attachment }),
        created_at: stamp.wall_rfc3339.as_deref(),
        clock: Clock {
            class: stamp.clock_class.word(),
            boot_id: &stamp.boot_id,
            monotonic_ms: stamp.monotonic_ms,
        },
        offline: Offline {
            at_filing: draft.offline,
        },
        attachments: draft.contents.iter().map(Content::attachment).collect(),
    };
    serde_json::to_writer(Pieces(to), &body)
        .expect("writing JSON with string keys to memory cannot fail");
}

/// Takes what is written piece by piece.
struct Pieces<F>(F);

impl<F: FnMut(&[u8])> std::io::Write for Pieces<F> {
    fn write(&mut self, piece: &[u8]) -> std::io::Result<usize> {
        (self.0)(piece);
        Ok(piece.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
#[path = "bytes_tests.rs"]
mod tests;
