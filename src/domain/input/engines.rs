//! The engines' data as one value that the fields borrow.

use thiserror::Error;

use super::{HandwritingModel, PinyinDictionary};

/// Why a data file of an engine cannot be used.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum DataError {
    /// A line of a dictionary does not follow the format.
    #[error("dictionary line {line}: {what}")]
    Dictionary {
        /// Line number, from 1.
        line: usize,
        /// What is wrong.
        what: &'static str,
    },
    /// The handwriting templates do not follow the format.
    #[error("handwriting templates: {0}")]
    Handwriting(&'static str),
}

/// The engines a text field may use. Either may be missing; digits and Latin letters need none.
#[derive(Debug, Default)]
pub struct Engines {
    /// Pinyin, if its dictionary was loaded.
    pub pinyin: Option<PinyinDictionary>,
    /// Handwriting, if its templates were loaded.
    pub handwriting: Option<HandwritingModel>,
}

impl Engines {
    /// No engine: only digits and Latin letters can be typed.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Builds both engines from the contents of `pinyin.tsv`, `local.tsv` and `handwriting.bin`.
    ///
    /// # Errors
    /// [`DataError`] of the first file that does not follow its format. A caller that wants what is left
    /// parses the files one by one and fills the fields.
    pub fn from_parts(pinyin: &str, overlay: &str, handwriting: &[u8]) -> Result<Self, DataError> {
        Ok(Self {
            pinyin: Some(PinyinDictionary::parse(pinyin, overlay)?),
            handwriting: Some(HandwritingModel::parse(handwriting)?),
        })
    }
}
