//! The whole way and every way off it, and a model that is driven by chance.

mod kills;
mod model;
mod odd;
mod way;

use std::collections::BTreeMap;

use super::*;
use crate::fleet::report::{Busy, Outbox};

/// One machine in hand-moved time.
pub(super) struct Machine {
    pub(super) update: Update,
    pub(super) now: Now,
    pub(super) running: Running,
    pub(super) report: Report,
    pub(super) settings: Settings,
}

pub(super) fn order(action: &str, version: &str) -> Order {
    Order {
        action: action.into(),
        origin: Origin::Server,
        kind: Kind::Os,
        name: "kiosk-os".into(),
        version: version.into(),
        source: Source {
            href: "https://updates.example/b".into(),
            size: 10,
            sha256: "0".repeat(64),
        },
        download: Handling::Attempt,
        update: Handling::Attempt,
        window: true,
        allow_older: false,
    }
}

impl Machine {
    pub(super) fn new(settings: Settings) -> Self {
        let running = Running {
            slot: "A".into(),
            version: "1.0.0".into(),
        };
        let mut machine = Self {
            update: Update::new(settings.clone(), Kept::default()),
            now: Now {
                boot: "boot-1".into(),
                boot_ms: 60_000,
                minute: Some(180),
            },
            report: Report {
                version: "1.0.0".into(),
                page: "start".into(),
                service: "inService".into(),
                line: "up".into(),
                answered_boot_ms: Some(1),
                outbox: Some(Outbox::default()),
                parts: BTreeMap::new(),
                ..Report::default()
            },
            running,
            settings,
        };
        machine.start();
        machine.reported();
        machine
    }

    pub(super) fn handle(&mut self, event: &Event) -> Vec<Effect> {
        self.update.handle(event, &self.now)
    }

    pub(super) fn start(&mut self) -> Vec<Effect> {
        let running = self.running.clone();
        self.handle(&Event::Started(running))
    }

    /// The agent dies and begins anew with what was written down.
    pub(super) fn kill(&mut self) -> Vec<Effect> {
        let text = serde_json::to_string(self.update.kept()).unwrap();
        self.update = Update::new(self.settings.clone(), serde_json::from_str(&text).unwrap());
        self.start()
    }

    /// The machine restarts into `slot` with `version`.
    pub(super) fn reboot(&mut self, boot: &str, slot: &str, version: &str) -> Vec<Effect> {
        self.now = Now {
            boot: boot.into(),
            boot_ms: 20_000,
            ..self.now
        };
        self.running = Running {
            slot: slot.into(),
            version: version.into(),
        };
        self.report = Report {
            closed: None,
            busy: Vec::new(),
            began_boot_ms: 10_000,
            turns: 1,
            ..self.report.clone()
        };
        self.kill()
    }

    /// A fresh report.
    pub(super) fn reported(&mut self) -> Vec<Effect> {
        self.report.boot.clone_from(&self.now.boot);
        self.report.boot_ms = self.now.boot_ms;
        self.report.turns += 10;
        let report = self.report.clone();
        self.handle(&Event::Reported(Some(report)))
    }

    pub(super) fn pass(&mut self, seconds: u64) -> Vec<Effect> {
        let mut effects = Vec::new();
        for _ in 0..seconds.div_ceil(10) {
            self.now.boot_ms += 10_000;
            effects.extend(self.reported());
        }
        effects
    }

    pub(super) fn word(&self) -> &'static str {
        self.update.state().word()
    }

    /// Until the order is in the other slot.
    pub(super) fn go_to_installed(&mut self) {
        self.handle(&Event::Offered(order("17", "2.0.0")));
        self.pass(3_600);
        assert_eq!(self.word(), "downloading");
        self.fetched("2.0.0");
        assert_eq!(self.word(), "downloaded");
        let effects = self.handle(&Event::Tick);
        assert!(
            matches!(effects.last(), Some(Effect::Install(..))),
            "{effects:?}"
        );
        self.installed(Ok(()));
        assert_eq!(self.word(), "installed");
    }

    pub(super) fn go_to_rebooting(&mut self) {
        self.go_to_installed();
        self.pass(10);
        assert_eq!(self.word(), "standingBy");
        self.report.closed = Some("updating".into());
        let effects = self.pass(10);
        assert!(effects.contains(&Effect::Reboot), "{effects:?}");
        assert_eq!(self.word(), "rebooting");
    }

    pub(super) fn fetched(&mut self, version: &str) -> Vec<Effect> {
        let bundle = Bundle {
            version: version.into(),
            ..Bundle::default()
        };
        self.handle(&Event::Fetched {
            action: "17".into(),
            result: Ok(bundle),
        })
    }

    pub(super) fn installed(&mut self, result: Result<(), String>) -> Vec<Effect> {
        self.handle(&Event::Installed {
            action: "17".into(),
            result,
        })
    }

    pub(super) fn outcome(&self) -> Option<Outcome> {
        self.update.kept().last.as_ref().map(|ended| ended.outcome)
    }

    pub(super) fn busy(&mut self, busy: bool) {
        self.report.busy = if busy { vec![Busy::Visit] } else { Vec::new() };
    }
}
