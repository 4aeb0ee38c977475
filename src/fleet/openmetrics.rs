//! Figures as text: OpenMetrics 1.0, and what older collectors read.
//!
//! Source: the OpenMetrics specification 1.0 (Prometheus, 2024); Prometheus exposition formats, text 0.0.4.

use std::fmt::Write as _;

/// Kind of a family of figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Goes up and down.
    Gauge,
    /// Only rises, until it begins anew.
    Counter,
    /// Always 1; its labels say something.
    Info,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::Gauge => "gauge",
            Self::Counter => "counter",
            Self::Info => "info",
        }
    }

    fn suffix(self) -> &'static str {
        match self {
            Self::Gauge => "",
            Self::Counter => "_total",
            Self::Info => "_info",
        }
    }
}

/// A text that is being written, family by family.
#[derive(Clone, Debug, Default)]
pub struct Exposition {
    text: String,
    family: Option<(String, Kind)>,
}

impl Exposition {
    /// Begins a family. `name` is of the letters `[a-z_]`, without the suffix of its kind; one that is measured in `unit`
    /// (empty for counts) ends with it.
    pub fn family(&mut self, name: &str, kind: Kind, unit: &str, help: &str) {
        debug_assert!(
            unit.is_empty() || name.ends_with(&format!("_{unit}")),
            "{name}"
        );
        let help = help.replace('\\', "\\\\").replace('\n', "\\n");
        // Writing to a text cannot fail.
        let _ = writeln!(self.text, "# TYPE {name} {}", kind.word());
        if !unit.is_empty() {
            let _ = writeln!(self.text, "# UNIT {name} {unit}");
        }
        let _ = writeln!(self.text, "# HELP {name} {help}");
        self.family = Some((name.to_owned(), kind));
    }

    /// One figure of the family that was begun last.
    pub fn sample(&mut self, labels: &[(&str, &str)], value: f64) {
        let Some((name, kind)) = &self.family else {
            return;
        };
        let _ = write!(self.text, "{name}{}", kind.suffix());
        for (at, (label, value)) in labels.iter().enumerate() {
            let comma = if at == 0 { '{' } else { ',' };
            let _ = write!(self.text, "{comma}{label}=\"{}\"", escaped(value));
        }
        let close = if labels.is_empty() { "" } else { "}" };
        let _ = writeln!(self.text, "{close} {}", number(value));
    }

    /// A family of one figure; nothing at all where it is not known.
    pub fn gauge(&mut self, name: &str, unit: &str, help: &str, value: Option<f64>) {
        if let Some(value) = value {
            self.family(name, Kind::Gauge, unit, help);
            self.sample(&[], value);
        }
    }

    /// The text so far, to which more families may be added: without its end.
    #[must_use]
    pub fn families(self) -> String {
        self.text
    }

    /// The whole text.
    #[must_use]
    pub fn finish(mut self) -> String {
        self.text.push_str(END);
        self.text
    }
}

/// What a whole text ends with.
pub const END: &str = "# EOF\n";

fn escaped(value: &str) -> String {
    value
        .chars()
        .filter(|c| *c == '\n' || !c.is_control())
        .flat_map(|c| match c {
            '\\' => vec!['\\', '\\'],
            '"' => vec!['\\', '"'],
            '\n' => vec!['\\', 'n'],
            c => vec![c],
        })
        .collect()
}

fn number(value: f64) -> String {
    if value.is_nan() {
        "NaN".into()
    } else if value.is_infinite() {
        if value > 0.0 { "+Inf" } else { "-Inf" }.into()
    } else {
        value.to_string()
    }
}

/// One text of two: the families of `first`, then those of `second`. Either may be without its end, or empty.
#[must_use]
pub fn joined(first: &str, second: &str) -> String {
    let body = |text: &str| text.strip_suffix(END).unwrap_or(text).to_owned();
    format!("{}{}{END}", body(first), body(second))
}

/// The same figures in the text format 0.0.4, for a Pushgateway or node_exporter's textfile collector, which do not read
/// OpenMetrics: a family is named there with the suffix of its kind, and there is no unit and no end.
#[must_use]
pub fn to_prometheus(text: &str) -> String {
    let mut out = String::new();
    let mut suffix = "";
    for line in text.lines() {
        let mut words = line.splitn(4, ' ');
        let (mark, what) = (words.next(), words.next());
        let (name, rest) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
        match (mark, what) {
            (Some("#"), Some("TYPE")) => {
                let (kind, as_kind) = match rest {
                    "counter" => (Kind::Counter, "counter"),
                    "info" => (Kind::Info, "gauge"),
                    _ => (Kind::Gauge, "gauge"),
                };
                suffix = kind.suffix();
                let _ = writeln!(out, "# TYPE {name}{suffix} {as_kind}");
            }
            (Some("#"), Some("HELP")) => {
                let _ = writeln!(out, "# HELP {name}{suffix} {rest}");
            }
            (Some("#"), _) => {}
            _ => {
                let _ = writeln!(out, "{line}");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some() -> Exposition {
        let mut text = Exposition::default();
        text.family("kiosk_paper_meters", Kind::Counter, "meters", "Paper.");
        text.sample(&[], 1.25);
        text.family("kiosk_firmware", Kind::Info, "", "Which.");
        text.sample(&[("version", "1.0"), ("at", "a\\b\"c\nd\u{7}")], 1.0);
        text.gauge("kiosk_nothing", "", "Not known.", None);
        text.gauge("kiosk_cold_celsius", "celsius", "Two\nlines.", Some(-3.0));
        text
    }

    #[test]
    fn families_are_written_as_the_specification_says() {
        assert_eq!(
            some().finish(),
            "# TYPE kiosk_paper_meters counter\n# UNIT kiosk_paper_meters meters\n# HELP kiosk_paper_meters Paper.\n\
             kiosk_paper_meters_total 1.25\n\
             # TYPE kiosk_firmware info\n# HELP kiosk_firmware Which.\n\
             kiosk_firmware_info{version=\"1.0\",at=\"a\\\\b\\\"c\\nd\"} 1\n\
             # TYPE kiosk_cold_celsius gauge\n# UNIT kiosk_cold_celsius celsius\n# HELP kiosk_cold_celsius Two\\nlines.\n\
             kiosk_cold_celsius -3\n# EOF\n"
        );
        assert_eq!(
            [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e3].map(number),
            ["NaN", "+Inf", "-Inf", "1000"]
        );
    }

    #[test]
    fn older_readers_get_the_same_figures() {
        let old = to_prometheus(&some().finish());
        let samples = |text: &str| {
            let lines = text.lines().filter(|line| !line.starts_with('#'));
            lines.map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(samples(&old), samples(&some().finish()));
        assert!(old.contains(
            "# TYPE kiosk_paper_meters_total counter\n# HELP kiosk_paper_meters_total Paper.\n"
        ));
        assert!(
            old.contains("# TYPE kiosk_firmware_info gauge\n")
                && !old.contains("EOF")
                && !old.contains("UNIT")
        );
    }

    #[test]
    fn two_texts_become_one() {
        let whole = joined(&some().finish(), "# TYPE a gauge\na 1\n");
        assert!(whole.ends_with("kiosk_cold_celsius -3\n# TYPE a gauge\na 1\n# EOF\n"));
        assert_eq!(joined("", ""), END);
    }
}
