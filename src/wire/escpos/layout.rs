//! Lines of columns: a Latin character is one column, every other character two.

/// Punctuation that must not begin a line (GB/T 15834, 5.1).
const NOT_FIRST: &str = "。，、；：？！）》〉」』】〕”’%‰…—·,.;:?!)]}";
/// Punctuation that must not end a line.
const NOT_LAST: &str = "（《〈「『【〔“‘([{";

/// Columns that `ch` takes.
#[must_use]
pub(super) fn columns(ch: char) -> usize {
    if ch.is_ascii() { 1 } else { 2 }
}

/// Columns that `text` takes on one line.
#[must_use]
pub fn columns_of(text: &str) -> usize {
    text.chars().map(columns).sum()
}

/// `text` in lines of at most `width` columns (at least 2). Words and numbers stay whole where they fit a line;
/// no line begins with closing or ends with opening punctuation where that can be kept.
#[must_use]
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(2);
    let mut lines = Vec::new();
    let (mut line, mut used) = (String::new(), 0);
    for unit in units(text) {
        if used + columns_of(unit.trim_end()) <= width {
            line.push_str(unit);
            used += columns_of(unit);
            continue;
        }
        if !line.trim_end().is_empty() {
            lines.push(line.trim_end().to_owned());
        }
        line.clear();
        used = 0;
        for ch in unit.chars() {
            if used + columns(ch) > width {
                lines.push(std::mem::take(&mut line));
                used = 0;
            }
            line.push(ch);
            used += columns(ch);
        }
    }
    lines.push(line.trim_end().to_owned());
    lines
}

/// Pieces that a line may be broken between.
fn units(text: &str) -> Vec<&str> {
    let mut units = Vec::new();
    let mut begin = 0;
    let mut last: Option<char> = None;
    for (at, ch) in text.char_indices() {
        if last.is_some_and(|last| !is_glued(last, ch)) {
            units.push(&text[begin..at]);
            begin = at;
        }
        last = Some(ch);
    }
    units.push(&text[begin..]);
    units
}

/// Whether no line may end between the two.
fn is_glued(last: char, ch: char) -> bool {
    let in_word = ch.is_ascii() && last.is_ascii() && last != ' ';
    ch == ' ' || in_word || NOT_FIRST.contains(ch) || NOT_LAST.contains(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_takes_two_columns() {
        assert_eq!(wrap("政务服务回执", 8), ["政务服务", "回执"]);
        assert_eq!(wrap("", 8), [""]);
    }

    #[test]
    fn no_line_begins_or_ends_with_the_wrong_punctuation() {
        assert_eq!(wrap("请妥善保管。谢谢", 10), ["请妥善保", "管。谢谢"]);
        assert_eq!(
            wrap("依照《办法》办理", 6),
            ["依照", "《办", "法》办", "理"]
        );
    }

    #[test]
    fn words_and_numbers_stay_whole_until_they_cannot() {
        assert_eq!(wrap("编号 GD20240001 号", 12), ["编号", "GD20240001", "号"]);
        assert_eq!(wrap("ABCDEFGHIJ", 4), ["ABCD", "EFGH", "IJ"]);
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
    }

    #[test]
    fn nothing_is_lost_and_no_line_is_too_long() {
        let text = "一。。。。。。。。二（（（（（（三abc,,,,,,,,,,";
        for width in 2..20 {
            let lines = wrap(text, width);
            assert!(
                lines.iter().all(|line| columns_of(line) <= width),
                "{width}: {lines:?}"
            );
            assert_eq!(lines.concat(), text);
        }
    }
}
