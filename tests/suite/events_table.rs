//! Sections of the README that are written from the code are the ones the code gives.

use std::fs;
use std::path::Path;

/// Fails when the README's section between `<!-- name -->` and `<!-- /name -->` is not `expected`; with
/// `KIOSK_UPDATE_README=1` writes it there instead. A README without the marks has nothing to be wrong.
pub fn assert_section(name: &str, expected: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let Ok(readme) = fs::read_to_string(&path) else {
        return;
    };
    let (begin, end) = (format!("<!-- {name} -->"), format!("<!-- /{name} -->"));
    let Some((before, rest)) = readme.split_once(&begin) else {
        return;
    };
    let (section, after) = rest.split_once(&end).expect("the section has an end mark");
    if section.trim() == expected.trim() {
        return;
    }
    assert!(
        std::env::var_os("KIOSK_UPDATE_README").is_some(),
        "README.md is stale; run the tests with KIOSK_UPDATE_README=1. Between {begin} and {end} belongs:\n{expected}"
    );
    let expected = expected.trim();
    let written = format!("{before}{begin}\n\n{expected}\n\n{end}{after}");
    fs::write(&path, written).expect("README.md is writable");
}

#[test]
fn the_readme_shows_every_event() {
    assert_section("events", &kiosk::events::markdown());
}
