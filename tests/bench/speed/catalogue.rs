//! Two thousand items: loading, indexing, searching.

use std::time::Instant;

use kiosk::domain::search::SearchIndex;
use kiosk::item::Catalogue;
use kiosk::shell::catalogue;

use crate::items::{ITEMS, generate};
use crate::machine::TOWN;
use crate::rows::{Beside, Times, row};

/// What people type, letter by letter: pinyin, characters, first letters, a whole wish, nothing that exists.
const WISHES: [&str; 8] = [
    "shebao",
    "gaolingjintie",
    "我要办高龄津贴",
    "ylbx",
    "居住证",
    "jiaotongka",
    "birth",
    "qqqq",
];

pub fn measure() {
    let folder = generate();
    let began = Instant::now();
    let (loaded, report) = catalogue::load(&folder)
        .map_err(|(error, _)| error)
        .unwrap();
    let from_files = began.elapsed().as_secs_f64() * 1000.0;
    assert_eq!(
        (loaded.items().len(), report.errors()),
        (ITEMS, 0),
        "{report}"
    );
    row(
        "Catalogue of 2,000 items read from TOML files and checked",
        from_files,
        "ms",
        Beside::Nothing,
    );

    let json = loaded.to_json();
    let times = Times::of(1, 5, || {
        let (again, _) = Catalogue::from_json(&json).unwrap();
        assert_eq!(again.items().len(), ITEMS);
    });
    let size = json.len() as f64 / 1e6;
    row(
        &format!("The same from the platform's document of {size:.1} MB, checked, p50"),
        times.ms(50),
        "ms",
        Beside::Nothing,
    );
    let times = Times::of(1, 10, || {
        std::hint::black_box(SearchIndex::new(&loaded));
    });
    row(
        "Search index over 2,000 items made, p50",
        times.ms(50),
        "ms",
        Beside::Nothing,
    );
    search(&loaded);
}

fn search(catalogue: &Catalogue) {
    let index = SearchIndex::new(catalogue);
    let mut times = Times::default();
    let mut found = 0;
    for _ in 0..40 {
        for wish in WISHES {
            for (end, letter) in wish.char_indices() {
                let typed = &wish[..end + letter.len_utf8()];
                let began = Instant::now();
                found += std::hint::black_box(index.search(typed, TOWN)).len();
                times.push(began.elapsed());
            }
        }
    }
    assert!(found > 0);
    row(
        "Search in 2,000 items per keystroke, p50",
        times.ms(50),
        "ms",
        Beside::Below(2.0),
    );
    row(
        "Search in 2,000 items per keystroke, p99",
        times.ms(99),
        "ms",
        Beside::Below(2.0),
    );
}
