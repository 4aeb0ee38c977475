//! The shipped dictionary and the local words, typed as a citizen would.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;

static DICTIONARY: LazyLock<PinyinDictionary> = LazyLock::new(|| {
    let main = include_str!("../../../board/input/pinyin.tsv");
    let local = include_str!("../../../board/input/local.tsv");
    PinyinDictionary::parse(main, local).expect("the shipped dictionary is good")
});

fn typed(letters: &str) -> Composition {
    let mut composition = Composition::new();
    for letter in letters.chars() {
        assert!(composition.push(letter, &DICTIONARY), "{letter:?} is taken");
    }
    composition
}

fn first(letters: &str) -> String {
    let composition = typed(letters);
    composition.candidates()[0].text.clone()
}

fn texts(letters: &str) -> Vec<String> {
    let composition = typed(letters);
    let candidates = composition.candidates().iter();
    candidates.map(|c| c.text.clone()).collect()
}

#[test]
fn the_shipped_dictionary_is_whole() {
    assert!(DICTIONARY.len() > 65_000);
}

#[test]
fn places_and_words_of_the_district_come_first() {
    for (letters, word) in [
        ("wujiangqu", "武江区"),
        ("shaoguan", "韶关"),
        ("xihezhen", "西河镇"),
        ("xilianzhen", "西联镇"),
        ("longguizhen", "龙归镇"),
        ("jiangwanzhen", "江湾镇"),
        ("chongyangzhen", "重阳镇"),
        ("xinhuajiedao", "新华街道"),
        ("huiminjiedao", "惠民街道"),
        ("gaolingjintie", "高龄津贴"),
        ("yanglaobaoxian", "养老保险"),
        ("cunweihui", "村委会"),
        ("juweihui", "居委会"),
    ] {
        assert_eq!(first(letters), word, "{letters}");
    }
}

#[test]
fn common_words_and_names_come_first() {
    for (letters, word) in [("zhangsan", "张三"), ("nihao", "你好"), ("women", "我们")] {
        assert_eq!(first(letters), word, "{letters}");
    }
}

#[test]
fn initials_are_enough() {
    assert_eq!(first("wjq"), "武江区");
    assert_eq!(first("xhz"), "西河镇");
    assert_eq!(first("wujq"), "武江区");
    assert!(texts("zg").contains(&"中国".to_owned()));
}

#[test]
fn the_last_syllable_need_not_be_finished() {
    assert_eq!(first("xihezhe"), "西河镇");
    assert_eq!(first("longguiz"), "龙归镇");
}

#[test]
fn an_apostrophe_separates_syllables() {
    assert_eq!(first("xi'an"), "西安");
    let together = texts("xian");
    assert!(together.contains(&"西安".to_owned()));
    assert!(together.contains(&"先".to_owned()));
    assert!(!texts("xi'an").contains(&"先".to_owned()));
}

#[test]
fn a_sentence_is_made_of_words_that_no_entry_holds_whole() {
    assert_eq!(first("woyaobanligaolingjintie"), "我要办理高龄津贴");
    assert_eq!(first("wozhuzaixihezhen"), "我住在西河镇");
}

#[test]
fn single_characters_are_always_offered() {
    let singles = |letters| {
        let texts = texts(letters);
        texts.into_iter().filter(|t| t.chars().count() == 1).count()
    };
    for letters in ["wujiangqu", "zhangsan", "nihao", "shi"] {
        assert!(singles(letters) >= 10, "{letters}");
    }
}

#[test]
fn a_choice_for_the_first_letters_leaves_the_rest() {
    let mut composition = typed("zhangwei");
    let zhang = composition.candidates().iter();
    let zhang = zhang.take_while(|c| c.text != "张").count();
    let committed = composition
        .choose(zhang, &DICTIONARY)
        .expect("张 is offered");
    assert_eq!((committed.text.as_str(), committed.finished), ("张", false));
    assert_eq!(composition.letters(), "wei");
    let committed = composition
        .choose(0, &DICTIONARY)
        .expect("wei means something");
    assert!(committed.finished);
    assert!(composition.is_empty() && composition.candidates().is_empty());
    assert!(composition.choose(0, &DICTIONARY).is_none());
}

#[test]
fn backspace_undoes_a_letter() {
    let mut composition = typed("nihaom");
    assert!(composition.backspace(&DICTIONARY));
    assert_eq!(composition.candidates()[0].text, "你好");
    for _ in 0..5 {
        composition.backspace(&DICTIONARY);
    }
    assert!(!composition.backspace(&DICTIONARY));
    assert!(composition.candidates().is_empty());
}

#[test]
fn only_letters_are_taken_and_no_more_than_the_limit() {
    let mut composition = Composition::new();
    for refused in ['\'', '1', ' ', '武', '\0'] {
        assert!(!composition.push(refused, &DICTIONARY));
    }
    assert!(composition.push('N', &DICTIONARY));
    assert!(composition.push('ü', &DICTIONARY));
    assert_eq!(composition.letters(), "nv");
    assert_eq!(composition.candidates()[0].text, "女");
    while composition.push('x', &DICTIONARY) {}
    assert_eq!(composition.letters().len(), LETTERS_MAX);
}

#[test]
fn debug_shows_no_words() {
    assert_eq!(format!("{:?}", typed("zhangsan")), "Composition(8 letters)");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_keys_keep_the_limits(
        keys in proptest::collection::vec((proptest::char::any(), 0usize..80), 0..12),
        letters in "[a-z']{0,24}",
    ) {
        let mut composition = Composition::new();
        for letter in letters.chars() {
            composition.push(letter, &DICTIONARY);
        }
        for (key, choice) in keys {
            composition.push(key, &DICTIONARY);
            prop_assert!(composition.letters().len() <= LETTERS_MAX);
            prop_assert!(composition.candidates().len() <= CANDIDATES_MAX);
            for candidate in composition.candidates() {
                prop_assert!(!candidate.text.is_empty());
                prop_assert!((1..=composition.letters().len()).contains(&candidate.letters));
            }
            let before = composition.letters().len();
            if composition.choose(choice, &DICTIONARY).is_some() {
                prop_assert!(composition.letters().len() < before);
            }
        }
    }
}
