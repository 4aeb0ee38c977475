//! Fields typed into as a citizen would, with a small dictionary and two templates.

use proptest::prelude::*;

use super::*;
use crate::domain::input::HandwritingModel;

const PINYIN: &str =
    "jiang\t江 9 将 8 讲 7 姜 6 奖 5 降 4 酱 3\nni hao\t你好 9\nqu\t区 9\nwu\t五 9 武 8\n";

fn engines() -> Engines {
    // The templates of the shipped file would do as well, but take longer to load.
    let file = include_bytes!("../../../board/input/handwriting.bin");
    let template = 2 + 256;
    let mut few = b"KHW1\x0c\x00\x00\x01".to_vec();
    few.extend(&file[8..8 + 12 * template]);
    Engines::from_parts(PINYIN, "武江区\twu jiang qu\n", &few).expect("good data")
}

fn text_field(max_chars: usize, engines: &Engines) -> Editor {
    Editor::new(Kind::Text { max_chars }, engines)
}

fn type_in(editor: &mut Editor, keys: &str, engines: &Engines) {
    for key in keys.chars() {
        editor.handle(Key::Char(key), engines);
    }
}

fn stroke() -> Stroke {
    vec![(0.0, 0.0), (10.0, 0.0), (10.0, 30.0)]
}

#[test]
fn pinyin_is_composed_and_chosen() {
    let engines = engines();
    let mut editor = text_field(20, &engines);
    type_in(&mut editor, "wujiangqu", &engines);
    assert_eq!((editor.composition(), editor.value()), ("wujiangqu", ""));
    assert_eq!(editor.candidates()[0], "武江区");
    assert!(editor.handle(Key::Candidate(0), &engines));
    assert_eq!(
        (editor.composition(), editor.text().as_str()),
        ("", "武江区")
    );
    assert!(editor.candidates().is_empty());
    type_in(&mut editor, "nihao", &engines);
    assert!(editor.handle(Key::Space, &engines));
    assert!(editor.handle(Key::Space, &engines));
    assert_eq!(editor.text(), "武江区你好 ");
}

#[test]
fn a_digit_ends_the_word_before_it() {
    let engines = engines();
    let mut editor = text_field(20, &engines);
    type_in(&mut editor, "wujiangqu8", &engines);
    assert_eq!((editor.value(), editor.composition()), ("武江区8", ""));
}

#[test]
fn candidates_are_turned_by_pages() {
    let engines = engines();
    let mut editor = text_field(20, &engines);
    type_in(&mut editor, "jiang", &engines);
    assert_eq!(editor.candidates(), ["江", "将", "讲", "姜", "奖"]);
    assert_eq!(editor.candidate_page(), (0, 2));
    assert!(!editor.handle(Key::PrevCandidates, &engines));
    assert!(editor.handle(Key::NextCandidates, &engines));
    assert!(!editor.handle(Key::NextCandidates, &engines));
    assert_eq!(editor.candidates(), ["降", "酱"]);
    assert!(!editor.handle(Key::Candidate(2), &engines));
    assert!(!editor.handle(Key::Candidate(5), &engines));
    assert!(editor.handle(Key::Candidate(1), &engines));
    assert_eq!((editor.value(), editor.candidate_page()), ("酱", (0, 0)));
}

#[test]
fn backspace_takes_letters_then_strokes_then_text() {
    let engines = engines();
    let mut editor = text_field(20, &engines);
    editor.handle(Key::Insert("武江".into()), &engines);
    type_in(&mut editor, "n", &engines);
    assert!(editor.handle(Key::Backspace, &engines));
    assert_eq!((editor.composition(), editor.value()), ("", "武江"));
    editor.handle(Key::Mode(Mode::Handwriting), &engines);
    editor.handle(Key::InkStroke(stroke()), &engines);
    assert!(editor.handle(Key::Backspace, &engines));
    assert!(editor.ink().is_empty() && editor.candidates().is_empty());
    assert!(editor.handle(Key::Backspace, &engines));
    assert!(editor.handle(Key::Backspace, &engines));
    assert!(!editor.handle(Key::Backspace, &engines));
    assert_eq!(editor.value(), "");
}

#[test]
fn drawn_characters_are_offered_and_chosen() {
    let engines = engines();
    let mut editor = text_field(20, &engines);
    assert!(!editor.handle(Key::InkStroke(stroke()), &engines));
    assert!(editor.handle(Key::Mode(Mode::Handwriting), &engines));
    assert!(editor.handle(Key::InkStroke(stroke()), &engines));
    assert_eq!(editor.candidate_page(), (0, 2));
    let first = editor.candidates()[0].to_owned();
    assert!(editor.handle(Key::Candidate(0), &engines));
    assert_eq!(editor.value(), first);
    assert!(editor.ink().is_empty());
    editor.handle(Key::InkStroke(stroke()), &engines);
    assert!(editor.handle(Key::ClearInk, &engines));
    assert!(!editor.handle(Key::ClearInk, &engines));
    assert_eq!(editor.value(), first);
}

