//! A case that the platform refused after its person had gone: what, why, and what can be done.

use crate::case::Refused;
use crate::domain::visit::Visit;
use crate::domain::world::World;
use crate::text::Lang;

use super::info::line;
use super::view::Say;
use super::{Body, Icon, Page, Tone};

/// Characters of the platform's reason on the page; longer ones end in dots, the window has the whole.
const WHY_MAX: usize = 120;
/// Characters of it in a banner: two lines.
const WHY_SHORT: usize = 60;

pub(super) fn refused(page: &mut Page, visit: &Visit, world: &World, say: Say) {
    let Some(refused) = visit.refusal() else {
        return;
    };
    let offered = visit.offers_correction();
    page.heading = match day_words(refused, world, say) {
        Some(day) => say.t(
            &format!("您{day}提交的申请，平台没有接收"),
            &format!("Your application of {day} was refused"),
        ),
        None => say.t(
            "您之前提交的申请，平台没有接收",
            "An earlier application of yours was refused",
        ),
    };
    let number = &refused.filing_number.0;
    let what = match offered {
        true => {
            page.lead = say.t(
                "更正后可以重新提交，提交日期仍按原来的算。",
                "You can correct it and file again; the first filing date still counts.",
            );
            say.t(
                "原来的回答已经填好，只改不对的地方",
                "Your answers are filled in; change what is wrong",
            )
        }
        false => {
            page.lead = say.t(
                "这件事现在不能在本机更正，请到窗口办理。",
                "It cannot be corrected here now. Please go to the window.",
            );
            format!(
                "{}{}",
                say.t("报收件号到窗口办理：", "Give the number at the window: "),
                say.text(&world.machine.window)
            )
        }
    };
    page.body = Body::Lines(vec![
        line(
            Icon::Form,
            &say.t("事项", "Item"),
            &name(refused, world, say),
        ),
        line(
            Icon::Warning,
            &say.t("原因", "Reason"),
            &reason(refused, say),
        ),
        line(Icon::Form, &say.t("收件号", "Filing no."), number),
        line(Icon::Tick, &say.t("您可以", "You can"), &what),
    ]);
    let away = say.t("不再提醒", "Do not remind me");
    if offered {
        page.primary = Some(say.t("更正后重新提交", "Correct and file again"));
        page.secondary = vec![say.t("以后再说", "Not now"), away];
    } else {
        page.primary = Some(say.t("知道了", "Understood"));
        page.secondary = vec![away];
    }
}

/// On the check page of a correction: what the platform did not like.
pub(super) fn reminder(visit: &Visit, say: Say) -> Option<(Tone, String)> {
    let (_, why) = visit.corrected()?;
    let why = shortened(why.reveal(), WHY_SHORT);
    let text = say.t(
        &format!("上次平台没有接收：{why}"),
        &format!("Refused before: {why}"),
    );
    (!why.is_empty()).then_some((Tone::Warning, text))
}

fn name(refused: &Refused, world: &World, say: Say) -> String {
    match world.catalogue.get(&refused.task_code) {
        Some(item) => say.text(&item.task_name),
        None if refused.task_name.is_empty() => say.t("办件", "Case"),
        None => refused.task_name.clone(),
    }
}

fn reason(refused: &Refused, say: Say) -> String {
    if refused.detail.is_empty() {
        return say.t(
            &format!("请到窗口查询（代码 {}）", refused.code),
            &format!("Please ask at the window (code {})", refused.code),
        );
    }
    shortened(refused.detail.reveal(), WHY_MAX)
}

fn shortened(text: &str, most: usize) -> String {
    let mut short: String = text.trim().chars().take(most).collect();
    if short.chars().count() < text.trim().chars().count() {
        short.push('…');
    }
    short
}

/// The day of filing, with its year when that is another one or not known to be this.
fn day_words(refused: &Refused, world: &World, say: Say) -> Option<String> {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let (year, month, day) = refused.filed.day()?;
    let this_year = world
        .today()
        .is_some_and(|today| today.year() == i32::from(year));
    let english = MONTHS.get(usize::from(month).checked_sub(1)?)?;
    Some(match (say.0, this_year) {
        (Lang::Zh, true) => format!("{month}月{day}日"),
        (Lang::Zh, false) => format!("{year}年{month}月{day}日"),
        (Lang::En, true) => format!("{day} {english}"),
        (Lang::En, false) => format!("{day} {english} {year}"),
    })
}
