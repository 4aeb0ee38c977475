//! A machine known by its certificate alone: the agent shows it, renews it in time, and shows the next one without a restart.

use std::time::Duration;

use kiosk::domain::provisioning::Saved;
use kiosk::shell::fleet::agent::ddi_config;
use kiosk::shell::fleet::ddi::Ddi;
use kiosk::shell::fleet::renewal::Renewal;
use kiosk::sim::est::{EstFault, Papers};
use serde_json::Value;

use super::certified::{DAY, Rig, come};

#[test]
fn the_next_certificate_is_shown_from_the_next_poll_on_without_a_restart() {
    let rig = Rig::new();
    let first = rig.key();
    rig.life(async |agent, renewal| {
        let (word, shown) = rig.poll(agent).await;
        assert_eq!(word, "answered");
        assert!(!shown.is_empty() && shown.iter().all(|key| *key == first));
        assert_eq!(rig.until(), "2028-11-22");
        assert_eq!(rig.push().await, [first]);
        // Not before two thirds of two years.
        rig.pass(480);
        renewal.to_its_end().await;
        assert_eq!((rig.key(), rig.orders()), (first, 0));
        rig.pass(10);
        renewal.to_its_end().await;
        let second = rig.key();
        assert_ne!(second, first);
        let (word, shown) = rig.poll(agent).await;
        assert_eq!(word, "answered");
        assert!(!shown.is_empty() && shown.iter().all(|key| *key == second));
        assert_eq!(rig.until(), "2030-03-27");
        assert_eq!(rig.push().await, [second]);
        assert_eq!(rig.pairs().len(), 1, "the old pair is destroyed");
        // One renewal, and nothing after it.
        rig.pass(1);
        renewal.to_its_end().await;
        assert_eq!((rig.key(), rig.orders()), (second, 1));
    });
    let renewed = rig.told("certificate.renewed");
    assert_eq!(renewed.len(), 1);
    assert_eq!(
        (renewed[0]["why"].as_str(), renewed[0]["days"].as_i64()),
        (Some("term"), Some(730))
    );
    assert_eq!(rig.told("certificate.taken").len(), 1);
    assert!(rig.told("certificate.renewal_failed").is_empty());
}

#[test]
fn polls_go_on_while_the_district_takes_its_time() {
    let rig = Rig::new();
    rig.district
        .server
        .set_fault(Some(EstFault::Slow(Duration::from_millis(1000))));
    rig.life(async |agent, renewal| {
        rig.pass(490);
        let first = rig.key();
        renewal.turn();
        assert!(renewal.is_under_way());
        let (word, shown) = rig.poll(agent).await;
        assert_eq!(
            (word.as_str(), shown.iter().all(|key| *key == first)),
            ("answered", true)
        );
        assert_eq!(rig.key(), first, "the poll did not wait for it");
        renewal.to_its_end().await;
        let (_, shown) = rig.poll(agent).await;
        assert!(shown.iter().all(|key| *key == rig.key() && *key != first));
    });
}

