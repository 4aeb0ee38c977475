//! A catalogue as large as a whole district's.

use std::path::PathBuf;

use crate::rows::{folder, root};

/// How many.
pub const ITEMS: usize = 2000;

/// The shipped items over and over, each with a code and a name of its own.
pub fn generate() -> PathBuf {
    let folder = folder("catalogue");
    let from = root().join("board/catalogue");
    for name in ["catalogue.toml", "situations.toml", "divisions.csv"] {
        std::fs::copy(from.join(name), folder.join(name)).unwrap();
    }
    let mut texts: Vec<String> = std::fs::read_dir(from.join("items"))
        .unwrap()
        .map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap())
        .collect();
    texts.sort();
    std::fs::create_dir(folder.join("items")).unwrap();
    for at in 0..ITEMS {
        let text = renamed(&texts[at % texts.len()], at);
        std::fs::write(folder.join(format!("items/item_{at:04}.toml")), text).unwrap();
    }
    folder
}

/// Places 27 to 31 of the code (and of the base code) become the number, the name gets it as a suffix.
fn renamed(text: &str, at: usize) -> String {
    let mut lines = Vec::new();
    for line in text.lines() {
        let code = |line: &str, start: usize| {
            let (head, tail) = line.split_once('"').unwrap();
            format!(
                "{head}\"{}{:05}{}",
                &tail[..start],
                at + 1,
                &tail[start + 5..]
            )
        };
        lines.push(match line.split('=').next().map(str::trim_end) {
            Some("task_code") if !lines.iter().any(|l: &String| l.starts_with("task_code")) => {
                code(line, 26)
            }
            Some("catalog_code") => code(line, 7),
            Some("task_name") if !lines.iter().any(|l: &String| l.starts_with("task_name")) => {
                line.replacen("\",", &format!("{}号\",", at + 1), 1)
            }
            _ => line.to_owned(),
        });
    }
    lines.join("\n")
}
