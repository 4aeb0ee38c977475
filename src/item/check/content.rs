//! Texts, places, conditions, materials and how the result gets out.

use std::collections::BTreeSet;

use super::Findings;
use crate::division::{Divisions, Level};
use crate::item::{
    Delivery, Exempt, Item, Kind, MaterialForm, Offline, Situation, parts::month_day,
};

pub(super) fn check(
    item: &Item,
    divisions: &Divisions,
    situations: &[Situation],
    out: &mut Findings,
) {
    texts(item, out);
    places(item, divisions, situations, out);
    conditions(item, out);
    materials(item, out);
    ways(item, out);
}

fn texts(item: &Item, out: &mut Findings) {
    out.text("task_name", &item.task_name, 60);
    out.text("summary", &item.summary, 60);
    out.text("handle_area", &item.handle_area, 40);
    out.text("result.name", &item.result.name, 60);
    if item.kind == Kind::Guide {
        out.length("consent", &item.consent, 1000);
    } else {
        out.text("consent", &item.consent, 1000);
    }
    if item.asks_sensitive() {
        out.text("consent_sensitive", &item.consent_sensitive, 60);
    } else {
        out.length("consent_sensitive", &item.consent_sensitive, 60);
    }
    if let Some(signature) = &item.signature {
        out.text("signature.commitment", &signature.commitment, 1500);
    }
    for (field, words) in [("alias", &item.alias), ("keywords", &item.keywords)] {
        out.count(field, words.len(), 40);
        for (i, word) in words.iter().enumerate() {
            let count = word.chars().count();
            if word.trim().is_empty() || count > 30 {
                out.error(
                    &format!("{field}[{i}]"),
                    [
                        "1 to 30 characters",
                        &count.to_string(),
                        "write a short word",
                    ],
                );
            }
        }
    }
    out.count("next_steps", item.next_steps.len(), 10);
    if item.next_steps.is_empty() {
        out.error(
            "next_steps",
            [
                "one sentence or more",
                "none",
                "say what happens next, 写明办理之后的步骤",
            ],
        );
    }
    for (i, step) in item.next_steps.iter().enumerate() {
        out.text(&format!("next_steps[{i}]"), step, 120);
    }
    for (field, phone) in [
        ("link_way", &item.link_way),
        ("supervise_way", &item.supervise_way),
    ] {
        let fits = (3..=40).contains(&phone.len())
            && phone
                .chars()
                .all(|c| c.is_ascii_digit() || "-+ ,".contains(c));
        if !fits {
            out.error(
                field,
                [
                    "a telephone number",
                    phone,
                    "digits, spaces and hyphens only",
                ],
            );
        }
    }
    if item.source.chars().count() > 200 {
        out.error("source", ["at most 200 characters", "more", "shorten it"]);
    }
}

fn places(item: &Item, divisions: &Divisions, situations: &[Situation], out: &mut Findings) {
    for (i, town) in item.towns.iter().enumerate() {
        let known = town.len() == 9 && divisions.get(town).is_some_and(|d| d.level == Level::Town);
        if !known {
            out.error(
                &format!("towns[{i}]"),
                [
                    "a 9-digit code of divisions.csv",
                    town,
                    "correct the code or leave towns empty for all, 镇街代码不存在",
                ],
            );
        }
    }
    if item.situations.is_empty() {
        out.error(
            "situations",
            [
                "one or more",
                "none",
                "name the situation it belongs to, 归入一个生活情形",
            ],
        );
    }
    for (i, id) in item.situations.iter().enumerate() {
        if !situations.iter().any(|s| s.id == *id) {
            out.error(
                &format!("situations[{i}]"),
                ["an id of situations.toml", id, "correct the id, 情形不存在"],
            );
        }
    }
    for (i, kind) in item.server_type.iter().enumerate() {
        if kind != "1" && kind != "2" {
            out.error(
                &format!("server_type[{i}]"),
                ["\"1\" (person) or \"2\" (legal person)", kind, "correct it"],
            );
        }
    }
}

fn conditions(item: &Item, out: &mut Findings) {
    out.count("conditions", item.conditions.len(), 12);
    for (i, condition) in item.conditions.iter().enumerate() {
        let at = |name: &str| format!("conditions[{i}].{name}");
        out.text(&at("ask"), &condition.ask, 60);
        out.text(&at("why"), &condition.why, 120);
        out.text(&at("instead"), &condition.instead, 120);
        if let Some(age) = condition.age
            && age.min.unwrap_or(0) > age.max.unwrap_or(u16::MAX)
        {
            out.error(
                &at("age"),
                ["min not above max", "min above max", "swap them"],
            );
        }
        if condition
            .address
            .as_ref()
            .is_some_and(|a| a.trim().is_empty())
        {
            out.error(
                &at("address"),
                ["a place name", "nothing", "write 武江区 or leave it out"],
            );
        }
    }
}

fn materials(item: &Item, out: &mut Findings) {
    out.count("materials", item.materials.len(), 20);
    let mut seen = BTreeSet::new();
    for (i, material) in item.materials.iter().enumerate() {
        let at = |name: &str| format!("materials[{i}].{name}");
        out.text(&at("name"), &material.name, 60);
        out.length(&at("source"), &material.source, 60);
        if !seen.insert(&material.seq) {
            out.error(
                &at("seq"),
                ["each seq once", &material.seq, "number them M1, M2, …"],
            );
        }
        let paper_and_exempt = material.form == MaterialForm::Paper && material.exempt.is_some();
        let nothing_shown = material.form == MaterialForm::Electronic && material.exempt.is_none();
        let card = material.exempt == Some(Exempt::IdCard) && material.form != MaterialForm::Read;
        if paper_and_exempt || nothing_shown || card {
            out.error(
                &at("exempt"),
                [
                    "electronic with exempt, paper without, id_card with read",
                    &format!("{:?} with {:?}", material.form, material.exempt),
                    "make form and exempt agree, 免证方式与提交方式矛盾",
                ],
            );
        }
    }
}

fn ways(item: &Item, out: &mut Findings) {
    if !item.channels.is_service_terminals {
        out.error(
            "channels.is_service_terminals",
            [
                "true",
                "false",
                "an item for this machine says true, 不支持自助终端的事项不应上架",
            ],
        );
    }
    if item.delivery.contains(&Delivery::Ems) && !item.channels.is_express {
        out.error(
            "delivery",
            [
                "self only, or channels.is_express = true",
                "ems",
                "make the two agree",
            ],
        );
    }
    if !(1..=4).contains(&item.auth.min_level) {
        out.error(
            "auth.min_level",
            [
                "1 to 4",
                &item.auth.min_level.to_string(),
                "3 is the card itself",
            ],
        );
    }
    if item.fee.is_fee && item.fee.basis.zh.trim().is_empty() {
        out.error(
            "fee.basis",
            ["the basis and the amount", "nothing", "write 收费依据"],
        );
    }
    if (item.kind == Kind::Guide) != (item.offline == Offline::Guide) {
        out.error(
            "offline",
            [
                "guide for kind guide and only there",
                "otherwise",
                "make kind and offline agree",
            ],
        );
    }
    if let Some(window) = &item.window {
        for (name, text) in [("from", &window.from), ("to", &window.to)] {
            if month_day(text).is_none() {
                out.error(&format!("window.{name}"), ["MM-DD", text, "e.g. \"06-30\""]);
            }
        }
    }
}