#[test]
fn whatever_the_district_does_the_old_pair_stays_and_it_is_tried_again() {
    let rig = Rig::new();
    let first = rig.key();
    let faults = [
        (Some(EstFault::WrongKey), "wrongKey"),
        (Some(EstFault::WrongName), "wrongName"),
        (Some(EstFault::NotYetValid), "notYetValid"),
        (Some(EstFault::ForeignCertificate), "notOfAuthority"),
        (Some(EstFault::WrongServer), "serverCertificate"),
        (Some(EstFault::LostAnswer), "timedOut"),
        (Some(EstFault::HalfAnswer), "timedOut"),
        (Some(EstFault::Rubbish), "notUnderstood"),
        (Some(EstFault::Portal), "portal"),
        (Some(EstFault::Status(500)), "serverTrouble"),
        (Some(EstFault::Pending(600)), "pending"),
        // It is gone.
        (None, "unreachable"),
    ];
    let saved = rig.folder.saved().unwrap();
    rig.life(async |agent, renewal| {
        rig.pass(490);
        for (fault, word) in &faults {
            rig.district.server.set_fault(*fault);
            let server = match fault {
                Some(_) => saved.server.clone(),
                None => Some("https://127.0.0.1:9".into()),
            };
            let saved = Saved {
                server,
                ..saved.clone()
            };
            rig.folder.save(&saved).unwrap();
            renewal.to_its_end().await;
            let failed = rig.told("certificate.renewal_failed");
            let last = failed.last().unwrap();
            assert_eq!(last["why"], *word, "{fault:?}");
            assert!(
                last["days"]
                    .as_i64()
                    .is_some_and(|days| (200..240).contains(&days))
            );
            assert_eq!(last["clock"], "trusted");
            assert_eq!(rig.key(), first, "{fault:?}");
            assert_eq!(rig.poll(agent).await.0, "answered", "{fault:?}");
            // Not again at once.
            renewal.to_its_end().await;
            assert_eq!(rig.told("certificate.renewal_failed").len(), failed.len());
            let wait_s = last["wait_s"].as_u64().unwrap();
            assert!((900..=108_000).contains(&wait_s), "{wait_s}");
            rig.pass(wait_s / DAY + 1);
        }
        rig.district.server.set_fault(None);
        rig.folder.save(&saved).unwrap();
        renewal.to_its_end().await;
        assert_ne!(rig.key(), first);
        let (word, shown) = rig.poll(agent).await;
        assert_eq!(
            (word.as_str(), shown.contains(&rig.key())),
            ("answered", true)
        );
    });
}

#[test]
fn a_clock_that_nobody_stands_behind_concludes_nothing() {
    let rig = Rig::new();
    let years = |years: i64| years * 365 * 86_400;
    rig.life(async |agent, renewal| {
        // Ahead by more than the certificate's life and a year, behind by as much.
        for wrong in [years(5), -years(5)] {
            rig.clock.set_wall_error(wrong);
            renewal.to_its_end().await;
            assert_eq!(rig.orders(), 0, "{wrong}");
            assert_eq!(rig.poll(agent).await.0, "answered", "{wrong}");
        }
        assert!(rig.words("certificate.unusable").is_empty());
        // The server says what the clock does not: the certificate is over. The one that comes begins in this clock's future.
        rig.pass(1000);
        renewal.to_its_end().await;
        assert_eq!(rig.orders(), 0);
        assert_eq!(rig.poll(agent).await.0, "certificateRefused");
        renewal.to_its_end().await;
        assert_eq!(rig.poll(agent).await.0, "answered");
    });
    let renewed = rig.told("certificate.renewed");
    assert_eq!(renewed.len(), 1, "{}", rig.journal.written());
    assert_eq!(
        (&renewed[0]["why"], &renewed[0]["days"]),
        (&"refused".into(), &Value::Null)
    );
}

#[test]
fn a_machine_without_a_time_server_learns_from_the_update_server_that_its_certificate_is_due() {
    let mut rig = Rig::new();
    rig.hears = true;
    rig.life(async |agent, renewal| {
        rig.pass(490);
        // An empty battery; the floor is where the certificate began.
        rig.clock.set_wall_error(-490 * 86_400);
        renewal.to_its_end().await;
        assert_eq!(rig.orders(), 0);
        assert_eq!(rig.poll(agent).await.0, "answered");
        renewal.to_its_end().await;
        assert_eq!(rig.orders(), 1);
        // Nothing is learned from a server that is not the district's.
        rig.clock.set_wall_error(-9 * 86_400);
        rig.gate.show(Papers::Foreign);
        assert_eq!(rig.poll(agent).await.0, "serverUntrusted");
        assert!(!rig.clock.class().is_checked());
    });
    assert_eq!(rig.words("certificate.renewed"), ["term"]);
}

