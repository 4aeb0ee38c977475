//! What must hold within one item beyond its shape. Pure: an item in, findings out.

mod bundle;
mod content;
mod form;
mod identity;

use super::{Item, Situation};
use crate::division::Divisions;
use crate::text::Text;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The item works, but something should be better.
    Warning,
    /// The item is left out.
    Error,
}

/// One thing that is wrong, for the person who writes the catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Path of the field, e.g. `form[2].options[0].value`.
    pub field: String,
    /// How bad.
    pub severity: Severity,
    /// What was expected.
    pub expected: String,
    /// What was found.
    pub found: String,
    /// How to mend it.
    pub mend: String,
}

/// Collects findings.
#[derive(Debug, Default)]
pub(crate) struct Findings(pub(crate) Vec<Finding>);

impl Findings {
    fn add(&mut self, severity: Severity, field: &str, words: [&str; 3]) {
        let [expected, found, mend] = words.map(clip);
        self.0.push(Finding {
            field: field.into(),
            severity,
            expected,
            found,
            mend,
        });
    }

    /// `[expected, found, mend]`.
    pub(crate) fn error(&mut self, field: &str, words: [&str; 3]) {
        self.add(Severity::Error, field, words);
    }

    fn warning(&mut self, field: &str, words: [&str; 3]) {
        self.add(Severity::Warning, field, words);
    }

    /// A text that must be there and fit.
    fn text(&mut self, field: &str, text: &Text, max: usize) {
        if text.zh.trim().is_empty() {
            self.error(
                field,
                [
                    "a Chinese text / 中文内容",
                    "nothing",
                    "write the text, 补写中文",
                ],
            );
        }
        self.length(field, text, max);
    }

    /// A text that may be missing but must fit. English takes about three times the characters.
    fn length(&mut self, field: &str, text: &Text, max: usize) {
        for (lang, words, max) in [("zh", &text.zh, max), ("en", &text.en, max * 4)] {
            let count = words.chars().count();
            if count > max {
                self.error(
                    field,
                    [
                        &format!("at most {max} characters ({lang})"),
                        &format!("{count}"),
                        "shorten it, 请缩短",
                    ],
                );
            }
        }
    }

    /// A list that must not be longer than `max`.
    fn count(&mut self, field: &str, count: usize, max: usize) {
        if count > max {
            self.error(
                field,
                [
                    &format!("at most {max} entries"),
                    &count.to_string(),
                    "split the item, 请拆分事项",
                ],
            );
        }
    }
}

/// One line without control characters, at most 120 characters: findings may quote anything a file holds.
pub(crate) fn clip(text: &str) -> String {
    let clean: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(121)
        .collect();
    match clean.char_indices().nth(120) {
        Some((at, _)) => format!("{}…", &clean[..at]),
        None => clean,
    }
}

/// Checks one item against itself, the divisions and the situations.
#[must_use]
pub fn check(item: &Item, divisions: &Divisions, situations: &[Situation]) -> Vec<Finding> {
    let mut findings = Findings::default();
    identity::check(item, &mut findings);
    content::check(item, divisions, situations, &mut findings);
    form::check(item, &mut findings);
    bundle::check(item, &mut findings);
    findings.0
}

/// True when nothing stops the item from being offered.
#[must_use]
pub fn is_good(findings: &[Finding]) -> bool {
    findings.iter().all(|f| f.severity < Severity::Error)
}
