//! What an item needs, and why it cannot be done here.

use crate::domain::visit::Visit;
use crate::domain::world::World;
use crate::item::{Condition, Item, Kind, Offline, Term, Unit};

use super::view::Say;
use super::{Body, Icon, Line, Page};

pub(super) fn item_info(page: &mut Page, visit: &Visit, world: &World, say: Say) {
    let Some(item) = visit.item() else { return };
    page.heading = say.text(&item.task_name);
    page.lead = say.text(&item.summary);
    let mut lines = vec![line(
        Icon::Person,
        &say.t("谁能办", "Who may"),
        &who_may(item, visit, world, say),
    )];
    if item.kind != Kind::Guide {
        lines.push(line(
            Icon::Form,
            &say.t("要带什么", "What to bring"),
            &materials(item, say),
        ));
        lines.push(line(
            Icon::Clock,
            &say.t("多久办好", "How long"),
            &term(&item.promise, say),
        ));
        let visits = match item.limit_scene_num {
            0 => say.t("不用再跑，这里一次办好", "No further trip"),
            n => say.t(
                &format!("还要到窗口 {n} 次"),
                &format!("{n} more at the window"),
            ),
        };
        lines.push(line(Icon::Home, &say.t("跑几次", "Trips"), &visits));
        let fee = if item.fee.is_fee {
            say.text(&item.fee.basis)
        } else {
            say.t("不收费", "Free of charge")
        };
        lines.push(line(Icon::Money, &say.t("收费", "Fee"), &fee));
    }
    if let Some(window) = &item.window {
        let open = world.today().is_none_or(|today| window.is_open(today));
        let state = if open {
            say.t("（现在可以办）", " (open now)")
        } else {
            say.t("（现在不在办理期）", " (closed now)")
        };
        lines.push(line(
            Icon::Clock,
            &say.t("办理时间", "When"),
            &format!(
                "{} – {}{state}",
                month_day_words(&window.from, say),
                month_day_words(&window.to, say)
            ),
        ));
    }
    if item.kind == Kind::Bundle {
        let names: Vec<String> = item
            .cases
            .iter()
            .map(|case| say.text(&case.task_name))
            .collect();
        lines.push(line(
            Icon::Utility,
            &say.t("一次办好", "All in one"),
            &names.join(&say.t("、", ", ")),
        ));
    }
    if item.kind == Kind::Guide {
        for (at, step) in item.next_steps.iter().enumerate().take(6) {
            lines.push(line(Icon::None, &format!("{}", at + 1), &say.text(step)));
        }
    }
    if item.offline == Offline::OnlineOnly {
        lines.push(line(
            Icon::Warning,
            &say.t("网络", "Line"),
            &say.t("需要联网办理", "Needs the line"),
        ));
    }
    lines.truncate(7);
    lines.push(line(
        Icon::Phone,
        &say.t("咨询电话", "Questions"),
        &item.link_way,
    ));
    page.body = Body::Lines(lines);
    page.primary = Some(match (item.kind, &visit.who) {
        (Kind::Guide, _) => say.t("知道了", "Understood"),
        (_, Some(_)) => say.t("开始办理", "Begin"),
        (_, None) => say.t("刷身份证，开始办理", "Lay your card and begin"),
    });
}

pub(super) fn line(icon: Icon, label: &str, value: &str) -> Line {
    Line {
        label: label.into(),
        value: value.into(),
        icon,
        change: false,
    }
}

/// `01-31` as people say it.
fn month_day_words(text: &str, say: Say) -> String {
    let (month, day) = text.split_once('-').unwrap_or((text, ""));
    let (month, day) = (month.trim_start_matches('0'), day.trim_start_matches('0'));
    say.t(&format!("{month}月{day}日"), &format!("{day}/{month}"))
}

fn who_may(item: &Item, visit: &Visit, world: &World, say: Say) -> String {
    let asked: Vec<String> = item
        .conditions
        .iter()
        .take(3)
        .map(|c: &Condition| say.text(&c.why))
        .collect();
    let who = if asked.is_empty() {
        say.t("本人即可", "Anyone, in person")
    } else {
        asked.join(&say.t("；", "; "))
    };
    match visit.judged_by_card(item, world) {
        Some(true) => format!(
            "{who}{}",
            say.t(
                "（身份证能核对的条件：符合）",
                " (checked by your card: met)"
            )
        ),
        Some(false) => format!(
            "{who}{}",
            say.t("（身份证显示不符合）", " (by your card: not met)")
        ),
        None => who,
    }
}

fn materials(item: &Item, say: Say) -> String {
    let bring: Vec<String> = item
        .materials
        .iter()
        .filter(|m| m.exempt.is_none())
        .map(|m| say.text(&m.name))
        .collect();
    let free = item.materials.iter().filter(|m| m.exempt.is_some()).count();
    if bring.is_empty() {
        say.t(
            &format!("只要身份证（{free} 项材料免提交）"),
            &format!("Only your card ({free} papers waived)"),
        )
    } else {
        format!(
            "{}{}",
            bring.join(&say.t("、", ", ")),
            say.t(
                &format!("（另 {free} 项免提交）"),
                &format!(" ({free} more waived)")
            )
        )
    }
}

/// A time limit in words.
pub(super) fn term(term: &Term, say: Say) -> String {
    match term.unit {
        Unit::AtOnce => say.t("当场办结", "At once"),
        Unit::WorkingDays => say.t(
            &format!("{} 个工作日内", term.days),
            &format!("Within {} working days", term.days),
        ),
        Unit::Days => say.t(
            &format!("{} 天内", term.days),
            &format!("Within {} days", term.days),
        ),
    }
}

pub(super) fn not_here(page: &mut Page, visit: &Visit, world: &World, say: Say) {
    page.heading = say.t("这件事现在不能在这里办", "This cannot be done here now");
    let mut lines = Vec::new();
    if let Some((why, instead)) = &visit.refusal {
        lines.push(line(Icon::Warning, &say.t("原因", "Why"), &say.text(why)));
        lines.push(line(
            Icon::Tick,
            &say.t("您可以", "You can"),
            &say.text(instead),
        ));
    }
    lines.push(line(
        Icon::Home,
        &say.t("人工窗口", "Window"),
        &say.text(&world.machine.window),
    ));
    lines.push(line(
        Icon::Phone,
        &say.t("咨询电话", "Questions"),
        &world.machine.phone,
    ));
    page.body = Body::Lines(lines);
    page.primary = Some(say.t("知道了", "Understood"));
    page.secondary = vec![say.t("办别的事项", "Another item")];
}
