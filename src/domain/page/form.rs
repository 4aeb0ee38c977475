//! Pages of the form: conditions, questions, check answers, consent, signature.

use crate::domain::input::{Editor, Kind, Mode};
use crate::domain::visit::Visit;
use crate::domain::visit::act::PER_CHECK;
use crate::domain::visit::entry::{Entry, PER_PAGE};
use crate::domain::world::World;
use crate::item::QuestionKind;

use super::view::Say;
use super::{Body, Choice, Field, Icon, Keys, Line, Page};

/// An editor as a field with its keys.
pub(super) fn field(editor: &Editor, placeholder: &str, unit: &str) -> Field {
    let keys = match (editor.kind(), editor.mode()) {
        (Kind::IdNumber, _) => Keys::IdNumber,
        (_, Mode::Digits) => Keys::Digits,
        (_, Mode::Pinyin) => Keys::Pinyin,
        (_, Mode::Latin) => Keys::Latin,
        (_, Mode::Handwriting) => Keys::Handwriting,
    };
    let key_sets = match editor.kind() {
        Kind::Text { .. } => vec![Keys::Pinyin, Keys::Handwriting, Keys::Latin, Keys::Digits],
        _ => Vec::new(),
    };
    let (at, of) = editor.candidate_page();
    Field {
        value: editor.text(),
        placeholder: placeholder.into(),
        unit: unit.into(),
        keys,
        key_sets,
        composition: editor.composition().to_owned(),
        candidates: editor.candidates().into_iter().map(str::to_owned).collect(),
        more_candidates: (at + 1 < of, at > 0),
        ink: editor.ink().to_vec(),
    }
}

fn pick(labels: Vec<String>, chosen: Option<usize>, at: usize, page: &mut Page) {
    let pages = labels.len().div_ceil(PER_PAGE).max(1);
    let at = at.min(pages - 1);
    if pages > 1 {
        page.pager = ((at + 1) as u32, pages as u32);
    }
    let choices = labels
        .into_iter()
        .enumerate()
        .skip(at * PER_PAGE)
        .take(PER_PAGE)
        .map(|(place, label)| Choice {
            label,
            selected: chosen == Some(place),
            ..Choice::default()
        })
        .collect();
    page.body = Body::Choices(choices);
}

pub(super) fn eligibility(page: &mut Page, visit: &Visit, say: Say) {
    let Some(condition) = visit.open_condition() else {
        return;
    };
    page.heading = say.text(&condition.ask);
    page.lead = say.text(&condition.why);
    let Entry::Pick { chosen, .. } = &visit.entry else {
        return;
    };
    page.primary_enabled = chosen.is_some();
    pick(
        vec![say.t("是", "Yes"), say.t("不是", "No")],
        *chosen,
        0,
        page,
    );
    page.primary = Some(say.t("下一步", "Next"));
}

fn touch_then_next(say: Say) -> String {
    say.t(
        "点一个答案，再按下面的按钮。",
        "Touch an answer, then the button below.",
    )
}

pub(super) fn question(page: &mut Page, visit: &Visit, world: &World, say: Say) {
    let Some(question) = visit.open_question() else {
        return;
    };
    page.heading = say.text(&question.text);
    page.lead = say.text(&question.help);
    let skips = question.optional && !visit.entry.holds_text();
    page.primary = Some(if skips {
        say.t("不填，下一步", "Skip")
    } else if visit.changing {
        say.t("改好了", "Done")
    } else {
        say.t("下一步", "Next")
    });
    match &visit.entry {
        Entry::Pick {
            chosen, page: at, ..
        } => {
            let labels = match question.kind {
                QuestionKind::YesNo => vec![say.t("是", "Yes"), say.t("不是", "No")],
                _ => question
                    .options
                    .iter()
                    .map(|option| say.text(&option.label))
                    .collect(),
            };
            page.primary_enabled = chosen.is_some() || question.optional;
            if page.lead.is_empty() {
                page.lead = touch_then_next(say);
            }
            pick(labels, *chosen, *at, page);
        }
        Entry::Typed(editor) => {
            page.primary_enabled = question.optional || !editor.value().is_empty();
            let placeholder = match question.kind {
                QuestionKind::Mobile => say.t("11 位手机号码", "11 digits"),
                QuestionKind::BankCard => say.t("银行卡上的号码", "number on the card"),
                QuestionKind::Date => say.t("例如 1948 03 12", "e.g. 1948 03 12"),
                QuestionKind::IdNumber => say.t("18 位身份证号码", "18 characters"),
                _ => String::new(),
            };
            page.body = Body::Field(field(editor, &placeholder, question.unit.get(visit.lang)));
        }
        Entry::Address(address) => {
            let divisions = world.catalogue.divisions();
            let name = |code: &Option<String>| {
                code.as_deref()
                    .and_then(|code| divisions.get(code))
                    .map(|d| d.short_name().to_owned())
                    .unwrap_or_default()
            };
            let so_far = format!("{}{}", name(&address.town), name(&address.village));
            if address.wants_detail() {
                page.lead = say.t(
                    &format!("{so_far}，再写门牌或小区楼栋。"),
                    &format!("{so_far}, now house number."),
                );
                page.primary_enabled = !address.detail.value().is_empty();
                page.body = Body::Field(field(
                    &address.detail,
                    &say.t("例如 演示路1号", "e.g. 1 Example Road"),
                    "",
                ));
            } else {
                page.primary = page.primary.take().filter(|_| skips);
                page.lead = match &address.town {
                    None => say.t("先选镇（街）。", "First the town or street."),
                    Some(_) => say.t(
                        &format!("{so_far}，再选村（社区）。"),
                        &format!("{so_far}, now the village."),
                    ),
                };
                let labels = address
                    .options(divisions)
                    .into_iter()
                    .map(|(_, name)| name)
                    .collect();
                pick(labels, None, address.page, page);
            }
        }
        Entry::Ink(ink) => {
            page.primary_enabled = !ink.is_empty();
            page.body = Body::Canvas {
                statement: say.text(&question.help),
                ink: ink.to_vec(),
            };
        }
        Entry::None => {}
    }
}

