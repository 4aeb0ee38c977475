//! Each trouble between machine and platform, and what the machine makes of it.

use std::time::UNIX_EPOCH;

use super::*;
use crate::case::{ClockClass, LaneFault, Rejection, RetryCause};
use crate::shell::clock::Clock;
use crate::shell::platform::Failure;

fn again(why: RetryCause) -> Answer {
    Answer::Retry {
        why,
        retry_after_s: None,
    }
}

fn status(status: u16) -> Fault {
    Fault::Status {
        status,
        retry_after_s: None,
    }
}

#[tokio::test]
async fn no_trouble_on_the_way_settles_a_case_and_none_lasts() {
    use RetryCause::{Malformed, NotThePlatform, Portal, ServerBusy, TimedOut, Unreachable};
    let pair = Pair::new();
    let client = pair.client();
    for (n, (fault, expected)) in (1..).zip([
        (Fault::Down, again(Unreachable)),
        (Fault::LostAnswer, again(TimedOut)),
        (Fault::Rubbish, again(Malformed)),
        (Fault::Endless, again(Malformed)),
        (Fault::Portal, again(Portal)),
        (Fault::Redirect, again(Portal)),
        (status(401), again(NotThePlatform)),
        (status(403), again(NotThePlatform)),
        (status(404), again(NotThePlatform)),
        (status(511), again(Portal)),
        (status(408), again(ServerBusy)),
        (status(425), again(ServerBusy)),
        (status(429), again(ServerBusy)),
        (status(500), again(ServerBusy)),
        (status(502), again(ServerBusy)),
        (
            Fault::InProgress,
            Answer::InProgress {
                retry_after_s: Some(1),
            },
        ),
        (
            Fault::Credentials,
            Answer::LaneStopped(LaneFault::Credentials),
        ),
    ]) {
        pair.sim.set_fault(fault.clone());
        assert_eq!(
            client.put_case(&key(n), &body(n)).await,
            expected,
            "{fault:?}"
        );
        pair.sim.clear_fault();
        accepted(client.put_case(&key(n), &body(n)).await);
        assert_eq!(pair.numbers().len(), n as usize, "{fault:?}");
    }
}

#[tokio::test]
async fn a_server_that_says_when_is_believed_up_to_a_quarter_of_an_hour() {
    let pair = Pair::new();
    for (asked, expected) in [(7, 7), (86_400 * 365, 900)] {
        pair.sim.set_fault_for(
            Fault::Status {
                status: 503,
                retry_after_s: Some(asked),
            },
            1,
        );
        let answer = pair.client().put_case(&key(1), &body(1)).await;
        let busy = Answer::Retry {
            why: RetryCause::ServerBusy,
            retry_after_s: Some(expected),
        };
        assert_eq!(answer, busy);
    }
}

#[tokio::test]
async fn silence_ends_with_the_answer_timeout() {
    let pair = Pair::new();
    let client = pair.client_with(ClientConfig {
        answer_timeout: Duration::from_millis(200),
        ..pair.config()
    });
    for fault in [Fault::Silent, Fault::Slow { ms: 600_000 }] {
        pair.sim.set_fault_for(fault, 1);
        let answer = client.put_case(&key(1), &body(1)).await;
        assert_eq!(answer, again(RetryCause::TimedOut));
    }
}

#[tokio::test]
async fn a_slow_answer_is_an_answer() {
    let pair = Pair::new();
    pair.sim.set_fault(Fault::Slow { ms: 30 });
    accepted(pair.client().put_case(&key(1), &body(1)).await);
}

#[tokio::test]
async fn an_answer_that_is_not_even_http_is_not_one() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        stream.writable().await.unwrap();
        stream.try_write(b"\x00\xff+++ATH0\r\n\r\n").unwrap();
        std::future::pending::<()>().await
    });
    let pair = Pair::new();
    let client = pair.client_with(ClientConfig {
        base_url: format!("http://{address}/ebus/zzsb/v1"),
        ..pair.config()
    });
    assert_eq!(
        client.put_case(&key(1), &body(1)).await,
        again(RetryCause::TimedOut)
    );
}

#[tokio::test]
async fn a_wrong_secret_or_name_is_this_machines_fault() {
    let pair = Pair::new();
    for wrong in [
        ClientConfig {
            token: Token::new("wrong".into()),
            ..pair.config()
        },
        ClientConfig {
            paasid: "stranger".into(),
            ..pair.config()
        },
    ] {
        let answer = pair.client_with(wrong).put_case(&key(1), &body(1)).await;
        assert_eq!(answer, Answer::LaneStopped(LaneFault::Credentials));
    }
    assert_eq!(pair.numbers().len(), 0);
}

