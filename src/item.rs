//! An item (事项): one thing a person can get done, as data. Field names are those of the national item elements
//! (GB/T 39554.2, 实施清单) where there is one; unknown fields are errors so that a typing mistake is found on a desk.

pub mod bank_card;
pub mod catalogue;
pub mod check;
pub mod citizen;
pub mod day;
pub mod licence;
pub mod mobile;
pub mod parts;
pub mod question;
pub mod rule;
pub mod spelling;
pub mod task_code;
pub mod uscc;

use serde::{Deserialize, Serialize};

use crate::text::Text;
pub use catalogue::{Catalogue, Situation};
pub use day::Day;
pub use parts::{
    Auth, Channels, Condition, Delivery, Dept, Exempt, Fee, Hardware, Kind, Material, MaterialForm,
    Offline, Outcome, Print, ProjectType, Signature, SubCase, Term, Unit, Window,
};
pub use question::{AddressLevel, Choice, PrefillKey, Question, QuestionKind};
pub use rule::{AgeRange, Rule};

/// One item of the catalogue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Version of this file's shape, 1.
    pub schema: u8,
    /// What the machine does with it.
    #[serde(default)]
    pub kind: Kind,
    /// 实施编码, see [`task_code`].
    pub task_code: String,
    /// 基本编码, characters 20–31 of the code.
    pub catalog_code: String,
    /// 事项名称.
    pub task_name: Text,
    /// 别名: what people call it.
    #[serde(default)]
    pub alias: Vec<String>,
    /// More words to find it by, Chinese or pinyin.
    #[serde(default)]
    pub keywords: Vec<String>,
    /// One sentence for the list: what it is good for.
    pub summary: Text,
    /// 事项类型, two digits as in the code.
    pub task_type: String,
    /// 行使层级, `1` to `6` as in the code.
    pub use_level: String,
    /// 实施主体.
    pub dept: Dept,
    /// 服务对象: `1` person, `2` legal person.
    pub server_type: Vec<String>,
    /// 办件类型.
    pub project_type: ProjectType,
    /// 法定办结时限.
    pub anticipate: Term,
    /// 承诺办结时限.
    pub promise: Term,
    /// 到现场次数.
    #[serde(default)]
    pub limit_scene_num: u8,
    /// 收费.
    #[serde(default)]
    pub fee: Fee,
    /// 通办范围.
    pub handle_area: Text,
    /// 办理形式.
    pub channels: Channels,
    /// How a person proves who they are.
    pub auth: Auth,
    /// Devices without which the item cannot be started.
    #[serde(default)]
    pub hardware: Vec<Hardware>,
    /// What is done while the line is down.
    pub offline: Offline,
    /// 9-digit codes of the towns that accept it; empty: all.
    #[serde(default)]
    pub towns: Vec<String>,
    /// Identifiers of the situations (生活情形) it belongs to.
    pub situations: Vec<String>,
    /// Who may apply, asked or read from the card before anything is typed.
    #[serde(default)]
    pub conditions: Vec<Condition>,
    /// The questions in their order.
    #[serde(default)]
    pub form: Vec<Question>,
    /// 申请材料.
    #[serde(default)]
    pub materials: Vec<Material>,
    /// Ways the result reaches the person.
    #[serde(default)]
    pub delivery: Vec<Delivery>,
    /// 审批结果.
    pub result: Outcome,
    /// Notice before personal data is used (PIPL articles 17, 29, 30).
    pub consent: Text,
    /// What is agreed to apart, with a tick of its own: sensitive data such as a bank account (PIPL article 29). Empty
    /// where there is none.
    #[serde(default)]
    pub consent_sensitive: Text,
    /// Signature and commitment (承诺书), where the item asks for one.
    pub signature: Option<Signature>,
    /// The cases a bundle (一件事) becomes; empty for anything else.
    #[serde(default)]
    pub cases: Vec<SubCase>,
    /// Days of each year in which it can be done; a guide outside them says when to come back.
    pub window: Option<Window>,
    /// What happens after, or for a guide, what to do.
    pub next_steps: Vec<Text>,
    /// 咨询方式.
    pub link_way: String,
    /// 监督投诉方式.
    pub supervise_way: String,
    /// Version of the item, counts up.
    pub version: u32,
    /// First day it is offered.
    pub effective: Day,
    /// Last day it is offered.
    pub expires: Day,
    /// 1 is asked for most often.
    #[serde(default = "last_rank")]
    pub rank: u16,
    /// Where the content comes from; demo data says so here.
    #[serde(default)]
    pub source: String,
}

fn last_rank() -> u16 {
    999
}

impl Item {
    /// The question of an identifier.
    #[must_use]
    pub fn question(&self, id: &str) -> Option<&Question> {
        self.form.iter().find(|q| q.id == id)
    }

    /// Whether it cannot be sent without a handwritten confirmation.
    #[must_use]
    pub fn wants_signature(&self) -> bool {
        self.signature.as_ref().is_some_and(|s| s.required)
    }

    /// Whether it asks for data that needs a consent of its own.
    #[must_use]
    pub fn asks_sensitive(&self) -> bool {
        self.form.iter().any(|q| q.kind == QuestionKind::BankCard)
    }

    /// Whether a machine in `town` (9 digits) accepts it.
    #[must_use]
    pub fn accepted_in(&self, town: &str) -> bool {
        self.towns.is_empty() || self.towns.iter().any(|t| t == town)
    }

    /// Whether it is offered on `today`: between [`Self::effective`] and [`Self::expires`], both included.
    #[must_use]
    pub fn offered_on(&self, today: Day) -> bool {
        (self.effective..=self.expires).contains(&today)
    }
}

#[cfg(test)]
pub(crate) mod tests;
