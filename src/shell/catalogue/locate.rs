//! From a place in a TOML text to its line and field, and from a field back to its line.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A TOML document with the places of its values.
pub struct Places<'i> {
    text: &'i str,
    table: Option<Spanned<DeTable<'i>>>,
}

impl<'i> Places<'i> {
    /// Reads `text`; a text that is no TOML has places but no fields.
    #[must_use]
    pub fn new(text: &'i str) -> Self {
        let table = DeTable::parse(text).ok();
        Self { text, table }
    }

    /// Line of a byte, counted from 1.
    #[must_use]
    pub fn line(&self, byte: usize) -> usize {
        let end = byte.min(self.text.len());
        1 + self.text.as_bytes()[..end]
            .iter()
            .filter(|b| **b == b'\n')
            .count()
    }

    /// Line of the field `path` (`form[2].options[0].value`), or of the deepest part of it that is there; 1 for the file.
    #[must_use]
    pub fn line_of(&self, path: &str) -> usize {
        let Some(table) = &self.table else { return 1 };
        let mut at = 0;
        let mut here = Node::Table(table.get_ref());
        for step in steps(path) {
            let Some((span, next)) = here.step(step) else {
                break;
            };
            at = span.start;
            here = next;
        }
        self.line(at)
    }

    /// The key that the line around a byte starts with; empty when it starts with something else. For texts that are no
    /// TOML, where there is nothing better.
    fn bare_key(&self, byte: usize) -> &'i str {
        let line = self.text.lines().nth(self.line(byte) - 1);
        let key = line
            .and_then(|l| l.split_once('='))
            .map_or("", |(key, _)| key.trim());
        let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
        if key.bytes().all(plain) { key } else { "" }
    }

    /// The deepest field around a byte range, as a path; empty outside every field.
    #[must_use]
    pub fn field_at(&self, range: &Range<usize>) -> String {
        let mut path = String::new();
        match &self.table {
            None => path.push_str(self.bare_key(range.start)),
            // An empty range means the document itself.
            Some(_) if range.is_empty() => {}
            Some(table) => descend(&Node::Table(table.get_ref()), range, &mut path),
        }
        path
    }
}

/// A part of a path.
enum Step<'p> {
    Name(&'p str),
    Index(usize),
}

fn steps(path: &str) -> impl Iterator<Item = Step<'_>> {
    path.split(['.', '[']).filter(|s| !s.is_empty()).map(|s| {
        match s.strip_suffix(']').map(str::parse) {
            Some(Ok(index)) => Step::Index(index),
            _ => Step::Name(s),
        }
    })
}

enum Node<'a, 'i> {
    Table(&'a DeTable<'i>),
    Value(&'a DeValue<'i>),
}

impl<'a, 'i> Node<'a, 'i> {
    fn table(&self) -> Option<&'a DeTable<'i>> {
        match self {
            Self::Table(table) => Some(table),
            Self::Value(value) => value.as_table(),
        }
    }

    fn array(&self) -> Option<&'a [Spanned<DeValue<'i>>]> {
        match self {
            Self::Table(_) => None,
            Self::Value(value) => value.as_array().map(|a| &**a),
        }
    }

    fn step(&self, step: Step<'_>) -> Option<(Range<usize>, Node<'a, 'i>)> {
        match step {
            Step::Name(name) => {
                let (key, value) = self.table()?.iter().find(|(k, _)| *k.get_ref() == name)?;
                Some((key.span(), Node::Value(value.get_ref())))
            }
            Step::Index(index) => {
                let value = self.array()?.get(index)?;
                Some((value.span(), Node::Value(value.get_ref())))
            }
        }
    }
}

/// True when `inner` lies in `outer`.
fn holds(outer: &Range<usize>, inner: &Range<usize>) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

/// First byte of everything in a node: a `[[table]]`'s own span is only its header.
fn reach(span: Range<usize>, node: &Node<'_, '_>) -> Range<usize> {
    let mut whole = span;
    let mut grow = |inner: Range<usize>| {
        whole.start = whole.start.min(inner.start);
        whole.end = whole.end.max(inner.end);
    };
    for (key, value) in node.table().into_iter().flatten() {
        grow(key.span());
        grow(reach(value.span(), &Node::Value(value.get_ref())));
    }
    for value in node.array().into_iter().flatten() {
        grow(reach(value.span(), &Node::Value(value.get_ref())));
    }
    whole
}

fn descend(node: &Node<'_, '_>, range: &Range<usize>, path: &mut String) {
    for (key, value) in node.table().into_iter().flatten() {
        let inner = Node::Value(value.get_ref());
        if holds(&key.span(), range) || holds(&reach(value.span(), &inner), range) {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(key.get_ref());
            return descend(&inner, range, path);
        }
    }
    for (i, value) in node.array().into_iter().flatten().enumerate() {
        let inner = Node::Value(value.get_ref());
        if holds(&reach(value.span(), &inner), range) {
            path.push_str(&format!("[{i}]"));
            return descend(&inner, range, path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOML: &str =
        "a = 1\n[b]\nc = { d = 'x' }\n\n[[e]]\nf = 1\n\n[[e]]\nf = [\n  1,\n  2,\n]\n";

    #[test]
    fn a_field_has_a_line() {
        let places = Places::new(TOML);
        assert_eq!(places.line_of("a"), 1);
        assert_eq!(places.line_of("b.c.d"), 3);
        assert_eq!(places.line_of("e[1]"), 8);
        assert_eq!(places.line_of("e[1].f"), 9);
        assert_eq!(places.line_of("e[1].f[1]"), 11);
        assert_eq!(places.line_of("e[1].missing.more"), 8);
        assert_eq!(places.line_of("nothing"), 1);
    }

    #[test]
    fn a_place_has_a_field() {
        let places = Places::new(TOML);
        let at = |needle: &str| {
            let start = TOML.find(needle).unwrap();
            places.field_at(&(start..start + needle.len()))
        };
        assert_eq!(at("'x'"), "b.c.d");
        assert_eq!(at("2"), "e[1].f[1]");
        assert_eq!(places.line(TOML.find("2").unwrap()), 11);
    }

    #[test]
    fn what_is_no_toml_has_lines_only() {
        let places = Places::new("a = \nb");
        assert_eq!(places.line_of("a"), 1);
        assert_eq!(places.field_at(&(0..1)), "a");
        assert_eq!(places.field_at(&(6..7)), "");
        assert_eq!(places.line(usize::MAX), 2);
    }
}
