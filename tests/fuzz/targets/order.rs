//! Work orders and the certificates of a server: whatever a code or a line holds.

use std::sync::LazyLock;

use kiosk::case::MachineIdentity;
use kiosk::certificate::{self, CERTIFICATES_MAX, Certificate};
use kiosk::order::{BYTES_MAX, Order, PREFIX};

static DESK: LazyLock<MachineIdentity> =
    LazyLock::new(|| MachineIdentity::from_seed(b"ordering key of tests, no secret"));

pub fn run(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data) {
        order(text);
    }
    if let Ok(found) = certificate::of_message(data) {
        assert!((1..=CERTIFICATES_MAX).contains(&found.len()));
        let ders: Vec<&[u8]> = found.iter().map(|found| found.der.as_slice()).collect();
        let again = certificate::message(&ders).expect("they are DER");
        assert_eq!(
            certificate::of_message(again.as_bytes()).as_ref(),
            Ok(&found)
        );
    }
    let _ = Certificate::read(data);
}

/// What is believed was signed, and has one spelling.
fn order(text: &str) {
    let Ok(order) = Order::read(text, &DESK.public()) else {
        return;
    };
    assert_eq!(order.sign(&DESK).as_deref(), Ok(text.trim()));
    assert!(text.trim().starts_with(PREFIX) && text.trim().len() <= BYTES_MAX * 3 / 2 + 20);
}
