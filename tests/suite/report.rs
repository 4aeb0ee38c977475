//! What the running firmware tells the fleet agent, and how it obeys it, by the two files that they share.

use std::path::{Path, PathBuf};
use std::time::Duration;

use kiosk::domain::page::{Intent, PageKind};
use kiosk::fleet::report::{Busy, Report};
use kiosk::fleet::wish::{EXPIRES_MS, Wish};
use kiosk::shell::clock::Clock;

use super::trouble_bench::Bench;

const PATIENCE: Duration = Duration::from_secs(20);

struct Agent {
    report: PathBuf,
    wish: PathBuf,
}

impl Agent {
    fn beside(folder: &Path) -> Self {
        Self {
            report: folder.join("report.json"),
            wish: folder.join("wish.json"),
        }
    }

    fn told(&self) -> Option<Report> {
        serde_json::from_slice(&std::fs::read(&self.report).ok()?).ok()
    }

    fn wishes(&self, stand_by: bool, boot_ms: u64) {
        let wish = Wish {
            boot: Clock::system().boot_id().into(),
            boot_ms,
            stand_by,
        };
        let content = serde_json::to_vec(&wish).expect("words");
        std::fs::write(&self.wish, content).expect("a disk");
    }

    fn bench(&self) -> Bench {
        Bench::with(|config, _| {
            config.fleet.report = Some(self.report.clone());
            config.fleet.wish = Some(self.wish.clone());
        })
    }

    fn until(&self, bench: &mut Bench, what: &str, good: impl Fn(&Report) -> bool) -> Report {
        let found = bench.within(PATIENCE, |_| {
            self.told().is_some_and(|report| good(&report))
        });
        assert!(found, "never {what}: {:?}", self.told());
        self.told().expect("told")
    }
}

#[test]
fn the_report_follows_the_machine_and_is_renewed_while_nothing_happens() {
    let folder = tempfile::tempdir().expect("a folder");
    let agent = Agent::beside(folder.path());
    let mut bench = agent.bench();
    let first = agent.until(&mut bench, "open and counted", |report| {
        report.page == "start" && report.outbox.is_some()
    });
    assert_eq!(first.boot, Clock::system().boot_id());
    assert_eq!((first.busy.as_slice(), &first.closed), (&[][..], &None));
    assert_eq!(first.version, env!("CARGO_PKG_VERSION"));
    bench.touch(Intent::Primary);
    let during = agent.until(&mut bench, "busy", |report| report.page == "identify");
    assert_eq!(during.busy, [Busy::Visit]);
    bench.act("printer unplug");
    agent.until(&mut bench, "without its printer", |report| {
        report.lacks.contains(&"printerGone".to_owned()) && report.parts["printer"] == "noDevice"
    });
    let before = agent.told().expect("told");
    bench.pass(11);
    let after = agent.until(&mut bench, "renewed", |report| {
        report.boot_ms >= before.boot_ms + 10_000
    });
    assert!(after.turns > before.turns);
}

#[test]
fn a_wish_closes_the_machine_and_expires_with_its_agent() {
    let folder = tempfile::tempdir().expect("a folder");
    let agent = Agent::beside(folder.path());
    let mut bench = agent.bench();
    std::fs::write(&agent.wish, "{ rubbish").expect("a disk");
    bench.pass(11);
    assert_eq!(bench.page.kind, PageKind::Start);
    // The bench's clock has been moved by hand, so that a wish of the real boot's time is a little old already.
    agent.wishes(true, Clock::system().boot_ms() + 11_000);
    bench.pass(11);
    bench.until_kind(PageKind::Closed);
    agent.until(&mut bench, "standing by", |report| {
        report.closed.as_deref() == Some("updating") && report.busy.is_empty()
    });
    bench.pass(EXPIRES_MS / 1000 + 1);
    bench.until_kind(PageKind::Start);
}
