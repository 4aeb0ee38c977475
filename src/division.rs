//! Administrative divisions (统计用区划代码): 12 digits, 6 for the district, 3 for the town or street, 3 for the village or
//! community. Read from `code,name` lines; lines starting with `#` are comments.

use std::collections::BTreeMap;

/// The divisions of Wujiang District that are built in.
const WUJIANG: &str = include_str!("../board/catalogue/divisions.csv");
/// Most divisions a table may hold; a whole province has some 30 000.
const ROWS_MAX: usize = 50_000;
/// Longest name in characters.
const NAME_MAX: usize = 40;

/// How deep a division is.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// 区、县.
    District,
    /// 镇、街道.
    Town,
    /// 村、社区.
    Village,
}

/// One division.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Division {
    /// 12 digits.
    pub code: String,
    /// Official name, e.g. `西联村村民委员会`.
    pub name: String,
    /// First letters of the short name, e.g. `xlc`.
    pub initials: String,
    /// Depth, from the zeros of the code.
    pub level: Level,
}

impl Division {
    /// The name as people say it: `西联村`, `利民社区`, `西河镇`.
    #[must_use]
    pub fn short_name(&self) -> &str {
        short(&self.name)
    }
}

/// Why a table was not read; the line counts from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DivisionError {
    /// No `code,name`.
    #[error("line {0}: `code,name` expected")]
    Line(usize),
    /// A code that is not 12 digits.
    #[error("line {0}: a code has 12 digits")]
    Code(usize),
    /// A name that is empty or too long.
    #[error("line {0}: a name has 1 to {NAME_MAX} characters")]
    Name(usize),
    /// A code that stands there twice.
    #[error("line {0}: this code stands in an earlier line too")]
    Twice(usize),
    /// A town without its district or a village without its town.
    #[error("line {0}: the division above this one is missing")]
    Orphan(usize),
    /// More lines than a province has divisions.
    #[error("more than {ROWS_MAX} divisions")]
    TooMany,
}

impl DivisionError {
    /// The line that is wrong, counted from 1.
    #[must_use]
    pub fn line(&self) -> Option<usize> {
        match *self {
            Self::Line(n) | Self::Code(n) | Self::Name(n) | Self::Twice(n) | Self::Orphan(n) => {
                Some(n)
            }
            Self::TooMany => None,
        }
    }
}

/// A table of divisions, ordered by code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Divisions {
    by_code: BTreeMap<String, Division>,
}

fn level_of(code: &str) -> Level {
    if !code.ends_with("000") {
        Level::Village
    } else if !code.ends_with("000000") {
        Level::Town
    } else {
        Level::District
    }
}

fn parent_of(code: &str) -> Option<String> {
    match level_of(code) {
        Level::District => None,
        Level::Town => Some(format!("{}000000", &code[..6])),
        Level::Village => Some(format!("{}000", &code[..9])),
    }
}

fn short(name: &str) -> &str {
    for (tail, keep) in [
        ("社区居民委员会", "社区"),
        ("社区居民居委会", "社区"),
        ("社区居委会", "社区"),
        ("村村民委员会", "村"),
        ("村民委员会", ""),
        ("居民委员会", ""),
        ("居委会", ""),
        ("村委会", ""),
    ] {
        if let Some(front) = name.strip_suffix(tail)
            && !front.is_empty()
        {
            return &name[..front.len() + keep.len()];
        }
    }
    name
}

impl Divisions {
    /// The seven towns and streets of Wujiang with all villages and communities.
    #[must_use]
    pub fn wujiang() -> Self {
        Self::parse(WUJIANG).expect("the built-in table is read by a test")
    }

    /// Reads `code,name` lines.
    ///
    /// # Errors
    /// The first wrong line, see [`DivisionError`].
    pub fn parse(csv: &str) -> Result<Self, DivisionError> {
        let mut by_code = BTreeMap::new();
        let mut lines = BTreeMap::new();
        for (index, line) in csv.lines().enumerate() {
            let number = index + 1;
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (code, name) = line.split_once(',').ok_or(DivisionError::Line(number))?;
            let (code, name) = (code.trim(), name.trim());
            if code.len() != 12 || !code.bytes().all(|b| b.is_ascii_digit()) {
                return Err(DivisionError::Code(number));
            }
            if name.is_empty() || name.chars().count() > NAME_MAX {
                return Err(DivisionError::Name(number));
            }
            if by_code.len() >= ROWS_MAX {
                return Err(DivisionError::TooMany);
            }
            let division = Division {
                code: code.into(),
                name: name.into(),
                initials: crate::item::spelling::initials(short(name)),
                level: level_of(code),
            };
            if by_code.insert(division.code.clone(), division).is_some() {
                return Err(DivisionError::Twice(number));
            }
            lines.insert(code.to_owned(), number);
        }
        for (code, number) in &lines {
            if parent_of(code).is_some_and(|parent| !by_code.contains_key(&parent)) {
                return Err(DivisionError::Orphan(*number));
            }
        }
        Ok(Self { by_code })
    }

