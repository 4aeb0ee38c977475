//! Folder → catalogue and faults.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::locate::Places;
use super::report::{Fault, Report};
use crate::division::Divisions;
use crate::item::catalogue::{Catalogue, CatalogueError, ITEMS_MAX, ItemFinding, JSON_MAX};
use crate::item::check::{Finding, Severity, clip};
use crate::item::{Item, Situation};

/// Longest file that is read, in bytes.
const FILE_MAX: u64 = 1024 * 1024;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SituationsFile {
    situations: Vec<Situation>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    version: String,
}

/// Reads a catalogue: a folder, or one JSON document as the platform serves it. Wrong items are left out; everything
/// wrong is in the report.
///
/// # Errors
/// When no item is good; the report says why.
pub fn load(path: &Path) -> Result<(Catalogue, Report), (CatalogueError, Report)> {
    if path.is_file() {
        load_json(path)
    } else {
        load_folder(path)
    }
}

fn load_json(path: &Path) -> Result<(Catalogue, Report), (CatalogueError, Report)> {
    let file = path.display().to_string();
    let mut bytes = Vec::new();
    let most = JSON_MAX as u64 + 1;
    let read = fs::File::open(path).and_then(|f| f.take(most).read_to_end(&mut bytes));
    let loaded = match read {
        Ok(_) => Catalogue::from_json(&bytes),
        Err(error) => Err(CatalogueError::Shape(error.to_string())),
    };
    match loaded {
        Ok((catalogue, findings)) => {
            let report = Report {
                good: catalogue.items().len(),
                faults: findings
                    .into_iter()
                    .map(|f| of_document(&file, f))
                    .collect(),
            };
            Ok((catalogue, report))
        }
        Err(error) => {
            let words = [
                "{version, situations, divisions, items}",
                &error.to_string(),
                "fetch it again from the platform, 请重新下发",
            ];
            let faults = vec![fault(&file, None, "", words)];
            Err((error, Report { good: 0, faults }))
        }
    }
}

/// A finding in a JSON document, which has no lines worth naming: the item's index leads the field.
fn of_document(file: &str, found: ItemFinding) -> Fault {
    let ItemFinding { index, mut finding } = found;
    let dot = if finding.field.is_empty() { "" } else { "." };
    finding.field = format!("items[{index}]{dot}{}", finding.field);
    Fault {
        file: file.into(),
        line: None,
        finding,
    }
}

fn load_folder(folder: &Path) -> Result<(Catalogue, Report), (CatalogueError, Report)> {
    let mut faults = Vec::new();
    let version = read(folder, "catalogue.toml", &mut faults)
        .and_then(|text| parse::<Head>("catalogue.toml", &text, &mut faults))
        .map_or_else(String::new, |head| head.version);
    let situations = read(folder, "situations.toml", &mut faults)
        .and_then(|text| parse::<SituationsFile>("situations.toml", &text, &mut faults))
        .map_or_else(Vec::new, |file| file.situations);
    let divisions =
        read(folder, "divisions.csv", &mut faults).map_or_else(Divisions::default, |text| {
            Divisions::parse(&text).unwrap_or_else(|error| {
                let said = error.to_string();
                let words = ["code,name lines", &said, "correct the line, 请更正此行"];
                faults.push(fault("divisions.csv", error.line(), "", words));
                Divisions::default()
            })
        });

    let mut items = Vec::new();
    let mut sources = Vec::new();
    for name in item_files(folder, &mut faults) {
        let Some(text) = read(folder, &name, &mut faults) else {
            continue;
        };
        if let Some(item) = parse::<Item>(&name, &text, &mut faults) {
            items.push(item);
            sources.push((name, text));
        }
    }
    let (catalogue, findings) = Catalogue::assemble(version, items, situations, divisions);
    for found in findings {
        if let Some((name, text)) = sources.get(found.index) {
            let line = Places::new(text).line_of(&found.finding.field);
            faults.push(Fault {
                file: name.clone(),
                line: Some(line),
                finding: found.finding,
            });
        }
    }
    faults.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
    let report = Report {
        good: catalogue.items().len(),
        faults,
    };
    if report.good == 0 {
        return Err((CatalogueError::NoGoodItem, report));
    }
    Ok((catalogue, report))
}

/// Checks a catalogue (folder or JSON document) and says what is wrong with it.
#[must_use]
pub fn check(path: &Path) -> Report {
    load(path).map_or_else(|(_, report)| report, |(_, report)| report)
}

