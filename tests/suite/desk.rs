//! What the desk looks at, judged by Prometheus's own tool: the figures, the alerts, the dashboard's questions.
//!
//! `tests/desk/promtool` fetches the tool; without it these tests say that they are left out. Grafana is not in Debian, so its
//! dashboard is judged by its shape and by its questions, each of which Prometheus must be able to read.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use kiosk::case::ClockClass;
use kiosk::domain::health::Lack;
use kiosk::domain::tally::Figures;
use kiosk::fleet::openmetrics::{END, Exposition, to_prometheus};
use kiosk::fleet::report::{Outbox, Report};
use kiosk::shell::device_file::Noted;
use kiosk::shell::metrics::{AgentFigures, Firmware, Machine, System, whole};
use serde_json::Value;

fn root() -> PathBuf {
    env!("CARGO_MANIFEST_DIR").into()
}

/// Prometheus's tool; where there is none, says so.
fn promtool() -> Option<Command> {
    let place = root().join("target/tools/promtool");
    if place.exists() {
        return Some(Command::new(place));
    }
    println!("left out: no promtool; `tests/desk/promtool` fetches it");
    None
}

fn good(output: &Output) {
    let said = [&output.stdout[..], &output.stderr[..]].concat();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&said)
    );
}

/// A machine of which everything is known.
fn everything() -> String {
    let report = Report {
        version: "1.2.0".into(),
        service: "inService".into(),
        parts: [("reader".into(), "online".into())].into(),
        line: "up".into(),
        answered_boot_ms: Some(1),
        outbox: Some(Outbox {
            waiting: 1,
            oldest_s: Some(2),
            parked: 3,
        }),
        catalogue: "2026.2".into(),
        ..Report::default()
    };
    let mut tally = Figures::default();
    tally.lacks.insert("paperOut".into(), 1);
    tally.item("11440203MB2D0001234442014001000").query = 1;
    let machine = Machine {
        id: "W0012".into(),
        town: "440203001".into(),
        site: "示例镇 \"1\"\\".into(),
    };
    let firmware = Firmware {
        machine: machine.clone(),
        boot_ms: 10,
        report: Some(report),
        devices: Some(Noted {
            counts: [("reader".into(), kiosk::wire::gauge::Counts::default())].into(),
            ..Noted::default()
        }),
        tally,
        clock: ClockClass::Trusted,
    };
    let mut out = Exposition::default();
    firmware.tell(&mut out);
    let system = System {
        celsius: vec![("cpu-thermal".into(), 48.3)],
        uptime_s: Some(1.5),
        memory: Some((2.0, 1.0)),
        resident: Some(1.0),
        wear: vec![("mmcblk0".into(), 0.1)],
        disk: Some((2.0, 1.0)),
    };
    system.tell(&mut out);
    let agent = AgentFigures {
        version: "1.2.0".into(),
        slot: Some("A".into()),
        system: Some("1.2.0".into()),
        firmware_up: true,
        certificate_not_after: Some(1_800_000_000),
        rollbacks: 1,
        update: Some(("idle".into(), 1_790_000_000)),
        server_answered: Some(1_790_000_000),
        content_not_after: Some(1_800_000_000),
    };
    whole(Some(&out.finish()), &machine, &agent)
}

/// Names of all figures, as Prometheus knows them.
fn names() -> BTreeSet<String> {
    let text = everything();
    let samples = text.lines().filter(|line| !line.starts_with('#'));
    samples
        .map(|line| line.split(['{', ' ']).next().unwrap().to_owned())
        .collect()
}

/// Words of a question that are names of figures.
fn asked(question: &str) -> BTreeSet<String> {
    let words = question.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    let ours = words.filter(|word| word.starts_with("kiosk_"));
    ours.map(str::to_owned).collect()
}

#[test]
fn prometheus_reads_the_figures_and_finds_no_fault() {
    let Some(mut tool) = promtool() else { return };
    tool.args(["check", "metrics"]).stdin(Stdio::piped());
    let mut child = tool
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let text = to_prometheus(&everything());
    child
        .stdin
        .take()
        .unwrap()
        .write_all(text.as_bytes())
        .unwrap();
    good(&child.wait_with_output().unwrap());
}

/// The strict reader of OpenMetrics is the one that takes old figures in; it wants a time with each.
#[test]
fn prometheus_reads_the_openmetrics_form() {
    let Some(mut tool) = promtool() else { return };
    let folder = tempfile::tempdir().unwrap();
    let text: String = everything()
        .lines()
        .map(|line| {
            format!(
                "{line}{}\n",
                if line.starts_with('#') {
                    ""
                } else {
                    " 1790000000"
                }
            )
        })
        .collect();
    assert!(text.ends_with(END));
    let file = folder.path().join("figures.om");
    std::fs::write(&file, &text).unwrap();
    tool.args(["tsdb", "create-blocks-from", "openmetrics"]);
    good(
        &tool
            .arg(&file)
            .arg(folder.path().join("blocks"))
            .output()
            .unwrap(),
    );
    // It does read: the same text without its end is refused.
    std::fs::write(&file, text.strip_suffix(END).unwrap()).unwrap();
    let mut tool = promtool().unwrap();
    tool.args(["tsdb", "create-blocks-from", "openmetrics"]);
    assert!(
        !tool
            .arg(&file)
            .arg(folder.path().join("more"))
            .output()
            .unwrap()
            .status
            .success()
    );
}

