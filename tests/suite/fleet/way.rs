//! The agent's way through an update, with the server as its witness.

use kiosk::domain::update::Outcome;
use kiosk::fleet::report::Busy;
use kiosk::shell::fleet::request::{self, Request};
use kiosk::sim::hawkbit::{Artifact, Phase, Trouble};

use super::rig::{Rig, bundle};

fn rebooted(rig: &Rig) -> bool {
    rig.slots.0.borrow().reboots > 0
}

#[test]
fn a_good_version_is_closed_with_success_after_its_proof_and_under_its_own_action() {
    let rig = Rig::new("wave_s = 0");
    let action = rig
        .hawkbit
        .server()
        .assign("W0012", Artifact::os("2.0.0", &bundle("2.0.0", 300_000)));
    rig.life(async |agent| rig.until(agent, |_| rebooted(&rig)).await);
    assert_eq!(
        rig.hawkbit.server().actions[&action].phase,
        Phase::Running,
        "installed is not success"
    );
    rig.restart("B", "2.0.0");
    rig.life(async |agent| {
        rig.step(agent).await;
        assert_eq!(
            rig.hawkbit.server().actions[&action].phase,
            Phase::Running,
            "running is not success"
        );
        rig.until(agent, |agent| agent.state().word() == "idle")
            .await;
    });
    let server = rig.hawkbit.server();
    let told = &server.actions[&action];
    assert_eq!(told.phase, Phase::Finished);
    let executions: Vec<&str> = told
        .feedback
        .iter()
        .map(|said| said.execution.as_str())
        .collect();
    assert_eq!(executions.first(), Some(&"scheduled"));
    for word in ["download", "downloaded", "proceeding", "closed"] {
        assert!(executions.contains(&word), "{word}: {executions:?}");
    }
    let attributes = &server.targets["W0012"].attributes;
    for (key, value) in [
        ("county", "440203"),
        ("town", "440203001"),
        ("tier", "village"),
        ("slot", "B"),
        ("os_version", "2.0.0"),
    ] {
        assert_eq!(
            attributes.get(key).map(String::as_str),
            Some(value),
            "{key}"
        );
    }
    assert!(
        !rig.dir.path().join("state/download").exists(),
        "what was fetched is thrown away"
    );
    assert!(rig.journal.written().contains("update.ended"));
}

#[test]
fn a_rollback_is_a_failure_under_the_same_action() {
    let rig = Rig::new("wave_s = 0");
    let action = rig
        .hawkbit
        .server()
        .assign("W0012", Artifact::os("2.0.0", &bundle("2.0.0", 1_000)));
    rig.life(async |agent| rig.until(agent, |_| rebooted(&rig)).await);
    rig.restart("A", "1.0.0");
    rig.life(async |agent| {
        rig.until(agent, |agent| agent.state().word() == "idle")
            .await;
        rig.step(agent).await;
        rig.step(agent).await;
    });
    let server = rig.hawkbit.server();
    assert_eq!(server.actions[&action].phase, Phase::Error);
    let said = server.actions[&action].feedback.last().unwrap();
    assert!(said.detail.starts_with("rolledBack"), "{}", said.detail);
    assert_eq!(
        server.targets["W0012"].attributes["last_update"],
        format!("rolledBack 2.0.0 {action}")
    );
}

/// Killed after every single turn, from the first poll to the end.
#[test]
fn an_agent_that_is_killed_at_every_step_still_ends_with_success() {
    let rig = Rig::new("wave_s = 0");
    let action = rig
        .hawkbit
        .server()
        .assign("W0012", Artifact::os("2.0.0", &bundle("2.0.0", 100_000)));
    let mut states = Vec::new();
    for _ in 0..60 {
        if rebooted(&rig) {
            break;
        }
        states.push(rig.life(async |agent| {
            rig.step(agent).await;
            agent.state().word()
        }));
    }
    assert!(rebooted(&rig), "{states:?}");
    rig.restart("B", "2.0.0");
    rig.life(async |agent| {
        for _ in 0..5 {
            rig.step(agent).await;
        }
    });
    rig.hawkbit.trouble("feedback", Trouble::Status(500, None));
    for _ in 0..60 {
        states.push(rig.life(async |agent| {
            rig.step(agent).await;
            rig.step(agent).await;
            rig.step(agent).await;
            rig.step(agent).await;
            agent.state().word()
        }));
    }
    assert_eq!(states.last(), Some(&"idle"), "{states:?}");
    assert_eq!(
        rig.hawkbit.server().actions[&action].phase,
        Phase::Finished,
        "{states:?}"
    );
}

