//! Finding an item by what a person types or says: names, other names, pinyin, first letters, situations.
//!
//! Everything that can be computed once is computed when the index is made; a keystroke compares short strings only.

use crate::item::spelling::syllables;
use crate::item::{Catalogue, Item};

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

/// One text an item is found by.
struct Key {
    /// Small letters, no spaces.
    text: String,
    /// Pinyin without spaces.
    full: String,
    /// Where syllables start in `full`.
    starts: Vec<usize>,
    /// First letters.
    initials: String,
    /// Worth: a name is worth more than a keyword.
    worth: u16,
    /// [`mask`] of everything above.
    mask: u64,
}

struct Entry {
    keys: Vec<Key>,
    /// Masks of all keys together: most items are passed over with one comparison.
    mask: u64,
    towns: Vec<String>,
}

/// An index over a catalogue.
#[derive(Default)]
pub struct SearchIndex {
    entries: Vec<Entry>,
}

fn normal(text: &str, max: usize) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace() && !c.is_control())
        .take(max)
        .flat_map(char::to_lowercase)
        .collect()
}

/// A bit for each character. A text can only contain a query whose bits are all in its own.
fn mask(text: &str) -> u64 {
    let bit = |c: char| 1 << (u32::from(c).wrapping_mul(0x9E37_79B1) >> 26);
    text.chars().map(bit).fold(0, |mask, bit: u64| mask | bit)
}

impl Key {
    fn new(text: &str, worth: u16) -> Self {
        let text = normal(text, KEY_MAX);
        let mut full = String::new();
        let mut starts = Vec::new();
        let mut initials = String::new();
        for syllable in syllables(&text) {
            starts.push(full.len());
            initials.extend(syllable.chars().next());
            full.push_str(&syllable);
        }
        Self {
            mask: mask(&text) | mask(&full),
            text,
            full,
            starts,
            initials,
            worth,
        }
    }

    /// How well `query` fits; 0 when it does not.
    fn score(&self, query: &str) -> u16 {
        let place = if self.text == query {
            100
        } else if self.text.starts_with(query) {
            90
        } else if self.text.contains(query) {
            80
        } else if !query.is_ascii() {
            0
        } else if self.full.starts_with(query) {
            70
        } else if self.initials.starts_with(query) {
            60
        } else if self.syllable_match(query) {
            50
        } else if query.len() > 1 && self.initials.contains(query) {
            40
        } else {
            0
        };
        if place == 0 { 0 } else { place + self.worth }
    }

    /// True when `query` stands in the pinyin from the start of a syllable on: `lao` is in `yanglao`, `ang` is not.
    fn syllable_match(&self, query: &str) -> bool {
        self.starts
            .iter()
            .any(|start| self.full[*start..].starts_with(query))
    }

    /// True when all characters of `query` stand in the text in their order: 养老登记 in 养老保险参保登记.
    fn scattered(&self, query: &str) -> bool {
        let mut rest = self.text.chars();
        query.chars().all(|c| rest.any(|t| t == c))
    }
}

fn entry(item: &Item, catalogue: &Catalogue) -> Entry {
    let mut keys = vec![Key::new(&item.task_name.zh, 9)];
    if !item.task_name.en.is_empty() {
        keys.push(Key::new(&item.task_name.en, 0));
    }
    keys.extend(item.cases.iter().map(|c| Key::new(&c.task_name.zh, 7)));
    keys.extend(item.alias.iter().map(|a| Key::new(a, 8)));
    keys.extend(item.keywords.iter().map(|k| Key::new(k, 2)));
    for situation in catalogue.situations() {
        if item.situations.contains(&situation.id) {
            keys.push(Key::new(&situation.name.zh, 1));
            keys.extend(situation.alias.iter().map(|a| Key::new(a, 1)));
        }
    }
    Entry {
        mask: keys.iter().fold(0, |mask, key| mask | key.mask),
        keys,
        towns: item.towns.clone(),
    }
}

impl SearchIndex {
    /// Makes the index; takes some milliseconds for thousands of items.
    #[must_use]
    pub fn new(catalogue: &Catalogue) -> Self {
        let entries = catalogue.items().iter();
        Self {
            entries: entries.map(|item| entry(item, catalogue)).collect(),
        }
    }

    /// Items that fit `query`, best first; among equals those this `town` (9 digits) accepts and the most asked for come
    /// first. An empty query gives all items.
    #[must_use]
    pub fn search(&self, query: &str, town: &str) -> Vec<ItemRef> {
        let query = normal(query, QUERY_MAX);
        let mut found = self.rank(&query, town, |keys| best(keys, &query));
        if found.is_empty()
            && let Some(rest) = OPENINGS.iter().find_map(|o| query.strip_prefix(o))
            && !rest.is_empty()
        {
            found = self.rank(rest, town, |keys| best(keys, rest));
        }
        if found.is_empty() && query.chars().count() > 1 && !query.is_ascii() {
            found = self.rank(&query, town, |keys| {
                u16::from(keys.iter().any(|k| k.scattered(&query)))
            });
        }
        found
    }

    fn rank(&self, query: &str, town: &str, score: impl Fn(&[Key]) -> u16) -> Vec<ItemRef> {
        let mut scored: Vec<(bool, u16, usize)> = Vec::new();
        let wanted = mask(query);
        for (index, entry) in self.entries.iter().enumerate() {
            if entry.mask & wanted != wanted {
                continue;
            }
            let points = if query.is_empty() {
                1
            } else {
                score(&entry.keys)
            };
            if points > 0 {
                let here = entry.towns.is_empty() || entry.towns.iter().any(|t| t == town);
                scored.push((here, points, index));
            }
        }
        // The catalogue is in the order of popularity, so the index breaks ties.
        scored.sort_by_key(|(here, points, index)| (!here, u16::MAX - points, *index));
        scored
            .into_iter()
            .map(|(here, _, index)| ItemRef { index, here })
            .collect()
    }
}

fn best(keys: &[Key], query: &str) -> u16 {
    let wanted = mask(query);
    let possible = keys.iter().filter(|k| k.mask & wanted == wanted);
    possible.map(|k| k.score(query)).max().unwrap_or(0)
}

#[cfg(test)]
mod tests;