#[test]
fn ink_is_bounded() {
    let engines = engines();
    let mut editor = text_field(20, &engines);
    editor.handle(Key::Mode(Mode::Handwriting), &engines);
    editor.handle(Key::InkStroke(vec![(1.0, 2.0); 5000]), &engines);
    assert_eq!(editor.ink()[0].len(), POINTS_MAX);
    while editor.handle(Key::InkStroke(stroke()), &engines) {}
    assert_eq!(editor.ink().len(), STROKES_MAX);
}

#[test]
fn a_full_field_takes_nothing_and_no_part_of_a_word() {
    let engines = engines();
    let mut editor = text_field(2, &engines);
    type_in(&mut editor, "wujiangqu", &engines);
    assert!(!editor.handle(Key::Candidate(0), &engines));
    assert_eq!(editor.value(), "");
    editor.handle(Key::Clear, &engines);
    type_in(&mut editor, "nihao ", &engines);
    assert_eq!(editor.value(), "你好");
    assert!(!editor.handle(Key::Char('w'), &engines));
    assert!(!editor.handle(Key::Insert("区".into()), &engines));
}

#[test]
fn latin_letters_are_themselves() {
    let engines = engines();
    let mut editor = text_field(20, &engines);
    type_in(&mut editor, "ni", &engines);
    assert!(editor.handle(Key::Mode(Mode::Latin), &engines));
    assert_eq!(editor.composition(), "");
    type_in(&mut editor, "A座3", &engines);
    assert_eq!(editor.value(), "A座3");
}

#[test]
fn numbers_have_one_mode_and_show_as_their_kind() {
    let engines = engines();
    let mut phone = Editor::new(Kind::Digits { max_len: 11 }, &engines);
    assert!(!phone.handle(Key::Mode(Mode::Pinyin), &engines));
    type_in(&mut phone, "138x001380009", &engines);
    assert_eq!(phone.text(), "13800138000");
    let mut id = Editor::new(Kind::IdNumber, &engines);
    assert!(!id.handle(Key::Space, &engines));
    id.handle(Key::Insert("11010519491231002x".into()), &engines);
    assert_eq!(id.text(), "11010519491231002X");
    let mut date = Editor::new(Kind::Date, &engines);
    type_in(&mut date, "194803", &engines);
    assert_eq!(
        (date.text().as_str(), date.value()),
        ("1948年03月__日", "194803")
    );
    date.handle(Key::Backspace, &engines);
    assert_eq!(date.text(), "1948年0_月__日");
}

#[test]
fn without_data_files_digits_and_latin_letters_can_still_be_typed() {
    let none = Engines::none();
    let mut editor = text_field(20, &none);
    assert_eq!(editor.mode(), Mode::Latin);
    for mode in [Mode::Pinyin, Mode::Handwriting] {
        assert!(!editor.handle(Key::Mode(mode), &none));
    }
    type_in(&mut editor, "Room 8", &none);
    assert_eq!(editor.text(), "Room 8");
}

#[test]
fn wiping_leaves_nothing() {
    let engines = engines();
    let mut editor = text_field(20, &engines);
    editor.handle(Key::Insert("张三".into()), &engines);
    type_in(&mut editor, "ni", &engines);
    assert_eq!(
        format!("{editor:?}"),
        "Editor(Text { max_chars: 20 }, Pinyin, 2 chars)"
    );
    editor.wipe();
    assert_eq!((editor.value(), editor.composition()), ("", ""));
    assert!(editor.candidates().is_empty() && editor.ink().is_empty());
}

fn key() -> impl Strategy<Value = Key> {
    let modes = [Mode::Pinyin, Mode::Latin, Mode::Digits, Mode::Handwriting];
    prop_oneof![
        "[a-z0-9' ]".prop_map(|s| Key::Char(s.chars().next().unwrap_or('a'))),
        any::<char>().prop_map(Key::Char),
        (0usize..7).prop_map(Key::Candidate),
        proptest::sample::select(modes.to_vec()).prop_map(Key::Mode),
        proptest::collection::vec(any::<(f32, f32)>(), 0..5).prop_map(Key::InkStroke),
        any::<String>().prop_map(Key::Insert),
        proptest::sample::select(vec![
            Key::Backspace,
            Key::Clear,
            Key::NextCandidates,
            Key::PrevCandidates,
            Key::ClearInk,
            Key::Space,
        ]),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_keys_keep_the_limits(keys in proptest::collection::vec(key(), 0..40), which in 0usize..4) {
        let model = HandwritingModel::parse(b"KHW1\x00\x00\x00\x01").expect("no template");
        let mut engines = engines();
        if which == 3 {
            engines.handwriting = Some(model);
        }
        let kind = [Kind::Date, Kind::IdNumber, Kind::Digits { max_len: 4 }, Kind::Text { max_chars: 6 }][which];
        let mut editor = Editor::new(kind, &engines);
        for key in keys {
            editor.handle(key, &engines);
            prop_assert!(editor.value().chars().count() <= kind.max_chars());
            prop_assert!(editor.candidates().len() <= CANDIDATES_PER_PAGE);
        }
    }
}
