//! Kinds of text fields: which characters they admit and how they show them.

use std::borrow::Cow;

/// Most characters of any field, whatever its kind says.
pub(super) const CHARS_MAX: usize = 500;

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Decimal digits, such as a telephone number.
    Digits {
        /// Most digits.
        max_len: usize,
    },
    /// A citizen's ID number (GB 11643): 17 digits and a digit or X. Only the shape is kept; the check is elsewhere.
    IdNumber,
    /// Free text.
    Text {
        /// Most characters.
        max_chars: usize,
    },
    /// A day, as eight digits: year, month, day. Digits that no day of 1900–2099 has are not taken.
    Date,
}

/// How keys become text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Letters are pinyin.
    Pinyin,
    /// Letters are themselves.
    Latin,
    /// Digits and signs.
    Digits,
    /// Drawn characters.
    Handwriting,
}

impl Kind {
    /// Most characters the field takes.
    #[must_use]
    pub fn max_chars(self) -> usize {
        match self {
            Self::Digits { max_len } => max_len.min(CHARS_MAX),
            Self::IdNumber => 18,
            Self::Text { max_chars } => max_chars.min(CHARS_MAX),
            Self::Date => 8,
        }
    }

    /// What is added to `text` when `key` is typed; `None` if the field does not take it there.
    pub(super) fn admit(self, text: &str, key: char) -> Option<char> {
        let at = text.chars().count();
        if at >= self.max_chars() {
            return None;
        }
        let digit = key.is_ascii_digit();
        match self {
            Self::Digits { .. } => digit.then_some(key),
            Self::IdNumber if at == 17 && matches!(key, 'x' | 'X') => Some('X'),
            Self::IdNumber => digit.then_some(key),
            Self::Text { .. } => (!key.is_control()).then_some(key),
            Self::Date => (digit && may_be_date(text, key)).then_some(key),
        }
    }

    /// What the person sees. A date shows its form from the beginning: `1948年03月__日`.
    pub(super) fn show(self, text: &str) -> Cow<'_, str> {
        if self != Self::Date {
            return Cow::Borrowed(text);
        }
        let mut digits = text.chars();
        let mut shown = String::with_capacity(24);
        for (places, unit) in [(4, '年'), (2, '月'), (2, '日')] {
            shown.extend((0..places).map(|_| digits.next().unwrap_or('_')));
            shown.push(unit);
        }
        Cow::Owned(shown)
    }
}

/// Whether a day of 1900–2099 can begin with these digits.
fn may_be_date(text: &str, key: char) -> bool {
    let digits: Vec<u32> = text
        .chars()
        .chain([key])
        .filter_map(|c| c.to_digit(10))
        .collect();
    let two = |at: usize| {
        digits
            .get(at)
            .zip(digits.get(at + 1))
            .map(|(a, b)| a * 10 + b)
    };
    let century = match (digits.first(), two(0)) {
        (_, Some(century)) => matches!(century, 19 | 20),
        (Some(first), None) => matches!(first, 1 | 2),
        (None, None) => true,
    };
    let month = match (digits.get(4), two(4)) {
        (_, Some(month)) => (1..=12).contains(&month),
        (Some(first), None) => *first <= 1,
        (None, None) => true,
    };
    let (Some(century_years), Some(years), Some(number)) = (two(0), two(2), two(4)) else {
        return century && month;
    };
    let last = days(century_years * 100 + years, number);
    let day = match (digits.get(6), two(6)) {
        (_, Some(day)) => (1..=last).contains(&day),
        (Some(first), None) => *first <= last / 10,
        (None, None) => true,
    };
    century && month && day
}

/// Days of a month in the Gregorian calendar.
fn days(year: u32, month: u32) -> u32 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(kind: Kind, keys: &str) -> String {
        let mut text = String::new();
        for key in keys.chars() {
            text.extend(kind.admit(&text, key));
        }
        text
    }

    #[test]
    fn digits_take_digits_up_to_the_limit() {
        let kind = Kind::Digits { max_len: 11 };
        assert_eq!(typed(kind, "a1-3 武800x138000999"), "13800138000");
    }

    #[test]
    fn an_id_number_takes_x_only_at_the_end() {
        assert_eq!(
            typed(Kind::IdNumber, "x11010519491231002x1"),
            "11010519491231002X"
        );
    }

    #[test]
    fn a_date_shows_its_form_from_the_beginning() {
        let show = |digits| Kind::Date.show(digits).into_owned();
        assert_eq!(show(""), "____年__月__日");
        assert_eq!(show("19"), "19__年__月__日");
        assert_eq!(show("194803"), "1948年03月__日");
        assert_eq!(show("19480307"), "1948年03月07日");
    }

    #[test]
    fn a_date_refuses_digits_that_no_day_has() {
        for (keys, taken) in [
            ("3", ""),
            ("18", "1"),
            ("21", "2"),
            ("19482", "1948"),
            ("194813", "19481"),
            ("194800", "19480"),
            ("1948033", "1948033"),
            ("19480332", "1948033"),
            ("19480300", "1948030"),
            ("1948023", "194802"),
            ("19480229", "19480229"),
            ("19490229", "1949022"),
            ("19000229", "1900022"),
            ("20000229", "20000229"),
            ("194804310", "19480430"),
        ] {
            assert_eq!(typed(Kind::Date, keys), taken, "{keys}");
        }
    }

    #[test]
    fn text_takes_no_control_characters() {
        assert_eq!(
            typed(Kind::Text { max_chars: 3 }, "武\n江\u{7f}区x"),
            "武江区"
        );
    }
}
