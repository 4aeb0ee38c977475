//! Chinese text input: pinyin, handwriting, and the state of one text field on the screen.
mod composition;
mod dictionary;
mod lattice;
mod syllables;
pub use composition::*;
pub use dictionary::PinyinDictionary;
#[derive(Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum DataError {
    Dictionary { line: usize, what: &'static str },
}
