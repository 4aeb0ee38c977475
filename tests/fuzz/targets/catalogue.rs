//! Items: one of a folder (TOML), or a whole catalogue as the platform serves it (JSON).

use std::sync::LazyLock;

use kiosk::division::Divisions;
use kiosk::domain::search::SearchIndex;
use kiosk::item::catalogue::{Catalogue, ItemFinding};
use kiosk::item::check::Finding;
use kiosk::item::{Day, Item};
use kiosk::shell::catalogue::{Fault, Places, parse};

static WUJIANG: LazyLock<Divisions> = LazyLock::new(Divisions::wujiang);

/// Most findings of an input of so many bytes.
fn most_findings(bytes: usize) -> usize {
    200 + bytes
}

pub fn run(data: &[u8]) {
    if data.trim_ascii_start().starts_with(b"{") {
        document(data);
    } else if let Ok(text) = std::str::from_utf8(data) {
        file(text);
    }
}

fn document(bytes: &[u8]) {
    let Ok((catalogue, findings)) = Catalogue::from_json(bytes) else {
        return;
    };
    judge(&findings, bytes.len());
    used(&catalogue);
    // The encoder's words mean the same to the decoder; but divisions without a row are written as none, and none are
    // those of Wujiang.
    if !catalogue.divisions().is_empty() {
        let again = Catalogue::from_json(&catalogue.to_json());
        let (again, _) = again.expect("its own words");
        assert!(again == catalogue);
    }
}

fn file(text: &str) {
    let places = Places::new(text);
    let mut faults = Vec::new();
    let Some(item) = parse::<Item>("item.toml", text, &mut faults) else {
        let [fault] = &faults[..] else {
            panic!("one fault: {faults:?}");
        };
        told(fault, &places, text);
        return;
    };
    let version = "1".to_owned();
    let (catalogue, findings) =
        Catalogue::assemble(version, vec![item], Vec::new(), WUJIANG.clone());
    judge(&findings, text.len());
    for ItemFinding { finding, .. } in findings {
        let line = places.line_of(&finding.field);
        assert!((1..=lines(text)).contains(&line), "{finding:?}");
    }
    used(&catalogue);
}

fn lines(text: &str) -> usize {
    1 + text.bytes().filter(|byte| *byte == b'\n').count()
}

fn told(fault: &Fault, places: &Places<'_>, text: &str) {
    let line = fault.line.expect("a line");
    assert!((1..=lines(text)).contains(&line), "{fault:?}");
    let _ = places.line_of(&fault.finding.field);
    short(&fault.finding);
}

/// Findings quote what a file holds: not all of it.
fn short(finding: &Finding) {
    for words in [&finding.expected, &finding.found, &finding.mend] {
        assert!(words.chars().count() <= 121, "{words}");
        assert!(!words.chars().any(char::is_control), "{words:?}");
    }
}

fn judge(findings: &[ItemFinding], bytes: usize) {
    assert!(findings.len() <= most_findings(bytes), "{}", findings.len());
    findings.iter().for_each(|found| short(&found.finding));
}

/// What a machine does with a catalogue, whatever it holds.
fn used(catalogue: &Catalogue) {
    let today = Day::new(2026, 3, 2).expect("a day");
    let here = catalogue.offered("440203103", today);
    assert!(here.len() <= catalogue.items().len());
    let index = SearchIndex::new(catalogue);
    for item in catalogue.items().iter().take(3) {
        assert_eq!(
            catalogue.get(&item.task_code).map(|i| &i.task_code),
            Some(&item.task_code)
        );
        let found = index.search(&item.task_name.zh, "440203103");
        assert!(
            found
                .iter()
                .all(|found| found.index < catalogue.items().len())
        );
    }
}