#[test]
fn killed_at_any_moment_of_a_renewal_it_starts_with_a_whole_pair_and_goes_on() {
    type Cut = fn(&Rig) -> usize;
    // What each leaves on the disk, and how many certificates are asked for after it.
    let cuts: [(&str, Cut); 6] = [
        ("half a key", |rig| {
            let next = rig.folder.path().join("000002");
            std::fs::create_dir(&next).unwrap();
            std::fs::write(next.join("device.key"), "-----BEGIN PRIV").unwrap();
            1
        }),
        ("a key", |rig| {
            rig.folder.pending().unwrap();
            1
        }),
        ("a certificate that was not used", |rig| {
            come(rig);
            0
        }),
        ("half a file and the new link, not in its place", |rig| {
            come(rig);
            let top = rig.folder.path();
            std::fs::write(top.join("device.key.new"), "-----BEGIN").unwrap();
            std::os::unix::fs::symlink("000002", top.join("current.new")).unwrap();
            0
        }),
        ("somebody else's certificate beside the key", |rig| {
            rig.folder.pending().unwrap();
            let top = rig.folder.path();
            std::fs::copy(top.join("device.crt"), top.join("000002/device.crt")).unwrap();
            1
        }),
        ("both pairs, the link moved", |rig| {
            come(rig);
            let top = rig.folder.path();
            std::os::unix::fs::symlink("000002", top.join("current.new")).unwrap();
            std::fs::rename(top.join("current.new"), top.join("current")).unwrap();
            0
        }),
    ];
    for (what, cut) in cuts {
        let rig = Rig::new();
        let first = rig.key();
        rig.pass(490);
        let wanted = cut(&rig);
        let asked = rig.orders();
        rig.life(async |agent, renewal| {
            let (word, shown) = rig.poll(agent).await;
            assert_eq!(word, "answered", "{what}");
            assert!(!shown.is_empty(), "{what}");
            renewal.to_its_end().await;
            assert_eq!(rig.orders() - asked, wanted, "{what}");
            assert_ne!(rig.key(), first, "{what}");
            let (word, shown) = rig.poll(agent).await;
            assert_eq!(
                (word.as_str(), shown.contains(&rig.key())),
                ("answered", true),
                "{what}"
            );
        });
        assert_eq!(rig.pairs().len(), 1, "{what}");
        assert!(rig.told("certificate.renewal_failed").is_empty(), "{what}");
    }
}

#[test]
fn a_certificate_that_came_and_is_refused_is_asked_for_anew() {
    let rig = Rig::new();
    rig.pass(490);
    come(&rig);
    // It waits until it is over itself; the one in use was over long ago, and can still be renewed.
    rig.pass(730 - 490 + 300);
    let term = rig.folder.next_identity().unwrap().term();
    assert!(
        term.not_after_s > rig.clock.true_unix_seconds(),
        "not over yet"
    );
    rig.district.server.set_fault(Some(EstFault::Status(403)));
    rig.life(async |_, renewal| {
        renewal.to_its_end().await;
        assert!(rig.folder.next_identity().is_err());
        rig.district.server.set_fault(None);
        rig.pass(0);
        renewal.to_its_end().await;
    });
    assert_eq!(rig.words("certificate.renewal_failed"), ["refused"]);
    assert_eq!(
        (rig.told("certificate.renewed").len(), rig.orders()),
        (1, 2)
    );
}

#[test]
fn a_pair_that_somebody_else_puts_there_is_taken_too() {
    let rig = Rig::new();
    come(&rig);
    rig.life(async |agent, renewal| {
        rig.folder.promote().unwrap();
        renewal.turn();
        let (word, shown) = rig.poll(agent).await;
        assert_eq!(
            (word.as_str(), shown.contains(&rig.key())),
            ("answered", true)
        );
    });
    assert_eq!(rig.told("certificate.taken").len(), 1);
    assert!(rig.told("certificate.renewed").is_empty());
}

#[test]
fn a_pair_that_somebody_put_elsewhere_is_theirs_to_renew() {
    let mut rig = Rig::new();
    let elsewhere = rig.district.folder.path().join("elsewhere");
    std::fs::create_dir(&elsewhere).unwrap();
    let updates = rig.config.updates.as_mut().unwrap();
    let identity = updates.identity.as_mut().unwrap();
    for path in [&mut identity.key, &mut identity.certificate] {
        let copy = elsewhere.join(path.file_name().unwrap());
        std::fs::copy(&*path, &copy).unwrap();
        *path = copy;
    }
    let updates = updates.clone();
    let client = Ddi::new(ddi_config(&rig.config, &updates, &rig.clock).unwrap()).unwrap();
    let renewal = Renewal::of(&rig.config, &rig.clock, &rig.journal, client.connector(), 7);
    assert!(renewal.is_none());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    assert!(runtime.block_on(client.poll()).is_ok());
    assert_eq!(rig.gate.shown(), [rig.key()]);
}
