//! All items of a machine, with the situations and divisions they refer to. No files here; `shell::catalogue` reads them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::check::{self, Finding, Findings};
use super::{Day, Item};
use crate::division::Divisions;
use crate::text::Text;

/// Most items of one catalogue.
pub const ITEMS_MAX: usize = 5000;
/// Longest catalogue as JSON in bytes.
pub const JSON_MAX: usize = 32 * 1024 * 1024;

/// A situation of life (生活情形) by which people look for items.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Situation {
    /// Identifier, named by items.
    pub id: String,
    /// What a person would say: `我老了`.
    pub name: Text,
    /// Other words for it.
    #[serde(default)]
    pub alias: Vec<String>,
    /// Name of a picture.
    #[serde(default)]
    pub icon: String,
}

/// A finding and the item it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemFinding {
    /// Index into what was given to [`Catalogue::assemble`].
    pub index: usize,
    /// What is wrong.
    pub finding: Finding,
}

/// Why there is no catalogue at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CatalogueError {
    /// Nothing usable is left.
    #[error("no good item in the catalogue")]
    NoGoodItem,
    /// Not JSON, or not of the expected shape.
    #[error("not a catalogue: {0}")]
    Shape(String),
    /// Too long or too many items.
    #[error("more than {ITEMS_MAX} items or {JSON_MAX} bytes")]
    TooLarge,
    /// The divisions in it are wrong.
    #[error("divisions: {0}")]
    Divisions(#[from] crate::division::DivisionError),
}

/// Items by rank, then by code.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Catalogue {
    /// Version, as the platform names it.
    pub version: String,
    items: Vec<Item>,
    by_code: BTreeMap<String, usize>,
    situations: Vec<Situation>,
    divisions: Divisions,
}

/// The shape of a catalogue as one JSON document.
#[derive(Serialize)]
struct JsonOut<'a> {
    version: &'a str,
    situations: &'a [Situation],
    divisions: String,
    items: &'a [Item],
}

#[derive(Deserialize)]
struct JsonIn {
    version: String,
    #[serde(default)]
    situations: Vec<Situation>,
    #[serde(default)]
    divisions: String,
    items: Vec<serde_json::Value>,
}

impl Catalogue {
    /// Puts the good items together; what is wrong with the others, and warnings, come back beside it.
    #[must_use]
    pub fn assemble(
        version: String,
        items: Vec<Item>,
        situations: Vec<Situation>,
        divisions: Divisions,
    ) -> (Self, Vec<ItemFinding>) {
        let mut findings = Vec::new();
        let mut good: Vec<Item> = Vec::new();
        let mut seen: BTreeMap<String, String> = BTreeMap::new();
        for (index, item) in items.into_iter().enumerate() {
            let mut found = check::check(&item, &divisions, &situations);
            if index >= ITEMS_MAX {
                let mut more = Findings::default();
                let most = format!("at most {ITEMS_MAX} items");
                more.error("task_code", [&most, "more", "remove items"]);
                found.append(&mut more.0);
            }
            if let Some(name) = seen.get(&item.task_code) {
                let mut twice = Findings::default();
                twice.error(
                    "task_code",
                    [
                        "each task_code once in the catalogue",
                        &format!("{} also belongs to {name}", item.task_code),
                        "correct the code or remove one item, 实施编码重复",
                    ],
                );
                found.append(&mut twice.0);
            }
            if check::is_good(&found) {
                seen.insert(item.task_code.clone(), item.task_name.zh.clone());
                good.push(item);
            }
            findings.extend(
                found
                    .into_iter()
                    .map(|finding| ItemFinding { index, finding }),
            );
        }
        good.sort_by(|a, b| (a.rank, &a.task_code).cmp(&(b.rank, &b.task_code)));
        let by_code = good
            .iter()
            .enumerate()
            .map(|(i, item)| (item.task_code.clone(), i))
            .collect();
        let catalogue = Self {
            version,
            items: good,
            by_code,
            situations,
            divisions,
        };
        (catalogue, findings)
    }

    /// Reads the one-document form that the platform serves: `{version, situations, divisions, items}`. Wrong items are
    /// left out and reported; without `divisions` those of Wujiang are used.
    ///
    /// # Errors
    /// When it is no catalogue or no item is good.
    pub fn from_json(bytes: &[u8]) -> Result<(Self, Vec<ItemFinding>), CatalogueError> {
        if bytes.len() > JSON_MAX {
            return Err(CatalogueError::TooLarge);
        }
        let shape = |e: serde_json::Error| CatalogueError::Shape(check::clip(&e.to_string()));
        let raw: JsonIn = serde_json::from_slice(bytes).map_err(shape)?;
        if raw.items.len() > ITEMS_MAX {
            return Err(CatalogueError::TooLarge);
        }
        let divisions = if raw.divisions.is_empty() {
            Divisions::wujiang()
        } else {
            Divisions::parse(&raw.divisions)?
        };
        let mut findings = Vec::new();
        let mut items = Vec::new();
        let mut origin = Vec::new();
        for (index, value) in raw.items.into_iter().enumerate() {
            match serde_json::from_value::<Item>(value) {
                Ok(item) => {
                    origin.push(index);
                    items.push(item);
                }
                Err(error) => {
                    let mut out = Findings::default();
                    let said = error.to_string();
                    out.error("", ["an item", &said, "mend the item at its source"]);
                    findings.extend(
                        out.0
                            .into_iter()
                            .map(|finding| ItemFinding { index, finding }),
                    );
                }
            }
        }
        let (catalogue, found) = Self::assemble(raw.version, items, raw.situations, divisions);
        findings.extend(found.into_iter().map(|f| ItemFinding {
            index: origin.get(f.index).copied().unwrap_or(f.index),
            ..f
        }));
        if catalogue.items.is_empty() {
            return Err(CatalogueError::NoGoodItem);
        }
        Ok((catalogue, findings))
    }

    /// The one-document form, see [`Self::from_json`].
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        let out = JsonOut {
            version: &self.version,
            situations: &self.situations,
            divisions: self.divisions.to_csv(),
            items: &self.items,
        };
        serde_json::to_vec(&out).expect("strings and numbers always become JSON")
    }

    /// Items, most asked for first.
    #[must_use]
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// The item of an implementation code; 31 characters also find the item of a 33-character code and back.
    #[must_use]
    pub fn get(&self, code: &str) -> Option<&Item> {
        let exact = self.by_code.get(code);
        let near = || {
            let stem = code.get(..31)?;
            let (found, index) = self.by_code.range(stem.to_owned()..).next()?;
            found.starts_with(stem).then_some(index)
        };
        exact.or_else(near).and_then(|i| self.items.get(*i))
    }

    /// Situations in the order of the file.
    #[must_use]
    pub fn situations(&self) -> &[Situation] {
        &self.situations
    }

    /// Items of a situation, most asked for first.
    #[must_use]
    pub fn in_situation(&self, id: &str) -> Vec<&Item> {
        let belongs = |item: &&Item| item.situations.iter().any(|s| s == id);
        self.items.iter().filter(belongs).collect()
    }

    /// Items a machine in `town` (9 digits) offers on `today`, most asked for first.
    #[must_use]
    pub fn offered(&self, town: &str, today: Day) -> Vec<&Item> {
        let here = |item: &&Item| item.accepted_in(town) && item.offered_on(today);
        self.items.iter().filter(here).collect()
    }

    /// Divisions.
    #[must_use]
    pub fn divisions(&self) -> &Divisions {
        &self.divisions
    }
}
