//! What a technician asks for at the machine's page: a file on the stick, an answer; and what a stick may hold instead.

use std::path::PathBuf;
use std::process::Command;

use kiosk::domain::update::Outcome;
use kiosk::fleet::request::{Request, Want};
use kiosk::fleet::standing::{Refusal, Stage, Standing};
use kiosk::shell::fleet::{kept, request};
use kiosk::sim::hawkbit::{Artifact, Phase};

use super::rig::{Rig, bundle};

struct Desk {
    rig: Rig,
    stick: PathBuf,
}

impl Desk {
    fn new(updates: &str) -> Self {
        let mut rig = Rig::new(updates);
        let stick = rig.dir.path().join("mounted");
        std::fs::create_dir(&stick).unwrap();
        rig.config.technician.stick_dir.clone_from(&stick);
        rig.config.technician.request_file = rig.dir.path().join("request.json");
        Self { rig, stick }
    }

    fn lay(&self, name: &str, content: &[u8]) {
        std::fs::write(self.stick.join(name), content).unwrap();
    }

    fn ask(&self, want: Want) -> u64 {
        let boot_ms = self.rig.clock.boot_ms();
        let wanted = Request {
            boot: self.rig.clock.boot_id().into(),
            boot_ms,
            want,
        };
        request::ask(&self.rig.config.technician.request_file, &wanted).unwrap();
        boot_ms
    }

    fn standing(&self) -> Standing {
        kept::read(&self.rig.dir.path().join("standing.json"))
            .unwrap()
            .expect("the agent tells where it stands")
    }

    fn stage(&self, asked: u64) -> Option<Stage> {
        let standing = self.standing();
        standing.stage_of(self.rig.clock.boot_id(), asked).cloned()
    }

    fn reboots(&self) -> u32 {
        self.rig.slots.0.borrow().reboots
    }

    fn copies(&self) -> usize {
        let folder = self.rig.dir.path().join("state/stick");
        std::fs::read_dir(folder).map_or(0, Iterator::count)
    }
}

/// Killed after every turn, from the request to the restart.
#[test]
fn a_file_on_the_stick_is_installed_once_whatever_happens_to_the_agent() {
    let desk = Desk::new("wave_s = 86400");
    desk.lay("kiosk-2.0.0.raucb", &bundle("2.0.0", 3_000_000));
    let asked = desk.ask(Want::Install("kiosk-2.0.0.raucb".into()));
    let mut stages = Vec::new();
    for _ in 0..60 {
        if desk.reboots() > 0 {
            break;
        }
        desk.rig.life(async |agent| {
            desk.rig.step(agent).await;
            desk.rig.step(agent).await;
        });
        stages.push(desk.stage(asked));
        if let Some(Some(Stage::Handed { .. })) = stages.last() {
            // Pulled out as soon as the page says that it may be.
            let _ = std::fs::remove_file(desk.stick.join("kiosk-2.0.0.raucb"));
        }
    }
    assert_eq!(desk.reboots(), 1, "{stages:?}");
    let Some(Some(Stage::Handed { action })) = stages.last() else {
        panic!("{stages:?}");
    };
    desk.rig.restart("B", "2.0.0");
    desk.rig.life(async |agent| {
        desk.rig
            .until(agent, |agent| agent.state().word() == "idle")
            .await;
        for _ in 0..10 {
            desk.rig.step(agent).await;
        }
    });
    assert_eq!(desk.rig.last().unwrap().outcome, Outcome::Good);
    assert_eq!(desk.reboots(), 1, "the request lies there still");
    assert_eq!(desk.copies(), 0, "a copy that was used takes up no room");
    let last = desk.standing().last.expect("told");
    assert_eq!((&last.action, last.outcome.as_str()), (action, "good"));
}