pub(super) fn check(page: &mut Page, visit: &Visit, world: &World, say: Say) {
    page.heading = say.t("请核对", "Check your answers");
    page.lead = say.t(
        "不对的地方，点“修改”。",
        "Touch Change where something is wrong.",
    );
    let lines = visit.check_lines(world);
    let pages = lines.len().div_ceil(PER_CHECK).max(1);
    let at = visit.list_page.min(pages - 1);
    if pages > 1 {
        page.pager = ((at + 1) as u32, pages as u32);
    }
    page.body = Body::Lines(
        lines
            .into_iter()
            .skip(at * PER_CHECK)
            .take(PER_CHECK)
            .map(|line| Line {
                label: line.label,
                value: line.value,
                icon: Icon::None,
                change: line.question.is_some(),
            })
            .collect(),
    );
    page.primary = Some(say.t("核对无误，下一步", "All correct, next"));
}

pub(super) fn consent(page: &mut Page, visit: &Visit, world: &World, say: Say) {
    let Some(item) = visit.item() else { return };
    page.heading = say.t("提交前请看一看", "Before you submit");
    let mut texts = sentences(&say.text(&item.consent));
    let cases = visit.drafts(world).0.len();
    if cases > 1 {
        texts.push(say.t(
            &format!("这一次会同时提交 {cases} 件申请。"),
            &format!("This files {cases} cases at once."),
        ));
    }
    page.body = if visit.gives_sensitive() {
        page.lead = say.t(
            "同意的话，先点一下“我单独同意”那一行。",
            "If you agree, first touch the line that begins with I also agree.",
        );
        let tick = Choice {
            label: say.text(&item.consent_sensitive),
            selected: visit.agreed_sensitive,
            ..Choice::default()
        };
        Body::Consent { texts, tick }
    } else {
        Body::Paragraphs(texts)
    };
    page.primary_enabled = visit.consented();
    page.primary = Some(if item.wants_signature() {
        say.t("同意，去签名", "Agree and sign")
    } else {
        say.t("同意并提交", "Agree and submit")
    });
}

/// A notice in paragraphs of one sentence: nobody reads a block.
fn sentences(text: &str) -> Vec<String> {
    let ends = text.split_inclusive('。');
    let lines = ends.flat_map(|part| part.split_inclusive(". "));
    lines
        .map(|line| line.trim().to_owned())
        .filter(|l| !l.is_empty())
        .collect()
}

pub(super) fn sign(page: &mut Page, visit: &Visit, say: Say) {
    let Some(signature) = visit.item().and_then(|item| item.signature.as_ref()) else {
        return;
    };
    page.heading = say.t("请签名确认", "Please sign");
    page.lead = say.t(
        "用手指在框内写下您的姓名。",
        "Write your name with a finger.",
    );
    if let Entry::Ink(ink) = &visit.entry {
        page.primary_enabled = !ink.is_empty();
        page.body = Body::Canvas {
            statement: say.text(&signature.commitment),
            ink: ink.to_vec(),
        };
    }
    page.primary = Some(say.t("确认并提交", "Confirm and submit"));
}
