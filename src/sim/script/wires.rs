//! Words of the sensors and the guide lights.

use super::Action;
use crate::pins::{Input, Output};
use crate::status::FlashRate;

/// `presence on`, `door open`, `tamper on`, `mains off`, …
pub(super) fn input(words: &[&str]) -> Result<Action, String> {
    let (input, on) = match words {
        ["presence", "on"] => (Input::Presence, true),
        ["presence", "off"] => (Input::Presence, false),
        ["door", "open"] => (Input::Door, true),
        ["door", "closed"] => (Input::Door, false),
        ["tamper", "on"] => (Input::Tamper, true),
        ["tamper", "off"] => (Input::Tamper, false),
        ["mains", "on"] => (Input::Mains, true),
        ["mains", "off"] => (Input::Mains, false),
        _ => return Err(format!("`{}` is not known", words.join(" "))),
    };
    Ok(Action::Input(input, on))
}

/// `expect light LIGHT RATE`.
pub(super) fn light(light: &str, rate: &str) -> Result<Action, String> {
    let output = match light {
        "reader" => Output::ReaderLight,
        "slot" => Output::SlotLight,
        "scanner" => Output::ScannerLight,
        _ => return Err(format!("`{light}` is no light: reader, slot or scanner")),
    };
    let rate = FlashRate::ALL
        .into_iter()
        .find(|known| known.word() == rate)
        .ok_or_else(|| format!("`{rate}` is no rate: off, slow, medium, quick or continuous"))?;
    Ok(Action::ExpectLight(output, rate))
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    #[test]
    fn sensors_and_lights_have_their_words() {
        let text = "tamper on\nmains off\nexpect light slot medium\n";
        let actions: Vec<Action> = parse(text)
            .expect("valid")
            .into_iter()
            .map(|step| step.action)
            .collect();
        assert_eq!(
            actions,
            [
                Action::Input(Input::Tamper, true),
                Action::Input(Input::Mains, false),
                Action::ExpectLight(Output::SlotLight, FlashRate::Medium),
            ]
        );
        let faults = parse("mains maybe\nexpect light lamp slow\nexpect light slot fast\n");
        assert_eq!(faults.expect_err("three mistakes").len(), 3);
    }
}
