//! Codes, bodies, times and dates.

use super::Findings;
use crate::item::{Dept, Item, ProjectType, Term, Unit, task_code, uscc};

pub(super) fn check(item: &Item, out: &mut Findings) {
    if item.schema != 1 {
        out.error(
            "schema",
            ["1", &item.schema.to_string(), "write schema = 1"],
        );
    }
    code(item, out);
    if item.version == 0 {
        out.error("version", ["1 or more", "0", "count versions from 1"]);
    }
    if item.effective > item.expires {
        out.error(
            "expires",
            [
                &format!("a day not before effective ({})", item.effective),
                &item.expires.to_string(),
                "put the two days in order, 生效日应早于失效日",
            ],
        );
    }
    times(item, out);
}

fn code(item: &Item, out: &mut Findings) {
    task_code_at("task_code", &item.task_code, out);
    dept("dept", &item.dept, &item.task_code, out);
    let same = [
        (
            "catalog_code",
            &item.catalog_code,
            19..31,
            "characters 20-31",
        ),
        ("task_type", &item.task_type, 21..23, "characters 22-23"),
        ("use_level", &item.use_level, 18..19, "character 19"),
    ];
    for (field, found, range, which) in same {
        if let Some(expected) = item.task_code.get(range)
            && expected != found
        {
            out.error(
                field,
                [
                    &format!("{expected} ({which} of task_code)"),
                    found,
                    "make it agree with task_code, 与实施编码一致",
                ],
            );
        }
    }
}

/// An implementation code.
pub(super) fn task_code_at(field: &str, code: &str, out: &mut Findings) {
    if let Err(error) = task_code::check(code) {
        out.error(
            field,
            [
                "实施编码, 31 or 33 characters (GB/T 39554.1)",
                &format!("{code:?}: {error}"),
                "copy the code from the official item list, 以官方清单为准",
            ],
        );
    }
}

/// A body: its code, that it owns the item's code, and its name.
pub(super) fn dept(field: &str, dept: &Dept, task_code: &str, out: &mut Findings) {
    if let Err(error) = uscc::check(&dept.code) {
        out.error(
            &format!("{field}.code"),
            [
                "统一社会信用代码, 18 characters (GB 32100)",
                &format!("{:?}: {error}", dept.code),
                "check the code, 请核对代码",
            ],
        );
    } else if !task_code.starts_with(&dept.code) {
        out.error(
            &format!("{field}.code"),
            [
                "the first 18 characters of task_code",
                &dept.code,
                "the body must own the code, 实施主体应与实施编码一致",
            ],
        );
    }
    out.text(&format!("{field}.name"), &dept.name, 60);
}

fn times(item: &Item, out: &mut Findings) {
    term("anticipate", &item.anticipate, out);
    term("promise", &item.promise, out);
    let same_unit = item.anticipate.unit == item.promise.unit;
    if same_unit && item.promise.days > item.anticipate.days {
        out.error(
            "promise.days",
            [
                &format!("at most anticipate.days ({})", item.anticipate.days),
                &item.promise.days.to_string(),
                "a promise is not later than the law's limit, 承诺时限不得长于法定时限",
            ],
        );
    }
    let at_once = item.promise.unit == Unit::AtOnce;
    if (item.project_type == ProjectType::Immediate) != at_once {
        out.error(
            "project_type",
            [
                if at_once {
                    "1 (即办件)"
                } else {
                    "2 (承诺件)"
                },
                &u8::from(item.project_type).to_string(),
                "make project_type and promise.unit agree",
            ],
        );
    }
}

fn term(field: &str, term: &Term, out: &mut Findings) {
    if (term.unit == Unit::AtOnce) != (term.days == 0) {
        out.error(
            &format!("{field}.days"),
            [
                "0 with unit 即办, 1 or more with any other unit",
                &term.days.to_string(),
                "correct days or unit",
            ],
        );
    }
    out.length(&format!("{field}.explain"), &term.explain, 120);
}
