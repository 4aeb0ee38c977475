//! Words on buttons that belong to the pages themselves and not to any one page: keys, pager, captions.

use super::Keys;
use crate::text::Lang;

/// The fixed words of the pages in one language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Labels {
    /// On a line that may be changed.
    pub change: &'static str,
    /// Earlier page of a list.
    pub previous: &'static str,
    /// Next page of a list.
    pub next: &'static str,
    /// Delete all.
    pub clear: &'static str,
    /// Delete one.
    pub delete: &'static str,
    /// The space key.
    pub space: &'static str,
    /// Before a case's number.
    pub number: &'static str,
    /// Before a case's query code.
    pub query_code: &'static str,
    /// Below the QR code.
    pub photograph: &'static str,
    /// After the seconds left.
    pub seconds: &'static str,
    /// Earlier candidates.
    pub earlier: &'static str,
    /// More candidates.
    pub more: &'static str,
    /// The sheet to write on, for those who listen.
    pub canvas: &'static str,
}

/// The fixed words in `lang`.
#[must_use]
pub fn labels(lang: Lang) -> Labels {
    match lang {
        Lang::Zh => Labels {
            change: "修改",
            previous: "上一页",
            next: "下一页",
            clear: "清空",
            delete: "删除",
            space: "空格",
            number: "收件号",
            query_code: "查询码",
            photograph: "用手机拍下留存",
            seconds: "秒",
            earlier: "前面的字",
            more: "更多的字",
            canvas: "手写区",
        },
        Lang::En => Labels {
            change: "Change",
            previous: "Up",
            next: "Next",
            clear: "Clear",
            delete: "Delete",
            space: "Space",
            number: "Filing number",
            query_code: "Query code",
            photograph: "Take a photo to keep",
            seconds: "seconds",
            earlier: "Earlier",
            more: "More",
            canvas: "Writing area",
        },
    }
}

/// Name of a key set on its switch.
#[must_use]
pub fn key_set_label(keys: Keys, lang: Lang) -> &'static str {
    match (keys, lang) {
        (Keys::Digits | Keys::IdNumber, Lang::Zh) => "数字",
        (Keys::Digits | Keys::IdNumber, Lang::En) => "Digits",
        (Keys::Pinyin, Lang::Zh) => "拼音",
        (Keys::Pinyin, Lang::En) => "Pinyin",
        (Keys::Latin, Lang::Zh) => "字母",
        (Keys::Latin, Lang::En) => "Letters",
        (Keys::Handwriting, Lang::Zh) => "手写",
        (Keys::Handwriting, Lang::En) => "Writing",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_languages_differ_in_every_key_set() {
        for keys in [
            Keys::Digits,
            Keys::IdNumber,
            Keys::Pinyin,
            Keys::Latin,
            Keys::Handwriting,
        ] {
            assert_ne!(key_set_label(keys, Lang::Zh), key_set_label(keys, Lang::En));
        }
    }
}
