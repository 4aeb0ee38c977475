//! Questions, their options and the rules that show them.

use std::collections::BTreeMap;

use super::Findings;
use crate::item::rule::DEPTH_MAX;
use crate::item::{Item, Question, QuestionKind, Rule};

/// More options than this do not fit on one page.
const PAGE_OPTIONS: usize = 7;
/// Longest free text.
const CHARS_MAX: u16 = 500;

pub(super) fn check(item: &Item, out: &mut Findings) {
    out.count("form", item.form.len(), 40);
    signature(item, out);
    let mut earlier: BTreeMap<&str, &Question> = BTreeMap::new();
    for (i, question) in item.form.iter().enumerate() {
        let at = format!("form[{i}]");
        head(question, &at, out);
        kind(question, &at, out);
        if let Some(rule) = &question.show_if {
            rule_at(rule, &format!("{at}.show_if"), &earlier, out);
        }
        if question.kind == QuestionKind::Signature && item.signature.is_none() {
            out.error(
                &format!("{at}.type"),
                [
                    "a [signature] with the commitment that is signed",
                    "none",
                    "add [signature], 缺少承诺书",
                ],
            );
        }
        if earlier.insert(&question.id, question).is_some() {
            out.error(
                &format!("{at}.id"),
                [
                    "each id once",
                    &question.id,
                    "rename the question, 问题编号重复",
                ],
            );
        }
    }
}

/// A commitment that must be signed needs one place to sign.
fn signature(item: &Item, out: &mut Findings) {
    let places = item
        .form
        .iter()
        .filter(|q| q.kind == QuestionKind::Signature)
        .count();
    let required = item.signature.as_ref().is_some_and(|s| s.required);
    if places > 1 || (required && places == 0) {
        out.error(
            "signature",
            [
                "one question of type signature",
                &places.to_string(),
                "add or remove it at the end of the form, 承诺书须有一处签名",
            ],
        );
    }
}

fn head(question: &Question, at: &str, out: &mut Findings) {
    let id = &question.id;
    let fits = (1..=40).contains(&id.len())
        && id
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if !fits {
        out.error(
            &format!("{at}.id"),
            ["1 to 40 of a-z 0-9 _", id, "e.g. id = \"bank_card\""],
        );
    }
    out.text(&format!("{at}.text"), &question.text, 60);
    out.length(&format!("{at}.help"), &question.help, 120);
    out.length(&format!("{at}.unit"), &question.unit, 10);
}

fn kind(q: &Question, at: &str, out: &mut Findings) {
    use QuestionKind as K;
    let only = [
        ("options", !q.options.is_empty(), K::Choice),
        ("min", q.min.is_some(), K::Number),
        ("max", q.max.is_some(), K::Number),
        ("unit", !q.unit.zh.is_empty(), K::Number),
        ("max_chars", q.max_chars.is_some(), K::Text),
        ("level", q.level.is_some(), K::Address),
    ];
    for (field, there, owner) in only {
        if there && q.kind != owner {
            out.error(
                &format!("{at}.{field}"),
                [
                    &format!("no {field} in a {:?} question", q.kind),
                    field,
                    &format!("remove it; it belongs to {owner:?}"),
                ],
            );
        }
    }
    match q.kind {
        K::Choice => options(q, at, out),
        K::Number => {
            let (min, max) = (q.min.unwrap_or(0), q.max.unwrap_or(-1));
            if min > max {
                out.error(
                    &format!("{at}.max"),
                    [
                        "min and max, in order",
                        &format!("{:?} to {:?}", q.min, q.max),
                        "give every number its limits, 数字须有上下限",
                    ],
                );
            }
        }
        K::Text if q.max_chars.is_some_and(|n| n == 0 || n > CHARS_MAX) => out.error(
            &format!("{at}.max_chars"),
            [&format!("1 to {CHARS_MAX}"), "something else", "correct it"],
        ),
        _ => {}
    }
}

fn options(q: &Question, at: &str, out: &mut Findings) {
    let field = format!("{at}.options");
    if q.options.len() < 2 {
        out.error(
            &field,
            [
                "two or more options",
                &q.options.len().to_string(),
                "add options or use another type, 选项不足",
            ],
        );
    }
    out.count(&field, q.options.len(), 60);
    if q.options.len() > PAGE_OPTIONS {
        out.warning(
            &field,
            [
                &format!("at most {PAGE_OPTIONS} options on a page"),
                &q.options.len().to_string(),
                "group them; the machine pages through them, 选项较多将分页显示",
            ],
        );
    }
    for (i, option) in q.options.iter().enumerate() {
        let value = &option.value;
        if value.is_empty() || value.len() > 60 {
            out.error(
                &format!("{field}[{i}].value"),
                ["1 to 60 bytes", value, "write a short value"],
            );
        }
        if q.options[..i].iter().any(|o| o.value == *value) {
            out.error(
                &format!("{field}[{i}].value"),
                ["each value once", value, "rename it, 选项值重复"],
            );
        }
        out.text(&format!("{field}[{i}].label"), &option.label, 30);
    }
}

/// A rule that may look at the questions in `earlier`.
pub(super) fn rule_at(
    rule: &Rule,
    at: &str,
    earlier: &BTreeMap<&str, &Question>,
    out: &mut Findings,
) {
    rule.walk(at, &mut |rule, path, depth| {
        if depth > DEPTH_MAX {
            out.error(
                path,
                [
                    &format!("at most {DEPTH_MAX} rules inside each other"),
                    "more",
                    "simplify the rule",
                ],
            );
            return;
        }
        one_rule(rule, path, earlier, out);
    });
}

fn one_rule(rule: &Rule, path: &str, earlier: &BTreeMap<&str, &Question>, out: &mut Findings) {
    let compared = usize::from(rule.equals.is_some())
        + usize::from(rule.not.is_some())
        + usize::from(!rule.one_of.is_empty());
    let forms = usize::from(rule.question.is_some())
        + usize::from(!rule.all.is_empty())
        + usize::from(!rule.any.is_empty())
        + usize::from(rule.age.is_some());
    if forms != 1 || compared != usize::from(rule.question.is_some()) {
        out.error(
            path,
            [
                "one of: question with equals, not or in; all; any; age",
                &format!("{forms} forms, {compared} comparisons"),
                "keep exactly one",
            ],
        );
        return;
    }
    let Some(id) = rule.question.as_deref() else {
        return;
    };
    let field = format!("{path}.question");
    let Some(question) = earlier.get(id) else {
        out.error(
            &field,
            [
                "the id of an earlier question",
                id,
                "correct the id or move the question up, 只能引用前面的问题",
            ],
        );
        return;
    };
    let wanted = rule.equals.iter().chain(&rule.not).chain(&rule.one_of);
    for value in wanted {
        let possible = match question.kind {
            QuestionKind::Choice => question.option(value).is_some(),
            QuestionKind::YesNo => value == "yes" || value == "no",
            QuestionKind::Number => value.parse::<i64>().is_ok(),
            _ => false,
        };
        if !possible {
            out.error(
                &field,
                [
                    &format!("a value that {id} can have (choice, yes_no or number)"),
                    value,
                    "correct the value, 该问题没有这个答案",
                ],
            );
        }
    }
}
