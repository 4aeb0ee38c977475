//! The ways to read typed letters as words, and the best reading of all of them.

use std::ops::Range;

use super::{
    dictionary::{PinyinDictionary, WORD_MAX},
    syllables::{SPELLING_MAX, Syllable, is_initial},
};

/// Cost, in nats, of a syllable of which only the initial was typed: about the number of finals it may have.
const ABBREVIATED_COST: f32 = 4.0;

/// Cost of a last syllable that is not finished yet. Less: the person is still typing it.
const UNFINISHED_COST: f32 = 2.0;

/// One word read at one place of the letters.
#[derive(Clone, Copy, Debug)]
pub(super) struct Match {
    /// Index of the word in the dictionary.
    pub word: usize,
    /// Position behind its last letter.
    pub end: usize,
    /// The word's cost plus the penalty.
    pub cost: f32,
    /// Cost of the syllables that were not typed in full.
    pub penalty: f32,
}

/// Most words read from one place. The dictionary gives about 2000 for a lone initial.
const MATCHES_MAX: usize = 20_000;

/// A syllable that may be read at a place.
#[derive(Clone)]
struct Step {
    wanted: Range<Syllable>,
    end: usize,
    penalty: f32,
}

/// All steps at `start`: whole syllables, initials, and the beginning of a syllable at the very end.
fn steps(dictionary: &PinyinDictionary, letters: &str, start: usize) -> Vec<Step> {
    let mut found = Vec::new();
    let rest = &letters[start..];
    // An apostrophe ends a syllable and takes part in none.
    let piece = rest.split('\'').next().unwrap_or(rest);
    for len in 1..=piece.len().min(SPELLING_MAX) {
        let spelling = &piece[..len];
        // The apostrophe is consumed together with the syllable before it.
        let mut end = start + len;
        while letters[end..].starts_with('\'') {
            end += 1;
        }
        if let Some(syllable) = dictionary.syllables.exact(spelling) {
            found.push(Step {
                wanted: syllable..syllable + 1,
                end,
                penalty: 0.0,
            });
        }
        let last = end == letters.len();
        let penalty = match (last, is_initial(spelling)) {
            (true, _) => UNFINISHED_COST,
            (false, true) => ABBREVIATED_COST,
            (false, false) => continue,
        };
        let wanted = dictionary.syllables.beginning(spelling);
        if !wanted.is_empty() {
            found.push(Step {
                wanted,
                end,
                penalty,
            });
        }
    }
    found
}

/// Reads letters as words: from the start in every way, and from every later place in the best way.
pub(super) struct Lattice {
    /// The words that can be read from the first letter, unsorted.
    pub first: Vec<Match>,
    /// By place: the best way to read from there to the end. The last one, behind all letters, is free.
    rest: Vec<Option<Reading>>,
}

/// The best reading from one place to the end.
#[derive(Clone, Copy, Debug)]
struct Reading {
    cost: f32,
    penalty: f32,
    /// The word it begins with; none at the end.
    word: Option<Match>,
}

impl Lattice {
    pub(super) fn new(dictionary: &PinyinDictionary, letters: &str) -> Self {
        let len = letters.len();
        let mut search = Search {
            dictionary,
            steps: (0..len).map(|at| steps(dictionary, letters, at)).collect(),
            found: Vec::new(),
        };
        let mut rest = vec![None; len + 1];
        rest[len] = Some(Reading {
            cost: 0.0,
            penalty: 0.0,
            word: None,
        });
        for start in (0..len).rev() {
            search.found.clear();
            search.descend(dictionary.all(), 0, start, 0.0);
            let mut best: Option<Reading> = None;
            for word in &search.found {
                let Some(behind) = rest[word.end] else {
                    continue;
                };
                let cost = behind.cost + word.cost;
                if best.is_none_or(|other| cost < other.cost) {
                    best = Some(Reading {
                        cost,
                        penalty: behind.penalty + word.penalty,
                        word: Some(*word),
                    });
                }
            }
            rest[start] = best;
        }
        Self {
            first: search.found,
            rest,
        }
    }

    /// What has to be guessed to read from `place` to the end; infinite if that cannot be read.
    pub(super) fn penalty_from(&self, place: usize) -> f32 {
        self.rest[place].map_or(f32::INFINITY, |reading| reading.penalty)
    }

    /// The best reading of all letters, word by word; empty if there is none.
    pub(super) fn sentence(&self) -> impl Iterator<Item = Match> {
        let word_at = |place: usize| self.rest[place].and_then(|reading| reading.word);
        std::iter::successors(word_at(0), move |word| word_at(word.end))
    }
}

/// A walk through the dictionary along the letters.
struct Search<'a> {
    dictionary: &'a PinyinDictionary,
    /// By place.
    steps: Vec<Vec<Step>>,
    found: Vec<Match>,
}

impl Search<'_> {
    /// `words` agree in their first `depth` syllables, which were read up to `at` with what `penalty` says guessed.
    fn descend(&mut self, words: Range<usize>, depth: usize, at: usize, penalty: f32) {
        if depth == WORD_MAX || at >= self.steps.len() || self.found.len() >= MATCHES_MAX {
            return;
        }
        for index in 0..self.steps[at].len() {
            let step = self.steps[at][index].clone();
            let penalty = penalty + step.penalty;
            let mut rest = self.dictionary.narrow(words.clone(), depth, &step.wanted);
            // A range of syllables is walked one syllable at a time, so that each branch agrees in one more.
            while !rest.is_empty() {
                let syllable = self.dictionary.key(self.dictionary.word(rest.start))[depth];
                let one = syllable..syllable + 1;
                let branch = self.dictionary.narrow(rest.clone(), depth, &one);
                rest.start = branch.end;
                self.collect(branch.clone(), depth + 1, step.end, penalty);
                self.descend(branch, depth + 1, step.end, penalty);
            }
        }
    }

    /// Takes the words of exactly `len` syllables; they stand at the front of `words`.
    fn collect(&mut self, words: Range<usize>, len: usize, end: usize, penalty: f32) {
        for word in words {
            let entry = self.dictionary.word(word);
            if self.dictionary.key(entry).len() != len {
                break;
            }
            self.found.push(Match {
                word,
                end,
                cost: penalty + entry.cost,
                penalty,
            });
        }
    }
}
