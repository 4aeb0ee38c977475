//! A file imports only from its own floor's folder or from lower floors, and the pure floors touch nothing.

use std::fs;
use std::path::{Path, PathBuf};

/// Lines a file may have before it must say why.
const LONG: usize = 400;

/// What a pure file (floors 0 to 2) must not name, and why.
const IMPURE: &[(&str, &str)] = &[
    ("Instant::now", "time comes in as an argument"),
    ("SystemTime::now", "time comes in as an argument"),
    (".elapsed()", "time comes in as an argument"),
    ("std::thread", "threads belong to the shell"),
    ("std::fs", "files belong to the shell"),
    ("std::net", "sockets belong to the shell"),
    ("std::env", "the surroundings belong to the shell"),
    ("std::process", "processes belong to the shell"),
    ("tokio::", "input and output belong to the shell"),
    ("reqwest::", "input and output belong to the shell"),
    ("rusqlite::", "input and output belong to the shell"),
    ("serialport::", "input and output belong to the shell"),
    ("rppal::", "input and output belong to the shell"),
    ("gpiocdev::", "input and output belong to the shell"),
    // A generator that is given its seed is an argument; one that seeds itself is not.
    ("fastrand::Rng::new()", "randomness comes in as an argument"),
    (" rand::", "randomness comes in as an argument"),
    ("HashMap", "its order changes from run to run"),
    ("HashSet", "its order changes from run to run"),
];

/// Modules of the program rather than the library.
const PROGRAM: &[&str] = &["main", "window", "dock", "headless", "cli"];

/// Floor of a module of `src`, by its first name.
fn floor(module: &str) -> u8 {
    match module {
        "wire" => 1,
        "domain" => 2,
        "shell" => 3,
        "sim" => 4,
        _ if PROGRAM.contains(&module) => 5,
        _ => 0,
    }
}

/// First name below `src` of a file: `src/wire/sam/mod.rs` is of `wire`.
fn module_of(relative: &Path) -> String {
    let first = relative.iter().next().unwrap_or_default();
    first.to_string_lossy().trim_end_matches(".rs").to_owned()
}

/// The modules that one line of code names through `crate::` or, in the program, `kiosk::`.
fn named(line: &str, root: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (at, _) in line.match_indices(root) {
        let before = line[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '$') {
            continue;
        }
        let rest = &line[at + root.len()..];
        match rest.strip_prefix('{') {
            Some(list) => names.extend(list.split(',').map(first_word)),
            None => names.push(first_word(rest)),
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

fn first_word(text: &str) -> String {
    text.trim_start()
        .chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect()
}

/// Lines of code with their numbers: no comments, and nothing from the first `#[cfg(test)] mod` on.
fn code(text: &str) -> Vec<(usize, String)> {
    let mut lines: Vec<(usize, String)> = Vec::new();
    let mut after_cfg_test = false;
    for (at, line) in text.lines().enumerate() {
        let trimmed = line.trim_start();
        if after_cfg_test && trimmed.starts_with("mod ") && trimmed.ends_with('{') {
            break;
        }
        after_cfg_test = trimmed.starts_with("#[cfg(test)]");
        if !trimmed.starts_with("//") {
            let line = line.split(" // ").next().unwrap_or(line);
            match lines.last_mut() {
                // A list of imports over several lines is one line here.
                Some((_, last)) if open_import(last) => last.push_str(line),
                _ => lines.push((at + 1, line.to_owned())),
            }
        }
    }
    lines
}

fn open_import(line: &str) -> bool {
    line.contains("use crate::{") && !line.contains(';')
}

/// Mistakes of one file, given by its path below `src`.
fn mistakes(relative: &Path, text: &str) -> Vec<String> {
    let own = floor(&module_of(relative));
    let is_test = relative
        .iter()
        .any(|part| matches!(part.to_str(), Some("tests" | "tests.rs")));
    let place = |at: usize| format!("src/{}:{at}", relative.display());
    let mut found = Vec::new();
    for (at, line) in code(text) {
        for module in named(&line, "crate::") {
            if floor(&module) > own && !is_test {
                found.push(format!(
                    "{}: floor {own} names {module} of floor {}",
                    place(at),
                    floor(&module)
                ));
            }
        }
        if own <= 2 && !is_test {
            for (word, why) in IMPURE {
                if names_word(&line, word) {
                    found.push(format!("{}: {word}: {why}", place(at)));
                }
            }
        }
        if own <= 4 && ["slint::", "kiosk_ui"].iter().any(|w| names_word(&line, w)) {
            found.push(format!("{}: the library never names Slint", place(at)));
        }
    }
    let excused = text
        .lines()
        .take(30)
        .any(|l| l.contains("// Over 400 lines because "));
    let lines = text.lines().count();
    if lines > LONG && !excused {
        found.push(format!("{}: more than {LONG} lines", place(lines)));
    }
    found
}

/// Whether `word` stands in `line` not as the end of a longer word (`brand::` is not `rand::`).
fn names_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || c == '_')
    })
}

