//! What the firmware knows of itself.

use crate::case::ClockClass;
use crate::config::Config;
use crate::domain::health::Lack;
use crate::domain::tally::Figures;
use crate::fleet::openmetrics::{Exposition, Kind};
use crate::fleet::report::Report;
use crate::shell::device_file::Noted;
use crate::wire::gauge::Counts;

/// Which machine it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Machine {
    /// Its number.
    pub id: String,
    /// 9-digit code of its town; province and county are the first two and six digits.
    pub town: String,
    /// Name of the place, Chinese.
    pub site: String,
}

impl Machine {
    /// Of this configuration.
    #[must_use]
    pub fn of(config: &Config) -> Self {
        Self {
            id: config.machine.id.clone(),
            town: config.machine.town_code.clone(),
            site: config.machine.site.zh.clone(),
        }
    }

    /// Writes its family.
    pub fn tell(&self, out: &mut Exposition) {
        let town = self.town.as_str();
        out.family(
            "kiosk_machine",
            Kind::Info,
            "",
            "The machine, where it stands.",
        );
        let labels = [
            ("machine", self.id.as_str()),
            ("province", town.get(..2).unwrap_or("")),
            ("county", town.get(..6).unwrap_or("")),
            ("town", town),
            ("site", self.site.as_str()),
        ];
        out.sample(&labels, 1.0);
    }
}

/// All of it.
#[derive(Clone, Debug)]
pub struct Firmware {
    /// Which machine it is.
    pub machine: Machine,
    /// Now, milliseconds of this boot.
    pub boot_ms: u64,
    /// A fresh report; without one the firmware does not run or does not turn.
    pub report: Option<Report>,
    /// Devices and what passed on their ports, noted in this boot.
    pub devices: Option<Noted>,
    /// All that was ever counted here.
    pub tally: Figures,
    /// How far the time is believed.
    pub clock: ClockClass,
}

const SERVICES: [&str; 3] = ["inService", "degraded", "outOfService"];

fn truth(yes: bool) -> f64 {
    f64::from(u8::from(yes))
}

/// Counts beyond 2^53 lose their last digits, after some ten thousand years.
fn count(n: u64) -> f64 {
    n as f64
}

fn seconds(ms: u64) -> f64 {
    count(ms) / 1000.0
}

impl Firmware {
    /// Writes its families.
    pub fn tell(&self, out: &mut Exposition) {
        self.machine.tell(out);
        out.family(
            "kiosk_clock_class",
            Kind::Gauge,
            "",
            "How far the time is believed: 1 for the class it is in.",
        );
        for class in ClockClass::ALL {
            out.sample(&[("class", class.word())], truth(class == self.clock));
        }
        let checked = truth(self.clock.is_checked());
        out.gauge(
            "kiosk_clock_checked",
            "",
            "Whether a time source stands behind the clock.",
            Some(checked),
        );
        if let Some(report) = &self.report {
            self.report(report, out);
        }
        if let Some(devices) = &self.devices {
            ports(devices, out);
        }
        tally(&self.tally, out);
    }

    fn report(&self, report: &Report, out: &mut Exposition) {
        out.family(
            "kiosk_firmware",
            Kind::Info,
            "",
            "Version of the firmware that runs.",
        );
        out.sample(&[("version", &report.version)], 1.0);
        out.family(
            "kiosk_catalogue",
            Kind::Info,
            "",
            "Version of the catalogue that is offered.",
        );
        out.sample(&[("version", &report.catalogue)], 1.0);
        let up = seconds(self.boot_ms.saturating_sub(report.began_boot_ms));
        out.gauge(
            "kiosk_firmware_uptime_seconds",
            "seconds",
            "Since the firmware began.",
            Some(up),
        );
        out.family(
            "kiosk_loop_turns",
            Kind::Counter,
            "",
            "Turns of the firmware's loop since it began.",
        );
        out.sample(&[], count(report.turns));
        out.family(
            "kiosk_service",
            Kind::Gauge,
            "",
            "What the machine can do: 1 for the state it is in.",
        );
        for state in SERVICES {
            out.sample(&[("state", state)], truth(report.service == state));
        }
        let closed = truth(report.closed.is_some());
        out.gauge(
            "kiosk_closed",
            "",
            "Whether nobody is served.",
            Some(closed),
        );
        let busy = truth(!report.busy.is_empty());
        out.gauge(
            "kiosk_busy",
            "",
            "Whether somebody is at the machine or paper is under way.",
            Some(busy),
        );
        out.family(
            "kiosk_lack",
            Kind::Gauge,
            "",
            "Whether the machine lacks this.",
        );
        for lack in Lack::ALL {
            let lacks = report.lacks.iter().any(|word| word == lack.word());
            out.sample(&[("lack", lack.word())], truth(lacks));
        }
        let devices = report
            .parts
            .iter()
            .filter(|(name, state)| *name != "paper" && *state != "unknown");
        out.family(
            "kiosk_device_up",
            Kind::Gauge,
            "",
            "Whether a device answers and is well.",
        );
        for (device, state) in devices {
            let well = matches!(state.as_str(), "online" | "deviceBusy");
            out.sample(&[("device", device)], truth(well));
        }
        let line = match report.line.as_str() {
            "up" => Some(1.0),
            "down" => Some(0.0),
            _ => None,
        };
        out.gauge(
            "kiosk_line_up",
            "",
            "Whether the line to the platform works.",
            line,
        );
        let answered = report
            .answered_boot_ms
            .map(|at| seconds(self.boot_ms.saturating_sub(at)));
        out.gauge(
            "kiosk_platform_answer_age_seconds",
            "seconds",
            "Since the platform answered last.",
            answered,
        );
        let outbox = report.outbox;
        out.gauge(
            "kiosk_outbox_readable",
            "",
            "Whether the outbox can be read.",
            Some(truth(outbox.is_some())),
        );
        out.gauge(
            "kiosk_outbox_waiting",
            "",
            "Cases that wait to be sent.",
            outbox.map(|o| count(o.waiting)),
        );
        let oldest = outbox.map(|o| count(o.oldest_s.unwrap_or(0)));
        out.gauge(
            "kiosk_outbox_oldest_seconds",
            "seconds",
            "How long the oldest of them has waited.",
            oldest,
        );
        out.gauge(
            "kiosk_outbox_parked",
            "",
            "Cases set apart for a technician.",
            outbox.map(|o| count(o.parked)),
        );
    }
}

