//! A calendar day without a clock, a zone or a library.

use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

/// A day of the Gregorian calendar between 1800 and 2999. In files `"YYYY-MM-DD"` (GB/T 7408, ISO 8601).
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Zeroize, Serialize, Deserialize, Debug,
)]
#[serde(try_from = "String", into = "String")]
pub struct Day {
    year: i32,
    month: u8,
    day: u8,
}

/// Days of `month` in `year`; 0 for a month that does not exist.
fn month_length(year: i32, month: u8) -> u8 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u8::from(leap),
        _ => 0,
    }
}

impl Day {
    /// The day, or `None` when the calendar has no such day.
    #[must_use]
    pub fn new(year: i32, month: u8, day: u8) -> Option<Self> {
        let real = (1800..3000).contains(&year) && (1..=month_length(year, month)).contains(&day);
        real.then_some(Self { year, month, day })
    }

    /// Reads `YYYY-MM-DD`, `YYYYMMDD` or `YYYY年M月D日`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.len() > 32 {
            return None;
        }
        let digits = |s: &str| {
            s.chars()
                .all(|c| c.is_ascii_digit())
                .then(|| s.parse().ok())
        };
        if text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit()) {
            return Self::new(
                text[..4].parse().ok()?,
                text[4..6].parse().ok()?,
                text[6..].parse().ok()?,
            );
        }
        let mut parts = text
            .split(['-', '/', '.', '年', '月', '日'])
            .filter(|part| !part.is_empty());
        let year: u16 = digits(parts.next()?)??;
        let month: u16 = digits(parts.next()?)??;
        let day: u16 = digits(parts.next()?)??;
        if parts.next().is_some() {
            return None;
        }
        Self::new(
            year.into(),
            u8::try_from(month).ok()?,
            u8::try_from(day).ok()?,
        )
    }

    /// Year.
    #[must_use]
    pub fn year(self) -> i32 {
        self.year
    }

    /// Month, 1 to 12.
    #[must_use]
    pub fn month(self) -> u8 {
        self.month
    }

    /// Day of the month, 1 to 31.
    #[must_use]
    pub fn day(self) -> u8 {
        self.day
    }

    /// Full years (周岁) from this day of birth to `today`; 0 when `today` is earlier. Someone born on 29 February turns
    /// a year older on 1 March of a common year.
    #[must_use]
    pub fn age_on(self, today: Self) -> u16 {
        let before = (today.month, today.day) < (self.month, self.day);
        u16::try_from(today.year - self.year - i32::from(before)).unwrap_or(0)
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.to_string()
    }
}

impl TryFrom<String> for Day {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text.len() != 10 {
            return Err("a day is written \"YYYY-MM-DD\"");
        }
        Self::parse(&text).ok_or("a day is written \"YYYY-MM-DD\" and must be in the calendar")
    }
}

#[cfg(test)]
mod tests {
    use super::Day;

    #[test]
    fn days_are_read_in_the_forms_of_cards_and_people() {
        let day = Day::new(1949, 12, 31);
        for text in ["1949-12-31", "19491231", "1949年12月31日", "1949/12/31"] {
            assert_eq!(Day::parse(text), day, "{text}");
        }
        for text in [
            "",
            "1949",
            "1949-13-01",
            "1949-02-29",
            "1949-1-1-1",
            "昨天",
            "+949-1-1",
        ] {
            assert_eq!(Day::parse(text), None, "{text}");
        }
    }

    #[test]
    fn age_counts_full_years() {
        let born = Day::new(1944, 2, 29).unwrap();
        let age = |y, m, d| born.age_on(Day::new(y, m, d).unwrap());
        assert_eq!(age(2026, 2, 28), 81);
        assert_eq!(age(2026, 3, 1), 82);
        assert_eq!(age(1900, 1, 1), 0);
    }
}
