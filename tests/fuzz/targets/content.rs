//! Content packages as a desk, a stick or a liar brings them.

use std::sync::LazyLock;

use kiosk::case::MachineIdentity;
use kiosk::content::{FILES_MAX, Package, approve};

static APPROVER: LazyLock<MachineIdentity> = LazyLock::new(|| MachineIdentity::from_seed(&[1; 32]));

pub fn run(data: &[u8]) {
    let Ok(package) = Package::open(data) else {
        // What is no package cannot be approved into one.
        assert!(approve(data, &APPROVER).is_err());
        return;
    };
    assert!(package.manifest.check().is_ok() && package.manifest.files.len() <= FILES_MAX);
    let mut content = 0;
    for file in &package.manifest.files {
        let there = package
            .file(&file.name)
            .expect("every file of the manifest");
        assert_eq!(there.len() as u64, file.length);
        content += there.len();
    }
    assert!(content < data.len());
    if let Ok(approved) = approve(data, &APPROVER) {
        let again = Package::open(&approved).expect("an approval changes nothing else");
        assert_eq!(again.manifest, package.manifest);
        assert_eq!(again.approved_by(&[APPROVER.public()]).len(), 1);
    }
}
