//! The steps from a blank machine to one in service, and what is kept between them.

use serde::{Deserialize, Serialize};

use crate::text::Text;

/// A step. Their order is that of the way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Step {
    /// An order is waited for.
    #[default]
    Order,
    /// The clock takes the order's time as a lower bound.
    Clock,
    /// The machine's key is made.
    Key,
    /// The certificate is asked for.
    Enrol,
    /// Configuration, catalogue, content and token are fetched.
    Fetch,
    /// Devices are looked for and entered.
    Devices,
    /// The doctor looks at everything.
    Doctor,
    /// The acceptance slip is printed and the district told.
    Slip,
    /// In service.
    InService,
    /// Keys and data are destroyed.
    Destroy,
    /// Out of service for good.
    Destroyed,
}

impl Step {
    /// The steps into service, for the page.
    pub const WAY: [Self; 8] = [
        Self::Order,
        Self::Clock,
        Self::Key,
        Self::Enrol,
        Self::Fetch,
        Self::Devices,
        Self::Doctor,
        Self::Slip,
    ];

    pub(super) fn next(self) -> Self {
        match self {
            Self::Order => Self::Clock,
            Self::Clock => Self::Key,
            Self::Key => Self::Enrol,
            Self::Enrol => Self::Fetch,
            Self::Fetch => Self::Devices,
            Self::Devices => Self::Doctor,
            Self::Doctor => Self::Slip,
            Self::Slip | Self::InService => Self::InService,
            Self::Destroy | Self::Destroyed => Self::Destroyed,
        }
    }

    /// Whether nothing more is done by itself.
    #[must_use]
    pub fn is_end(self) -> bool {
        matches!(self, Self::Order | Self::InService | Self::Destroyed)
    }

    /// Its word on the command line and in the journal.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Order => "order",
            Self::Clock => "clock",
            Self::Key => "key",
            Self::Enrol => "enrol",
            Self::Fetch => "fetch",
            Self::Devices => "devices",
            Self::Doctor => "doctor",
            Self::Slip => "slip",
            Self::InService => "inService",
            Self::Destroy => "destroy",
            Self::Destroyed => "destroyed",
        }
    }

    /// What it is called on the page.
    #[must_use]
    pub fn name(self) -> Text {
        let t = Text::new;
        match self {
            Self::Order => t("读取工单", "Work order"),
            Self::Clock => t("校准时钟", "Clock"),
            Self::Key => t("生成本机密钥", "This machine's key"),
            Self::Enrol => t("领取证书", "Certificate"),
            Self::Fetch => t("下载配置和事项", "Configuration and items"),
            Self::Devices => t("查找设备", "Devices"),
            Self::Doctor => t("自检", "Check"),
            Self::Slip => t("打印验收单", "Acceptance slip"),
            Self::InService => t("已投入使用", "In service"),
            Self::Destroy => t("销毁密钥和数据", "Keys and data are destroyed"),
            Self::Destroyed => t("已注销", "Out of service for good"),
        }
    }
}

/// What was looked at, and whether it is well; on the page and on the slip.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// What.
    pub name: Text,
    /// Whether it passed; none where it could not be looked at.
    pub passed: Option<bool>,
    /// What was found.
    pub found: Text,
}

/// What is kept across restarts: `state.json` beside the key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Saved {
    /// The step that comes next.
    pub step: Step,
    /// Text of the order that is followed; gone when the machine is in service, for it holds a password.
    pub order: Option<String>,
    /// When the order was issued that was followed last, Unix seconds. An older one is not followed again.
    pub last_issued_s: u32,
    /// Which machine this is, once it has its certificate.
    pub machine: Option<String>,
    /// Its division, 12 digits.
    pub division: Option<String>,
    /// Its site.
    pub site: Option<String>,
    /// `https://host[:port]` of enrolment and fleet.
    pub server: Option<String>,
    /// SHA-256 of the authority's public key, 64 hexadecimal digits.
    pub ca: Option<String>,
    /// What the doctor found.
    pub checks: Vec<Check>,
    /// Somebody accepted it in spite of faults.
    pub accepted_unwell: bool,
}

impl Saved {
    /// How many of the doctor's checks did not pass.
    #[must_use]
    pub fn faults(&self) -> usize {
        let failed = |check: &&Check| check.passed == Some(false);
        self.checks.iter().filter(failed).count()
    }
}
