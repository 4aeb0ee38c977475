//! What can be chosen on the page of the stick, and what it tells of the update.

use super::Facts;
use crate::fleet::standing::{Last, Stage, Standing};
use crate::text::Text;

/// Most updates that are offered: a stick with more is one that somebody should tidy up.
pub const BUNDLES_SHOWN: usize = 4;

/// One choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StickChoice {
    /// Put what waits on the stick.
    Export,
    /// Install this file.
    Install(String),
    /// Agree to the action that waits for a technician, or not.
    Answer(String, bool),
}

/// The choices, in the order of the page. While a request is under way no other can be made.
#[must_use]
pub fn choices(facts: &Facts) -> Vec<StickChoice> {
    let mut choices = Vec::new();
    let open = facts.stage.as_ref().is_none_or(Stage::is_end);
    if facts.stick {
        choices.push(StickChoice::Export);
    }
    if facts.stick && open && facts.agent.is_some() {
        let shown = facts.bundles.iter().take(BUNDLES_SHOWN);
        choices.extend(shown.map(|name| StickChoice::Install(name.clone())));
    }
    if let Some(agent) = facts
        .agent
        .as_ref()
        .filter(|agent| agent.state == "confirming" && open)
    {
        choices.push(StickChoice::Answer(agent.action.clone(), true));
        choices.push(StickChoice::Answer(agent.action.clone(), false));
    }
    choices
}

/// What the page tells of the update; nothing where there is nothing to tell.
#[must_use]
pub fn told(facts: &Facts) -> Option<Text> {
    let Some(agent) = &facts.agent else {
        return (!facts.bundles.is_empty() || facts.stage.is_some()).then(|| {
            Text::new(
                "升级程序没有运行，不能从U盘升级。",
                "The updater does not run; nothing can be installed from the stick.",
            )
        });
    };
    match &facts.stage {
        Some(Stage::Waiting) if agent.state == "closing" => Some(Text::new(
            "已请求；上一次升级的结果还没有上报，上报后开始。",
            "Asked for. The last update is still to be told to the server; then it begins.",
        )),
        Some(Stage::Waiting) => Some(Text::new(
            "已请求；升级程序最多三十秒后开始，有别的升级时排在其后。",
            "Asked for. The updater begins within thirty seconds, or after the update under way.",
        )),
        Some(Stage::Copying { done, size }) => Some(copying(*done, *size)),
        Some(Stage::Refused(refusal)) => Some(refusal.text()),
        Some(Stage::Handed { action }) => Some(of_action(agent, action)),
        Some(Stage::Answered) => Some(Text::new("已答复。", "The answer was given.")),
        None => under_way(agent),
    }
}

fn copying(done: u64, size: u64) -> Text {
    let mib = |bytes: u64| bytes.div_ceil(1024 * 1024);
    Text {
        zh: format!("正在拷贝 {} / {} MiB，不要拔出U盘。", mib(done), mib(size)),
        en: format!(
            "Copying {} of {} MiB. Do not pull the stick out.",
            mib(done),
            mib(size)
        ),
    }
}

/// What became of the action that the stick's file is.
fn of_action(agent: &Standing, action: &str) -> Text {
    if agent.action == action
        && let Some(text) = under_way(agent)
    {
        return text;
    }
    match agent.last.as_ref().filter(|last| last.action == action) {
        Some(last) => ended(last),
        None => Text::new(
            "拷贝完成，可以拔出U盘；升级即将开始。",
            "Copied; the stick may be taken. The update is about to begin.",
        ),
    }
}

fn under_way(agent: &Standing) -> Option<Text> {
    Some(match agent.state.as_str() {
        "waiting" | "downloading" => Text::new(
            "正在核对升级包；可以拔出U盘。",
            "The update is being checked. The stick may be taken.",
        ),
        "downloaded" => Text::new(
            "升级包已核对，等待安装时间。",
            "The update was checked and waits for its hour.",
        ),
        "installing" => Text::new(
            "正在写入备用系统，约需几分钟；可以拔出U盘。",
            "The other slot is being written; a few minutes. The stick may be taken.",
        ),
        "installed" | "standingBy" => Text::new(
            "已写好。退出本页、关好机门后，机器自动重启。",
            "Written. Leave this page and shut the door: the machine then restarts by itself.",
        ),
        "rebooting" => Text::new("即将重启。", "About to restart."),
        "proving" => Text::new(
            "新版本正在试运行。",
            "The new version runs and is on trial.",
        ),
        "rollingBack" | "withdrawing" => Text::new(
            "新版本不能用，正在退回。",
            "The new version does not do; the old one comes back.",
        ),
        "confirming" => Text::new("有升级等待您确认。", "An update waits for your agreement."),
        _ => return None,
    })
}

