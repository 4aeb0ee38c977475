//! A thousand machines and one server, in a time that is moved by hand: policy and server as they are, no sockets.

use kiosk::domain::update::{
    Bundle, Effect, Event, Kept, Now, Outcome, Polls, Running, Settings, State, Update,
};
use kiosk::fleet::report::{Outbox, Report};
use kiosk::shell::fleet::ddi::words::{self, Poll};
use kiosk::sim::hawkbit::{Artifact, Phase, RolloutState, Server};
use std::time::Duration;

const MACHINES: usize = 1000;
const TICK_MS: u64 = 10_000;

/// What a machine does next, and when.
enum Due {
    Fetched(String),
    Installed(String),
    Booted,
}

struct Machine {
    id: String,
    update: Update,
    kept: Kept,
    settings: Settings,
    polls: Polls,
    report: Report,
    running: Running,
    boot: u32,
    booted_ms: u64,
    bad: bool,
    due: Vec<(u64, Due)>,
}

impl Machine {
    fn new(index: usize) -> Self {
        let id = format!("M{index:04}");
        let settings = Settings {
            machine: id.clone(),
            wave_s: 1_800,
            ..Settings::default()
        };
        let running = Running {
            slot: "A".into(),
            version: "1.0.0".into(),
        };
        let report = Report {
            page: "start".into(),
            line: "up".into(),
            outbox: Some(Outbox::default()),
            ..Report::default()
        };
        let seed = u64::try_from(index).unwrap();
        let mut machine = Self {
            id,
            update: Update::new(settings.clone(), Kept::default()),
            kept: Kept::default(),
            settings,
            polls: Polls::new(Duration::from_secs(300), fastrand::Rng::with_seed(seed), 0),
            report,
            running: running.clone(),
            boot: 1,
            booted_ms: 0,
            bad: false,
            due: Vec::new(),
        };
        let now = machine.now(0);
        machine.update.handle(&Event::Started(running), &now);
        machine
    }

    fn now(&self, at: u64) -> Now {
        Now {
            boot: format!("{}-{}", self.id, self.boot),
            boot_ms: at - self.booted_ms,
            minute: None,
        }
    }

    fn handle(&mut self, event: &Event, at: u64, server: Option<&mut Server>) {
        let now = self.now(at);
        let effects = self.update.handle(event, &now);
        self.kept = self.update.kept().clone();
        let mut server = server;
        for effect in effects {
            match effect {
                Effect::Fetch(order) => self.due.push((at + 120_000, Due::Fetched(order.action))),
                Effect::Install(order, _) => {
                    self.due.push((at + 60_000, Due::Installed(order.action)))
                }
                Effect::Reboot => self.due.push((at + 40_000, Due::Booted)),
                Effect::MarkGood => {
                    self.handle(&Event::MarkedGood(Ok(())), at, server.as_deref_mut())
                }
                Effect::MarkBad => {
                    self.handle(&Event::MarkedBad(Ok(())), at, server.as_deref_mut())
                }
                Effect::KeepRunning => self.handle(&Event::Kept(Ok(())), at, server.as_deref_mut()),
                Effect::Close(ended) => {
                    let event = match server.as_deref_mut() {
                        Some(server) => {
                            let finished = if ended.outcome == Outcome::Good {
                                "success"
                            } else {
                                "failure"
                            };
                            let body = serde_json::json!({"status": {"execution": "closed", "result": {"finished": finished}}});
                            let (status, _) = server.feedback(
                                &self.id,
                                "deploymentBase",
                                ended.action.parse().unwrap(),
                                &body,
                            );
                            assert_eq!(status, 200);
                            Event::Told {
                                action: ended.action,
                            }
                        }
                        None => Event::NotTold {
                            action: ended.action,
                            refused: false,
                        },
                    };
                    self.handle(&event, at, server.as_deref_mut());
                }
                Effect::Tell { .. }
                | Effect::Confirm { .. }
                | Effect::StopFetch
                | Effect::DropFiles
                | Effect::AcceptCancel { .. }
                | Effect::RejectCancel { .. } => {}
            }
        }
    }

