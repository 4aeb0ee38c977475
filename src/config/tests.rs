use std::path::Path;

use super::*;
use crate::case::{MachineIdentity, SealSecret};

/// The least that a machine must be told.
const LEAST: &str = r#"
[machine]
id = "W0012"
town_code = "440203001"
site = { zh = "新华街道便民服务中心", en = "Xinhua Subdistrict Service Centre" }
[platform]
url = "https://platform.example/ebus/zzsb"
paasid = "zzsb_wj"
token_file = "token"
"#;

fn faults(text: &str) -> Vec<(usize, String)> {
    Config::parse(text)
        .expect_err("the file has a mistake")
        .into_iter()
        .map(|fault| (fault.line, fault.field))
        .collect()
}

/// `LEAST` with one more line in `section`, which must be its only mistake.
fn one_fault(section: &str, line: &str) -> ConfigFault {
    let text = if LEAST.contains(&format!("[{section}]")) {
        LEAST.replace(&format!("[{section}]"), &format!("[{section}]\n{line}"))
    } else {
        format!("{LEAST}[{section}]\n{line}\n")
    };
    let mut faults = Config::parse(&text).expect_err(line);
    assert_eq!(faults.len(), 1, "{line}: {faults:?}");
    let fault = faults.remove(0);
    let at = text.lines().nth(fault.line - 1);
    assert_eq!(at, Some(line), "{fault}");
    fault
}

#[test]
fn the_least_file_gets_every_default() {
    let config = Config::parse(LEAST).expect("no mistakes");
    assert_eq!(config.machine.service.zh, "政务服务自助办理");
    assert_eq!(config.screen.orientation, Orientation::Portrait);
    assert_eq!((config.idle.warn_s, config.idle.countdown_s), (45, 20));
    assert_eq!(config.receipt.wait_for_answer_ms, 3000);
    assert_eq!(config.reader.port, None);
    assert_eq!(config.gpio, Gpio::default());
    assert_eq!(config.platform.token, Token::File("token".into()));
}

#[test]
fn touches_turn_with_the_picture_unless_the_glass_is_mounted_another_way() {
    let read = |lines: &str| {
        let text = format!("{LEAST}[screen]\n{lines}\n");
        let screen = Config::parse(&text).expect("no mistakes").screen;
        (screen.rotation, screen.touch_rotation)
    };
    use Rotation::{Half, None, Quarter};
    assert_eq!(read(""), (None, None));
    assert_eq!(read("rotation = 90"), (Quarter, Quarter));
    assert_eq!(read("rotation = 90\ntouch_rotation = 180"), (Quarter, Half));
    assert_eq!(read("rotation = 90\ntouch_rotation = 0"), (Quarter, None));
}

#[test]
fn one_sensor_alone_tells_whether_somebody_is_there() {
    let radar = "[radar]\nport = \"/dev/kiosk/radar\"\n";
    assert!(Config::parse(&format!("{LEAST}{radar}")).is_ok());
    let both = format!("{LEAST}[gpio]\npresence = {{ pin = 17 }}\n{radar}");
    let line = both.lines().count();
    assert_eq!(faults(&both), [(line, "radar.port".to_owned())]);
}

#[test]
fn of_a_file_that_is_no_toml_the_first_mistakes_are_named_by_line() {
    let rubbish = "[machine\nid = = 1\n]]\n".repeat(500);
    let faults = Config::parse(&rubbish).expect_err("no TOML");
    assert_eq!(faults.len(), 50);
    assert!(faults.is_sorted_by_key(|fault| fault.line));
    assert_eq!(faults[0].line, 1);
}

#[test]
fn an_empty_file_names_everything_that_is_missing() {
    let fields: Vec<String> = faults("").into_iter().map(|(_, field)| field).collect();
    assert_eq!(
        fields,
        [
            "machine.id",
            "machine.town_code",
            "machine.site",
            "platform.url",
            "platform.token_file",
            "platform.paasid",
        ]
    );
}

