//! What lies over a page until it is answered.

/// Layer over a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Overlay {
    /// Help: phone, texts, `close`.
    Help {
        /// Title.
        title: String,
        /// Paragraphs.
        lines: Vec<String>,
        /// Phone number, large.
        phone: String,
        /// Button.
        close: String,
    },
    /// Leave? `stay` is primary.
    Leave {
        /// Question.
        title: String,
        /// What is lost.
        text: String,
        /// Primary button.
        stay: String,
        /// Other button.
        leave: String,
    },
    /// Still there?
    Idle {
        /// Question.
        title: String,
        /// What happens at zero.
        text: String,
        /// Seconds left.
        seconds_left: u32,
        /// Button.
        stay: String,
    },
}
