//! The state of one text field on the screen.

use zeroize::Zeroize;

use super::{
    Composition, Engines, Kind, Mode, PinyinDictionary, Stroke,
    ink::{POINTS_MAX, STROKES_MAX},
};

/// Candidates shown at once; their keys must be wide enough for a finger.
pub const CANDIDATES_PER_PAGE: usize = 5;

/// What a person does to the field.
#[derive(Clone, PartialEq)]
pub enum Key {
    /// A key of the on-screen keyboard.
    Char(char),
    /// Takes back the last letter, else the last stroke, else the last character.
    Backspace,
    /// Empties the field.
    Clear,
    /// Chooses a candidate by its place on the page shown, from 0.
    Candidate(usize),
    /// Shows further candidates.
    NextCandidates,
    /// Shows the candidates before.
    PrevCandidates,
    /// Changes how keys become text. Only free text has a choice.
    Mode(Mode),
    /// A stroke was drawn.
    InkStroke(Stroke),
    /// Throws the drawing away.
    ClearInk,
    /// Takes the first candidate, else adds a space to free text.
    Space,
    /// Adds a text made elsewhere, such as a picked address. What does not fit the field is left out.
    Insert(String),
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Keys in order are the text: none is shown.
        f.write_str("Key")
    }
}

/// One text field: what is written, what is being composed or drawn, what is offered. Wiped when dropped.
pub struct Editor {
    kind: Kind,
    mode: Mode,
    text: String,
    composition: Composition,
    ink: Vec<Stroke>,
    /// What the ink may mean.
    recognised: Vec<String>,
    page: usize,
}

impl std::fmt::Debug for Editor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // A citizen's words: only how many there are is shown.
        let chars = self.text.chars().count();
        write!(f, "Editor({:?}, {:?}, {chars} chars)", self.kind, self.mode)
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        self.wipe();
    }
}

impl Editor {
    /// An empty field. Free text begins with pinyin, without its dictionary with Latin letters.
    #[must_use]
    pub fn new(kind: Kind, engines: &Engines) -> Self {
        let mode = match kind {
            Kind::Text { .. } if engines.pinyin.is_some() => Mode::Pinyin,
            Kind::Text { .. } => Mode::Latin,
            Kind::Digits { .. } | Kind::IdNumber | Kind::Date => Mode::Digits,
        };
        Self {
            kind,
            mode,
            // Four bytes a character: growing would leave copies behind.
            text: String::with_capacity(kind.max_chars() * 4),
            composition: Composition::new(),
            ink: Vec::with_capacity(STROKES_MAX),
            recognised: Vec::new(),
            page: 0,
        }
    }

    /// What the field holds.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// How keys become text now.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// The text as shown, without what is being composed. A date shows its form: `1948年03月__日`.
    #[must_use]
    pub fn text(&self) -> String {
        self.kind.show(&self.text).into_owned()
    }

