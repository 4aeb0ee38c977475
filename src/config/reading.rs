//! Walks a TOML table and collects every mistake instead of stopping at the first.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::path::PathBuf;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{ConfigFault, MAX_BYTES, Secret};
use crate::text::Text;

/// Longest name or path, in characters.
const MAX_TEXT: usize = 200;
/// Longest name shown on a page, in characters.
const MAX_NAME: usize = 60;
/// More mistakes than this are not listed.
const MAX_FAULTS: usize = 50;

/// One file being read, and its mistakes so far.
pub(super) struct Reading<'i> {
    text: &'i str,
    faults: RefCell<Vec<ConfigFault>>,
}

impl<'i> Reading<'i> {
    /// The table of `text`, or where it is not TOML.
    pub(super) fn of(text: &'i str) -> Result<(DeTable<'i>, Self), Vec<ConfigFault>> {
        let reading = Self {
            text,
            faults: RefCell::default(),
        };
        if text.len() > MAX_BYTES {
            let found = format!("{} bytes", text.len());
            reading.fault(0, "", &found, &format!("at most {MAX_BYTES} bytes"));
            return Err(reading.faults.into_inner());
        }
        let (table, errors) = DeTable::parse_recoverable(text);
        if errors.is_empty() {
            return Ok((table.into_inner(), reading));
        }
        // In the parser's order, and as many as it found.
        let at = |error: &toml::de::Error| error.span().map_or(0, |span| span.start);
        let mut errors: Vec<_> = errors.iter().map(|error| (at(error), error)).collect();
        errors.sort_by_key(|(at, _)| *at);
        for (at, error) in errors.into_iter().take(MAX_FAULTS) {
            reading.fault(at, "", "text that is not TOML", error.message());
        }
        Err(reading.faults.into_inner())
    }

    /// The whole file as a section.
    pub(super) fn root<'s>(&'s self, table: &'s DeTable<'i>) -> Section<'s> {
        Section {
            reading: self,
            table: Some(table),
            name: String::new(),
            at: 0,
            known: BTreeSet::new(),
        }
    }

    /// `config` if nothing was wrong, else the mistakes by line.
    pub(super) fn result<T>(&self, config: T) -> Result<T, Vec<ConfigFault>> {
        let mut faults = self.faults.take();
        if faults.is_empty() {
            return Ok(config);
        }
        faults.sort_by_key(|fault| fault.line);
        faults.truncate(MAX_FAULTS);
        Err(faults)
    }

    fn fault(&self, at: usize, field: &str, found: &str, expected: &str) {
        let before = self.text.as_bytes().get(..at).unwrap_or_default();
        self.faults.borrow_mut().push(ConfigFault {
            line: 1 + before.iter().filter(|&&b| b == b'\n').count(),
            field: field.into(),
            found: found.into(),
            expected: expected.into(),
        });
    }
}

/// One table of the file. Keys that were never asked for are mistakes.
pub(super) struct Section<'s> {
    reading: &'s Reading<'s>,
    /// `None` for a table that is not in the file: every field takes its default.
    table: Option<&'s DeTable<'s>>,
    name: String,
    /// Where the table's own name stands.
    at: usize,
    known: BTreeSet<&'static str>,
}

impl<'s> Section<'s> {
    fn get(&mut self, key: &'static str) -> Option<&'s Spanned<DeValue<'s>>> {
        self.known.insert(key);
        self.table.and_then(|table| table.get(key))
    }

    /// Whether `key` is there.
    pub(super) fn has(&mut self, key: &'static str) -> bool {
        self.get(key).is_some()
    }

    fn field(&self, key: &str) -> String {
        match self.name.as_str() {
            "" => key.into(),
            name => format!("{name}.{key}"),
        }
    }

    /// Notes a mistake at `key`, or at the table's name when the key is not there.
    pub(super) fn fault(&self, key: &str, found: &str, expected: &str) {
        let value = self.table.and_then(|table| table.get(key));
        let at = value.map_or(self.at, |value| value.span().start);
        self.reading.fault(at, &self.field(key), found, expected);
    }