    /// The table as `code,name` lines, readable by [`Self::parse`].
    #[must_use]
    pub fn to_csv(&self) -> String {
        let line = |d: &Division| format!("{},{}\n", d.code, d.name);
        self.by_code.values().map(line).collect()
    }

    /// True when there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_code.is_empty()
    }

    /// All divisions in the order of their codes.
    pub fn iter(&self) -> impl Iterator<Item = &Division> {
        self.by_code.values()
    }

    /// The division of a 12-digit code; 6 and 9 digits are filled up with zeros.
    #[must_use]
    pub fn get(&self, code: &str) -> Option<&Division> {
        match code.len() {
            12 => self.by_code.get(code),
            6 | 9 => self.by_code.get(&format!("{code:0<12}")),
            _ => None,
        }
    }

    /// The division above; `None` for a district or an unknown code.
    #[must_use]
    pub fn parent(&self, code: &str) -> Option<&Division> {
        let division = self.get(code)?;
        self.by_code.get(&parent_of(&division.code)?)
    }

    /// The divisions right below `code` (12, 9 or 6 digits), in the order of their codes.
    #[must_use]
    pub fn children(&self, code: &str) -> Vec<&Division> {
        let Some(above) = self.get(code) else {
            return Vec::new();
        };
        let prefix = match above.level {
            Level::District => &above.code[..6],
            Level::Town => &above.code[..9],
            Level::Village => return Vec::new(),
        };
        self.by_code
            .range(prefix.to_owned()..)
            .take_while(|(code, _)| code.starts_with(prefix))
            .map(|(_, d)| d)
            .filter(|d| parent_of(&d.code).as_deref() == Some(above.code.as_str()))
            .collect()
    }

    /// District, town and village in one line, short names: `武江区西联镇西联村`. Empty for an unknown code.
    #[must_use]
    pub fn full_name(&self, code: &str) -> String {
        let Some(division) = self.get(code) else {
            return String::new();
        };
        let above = parent_of(&division.code).map_or_else(String::new, |up| self.full_name(&up));
        above + division.short_name()
    }

    /// Divisions below `code` whose name contains `query` or whose initials start with it (`xhz` finds 西河镇), in order of
    /// their codes, at most `limit`.
    #[must_use]
    pub fn search(&self, below: &str, query: &str, limit: usize) -> Vec<&Division> {
        let query = query.trim().to_lowercase();
        let prefix = below.trim_end_matches("000");
        self.by_code
            .values()
            .filter(|d| d.code.starts_with(prefix) && d.code != below)
            .filter(|d| d.name.contains(&query) || d.initials.starts_with(&query))
            .take(limit)
            .collect()
    }

    /// Finds the deepest division that an address on a card names, and what follows its name. An address that names a
    /// town but no village gives the town. `None` when not even a town of this table is named.
    #[must_use]
    pub fn locate<'a>(&self, address: &'a str) -> Option<(&Division, &'a str)> {
        let (town, rest) = self
            .by_code
            .values()
            .filter(|d| d.level == Level::Town)
            .find_map(|d| Some((d, after(address, &d.name)?)))?;
        let village = self
            .children(&town.code)
            .into_iter()
            .filter_map(|d| {
                let short = d.short_name();
                let stem = short.trim_end_matches("社区").trim_end_matches('村');
                let found = after(rest, &d.name)
                    .or_else(|| after(rest, &format!("{stem}村民委员会")))
                    .or_else(|| after(rest, &format!("{stem}村委会")))
                    .or_else(|| after(rest, &format!("{stem}社区居委会")))
                    .or_else(|| after(rest, short))?;
                Some((d, found))
            })
            .max_by_key(|(d, _)| d.name.len());
        Some(village.unwrap_or((town, rest)))
    }
}

/// What follows the first `name` in `text`.
fn after<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.find(name).map(|at| &text[at + name.len()..])
}

#[cfg(test)]
mod tests;
