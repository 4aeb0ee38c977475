//! Input methods: loading, and one key or stroke.

use std::time::Instant;

use kiosk::domain::input::{Editor, HandwritingModel, Key, Kind, Mode, PinyinDictionary, Stroke};

use crate::machine::engines;
use crate::rows::{Beside, Times, root, row};

/// Whole words and sentences, first letters, letters that mean nothing.
const TYPED: [&str; 7] = [
    "wujiangqu",
    "gaolingjintieshenqing",
    "xihezhen",
    "womenyaobanlijuzhuzheng",
    "sgswjq",
    "zhzhzhzhzhzh",
    "vvvvvv",
];

pub fn measure() {
    let file = |name: &str| std::fs::read(root().join("board/input").join(name)).unwrap();
    let text = |name: &str| String::from_utf8(file(name)).unwrap();
    let (main, local, drawn) = (
        text("pinyin.tsv"),
        text("local.tsv"),
        file("handwriting.bin"),
    );
    let pinyin = Times::of(1, 5, || {
        PinyinDictionary::parse(&main, &local).unwrap();
    });
    let handwriting = Times::of(1, 5, || {
        HandwritingModel::parse(&drawn).unwrap();
    });
    row(
        "Pinyin dictionary loaded, p50",
        pinyin.ms(50),
        "ms",
        Beside::Nothing,
    );
    row(
        "Handwriting templates loaded, p50",
        handwriting.ms(50),
        "ms",
        Beside::Nothing,
    );
    keys();
    strokes();
}

fn keys() {
    let engines = engines();
    let mut times = Times::default();
    for _ in 0..20 {
        for typed in TYPED {
            let mut editor = Editor::new(Kind::Text { max_chars: 40 }, &engines);
            for key in typed.chars() {
                let began = Instant::now();
                editor.handle(Key::Char(key), &engines);
                std::hint::black_box(editor.candidates());
                times.push(began.elapsed());
            }
        }
    }
    row(
        "Pinyin key → candidates, p99",
        times.ms(99),
        "ms",
        Beside::Nothing,
    );
    row(
        "Pinyin key → candidates, worst",
        times.worst_ms(),
        "ms",
        Beside::Nothing,
    );
}

fn strokes() {
    let engines = engines();
    let sample =
        std::fs::read_to_string(root().join("board/input/sample/handwriting.tsv")).unwrap();
    let mut times = Times::default();
    for line in sample.lines() {
        let Some((_, strokes)) = line.split_once('\t') else {
            continue;
        };
        let mut editor = Editor::new(Kind::Text { max_chars: 40 }, &engines);
        editor.handle(Key::Mode(Mode::Handwriting), &engines);
        for stroke in strokes.split(';').map(points) {
            let began = Instant::now();
            editor.handle(Key::InkStroke(stroke), &engines);
            std::hint::black_box(editor.candidates());
            times.push(began.elapsed());
        }
    }
    row(
        "Handwritten stroke → candidates, p99",
        times.ms(99),
        "ms",
        Beside::Nothing,
    );
}

fn points(stroke: &str) -> Stroke {
    let point = |pair: &str| {
        let (x, y) = pair.split_once(',')?;
        Some((
            x.parse::<f32>().ok()? / 1000.0,
            y.parse::<f32>().ok()? / 1000.0,
        ))
    };
    stroke.split(' ').filter_map(point).collect()
}
