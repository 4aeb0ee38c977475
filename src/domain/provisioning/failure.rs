//! Why a step was not done: what it means and what to do, for the technician before the machine and for the engineer.

use std::time::Duration;

use super::Stays;
use crate::order::NotAnOrder;
use crate::text::Text;

/// Why a step of provisioning, or a renewal, was not done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The text is no order of this district.
    #[error(transparent)]
    Order(#[from] NotAnOrder),
    /// It may not leave service.
    #[error(transparent)]
    Stays(#[from] Stays),
    /// Its day is over.
    #[error("the order expired")]
    OrderExpired,
    /// This machine has followed it, or a later one, before.
    #[error("the order was used on this machine already")]
    OrderUsed,
    /// It is for the machine with another key.
    #[error("the order is bound to another machine's key")]
    OtherKey,
    /// This machine is another one already, at another site.
    #[error("this machine is {0} already; the order is for another")]
    OtherMachine(String),
    /// No connection.
    #[error("{0}: no connection")]
    Unreachable(String),
    /// No answer in time, or half of one.
    #[error("no whole answer in time")]
    TimedOut,
    /// A page of somebody else answers, as of a portal where one logs in.
    #[error("something else answers in the server's place")]
    Portal,
    /// None of the server's authorities is the one that the order names.
    #[error("the certificate authority is not the one of the order")]
    WrongAuthority,
    /// The server's certificate is not of that authority, or for another name.
    #[error("the server's certificate does not hold: {0}")]
    ServerCertificate(String),
    /// Certificates are not valid yet, by this machine's clock.
    #[error("by this machine's clock the server's certificate is not valid yet")]
    Clock,
    /// The server wants somebody to agree first (202).
    #[error("the server wants us to ask again in {retry_after_s} s")]
    Pending {
        /// When to ask again, seconds.
        retry_after_s: u32,
    },
    /// The password is not taken: used by another machine, expired or revoked (401, 403).
    #[error("the server refuses (status {0})")]
    Refused(u16),
    /// It is ill (5xx, 429).
    #[error("the server has a trouble of its own (status {0})")]
    ServerTrouble(u16),
    /// It answers what the contract does not know.
    #[error("the server's answer is not understood: {0}")]
    NotUnderstood(String),
    /// The certificate is for another key than this machine's.
    #[error("the certificate is for another key")]
    WrongKey,
    /// It is for another name than the order's.
    #[error("the certificate is for {0:?}")]
    WrongName(String),
    /// It is not valid yet.
    #[error("the certificate is not valid yet")]
    NotYetValid,
    /// It is not of the authority.
    #[error("the certificate is not signed by the authority: {0}")]
    NotOfAuthority(String),
    /// Files that the server gives are missing or not as it said.
    #[error("{0}: missing or not as announced")]
    Setup(String),
    /// The configuration that it gives has mistakes.
    #[error("kiosk.toml: {0}")]
    Configuration(String),
    /// Nobody answered at any serial port.
    #[error("no device was found")]
    NoDevice,
    /// More than one device of a kind, or two settings contradict each other.
    #[error("which device is meant is not clear: {0}")]
    Undecided(String),
    /// The doctor has found faults.
    #[error("the doctor found {0} faults")]
    Unwell(usize),
    /// The acceptance slip was not printed.
    #[error("the slip was not printed: {0}")]
    NotPrinted(String),
    /// Cases wait that would be lost.
    #[error("{0} cases wait to be sent")]
    CasesWait(u64),
    /// The firmware runs and has the store and the devices.
    #[error("the firmware runs")]
    FirmwareRuns,
    /// A file of this machine.
    #[error("{0}")]
    Disk(String),
    /// There is no identity to work with.
    #[error("this machine has no certificate")]
    NoIdentity,
}

/// When a step is done again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// By itself, after the given time or a longer one the more often it has failed.
    After(Duration),
    /// When a person has done something about it and says so, or brings another order.
    WhenTold,
    /// Only with another order.
    NewOrder,
}

impl Failure {
    /// When to do it again.
    #[must_use]
    pub fn again(&self) -> Again {
        match self {
            Self::Unreachable(_) | Self::TimedOut | Self::ServerTrouble(_) | Self::Portal => {
                Again::After(Duration::from_secs(5))
            }
            Self::Pending { retry_after_s } => Again::After(Duration::from_secs(u64::from(
                (*retry_after_s).clamp(1, 3600),
            ))),
            Self::NoDevice | Self::Unwell(_) | Self::NotPrinted(_) => {
                Again::After(Duration::from_secs(30))
            }
            Self::Order(_)
            | Self::OrderExpired
            | Self::OrderUsed
            | Self::OtherKey
            | Self::OtherMachine(_)
            | Self::WrongAuthority
            | Self::Refused(_)
            | Self::WrongName(_) => Again::NewOrder,
            Self::ServerCertificate(_)
            | Self::Clock
            | Self::NotUnderstood(_)
            | Self::WrongKey
            | Self::NotYetValid
            | Self::NotOfAuthority(_)
            | Self::Setup(_)
            | Self::Configuration(_)
            | Self::Undecided(_)
            | Self::CasesWait(_)
            | Self::Stays(_)
            | Self::FirmwareRuns
            | Self::Disk(_)
            | Self::NoIdentity => Again::WhenTold,
        }
    }

