//! Pages until the first question: start, card, finding an item, what it needs.

use crate::domain::visit::Visit;
use crate::domain::visit::browse::ListOf;
use crate::domain::visit::{CardTrouble, entry::Entry};
use crate::domain::world::World;
use crate::item::{Condition, Item, Kind, Offline, ProjectType, Term, Unit};

use super::form::field;
use super::view::Say;
use super::{Body, Choice, Icon, Line, Page};

pub(super) fn start(page: &mut Page, world: &World, say: Say) {
    page.heading = say.t("您好,请点这里开始", "Welcome. Touch here to begin");
    page.lead = say.t(
        "带上身份证,三分钟办好一件事",
        "Bring your ID card; it takes three minutes",
    );
    page.primary = Some(say.t("开始办理", "Begin"));
    let popular = world.offered();
    let mut slides = vec![(
        say.t("不用带纸质材料", "No papers needed"),
        say.t(
            "放上身份证,资料自动填好",
            "Your card fills in most of the form",
        ),
    )];
    slides.extend(
        popular
            .iter()
            .take(4)
            .map(|item| (say.text(&item.task_name), say.text(&item.summary))),
    );
    page.body = Body::Slides(slides);
}

pub(super) fn identify(page: &mut Page, visit: &Visit, world: &World, say: Say) {
    page.secondary = vec![say.t("没带身份证", "No card with me")];
    if !world.can_read_cards() {
        page.heading = say.t("读卡器暂时不能用", "The card reader is not working");
        page.lead = say.t(
            "不能读身份证,就不能提交申请。您可以查看事项要求,或到窗口办理。",
            "Without it no case can be filed here. You can look up what items need.",
        );
        page.body = Body::Paragraphs(vec![say.text(&world.machine.window)]);
        return;
    }
    page.heading = if visit.reading {
        say.t("正在读卡,请不要拿开", "Reading, please wait")
    } else {
        say.t("请把身份证放在读卡区", "Lay your ID card on the reader")
    };
    page.lead = say.t(
        "亮灯的地方就是读卡区,正反面都可以。",
        "It is where the light blinks. Either side up.",
    );
    page.body = Body::PlaceCard {
        reading: visit.reading,
    };
    if let Some(trouble) = visit.card_trouble {
        page.error = card_trouble(trouble, say);
    }
}

fn card_trouble(trouble: CardTrouble, say: Say) -> String {
    match trouble {
        CardTrouble::NotAnIdCard => say.t(
            "这不是身份证。请放居民身份证、港澳台居民居住证或外国人永久居留身份证。",
            "This is not an ID card. Please use an ID card or residence permit.",
        ),
        CardTrouble::MovedAway => say.t(
            "卡拿开得太早了。请重新放好,等听到提示再拿。",
            "The card was moved too early. Lay it down again.",
        ),
        CardTrouble::Unreadable => say.t(
            "没有读出来。请拿起卡,擦一擦,再放一次。",
            "Could not be read. Lift it, wipe it, lay it again.",
        ),
        CardTrouble::Expired => say.t(
            "这张证件已过有效期,不能在这里办理。请先到派出所换证。",
            "This document has expired. Please renew it first.",
        ),
        CardTrouble::NotYetValid => say.t(
            "这张证件还没到生效日期,请到窗口办理。",
            "This document is not valid yet. Please go to the window.",
        ),
        CardTrouble::BadNumber => say.t(
            "证件号码核对不上,请到窗口办理。",
            "The number on this card does not check. Please go to the window.",
        ),
    }
}

pub(super) fn no_card(page: &mut Page, world: &World, say: Say) {
    page.heading = say.t("没带身份证也可以", "Without a card you can");
    page.body = Body::Choices(vec![
        choice(
            Icon::Form,
            &say.t(
                "看看能办什么、要什么条件",
                "See what can be done and what it needs",
            ),
            "",
        ),
        choice(
            Icon::Clock,
            &say.t("用收件号查办理进度", "Ask for progress by filing number"),
            &say.t("收件号印在回执上", "It is on your receipt"),
        ),
        choice(
            Icon::Card,
            &say.t("找到身份证了,去刷卡", "I have found my card"),
            "",
        ),
    ]);
    page.lead = format!(
        "{} {}",
        say.t(
            "要提交申请,请带身份证再来,或到窗口:",
            "To file, bring your card or go to:"
        ),
        say.text(&world.machine.window)
    );
}

fn choice(icon: Icon, label: &str, hint: &str) -> Choice {
    Choice {
        label: label.into(),
        hint: hint.into(),
        icon,
        ..Choice::default()
    }
}

pub(super) fn choose(page: &mut Page, visit: &Visit, world: &World, say: Say) {
    page.heading = match &visit.who {
        Some(who) => say.t(
            &format!("{},您要办什么?", who.masked_name()),
            "What would you like to do?",
        ),
        None => say.t("您想了解什么?", "What would you like to know?"),
    };
    page.lead = say.t(
        "按您遇到的事情选,也可以直接查找。",
        "Choose by what happened in your life, or search.",
    );
    let mut tiles = vec![choice(
        Icon::Form,
        &say.t("常办事项", "Popular"),
        &say.t("这里的人办得最多的", "What most people do here"),
    )];
    tiles.extend(
        world
            .catalogue
            .situations()
            .iter()
            .take(7)
            .map(|situation| {
                choice(
                    icon(&situation.icon),
                    &say.text(&situation.name),
                    &situation.alias.join("、"),
                )
            }),
    );
    page.body = Body::Tiles(tiles);
    page.secondary = vec![
        say.t("查找事项", "Search"),
        say.t("我的办件进度", "My cases"),
    ];
}

