//! Sections of the README that are written from the code are the ones the code gives.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Fails when the README's section between `<!-- name -->` and `<!-- /name -->` is not `expected`; with
/// `KIOSK_UPDATE_README=1` writes it there instead.
pub fn assert_section(name: &str, expected: &str) {
    // Tests run side by side and may all write.
    static README: Mutex<()> = Mutex::new(());
    let _mine = README.lock().unwrap_or_else(PoisonError::into_inner);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = fs::read_to_string(&path).expect("README.md");
    let (begin, end) = (format!("<!-- {name} -->"), format!("<!-- /{name} -->"));
    let (before, rest) = readme
        .split_once(&begin)
        .expect("the section has a begin mark");
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

#[test]
fn the_readme_shows_every_lack() {
    assert_section("lacks", &kiosk::domain::health::markdown());
}

/// One line a module: its place and the first sentence of its documentation.
fn module_map() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    for (folder, depth) in [
        ("", 0),
        ("wire", 1),
        ("domain", 1),
        ("shell", 1),
        ("sim", 1),
        ("cli", 1),
    ] {
        let entries = fs::read_dir(root.join(folder)).expect("a folder of src");
        let mut here: Vec<PathBuf> = entries
            .map(|entry| entry.expect("an entry").path())
            .collect();
        here.extend(
            here.clone()
                .iter()
                .filter(|p| p.is_dir())
                .map(|p| p.join("mod.rs"))
                .filter(|p| p.exists()),
        );
        here.retain(|p| p.extension().is_some_and(|e| e == "rs") && !p.ends_with("tests.rs"));
        here.retain(|p| depth == 0 || !p.ends_with(format!("{folder}/mod.rs")));
        here.sort();
        files.extend(here);
    }
    let mut map = String::from("| module | what it is |\n|---|---|\n");
    for file in files {
        let text = fs::read_to_string(&file).expect("a source file");
        let doc: Vec<&str> = text
            .lines()
            .map_while(|line| line.strip_prefix("//!"))
            .map(str::trim)
            .collect();
        let paragraph = doc
            .split(|line| line.is_empty())
            .next()
            .unwrap_or_default()
            .join(" ");
        let sentence = paragraph
            .split_inclusive("。")
            .flat_map(|part| part.split_inclusive(". "))
            .scan(String::new(), |so_far, part| {
                so_far.push_str(part);
                Some(so_far.clone())
            });
        let sentence = sentence
            .into_iter()
            .find(|s| s.len() > 20)
            .unwrap_or(paragraph);
        let name = file
            .strip_prefix(&root)
            .expect("below src")
            .display()
            .to_string()
            .replace("/mod.rs", "");
        map += &format!(
            "| `{}` | {} |\n",
            name.trim_end_matches(".rs"),
            sentence.trim().replace('|', "\\|")
        );
    }
    map
}

#[test]
fn the_readme_shows_every_module() {
    assert_section("modules", &module_map());
}
