//! Pages until the first question: start, card, finding an item, what it needs.

use crate::domain::visit::Visit;
use crate::domain::visit::browse::{ListOf, SITUATIONS};
use crate::domain::visit::{CardTrouble, entry::Entry};
use crate::domain::world::World;
use crate::item::{Item, Kind, ProjectType};

use super::form::field;
use super::view::Say;
use super::{Body, Choice, Face, Icon, Page};

pub(super) fn start(page: &mut Page, world: &World, say: Say) {
    page.heading = say.t("您好，请按最下面的“开始办理”", "Welcome. Press Begin below");
    // No word of a card where none can be read: the banner says what can be done instead.
    page.lead = if world.lacks.iter().any(|lack| lack.is_of_reader()) {
        say.t("一步一步跟着做", "Follow the steps")
    } else {
        say.t(
            "放上身份证，一步一步跟着做",
            "Lay down your ID card and follow the steps",
        )
    };
    page.primary = Some(say.t("开始办理", "Begin"));
    let popular = world.offered();
    let mut slides = vec![(
        say.t(
            "多数事项只要带身份证",
            "For most items your ID card is enough",
        ),
        say.t(
            "放上身份证，资料自动填好",
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
    if world.training.is_some() {
        page.secondary = vec![say.t("结束练习", "End training")];
    }
}

pub(super) fn identify(page: &mut Page, visit: &Visit, world: &World, say: Say) {
    page.secondary = vec![say.t("没带身份证", "No card with me")];
    if !world.can_read_cards() {
        page.heading = say.t("读卡器暂时不能用", "The card reader is not working");
        page.lead = say.t(
            "不能读身份证，就不能提交申请。您可以查看事项要求，或到窗口办理。",
            "Without it no case can be filed here. You can look up what items need.",
        );
        page.body = Body::Paragraphs(vec![say.text(&world.machine.window)]);
        return;
    }
    page.heading = if visit.reading {
        say.t("正在读卡，请不要拿开", "Reading, please wait")
    } else {
        say.t("请把身份证放在读卡区", "Lay your ID card on the reader")
    };
    page.lead = say.t(
        "放在亮灯的地方。卡已经在上面的，请拿起来再放一次。",
        "Where the light blinks. If it lies there already, lift it and lay it again.",
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
            "卡拿开得太早了。请重新放好，等听到提示再拿。",
            "The card was moved too early. Lay it down again.",
        ),
        CardTrouble::Unreadable => say.t(
            "没有读出来。请拿起卡，擦一擦，再放一次。",
            "Could not be read. Lift it, wipe it, lay it again.",
        ),
        CardTrouble::ReaderFault => say.t(
            "刚才是读卡器没有反应，不是证件的问题。请拿起卡，再放一次。",
            "The reader did not answer; your card is fine. Lift it, lay it again.",
        ),
        CardTrouble::LiesThere => say.t(
            "卡已经在上面了。请拿起卡，再放一次。",
            "A card lies there already. Lift it, lay it again.",
        ),
        CardTrouble::Expired => say.t(
            "这张证件已过有效期，不能在这里办理。请先到派出所换证。",
            "This document has expired. Please renew it first.",
        ),
        CardTrouble::NotYetValid => say.t(
            "这张证件还没到生效日期，请到窗口办理。",
            "This document is not valid yet. Please go to the window.",
        ),
        CardTrouble::BadNumber => say.t(
            "证件号码核对不上，请到窗口办理。",
            "The number on this card does not check. Please go to the window.",
        ),
    }
}

pub(super) fn no_card(page: &mut Page, say: Say) {
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
            &say.t("找到身份证了，去刷卡", "I have found my card"),
            "",
        ),
    ]);
    page.lead = say.t(
        "要提交申请，请带身份证再来，或到人工窗口办理。",
        "To file, come back with your card or go to the window.",
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
            &format!("{}，您要办什么？", who.masked_name()),
            "What would you like to do?",
        ),
        None => say.t("您想了解什么？", "What would you like to know?"),
    };
    page.face = visit.who.as_ref().map(|_| {
        let photo = visit.portrait().map(Face::Photo);
        photo.unwrap_or(Face::Silhouette)
    });
    page.lead = say.t(
        "按您遇到的事情选，也可以直接查找。",
        "Choose by what happened in your life, or search.",
    );
    let situations = world.catalogue.situations().iter().take(SITUATIONS);
    let tiles = situations.map(|situation| {
        choice(
            icon(&situation.icon),
            &say.text(&situation.name),
            &say.t(&situation.alias.join("、"), ""),
        )
    });
    page.body = Body::Tiles(tiles.collect());
    page.primary = Some(say.t("常办事项", "Popular items"));
    page.secondary = vec![
        say.t("查找事项", "Search"),
        say.t("我的办件进度", "My cases"),
    ];
}

fn icon(name: &str) -> Icon {
    match name {
        "old" | "elder" => Icon::Elder,
        "baby" | "family" => Icon::Family,
        "work" => Icon::Work,
        "medical" | "health" => Icon::Health,
        "home" => Icon::Home,
        "business" | "shop" => Icon::Shop,
        "travel" | "bus" => Icon::Bus,
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
            .map_or_else(
                || say.t("事项", "Items"),
                |situation| say.text(&situation.name),
            ),
        ListOf::Found => say.t("查找结果", "Found"),
    };
    let (window, pages) = visit.list_window(world);
    if pages > 1 {
        page.pager = ((visit.list_page.min(pages - 1) + 1) as u32, pages as u32);
    }
    if window.is_empty() {
        page.lead = say.t(
            "这里暂时没有可办的事项，请到窗口咨询。",
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
        "输入拼音首字母就能找到，例如 ylbx（养老保险）。",
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
            "没有找到。换个说法，或返回按生活情形选。",
            "Nothing found. Try another word or go back.",
        );
    }
    page.body = Body::SearchField {
        field: field(editor, "", ""),
        results,
    };
}
