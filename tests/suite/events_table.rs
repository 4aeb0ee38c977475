//! The README's table of events is the one the firmware has.

use std::path::Path;

const BEGIN: &str = "<!-- events -->";
const END: &str = "<!-- /events -->";

#[test]
fn the_readme_shows_every_event() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let Ok(readme) = std::fs::read_to_string(path) else {
        return; // a tree without a README has no table to be wrong
    };
    let Some((_, rest)) = readme.split_once(BEGIN) else {
        return;
    };
    let (table, _) = rest.split_once(END).expect("the table has an end mark");
    let expected = kiosk::events::markdown();
    assert!(
        table.trim() == expected.trim(),
        "README.md is stale; between {BEGIN} and {END} belongs:\n{expected}"
    );
}
