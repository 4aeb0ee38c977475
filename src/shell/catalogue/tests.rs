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

/// A catalogue folder with the shipped surroundings and one item file.
fn folder_with(item: &[u8]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in ["catalogue.toml", "situations.toml", "divisions.csv"] {
        std::fs::copy(shipped().join(name), folder.path().join(name)).unwrap();
    }
    std::fs::create_dir(folder.path().join("items")).unwrap();
    std::fs::write(folder.path().join("items/one.toml"), item).unwrap();
    folder
}

/// Lines marked `# BAD: field`, as (line, field).
fn marks(bytes: &[u8]) -> Vec<(usize, String)> {
    let text = String::from_utf8_lossy(bytes);
    let mark =
        |(i, line): (usize, &str)| Some((i + 1, line.split_once("# BAD: ")?.1.trim().into()));
    text.lines().enumerate().filter_map(mark).collect()
}

#[test]
fn every_kind_of_mistake_is_named_with_line_and_field() {
    let bad = Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/vectors/catalogue_bad"
    ));
    let mut files: Vec<_> = std::fs::read_dir(bad)
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    files.sort();
    assert!(files.len() > 50, "the vectors are there");
    let mut wrong = String::new();
    for file in files {
        let bytes = std::fs::read(&file).unwrap();
        let folder = folder_with(&bytes);
        let report = check(folder.path());
        let found: Vec<_> = report
            .faults
            .iter()
            .map(|f| (f.line.unwrap_or(0), f.finding.field.clone()))
            .collect();
        let only_warns = file.to_string_lossy().contains("warning_");
        let left_out = report.good == usize::from(only_warns);
        let told = report.faults.iter().all(|f| {
            f.file == "items/one.toml"
                && !f.to_string().contains('\n')
                && !f.finding.mend.is_empty()
        });
        if found != marks(&bytes) || !left_out || !told {
            wrong += &format!("{}: {:?}\n{report}\n", file.display(), marks(&bytes));
        }
    }
    assert_eq!(wrong, "");
}

#[test]
fn a_bad_item_is_left_out_and_the_others_work() {
    let good = std::fs::read(shipped().join("items/unemployment.toml")).unwrap();
    let folder = folder_with(b"schema = 1\n");
    std::fs::write(folder.path().join("items/two.toml"), &good).unwrap();
    std::fs::write(folder.path().join("items/two_again.toml"), &good).unwrap();
    let (catalogue, report) = load(folder.path()).unwrap();
    assert_eq!(catalogue.items().len(), 1);
    assert!(!report.is_clean());
    let told: Vec<_> = report
        .faults
        .iter()
        .map(|f| (f.file.as_str(), f.finding.field.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("items/one.toml", "task_code"),
            ("items/two_again.toml", "task_code")
        ]
    );
}

#[test]
fn a_folder_without_items_is_an_error_that_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let (error, report) = load(folder.path()).unwrap_err();
    assert_eq!(error, CatalogueError::NoGoodItem);
    let files: Vec<_> = report.faults.iter().map(|f| f.file.as_str()).collect();
    assert_eq!(
        files,
        [
            "catalogue.toml",
            "divisions.csv",
            "items",
            "situations.toml"
        ]
    );
    assert!(!check(&folder.path().join("nowhere")).is_clean());
}

#[test]
fn the_document_of_the_platform_is_read_like_a_folder() {
    let (catalogue, _) = load(shipped()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("catalogue.json");
    std::fs::write(&file, catalogue.to_json()).unwrap();
    let (back, report) = load(&file).unwrap();
    assert_eq!(back, catalogue);
    assert!(report.is_clean());
    let text = String::from_utf8(catalogue.to_json()).unwrap();
    std::fs::write(
        &file,
        text.replacen(
            "\"is_service_terminals\":true",
            "\"is_service_terminals\":false",
            1,
        ),
    )
    .unwrap();
    let report = check(&file);
    assert_eq!(report.good, 12);
    assert_eq!(
        report.faults[0].finding.field,
        "items[0].channels.is_service_terminals"
    );
    std::fs::write(&file, "<html>").unwrap();
    let (error, report) = load(&file).unwrap_err();
    assert!(matches!(error, CatalogueError::Shape(_)));
    assert_eq!(report.errors(), 1);
}

#[test]
fn wrong_divisions_are_named_by_their_line() {
    let folder = folder_with(b"schema = 1\n");
    std::fs::write(
        folder.path().join("divisions.csv"),
        "# c\n440203000000,武江区\n44,x\n",
    )
    .unwrap();
    let report = check(folder.path());
    let fault = report
        .faults
        .iter()
        .find(|f| f.file == "divisions.csv")
        .unwrap();
    assert_eq!(fault.line, Some(3));
}

#[test]
fn a_fault_is_one_line_that_an_editor_can_jump_to() {
    let folder = folder_with(b"schema = 1\nkind = \"cases\"\n");
    let report = check(folder.path());
    assert_eq!(
        report.faults[0].to_string(),
        "items/one.toml:2: error: kind: expected one of `case`, `guide`, `bundle`; \
         found unknown variant `cases`; correct the value, 请更正取值"
    );
    assert_eq!(
        report.to_string().lines().last(),
        Some("0 items good, 1 errors, 0 warnings")
    );
}

/// The shape of an item file with one piece replaced by something foreign.
fn broken(at: usize, cut: usize, junk: &[u8]) -> Vec<u8> {
    let mut bytes = std::fs::read(shipped().join("items/utilities_bundle.toml")).unwrap();
    let start = at % bytes.len();
    let end = (start + cut).min(bytes.len());
    bytes.splice(start..end, junk.iter().copied());
    bytes
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config::with_cases(64))]

    #[test]
    fn foreign_bytes_never_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..400)) {
        let report = check(folder_with(&bytes).path());
        proptest::prop_assert!(report.good == 0 && report.errors() > 0);
        let _ = Catalogue::from_json(&bytes);
        let _ = crate::division::Divisions::parse(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn a_damaged_item_is_good_or_reported(at in 0usize..100_000, cut in 0usize..60, junk in "[ -~\\n]{0,20}") {
        let report = check(folder_with(&broken(at, cut, junk.as_bytes())).path());
        proptest::prop_assert!((report.good == 1) != (report.errors() > 0), "{report}");
    }
}