fn ended(last: &Last) -> Text {
    let (zh, en) = match last.outcome.as_str() {
        "good" => ("升级成功", "The update is done"),
        "rolledBack" => (
            "新版本不能用，已退回",
            "The new version did not do; the old one runs",
        ),
        "neverRebooted" => (
            "机器没有重启，升级未生效",
            "The machine did not restart; nothing has changed",
        ),
        "refused" => (
            "升级包不能用：损坏、没有签名、版本较旧或不是本机型的",
            "The file cannot be used: damaged, not signed, older, or for another board",
        ),
        "cancelled" => ("升级已取消", "The update was called off"),
        _ => ("升级失败", "The update failed"),
    };
    match last.why.as_str() {
        "" => Text {
            zh: format!("{zh}。"),
            en: format!("{en}."),
        },
        why => Text {
            zh: format!("{zh}。（{why}）"),
            en: format!("{en}. ({why})"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::standing::Refusal;

    fn agent(state: &str, action: &str) -> Standing {
        Standing {
            state: state.into(),
            action: action.into(),
            ..Standing::default()
        }
    }

    fn facts() -> Facts {
        Facts {
            stick: true,
            bundles: ["c", "b"].map(|name| format!("{name}.raucb")).into(),
            agent: Some(agent("idle", "")),
            ..Facts::default()
        }
    }

    #[test]
    fn every_file_can_be_chosen_and_nothing_while_a_request_is_under_way() {
        let all = [
            StickChoice::Export,
            StickChoice::Install("c.raucb".into()),
            StickChoice::Install("b.raucb".into()),
        ];
        assert_eq!(choices(&facts()), all);
        for stage in [Stage::Waiting, Stage::Copying { done: 1, size: 2 }] {
            let busy = Facts {
                stage: Some(stage),
                ..facts()
            };
            assert_eq!(choices(&busy), [StickChoice::Export]);
        }
        let gone = Facts {
            stick: false,
            ..facts()
        };
        assert_eq!(choices(&gone), []);
        let dead = Facts {
            agent: None,
            ..facts()
        };
        assert_eq!(choices(&dead), [StickChoice::Export]);
        assert!(told(&dead).expect("told").en.contains("does not run"));
        let asks = Facts {
            agent: Some(agent("confirming", "17")),
            ..gone
        };
        let answers = [true, false].map(|yes| StickChoice::Answer("17".into(), yes));
        assert_eq!(choices(&asks), answers);
        let many = Facts {
            bundles: vec!["a.raucb".into(); 50],
            ..facts()
        };
        assert_eq!(choices(&many).len(), 1 + BUNDLES_SHOWN);
    }

    #[test]
    fn every_stage_and_every_end_has_words() {
        assert_eq!(told(&facts()), None);
        let at = |stage, agent| {
            told(&Facts {
                stage: Some(stage),
                agent: Some(agent),
                ..facts()
            })
        };
        let handed = || Stage::Handed {
            action: "stick-1".into(),
        };
        let said = |text: Option<Text>, word: &str| {
            let text = text.expect("told");
            assert!(!text.zh.is_empty() && text.en.contains(word), "{text:?}");
        };
        said(at(Stage::Waiting, agent("idle", "")), "thirty");
        said(
            at(Stage::Waiting, agent("closing", "1")),
            "told to the server",
        );
        said(
            at(
                Stage::Copying {
                    done: 1 << 20,
                    size: 5 << 20,
                },
                agent("idle", ""),
            ),
            "1 of 5",
        );
        said(
            at(Stage::Refused(Refusal::NoRoom(3 << 20)), agent("idle", "")),
            "3 MiB",
        );
        said(at(handed(), agent("idle", "")), "may be taken");
        said(
            at(handed(), agent("installed", "stick-1")),
            "restarts by itself",
        );
        let mut closing = agent("closing", "stick-1");
        closing.last = Some(Last {
            action: "stick-1".into(),
            outcome: "refused".into(),
            why: "compatible mismatch".into(),
            ..Last::default()
        });
        said(at(handed(), closing), "compatible mismatch");
    }
}