#[test]
fn several_mistakes_are_told_at_once_with_their_lines() {
    let text = LEAST
        .replace("W0012", "w12")
        .replace("440203001", "44020300")
        + "[idle]\nwarn_s = 5\ncolour = \"red\"\n[screeen]\n";
    assert_eq!(
        faults(&text),
        [
            (3, "machine.id".into()),
            (4, "machine.town_code".into()),
            (11, "idle.warn_s".into()),
            (12, "idle.colour".into()),
            (13, "screeen".into()),
        ]
    );
}

#[test]
fn each_mistake_is_named_where_it_stands() {
    for (section, line, field) in [
        ("machine", "phone = \"call us\"", "machine.phone"),
        ("machine", "service = \"\"", "machine.service"),
        ("machine", "service = { en = \"x\" }", "machine.service.zh"),
        ("screen", "orientation = \"upright\"", "screen.orientation"),
        ("screen", "font = \"\"", "screen.font"),
        ("screen", "rotation = 45", "screen.rotation"),
        ("reader", "baud = 230400", "reader.baud"),
        ("reader", "baud = \"9600\"", "reader.baud"),
        ("reader", "poll_ms = 299", "reader.poll_ms"),
        ("reader", "max_rf = 23", "reader.max_rf"),
        ("reader", "max_rf = 256", "reader.max_rf"),
        ("reader", "port = 3", "reader.port"),
        ("reader", "photo_decoder = \"wlt\"", "reader.photo_decoder"),
        ("printer", "near_end_mm = -1", "printer.near_end_mm"),
        ("printer", "near_end_mm = 20001", "printer.near_end_mm"),
        ("printer", "profile = \"a b\"", "printer.profile"),
        ("printer", "profile = \"generic80\"", "printer.profile"),
        ("printer", "custom = 1", "printer.custom"),
        ("gpio", "backend = \"pi\"", "gpio.backend"),
        ("gpio", "door = { pin = 28 }", "gpio.door.pin"),
        ("gpio", "door = { active = \"high\" }", "gpio.door.pin"),
        ("gpio", "door = { pin = 4, active = 0 }", "gpio.door.active"),
        ("gpio", "door = 4", "gpio.door"),
        (
            "gpio",
            "tamper = { pin = 4, active = \"low\" }",
            "gpio.tamper.active",
        ),
        ("gpio", "lamp = { pin = 4 }", "gpio.lamp"),
        ("screen", "dim_percent = 0", "screen.dim_percent"),
        ("cooling", "off_c = 60", "cooling.off_c"),
        ("radar", "port = 1", "radar.port"),
        ("scanner", "baud = 256000", "scanner.baud"),
        ("scanner", "dialect = \"zebra\"", "scanner.dialect"),
        ("scanner", "framing = \"cr\"", "scanner.framing"),
        ("scanner", "handoff = \"号\"", "scanner.handoff"),
        ("cooling", "on_c = 96", "cooling.on_c"),
        ("cooling", "fan_on = 0", "cooling.fan_on"),
        ("platform", "token = \"demo-token\"", "platform.token"),
        (
            "platform",
            "connect_timeout_ms = 0",
            "platform.connect_timeout_ms",
        ),
        ("platform", "seal_key = \"short\"", "platform.seal_key"),
        ("platform", "signer = 1", "platform.signer"),
        ("store", "path = false", "store.path"),
        (
            "journal",
            "max_kib = 99999999999999999999",
            "journal.max_kib",
        ),
        (
            "receipt",
            "wait_for_answer_ms = 1.5",
            "receipt.wait_for_answer_ms",
        ),
    ] {
        // A table of the wrong type also lacks what it must hold; that is said in the same line.
        if line == "door = 4" {
            let text = format!("{LEAST}[gpio]\n{line}\n");
            assert!(faults(&text).iter().all(|(at, _)| *at == 11), "{line}");
            continue;
        }
        assert_eq!(one_fault(section, line).field, field, "{line}");
    }
}

#[test]
fn a_fault_reads_as_a_sentence() {
    assert_eq!(
        one_fault("printer", "near_end_mm = 20001").to_string(),
        "line 11: printer.near_end_mm: found 20001, expected a whole number from 0 to 20000"
    );
}

#[test]
fn one_pin_cannot_serve_two() {
    let text = format!("{LEAST}[gpio]\ndoor = {{ pin = 17 }}\nslot_light = {{ pin = 17 }}\n");
    assert_eq!(faults(&text), [(12, "gpio.slot_light".into())]);
}

