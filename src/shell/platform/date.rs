//! Dates of HTTP and of the contract, from and to Unix seconds. No leap seconds, as in POSIX.

const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];
const DAY_S: i64 = 86_400;

/// China Standard Time, seconds east of UTC. The country has one zone and no summer time.
pub const CHINA_S: i64 = 8 * 3600;

/// A moment in parts, without a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Civil {
    /// Gregorian year.
    pub year: i64,
    /// 1 to 12.
    pub month: i64,
    /// 1 to 31.
    pub day: i64,
    /// Seconds of the day, 0 to 86 399.
    pub second_of_day: i64,
}

/// Parts of `unix` (seconds), in UTC. Any `i64` within ±10¹⁴ is fine; beyond that the year saturates.
#[must_use]
pub fn civil(unix: i64) -> Civil {
    let unix = unix.clamp(-100_000_000_000_000, 100_000_000_000_000);
    // Days since 0000-03-01, so that a leap day is the last day of its year.
    let days = unix.div_euclid(DAY_S) + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    Civil {
        year: year_of_era + era * 400 + i64::from(month <= 2),
        month,
        day: of_year - (153 * shifted + 2) / 5 + 1,
        second_of_day: unix.rem_euclid(DAY_S),
    }
}

/// Unix seconds of a date in UTC.
fn unix(civil: Civil) -> i64 {
    let year = civil.year - i64::from(civil.month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let shifted = (civil.month + 9) % 12;
    let of_year = (153 * shifted + 2) / 5 + civil.day - 1;
    let of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year;
    (era * 146_097 + of_era - 719_468) * DAY_S + civil.second_of_day
}

/// IMF-fixdate (RFC 9110, 5.6.7), e.g. `Sun, 06 Nov 1994 08:49:37 GMT`.
#[must_use]
pub fn http_date(at: i64) -> String {
    let c = civil(at);
    let s = c.second_of_day;
    let day = usize::try_from(at.div_euclid(DAY_S).rem_euclid(7)).unwrap_or(0);
    let month = usize::try_from(c.month - 1).unwrap_or(0);
    format!(
        "{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
        DAYS[day],
        c.day,
        MONTHS[month],
        c.year,
        s / 3600,
        s / 60 % 60,
        s % 60
    )
}

/// Unix seconds of an IMF-fixdate; `None` for the obsolete forms and for anything else.
#[must_use]
pub fn parse_http_date(text: &str) -> Option<i64> {
    let mut words = text.trim().split(' ');
    let day_name = words.next()?.strip_suffix(',')?;
    let number = |word: &str, max: i64| {
        let digits = !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit());
        word.parse::<i64>().ok().filter(|n| digits && *n <= max)
    };
    let day = number(words.next()?, 31).filter(|day| *day > 0)?;
    let month_name = words.next()?;
    let month = MONTHS.iter().position(|name| *name == month_name)?;
    let year = number(words.next()?, 9999)?;
    let mut time = words.next()?.split(':');
    let hour = number(time.next()?, 23)?;
    let minute = number(time.next()?, 59)?;
    let second = number(time.next()?, 60)?;
    let ends = time.next().is_none() && words.next() == Some("GMT") && words.next().is_none();
    (ends && DAYS.contains(&day_name)).then(|| {
        unix(Civil {
            year,
            month: i64::try_from(month).unwrap_or(0) + 1,
            day,
            second_of_day: hour * 3600 + minute * 60 + second,
        })
    })
}

/// RFC 3339 in China Standard Time, e.g. `2026-11-22T09:00:00+08:00`.
#[must_use]
pub fn rfc3339(at: i64) -> String {
    let s = civil(at + CHINA_S).second_of_day;
    let (h, m, s) = (s / 3600, s / 60 % 60, s % 60);
    format!("{}T{h:02}:{m:02}:{s:02}+08:00", iso_day(at))
}

/// Day in China Standard Time, ISO 8601, e.g. `2026-11-22`.
#[must_use]
pub fn iso_day(at: i64) -> String {
    let c = civil(at + CHINA_S);
    format!("{:04}-{:02}-{:02}", c.year, c.month, c.day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_rfc_9110() {
        let text = "Sun, 06 Nov 1994 08:49:37 GMT";
        assert_eq!(parse_http_date(text), Some(784_111_777));
        assert_eq!(http_date(784_111_777), text);
    }

    #[test]
    fn there_and_back_over_leap_days_and_centuries() {
        for at in (-3_000_000_000..8_000_000_000_i64).step_by(86_399 * 17) {
            assert_eq!(
                parse_http_date(&http_date(at)),
                Some(at),
                "{}",
                http_date(at)
            );
        }
        assert_eq!(http_date(951_782_400), "Tue, 29 Feb 2000 00:00:00 GMT");
    }

    #[test]
    fn what_is_not_an_imf_fixdate_is_nothing() {
        for text in [
            "",
            "now",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
            "Sun, 06 Nov 1994 08:49:37 UTC",
            "Sun, 06 Nov 1994 24:49:37 GMT",
            "Sun, 00 Nov 1994 08:49:37 GMT",
            "Sun, +6 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49 GMT",
            "Sun, 06 Nov 99999999999999999999 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37 GMT GMT",
        ] {
            assert_eq!(parse_http_date(text), None, "{text}");
        }
    }

    #[test]
    fn a_day_in_china_begins_at_four_in_the_afternoon_utc() {
        assert_eq!(rfc3339(1_700_000_000), "2023-11-15T06:13:20+08:00");
        assert_eq!(iso_day(1_700_000_000 - 6 * 3600 - 14 * 60), "2023-11-14");
        assert!(civil(i64::MAX).year > 3_000_000);
    }
}