#[test]
fn every_alert_fires_for_an_ill_machine_and_none_for_a_well_one() {
    let desk = root().join("board/desk");
    let rules = std::fs::read_to_string(desk.join("alerts.yml")).unwrap();
    let tests = std::fs::read_to_string(desk.join("alerts_test.yml")).unwrap();
    let mut alerts = 0;
    for line in rules.lines() {
        if let Some(name) = line.trim().strip_prefix("- alert: ") {
            alerts += 1;
            assert!(
                tests.contains(&format!("alertname=\"{name}\"")),
                "{name} has no test"
            );
        }
        if let Some(question) = line.trim().strip_prefix("expr: ") {
            let unknown: Vec<_> = asked(question).difference(&names()).cloned().collect();
            assert!(unknown.is_empty(), "{unknown:?} is told by nobody");
        }
    }
    assert!(alerts >= 20, "{alerts}");
    // A lack that no alert knows would stay unseen; `updating` is no trouble.
    for lack in Lack::ALL
        .into_iter()
        .map(Lack::word)
        .filter(|word| *word != "updating")
    {
        assert!(rules.contains(lack), "{lack} has no alert");
    }
    for words in ["summary_zh", "summary_en", "action_zh", "action_en"] {
        assert_eq!(
            rules.matches(&format!("{words}: ")).count(),
            alerts,
            "{words}"
        );
    }
    for (what, file) in [("check", "alerts.yml"), ("test", "alerts_test.yml")] {
        let Some(mut tool) = promtool() else { return };
        good(
            &tool
                .current_dir(&desk)
                .args([what, "rules", file])
                .output()
                .unwrap(),
        );
    }
    let Some(mut tool) = promtool() else { return };
    good(
        &tool
            .current_dir(&desk)
            .args(["check", "config", "prometheus.yml"])
            .output()
            .unwrap(),
    );
}

/// Every text below `key`, however deep.
fn texts<'a>(value: &'a Value, key: &str, into: &mut Vec<&'a str>) {
    match value {
        Value::Object(map) => {
            for (name, inner) in map {
                match inner.as_str() {
                    Some(text) if name == key => into.push(text),
                    _ => texts(inner, key, into),
                }
            }
        }
        Value::Array(all) => all.iter().for_each(|inner| texts(inner, key, into)),
        _ => {}
    }
}

#[test]
fn the_dashboard_asks_for_figures_that_there_are_in_words_that_prometheus_reads() {
    let text = std::fs::read_to_string(root().join("board/desk/dashboard.json")).unwrap();
    let board: Value = serde_json::from_str(&text).unwrap();
    let (known, mut questions) = (names(), Vec::new());
    texts(&board["panels"], "expr", &mut questions);
    assert!(questions.len() > 25, "{}", questions.len());
    let mut variables = Vec::new();
    texts(&board["templating"], "query", &mut variables);
    for question in questions.iter().chain(&variables) {
        let unknown: Vec<_> = asked(question).difference(&known).cloned().collect();
        assert!(unknown.is_empty(), "{unknown:?} in {question}");
    }
    let declared: Vec<&str> = board["templating"]["list"]
        .as_array()
        .unwrap()
        .iter()
        .map(|v| v["name"].as_str().unwrap())
        .collect();
    for used in text.match_indices('$').map(|(at, _)| &text[at + 1..]) {
        let name: String = used
            .trim_start_matches('{')
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
            .collect();
        assert!(declared.contains(&name.as_str()), "${name} is not declared");
    }
    shape(&board);
    rules_of(&questions);
}

/// What Grafana needs of a dashboard: numbers of panels are their own, and none lies over another.
fn shape(board: &Value) {
    assert!(
        board["schemaVersion"].as_u64() >= Some(36)
            && board["title"].is_string()
            && board["uid"].is_string()
    );
    let panels = board["panels"].as_array().unwrap();
    let ids: BTreeSet<u64> = panels.iter().map(|p| p["id"].as_u64().unwrap()).collect();
    assert_eq!(ids.len(), panels.len());
    let place = |p: &Value| ["x", "y", "w", "h"].map(|k| p["gridPos"][k].as_u64().unwrap());
    for (at, panel) in panels.iter().enumerate() {
        let [x, y, w, h] = place(panel);
        assert!(w > 0 && h > 0 && x + w <= 24, "{}", panel["title"]);
        for other in &panels[at + 1..] {
            let [ox, oy, ow, oh] = place(other);
            let apart = x + w <= ox || ox + ow <= x || y + h <= oy || oy + oh <= y;
            assert!(apart, "{} lies over {}", panel["title"], other["title"]);
        }
        assert!(panel["type"] == "row" || !panel["targets"].as_array().unwrap().is_empty());
    }
}

/// Each question as a rule that Prometheus checks.
fn rules_of(questions: &[&str]) {
    let Some(mut tool) = promtool() else { return };
    let rules: Vec<Value> = questions
        .iter()
        .enumerate()
        .map(|(at, question)| serde_json::json!({ "record": format!("q:{at}"), "expr": question }))
        .collect();
    let file = serde_json::json!({ "groups": [{ "name": "dashboard", "rules": rules }] });
    let folder = tempfile::tempdir().unwrap();
    // JSON is YAML.
    let path: &Path = &folder.path().join("rules.yml");
    std::fs::write(path, file.to_string()).unwrap();
    good(&tool.args(["check", "rules"]).arg(path).output().unwrap());
}
