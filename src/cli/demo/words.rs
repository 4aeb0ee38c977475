//! Buttons of the dock → lines of a script, so that both do the same.

use std::path::Path;

/// Made-up people: names of card files, sorted.
pub(super) fn people(cards: &Path) -> Vec<String> {
    let files = std::fs::read_dir(cards).into_iter().flatten().flatten();
    let name = |path: &Path| {
        let is_card = path.extension().is_some_and(|end| end == "toml");
        Some(path.file_stem()?.to_str()?.to_owned()).filter(|_| is_card)
    };
    let mut names: Vec<String> = files.filter_map(|file| name(&file.path())).collect();
    names.sort();
    names
}

/// The line of a script that a button stands for; a line of a script stands for itself.
pub(super) fn line_of(button: &str, people: &[String]) -> String {
    if let Some(person) = button
        .strip_prefix("card ")
        .and_then(|at| at.parse::<usize>().ok())
        .and_then(|at| people.get(at))
    {
        return format!("card lay {person}");
    }
    match button {
        "take-card" => "card take".into(),
        "unplug-reader" => "reader unplug".into(),
        "replug-reader" => "reader replug".into(),
        "network-down" => "network down".into(),
        "network-up" => "network up".into(),
        "platform-slow" => "platform slow 5s".into(),
        "platform-normal" => "platform well".into(),
        "power-cut" => "power cut".into(),
        line => line.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::board;
    use kiosk::sim::script;

    #[test]
    fn every_button_is_a_line_that_scripts_know() {
        let people = people(&board::folder().join("laptop/cards"));
        assert!(people.contains(&"elder".to_owned()));
        let source = include_str!("../../../ui/dev_dock.slint");
        let quoted = source.split('"').skip(1).step_by(2);
        let buttons: Vec<&str> = quoted
            .filter(|word| word.contains('-') && word.is_ascii() && !word.contains(['.', '/']))
            .collect();
        assert!(buttons.len() > 10, "{buttons:?}");
        for button in buttons
            .into_iter()
            .chain(["printer refill", "printer jam", "card 0"])
        {
            let line = line_of(button, &people);
            assert!(script::parse(&line).is_ok(), "{button}: {line}");
        }
    }
}
