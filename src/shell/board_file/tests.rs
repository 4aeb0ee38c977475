use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;

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
fn a_device_on_the_port_of_another_is_entered_only_when_that_one_is_elsewhere() {
    let printer = || found("/dev/kiosk/reader", Kind::Printer, 9600);
    let (text, left) = entered(BOARD, &[printer()]).expect("a board file");
    assert_eq!((text.as_str(), left.changes.len()), (BOARD, 0));
    assert_eq!(left.undecided, [("printer", Doubt::PortOf("reader"))]);

    // They have changed places.
    let reader = || found("/dev/kiosk/printer", Kind::Reader, 9600);
    let (text, swapped) = entered(BOARD, &[printer(), reader()]).expect("a board file");
    assert_eq!(swapped.undecided, []);
    let again = entered(&text, &[printer(), reader()]).expect("a board file");
    assert_eq!(again, (text, Entered::default()));

    // Of two readers none is entered, so the port of theirs is not free either.
    let findings = [printer(), reader(), found("/dev/ttyS2", Kind::Reader, 9600)];
    let (text, left) = entered(BOARD, &findings).expect("a board file");
    assert_eq!((text.as_str(), left.changes.len()), (BOARD, 0));
    let several = ("reader", Doubt::Several);
    assert!(left.undecided.contains(&several), "{left:?}");
    let taken = ("printer", Doubt::PortOf("reader"));
    assert!(left.undecided.contains(&taken), "{left:?}");
    assert_eq!(left.undecided.len(), 2);
}

#[test]
fn another_name_of_the_same_port_is_the_same_port() {
    let folder = tempfile::tempdir().expect("a folder");
    let (port, link) = (folder.path().join("ttyS1"), folder.path().join("link"));
    fs::write(&port, "").expect("a file");
    std::os::unix::fs::symlink(&port, &link).expect("a link");
    let board = format!("[scanner]\nport = {:?}\n", link);
    let findings = [found(port.to_str().expect("text"), Kind::Printer, 9600)];
    let (_, entered) = entered(&board, &findings).expect("a board file");
    assert_eq!(entered.undecided, [("printer", Doubt::PortOf("scanner"))]);
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
    fs::set_permissions(&path, Permissions::from_mode(0o640)).expect("allowed");
    let kept = folder.path().join("kiosk.toml.before");
    fs::write(&kept, "of an earlier time, for all to read").expect("a file");
    let findings = [found("/dev/ttyS1", Kind::Reader, 115_200)];
    enter(&path, &findings).expect("entered");
    assert_eq!(fs::read_to_string(&kept).expect("the file before"), BOARD);
    for path in [&path, &kept] {
        let mode = fs::metadata(path).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o640, "{}", path.display());
    }
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 2);
    // A second time there is nothing to do, and the first file is still there.
    let again = enter(&path, &findings).expect("entered");
    assert_eq!(again, Entered::default());
}
