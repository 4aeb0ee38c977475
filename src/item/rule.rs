//! When a question is asked: a rule on earlier answers or on the person's age.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// Deepest nesting of `all` and `any`.
pub const DEPTH_MAX: usize = 4;

/// Full years, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgeRange {
    /// Youngest.
    pub min: Option<u16>,
    /// Oldest.
    pub max: Option<u16>,
}

impl AgeRange {
    /// Whether `age` is inside.
    #[must_use]
    pub fn contains(self, age: u16) -> bool {
        self.min.is_none_or(|min| age >= min) && self.max.is_none_or(|max| age <= max)
    }
}

/// A rule. Exactly one of: `question` with one of `equals`, `not`, `in`; `all`; `any`; `age`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Identifier of an earlier question.
    pub question: Option<String>,
    /// Its answer is this (`yes`/`no` for a yes-or-no question).
    pub equals: Option<String>,
    /// It has an answer and that is not this.
    pub not: Option<String>,
    /// Its answer is one of these.
    #[serde(rename = "in", default)]
    pub one_of: Vec<String>,
    /// All of these hold.
    #[serde(default)]
    pub all: Vec<Rule>,
    /// One of these holds.
    #[serde(default)]
    pub any: Vec<Rule>,
    /// The person's age is inside.
    pub age: Option<AgeRange>,
}

impl Rule {
    /// Whether the rule holds. `answer` gives the value of a question that was asked and answered; `age` is absent when
    /// no document told it, and an age rule then holds: asking once too often loses nothing.
    pub fn holds<'a>(
        &self,
        answer: &dyn Fn(&str) -> Option<Cow<'a, str>>,
        age: Option<u16>,
    ) -> bool {
        self.holds_at(answer, age, 0)
    }

    fn holds_at<'a>(
        &self,
        answer: &dyn Fn(&str) -> Option<Cow<'a, str>>,
        age: Option<u16>,
        depth: usize,
    ) -> bool {
        if depth > DEPTH_MAX {
            return false;
        }
        if let Some(range) = self.age {
            return age.is_none_or(|age| range.contains(age));
        }
        if !self.all.is_empty() {
            return self.all.iter().all(|r| r.holds_at(answer, age, depth + 1));
        }
        if !self.any.is_empty() {
            return self.any.iter().any(|r| r.holds_at(answer, age, depth + 1));
        }
        let Some(value) = self.question.as_deref().and_then(answer) else {
            return false;
        };
        match (&self.equals, &self.not) {
            (Some(wanted), _) => value == *wanted,
            (None, Some(unwanted)) => value != *unwanted,
            (None, None) => self.one_of.iter().any(|v| *v == value),
        }
    }

    /// Calls `visit` with every rule in this one, itself included, its path and its depth.
    pub fn walk<'r>(&'r self, path: &str, visit: &mut dyn FnMut(&'r Rule, &str, usize)) {
        self.walk_at(path, 0, visit);
    }

    fn walk_at<'r>(
        &'r self,
        path: &str,
        depth: usize,
        visit: &mut dyn FnMut(&'r Rule, &str, usize),
    ) {
        visit(self, path, depth);
        if depth > DEPTH_MAX {
            return;
        }
        for (name, rules) in [("all", &self.all), ("any", &self.any)] {
            for (i, rule) in rules.iter().enumerate() {
                rule.walk_at(&format!("{path}.{name}[{i}]"), depth + 1, visit);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(toml: &str, answer: Option<&'static str>, age: Option<u16>) -> bool {
        let rule: Rule = toml::from_str(toml).unwrap();
        rule.holds(
            &|id| {
                if id == "a" {
                    answer.map(Cow::Borrowed)
                } else {
                    None
                }
            },
            age,
        )
    }

    #[test]
    fn answers_are_compared() {
        let equals = "question='a'\nequals='x'";
        assert!(holds(equals, Some("x"), None));
        assert!(!holds(equals, Some("y"), None));
        assert!(!holds(equals, None, None));
        let not = "question='a'\nnot='x'";
        assert!(holds(not, Some("y"), None));
        assert!(!holds(not, Some("x"), None));
        assert!(!holds(not, None, None), "not asked is not an answer");
        let one = "question='a'\nin=['x','y']";
        assert!(holds(one, Some("y"), None));
        assert!(!holds(one, Some("z"), None));
    }

    #[test]
    fn rules_are_joined_and_look_at_the_age() {
        let both = "all=[{question='a',equals='x'},{age={min=60}}]";
        assert!(holds(both, Some("x"), Some(60)));
        assert!(!holds(both, Some("x"), Some(59)));
        assert!(holds(both, Some("x"), None));
        let either = "any=[{question='a',equals='x'},{age={max=17}}]";
        assert!(holds(either, None, Some(17)));
        assert!(!holds(either, None, Some(18)));
    }

    #[test]
    fn a_rule_nested_too_deeply_does_not_hold() {
        let mut rule: Rule = toml::from_str("age={min=0}").unwrap();
        for _ in 0..DEPTH_MAX {
            rule = Rule {
                all: vec![rule],
                ..Rule::default()
            };
        }
        assert!(rule.holds(&|_| None, Some(1)));
        let deeper = Rule {
            all: vec![rule],
            ..Rule::default()
        };
        assert!(!deeper.holds(&|_| None, Some(1)));
    }
}
