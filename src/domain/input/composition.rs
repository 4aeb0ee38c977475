//! The letters being typed and what they may mean.

use zeroize::{Zeroize, ZeroizeOnDrop};

use super::{
    dictionary::PinyinDictionary,
    lattice::{Lattice, Match},
};

/// Most letters of a composition, apostrophes included. Further ones are not taken.
pub const LETTERS_MAX: usize = 40;

/// Most candidates offered.
pub const CANDIDATES_MAX: usize = 64;

/// Most candidates of several characters, so that single characters are always reached.
const WORDS_MAX: usize = 24;

/// One meaning of the letters, or of the first of them.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Candidate {
    /// Chinese text.
    pub text: String,
    /// How many of the letters it stands for.
    pub letters: usize,
}

/// What a choice put into the text.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Committed {
    /// Chinese text.
    pub text: String,
    /// Whether no letter is left to be read.
    pub finished: bool,
}

/// Letters typed and not yet turned into text. Wiped when dropped.
#[derive(Default, Zeroize, ZeroizeOnDrop)]
pub struct Composition {
    letters: String,
    candidates: Vec<Candidate>,
}

impl std::fmt::Debug for Composition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // A citizen's words: only their size is shown.
        write!(f, "Composition({} letters)", self.letters.len())
    }
}

impl Composition {
    /// Nothing typed.
    #[must_use]
    pub fn new() -> Self {
        Self {
            // Enough from the beginning: growing would leave copies behind.
            letters: String::with_capacity(LETTERS_MAX),
            candidates: Vec::new(),
        }
    }

    /// The letters as typed.
    #[must_use]
    pub fn letters(&self) -> &str {
        &self.letters
    }

    /// Whether nothing is typed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.letters.is_empty()
    }

    /// The meanings, best first; at most [`CANDIDATES_MAX`].
    #[must_use]
    pub fn candidates(&self) -> &[Candidate] {
        &self.candidates
    }

    /// Adds a letter or, behind a letter, the apostrophe that separates syllables. Capital letters count as small
    /// ones and ü as v. Anything else, and a letter over the limit, is not taken: the answer is then `false`.
    pub fn push(&mut self, key: char, dictionary: &PinyinDictionary) -> bool {
        let key = match key.to_ascii_lowercase() {
            'ü' | 'Ü' => 'v',
            other => other,
        };
        let separator = key == '\'' && !self.is_empty() && !self.letters.ends_with('\'');
        if self.letters.len() >= LETTERS_MAX || !(key.is_ascii_lowercase() || separator) {
            return false;
        }
        self.letters.push(key);
        self.refresh(dictionary);
        true
    }

    /// Takes the last letter away; `false` if there is none.
    pub fn backspace(&mut self, dictionary: &PinyinDictionary) -> bool {
        let had = self.letters.pop().is_some();
        self.refresh(dictionary);
        had
    }

    /// Takes candidate `index`. Letters it does not stand for remain and are read anew.
    /// `None` if there is no such candidate.
    pub fn choose(&mut self, index: usize, dictionary: &PinyinDictionary) -> Option<Committed> {
        let chosen = self.candidates.get(index)?.clone();
        self.letters.drain(..chosen.letters.min(self.letters.len()));
        self.refresh(dictionary);
        Some(Committed {
            text: chosen.text.clone(),
            finished: self.is_empty(),
        })
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.letters.zeroize();
        self.candidates.zeroize();
    }

    fn refresh(&mut self, dictionary: &PinyinDictionary) {
        self.candidates.zeroize();
        if self.is_empty() {
            return;
        }
        let lattice = Lattice::new(dictionary, &self.letters);
        let len = self.letters.len();
        let text = |word: &Match| dictionary.text(dictionary.word(word.word));

        let mut ranked = ranked(&lattice);
        // A local word that reads everything with no more guessing than the best sentence comes before it.
        let guessed = lattice.penalty_from(0);
        let mut local: Vec<_> = ranked
            .iter()
            .filter(|m| m.end == len && m.penalty <= guessed)
            .filter_map(|m| Some((dictionary.word(m.word).local?, *m)))
            .collect();
        local.sort_by_key(|(rank, _)| *rank);
        for (_, word) in local {
            self.offer(text(&word).to_owned(), len);
        }
        let sentence: String = lattice.sentence().map(|word| text(&word)).collect();
        if !sentence.is_empty() {
            self.offer(sentence, len);
        }
        let mut words = 0;
        for word in ranked.drain(..) {
            let text = text(&word);
            if text.chars().nth(1).is_some() {
                words += 1;
                if words > WORDS_MAX {
                    continue;
                }
            }
            self.offer(text.to_owned(), word.end);
            if self.candidates.len() >= CANDIDATES_MAX {
                break;
            }
        }
    }

    fn offer(&mut self, text: String, letters: usize) {
        let room = self.candidates.len() < CANDIDATES_MAX;
        if room && self.candidates.iter().all(|c| c.text != text) {
            self.candidates.push(Candidate { text, letters });
        }
    }
}

/// The words at the start: those first that leave least to guessing, then the longest, then the most common.
fn ranked(lattice: &Lattice) -> Vec<Match> {
    let mut words: Vec<(f32, Match)> = lattice
        .first
        .iter()
        .map(|m| (m.penalty + lattice.penalty_from(m.end), *m))
        .collect();
    let order = |a: &(f32, Match), b: &(f32, Match)| {
        let guess = a.0.total_cmp(&b.0);
        guess
            .then(b.1.end.cmp(&a.1.end))
            .then(a.1.cost.total_cmp(&b.1.cost))
    };
    // Only the front is shown, and a lone initial has thousands of readings.
    let shown = CANDIDATES_MAX * 8;
    if words.len() > shown {
        words.select_nth_unstable_by(shown, order);
        words.truncate(shown);
    }
    words.sort_by(order);
    words.into_iter().map(|(_, word)| word).collect()
}

#[cfg(test)]
#[path = "composition_tests.rs"]
mod tests;