fn icon(name: &str) -> Icon {
    match name {
        "elder" => Icon::Elder,
        "family" => Icon::Family,
        "work" => Icon::Work,
        "health" => Icon::Health,
        "home" => Icon::Home,
        "shop" => Icon::Shop,
        "bus" => Icon::Bus,
        "utility" => Icon::Utility,
        "money" => Icon::Money,
        "person" => Icon::Person,
        _ => Icon::Form,
    }
}

fn item_choice(item: &Item, say: Say) -> Choice {
    let tag = match (item.kind, item.project_type) {
        (Kind::Guide, _) => say.t("指引", "Guide"),
        (Kind::Bundle, _) => say.t("一件事", "All in one"),
        (Kind::Case, ProjectType::Immediate) => say.t("即办", "At once"),
        (Kind::Case, ProjectType::Promised) => String::new(),
    };
    Choice {
        label: say.text(&item.task_name),
        hint: say.text(&item.summary),
        tag,
        icon: Icon::None,
        selected: false,
    }
}

pub(super) fn items(page: &mut Page, visit: &Visit, world: &World, say: Say) {
    page.heading = match &visit.list {
        ListOf::Popular => say.t("常办事项", "Popular items"),
        ListOf::Situation(id) => world
            .catalogue
            .situations()
            .iter()
            .find(|situation| situation.id == *id)
            .map(|situation| say.text(&situation.name))
            .unwrap_or_default(),
    };
    let (window, pages) = visit.list_window(world);
    if pages > 1 {
        page.pager = ((visit.list_page.min(pages - 1) + 1) as u32, pages as u32);
    }
    if window.is_empty() {
        page.lead = say.t(
            "这里暂时没有可办的事项,请到窗口咨询。",
            "Nothing here yet. Please ask at the window.",
        );
    } else {
        page.lead = say.t("点一下要办的事项。", "Touch the item.");
    }
    page.body = Body::Choices(
        window
            .into_iter()
            .map(|item| item_choice(item, say))
            .collect(),
    );
}

pub(super) fn search(page: &mut Page, visit: &Visit, world: &World, say: Say) {
    page.heading = say.t("查找事项", "Search");
    page.lead = say.t(
        "输入拼音首字母就能找到,例如 ylbx(养老保险)。",
        "Type initials of the pinyin, e.g. ylbx.",
    );
    let Entry::Typed(editor) = &visit.entry else {
        return;
    };
    let results: Vec<Choice> = visit
        .found(world)
        .into_iter()
        .map(|item| item_choice(item, say))
        .collect();
    let empty = editor.value().is_empty() && editor.composition().is_empty();
    if results.is_empty() && !empty {
        page.error = say.t(
            "没有找到。换个说法,或返回按生活情形选。",
            "Nothing found. Try another word or go back.",
        );
    }
    page.body = Body::SearchField {
        field: field(editor, "", "", visit.lang),
        results,
    };
}

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
            0 => say.t("不用再跑,这里一次办好", "No further trip"),
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
        let open = world
            .wall
            .as_ref()
            .is_none_or(|wall| window.is_open(wall.day));
        let state = if open {
            say.t("(现在可以办)", " (open now)")
        } else {
            say.t("(现在不在办理期)", " (closed now)")
        };
        lines.push(line(
            Icon::Clock,
            &say.t("办理时间", "When"),
            &format!("{} – {}{state}", window.from, window.to),
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
            &names.join("、"),
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
    lines.push(line(
        Icon::Phone,
        &say.t("咨询电话", "Questions"),
        &item.link_way,
    ));
    lines.truncate(8);
    page.body = Body::Lines(lines);
    page.primary = Some(match (item.kind, &visit.who) {
        (Kind::Guide, _) => say.t("知道了", "Understood"),
        (_, Some(_)) => say.t("开始办理", "Begin"),
        (_, None) => say.t("刷身份证,开始办理", "Lay your card and begin"),
    });
}

fn line(icon: Icon, label: &str, value: &str) -> Line {
    Line {
        label: label.into(),
        value: value.into(),
        icon,
        change: false,
    }
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
        asked.join(";")
    };
    match visit.judged_by_card(item, world) {
        Some(true) => format!(
            "{who}({})",
            say.t("您符合年龄等条件", "your card meets this")
        ),
        Some(false) => format!(
            "{who}({})",
            say.t("您可能不符合", "your card may not meet this")
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
            &format!("只要身份证({free} 项材料免提交)"),
            &format!("Only your card ({free} papers waived)"),
        )
    } else {
        format!(
            "{} {}",
            bring.join("、"),
            say.t(
                &format!("(另 {free} 项免提交)"),
                &format!("({free} more waived)")
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