fn rust_files(dir: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).expect("folder of the sources") {
        let path = entry.expect("entry of a folder").path();
        if path.is_dir() {
            rust_files(&path, into);
        } else if path.extension().is_some_and(|e| e == "rs") {
            into.push(path);
        }
    }
}

#[test]
fn every_file_stays_on_its_floor() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&src, &mut files);
    assert!(files.len() > 20, "the sources were not found");
    let mut found = Vec::new();
    for file in &files {
        let relative = file.strip_prefix(&src).expect("a path below src");
        // lib.rs names every module by declaring it.
        if relative != Path::new("lib.rs") {
            found.extend(mistakes(
                relative,
                &fs::read_to_string(file).expect("source"),
            ));
        }
    }
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn the_check_sees_what_it_is_for() {
    let wrong = |file: &str, text: &str| !mistakes(Path::new(file), text).is_empty();
    assert!(wrong("case.rs", "use crate::wire::sam::Frame;"));
    assert!(wrong("wire/mod.rs", "use crate::{domain::visit, text};"));
    assert!(wrong(
        "domain/a.rs",
        "let x = crate::shell::clock::Clock::system();"
    ));
    assert!(wrong("shell/a.rs", "use crate::sim::pty;"));
    assert!(wrong(
        "domain/a.rs",
        "    let now = std::time::Instant::now();"
    ));
    assert!(wrong("text.rs", "use std::collections::HashMap;"));
    assert!(wrong("domain/a.rs", "fastrand::Rng::new()"));
    assert!(wrong(
        "wire/a.rs",
        "use crate::{\n    text,\n    shell,\n};"
    ));
    assert!(wrong("sim/a.rs", "slint::run_event_loop()"));
    assert!(wrong("item.rs", &"\n".repeat(401)));
}

#[test]
fn the_check_lets_pass_what_is_allowed() {
    for (file, text) in [
        ("shell/clock.rs", "Instant::now()"),
        (
            "domain/a.rs",
            "use crate::wire::sam::Event; use crate::text::Lang;",
        ),
        (
            "domain/a.rs",
            "/// Never calls Instant::now.\nlet a = 1; // not HashMap\n",
        ),
        (
            "domain/a.rs",
            "#[cfg(test)]\nmod tests {\n    use std::fs;\n}\n",
        ),
        ("wire/a.rs", "use crate::wire::sam; let b = brand::name();"),
        ("window.rs", "slint::run_event_loop(); use crate::cli::Run;"),
    ] {
        let found = mistakes(Path::new(file), text);
        assert!(found.is_empty(), "{file}: {found:?}");
    }
    let long = format!("//! A.\n// Over 400 lines because B.\n{}", "\n".repeat(500));
    assert!(mistakes(Path::new("item.rs"), &long).is_empty());
}