    fn boots(&mut self, at: u64, server: Option<&mut Server>) {
        self.boot += 1;
        self.booted_ms = at;
        let new = self.running.version == "1.0.0"
            && !matches!(self.update.state(), State::RollingBack { .. });
        let (slot, version) = if new { ("B", "2.0.0") } else { ("A", "1.0.0") };
        self.running = Running {
            slot: slot.into(),
            version: version.into(),
        };
        self.report.outbox = (!(self.bad && new)).then(Outbox::default);
        self.report.closed = None;
        self.update = Update::new(self.settings.clone(), self.kept.clone());
        let running = self.running.clone();
        self.handle(&Event::Started(running), at, server);
    }

    /// One tick; whether it polled.
    fn tick(&mut self, at: u64, mut server: Option<&mut Server>) -> bool {
        let (ready, later) = std::mem::take(&mut self.due)
            .into_iter()
            .partition(|(due, _)| *due <= at);
        self.due = later;
        for (_, due) in ready {
            let event = match due {
                Due::Fetched(action) => Event::Fetched {
                    action,
                    result: Ok(Bundle {
                        version: "2.0.0".into(),
                        ..Bundle::default()
                    }),
                },
                Due::Installed(action) => Event::Installed {
                    action,
                    result: Ok(()),
                },
                Due::Booted => {
                    self.boots(at, server.as_deref_mut());
                    continue;
                }
            };
            self.handle(&event, at, server.as_deref_mut());
        }
        let now = self.now(at);
        self.report.boot.clone_from(&now.boot);
        self.report.boot_ms = now.boot_ms;
        self.report.turns += 10;
        self.report.closed = self.update.wishes_stand_by().then(|| "updating".into());
        // A machine at rest need not be told every ten seconds that nothing has happened.
        if !matches!(self.update.state(), State::Idle) {
            let report = self.report.clone();
            self.handle(&Event::Reported(Some(report)), at, server.as_deref_mut());
        }
        if !self.polls.is_due(at) {
            return false;
        }
        let Some(server) = server else {
            self.polls.failed(None, at);
            return true;
        };
        let (_, root) = server.root(&self.id, "http://u.example/T/controller/v1/m");
        let poll = Poll::parse(root.to_string().as_bytes()).unwrap();
        self.polls
            .answered(poll.sleep_s.map(Duration::from_secs), at);
        if let Some(link) = poll.deployment {
            let (_, body) = server.resource(
                &self.id,
                "deploymentBase",
                link.action.parse().unwrap(),
                "http://u.example/T/controller/v1/m",
            );
            let order = words::deployment(body.to_string().as_bytes(), &link.action).unwrap();
            let report = self.report.clone();
            self.handle(&Event::Reported(Some(report)), at, Some(server));
            self.handle(&Event::Offered(order), at, Some(server));
        }
        true
    }
}

struct Fleet {
    machines: Vec<Machine>,
    server: Server,
    at: u64,
}

impl Fleet {
    fn new() -> Self {
        let machines: Vec<Machine> = (0..MACHINES).map(Machine::new).collect();
        let mut server = Server::new();
        for machine in &machines {
            server.target(&machine.id, None);
        }
        Self {
            machines,
            server,
            at: 0,
        }
    }

    /// Polls of each tick, and the most downloads that were under way at once.
    fn run(&mut self, seconds: u64, server_is_up: bool) -> (Vec<usize>, usize) {
        let (mut polls, mut most) = (Vec::new(), 0);
        for _ in 0..seconds * 1000 / TICK_MS {
            self.at += TICK_MS;
            let mut asked = 0;
            for machine in &mut self.machines {
                let server = server_is_up.then_some(&mut self.server);
                asked += usize::from(machine.tick(self.at, server));
            }
            polls.push(asked);
            self.server.evaluate();
            let fetching = self
                .machines
                .iter()
                .filter(|m| m.update.state().word() == "downloading")
                .count();
            most = most.max(fetching);
        }
        (polls, most)
    }

