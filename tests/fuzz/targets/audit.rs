//! Files of the audit log as anybody may have left them, and badges: judged, never believed.

use kiosk::audit::{Anchor, Entry, LINE_MAX, Page, verify};
use kiosk::technician::{Badge, CodeKey};

use super::input::Input;

pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let first = usize::from(input.byte_or_zero()) * 64;
    let one = input.take(first).to_vec();
    let two = input.rest();
    let pages: Vec<Page> = [one.as_slice(), two]
        .iter()
        .filter_map(|bytes| Page::parse(bytes).ok())
        .collect();
    for raw in pages.iter().flat_map(|page| &page.lines) {
        if let Ok(entry) = &raw.entry {
            assert!(raw.length <= LINE_MAX);
            let line = entry.line();
            assert_eq!(
                Entry::parse(line.as_bytes()).as_ref(),
                Ok(entry),
                "one spelling"
            );
        }
    }
    let lines: usize = pages.iter().map(|page| page.lines.len()).sum();
    let verdict = verify(&pages, &[]);
    assert!(verdict.entries as usize <= lines);
    assert!(verdict.found.len() <= 4 * lines + 2, "findings have an end");
    if let Some(end) = verdict.end {
        // Its own end as an anchor adds nothing but doubt about a log that came by itself.
        let again = verify(&pages, &[end]);
        assert_eq!((again.entries, again.end), (verdict.entries, verdict.end));
        assert_eq!(Anchor::parse(&end.text()), Some(end));
    }
    if let Ok(text) = std::str::from_utf8(two) {
        if let Ok(badge) = Badge::parse(text) {
            assert!(badge.judge(&[], &[], 0).is_err(), "nobody signed it");
        }
        if let Ok(key) = CodeKey::parse(text) {
            assert_eq!(CodeKey::parse(&key.base32()).as_ref(), Ok(&key));
        }
        let _ = Anchor::parse(text);
    }
}
