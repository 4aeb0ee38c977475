//! The pinyin dictionary: words by their syllables, with a cost each.

use std::ops::Range;

use super::{
    DataError,
    syllables::{Syllable, Syllables},
};

/// Longest word, in characters (one syllable each).
pub(super) const WORD_MAX: usize = 10;

/// Most words a dictionary may hold, the overlay included.
const WORDS_MAX: usize = 200_000;

/// Cost, in nats, of a word of the overlay: that of a very common word, so that sentences prefer it.
const LOCAL_COST: f32 = 3.5;

/// One word. `cost` is −ln of its share of all uses.
#[derive(Clone, Copy, Debug)]
pub(super) struct Word {
    pub cost: f32,
    /// Place in the overlay, which ranks before everything else.
    pub local: Option<u16>,
    key: u32,
    text: u32,
    key_len: u8,
    text_len: u8,
}

/// Words sorted by syllables. Immutable; nothing is learnt from use.
pub struct PinyinDictionary {
    pub(super) syllables: Syllables,
    /// Sorted by key.
    words: Vec<Word>,
    keys: Vec<Syllable>,
    texts: String,
}

impl std::fmt::Debug for PinyinDictionary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PinyinDictionary({} words)", self.words.len())
    }
}

impl PinyinDictionary {
    /// Reads the main dictionary (`syllables<TAB>word weight word weight…` a line) and the overlay of local words
    /// (`word<TAB>syllables` a line, best first). Empty lines and lines beginning with `#` are skipped.
    ///
    /// # Errors
    /// [`DataError::Dictionary`] with the line: unknown syllable, as many syllables as characters not given,
    /// bad weight, too many words.
    pub fn parse(main: &str, overlay: &str) -> Result<Self, DataError> {
        let mut reading = Reading::new(main.len());
        for (number, line) in lines(main) {
            let at = |what| DataError::Dictionary { line: number, what };
            let (spelling, words) = line.split_once('\t').ok_or(at("no tab"))?;
            let key = reading.key(spelling).map_err(at)?;
            let mut parts = words.split(' ');
            while let Some(text) = parts.next() {
                let weight: u32 = parts
                    .next()
                    .and_then(|weight| weight.parse().ok())
                    .ok_or(at("bad weight"))?;
                reading.word(key.clone(), text, weight, None).map_err(at)?;
            }
        }
        for (rank, (number, line)) in lines(overlay).enumerate() {
            let at = |what| DataError::Dictionary { line: number, what };
            let (text, spelling) = line.split_once('\t').ok_or(at("no tab"))?;
            let rank = u16::try_from(rank).map_err(|_| at("too many local words"))?;
            let key = reading.key(spelling).map_err(at)?;
            reading.word(key, text, 0, Some(rank)).map_err(at)?;
        }
        Ok(reading.finish())
    }

    /// How many words it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.words.len()
    }

    /// Whether it holds no word.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    pub(super) fn all(&self) -> Range<usize> {
        0..self.words.len()
    }

    pub(super) fn word(&self, index: usize) -> &Word {
        &self.words[index]
    }

    pub(super) fn text(&self, word: &Word) -> &str {
        let start = word.text as usize;
        &self.texts[start..start + usize::from(word.text_len)]
    }

    pub(super) fn key(&self, word: &Word) -> &[Syllable] {
        &self.keys[word.key as usize..word.key as usize + usize::from(word.key_len)]
    }

    /// Of `words`, which agree in their first `depth` syllables, those whose next syllable lies in `wanted`.
    pub(super) fn narrow(
        &self,
        words: Range<usize>,
        depth: usize,
        wanted: &Range<Syllable>,
    ) -> Range<usize> {
        let slice = &self.words[words.clone()];
        let next = |word: &Word| self.key(word).get(depth).copied();
        let start = slice.partition_point(|w| next(w).is_none_or(|s| s < wanted.start));
        let len = slice[start..].partition_point(|w| next(w).is_some_and(|s| s < wanted.end));
        words.start + start..words.start + start + len
    }
}

fn lines(file: &str) -> impl Iterator<Item = (usize, &str)> {
    file.lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line.trim_end()))
        .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
}

