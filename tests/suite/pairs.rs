//! The folder of a machine's pairs, with two users of one group at it, while the pair in use is changed.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::path::{Path, PathBuf};

use kiosk::certificate::Certificate;
use kiosk::shell::provisioning::{Folder, Pending};
use rcgen::{CertificateParams, CertificateSigningRequestParams, Issuer, KeyPair, date_time_ymd};
use rustls::pki_types::CertificateSigningRequestDer;

/// A certificate for the key that waits.
fn certified(pending: &Pending) -> Certificate {
    let key = KeyPair::generate().unwrap();
    let issuer = Issuer::new(CertificateParams::default(), key);
    let der = pending.request("W0012").unwrap();
    let der = CertificateSigningRequestDer::from(der);
    let mut request = CertificateSigningRequestParams::from_der(&der).unwrap();
    request.params.not_before = date_time_ymd(2026, 1, 1);
    request.params.not_after = date_time_ymd(2028, 1, 1);
    Certificate::read(request.signed_by(&issuer).unwrap().der()).unwrap()
}

fn renewed(folder: &Folder) {
    let pending = folder.pending().unwrap();
    let chain = [certified(&pending)];
    folder.keep_certificate(&pending, &chain).unwrap();
    folder.promote().unwrap();
}

#[test]
fn who_reads_while_the_link_is_moved_gets_one_pair_and_not_two_halves() {
    // In memory, where nothing waits for a disk, the old pair is destroyed in the middle of a reading every few times.
    let memory = Path::new("/dev/shm");
    let place = tempfile::tempdir_in(memory)
        .or_else(|_| tempfile::tempdir())
        .unwrap();
    let folder = Folder::open(place.path()).unwrap();
    renewed(&folder);
    let (mut keys, mut reads) = (std::collections::BTreeSet::new(), 0_u32);
    std::thread::scope(|scope| {
        let other = scope.spawn(|| (0..2000).for_each(|_| renewed(&folder)));
        while !other.is_finished() {
            // Reading compares the key with the certificate's.
            keys.insert(folder.identity().unwrap().certificate.key);
            reads += 1;
        }
    });
    assert!(keys.len() > 1 && reads > 40, "{} {reads}", keys.len());
}

fn all_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_symlink() {
            continue;
        }
        if path.is_dir() {
            found.extend(all_below(&path));
        }
        found.push(path);
    }
    found
}

#[test]
fn both_users_of_the_group_can_use_and_destroy_a_pair_and_nobody_else_can_read_it() {
    let place = tempfile::tempdir().unwrap();
    let top = place.path();
    // Another group than the own where this user may give one away, as root may.
    let group = if chown(top, None, Some(472)).is_ok() {
        472
    } else {
        fs::metadata(top).unwrap().gid()
    };
    fs::set_permissions(top, fs::Permissions::from_mode(0o2770)).unwrap();
    let folder = Folder::open(top).unwrap();
    folder.keep_authority("PEM").unwrap();
    renewed(&folder);
    let pending = folder.pending().unwrap();
    // As a unit with RestrictSUIDSGID= makes it: without the bit, so that what is made in it is its maker's group's.
    fs::set_permissions(top.join("000002"), fs::Permissions::from_mode(0o770)).unwrap();
    let chain = [certified(&pending)];
    folder.keep_certificate(&pending, &chain).unwrap();
    let all = all_below(top);
    assert!(all.len() >= 7, "{all:?}");
    for path in all {
        let facts = fs::metadata(&path).unwrap();
        let wanted = if path.is_dir() { 0o770 } else { 0o660 };
        assert_eq!(
            (facts.mode() & 0o777, facts.gid()),
            (wanted, group),
            "{}",
            path.display()
        );
    }
    folder.promote().unwrap();
    assert!(!top.join("000001").exists());
    // For one user alone it stays that.
    let alone = tempfile::tempdir().unwrap();
    let folder = Folder::open(&alone.path().join("identity")).unwrap();
    renewed(&folder);
    for path in all_below(alone.path()) {
        assert_eq!(
            fs::metadata(&path).unwrap().mode() & 0o077,
            0,
            "{}",
            path.display()
        );
    }
}
