//! What a visit hands over for one case. Field names follow the provincial case record
//! (`EX_GDBS_SB`, `EX_GDBS_SBCL`) where it has one.

use std::fmt;

use serde_json::Value;
use zeroize::Zeroize;

use super::content::Content;
use super::digest::Digest;
use super::private::Private;
use super::refused::Correction;

/// One case before it is filed. Personal texts are wiped when it is dropped and never printed.
#[derive(Clone, Debug)]
pub struct Draft {
    /// 实施编码, 31 or 33 characters.
    pub task_code: String,
    /// 业务办理项编码, if the item has one.
    pub task_handle_item: Option<String>,
    /// Name of the item as shown to the person.
    pub task_name: String,
    /// 实施主体, the authority that decides.
    pub dept: String,
    /// Who files.
    pub applicant: Applicant,
    /// Mobile phone for news of the case, if one was given.
    pub mobile: Option<Private>,
    /// Answers of the form.
    pub form: Form,
    /// Materials in the order of the item's list.
    pub materials: Vec<Material>,
    /// Files that belong to the case (signature, scans, photos), at most [`super::ATTACHMENTS_MAX`]: its attachments.
    /// They are stored with the case and sent before it.
    pub contents: Vec<Content>,
    /// How the result is handed over.
    pub delivery: Delivery,
    /// What the person agreed to.
    pub consent: Consent,
    /// Handwritten confirmation, if the item asks for one: which of [`Self::contents`] it is
    /// ([`super::Signature::content`]).
    pub signature: Option<Digest>,
    /// The machine and where it stands.
    pub device: DeviceId,
    /// Version of the catalogue that the questions came from.
    pub catalogue: String,
    /// True if there was no line when the person filed.
    pub offline: bool,
    /// Place in a 一件事, if the case is part of one.
    pub bundle: Option<BundlePart>,
    /// The refused case that this one corrects, if it does.
    pub corrects: Option<Correction>,
}

/// Who files (申请人).
#[derive(Clone, Debug)]
pub struct Applicant {
    /// SQRMC.
    pub name: Private,
    /// SQRZJLX: `10` is the resident identity card; permits have others.
    pub cert_type: String,
    /// SQRZJHM.
    pub cert_no: Private,
    /// SQRLX.
    pub kind: ApplicantKind,
}

/// SQRLX 申请人类型.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApplicantKind {
    /// 1 个人.
    Person,
    /// 2 企业.
    Enterprise,
    /// 3 其他.
    Other,
}

impl ApplicantKind {
    /// Code at the wire.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Person => 1,
            Self::Enterprise => 2,
            Self::Other => 3,
        }
    }
}

/// Answers of a form: a JSON object of field name → answer. Strings are wiped on drop, `Debug` hides them.
#[derive(Clone, Default, PartialEq)]
pub struct Form(Value);

impl Form {
    /// Takes over the answers.
    #[must_use]
    pub fn new(answers: Value) -> Self {
        Self(answers)
    }

    /// The answers.
    #[must_use]
    pub fn value(&self) -> &Value {
        &self.0
    }
}

impl From<Value> for Form {
    fn from(answers: Value) -> Self {
        Self(answers)
    }
}

impl fmt::Debug for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields = self.0.as_object().map_or(1, serde_json::Map::len);
        write!(f, "Form({fields} fields)")
    }
}

impl Drop for Form {
    fn drop(&mut self) {
        wipe(&mut self.0);
    }
}

fn wipe(value: &mut Value) {
    match value {
        Value::String(text) => text.zeroize(),
        Value::Array(items) => items.iter_mut().for_each(wipe),
        Value::Object(fields) => fields.iter_mut().for_each(|(_, v)| wipe(v)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// One material (申办材料).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Material {
    /// STUFF_SEQ, as the catalogue names it, e.g. `M1`.
    pub seq: String,
    /// CLMC.
    pub name: String,
    /// WJLX.
    pub form: MaterialForm,
    /// Where it comes from.
    pub source: MaterialSource,
}

/// WJLX: how a material is handed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MaterialForm {
    /// 0 纸质.
    Paper,
    /// 1 电子.
    Electronic,
}

impl MaterialForm {
    /// Code at the wire.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Paper => 0,
            Self::Electronic => 1,
        }
    }
}

/// Where a material comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MaterialSource {
    /// 免提交: an electronic licence (电子证照).
    Licence,
    /// 免提交: shared data of another authority.
    SharedData,
    /// 告知承诺: a promise instead of a proof.
    Promise,
    /// Scanned at the machine.
    Scanned,
    /// To be handed in at a counter later.
    Counter,
}

impl MaterialSource {
    /// Word at the wire.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Licence => "licence",
            Self::SharedData => "shared_data",
            Self::Promise => "promise",
            Self::Scanned => "scanned",
            Self::Counter => "counter",
        }
    }
}

/// How the result is handed over.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// OBTAIN_PAPER_WAY.
    pub way: PaperWay,
    /// Where to, for the post.
    pub address: Option<Private>,
}

/// OBTAIN_PAPER_WAY.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaperWay {
    /// 0 自取.
    Collect,
    /// 1 邮寄.
    Post,
}

impl PaperWay {
    /// Code at the wire.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Collect => 0,
            Self::Post => 1,
        }
    }
}

/// What the person agreed to before filing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    /// Version of the text that was shown.
    pub version: String,
    /// Names of the points agreed to.
    pub items: Vec<String>,
}

/// The machine and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceId {
    /// Machine number as printed on its plate.
    pub id: String,
    /// 9 or 12 digit code of the town or street.
    pub town_code: String,
}

/// Place of a case in a 一件事 (several items filed at once).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BundlePart {
    /// Same for all parts. Left empty by the visit: the store puts the first part's filing number here.
    pub id: String,
    /// FSXBM, code of the parent item.
    pub parent_code: String,
    /// FSXMC, its name.
    pub parent_name: String,
    /// 1 to `of`.
    pub position: u8,
    /// How many parts.
    pub of: u8,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn form_is_wiped_at_every_depth() {
        let mut value = json!({"a": "secret", "b": ["secret", {"c": "secret"}], "n": 1});
        wipe(&mut value);
        assert_eq!(value, json!({"a": "", "b": ["", {"c": ""}], "n": 1}));
    }

    #[test]
    fn debug_of_a_form_hides_the_answers() {
        let shown = format!("{:?}", Form::new(json!({"bank_account": "6222"})));
        assert_eq!(shown, "Form(1 fields)");
    }
}
