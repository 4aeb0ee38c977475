//! A calendar date, as cards, forms and receipts hold it.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

/// A day of the Gregorian calendar between 1800-01-01 and 2999-12-31. Holds only days that exist.
///
/// Text forms: `2026-01-31` (ISO 8601, `Display`, `FromStr` and serde) and `20260131` (cards).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Zeroize,
)]
#[serde(try_from = "String", into = "String")]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

/// The text is not a day of the calendar between 1800 and 2999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a date")]
pub struct NotADate;

impl Default for Date {
    /// 1970-01-01.
    fn default() -> Self {
        Self {
            year: 1970,
            month: 1,
            day: 1,
        }
    }
}

impl Date {
    /// The date, or `None` when there is no such day or the year is outside 1800..=2999.
    #[must_use]
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let known = (1800..=2999).contains(&year) && (1..=12).contains(&month);
        (known && day >= 1 && day <= days_in_month(year, month)).then_some(Self {
            year,
            month,
            day,
        })
    }

    /// Reads `YYYYMMDD`, eight ASCII digits and nothing else.
    pub fn parse_compact(text: &str) -> Result<Self, NotADate> {
        let digits = text.as_bytes();
        if digits.len() != 8 {
            return Err(NotADate);
        }
        let number = |range: std::ops::Range<usize>| {
            digits[range].iter().try_fold(0u16, |value, digit| {
                digit
                    .is_ascii_digit()
                    .then(|| value * 10 + u16::from(digit - b'0'))
            })
        };
        let part = |range| number(range).ok_or(NotADate);
        let (month, day) = (part(4..6)?, part(6..8)?);
        // Two digits always fit a byte.
        Self::new(part(0..4)?, month as u8, day as u8).ok_or(NotADate)
    }

    /// Writes `YYYYMMDD`.
    #[must_use]
    pub fn compact(self) -> String {
        format!("{:04}{:02}{:02}", self.year, self.month, self.day)
    }

    /// 1800..=2999.
    #[must_use]
    pub fn year(self) -> u16 {
        self.year
    }

    /// 1..=12.
    #[must_use]
    pub fn month(self) -> u8 {
        self.month
    }

    /// 1..=31.
    #[must_use]
    pub fn day(self) -> u8 {
        self.day
    }

    /// Whole years (周岁) that a person born on `self` has on `day`; `None` before birth.
    /// Someone born on 29 February grows older on 1 March of common years.
    #[must_use]
    pub fn age_on(self, day: Self) -> Option<u16> {
        let had_birthday = (day.month, day.day) >= (self.month, self.day);
        (day >= self).then(|| day.year - self.year - u16::from(!had_birthday))
    }

    /// The day that lies `days` after 1970-01-01 (negative: before), `None` outside 1800..=2999.
    #[must_use]
    pub fn from_unix_days(days: i64) -> Option<Self> {
        // Years counted from 1 March, so that the leap day is the last of its year (Hinnant, civil_from_days).
        let shifted = days.checked_add(719_468)?;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let march_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * march_month + 2) / 5 + 1;
        let month = if march_month < 10 {
            march_month + 3
        } else {
            march_month - 9
        };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        Self::new(
            u16::try_from(year).ok()?,
            u8::try_from(month).ok()?,
            u8::try_from(day).ok()?,
        )
    }

    /// Days since 1970-01-01 (negative: before).
    #[must_use]
    pub fn unix_days(self) -> i64 {
        let (month, day) = (i64::from(self.month), i64::from(self.day));
        let year = i64::from(self.year) - i64::from(month <= 2);
        let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let march_month = (month + 9) % 12;
        let day_of_year = (153 * march_month + 2) / 5 + day - 1;
        era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year
            - 719_468
    }

    /// The day `days` later (negative: earlier), `None` outside 1800..=2999.
    #[must_use]
    pub fn plus_days(self, days: i64) -> Option<Self> {
        Self::from_unix_days(self.unix_days().checked_add(days)?)
    }
}

fn days_in_month(year: u16, month: u8) -> u8 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl FromStr for Date {
    type Err = NotADate;

    /// Reads `YYYY-MM-DD`.
    fn from_str(text: &str) -> Result<Self, NotADate> {
        let mut parts = text.split('-');
        let (Some(year), Some(month), Some(day), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(NotADate);
        };
        if (year.len(), month.len(), day.len()) != (4, 2, 2) {
            return Err(NotADate);
        }
        Self::parse_compact(&[year, month, day].concat())
    }
}

impl TryFrom<String> for Date {
    type Error = NotADate;

    fn try_from(text: String) -> Result<Self, NotADate> {
        text.parse()
    }
}

impl From<Date> for String {
    fn from(date: Date) -> Self {
        date.to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn date(text: &str) -> Date {
        Date::parse_compact(text).expect("a day of the test")
    }

    #[test]
    fn only_days_that_exist() {
        for good in ["19000101", "20000229", "20240229", "19480312", "29991231"] {
            assert_eq!(date(good).compact(), good);
        }
        for bad in [
            "19000229",
            "20230229",
            "20231301",
            "20230001",
            "20230100",
            "20230431",
            "17991231",
            "30000101",
            "2023011",
            "202301011",
            "2023 101",
            "+2023101",
            "长期",
            "２０230101",
            "",
        ] {
            assert_eq!(Date::parse_compact(bad), Err(NotADate), "{bad}");
        }
        assert_eq!("1948-03-12".parse(), Ok(date("19480312")));
        for bad in ["1948-3-12", "19480312", "1948-03-12-1", "194-803-12", "--"] {
            assert_eq!(bad.parse::<Date>(), Err(NotADate), "{bad}");
        }
    }

    #[test]
    fn age_changes_on_the_birthday() {
        let born = date("19480312");
        assert_eq!(born.age_on(date("20260311")), Some(77));
        assert_eq!(born.age_on(date("20260312")), Some(78));
        assert_eq!(born.age_on(born), Some(0));
        assert_eq!(born.age_on(date("19480311")), None);
        let leap = date("20040229");
        assert_eq!(leap.age_on(date("20220228")), Some(17));
        assert_eq!(leap.age_on(date("20220301")), Some(18));
    }

    #[test]
    fn known_day_numbers() {
        for (text, days) in [
            ("19700101", 0),
            ("19691231", -1),
            ("20000229", 11_016),
            ("20380119", 24_855),
        ] {
            assert_eq!(date(text).unix_days(), days);
            assert_eq!(Date::from_unix_days(days), Some(date(text)));
        }
        assert_eq!(Date::from_unix_days(i64::MAX), None);
        assert_eq!(Date::from_unix_days(i64::MIN), None);
        assert_eq!(date("20231231").plus_days(1), Some(date("20240101")));
    }

    proptest! {
        #[test]
        fn every_day_follows_the_day_before(days in -62_000i64..376_000) {
            let (today, tomorrow) = (Date::from_unix_days(days), Date::from_unix_days(days + 1));
            if let (Some(today), Some(tomorrow)) = (today, tomorrow) {
                prop_assert_eq!(today.unix_days(), days);
                prop_assert!(today < tomorrow);
                prop_assert_eq!(today.to_string().parse(), Ok(today));
            }
        }

        #[test]
        fn any_text_is_a_date_or_not(text in "\\PC{0,12}") {
            if let Ok(date) = Date::parse_compact(&text) {
                prop_assert_eq!(date.compact(), text);
            }
        }
    }
}
