//! Who does not take whose certificate, and what the journal calls it.

use kiosk::sim::est::{EstFault, Papers};
use kiosk::sim::hawkbit::{Hawkbit, Server, Trouble};

use super::certified::Rig;

#[test]
fn an_expired_certificate_is_refused_by_name_and_renewed_all_the_same() {
    let rig = Rig::new();
    rig.life(async |agent, renewal| {
        rig.pass(1000);
        assert_eq!(rig.poll(agent).await.0, "certificateRefused");
        renewal.to_its_end().await;
        assert_eq!(rig.poll(agent).await.0, "answered");
        // A year and more after its end nothing but an order helps, and that is said once.
        rig.pass(730 + 400);
        for _ in 0..3 {
            renewal.to_its_end().await;
            rig.pass(1);
        }
        assert_eq!(rig.orders(), 1);
    });
    assert_eq!(rig.words("certificate.unusable"), ["tooLate"]);
}

#[test]
fn a_revoked_certificate_is_replaced_if_the_district_agrees_and_not_for_ever() {
    let rig = Rig::new();
    rig.life(async |agent, renewal| {
        assert_eq!(rig.poll(agent).await.0, "answered");
        rig.gate.deny(rig.key());
        assert_eq!(rig.poll(agent).await.0, "certificateRefused");
        renewal.to_its_end().await;
        assert_eq!(rig.poll(agent).await.0, "answered");
        // A server that takes none of them is no reason to have certificates made all day.
        for hour in 0..24 * 7 {
            rig.gate.deny(rig.key());
            assert_eq!(rig.poll(agent).await.0, "certificateRefused", "{hour}");
            renewal.to_its_end().await;
            rig.pass(0);
        }
        assert!((6..=14).contains(&rig.orders()), "{}", rig.orders());
        // Revoked by the district too.
        rig.pass(2);
        rig.district.server.set_fault(Some(EstFault::Status(403)));
        assert_eq!(rig.poll(agent).await.0, "certificateRefused");
        renewal.to_its_end().await;
    });
    assert!(
        rig.words("certificate.renewed")
            .iter()
            .all(|why| why == "refused")
    );
    assert_eq!(rig.words("certificate.renewal_failed"), ["refused"]);
}

#[test]
fn a_proxy_that_refuses_by_a_page_is_understood() {
    let rig = Rig::new();
    rig.life(async |agent, _| {
        rig.hawkbit.trouble("W0012", Trouble::CertificatePage);
        assert_eq!(rig.poll(agent).await.0, "certificateRefused");
        rig.hawkbit.trouble("W0012", Trouble::Status(400, None));
        assert_eq!(rig.poll(agent).await.0, "strange");
    });
}

#[test]
fn a_server_with_wrong_papers_has_a_word_for_each() {
    let mut rig = Rig::new();
    let papers = [
        (Papers::Foreign, "serverUntrusted"),
        (Papers::Expired, "serverExpired"),
        (Papers::NotYet, "clock"),
        (Papers::OtherName, "serverName"),
    ];
    rig.life(async |agent, renewal| {
        for (papers, expected) in papers {
            rig.gate.show(papers);
            let (word, shown) = rig.poll(agent).await;
            assert_eq!(
                (word.as_str(), shown.len()),
                (expected, 0),
                "nothing is shown to it"
            );
        }
        // It is not our certificate that is at fault.
        renewal.to_its_end().await;
        assert_eq!(rig.orders(), 0);
        // Nobody stands behind the clock: it may be that.
        rig.clock.set_wall_error(1);
        rig.gate.show(Papers::Expired);
        assert_eq!(rig.poll(agent).await.0, "clock");
        rig.clock.set_wall_error(0);
        rig.gate.show(Papers::Good);
        assert_eq!(rig.poll(agent).await.0, "answered");
    });
    // A server without TLS at the port of one.
    let mut plain = Server::new();
    plain.target("W0012", None);
    let plain = Hawkbit::serve(plain, "T-1", 0).unwrap();
    rig.config = Rig::config(&rig.district, &plain.url().replace("http:", "https:"));
    rig.life(async |agent, _| assert_eq!(rig.poll(agent).await.0, "notTls"));
}