#[test]
fn nobody_is_disturbed_and_a_cancellation_puts_the_old_slot_first() {
    let rig = Rig::new("wave_s = 0");
    let action = rig
        .hawkbit
        .server()
        .assign("W0012", Artifact::os("2.0.0", &bundle("2.0.0", 1_000)));
    rig.life(async |agent| {
        rig.until(agent, |agent| agent.state().word() == "installed")
            .await;
        rig.report.borrow_mut().busy = vec![Busy::Print];
        for _ in 0..30 {
            rig.step(agent).await;
        }
        assert!(!rebooted(&rig));
        assert_eq!(rig.slots.0.borrow().primary, "B");
        rig.hawkbit.server().cancel(action);
        rig.until(agent, |agent| agent.state().word() == "idle")
            .await;
    });
    assert_eq!(rig.hawkbit.server().actions[&action].phase, Phase::Canceled);
    assert_eq!(rig.slots.0.borrow().primary, "A");
}

#[test]
fn a_stick_is_told_to_the_server_as_installed_offline() {
    let rig = Rig::new("wave_s = 86400");
    let bytes = bundle("2.0.0", 5_000);
    let file = rig.dir.path().join("copy");
    std::fs::write(&file, &bytes).unwrap();
    let wanted = Request::Install {
        action: "stick-1".into(),
        kind: kiosk::domain::update::Kind::Os,
        file: file.display().to_string(),
        size: 5_000,
        sha256: kiosk::case::Digest::of(&bytes).hex(),
        allow_older: false,
    };
    rig.life(async |_| ());
    request::leave(&rig.dir.path().join("state"), &wanted).unwrap();
    rig.life(async |agent| rig.until(agent, |_| rebooted(&rig)).await);
    rig.restart("B", "2.0.0");
    rig.life(async |agent| {
        rig.until(agent, |agent| agent.state().word() == "idle")
            .await
    });
    assert_eq!(rig.last().unwrap().outcome, Outcome::Good);
    let installed = rig.hawkbit.server().targets["W0012"].installed.clone();
    assert_eq!(installed.map(|(name, _)| name).as_deref(), Some("kiosk-os"));
}

#[test]
fn orders_that_must_not_be_carried_out_are_refused_with_a_reason() {
    let lying = Artifact {
        sha256: "ab".repeat(32),
        ..Artifact::os("2.0.0", &bundle("2.0.0", 1_000))
    };
    let content = Artifact {
        part: "content".into(),
        ..Artifact::os("2.0.0", &bundle("2.0.0", 1_000))
    };
    let unknown = Artifact {
        part: "bApp".into(),
        ..Artifact::os("2.0.0", &bundle("2.0.0", 1_000))
    };
    for (artifact, why) in [
        (Artifact::os("0.9.0", &bundle("0.9.0", 1_000)), "older"),
        (
            Artifact::os("2.0.0", &bundle("0.9.0", 1_000)),
            "0.9.0 is older",
        ),
        (Artifact::os("2.0.0", b"not a bundle"), "no valid CMS"),
        (lying, "hash"),
        (content, "no content packages"),
        (unknown, "no module of type"),
    ] {
        let rig = Rig::new("wave_s = 0");
        let action = rig.hawkbit.server().assign("W0012", artifact);
        rig.life(async |agent| {
            for _ in 0..100 {
                rig.step(agent).await;
                if !rig.hawkbit.server().actions[&action].phase.is_active() {
                    break;
                }
            }
        });
        let server = rig.hawkbit.server();
        let said = &server.actions[&action];
        assert_eq!(said.phase, Phase::Error, "{why}");
        assert!(
            said.feedback.last().unwrap().detail.contains(why),
            "{why}: {:?}",
            said.feedback.last()
        );
        assert_eq!(rig.slots.0.borrow().other, "", "{why}");
    }
}

#[test]
fn confirmation_is_given_by_settings_or_by_a_technician() {
    let rig = Rig::new("wave_s = 0\nconfirm = \"technician\"");
    rig.hawkbit.server().confirmation = true;
    let action = rig
        .hawkbit
        .server()
        .assign("W0012", Artifact::os("2.0.0", &bundle("2.0.0", 1_000)));
    rig.life(async |agent| {
        for _ in 0..5 {
            rig.step(agent).await;
        }
        assert_eq!(agent.state().word(), "confirming");
        assert_eq!(
            rig.hawkbit.server().actions[&action].phase,
            Phase::WaitsForConfirmation
        );
        request::leave(
            &rig.dir.path().join("state"),
            &Request::Answer { yes: true },
        )
        .unwrap();
        rig.until(agent, |_| rebooted(&rig)).await;
    });
}