fn fault(file: &str, line: Option<usize>, field: &str, words: [&str; 3]) -> Fault {
    let [expected, found, mend] = words.map(clip);
    Fault {
        file: file.into(),
        line,
        finding: Finding {
            field: field.into(),
            severity: Severity::Error,
            expected,
            found,
            mend,
        },
    }
}

/// Names of the item files below `folder`, sorted: the order of a folder is not defined.
fn item_files(folder: &Path, faults: &mut Vec<Fault>) -> Vec<String> {
    let entries = match fs::read_dir(folder.join("items")) {
        Ok(entries) => entries,
        Err(error) => {
            let words = [
                "a folder of item files",
                &error.to_string(),
                "create items/*.toml",
            ];
            faults.push(fault("items", None, "", words));
            return Vec::new();
        }
    };
    let mut paths: Vec<PathBuf> = entries.filter_map(|e| Some(e.ok()?.path())).collect();
    paths.retain(|p| p.extension().is_some_and(|e| e == "toml"));
    paths.sort();
    paths.truncate(ITEMS_MAX + 1);
    let name = |p: PathBuf| Some(format!("items/{}", p.file_name()?.to_str()?));
    paths.into_iter().filter_map(name).collect()
}

fn read(folder: &Path, name: &str, faults: &mut Vec<Fault>) -> Option<String> {
    let mut bytes = Vec::new();
    let result = fs::File::open(folder.join(name))
        .and_then(|file| file.take(FILE_MAX + 1).read_to_end(&mut bytes));
    if let Err(error) = result {
        let words = [
            "a readable file",
            &error.to_string(),
            "put the file there, 缺少文件",
        ];
        faults.push(fault(name, None, "", words));
        return None;
    }
    if bytes.len() as u64 > FILE_MAX {
        let most = format!("at most {FILE_MAX} bytes");
        faults.push(fault(name, None, "", [&most, "more", "split the file"]));
        return None;
    }
    match String::from_utf8(bytes) {
        Ok(text) => Some(text),
        Err(error) => {
            let good = error.utf8_error().valid_up_to();
            let line = 1 + error.as_bytes()[..good]
                .iter()
                .filter(|b| **b == b'\n')
                .count();
            let words = [
                "UTF-8",
                "other bytes",
                "save the file as UTF-8, 请用 UTF-8 保存",
            ];
            faults.push(fault(name, Some(line), "", words));
            None
        }
    }
}

/// TOML → `T`, or a fault of the file `name` with the line and field where reading stopped.
pub fn parse<T: DeserializeOwned>(name: &str, text: &str, faults: &mut Vec<Fault>) -> Option<T> {
    let error = match toml::from_str(text) {
        Ok(value) => return Some(value),
        Err(error) => error,
    };
    let places = Places::new(text);
    let span = error.span().unwrap_or(0..0);
    let mut field = places.field_at(&span);
    let said = error.message().to_owned();
    let words = explain(&said, &mut field);
    let words = [words[0].as_str(), words[1].as_str(), words[2].as_str()];
    faults.push(fault(name, Some(places.line(span.start)), &field, words));
    None
}

/// The parser's words as expected, found and how to mend.
fn explain(said: &str, field: &mut String) -> [String; 3] {
    let quoted = said.split('`').nth(1).unwrap_or_default();
    if said.starts_with("unknown field") {
        let expected = said.split_once("expected ").map_or(said, |(_, e)| e);
        return [
            expected.into(),
            format!("unknown field `{quoted}`"),
            "correct the spelling or remove it, 字段名有误".into(),
        ];
    }
    if said.starts_with("missing field") {
        if !field.is_empty() {
            field.push('.');
        }
        field.push_str(quoted);
        return [
            format!("a field `{quoted}`"),
            "nothing".into(),
            "add it, 缺少必填字段".into(),
        ];
    }
    if said.contains("untagged enum TextFile") {
        return [
            "\"中文\" or { zh = \"…\", en = \"…\" }".into(),
            "something else".into(),
            "write a text, 请写文字".into(),
        ];
    }
    if let Some((found, expected)) = said.split_once(", expected ") {
        return [
            expected.into(),
            found.into(),
            "correct the value, 请更正取值".into(),
        ];
    }
    [
        "a catalogue file in TOML".into(),
        said.into(),
        "correct the line, 请更正此行".into(),
    ]
}
