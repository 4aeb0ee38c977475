//! Who may apply: answered from the card where it tells, asked otherwise, before anything is typed.

use std::collections::BTreeMap;

use crate::item::citizen::Sex;
use crate::item::{Condition, Item};

/// What the card tells about the person; nothing of it is printed.
#[derive(Clone, Copy, Default)]
pub struct Applicant<'a> {
    /// Full years today.
    pub age: Option<u16>,
    /// Sex.
    pub sex: Option<Sex>,
    /// Address on the card.
    pub address: Option<&'a str>,
}

/// Where a person stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Eligibility {
    /// All conditions are met.
    Eligible,
    /// The conditions with these indexes must be asked, in this order.
    Ask(Vec<usize>),
    /// The conditions with these indexes are not met; their `why` and `instead` are shown.
    NotEligible(Vec<usize>),
}

/// What the card says about a condition; `None` when it cannot tell. An address that does not name the place leaves the
/// question open: hukou may have moved since the card was made.
fn from_card(condition: &Condition, who: &Applicant<'_>) -> Option<bool> {
    let mut parts = Vec::new();
    if let Some(range) = condition.age {
        parts.push(who.age.map(|age| range.contains(age)));
    }
    if let Some(sex) = condition.sex {
        parts.push(who.sex.map(|s| s == sex));
    }
    if let Some(place) = &condition.address {
        let named = who.address.is_some_and(|a| a.contains(place.as_str()));
        parts.push(named.then_some(true));
    }
    if parts.contains(&Some(false)) {
        return Some(false);
    }
    (!parts.is_empty() && parts.iter().all(Option::is_some)).then_some(true)
}

/// Weighs the conditions of `item`. `asked` holds the person's yes or no by the index of the condition; the card goes
/// before what a person says. A condition that fails ends the matter even while others are open.
#[must_use]
pub fn eligibility(item: &Item, who: &Applicant<'_>, asked: &BTreeMap<usize, bool>) -> Eligibility {
    let mut open = Vec::new();
    let mut failed = Vec::new();
    for (index, condition) in item.conditions.iter().enumerate() {
        let said = asked.get(&index).map(|yes| *yes == condition.need);
        match from_card(condition, who).or(said) {
            Some(true) => {}
            Some(false) => failed.push(index),
            None => open.push(index),
        }
    }
    if !failed.is_empty() {
        Eligibility::NotEligible(failed)
    } else if open.is_empty() {
        Eligibility::Eligible
    } else {
        Eligibility::Ask(open)
    }
}