#[test]
fn whatever_else_lies_on_a_stick_is_refused_in_words_and_nothing_waits_for_it() {
    let desk = Desk::new("wave_s = 0");
    desk.lay("empty.raucb", b"");
    desk.lay("rubbish.raucb", b"\xff\xfe rubbish");
    desk.lay("older.raucb", &bundle("0.9.0", 5_000));
    let half = &bundle("2.0.0", 9_000)[3..4_000];
    desk.lay("half.raucb", half);
    std::os::unix::fs::symlink(
        desk.rig.dir.path().join("token"),
        desk.stick.join("link.raucb"),
    )
    .unwrap();
    let fifo = desk.stick.join("pipe.raucb");
    assert!(Command::new("mkfifo").arg(fifo).status().unwrap().success());
    for (name, refusal) in [
        ("gone.raucb", Refusal::NoFile),
        ("../token", Refusal::NoPlainFile),
        ("link.raucb", Refusal::NoPlainFile),
        ("pipe.raucb", Refusal::NoPlainFile),
        ("empty.raucb", Refusal::Empty),
    ] {
        let asked = desk.ask(Want::Install(name.into()));
        desk.rig.life(async |agent| {
            for _ in 0..100 {
                if desk.rig.journal.written().contains("fleet.request_refused")
                    && desk.stage(asked).is_some_and(|stage| stage.is_end())
                {
                    break;
                }
                desk.rig.step(agent).await;
            }
        });
        assert_eq!(desk.stage(asked), Some(Stage::Refused(refusal)), "{name}");
    }
    for (name, why) in [
        ("rubbish.raucb", "no valid CMS"),
        ("half.raucb", "no valid CMS"),
        ("older.raucb", "0.9.0 is older"),
    ] {
        let asked = desk.ask(Want::Install(name.into()));
        desk.rig.life(async |agent| {
            for _ in 0..100 {
                let told = desk.standing().last.is_some_and(|last| {
                    desk.stage(asked)
                        == Some(Stage::Handed {
                            action: last.action,
                        })
                });
                let over = told && agent.state().word() == "idle";
                desk.rig.step(agent).await;
                if over {
                    break;
                }
            }
        });
        let last = desk.standing().last.expect(name);
        assert_eq!(last.outcome, "refused", "{name}");
        assert!(last.why.contains(why), "{name}: {}", last.why);
    }
    assert_eq!((desk.copies(), desk.reboots()), (0, 0));
}

#[test]
fn an_answer_at_the_page_is_to_the_question_that_stood_there() {
    let desk = Desk::new("wave_s = 0\nconfirm = \"technician\"");
    desk.rig.hawkbit.server().confirmation = true;
    let action = desk
        .rig
        .hawkbit
        .server()
        .assign("W0012", Artifact::os("2.0.0", &bundle("2.0.0", 1_000)));
    desk.rig.life(async |agent| {
        for _ in 0..5 {
            desk.rig.step(agent).await;
        }
        let standing = desk.standing();
        assert_eq!(
            (standing.state.as_str(), &standing.action),
            ("confirming", &action.to_string())
        );
        let asked = desk.ask(Want::Answer {
            action: "another".into(),
            yes: true,
        });
        desk.rig.step(agent).await;
        assert_eq!(desk.stage(asked), Some(Stage::Refused(Refusal::NotAsked)));
        assert_eq!(
            desk.rig.hawkbit.server().actions[&action].phase,
            Phase::WaitsForConfirmation
        );
        let asked = desk.ask(Want::Answer {
            action: standing.action,
            yes: true,
        });
        desk.rig.step(agent).await;
        assert_eq!(desk.stage(asked), Some(Stage::Answered));
        desk.rig.until(agent, |_| desk.reboots() > 0).await;
    });
}

#[test]
fn a_request_that_means_nothing_is_told_and_set_aside() {
    let desk = Desk::new("wave_s = 0");
    desk.rig.life(async |_| ());
    let state = desk.rig.dir.path().join("state");
    std::fs::write(state.join("request.json"), "{\"want\":\"coffee\"}").unwrap();
    desk.rig.life(async |agent| desk.rig.step(agent).await);
    assert!(!state.join("request.json").exists() && state.join("request.bad").exists());
    let written = desk.rig.journal.written();
    assert!(
        written.contains("fleet.request_refused") && written.contains("unreadable"),
        "{written}"
    );
    // Of an earlier boot it is no news.
    desk.lay("a.raucb", &bundle("2.0.0", 1_000));
    let wanted = Request {
        boot: "the-boot-before".into(),
        boot_ms: 7,
        want: Want::Install("a.raucb".into()),
    };
    request::ask(&desk.rig.config.technician.request_file, &wanted).unwrap();
    desk.rig.life(async |agent| desk.rig.step(agent).await);
    assert_eq!(desk.standing().request, None);
}

#[test]
fn a_place_without_a_line_takes_one_stick_after_the_other() {
    let mut desk = Desk::new("wave_s = 0");
    if let Some(updates) = &mut desk.rig.config.updates {
        updates.url = "http://127.0.0.1:1".into();
    }
    for (slot, version) in [("B", "2.0.0"), ("A", "3.0.0")] {
        let name = format!("kiosk-{version}.raucb");
        desk.lay(&name, &bundle(version, 9_000));
        let reboots = desk.reboots();
        let asked = desk.ask(Want::Install(name));
        desk.rig.life(async |agent| {
            desk.rig.until(agent, |_| desk.reboots() > reboots).await;
        });
        assert!(matches!(desk.stage(asked), Some(Stage::Handed { .. })));
        desk.rig.restart(slot, version);
        desk.rig.life(async |agent| {
            desk.rig
                .until(agent, |agent| agent.state().word() == "closing")
                .await;
        });
        let last = desk.rig.last().unwrap();
        assert_eq!(last.outcome, Outcome::Good, "{last:?}");
    }
}