    /// One word for the journal.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Order(_) => "order",
            Self::Stays(stays) => stays.word(),
            Self::OrderExpired => "orderExpired",
            Self::OrderUsed => "orderUsed",
            Self::OtherKey => "otherKey",
            Self::OtherMachine(_) => "otherMachine",
            Self::Unreachable(_) => "unreachable",
            Self::TimedOut => "timedOut",
            Self::Portal => "portal",
            Self::WrongAuthority => "wrongAuthority",
            Self::ServerCertificate(_) => "serverCertificate",
            Self::Clock => "clock",
            Self::Pending { .. } => "pending",
            Self::Refused(_) => "refused",
            Self::ServerTrouble(_) => "serverTrouble",
            Self::NotUnderstood(_) => "notUnderstood",
            Self::WrongKey => "wrongKey",
            Self::WrongName(_) => "wrongName",
            Self::NotYetValid => "notYetValid",
            Self::NotOfAuthority(_) => "notOfAuthority",
            Self::Setup(_) => "setup",
            Self::Configuration(_) => "configuration",
            Self::NoDevice => "noDevice",
            Self::Undecided(_) => "undecided",
            Self::Unwell(_) => "unwell",
            Self::NotPrinted(_) => "notPrinted",
            Self::CasesWait(_) => "casesWait",
            Self::FirmwareRuns => "firmwareRuns",
            Self::Disk(_) => "disk",
            Self::NoIdentity => "noIdentity",
        }
    }

    /// What it means.
    #[must_use]
    pub fn meaning(&self) -> Text {
        let t = Text::new;
        match self {
            Self::Order(fault) => fault.meaning(),
            Self::Stays(stays) => stays.meaning(),
            Self::OrderExpired => t(
                "工单已过期（有效期最长 24 小时）。",
                "The work order has expired (it is good for 24 hours at most).",
            ),
            Self::OrderUsed => t(
                "这张工单已在本机用过。",
                "This work order was used on this machine already.",
            ),
            Self::OtherKey => t(
                "这张工单是签发给另一台机器的。",
                "This work order was made for another machine.",
            ),
            Self::OtherMachine(id) => t(
                &format!("本机已开通为 {id}，与工单不符。"),
                &format!("This machine is {id} already; the order names another."),
            ),
            Self::Unreachable(host) => t(
                &format!("连不上服务器 {host}。"),
                &format!("The server {host} cannot be reached."),
            ),
            Self::TimedOut => t("服务器没有按时答复。", "The server did not answer in time."),
            Self::Portal => t(
                "答复的不是服务器，可能是上网认证页。",
                "Something else answers in the server's place, perhaps a login page.",
            ),
            Self::WrongAuthority => t(
                "服务器的证书机构与工单不符。",
                "The server's certificate authority is not the one in the order.",
            ),
            Self::ServerCertificate(_) => t(
                "服务器的证书无效。",
                "The server's certificate does not hold.",
            ),
            Self::Clock => t(
                "按本机时钟，服务器证书尚未生效：本机时间不对。",
                "By this machine's clock the server's certificate is not valid yet: the clock is wrong.",
            ),
            Self::Pending { .. } => t(
                "服务器在等待人工批准。",
                "The server waits for somebody to approve.",
            ),
            Self::Refused(_) => t(
                "服务器不接受此工单：已用过、已过期或已作废。",
                "The server does not take this order: used, expired or revoked.",
            ),
            Self::ServerTrouble(_) => {
                t("服务器暂时有故障。", "The server has a trouble of its own.")
            }
            Self::NotUnderstood(_) => t(
                "服务器的答复看不懂，双方接口不一致。",
                "The server's answer is not understood: the two sides do not keep the same contract.",
            ),
            Self::WrongKey => t(
                "发来的证书不是本机密钥的。",
                "The certificate is not for this machine's key.",
            ),
            Self::WrongName(_) => t(
                "发来的证书不是这台机器编号的。",
                "The certificate is for another machine id.",
            ),
            Self::NotYetValid => t("发来的证书尚未生效。", "The certificate is not valid yet."),
            Self::NotOfAuthority(_) => t(
                "发来的证书不是该机构签发的。",
                "The certificate was not signed by the authority.",
            ),
            Self::Setup(name) => t(
                &format!("服务器上的文件 {name} 缺失或损坏。"),
                &format!("The server's file {name} is missing or damaged."),
            ),
            Self::Configuration(_) => t(
                "下发的配置文件有误。",
                "The configuration that the server gives has mistakes.",
            ),
            Self::NoDevice => t(
                "没有找到任何串口设备。",
                "No device was found at any serial port.",
            ),
            Self::Undecided(what) => t(
                &format!("设备不能确定：{what}。"),
                &format!("Which device is meant is not clear: {what}."),
            ),
            Self::Unwell(n) => t(
                &format!("自检发现 {n} 项故障。"),
                &format!("The check found {n} faults."),
            ),
            Self::NotPrinted(_) => t(
                "验收单没有打印出来。",
                "The acceptance slip was not printed.",
            ),
            Self::CasesWait(n) => t(
                &format!("本机还有 {n} 件办件没有上传，现在注销会丢失。"),
                &format!("{n} cases wait to be sent and would be lost."),
            ),
            Self::FirmwareRuns => t(
                "固件正在运行，占用数据和设备。",
                "The firmware runs and holds data and devices.",
            ),
            Self::Disk(_) => t("本机存储读写失败。", "This machine's storage failed."),
            Self::NoIdentity => t("本机还没有证书。", "This machine has no certificate yet."),
        }
    }

    /// What to do.
    #[must_use]
    pub fn action(&self) -> Text {
        let t = Text::new;
        match self {
            Self::Order(NotAnOrder::Truncated) => t(
                "把二维码放平、擦净扫码窗，再扫一次。",
                "Hold the code flat, wipe the scanner's window and scan again.",
            ),
            Self::Order(NotAnOrder::Version(_)) => t(
                "请后台按本机固件版本重新签发，或先升级固件。",
                "Ask the desk for an order for this firmware, or update the firmware first.",
            ),
            Self::Order(_) | Self::OtherKey | Self::WrongName(_) => t(
                "请向后台核对并重新签发工单。",
                "Ask the desk to check and make a new order.",
            ),
            Self::OrderExpired => t(
                "请后台重新签发；若本机时间不对，先校准时钟。",
                "Ask the desk for a new one; if this machine's clock is wrong, set it first.",
            ),
            Self::OrderUsed | Self::Refused(_) => {
                t("请后台重新签发一张工单。", "Ask the desk for a new order.")
            }
            Self::OtherMachine(_) => t(
                "要换点位，请先用注销工单注销本机，再扫新工单。",
                "To move it, decommission it with an order for that first, then scan the new one.",
            ),
            Self::Unreachable(_) => t(
                "检查网线、路由器和卡；本机会自动重试。",
                "Look at the cable, the router and its card; it is tried again by itself.",
            ),
            Self::TimedOut | Self::ServerTrouble(_) => t(
                "不用操作，本机会自动重试。",
                "Nothing to do: it is tried again by itself.",
            ),
            Self::Portal => t(
                "请网络管理员给本机免认证；本机会自动重试。",
                "Ask the network's keeper to let this machine through; it is tried again by itself.",
            ),
            Self::WrongAuthority | Self::ServerCertificate(_) | Self::NotOfAuthority(_) => t(
                "不要继续。请致电后台核对服务器证书。",
                "Do not go on. Call the desk to check the server's certificate.",
            ),
            Self::Clock | Self::NotYetValid => t(
                "校准本机或服务器的时钟，再点“重试”。",
                "Set this machine's clock or the server's, then touch \"Again\".",
            ),
            Self::Pending { .. } => t(
                "请后台批准；本机会自动再问。",
                "Ask the desk to approve; it is asked again by itself.",
            ),
            Self::NotUnderstood(_) | Self::WrongKey | Self::Setup(_) | Self::Configuration(_) => t(
                "请致电后台处理，然后点“重试”。",
                "Call the desk, then touch \"Again\".",
            ),
            Self::NoDevice => t(
                "检查读卡器、打印机的电源和接线。",
                "Look at power and cables of reader and printer.",
            ),
            Self::Undecided(_) => t(
                "每种设备只接一台，再点“重试”。",
                "Connect one device of each kind, then touch \"Again\".",
            ),
            Self::Unwell(_) => t(
                "按下面各项处理后点“重试”，或点“照此验收”。",
                "Mend what is listed and touch \"Again\", or accept it as it is.",
            ),
            Self::NotPrinted(_) => t(
                "检查打印机和纸，再点“重试”。",
                "Look at printer and paper, then touch \"Again\".",
            ),
            Self::Stays(stays) => stays.action(),
            Self::CasesWait(_) => t(
                "等上传完成，或导出到U盘后再注销；必须丢弃时请后台签发强制注销工单。",
                "Wait until they are sent or export them; to lose them, the desk must order it by force.",
            ),
            Self::FirmwareRuns => t(
                "先执行 systemctl stop kiosk。",
                "`systemctl stop kiosk` first.",
            ),
            Self::Disk(_) => t(
                "检查存储卡和剩余空间，再点“重试”。",
                "Look at the card and its free space, then touch \"Again\".",
            ),
            Self::NoIdentity => t(
                "先用工单开通本机。",
                "Bring it into service with an order first.",
            ),
        }
    }
}
