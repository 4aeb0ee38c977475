//! A certificate is renewed, and the one that works is never lost.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use kiosk::domain::provisioning::renewal::AFTER_EXPIRY_S;
use kiosk::shell::provisioning::{WallClock, renew};
use kiosk::sim::est::{EstFault, LIFE_S};

use super::world::{Blank, District, NOW};

#[test]
fn a_certificate_is_renewed_in_time_and_after_its_end_and_the_working_one_is_never_lost() {
    let district = District::new();
    let mut machine = Blank::new(&district, "m", &[]);
    machine.follow(&district.issue(&district.order()));
    let folder = &machine.works.folder;
    let first = folder.identity().unwrap().certificate;
    let time = Arc::clone(&district.time);
    let wall: WallClock = Arc::new(move || time.load(Ordering::SeqCst));
    // Whatever happens, the first pair is in use.
    for fault in [
        EstFault::LostAnswer,
        EstFault::WrongKey,
        EstFault::NotYetValid,
        EstFault::Status(500),
        EstFault::ForeignCertificate,
    ] {
        district.server.set_fault(Some(fault));
        renew::renew(folder, &wall).unwrap_err();
        assert_eq!(folder.identity().unwrap().certificate, first, "{fault:?}");
    }
    district.server.set_fault(None);
    // A year after its end it is still renewed.
    district.time.store(
        NOW + i64::try_from(LIFE_S + AFTER_EXPIRY_S - 86_400).unwrap(),
        Ordering::SeqCst,
    );
    let term = renew::renew(folder, &wall).unwrap();
    assert_eq!(folder.identity().unwrap().term(), term);
    assert_ne!(folder.identity().unwrap().certificate.key, first.key);
    // One pair is left, and later than that nothing but an order helps.
    assert!(!folder.path().join("000001").exists());
    let end = i64::try_from(term.not_after_s + AFTER_EXPIRY_S + 86_400).unwrap();
    district.time.store(end, Ordering::SeqCst);
    renew::renew(folder, &wall).unwrap_err();
    assert_eq!(folder.identity().unwrap().term(), term);
}

#[test]
fn a_certificate_that_came_is_taken_into_use_after_a_power_cut() {
    let district = District::new();
    let mut machine = Blank::new(&district, "m", &[]);
    machine.follow(&district.issue(&district.order()));
    let folder = &machine.works.folder;
    let time = Arc::clone(&district.time);
    let wall: WallClock = Arc::new(move || time.load(Ordering::SeqCst));
    // It came, and the server fell silent before it was used.
    district.server.set_fault(Some(EstFault::DamagedFiles));
    renew::renew(folder, &wall).unwrap();
    let in_use = folder.identity().unwrap().certificate;
    let pending = folder.pending().unwrap();
    assert_ne!(pending.fingerprint(), in_use.key);
    // A key that waits is the same after a cut.
    assert_eq!(
        folder.pending().unwrap().fingerprint(),
        pending.fingerprint()
    );
    renew::renew(folder, &wall).unwrap();
    assert_eq!(
        folder.identity().unwrap().certificate.key,
        pending.fingerprint()
    );
}
