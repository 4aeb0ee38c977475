//! Text block, photo and newer address of a card.

use kiosk::document::{Date, IdentityDocument};

use super::input::Input;

/// A text field of the chip has at most 60 units of UTF-16, 92 bytes in the longest name: three bytes each in UTF-8.
const LONGEST: usize = 3 * 60;

pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    // Any length, but most often the right one: all others are one error.
    let text = match input.byte_or_zero() {
        0 => input.piece(),
        _ => input.take(256),
    };
    let latest = input.piece();
    let Ok(document) = IdentityDocument::from_card(text, input.rest(), latest) else {
        return;
    };
    assert_eq!(text.len(), 256);
    assert!(document.photo.len() <= 1024);
    for field in [
        &document.name,
        &document.english_name,
        &document.address,
        &document.latest_address,
        &document.number,
        &document.authority,
        &document.travel_permit,
        &document.issue_count,
        &document.nationality,
    ] {
        assert!(field.len() <= LONGEST, "{} bytes", field.len());
        assert!(!field.ends_with([' ', '\0']));
    }
    assert!(!document.number.is_empty() && !document.display_name().is_empty());
    // What pages and receipts make of it.
    let length = |text: &str| text.chars().count();
    assert_eq!(
        length(&document.masked_name()),
        length(document.display_name())
    );
    assert_eq!(length(&document.masked_number()), length(&document.number));
    let today = Date::new(2026, 3, 2).expect("a day");
    let _ = document.validity_on(today);
    let _ = document.number_check();
    let _ = document.birth.age_on(today);
    let said = format!("{document:?}");
    assert!(said.len() < 60, "Debug shows no content: {said}");
}
