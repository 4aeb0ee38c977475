//! What a desk's folder gives an image: the firmware must be able to read it, and a bad folder must not become an image.

use std::path::Path;
use std::process::{Command, Output};

use kiosk::case::MachineIdentity;
use kiosk::shell::provisioning::{DESK_PHONE, ORDER_KEY, order_key};

fn desk(arguments: &[&Path]) -> Output {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("board/image/desk");
    Command::new(script).args(arguments).output().unwrap()
}

fn refused(folder: &Path, why: &str) {
    let said = desk(&[folder]);
    let text = String::from_utf8(said.stderr).unwrap();
    assert!(!said.status.success() && text.contains(why), "{text}");
    // In Chinese too.
    assert!(text.contains('。') || text.contains('？'), "{text}");
}

#[test]
fn the_root_has_the_key_and_the_number_where_the_firmware_looks_for_them_and_never_the_secret() {
    let place = tempfile::tempdir().unwrap();
    let (folder, root) = (place.path().join("desk"), place.path().join("root"));
    std::fs::create_dir(&folder).unwrap();
    let key = MachineIdentity::from_seed(&[7; 32]).public();
    std::fs::write(folder.join("order-key"), key.text() + "\n").unwrap();
    std::fs::write(folder.join("desk-phone"), "0751-000 0000\n").unwrap();
    std::fs::write(folder.join("desk.key"), [7; 32]).unwrap();
    let said = desk(&[&folder, &root]);
    assert!(said.status.success(), "{said:?}");
    let inside = |path: &str| root.join(path.trim_start_matches('/'));
    assert_eq!(order_key(&inside(ORDER_KEY)).unwrap().text(), key.text());
    let phone = std::fs::read_to_string(inside(DESK_PHONE)).unwrap();
    assert_eq!(phone.trim(), "0751-000 0000");
    let given = std::fs::read_dir(inside("/usr/share/kiosk")).unwrap();
    assert_eq!(given.count(), 2);
}

#[test]
fn a_folder_without_a_good_key_is_refused_before_anything_is_built() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path();
    refused(&folder.join("nowhere"), "no folder");
    refused(folder, "provision order-key");
    let key = MachineIdentity::from_seed(&[7; 32]).public().text();
    for bad in [&[7u8; 32][..], b"", &key.as_bytes()[..42], b"not a key"] {
        std::fs::write(folder.join("order-key"), bad).unwrap();
        refused(folder, "no public key");
    }
    std::fs::write(folder.join("order-key"), key).unwrap();
    assert!(desk(&[folder]).status.success());
    std::fs::write(folder.join("desk-phone"), "ring us").unwrap();
    refused(folder, "no telephone number");
    // The build says the same, and first of all.
    let build = Path::new(env!("CARGO_MANIFEST_DIR")).join("board/image/build");
    let arguments = ["qemu-x86_64", "--desk"];
    let said = Command::new(build)
        .args(arguments)
        .arg(folder)
        .output()
        .unwrap();
    let text = String::from_utf8(said.stderr).unwrap();
    assert!(!said.status.success(), "{text}");
    assert!(
        text.contains("no telephone number") || text.contains("needs root"),
        "{text}"
    );
}