    fn roll_out(&mut self) -> usize {
        let ids: Vec<String> = self
            .machines
            .iter()
            .map(|machine| machine.id.clone())
            .collect();
        let groups = vec![
            ids[..10].to_vec(),
            ids[10..100].to_vec(),
            ids[100..].to_vec(),
        ];
        self.server
            .roll_out(Artifact::os("2.0.0", b"bundle"), groups, 90, 20)
    }
}

#[test]
fn a_rollout_goes_through_its_groups_and_the_load_stays_even() {
    let mut fleet = Fleet::new();
    for machine in fleet.machines.iter_mut().skip(100).step_by(40) {
        machine.bad = true;
    }
    let bad = fleet.machines.iter().filter(|machine| machine.bad).count();
    let (start, _) = fleet.run(1_800, true);
    let rollout = fleet.roll_out();
    let (mut hours, mut most, mut peak) = (0, 0, 0);
    while fleet.server.rollouts[rollout].state == RolloutState::Running && hours < 12 {
        let (polls, downloads) = fleet.run(3_600, true);
        (most, peak) = (
            most.max(downloads),
            peak.max(polls.into_iter().max().unwrap()),
        );
        hours += 1;
    }
    let (finished, error) = (
        fleet.server.count(Phase::Finished),
        fleet.server.count(Phase::Error),
    );
    let idle = start.iter().max().unwrap();
    println!(
        "{MACHINES} machines, groups of 10, 90, 900: {finished} good, {error} rolled back, in {hours} h"
    );
    println!(
        "polls in ten seconds: at most {idle} at rest, {peak} in the rollout; at most {most} downloads at once"
    );
    assert_eq!(fleet.server.rollouts[rollout].state, RolloutState::Finished);
    assert_eq!((finished, error), (MACHINES - bad, bad));
    for machine in &fleet.machines {
        let new = machine.running.version == "2.0.0";
        assert_eq!(new, !machine.bad, "{}: told as it is", machine.id);
    }
    // 1000 machines every 300 s are 33 in ten seconds; a wave of 1800 s with downloads of 120 s is 60 at once.
    assert!(
        *idle <= 100 && peak <= 100 && most <= 150,
        "{idle} {peak} {most}"
    );
}

#[test]
fn a_version_that_is_bad_for_all_stops_after_its_first_group() {
    let mut fleet = Fleet::new();
    fleet
        .machines
        .iter_mut()
        .for_each(|machine| machine.bad = true);
    let rollout = fleet.roll_out();
    fleet.run(3 * 3_600, true);
    assert_eq!(fleet.server.rollouts[rollout].state, RolloutState::Paused);
    assert_eq!(fleet.server.actions.len(), 10, "nobody else was ever asked");
    assert_eq!(
        (
            fleet.server.count(Phase::Finished),
            fleet.server.count(Phase::Error)
        ),
        (0, 10)
    );
    assert!(
        fleet
            .machines
            .iter()
            .all(|machine| machine.running.version == "1.0.0")
    );
}

#[test]
fn after_an_outage_of_the_server_nobody_stampedes() {
    let mut fleet = Fleet::new();
    fleet.run(900, true);
    let (during, _) = fleet.run(2 * 3_600, false);
    let (after, _) = fleet.run(1_800, true);
    let last = during.iter().rev().take(180).sum::<usize>();
    let peak = after.iter().max().unwrap();
    let back = after.iter().scan(0, |sum, n| {
        *sum += n;
        Some(*sum)
    });
    let nearly_all_s = back.take_while(|n| *n < MACHINES * 9 / 10).count() * 10;
    println!(
        "server away for 2 h: {last} polls in its last half hour; back: at most {peak} in ten seconds, 900 polls after {nearly_all_s} s"
    );
    assert!(*peak <= 100, "{peak}");
    assert!(last < 6 * MACHINES, "slower than at rest: {last}");
    assert!(
        fleet
            .machines
            .iter()
            .all(|machine| machine.polls.next_ms() > fleet.at - 600_000)
    );
}
