//! A content package from the desk's folder to the machine, by the command line alone.

use kiosk::case::MachineIdentity;

use crate::command::Place;

fn approvers(place: &Place) -> [String; 2] {
    let keys: Vec<String> = [1, 2, 3]
        .map(|n| MachineIdentity::from_seed(&[n; 32]).public().text())
        .into();
    let config = std::fs::read_to_string(place.config()).unwrap();
    let here = place.0.path().display();
    let more = format!(
        "\n[content]\ndir = \"{here}/content\"\napprovers = \"{}\"\n",
        keys.join(" ")
    );
    std::fs::write(place.config(), config + &more).unwrap();
    [1u8, 2].map(|n| {
        let path = format!("{here}/approver-{n}");
        std::fs::write(&path, [n; 32]).unwrap();
        path
    })
}

#[test]
fn a_package_is_packed_approved_by_two_taken_listed_and_gone_back_from() {
    let place = Place::new();
    let [first, second] = approvers(&place);
    let file = place.0.path().join("p.kcp").display().to_string();
    let catalogue = concat!(env!("CARGO_MANIFEST_DIR"), "/board/catalogue");
    let desk = |arguments: &[&str]| {
        let out = crate::command::kiosk().args(arguments).output().unwrap();
        assert!(
            out.status.success(),
            "{}",
            String::from_utf8_lossy(&out.stderr)
        );
    };
    desk(&[
        "content",
        "pack",
        "catalogue",
        catalogue,
        "--version",
        "2026.7",
        "--serial",
        "7",
        "--from",
        "2026-01-01",
        "--until",
        "2099-12-31",
        "--division",
        "440203",
        "--out",
        &file,
    ]);
    desk(&["content", "sign", &file, "--key", &first]);
    desk(&["content", "sign", &file, "--key", &first]);
    let alone = place.kiosk(&["content", "activate", &file]);
    assert!(
        alone.code == 1 && alone.out.contains("1 of 2") && alone.out.contains("kiosk content sign"),
        "{}{}",
        alone.out,
        alone.err
    );
    desk(&["content", "sign", &file, "--key", &second]);
    let checked = place.kiosk(&["content", "check", &file]);
    assert!(
        checked.code == 0 && checked.out.contains("serial 7"),
        "{}{}",
        checked.out,
        checked.err
    );
    assert!(
        !place.0.path().join("content").exists(),
        "a check changes nothing"
    );
    assert_eq!(place.kiosk(&["content", "activate", &file]).code, 0);
    assert_eq!(
        place.kiosk(&["content", "activate", &file]).code,
        0,
        "twice is no fault"
    );
    let list = place.kiosk(&["content", "list"]).out;
    assert!(list.contains("2026.7") && list.contains("在用"), "{list}");
    assert_eq!(place.kiosk(&["content", "rollback", "catalogue"]).code, 0);
    assert!(place.kiosk(&["content", "list"]).out.contains("已退回"));
    let again = place.kiosk(&["content", "activate", &file]);
    assert!(
        again.code == 1 && again.out.contains("serial 7 is not above 7"),
        "{}",
        again.out
    );
    assert_eq!(
        place.kiosk(&["content", "rollback", "catalogue"]).code,
        1,
        "nothing is left to go back from"
    );
}
