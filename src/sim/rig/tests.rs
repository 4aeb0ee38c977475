use std::net::TcpStream;
use std::path::Path;
use std::sync::mpsc::channel;

use super::*;
use crate::config::GpioBackend;
use crate::pins::Input;
use crate::shell::gpio::PinEvent;
use crate::sim::script;
use crate::wire::escpos::Profile;

fn rig() -> Rig {
    let board = Path::new(env!("CARGO_MANIFEST_DIR")).join("board");
    Rig::start(RigOptions::laptop(&board, Clock::system())).expect("a rig of the laptop's board")
}

fn act(rig: &Rig, line: &str) -> anyhow::Result<bool> {
    let steps = script::parse(line).expect("a line of a script");
    rig.act(&steps[0].action)
}

#[test]
fn the_configuration_leads_to_what_runs() {
    let rig = rig();
    let config = rig.config();
    for port in [&config.reader.port, &config.printer.port] {
        let port = port.as_deref().expect("a port");
        assert!(port.exists() && port.starts_with(rig.folder()), "{port:?}");
    }
    assert!(Profile::builtin(&config.printer.profile).is_some());
    assert!(config.catalogue.dir.join("items").is_dir());
    assert!(config.input.dir.join("pinyin.tsv").is_file());
    assert_eq!(config.gpio.backend, GpioBackend::Sim);
    assert!(config.store.path.parent().is_some_and(Path::is_dir));
    let folder = rig.folder().to_owned();
    drop(rig);
    assert!(!folder.exists(), "a folder of its own goes with it");
}

#[test]
fn a_network_that_is_down_stays_down_whatever_else_is_wrong() {
    let rig = rig();
    let url = rig.config().platform.url.clone();
    let authority = url.split('/').nth(2).expect("host and port").to_owned();
    let answers = || TcpStream::connect(&authority).is_ok();
    assert!(answers());
    act(&rig, "network down").expect("done");
    assert!(!answers());
    act(&rig, "platform slow 1s").expect("done");
    assert!(!answers());
    act(&rig, "platform lost-answer").expect_err("there is no next case without a network");
    assert!(!answers());
    act(&rig, "network up").expect("done");
    assert!(answers());
}

#[test]
fn pins_of_a_new_start_say_what_the_hand_did_before() {
    let rig = rig();
    act(&rig, "presence on").expect("done");
    let (sender, seen) = channel();
    let pins = rig.pins()(Arc::new(move |event| {
        let _ = sender.send(event);
    }));
    act(&rig, "door open").expect("done");
    drop(pins);
    let told: Vec<PinEvent> = seen.try_iter().collect();
    assert!(told.contains(&PinEvent::Input(Input::Presence, true)));
    assert_eq!(told.last(), Some(&PinEvent::Input(Input::Door, true)));
}

#[test]
fn what_belongs_to_the_screen_is_left_to_it_and_a_wrong_name_is_told() {
    let rig = rig();
    assert!(!act(&rig, "touch x").expect("not the rig's"));
    assert!(!act(&rig, "power cut").expect("not the rig's"));
    let error = act(&rig, "card lay nobody").expect_err("no such card");
    assert!(error.to_string().contains("nobody"), "{error}");
    act(&rig, "platform status 199").expect_err("no such status");
}

#[test]
fn only_the_next_card_is_pulled_away() {
    let rig = rig();
    act(&rig, "reader pull").expect("done");
    let state = || lock(&rig.trouble).pull;
    act(&rig, "card lay elder").expect("done");
    assert_eq!(state(), Pull::This);
    act(&rig, "card lay elder").expect("done");
    assert_eq!(state(), Pull::Off);
}
