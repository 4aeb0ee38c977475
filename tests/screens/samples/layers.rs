//! Layers over a page.

use super::*;

pub(super) fn all() -> Vec<(&'static str, Page)> {
    let under = || {
        asking::all()
            .into_iter()
            .find(|(name, _)| *name == "check")
            .expect("check is a sample")
            .1
    };
    let over = |overlay: Overlay| under().with(|page| page.overlay = Some(overlay));
    vec![
        (
            "help",
            over(Overlay::Help {
                title: "需要帮忙吗？".into(),
                lines: texts(&[
                    "请大声叫旁边的工作人员，或者用您的手机打下面的电话。",
                    "告诉对方这台机器的编号：WJ-XH-003。",
                ]),
                phone: "0751-000 0000".into(),
                close: "继续办理".into(),
            }),
        ),
        (
            "leave",
            over(Overlay::Leave {
                title: "要退出吗？".into(),
                text: "退出后，刚才填写的内容会全部清除。".into(),
                stay: "不退出，继续办".into(),
                leave: "退出".into(),
            }),
        ),
        (
            "another-card",
            over(Overlay::Leave {
                title: "换一个人办理吗？".into(),
                text: "读卡器上放了另一张身份证。换人办理，前面填写的内容会全部清除。".into(),
                stay: "继续前面的办理".into(),
                leave: "换人，重新办理".into(),
            }),
        ),
        (
            "another-card-en",
            over(Overlay::Leave {
                title: "Another person now?".into(),
                text: "Another identity card lies on the reader. What was entered before it will be erased.".into(),
                stay: "Go on as before".into(),
                leave: "Start for the new card".into(),
            }),
        ),
        (
            "idle",
            over(Overlay::Idle {
                title: "您还在吗？".into(),
                text: "时间到了会自动退出，并清除您填写的内容。".into(),
                seconds_left: 20,
                stay: "我还在，继续".into(),
            }),
        ),
    ]
}
