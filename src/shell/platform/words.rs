//! Words of the written contract (`board/platform/openapi.json`): media types, problem types, states, bodies.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Media type of a case's frozen body.
pub const CASE: &str = "application/vnd.kiosk.case+json";
/// Media type of every answer about cases. Anything else, even with 200, is not an answer of the platform.
pub const ANSWER: &str = "application/vnd.kiosk.answer+json";
/// Media type of a catalogue bundle.
pub const CATALOGUE: &str = "application/vnd.kiosk.catalogue+json";
/// Media type of a piece of an attachment (draft-ietf-httpbis-resumable-upload).
pub const PIECE: &str = "application/partial-upload";
/// Media type of RFC 9457.
pub const PROBLEM: &str = "application/problem+json";
/// What every problem type of the contract begins with.
pub const PROBLEM_PREFIX: &str = "urn:kiosk:problem:";

/// Problem types, after [`PROBLEM_PREFIX`].
pub mod problem {
    /// Business refusal, final; the member `code` says which.
    pub const REJECTED: &str = "rejected";
    /// The platform is still working on this key (409).
    pub const IN_PROGRESS: &str = "in-progress";
    /// Same key, other body (422).
    pub const KEY_REUSED: &str = "key-reused";
    /// No such case, person, number or catalogue (404).
    pub const NOT_FOUND: &str = "not-found";
    /// The body does not match its `Content-Digest` (400).
    pub const DIGEST_MISMATCH: &str = "digest-mismatch";
    /// A header or the body breaks the contract (400, 405, 413, 415, 428).
    pub const INVALID: &str = "invalid";
    /// The case names attachments that the platform does not have whole (409); the member `missing` says which. No
    /// business refusal: they are uploaded and the case is sent again.
    pub const ATTACHMENT_MISSING: &str = "attachment-missing";
    /// All bytes of an attachment are there and are not its content (422). They were thrown away.
    pub const ATTACHMENT_DIGEST: &str = "attachment-digest";
    /// A piece begins elsewhere than where the platform's part ends (409); the member `expected_offset` says where.
    pub const UPLOAD_OFFSET: &str = "upload-offset";
    /// Another `Upload-Length` than before, or more bytes than it says (400).
    pub const UPLOAD_LENGTH: &str = "upload-length";
    /// A bundle that cannot be opened (400).
    pub const BUNDLE: &str = "bundle";
    /// The device is not allowed to do this (403).
    pub const FORBIDDEN: &str = "forbidden";
}

/// RFC 9457 problem details as the contract uses them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// URI, begins with [`PROBLEM_PREFIX`].
    #[serde(rename = "type")]
    pub kind: String,
    /// Short text for the engineer.
    #[serde(default)]
    pub title: String,
    /// HTTP status.
    #[serde(default)]
    pub status: u16,
    /// Business code of a refusal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Text for the person.
    #[serde(default)]
    pub detail: String,
}

/// State of a case at the platform (申办 → 预受理 → 受理 → 审批 → 办结 → 领证).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseState {
    /// 已提交.
    Submitted,
    /// 预受理通过.
    PreAccepted,
    /// 补正: something is missing; the case waits for the person.
    Supplement,
    /// 不予受理.
    NotAccepted,
    /// 受理.
    Accepted,
    /// 特别程序: the clock stands still.
    Suspended,
    /// 审批.
    Reviewing,
    /// 办结, 准予.
    Granted,
    /// 办结, 不予.
    Refused,
    /// 办结, 退件.
    Returned,
    /// 办结, 作废.
    Void,
    /// 待领取.
    ToCollect,
    /// 已寄出.
    Mailed,
    /// 已领取.
    Collected,
    /// A state that this firmware does not know yet.
    #[serde(other)]
    Unknown,
}

impl CaseState {
    /// Whether the platform still works on the case or waits for the person.
    #[must_use]
    pub fn is_open(self) -> bool {
        use CaseState::{Accepted, PreAccepted, Reviewing, Submitted, Supplement, Suspended};
        matches!(
            self,
            Submitted | PreAccepted | Supplement | Accepted | Suspended | Reviewing
        )
    }
}

/// Where a case stands, without anything personal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseStatus {
    /// 申办流水号.
    pub sblsh: String,
    /// 事项名称.
    pub task_name: String,
    /// State.
    pub state: CaseState,
    /// When it came into this state, RFC 3339.
    pub updated_at: String,
    /// When it counts as filed, RFC 3339: of a correction, when the refused case was filed that it corrects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filing_date: Option<String>,
}

/// A rating (好差评) with the names of the national interface. `pf` is always 5 (政务大厅其他终端).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rating {
    /// Division code of the machine.
    pub area_code: String,
    /// 实施编码.
    pub task_code: String,
    /// 事项名称.
    pub task_name: String,
    /// 办件编号: sblsh, or the filing number while there is none.
    pub project_no: String,
    /// Channel.
    pub pf: Terminal,
    /// 1 非常不满意 to 5 非常满意.
    pub satisfaction: u8,
    /// Codes of reasons, joined by commas.
    #[serde(default)]
    pub eval_detail: String,
    /// Free words of the person.
    #[serde(default)]
    pub writing_evaluation: String,
    /// RFC 3339.
    pub assess_time: String,
    /// 1 首次, 2 二次.
    pub assess_number: u8,
}

/// `pf` = `"5"`: the only channel this firmware is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Terminal {
    /// 政务大厅其他终端.
    #[default]
    #[serde(rename = "5")]
    HallTerminal,
}

impl fmt::Debug for Rating {
    /// Neither what the person wrote nor about which case.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Rating({} of 5)", self.satisfaction)
    }
}

impl Rating {
    /// Bytes to freeze and to send. An error only if a text cannot be written as JSON, which does not happen.
    pub fn to_bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(self)
    }
}

/// What `GET /cases/{key}` says of a key the platform has seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyRecord {
    /// `Content-Digest` of the body it holds.
    pub digest: String,
    /// Set if the case was taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acceptance: Option<crate::case::Acceptance>,
    /// Set if it was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rejection: Option<crate::case::Rejection>,
}

/// How much of an attachment the platform has. Also told in `Upload-Offset`, `Upload-Length` and `Upload-Complete`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadState {
    /// Its address.
    pub digest: crate::case::Digest,
    /// Bytes the platform has: where the next piece begins.
    pub offset: u64,
    /// Bytes of the whole.
    pub length: u64,
    /// All bytes are there and their digest is right.
    pub complete: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_of_tomorrow_is_unknown_and_not_an_error() {
        let state: CaseState = serde_json::from_str("\"teleported\"").unwrap();
        assert_eq!(state, CaseState::Unknown);
        assert!(!state.is_open());
    }

    #[test]
    fn a_rating_has_the_national_names_and_channel_five() {
        let rating = Rating {
            area_code: "440203101".into(),
            task_code: "12440203MB000000255442099001000".into(),
            task_name: "演示".into(),
            project_no: "A0001-7K-000001-X".into(),
            pf: Terminal::HallTerminal,
            satisfaction: 5,
            eval_detail: String::new(),
            writing_evaluation: String::new(),
            assess_time: "2026-11-22T09:00:00+08:00".into(),
            assess_number: 1,
        };
        let json: serde_json::Value = serde_json::from_slice(&rating.to_bytes().unwrap()).unwrap();
        assert_eq!(json["pf"], "5");
        assert_eq!(json["projectNo"], "A0001-7K-000001-X");
        assert_eq!(json["assessNumber"], 1);
        assert_eq!(format!("{rating:?}"), "Rating(5 of 5)");
    }
}
