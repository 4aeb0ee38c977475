//! Which of two versions is the newer one.

use std::cmp::Ordering;

/// Longest version that is compared, in bytes; what follows does not count.
const MAX: usize = 64;

/// Compares two versions in the manner of Semantic Versioning 2.0.0 (11): numbers by value, words by letters, a version with
/// something after `-` or `~` before the one without, anything after `+` without weight. More or fewer numbers are allowed
/// (`1.2` is `1.2.0`), so dates (`2026.11.23`) do as well.
#[must_use]
pub fn compare(a: &str, b: &str) -> Ordering {
    let ((a, pre_a), (b, pre_b)) = (split(a), split(b));
    release(a, b).then_with(|| match (pre_a, pre_b) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => Ordering::Greater,
        (Some(_), None) => Ordering::Less,
        (Some(a), Some(b)) => words(a, b),
    })
}

/// Whether going from `from` to `to` is a step back.
#[must_use]
pub fn is_older(to: &str, from: &str) -> bool {
    compare(to, from) == Ordering::Less
}

fn split(version: &str) -> (&str, Option<&str>) {
    let version = version.trim().trim_start_matches(['v', 'V']);
    let end = version
        .char_indices()
        .map(|(at, _)| at)
        .find(|at| *at >= MAX);
    let version = version.get(..end.unwrap_or(version.len())).unwrap_or("");
    let version = version.split('+').next().unwrap_or("");
    match version.split_once(['-', '~']) {
        Some((release, pre)) => (release, Some(pre)),
        None => (version, None),
    }
}

fn release(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.split('.'), b.split('.'));
    loop {
        let (x, y) = (a.next(), b.next());
        if x.is_none() && y.is_none() {
            return Ordering::Equal;
        }
        let order = part(x.unwrap_or("0"), y.unwrap_or("0"));
        if order != Ordering::Equal {
            return order;
        }
    }
}

/// Of two that agree so far, the one with more words is the newer.
fn words(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.split('.'), b.split('.'));
    loop {
        let order = match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => Ordering::Less,
            (Some(_), None) => Ordering::Greater,
            (Some(x), Some(y)) => part(x, y),
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

/// Numbers by value and below words. `u128` holds more digits than any version has; one that does not fit is a word.
fn part(a: &str, b: &str) -> Ordering {
    let zero = |part| if str::is_empty(part) { "0" } else { part };
    let (a, b) = (zero(a), zero(b));
    match (a.parse::<u128>(), b.parse::<u128>()) {
        (Ok(a), Ok(b)) => a.cmp(&b),
        (Ok(_), Err(_)) => Ordering::Less,
        (Err(_), Ok(_)) => Ordering::Greater,
        (Err(_), Err(_)) => a.cmp(b),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_semantic_versioning_and_of_dates() {
        let rising = [
            "",
            "0.9",
            "1.0.0-alpha",
            "1.0.0-alpha.1",
            "1.0.0-alpha.beta",
            "1.0.0-beta.2",
            "1.0.0-beta.11",
            "1.0.0-rc.1",
            "1.0.0",
            "1.0.1~rc1",
            "1.0.1",
            "1.2",
            "1.10.0",
            "v2.0",
            "2026.11.23",
            "2026.11.23.1",
        ];
        for (i, a) in rising.iter().enumerate() {
            for (j, b) in rising.iter().enumerate() {
                assert_eq!(compare(a, b), i.cmp(&j), "{a} {b}");
            }
        }
        assert_eq!(compare("1.2", "1.2.0"), Ordering::Equal);
        assert_eq!(compare("1.2+a", "1.2+b"), Ordering::Equal);
        assert!(is_older("1.9", "1.10") && !is_older("1.10", "1.10"));
        let long = "1.".repeat(500);
        assert_eq!(compare(&long, &long), Ordering::Equal);
    }
}
