//! `kiosk provision`: the desk makes an order, a machine follows it.

use kiosk::shell::clock::Clock;

use super::world::District;
use crate::command::{Said, kiosk};

fn desk(district: &District, arguments: &[&str]) -> Said {
    let mut command = kiosk();
    command.args(["provision", arguments[0]]).args([
        "--identity",
        "m/identity",
        "--order-key",
        "order-key",
        "--config",
        "m/kiosk.toml",
    ]);
    let output = command
        .args(&arguments[1..])
        .current_dir(district.folder.path())
        .output();
    Said::of(output.unwrap())
}

#[test]
fn the_command_line_makes_an_order_and_follows_it() {
    let now = i64::try_from(Clock::system().unix_seconds().unwrap()).unwrap();
    let district = District::at(now);
    let at = |name: &str| district.folder.path().join(name).display().to_string();
    std::fs::write(at("desk"), [5; 32]).unwrap();
    let made = kiosk()
        .args([
            "provision",
            "order",
            "--key",
            &at("desk"),
            "--server",
            &district.server.url(),
            "--ca",
            &at("server/ca.pem"),
            "--machine",
            "W0012",
        ])
        .args([
            "--division",
            "440203103201",
            "--site",
            "西联村便民点",
            "--book",
            &at("book"),
            "--out",
            &at("kiosk-order.txt"),
            "--png",
            &at("order.png"),
        ])
        .output()
        .unwrap();
    let said = Said::of(made);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(said.out.contains("KIOSKP/") && said.out.contains('█'));
    assert_eq!(
        desk(&district, &["status", "--json"]).json_lines()[0]["step"],
        "order"
    );
    let said = desk(&district, &["enrol", "kiosk-order.txt"]);
    assert_eq!(said.code, 0, "{} {}", said.out, said.err);
    let said = desk(&district, &["fetch"]);
    assert_eq!(said.code, 0, "{} {}", said.out, said.err);
    let status = desk(&district, &["status", "--json"])
        .json_lines()
        .remove(0);
    assert_eq!(
        (status["step"].as_str(), status["machine"].as_str()),
        (Some("devices"), Some("W0012"))
    );
    assert_eq!(desk(&district, &["renew"]).code, 0);
    assert_eq!(desk(&district, &["renew", "--now"]).code, 0);
    // What cannot be done says what to do.
    let said = desk(&district, &["enrol", "KIOSKP/10"]);
    assert_eq!(said.code, 1);
    assert!(
        said.out.contains("处理") && said.out.contains("do: "),
        "{}",
        said.out
    );
}
