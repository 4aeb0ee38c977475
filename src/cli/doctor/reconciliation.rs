//! The last daily comparison with the platform.

use std::path::Path;
use std::time::{Duration, SystemTime};

use kiosk::shell::clock::Clock;
use kiosk::shell::reconcile::Comparison;

use super::finding::{Finding, Grade};

/// Days without a comparison after which somebody should look.
const OLD: Duration = Duration::from_secs(3 * 86_400);

/// Of the store at `store`.
pub fn last(store: &Path, clock: &Clock) -> Finding {
    let path = Comparison::path(store);
    let made = std::fs::metadata(&path).and_then(|facts| facts.modified());
    let old = made.ok().zip(clock.wall()).is_some_and(is_old);
    judged(Comparison::read(&path).as_ref(), old)
}

fn is_old((made, now): (SystemTime, SystemTime)) -> bool {
    now.duration_since(made).is_ok_and(|age| age > OLD)
}

fn judged(last: Option<&Comparison>, old: bool) -> Finding {
    let finding = |grade| Finding::new(grade, "reconciliation", "最近一次对账", "last comparison");
    let Some(last) = last else {
        return finding(Grade::Ok).meaning(
            "还没有（线路可用后一小时内进行，以后每日一次）",
            "none yet (within an hour of a working line, then daily)",
        );
    };
    let at = last.at.as_deref();
    let (zh, en) = (
        at.unwrap_or("时间未知"),
        at.unwrap_or("at a time not known"),
    );
    if !last.agrees() {
        let Comparison {
            missing,
            differing,
            unlisted,
            chains,
            ..
        } = last;
        return finding(Grade::Fault)
            .meaning(
                &format!(
                    "{zh}：不一致。平台缺 {missing} 件，内容不同 {differing} 件，本机缺 {unlisted} 件，序列不连续 {chains} 段"
                ),
                &format!(
                    "{en}: differs. {missing} missing at the platform, {differing} with another content, {unlisted} \
                     missing here, {chains} broken chains"
                ),
            )
            .action(
                "与平台核对这些办件（按收件编号）；不要重新安装或清空本机",
                "settle these cases with the platform by their filing numbers; do not reinstall or clear this machine",
            );
    }
    let cases = last.cases;
    let finding = finding(if old { Grade::Attention } else { Grade::Ok }).meaning(
        &format!("{zh}：一致，新对 {cases} 件"),
        &format!("{en}: agrees, {cases} cases compared"),
    );
    match old {
        true => finding.action(
            "三天没有对账：看线路和日志（reconcile.failed）",
            "no comparison for three days: see the line and the journal (reconcile.failed)",
        ),
        false => finding,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_a_fault_and_a_long_silence_is_told() {
        let mut last = Comparison::default();
        assert_eq!(judged(None, true).grade, Grade::Ok);
        assert_eq!(judged(Some(&last), false).grade, Grade::Ok);
        assert_eq!(judged(Some(&last), true).grade, Grade::Attention);
        last.unlisted = 2;
        let finding = judged(Some(&last), false);
        assert_eq!(finding.grade, Grade::Fault);
        assert!(finding.en.contains("2 missing here"), "{}", finding.en);
    }
}