#[test]
fn one_port_cannot_serve_two_devices() {
    let sections = ["reader", "printer", "scanner", "radar"];
    let with = |ports: [&str; 4]| {
        let lines = sections.iter().zip(ports);
        lines.fold(LEAST.to_owned(), |text, (section, port)| {
            text + &format!("[{section}]\nport = \"/dev/{port}\"\n")
        })
    };
    assert!(Config::parse(&with(["a", "b", "c", "d"])).is_ok());
    // LEAST has nine lines; each section has its port in its second.
    let line = |nth: usize| 9 + 2 * nth;
    for (ports, expected) in [
        (["a", "a", "c", "d"], vec![(line(2), "printer.port")]),
        (["a", "b", "c", "a"], vec![(line(4), "radar.port")]),
        (
            ["a", "b", "a", "a"],
            vec![(line(3), "scanner.port"), (line(4), "radar.port")],
        ),
    ] {
        let expected: Vec<_> = expected
            .iter()
            .map(|(at, f)| (*at, (*f).to_owned()))
            .collect();
        assert_eq!(faults(&with(ports)), expected, "{ports:?}");
    }
    let told = Config::parse(&with(["a", "a", "c", "d"])).expect_err("one port");
    assert_eq!(
        told[0].to_string(),
        "line 13: printer.port: found the port of reader, expected a port of its own"
    );
}

#[test]
fn a_token_in_the_file_is_for_a_platform_on_this_machine_only_and_never_shown() {
    let local = |url: &str| {
        LEAST
            .replace("https://platform.example/ebus/zzsb", url)
            .replace("token_file = \"token\"", "token = \"demo-token-not-real\"")
    };
    for url in [
        "http://127.0.0.1:8000",
        "https://localhost:1/x",
        "http://[::1]",
    ] {
        let config = Config::parse(&local(url)).expect(url);
        assert!(!format!("{config:?}").contains("demo-token"));
        assert!(matches!(config.platform.token, Token::Inline(_)));
    }
    for url in ["https://127.0.0.1.example", "https://localhost.example"] {
        let told = Config::parse(&local(url)).expect_err(url);
        assert!(told.iter().all(|fault| fault.field == "platform.token"));
        assert!(!format!("{told:?}").contains("demo-token"));
    }
}

#[test]
fn only_a_whole_https_url_is_a_platform() {
    for url in [
        "http://platform.example",
        "https://",
        "https://platform.example/",
        "https://user@platform.example",
        "https://platform.example/?a=b",
        "platform.example",
        "http://127.0.0.1@platform.example",
    ] {
        let text = LEAST.replace("https://platform.example/ebus/zzsb", url);
        assert_eq!(faults(&text), [(7, "platform.url".into())], "{url}");
    }
}

#[test]
fn text_that_is_not_toml_is_a_fault_with_a_line() {
    let told = faults("[machine]\nid = \n= 3\n");
    assert!(told.contains(&(2, String::new())), "{told:?}");
    assert_eq!(faults(&" ".repeat(MAX_BYTES + 1)), [(1, String::new())]);
}

#[test]
fn an_own_printer_profile_is_handed_on_unread() {
    let text = format!("{LEAST}[printer.custom]\ndots = 576\n");
    let custom = Config::parse(&text).expect("no mistakes").printer.custom;
    assert_eq!(custom.and_then(|t| t.get("dots")?.as_integer()), Some(576));
}

#[test]
fn relative_paths_belong_to_the_folder_of_the_file() {
    let mut config = Config::parse(LEAST).expect("no mistakes");
    config.rebase(Path::new("/etc/kiosk"));
    assert_eq!(
        config.platform.token,
        Token::File("/etc/kiosk/token".into())
    );
    assert_eq!(config.store.path, Path::new("/var/lib/kiosk/store.db"));
}

