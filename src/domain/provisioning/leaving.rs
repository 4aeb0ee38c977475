//! Leaving service for good: what keeps a machine from it, and what is told of each thing that it held.

use super::{Check, Saved};
use crate::order::{Order, Task};
use crate::text::Text;

/// Why a machine does not leave service.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Stays {
    /// Its state says that it is to be destroyed, and no signed order of the desk does.
    #[error("the state on disk says destroy, and no signed order for this machine does")]
    NotOrdered,
    /// Entries of the audit log are nowhere but here.
    #[error("{0} entries of the audit log were neither shipped nor exported")]
    Audit(u64),
}

impl Stays {
    /// One word for the journal.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::NotOrdered => "notOrdered",
            Self::Audit(_) => "auditUnshipped",
        }
    }

    /// What it means.
    #[must_use]
    pub fn meaning(&self) -> Text {
        match self {
            Self::NotOrdered => Text::new(
                "本机记录为“正在注销”，但没有后台签发的注销工单，已停止，什么都没有销毁。",
                "This machine's record says it is being decommissioned, but no signed order does. It stopped; nothing was destroyed.",
            ),
            Self::Audit(n) => Text::new(
                &format!("还有 {n} 条审计日志没有上传也没有导出，现在注销会丢失。"),
                &format!(
                    "{n} entries of the audit log were neither shipped nor exported and would be lost."
                ),
            ),
        }
    }

    /// What to do.
    #[must_use]
    pub fn action(&self) -> Text {
        match self {
            Self::NotOrdered => Text::new(
                "要注销，请出示后台签发的注销工单；不是要注销，请致电后台，可能有人改过本机文件。",
                "To decommission it, bring the desk's order. If nobody meant to, call the desk: somebody may have changed its files.",
            ),
            Self::Audit(_) => Text::new(
                "插入U盘后点“重试”，或执行 kiosk audit export 目录；必须丢弃时请后台签发强制注销工单。",
                "Plug in a stick and touch \"Again\", or `kiosk audit export DIR`; to lose them, the desk must order it by force.",
            ),
        }
    }
}

/// Whether `order`, whose signature was checked, lets this machine be destroyed. Its day is not asked for: what was begun in time is
/// finished after a power cut of any length; nor for the key of a machine that knows its name, for that key may be gone already.
#[must_use]
pub fn is_ordered(order: Option<&Order>, saved: &Saved, key: [u8; 8]) -> bool {
    order.is_some_and(|order| {
        let mine = match &saved.machine {
            Some(machine) => machine == order.machine.as_str(),
            None => order.bound_to.is_none_or(|bound| bound == key),
        };
        matches!(order.task, Task::Decommission { .. })
            && mine
            && order.issued_s > saved.last_issued_s
    })
}

/// Whether the order says that what only this machine has is to be lost: waiting cases, and entries of the audit log.
#[must_use]
pub fn is_forced(order: Option<&Order>) -> bool {
    order.is_some_and(|order| {
        order.task
            == Task::Decommission {
                with_waiting_cases: true,
            }
    })
}

/// What became of one thing: destroyed, or still there for the reason of an engineer.
#[must_use]
pub fn outcome(name: Text, left: Option<String>) -> Check {
    let found = match &left {
        None => Text::new("已销毁", "destroyed"),
        Some(why) => Text::new(
            &format!("未销毁！请取出存储卡，交后台销毁（{why}）"),
            &format!("NOT destroyed: take the card out and have the desk destroy it ({why})"),
        ),
    };
    Check {
        name,
        passed: Some(left.is_none()),
        found,
    }
}
