//! Finding an item by what a person types or says: names, other names, pinyin, first letters, situations.
//!
//! Everything that can be computed once is computed when the index is made; a keystroke looks into sorted tables.

mod tails;

use std::collections::BTreeMap;

use crate::item::spelling::syllables;
use crate::item::{Catalogue, Item};
use tails::Tails;

/// Longest query in characters; the rest is not looked at.
const QUERY_MAX: usize = 40;
/// Longest key in characters.
const KEY_MAX: usize = 80;
/// Openings of a wish that say nothing about the item.
const OPENINGS: [&str; 8] = [
    "我要办",
    "我想办",
    "我要",
    "我想",
    "怎么办",
    "办理",
    "申请",
    "办",
];

/// An item that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ItemRef {
    /// Index into [`Catalogue::items`] of the catalogue the index was made of.
    pub index: usize,
    /// Whether the machine's town accepts it; if not, the page says where.
    pub here: bool,
}

/// An item that a key leads to.
struct Lead {
    /// Index of the item.
    item: usize,
    /// Worth of the key for it: a name is worth more than a keyword.
    worth: u16,
}

/// An index over a catalogue. A key is one text that items are found by, in small letters and without spaces; keys that
/// several items share, such as situations, stand in it once.
#[derive(Default)]
pub struct SearchIndex {
    /// The keys as written.
    texts: Tails,
    /// The keys in pinyin without spaces; tails begin at syllables.
    pinyin: Tails,
    /// First letters of the keys.
    initials: Tails,
    /// Where each key leads.
    leads: Vec<Vec<Lead>>,
    /// Towns of each item; none means all.
    towns: Vec<Vec<String>>,
}

fn normal(text: &str, max: usize) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace() && !c.is_control())
        .take(max)
        .flat_map(char::to_lowercase)
        .collect()
}

/// The texts an item is found by, with their worth.
fn keys<'a>(item: &'a Item, catalogue: &'a Catalogue) -> Vec<(&'a str, u16)> {
    let mut keys: Vec<(&str, u16)> = vec![(&item.task_name.zh, 9), (&item.task_name.en, 0)];
    keys.extend(item.cases.iter().map(|c| (c.task_name.zh.as_str(), 7)));
    keys.extend(item.alias.iter().map(|a| (a.as_str(), 8)));
    keys.extend(item.keywords.iter().map(|k| (k.as_str(), 2)));
    for situation in catalogue.situations() {
        if item.situations.contains(&situation.id) {
            keys.push((&situation.name.zh, 1));
            keys.extend(situation.alias.iter().map(|a| (a.as_str(), 1)));
        }
    }
    keys
}

impl SearchIndex {
    /// Makes the index.
    #[must_use]
    pub fn new(catalogue: &Catalogue) -> Self {
        let mut all: BTreeMap<String, Vec<Lead>> = BTreeMap::new();
        for (item, entry) in catalogue.items().iter().enumerate() {
            for (text, worth) in keys(entry, catalogue) {
                let text = normal(text, KEY_MAX);
                if !text.is_empty() {
                    all.entry(text).or_default().push(Lead { item, worth });
                }
            }
        }
        let (mut pinyin, mut initials) = (Vec::new(), Vec::new());
        for text in all.keys() {
            let syllables = syllables(text);
            initials.push(syllables.iter().filter_map(|s| s.chars().next()).collect());
            pinyin.push(syllables);
        }
        let (texts, leads): (Vec<String>, _) = all.into_iter().unzip();
        Self {
            texts: Tails::of_words(texts),
            pinyin: Tails::of_parts(pinyin),
            initials: Tails::of_words(initials),
            leads,
            towns: catalogue.items().iter().map(|i| i.towns.clone()).collect(),
        }
    }

    /// Items that fit `query`, best first; among equals those this `town` (9 digits) accepts and the most asked for come
    /// first. An empty query gives all items.
    #[must_use]
    pub fn search(&self, query: &str, town: &str) -> Vec<ItemRef> {
        let query = normal(query, QUERY_MAX);
        if query.is_empty() {
            return self.order(&vec![1; self.towns.len()], town);
        }
        let mut found = self.order(&self.points(&self.places(&query)), town);
        if found.is_empty()
            && let Some(rest) = OPENINGS.iter().find_map(|o| query.strip_prefix(o))
            && !rest.is_empty()
        {
            found = self.order(&self.points(&self.places(rest)), town);
        }
        if found.is_empty() && query.chars().count() > 1 && !query.is_ascii() {
            found = self.order(&self.points(&self.scattered(&query)), town);
        }
        found
    }

    /// How well each key fits `query`; 0 when it does not.
    fn places(&self, query: &str) -> Vec<u16> {
        let mut places = vec![0; self.leads.len()];
        let mut fits = |key: usize, place: u16| places[key] = place.max(places[key]);
        for tail in self.texts.beginning_with(query) {
            let whole = tail.start() && self.texts.word(tail.word()).len() == query.len();
            fits(
                tail.word(),
                if whole {
                    100
                } else if tail.start() {
                    90
                } else {
                    80
                },
            );
        }
        if query.is_ascii() {
            for tail in self.pinyin.beginning_with(query) {
                fits(tail.word(), if tail.start() { 70 } else { 50 });
            }
            for tail in self.initials.beginning_with(query) {
                // One letter in the middle of first letters says nothing.
                if tail.start() {
                    fits(tail.word(), 60);
                } else if query.len() > 1 {
                    fits(tail.word(), 40);
                }
            }
        }
        places
    }

    /// Keys that hold all characters of `query` in their order: 养老登记 in 养老保险参保登记.
    fn scattered(&self, query: &str) -> Vec<u16> {
        let holds = |text: &str| {
            let mut rest = text.chars();
            query.chars().all(|c| rest.any(|t| t == c))
        };
        self.texts.words().map(|t| u16::from(holds(t))).collect()
    }

    /// Points of each item from how well each key fits.
    fn points(&self, places: &[u16]) -> Vec<u16> {
        let mut points = vec![0; self.towns.len()];
        for (place, leads) in places.iter().zip(&self.leads) {
            if *place > 0 {
                for lead in leads {
                    points[lead.item] = points[lead.item].max(place + lead.worth);
                }
            }
        }
        points
    }

    fn order(&self, points: &[u16], town: &str) -> Vec<ItemRef> {
        let mut found: Vec<(bool, u16, usize)> = Vec::new();
        for (index, (points, towns)) in points.iter().zip(&self.towns).enumerate() {
            if *points > 0 {
                let here = towns.is_empty() || towns.iter().any(|t| t == town);
                found.push((!here, u16::MAX - points, index));
            }
        }
        // The catalogue is in the order of popularity, so the index breaks ties.
        found.sort_unstable();
        found
            .into_iter()
            .map(|(away, _, index)| ItemRef { index, here: !away })
            .collect()
    }
}

#[cfg(test)]
mod tests;
