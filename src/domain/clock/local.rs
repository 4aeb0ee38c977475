//! Moments as people in China read them, and back.

use crate::item::Day;

/// China Standard Time is UTC+8 all year (no daylight saving since 1991).
const UTC_OFFSET_S: i64 = 8 * 3600;
const DAY_S: i64 = 86_400;

/// A moment in UTC+8.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Local {
    /// Year.
    pub year: i32,
    /// Month, 1–12.
    pub month: u8,
    /// Day, 1–31.
    pub day: u8,
    /// Hour, 0–23.
    pub hour: u8,
    /// Minute, 0–59.
    pub minute: u8,
    /// Second, 0–59.
    pub second: u8,
}

impl Local {
    /// The moment of so many seconds after 1970-01-01T00:00:00Z; those before the year 1 or after 9999 are clamped.
    #[must_use]
    pub fn of_unix(unix_s: i64) -> Self {
        let s = unix_s.clamp(-62_135_596_800, 253_402_214_400) + UTC_OFFSET_S;
        let (year, month, day) = civil_from_days(s.div_euclid(DAY_S));
        let of_day = s.rem_euclid(DAY_S);
        let part = |v: i64| u8::try_from(v).unwrap_or(0);
        Self {
            year,
            month,
            day,
            hour: part(of_day / 3600),
            minute: part(of_day / 60 % 60),
            second: part(of_day % 60),
        }
    }

    /// The last second of a day in UTC+8, seconds since 1970.
    #[must_use]
    pub fn end_of(day: Day) -> i64 {
        let days = days_from_civil((day.year(), day.month(), day.day()));
        (days + 1) * DAY_S - 1 - UTC_OFFSET_S
    }

    /// `2026-03-05T09:07:00+08:00`.
    #[must_use]
    pub fn rfc3339(&self) -> String {
        format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}+08:00",
            self.year, self.month, self.day, self.hour, self.minute, self.second
        )
    }

    /// `2026-03-05 09:07`, for receipts.
    #[must_use]
    pub fn date_hh_mm(&self) -> String {
        let (y, m, d) = (self.year, self.month, self.day);
        format!("{y:04}-{m:02}-{d:02} {}", self.hh_mm())
    }

    /// `09:07`.
    #[must_use]
    pub fn hh_mm(&self) -> String {
        format!("{:02}:{:02}", self.hour, self.minute)
    }
}

/// Reads what [`Local::rfc3339`] writes, as seconds since 1970; nothing else.
pub(super) fn unix_of(rfc3339: &str) -> Option<i64> {
    let (day, rest) = rfc3339.split_once('T')?;
    let day = Day::parse(day)?;
    let time = rest.strip_suffix("+08:00")?;
    let mut parts = time.split(':').map(|part| part.parse::<i64>().ok());
    let (h, m, s) = (parts.next()??, parts.next()??, parts.next()??);
    let sound = (0..24).contains(&h) && (0..60).contains(&m) && (0..60).contains(&s);
    let date = (day.year(), day.month(), day.day());
    (sound && parts.next().is_none())
        .then(|| days_from_civil(date) * DAY_S + h * 3600 + m * 60 + s - UTC_OFFSET_S)
}

/// Gregorian date of a day counted from 1970-01-01.
///
/// Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`.
fn civil_from_days(days: i64) -> (i32, u8, u8) {
    let z = days + 719_468; // 0000-03-01, so that the leap day ends a year
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let day = doy - (153 * mp + 2) / 5 + 1;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    let year = yoe + era * 400 + i64::from(month <= 2);
    (
        i32::try_from(year).unwrap_or(i32::MAX),
        u8::try_from(month).unwrap_or(1),
        u8::try_from(day).unwrap_or(1),
    )
}

/// The other way round (Hinnant's `days_from_civil`).
fn days_from_civil((year, month, day): (i32, u8, u8)) -> i64 {
    let (month, day) = (i64::from(month), i64::from(day));
    let year = i64::from(year) - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let yoe = year.rem_euclid(400);
    let doy = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn local_time_is_eight_hours_ahead_and_rolls_over_midnight_and_years() {
        for (unix, text) in [
            (1_700_000_000, "2023-11-15T06:13:20+08:00"),
            (1_767_225_599, "2026-01-01T07:59:59+08:00"),
            (0, "1970-01-01T08:00:00+08:00"),
            (-28_801, "1969-12-31T23:59:59+08:00"),
        ] {
            assert_eq!(Local::of_unix(unix).rfc3339(), text);
            assert_eq!(unix_of(text), Some(unix));
        }
        // 2024-02-28T16:00:00Z is the leap day in China.
        assert_eq!(
            Local::of_unix(1_709_136_000).date_hh_mm(),
            "2024-02-29 00:00"
        );
        for wrong in ["", "2026-01-01", "2026-13-01T00:00:00+08:00"] {
            assert_eq!(unix_of(wrong), None, "{wrong}");
        }
        assert_eq!(unix_of("2026-01-01T00:00:00Z"), None, "not ours");
        assert_eq!(unix_of("2026-01-01T24:00:00+08:00"), None);
        let end = Local::end_of(Day::new(2026, 1, 1).expect("a day"));
        assert_eq!(Local::of_unix(end).rfc3339(), "2026-01-01T23:59:59+08:00");
    }

    #[test]
    fn every_day_of_800_years_follows_the_one_before() {
        let leap = |y: i32| y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);
        let (mut y, mut m, mut d) = (1970, 1u8, 1u8);
        for days in 0..292_194 {
            assert_eq!(civil_from_days(days), (y, m, d));
            assert_eq!(days_from_civil((y, m, d)), days);
            let last = match m {
                2 if leap(y) => 29,
                2 => 28,
                4 | 6 | 9 | 11 => 30,
                _ => 31,
            };
            if d < last {
                d += 1;
            } else if m < 12 {
                (m, d) = (m + 1, 1);
            } else {
                (y, m, d) = (y + 1, 1, 1);
            }
        }
    }
}