    /// The text as entered: of a date, up to eight digits.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.text
    }

    /// The letters being composed.
    #[must_use]
    pub fn composition(&self) -> &str {
        self.composition.letters()
    }

    /// The strokes drawn.
    #[must_use]
    pub fn ink(&self) -> &[Stroke] {
        &self.ink
    }

    /// The candidates on the page shown, at most [`CANDIDATES_PER_PAGE`].
    #[must_use]
    pub fn candidates(&self) -> Vec<&str> {
        let all = self.all_candidates();
        let start = self.page * CANDIDATES_PER_PAGE;
        all.skip(start).take(CANDIDATES_PER_PAGE).collect()
    }

    /// The page of candidates shown, from 0, and how many pages there are (0 without candidates).
    #[must_use]
    pub fn candidate_page(&self) -> (usize, usize) {
        let pages = self.all_candidates().count().div_ceil(CANDIDATES_PER_PAGE);
        (self.page, pages)
    }

    /// Empties the field and overwrites what it held.
    pub fn wipe(&mut self) {
        self.text.zeroize();
        self.clear_composing();
    }

    /// Does what the key says; `false` if it changed nothing.
    pub fn handle(&mut self, key: Key, engines: &Engines) -> bool {
        match key {
            Key::Char(key) => self.char(key, engines),
            Key::Backspace => self.backspace(engines),
            Key::Clear => {
                let had = !self.text.is_empty() || self.is_composing();
                self.wipe();
                had
            }
            Key::Candidate(place) if place < CANDIDATES_PER_PAGE => {
                self.choose(self.page * CANDIDATES_PER_PAGE + place, engines)
            }
            Key::Candidate(_) => false,
            Key::NextCandidates => self.turn_to(self.page + 1),
            Key::PrevCandidates => self.page > 0 && self.turn_to(self.page - 1),
            Key::Mode(mode) => self.change_mode(mode, engines),
            Key::InkStroke(stroke) => self.stroke(stroke, engines),
            Key::ClearInk => {
                let had = !self.ink.is_empty();
                self.clear_ink();
                had
            }
            Key::Space if self.is_composing() => self.choose(0, engines),
            Key::Space => self.add(' '),
            Key::Insert(mut text) => {
                self.clear_composing();
                let added = text.chars().filter(|c| self.add(*c)).count();
                text.zeroize();
                added > 0
            }
        }
    }

    fn is_composing(&self) -> bool {
        !self.composition.is_empty() || !self.ink.is_empty()
    }

    fn all_candidates(&self) -> impl Iterator<Item = &str> {
        let composed = self.composition.candidates().iter();
        composed
            .map(|candidate| candidate.text.as_str())
            .chain(self.recognised.iter().map(String::as_str))
    }

    fn turn_to(&mut self, page: usize) -> bool {
        let (_, pages) = self.candidate_page();
        let there = page < pages;
        if there {
            self.page = page;
        }
        there
    }

    fn char(&mut self, key: char, engines: &Engines) -> bool {
        let dictionary = engines.pinyin.as_ref();
        match dictionary {
            Some(dictionary) if self.mode == Mode::Pinyin => self.pinyin(key, dictionary),
            _ => self.add(key),
        }
    }

    fn pinyin(&mut self, key: char, dictionary: &PinyinDictionary) -> bool {
        let letter = key.is_ascii_alphabetic() || key == 'ü';
        if letter || (key == '\'' && !self.composition.is_empty()) {
            // A full field has no place for what the letters would become.
            let room = self.text.chars().count() < self.kind.max_chars();
            self.page = 0;
            return room && self.composition.push(key, dictionary);
        }
        // A digit or a sign ends the word before it.
        while !self.composition.is_empty() {
            if !self.choose_pinyin(0, dictionary) {
                return false;
            }
        }
        self.add(key)
    }

    fn add(&mut self, key: char) -> bool {
        let admitted = self.kind.admit(&self.text, key);
        self.text.extend(admitted);
        admitted.is_some()
    }

    fn backspace(&mut self, engines: &Engines) -> bool {
        self.page = 0;
        if let (Some(dictionary), false) = (&engines.pinyin, self.composition.is_empty()) {
            return self.composition.backspace(dictionary);
        }
        if let Some(mut stroke) = self.ink.pop() {
            stroke.zeroize();
            self.recognise(engines);
            return true;
        }
        let Some(last) = self.text.pop() else {
            return false;
        };
        // What was taken away must not remain behind the text's end.
        self.text.extend(std::iter::repeat_n('\0', last.len_utf8()));
        self.text.truncate(self.text.len() - last.len_utf8());
        true
    }

    fn choose(&mut self, index: usize, engines: &Engines) -> bool {
        if let (Some(dictionary), false) = (&engines.pinyin, self.composition.is_empty()) {
            return self.choose_pinyin(index, dictionary);
        }
        let drawn = self.recognised.get(index).and_then(|c| c.chars().next());
        let added = drawn.is_some_and(|drawn| self.add(drawn));
        if added {
            self.clear_ink();
        }
        added
    }

    /// Takes a candidate of the composition if the field has room for all of it.
    fn choose_pinyin(&mut self, index: usize, dictionary: &PinyinDictionary) -> bool {
        let Some(candidate) = self.composition.candidates().get(index) else {
            return false;
        };
        let len = self.text.chars().count() + candidate.text.chars().count();
        if len > self.kind.max_chars() {
            return false;
        }
        self.page = 0;
        let Some(committed) = self.composition.choose(index, dictionary) else {
            return false;
        };
        committed.text.chars().filter(|c| self.add(*c)).count() > 0
    }

    fn change_mode(&mut self, mode: Mode, engines: &Engines) -> bool {
        let usable = match mode {
            Mode::Pinyin => engines.pinyin.is_some(),
            Mode::Handwriting => engines.handwriting.is_some(),
            Mode::Latin | Mode::Digits => true,
        };
        let free = matches!(self.kind, Kind::Text { .. });
        if mode == self.mode || !usable || !free {
            return false;
        }
        self.clear_composing();
        self.mode = mode;
        true
    }

    fn stroke(&mut self, mut stroke: Stroke, engines: &Engines) -> bool {
        if self.mode != Mode::Handwriting || stroke.is_empty() || self.ink.len() >= STROKES_MAX {
            stroke.zeroize();
            return false;
        }
        stroke.truncate(POINTS_MAX);
        self.ink.push(stroke);
        self.recognise(engines);
        true
    }

    fn recognise(&mut self, engines: &Engines) {
        self.recognised.zeroize();
        self.page = 0;
        if let (Some(model), false) = (&engines.handwriting, self.ink.is_empty()) {
            let found = model.recognise(&self.ink);
            self.recognised = found.into_iter().map(String::from).collect();
        }
    }

    fn clear_ink(&mut self) {
        self.ink.zeroize();
        self.recognised.zeroize();
        self.page = 0;
    }

    fn clear_composing(&mut self) {
        self.composition.clear();
        self.clear_ink();
    }
}

#[cfg(test)]
#[path = "editor_tests.rs"]
mod tests;
