use super::*;
use crate::config::Dialect;
use crate::shell::finding::Silence;

const BOARD: &str = r#"# A board.
[reader]
port = "/dev/kiosk/reader"   # at the left
baud = 115200                # of the works
poll_ms = 400

[printer]
port = "/dev/kiosk/printer"
"#;

fn found(port: &str, kind: Kind, rate: u32) -> Finding {
    Finding {
        port: port.into(),
        answer: Ok(Answered {
            kind,
            rate,
            id: None,
        }),
    }
}

#[test]
fn what_was_found_is_entered_and_everything_else_stays() {
    let findings = [
        found("/dev/ttyS7", Kind::Reader, 9600),
        found("/dev/kiosk/printer", Kind::Printer, 115_200),
        found("/dev/ttyS8", Kind::Scanner(Dialect::Ssi), 9600),
        found("/dev/ttyS9", Kind::Radar, 256_000),
        Finding {
            port: "/dev/ttyS1".into(),
            answer: Err(Silence::Nobody),
        },
    ];
    let (text, entered) = entered(BOARD, &findings).expect("a board file");
    assert_eq!(
        entered.changes,
        [
            "reader.port = \"/dev/ttyS7\"",
            "reader.baud = 9600",
            "printer.baud = 115200",
            "scanner.port = \"/dev/ttyS8\"",
            "scanner.baud = 9600",
            "scanner.dialect = \"ssi\"",
            "radar.port = \"/dev/ttyS9\"",
        ]
    );
    assert_eq!(
        text,
        r#"# A board.
[reader]
port = "/dev/ttyS7"   # at the left
baud = 9600                # of the works
poll_ms = 400

[printer]
port = "/dev/kiosk/printer"
baud = 115200

[scanner]
port = "/dev/ttyS8"
baud = 9600
dialect = "ssi"

[radar]
port = "/dev/ttyS9"
"#
    );
}

#[test]
fn of_two_readers_neither_is_entered() {
    let findings = [
        found("/dev/ttyS1", Kind::Reader, 115_200),
        found("/dev/ttyS2", Kind::Reader, 115_200),
    ];
    let (text, entered) = entered(BOARD, &findings).expect("a board file");
    assert_eq!((text.as_str(), entered.changes.len()), (BOARD, 0));
    assert_eq!(entered.undecided, [("reader", Doubt::Several)]);
}

#[test]
fn a_radar_beside_a_presence_pin_is_not_entered() {
    let board = format!("{BOARD}[gpio]\npresence = {{ pin = 17 }}\n");
    let findings = [found("/dev/ttyS9", Kind::Radar, 256_000)];
    let (text, entered) = entered(&board, &findings).expect("a board file");
    assert_eq!((text, entered.changes.len()), (board, 0));
    assert_eq!(entered.undecided, [("radar", Doubt::PresencePin)]);
}

#[test]
fn a_file_that_is_none_is_left_alone() {
    let findings = [found("/dev/ttyS1", Kind::Reader, 115_200)];
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("kiosk.toml");
    for text in ["[reader", "reader = 5\n"] {
        fs::write(&path, text).expect("a file");
        assert!(matches!(
            enter(&path, &findings),
            Err(NotEntered::NotToml { .. })
        ));
        assert_eq!(fs::read_to_string(&path).expect("a file"), text);
    }
    assert!(matches!(
        enter(&folder.path().join("none"), &findings),
        Err(NotEntered::File { .. })
    ));
}

#[test]
fn the_file_before_is_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("kiosk.toml");
    fs::write(&path, BOARD).expect("a file");
    let findings = [found("/dev/ttyS1", Kind::Reader, 115_200)];
    enter(&path, &findings).expect("entered");
    let before = fs::read_to_string(folder.path().join("kiosk.toml.before"));
    assert_eq!(before.expect("the file before"), BOARD);
    // A second time there is nothing to do, and the first file is still there.
    let again = enter(&path, &findings).expect("entered");
    assert_eq!(again, Entered::default());
}
