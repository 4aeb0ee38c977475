//! One line of the doctor: grade, what it is about, what it means, what to do.

use std::fmt;

use kiosk::wire::gauge::Counts;
use serde::Serialize;

/// How bad it is, rising.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Grade {
    /// As it should be.
    #[default]
    Ok,
    /// Cannot be seen from here; no judgement.
    Unseen,
    /// The machine works; somebody should look.
    Attention,
    /// The machine does not do its work, or soon will not.
    Fault,
}

/// What was found of one thing.
#[derive(Debug, Serialize)]
pub struct Finding {
    pub grade: Grade,
    /// Name for programs.
    pub check: &'static str,
    #[serde(skip)]
    name: (&'static str, &'static str),
    pub zh: String,
    pub en: String,
    pub action_zh: Option<String>,
    pub action_en: Option<String>,
    /// What passed on a port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counts: Option<Counts>,
}

impl Finding {
    pub fn new(grade: Grade, check: &'static str, zh: &'static str, en: &'static str) -> Self {
        Self {
            grade,
            check,
            name: (zh, en),
            zh: String::new(),
            en: String::new(),
            action_zh: None,
            action_en: None,
            counts: None,
        }
    }

    /// What it is about, Chinese and English.
    pub fn name(&self) -> (&'static str, &'static str) {
        self.name
    }

    /// What it means.
    pub fn meaning(mut self, zh: &str, en: &str) -> Self {
        (self.zh, self.en) = (zh.to_owned(), en.to_owned());
        self
    }

    /// What to do.
    pub fn action(mut self, zh: &str, en: &str) -> Self {
        (self.action_zh, self.action_en) = (Some(zh.to_owned()), Some(en.to_owned()));
        self
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let grade = match self.grade {
            Grade::Ok => "正常 ok",
            Grade::Unseen => "未见 not seen",
            Grade::Attention => "注意 attention",
            Grade::Fault => "故障 fault",
        };
        let (zh, en) = self.name;
        write!(f, "[{grade}] {zh} {en}: {}", self.zh)?;
        if self.en != self.zh {
            write!(f, "\n    {}", self.en)?;
        }
        if let (Some(zh), Some(en)) = (&self.action_zh, &self.action_en) {
            write!(f, "\n    处理：{zh}\n    do: {en}")?;
        }
        Ok(())
    }
}
