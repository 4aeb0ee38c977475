//! The smaller parts of an item.

use serde::{Deserialize, Serialize};

use super::{AgeRange, Day, Rule, citizen::Sex};
use crate::text::Text;

/// What the machine does with an item.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Files one case.
    #[default]
    Case,
    /// Tells what to do and reminds of dates; files nothing.
    Guide,
    /// 一件事: files several cases from one form.
    Bundle,
}

/// 实施主体.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dept {
    /// Unified social credit code.
    pub code: String,
    /// Name.
    pub name: Text,
}

/// 办件类型. In files 1 and 2; other systems number them the other way round, so the numbers are mapped here and by
/// whoever sends them, never passed through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum ProjectType {
    /// 1 即办件.
    Immediate,
    /// 2 承诺件.
    Promised,
}

impl TryFrom<u8> for ProjectType {
    type Error = &'static str;
    fn try_from(number: u8) -> Result<Self, Self::Error> {
        match number {
            1 => Ok(Self::Immediate),
            2 => Ok(Self::Promised),
            _ => Err("1 (即办件) or 2 (承诺件) expected"),
        }
    }
}

impl From<ProjectType> for u8 {
    fn from(kind: ProjectType) -> Self {
        match kind {
            ProjectType::Immediate => 1,
            ProjectType::Promised => 2,
        }
    }
}

/// Unit of a time limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unit {
    /// Working days.
    #[serde(rename = "工作日")]
    WorkingDays,
    /// Calendar days.
    #[serde(rename = "自然日")]
    Days,
    /// At once; the number of days is 0.
    #[serde(rename = "即办")]
    AtOnce,
}

/// A time limit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// How many.
    pub days: u16,
    /// Of what.
    pub unit: Unit,
    /// From when it counts, what is left out.
    #[serde(default)]
    pub explain: Text,
}

/// 收费.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fee {
    /// Whether it costs anything.
    #[serde(default)]
    pub is_fee: bool,
    /// 收费依据 and amount.
    #[serde(default)]
    pub basis: Text,
}

/// 办理形式.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Channels {
    /// 是否支持自助终端办理; an item for this machine says true.
    pub is_service_terminals: bool,
    /// 是否支持物流快递.
    #[serde(default)]
    pub is_express: bool,
    /// 是否支持预约办理.
    #[serde(default)]
    pub is_schedule: bool,
    /// 是否网办.
    #[serde(default)]
    pub is_online: bool,
}

/// How a person proves who they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Auth {
    /// Lowest level: 1 mobile, 2 number and name, 3 the card itself, 4 card and face.
    pub min_level: u8,
    /// Ways offered, e.g. `idcard`, `idcard+face`.
    #[serde(default)]
    pub items: Vec<String>,
}

/// A device an item needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Hardware {
    /// Identity card reader.
    IdReader,
    /// Receipt printer.
    Receipt,
    /// Scanner for paper.
    Scanner,
    /// Camera.
    Camera,
}

/// What is done while the line is down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Offline {
    /// The case is kept and sent later; the receipt says so.
    Queue,
    /// Not offered while offline.
    OnlineOnly,
    /// Only shows text, works always.
    Guide,
}

/// A condition for applying. It is answered from the card when `age`, `sex` or `address` is set and the card tells;
/// otherwise it is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// The question, answered yes or no.
    pub ask: Text,
    /// The answer that lets the person go on.
    #[serde(default = "yes")]
    pub need: bool,
    /// Why the condition is there.
    pub why: Text,
    /// What to do for somebody who does not meet it.
    pub instead: Text,
    /// Full years the person must have.
    pub age: Option<AgeRange>,
    /// Sex the person must have.
    pub sex: Option<Sex>,
    /// A place the address on the card must name, e.g. `武江区`.
    pub address: Option<String>,
}

fn yes() -> bool {
    true
}

/// How a material is handed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MaterialForm {
    /// 电子证照 or shared data: nothing to hand in.
    Electronic,
    /// Read by this machine from the thing itself.
    Read,
    /// Filled in on this machine.
    Form,
    /// Paper, to be scanned here or brought to a window.
    Paper,
}

/// 免证办: why a material need not be brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exempt {
    /// An electronic licence stands for it.
    ELicence,
    /// The authorities share the data.
    DataSharing,
    /// The card on the reader is it.
    IdCard,
    /// A written commitment stands for it (告知承诺).
    Commitment,
}

/// 申请材料.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Material {
    /// Identifier within the item, `M1` …
    pub seq: String,
    /// Name.
    pub name: Text,
    /// How it is handed in.
    pub form: MaterialForm,
    /// Why it need not be brought; absent: it must.
    pub exempt: Option<Exempt>,
    /// Who issues or shares it.
    #[serde(default)]
    pub source: Text,
}

/// How the result reaches the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Delivery {
    /// 自取 (`OBTAIN_PAPER_WAY` 0).
    #[serde(rename = "self")]
    Own,
    /// 邮寄 (`OBTAIN_PAPER_WAY` 1).
    Ems,
}

/// What is printed at the end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Print {
    /// A receipt with the number of the case.
    #[default]
    Receipt,
    /// A slip with the guide.
    Guide,
    /// Nothing.
    None,
}

/// 审批结果.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// Name.
    pub name: Text,
    /// What this machine prints.
    #[serde(default)]
    pub print: Print,
}

/// Signature on a commitment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// Whether the item cannot be sent without it.
    pub required: bool,
    /// 承诺书 in full.
    pub commitment: Text,
}

/// One case of a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubCase {
    /// 实施编码 of the item filed.
    pub task_code: String,
    /// Its name.
    pub task_name: Text,
    /// Who gets it.
    pub dept: Dept,
    /// The questions whose answers go along.
    pub answers: Vec<String>,
    /// Filed only when this holds.
    pub show_if: Option<Rule>,
}

/// Days of each year, both included. May run over New Year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// First day, `MM-DD`.
    pub from: String,
    /// Last day, `MM-DD`.
    pub to: String,
}

/// Reads `MM-DD`; 29 February is a day.
#[must_use]
pub fn month_day(text: &str) -> Option<(u8, u8)> {
    if text.len() != 5 || text.as_bytes()[2] != b'-' {
        return None;
    }
    let day = Day::parse(&format!("2000-{text}"))?;
    Some((day.month(), day.day()))
}

impl Window {
    /// Whether `today` is inside; a window that cannot be read is never open.
    #[must_use]
    pub fn is_open(&self, today: Day) -> bool {
        let (Some(from), Some(to)) = (month_day(&self.from), month_day(&self.to)) else {
            return false;
        };
        let now = (today.month(), today.day());
        if from <= to {
            from <= now && now <= to
        } else {
            now >= from || now <= to
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_includes_both_ends_and_may_run_over_new_year() {
        let window = |from: &str, to: &str| Window {
            from: from.into(),
            to: to.into(),
        };
        let on = |w: &Window, m, d| w.is_open(Day::new(2026, m, d).unwrap());
        let report = window("01-01", "06-30");
        assert!(on(&report, 1, 1) && on(&report, 6, 30) && !on(&report, 7, 1));
        let winter = window("12-01", "02-29");
        assert!(on(&winter, 12, 31) && on(&winter, 2, 28) && !on(&winter, 3, 1));
        assert!(!on(&window("13-01", "06-30"), 3, 1));
    }

    #[test]
    fn kinds_of_case_are_numbers_with_one_meaning() {
        assert_eq!(ProjectType::try_from(1), Ok(ProjectType::Immediate));
        assert_eq!(u8::from(ProjectType::Promised), 2);
        assert!(ProjectType::try_from(3).is_err());
    }
}