proptest::proptest! {
    #[test]
    fn any_text_is_a_configuration_or_a_list_of_faults(text in "\\PC{0,200}") {
        if let Err(faults) = Config::parse(&text) {
            proptest::prop_assert!(!faults.is_empty());
        }
    }

    #[test]
    fn any_change_of_one_place_never_panics(at in 0..LEAST.len(), with in "\\PC{0,3}") {
        let at = (0..=at).rev().find(|&i| LEAST.is_char_boundary(i)).unwrap_or(0);
        let (before, after) = LEAST.split_at(at);
        let _ = Config::parse(&format!("{before}{with}{after}"));
    }
}

#[test]
fn the_keys_for_carrying_cases_by_hand_come_together() {
    let (seal_key, signer) = (
        SealSecret::from_seed(&[1; 32]).public(),
        MachineIdentity::from_seed(&[2; 32]).public(),
    );
    let lines = [
        format!("seal_key = \"{}\"", seal_key.text()),
        format!("signer = \"{}\"", signer.text()),
    ];
    let with = |lines: &[String]| LEAST.to_owned() + &lines.join("\n");
    let read = |lines| Config::parse(&with(lines)).map(|config| config.platform.by_hand);
    assert_eq!(read(&lines), Ok(Some(ByHand { seal_key, signer })));
    assert_eq!(read(&[]), Ok(None));
    for (at, missing) in [(0, "platform.signer"), (1, "platform.seal_key")] {
        let faults = faults(&with(&lines[at..=at]));
        assert_eq!(faults.len(), 1);
        assert_eq!(faults[0].1, missing);
    }
}

/// The mistakes of a `[gpio]` table with these lines.
fn gpio_faults(lines: &str) -> Vec<String> {
    let parsed = Config::parse(&format!("{LEAST}[gpio]\n{lines}\n"));
    let faults = parsed.err().unwrap_or_default();
    faults.into_iter().map(|fault| fault.field).collect()
}

#[test]
fn a_door_whose_cut_wire_would_read_as_closed_is_a_mistake() {
    for backend in ["rppal", "sim", "none"] {
        let lines = format!("backend = \"{backend}\"\ndoor = {{ pin = 27, active = \"low\" }}");
        assert_eq!(gpio_faults(&lines), ["gpio.door.active"], "{backend}");
    }
    assert!(gpio_faults("door = { pin = 27 }").is_empty());
    assert!(gpio_faults("mains = { pin = 5, active = \"low\" }").is_empty());
}

#[test]
fn lines_of_the_character_device_are_names_or_offsets_on_a_chip() {
    let cdev = |lines: &str| gpio_faults(&format!("backend = \"gpiocdev\"\n{lines}"));
    assert!(cdev("door = { line = \"GPIO27\" }\nfan = { line = \"FAN\" }").is_empty());
    assert!(cdev("chip = \"/dev/gpiochip0\"\ndoor = { offset = 0 }").is_empty());
    assert_eq!(cdev("door = { offset = 27 }"), ["gpio.door"], "no chip");
    assert_eq!(
        cdev("door = { pin = 27 }"),
        ["gpio.door.line", "gpio.door.pin"]
    );
    assert_eq!(cdev("door = { line = \"\" }"), ["gpio.door.line"]);
    assert_eq!(
        cdev("chip = \"/dev/gpiochip0\"\ndoor = { line = \"X\", offset = 1 }"),
        ["gpio.door.offset"]
    );
    assert_eq!(
        cdev("door = { line = \"GPIO27\" }\nfan = { line = \"GPIO27\" }"),
        ["gpio.fan"]
    );
    assert_eq!(
        gpio_faults("backend = \"rppal\"\ndoor = { line = \"GPIO27\" }"),
        ["gpio.door.pin", "gpio.door.line"]
    );
}

#[test]
fn every_wire_has_its_key() {
    let mut lines = String::new();
    let inputs = crate::pins::Input::ALL.map(|input| input.word());
    let outputs = crate::pins::Output::ALL.map(|output| output.word());
    for (at, word) in inputs.iter().chain(&outputs).enumerate() {
        lines += &format!("{word} = {{ pin = {} }}\n", at + 2);
    }
    let config = Config::parse(&format!("{LEAST}[gpio]\n{lines}")).expect("no mistakes");
    assert_eq!(config.gpio.inputs.len(), inputs.len());
    assert_eq!(config.gpio.outputs.len(), outputs.len());
}