#[tokio::test]
async fn a_machine_whose_clock_is_years_off_learns_the_time_from_the_refusal() {
    for off in [-YEARS, YEARS, -181, 181] {
        let pair = Pair::new();
        pair.machine_clock.store(NOW + off, Ordering::SeqCst);
        let client = pair.client();
        assert_eq!(client.clock_offset_s(), None);
        let refused = client.put_case(&key(1), &body(1)).await;
        assert_eq!(refused, Answer::LaneStopped(LaneFault::Clock), "{off}");
        assert_eq!(client.clock_offset_s(), Some(-off));
        accepted(client.put_case(&key(1), &body(1)).await);
        // The clock is set right meanwhile: one refusal, then it goes on.
        pair.machine_clock.store(NOW, Ordering::SeqCst);
        let refused = client.put_case(&key(2), &body(2)).await;
        assert_eq!(refused, Answer::LaneStopped(LaneFault::Clock), "{off}");
        accepted(client.put_case(&key(2), &body(2)).await);
        assert_eq!(client.clock_offset_s(), Some(0));
    }
}

#[tokio::test]
async fn the_machines_clock_learns_the_time_from_any_answer() {
    for off in [-YEARS, YEARS] {
        let pair = Pair::new();
        let clock = Clock::starting_at(UNIX_EPOCH + Duration::from_secs(NOW.unsigned_abs()));
        clock.set_wall_error(off);
        let wall = clock.clone();
        let wall = Arc::new(move || wall.certificate_seconds());
        let client = Client::new(pair.config(), wall).unwrap();
        let client = client.telling_time_to(clock.clone());
        // What it signed with was years off; what it learns is taken once, not twice.
        client.put_case(&key(1), &body(1)).await;
        accepted(client.put_case(&key(1), &body(1)).await);
        accepted(client.put_case(&key(2), &body(2)).await);
        assert_eq!(clock.class(), ClockClass::Trusted);
        assert!(clock.certificate_seconds().abs_diff(NOW) <= 30);
    }
}

#[tokio::test]
async fn a_platform_whose_clock_is_years_off_is_still_served() {
    for seconds in [-YEARS, YEARS] {
        let pair = Pair::new();
        pair.sim.set_fault(Fault::ClockOff { seconds });
        let client = pair.client();
        let refused = client.put_case(&key(1), &body(1)).await;
        assert_eq!(refused, Answer::LaneStopped(LaneFault::Clock));
        accepted(client.put_case(&key(1), &body(1)).await);
        assert_eq!(client.clock_offset_s(), Some(seconds));
    }
}

#[tokio::test]
async fn the_time_can_be_asked_before_anything_is_refused() {
    let pair = Pair::new();
    pair.machine_clock.store(NOW - YEARS, Ordering::SeqCst);
    let client = pair.client();
    assert_eq!(client.time().await, Ok(NOW));
    accepted(client.put_case(&key(1), &body(1)).await);
}

#[tokio::test]
async fn a_portals_date_teaches_nothing() {
    let pair = Pair::new();
    pair.machine_clock.store(NOW - YEARS, Ordering::SeqCst);
    let client = pair.client();
    for fault in [Fault::Portal, Fault::Redirect, status(403), status(502)] {
        pair.sim.set_fault(fault);
        client.put_case(&key(1), &body(1)).await;
        assert_eq!(client.clock_offset_s(), None);
    }
}

#[tokio::test]
async fn over_tls_with_the_right_authority() {
    let pair = Pair::secure();
    assert!(pair.sim.base_url().starts_with("https://"));
    accepted(pair.client().put_case(&key(1), &body(1)).await);
}

#[tokio::test]
async fn a_wrong_certificate_stops_the_lane_and_gets_no_data() {
    let pair = Pair::secure();
    let client = pair.client();
    for (fault, expected) in [
        (Fault::CertificateExpired, LaneFault::Certificate),
        (Fault::CertificateForeign, LaneFault::Certificate),
        (Fault::CertificateFuture, LaneFault::Clock),
    ] {
        pair.sim.set_fault(fault.clone());
        let answer = client.put_case(&key(1), &body(1)).await;
        assert_eq!(answer, Answer::LaneStopped(expected), "{fault:?}");
        let time = client.time().await;
        assert_eq!(time, Err(Failure::LaneStopped(expected)));
    }
    assert_eq!(pair.numbers().len(), 0);
    pair.sim.clear_fault();
    accepted(client.put_case(&key(1), &body(1)).await);
}

