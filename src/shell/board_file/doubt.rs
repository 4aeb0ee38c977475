//! Which findings can be entered, and about which a person decides.

use std::path::Path;

use toml_edit::{DocumentMut, Item};

use super::{Doubt, is_same};
use crate::shell::finding::Finding;
use crate::wire::finder::{Answered, Kind};

/// Sections that name a port.
const SECTIONS: [&str; 4] = ["reader", "printer", "scanner", "radar"];

/// A device and where it was found.
pub(super) type Found<'f> = (&'f Path, &'f Answered);

/// What can be entered in `file`, and the sections in doubt.
pub(super) fn parted<'f>(
    file: &DocumentMut,
    findings: &'f [Finding],
) -> (Vec<Found<'f>>, Vec<(&'static str, Doubt)>) {
    let found = |finding: &'f Finding| Some((&*finding.port, finding.answer.as_ref().ok()?));
    let all: Vec<Found<'f>> = findings.iter().filter_map(found).collect();
    let (mut sure, mut undecided) = (all.clone(), Vec::new());
    // One that is not entered keeps the port that its section has, which may put another in doubt.
    loop {
        let doubt =
            |(at, found): (usize, &Found<'f>)| Some((at, doubt(file, *found, &all, &sure)?));
        let Some((at, doubt)) = sure.iter().enumerate().find_map(doubt) else {
            return (sure, undecided);
        };
        let (_, answered) = sure.remove(at);
        let entry = (answered.kind.section(), doubt);
        if !undecided.contains(&entry) {
            undecided.push(entry);
        }
    }
}

/// Why this device is not entered, when of `all` those in `sure` still may be.
fn doubt(
    file: &DocumentMut,
    (port, answered): Found<'_>,
    all: &[Found<'_>],
    sure: &[Found<'_>],
) -> Option<Doubt> {
    let section = answered.kind.section();
    let rivals = all
        .iter()
        .filter(|(_, other)| other.kind.section() == section);
    if rivals.count() > 1 {
        return Some(Doubt::Several);
    }
    let pin = file.get("gpio").and_then(|gpio| gpio.get("presence"));
    if answered.kind == Kind::Radar && pin.is_some() {
        return Some(Doubt::PresencePin);
    }
    let is_here = |other: &str| {
        let named = file.get(other).and_then(|table| table.get("port"));
        let named = named.and_then(Item::as_str);
        named.is_some_and(|named| is_same(Path::new(named), port))
    };
    let moves = |other: &str| {
        let mut theirs = sure
            .iter()
            .filter(|(_, found)| found.kind.section() == other);
        theirs.any(|(elsewhere, _)| !is_same(elsewhere, port))
    };
    SECTIONS
        .into_iter()
        .find(|other| *other != section && is_here(other) && !moves(other))
        .map(Doubt::PortOf)
}