/// What of [`Counts`] is told, and as what.
type PortFamily = (&'static str, &'static str, &'static str, fn(&Counts) -> u64);

const PORTS: [PortFamily; 8] = [
    (
        "kiosk_port_opened",
        "",
        "How often the port was opened.",
        |c| c.opened,
    ),
    (
        "kiosk_port_lost",
        "",
        "How often the port went away.",
        |c| c.lost,
    ),
    (
        "kiosk_port_received_bytes",
        "bytes",
        "From the device.",
        |c| c.bytes_in,
    ),
    ("kiosk_port_sent_bytes", "bytes", "To the device.", |c| {
        c.bytes_out
    }),
    (
        "kiosk_device_commands",
        "",
        "What the driver was told to do.",
        |c| c.commands,
    ),
    ("kiosk_device_events", "", "What the driver told.", |c| {
        c.events
    }),
    (
        "kiosk_device_timeouts",
        "",
        "Deadlines of the driver that passed.",
        |c| c.timeouts,
    ),
    (
        "kiosk_device_faults",
        "",
        "Events that say that something is wrong.",
        |c| c.faults,
    ),
];

fn ports(devices: &Noted, out: &mut Exposition) {
    for (name, unit, help, of) in PORTS {
        out.family(name, Kind::Counter, unit, help);
        for (device, counts) in &devices.counts {
            out.sample(&[("device", device)], count(of(counts)));
        }
    }
}

fn tally(figures: &Figures, out: &mut Exposition) {
    let families = [
        ("starts", "kiosk_starts", "", "Starts of the firmware."),
        (
            "visits",
            "kiosk_visits",
            "outcome",
            "Visits by how they ended.",
        ),
        (
            "cases",
            "kiosk_cases",
            "outcome",
            "Cases by what became of them.",
        ),
        (
            "receipts",
            "kiosk_receipts",
            "outcome",
            "Print jobs by how they ended.",
        ),
        ("cards", "kiosk_cards", "outcome", "Cards on the reader."),
        (
            "progress",
            "kiosk_progress_questions",
            "",
            "Questions about the progress of cases.",
        ),
        (
            "lacks",
            "kiosk_lacks",
            "lack",
            "How often each thing was lacking.",
        ),
    ];
    let rows = figures.rows();
    for (group, name, label, help) in families {
        out.family(name, Kind::Counter, "", help);
        for (_, word, n) in rows.iter().filter(|(of, ..)| *of == group) {
            let label = [(label, *word)];
            out.sample(if word.is_empty() { &[] } else { &label }, count(*n));
        }
    }
    out.family(
        "kiosk_paper_used_meters",
        Kind::Counter,
        "meters",
        "Paper that came out or may have, reckoned.",
    );
    out.sample(&[], seconds(figures.paper_mm));
    out.family(
        "kiosk_items",
        Kind::Counter,
        "",
        "Per item: 查询 query, 办理 filed, 成功 accepted, 失败 failed.",
    );
    for (code, item) in &figures.items {
        for (act, n) in [
            ("query", item.query),
            ("filed", item.filed),
            ("accepted", item.accepted),
            ("failed", item.failed),
        ] {
            out.sample(&[("item", code), ("act", act)], count(n));
        }
    }
}
