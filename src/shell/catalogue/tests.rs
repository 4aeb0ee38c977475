use std::path::Path;

use super::*;

fn shipped() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/board/catalogue"))
}

#[test]
fn every_shipped_item_loads_without_a_warning() {
    let (catalogue, report) = load(shipped()).map_err(|(_, r)| r.to_string()).unwrap();
    assert_eq!(report.faults, [], "{report}");
    assert_eq!(catalogue.items().len(), 13);
    assert!(report.is_clean());
    for situation in catalogue.situations() {
        assert!(
            !catalogue.in_situation(&situation.id).is_empty(),
            "{situation:?}"
        );
    }
}
