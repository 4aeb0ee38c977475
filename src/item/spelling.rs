//! Pinyin of Chinese words, for finding things by what a person types: full (`yanglao`) and first letters (`yl`).

use pinyin::ToPinyin;

/// Words of the trade whose common reading is not the first one of their characters.
const READINGS: [(&str, &[&str]); 6] = [
    ("重阳", &["chong", "yang"]),
    ("银行", &["yin", "hang"]),
    ("长者", &["zhang", "zhe"]),
    ("什石", &["shi", "shi"]),
    ("重新", &["chong", "xin"]),
    ("重度", &["zhong", "du"]),
];

/// The syllables of `text`. Letters and digits are kept one by one in small letters, everything else is left out.
#[must_use]
pub fn syllables(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if let Some((word, reading)) = READINGS.iter().find(|(word, _)| rest.starts_with(word)) {
            out.extend(reading.iter().map(ToString::to_string));
            rest = &rest[word.len()..];
            continue;
        }
        if let Some(pinyin) = c.to_pinyin() {
            out.push(pinyin.plain().replace('ü', "v"));
        } else if c.is_ascii_alphanumeric() {
            out.push(c.to_ascii_lowercase().to_string());
        }
        rest = &rest[c.len_utf8()..];
    }
    out
}

/// First letters: 西河镇 → `xhz`.
#[must_use]
pub fn initials(text: &str) -> String {
    let first = |s: &String| s.chars().next();
    syllables(text).iter().filter_map(first).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_spelled() {
        assert_eq!(initials("西河镇"), "xhz");
        assert_eq!(initials("公交IC卡"), "gjick");
        assert_eq!(syllables("重阳镇").concat(), "chongyangzhen");
        assert_eq!(syllables("绿").concat(), "lv");
        assert_eq!(syllables("高龄津贴").concat(), "gaolingjintie");
        assert_eq!(syllables("，。").concat(), "");
    }
}