#[tokio::test]
async fn a_machine_that_wakes_up_years_ago_blames_its_clock_not_the_certificate() {
    let pair = Pair::secure();
    for past in [NOW - YEARS, 0, -5] {
        pair.machine_clock.store(past, Ordering::SeqCst);
        let client = pair.client();
        let answer = client.put_case(&key(1), &body(1)).await;
        assert_eq!(answer, Answer::LaneStopped(LaneFault::Clock), "{past}");
        assert_eq!(client.clock_offset_s(), None, "nobody was spoken to");
    }
    // A clock in the far future cannot be told from a certificate that ran out.
    pair.machine_clock.store(NOW + 20 * YEARS, Ordering::SeqCst);
    let answer = pair.client().put_case(&key(1), &body(1)).await;
    assert_eq!(answer, Answer::LaneStopped(LaneFault::Certificate));
}

#[tokio::test]
async fn another_authoritys_server_and_another_name_are_not_trusted() {
    let (pair, other) = (Pair::secure(), Pair::secure());
    let stranger = pair.client_with(ClientConfig {
        base_url: other.sim.base_url(),
        ..pair.config()
    });
    let certificate = Answer::LaneStopped(LaneFault::Certificate);
    assert_eq!(stranger.put_case(&key(1), &body(1)).await, certificate);
    let port = pair.sim.address.port();
    // The same machine by an address that is not in the certificate.
    let misnamed = pair.client_with(ClientConfig {
        base_url: format!("https://[::ffff:127.0.0.1]:{port}/ebus/zzsb/v1"),
        ..pair.config()
    });
    assert_eq!(misnamed.put_case(&key(1), &body(1)).await, certificate);
    assert_eq!(other.numbers().len() + pair.numbers().len(), 0);
}

#[tokio::test]
async fn a_restarted_server_has_the_same_authority() {
    let pair = Pair::secure();
    let before = pair.config().ca_pem;
    let folder = pair.folder.path().to_path_buf();
    let again = Pair::with(|options| options.tls = Some(folder));
    let config = ClientConfig {
        base_url: again.sim.base_url(),
        ..pair.config()
    };
    assert_eq!(config.ca_pem, before);
    accepted(pair.client_with(config).put_case(&key(1), &body(1)).await);
}

#[tokio::test]
async fn plain_http_to_a_tls_port_and_back_reach_nobody() {
    let (plain, secure) = (Pair::new(), Pair::secure());
    let url = plain.sim.base_url().replace("http://", "https://");
    let client = secure.client_with(ClientConfig {
        base_url: url,
        ..secure.config()
    });
    assert_eq!(
        client.put_case(&key(1), &body(1)).await,
        again(RetryCause::Unreachable)
    );
}

#[tokio::test]
async fn business_refusals_are_final_and_repeat_alike() {
    let child = "999999202001010000";
    let pair = Pair::with(|options| {
        options.rules.no_duplicates = true;
        options.rules.min_age.insert(ITEM.into(), 16);
    });
    let client = pair.client();
    let code = |answer: Answer| match answer {
        Answer::Rejected(Rejection { code, .. }) => code,
        other => format!("{other:?}"),
    };
    assert_eq!(
        code(client.put_case(&key(1), &body_of(1, child)).await),
        "NOT_ELIGIBLE"
    );
    assert_eq!(
        code(client.put_case(&key(1), &body_of(1, child)).await),
        "NOT_ELIGIBLE"
    );
    let open = accepted(client.put_case(&key(2), &body(2)).await);
    assert_eq!(code(client.put_case(&key(3), &body(3)).await), "DUPLICATE");
    pair.sim.set_state(&open.sblsh, CaseState::Granted).unwrap();
    accepted(client.put_case(&key(4), &body(4)).await);
    pair.sim.set_fault_for(
        Fault::Reject {
            code: "SX_CLOSED".into(),
        },
        1,
    );
    assert_eq!(code(client.put_case(&key(5), &body(5)).await), "SX_CLOSED");
    assert_eq!(
        code(client.put_case(&key(5), &body(5)).await),
        "SX_CLOSED",
        "for good"
    );
    let record = client.case_by_key(&key(5)).await.unwrap().unwrap();
    assert_eq!(record.rejection.unwrap().code, "SX_CLOSED");
    assert_eq!(pair.numbers().len(), 2);
}

#[tokio::test]
async fn closed_items_and_missing_materials_are_refused() {
    let refused = |change: fn(&mut Rules)| async move {
        let pair = Pair::with(|options| change(&mut options.rules));
        match pair.client().put_case(&key(1), &body(1)).await {
            Answer::Rejected(rejection) => rejection.code,
            other => format!("{other:?}"),
        }
    };
    let closed = refused(|rules| {
        rules.closed.insert(ITEM.into());
    });
    assert_eq!(closed.await, "SX_CLOSED");
    let missing = refused(|rules| {
        rules
            .materials
            .insert(ITEM.into(), vec!["M1".into(), "M2".into()]);
    });
    assert_eq!(missing.await, "MATERIAL_MISSING");
}
