//! All tails of some words, sorted. A word holds a query where a tail begins with it, and tails that begin alike lie side
//! by side, so that a look-up is two binary searches however many words there are.

/// A word from one of its places to its end.
#[derive(Clone, Copy)]
pub(super) struct Tail {
    word: u32,
    /// Byte it begins at.
    at: u16,
}

impl Tail {
    /// Index of its word.
    pub(super) fn word(self) -> usize {
        self.word as usize
    }

    /// Whether it is the whole word.
    pub(super) fn start(self) -> bool {
        self.at == 0
    }
}

#[derive(Default)]
pub(super) struct Tails {
    words: Vec<String>,
    sorted: Vec<Tail>,
}

impl Tails {
    /// Tails from every character on.
    pub(super) fn of_words(words: Vec<String>) -> Self {
        let starts = |word: &String| word.char_indices().map(|(at, _)| at).collect();
        let starts: Vec<Vec<usize>> = words.iter().map(starts).collect();
        Self::sort(words, &starts)
    }

    /// Tails from the start of every part on.
    pub(super) fn of_parts(words: Vec<Vec<String>>) -> Self {
        let starts = |parts: &Vec<String>| {
            let mut next = 0;
            let at = |part: &String| {
                next += part.len();
                next - part.len()
            };
            parts.iter().map(at).collect()
        };
        let starts: Vec<Vec<usize>> = words.iter().map(starts).collect();
        Self::sort(words.iter().map(|parts| parts.concat()).collect(), &starts)
    }

    fn sort(words: Vec<String>, starts: &[Vec<usize>]) -> Self {
        let mut sorted = Vec::new();
        for (word, starts) in starts.iter().enumerate() {
            for at in starts {
                // Neither can overflow: catalogues and keys are far shorter.
                if let (Ok(word), Ok(at)) = (u32::try_from(word), u16::try_from(*at)) {
                    sorted.push(Tail { word, at });
                }
            }
        }
        let mut tails = Self { words, sorted };
        let mut sorted = std::mem::take(&mut tails.sorted);
        sorted.sort_by(|a, b| tails.text(*a).cmp(tails.text(*b)));
        tails.sorted = sorted;
        tails
    }

    fn text(&self, tail: Tail) -> &str {
        &self.words[tail.word()][usize::from(tail.at)..]
    }

    /// The word of this index.
    pub(super) fn word(&self, index: usize) -> &str {
        &self.words[index]
    }

    /// All words in the order they were given.
    pub(super) fn words(&self) -> impl Iterator<Item = &str> {
        self.words.iter().map(String::as_str)
    }

    /// Every tail that begins with `query`.
    pub(super) fn beginning_with(&self, query: &str) -> impl Iterator<Item = Tail> {
        let from = self.sorted.partition_point(|t| self.text(*t) < query);
        let rest = &self.sorted[from..];
        let alike = rest.partition_point(|t| self.text(*t).starts_with(query));
        rest[..alike].iter().copied()
    }
}