    /// Notes that `key` is not there.
    pub(super) fn missing(&self, key: &str, expected: &str) {
        self.fault(key, "nothing", expected);
    }

    fn wrong(&self, key: &str, value: &DeValue<'_>, expected: &str) {
        let found = match value {
            DeValue::String(text) => format!("{:?}", shortened(text)),
            DeValue::Integer(number) => shortened(number.as_str()),
            DeValue::Float(number) => shortened(number.as_str()),
            DeValue::Boolean(flag) => flag.to_string(),
            other => format!("a {}", other.type_str()),
        };
        self.fault(key, &found, expected);
    }

    /// A table below this one; an absent table is read as an empty one.
    pub(super) fn table<T>(
        &mut self,
        key: &'static str,
        read: impl Fn(&mut Section<'s>) -> T,
    ) -> T {
        let value = self.get(key);
        let table = value.and_then(|value| value.get_ref().as_table());
        if let (Some(value), None) = (value, table) {
            self.wrong(key, value.get_ref(), "a table");
        }
        let mut section = Section {
            reading: self.reading,
            table,
            name: self.field(key),
            at: value.map_or(self.at, |value| value.span().start),
            known: BTreeSet::new(),
        };
        let read = read(&mut section);
        section.finish();
        read
    }

    /// A table that may be absent.
    pub(super) fn optional_table<T>(
        &mut self,
        key: &'static str,
        read: impl Fn(&mut Section<'s>) -> T,
    ) -> Option<T> {
        self.get(key).is_some().then(|| self.table(key, read))
    }

    /// A table that somebody else reads, and which therefore may hold anything.
    pub(super) fn raw_table(&mut self, key: &'static str) -> Option<toml::Table> {
        let value = self.get(key)?;
        if !value.get_ref().is_table() {
            self.wrong(key, value.get_ref(), "a table");
            return None;
        }
        let whole: toml::Table = self.reading.text.parse().ok()?;
        whole.get(&self.name)?.get(key)?.as_table().cloned()
    }

    /// Names every key that nobody asked for.
    pub(super) fn finish(&self) {
        for (key, _) in self.table.into_iter().flatten() {
            if !self.known.contains(key.get_ref().as_ref()) {
                let known: Vec<&str> = self.known.iter().copied().collect();
                let field = self.field(&shortened(key.get_ref()));
                self.reading.fault(
                    key.span().start,
                    &field,
                    "an unknown name",
                    &format!("one of {}", known.join(", ")),
                );
            }
        }
    }

    /// A text that passes `good`; without a default it must be there.
    pub(super) fn checked(
        &mut self,
        key: &'static str,
        default: Option<&str>,
        expected: &str,
        good: impl Fn(&str) -> bool,
    ) -> String {
        match (self.get(key).map(Spanned::get_ref), default) {
            (Some(DeValue::String(text)), _) if good(text) => return text.to_string(),
            (Some(value), _) => self.wrong(key, value, expected),
            (None, Some(default)) => return default.into(),
            (None, None) => self.missing(key, expected),
        }
        String::new()
    }

    /// A text that may be absent and means something: `Some(None)` for one that does not and was noted as a mistake.
    pub(super) fn parsed<T>(
        &mut self,
        key: &'static str,
        expected: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<Option<T>> {
        let value = self.get(key)?.get_ref();
        let parsed = value.as_str().and_then(parse);
        if parsed.is_none() {
            self.wrong(key, value, expected);
        }
        Some(parsed)
    }

    /// A name in one language (`"中文"`) or both (`{ zh = "…", en = "…" }`).
    pub(super) fn both(&mut self, key: &'static str, default: Option<(&str, &str)>) -> Text {
        let expected = format!("1 to {MAX_NAME} characters, or {{ zh = \"…\", en = \"…\" }}");
        let good = |v: &str| {
            (1..=MAX_NAME).contains(&v.chars().count()) && !v.chars().any(char::is_control)
        };
        match (self.get(key).map(Spanned::get_ref), default) {
            (Some(DeValue::String(text)), _) if good(text) => Text::new(text, ""),
            (Some(DeValue::Table(_)), _) => self.table(key, |s| Text {
                zh: s.checked("zh", None, &expected, good),
                en: s.checked("en", Some(""), &expected, good),
            }),
            (Some(value), _) => {
                self.wrong(key, value, &expected);
                Text::default()
            }
            (None, Some((zh, en))) => Text::new(zh, en),
            (None, None) => {
                self.missing(key, &expected);
                Text::default()
            }
        }
    }

    fn integer(&mut self, key: &'static str) -> Option<Result<u32, &'s DeValue<'s>>> {
        let value = self.get(key)?.get_ref();
        let number = value
            .as_integer()
            .and_then(|i| u32::from_str_radix(i.as_str(), i.radix()).ok());
        Some(number.ok_or(value))
    }

    /// A whole number within `range`.
    pub(super) fn number(
        &mut self,
        key: &'static str,
        default: u32,
        range: RangeInclusive<u32>,
    ) -> u32 {
        match self.integer(key) {
            Some(Ok(number)) if range.contains(&number) => number,
            Some(_) => self.out_of(key, &range),
            None => default,
        }
    }

    /// As [`Self::number`], but it must be there.
    pub(super) fn required_number(&mut self, key: &'static str, range: RangeInclusive<u32>) -> u32 {
        if self.get(key).is_some() {
            return self.number(key, 0, range);
        }
        self.missing(key, &whole_number(&range));
        0
    }

    fn out_of(&self, key: &'static str, range: &RangeInclusive<u32>) -> u32 {
        if let Some(value) = self.table.and_then(|table| table.get(key)) {
            self.wrong(key, value.get_ref(), &whole_number(range));
        }
        0
    }

    /// One of a few numbers.
    pub(super) fn one_of(&mut self, key: &'static str, default: u32, allowed: &[u32]) -> u32 {
        match self.integer(key) {
            Some(Ok(number)) if allowed.contains(&number) => return number,
            Some(_) => {
                let list: Vec<String> = allowed.iter().map(u32::to_string).collect();
                if let Some(value) = self.get(key) {
                    self.wrong(key, value.get_ref(), &format!("one of {}", list.join(", ")));
                }
            }
            None => {}
        }
        default
    }

    /// One of a few words.
    pub(super) fn choice<T: Copy>(
        &mut self,
        key: &'static str,
        default: T,
        words: &[(&str, T)],
    ) -> T {
        let Some(value) = self.get(key).map(Spanned::get_ref) else {
            return default;
        };
        let found = words.iter().find(|(word, _)| value.as_str() == Some(word));
        if let Some((_, chosen)) = found {
            return *chosen;
        }
        let list: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        self.wrong(key, value, &format!("one of {}", list.join(", ")));
        default
    }

    /// A path with a default.
    pub(super) fn path(&mut self, key: &'static str, default: &str) -> PathBuf {
        self.optional_path(key).unwrap_or_else(|| default.into())
    }

    /// A path that may be absent.
    pub(super) fn optional_path(&mut self, key: &'static str) -> Option<PathBuf> {
        let value = self.get(key)?.get_ref();
        match value.as_str() {
            Some(path)
                if (1..=MAX_TEXT).contains(&path.chars().count())
                    && !path.chars().any(char::is_control) =>
            {
                Some(path.into())
            }
            _ => {
                self.wrong(key, value, "a path");
                None
            }
        }
    }

    /// A secret of printable ASCII; what was found is never told.
    pub(super) fn secret(
        &mut self,
        key: &'static str,
        len: RangeInclusive<usize>,
    ) -> Option<Secret> {
        let value = self.get(key)?.get_ref();
        match value.as_str() {
            Some(text)
                if len.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic()) =>
            {
                Some(Secret(text.into()))
            }
            _ => {
                let expected = format!("{} to {} printable characters", len.start(), len.end());
                self.fault(key, "something else", &expected);
                None
            }
        }
    }
}

fn whole_number(range: &RangeInclusive<u32>) -> String {
    format!("a whole number from {} to {}", range.start(), range.end())
}

/// The first 40 characters.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.into(),
    }
}