/// A dictionary being read.
struct Reading {
    dictionary: PinyinDictionary,
    /// Weights beside `dictionary.words`, until their sum is known.
    weights: Vec<u32>,
}

impl Reading {
    fn new(bytes: usize) -> Self {
        Self {
            dictionary: PinyinDictionary {
                syllables: Syllables::new(),
                words: Vec::with_capacity(bytes / 16),
                keys: Vec::with_capacity(bytes / 12),
                texts: String::with_capacity(bytes),
            },
            weights: Vec::with_capacity(bytes / 16),
        }
    }

    /// Stores a spelling; words of one line share it.
    fn key(&mut self, spelling: &str) -> Result<Range<usize>, &'static str> {
        let start = self.dictionary.keys.len();
        for syllable in spelling.split(' ') {
            let number = self.dictionary.syllables.exact(syllable);
            self.dictionary.keys.push(number.ok_or("unknown syllable")?);
        }
        let key = start..self.dictionary.keys.len();
        if key.len() > WORD_MAX {
            return Err("word too long");
        }
        Ok(key)
    }

    fn word(
        &mut self,
        key: Range<usize>,
        text: &str,
        weight: u32,
        local: Option<u16>,
    ) -> Result<(), &'static str> {
        if text.chars().count() != key.len() {
            return Err("not one syllable a character");
        }
        if self.weights.len() >= WORDS_MAX {
            return Err("too many words");
        }
        let offset = |n: usize| u32::try_from(n).map_err(|_| "file too long");
        let short = |n: usize| u8::try_from(n).map_err(|_| "word too long");
        self.dictionary.words.push(Word {
            cost: LOCAL_COST,
            local,
            key: offset(key.start)?,
            text: offset(self.dictionary.texts.len())?,
            key_len: short(key.len())?,
            text_len: short(text.len())?,
        });
        self.dictionary.texts.push_str(text);
        self.weights.push(weight);
        Ok(())
    }

    fn finish(mut self) -> PinyinDictionary {
        let sum: f64 = self.weights.iter().map(|w| f64::from(*w) + 1.0).sum();
        for (word, weight) in self.dictionary.words.iter_mut().zip(&self.weights) {
            if word.local.is_none() {
                word.cost = (sum / (f64::from(*weight) + 1.0)).ln() as f32;
            }
        }
        let mut words = std::mem::take(&mut self.dictionary.words);
        // Stable, and the file is sorted already: only the overlay moves.
        words.sort_by(|a, b| self.dictionary.key(a).cmp(self.dictionary.key(b)));
        self.dictionary.words = words;
        self.dictionary
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAIN: &str = "he\t和 90 河 10\nwu\t五 7\nwu jiang\t武将 288 吴江 213\nxi\t西 5\n";

    #[test]
    fn words_are_found_by_their_syllables() {
        let dictionary = PinyinDictionary::parse(MAIN, "武江\twu jiang\n").expect("good");
        assert_eq!(dictionary.len(), 7);
        let wu = dictionary.syllables.beginning("wu");
        let words = dictionary.narrow(dictionary.all(), 0, &wu);
        assert_eq!(words.len(), 4);
        let j = dictionary.syllables.beginning("j");
        let words: Vec<_> = dictionary
            .narrow(words, 1, &j)
            .map(|i| dictionary.text(dictionary.word(i)))
            .collect();
        assert_eq!(words, ["武将", "吴江", "武江"]);
    }

    #[test]
    fn a_bad_line_is_named() {
        let error = |main, overlay| PinyinDictionary::parse(main, overlay).err();
        let bad = |line, what| Some(DataError::Dictionary { line, what });
        assert_eq!(error("he\t和 1\nhe", ""), bad(2, "no tab"));
        assert_eq!(error("he\t和", ""), bad(1, "bad weight"));
        assert_eq!(error("hx\t和 1", ""), bad(1, "unknown syllable"));
        assert_eq!(
            error("he\t和和 1", ""),
            bad(1, "not one syllable a character")
        );
        assert_eq!(
            error("", "# words\n\n西河\txi"),
            bad(3, "not one syllable a character")
        );
    }
}
