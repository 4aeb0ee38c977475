//! The cases of a bundle (一件事), and what a guide must not have.

use std::collections::BTreeMap;

use super::{Findings, form, identity};
use crate::item::{Item, Kind, Question};

pub(super) fn check(item: &Item, out: &mut Findings) {
    match item.kind {
        Kind::Bundle => cases(item, out),
        Kind::Case | Kind::Guide => {
            if !item.cases.is_empty() {
                out.error(
                    "cases",
                    [
                        "no cases outside a bundle",
                        "some",
                        "write kind = \"bundle\" or remove them",
                    ],
                );
            }
        }
    }
    if item.kind == Kind::Guide && !item.form.is_empty() {
        out.error(
            "form",
            [
                "no questions in a guide",
                &item.form.len().to_string(),
                "a guide files nothing: remove them, or write kind = \"case\"",
            ],
        );
    }
}

fn cases(item: &Item, out: &mut Findings) {
    out.count("cases", item.cases.len(), 12);
    if item.cases.len() < 2 {
        out.error(
            "cases",
            [
                "two or more cases in a bundle",
                &item.cases.len().to_string(),
                "add [[cases]] or write kind = \"case\", 一件事至少含两个事项",
            ],
        );
    }
    let questions: BTreeMap<&str, &Question> =
        item.form.iter().map(|q| (q.id.as_str(), q)).collect();
    for (i, case) in item.cases.iter().enumerate() {
        let at = |name: &str| format!("cases[{i}].{name}");
        identity::task_code_at(&at("task_code"), &case.task_code, out);
        identity::dept(&at("dept"), &case.dept, &case.task_code, out);
        out.text(&at("task_name"), &case.task_name, 60);
        if item.cases[..i]
            .iter()
            .any(|c| c.task_code == case.task_code)
        {
            out.error(
                &at("task_code"),
                [
                    "each case its own code",
                    &case.task_code,
                    "correct it, 实施编码重复",
                ],
            );
        }
        if case.answers.is_empty() {
            out.error(
                &at("answers"),
                ["ids of questions", "none", "name the answers that go along"],
            );
        }
        for (n, id) in case.answers.iter().enumerate() {
            if !questions.contains_key(id.as_str()) {
                out.error(
                    &format!("{}[{n}]", at("answers")),
                    ["the id of a question of this form", id, "correct the id"],
                );
            }
        }
        if let Some(rule) = &case.show_if {
            form::rule_at(rule, &at("show_if"), &questions, out);
        }
    }
}
