//! One case for one key, whatever gets lost on the way.

use super::*;
use crate::case::{ParkCause, RetryCause};

#[tokio::test]
async fn a_case_is_taken_once_and_repeats_get_the_same_answer() {
    let pair = Pair::new();
    let client = pair.client();
    let first = accepted(client.put_case(&key(1), &body(1)).await);
    assert_eq!(first.sblsh, format!("{ITEM}202611220001"));
    assert_eq!(first.sblsh_short, "202611220001");
    assert_eq!(first.query_code.len(), 8);
    assert_eq!(first.accepted_at, "2026-11-22T09:00:00+08:00");
    assert_eq!(first.promise_until.as_deref(), Some("2026-12-12"));
    assert_eq!(accepted(client.put_case(&key(1), &body(1)).await), first);
    let cases = pair.sim.cases().unwrap();
    assert_eq!(cases.len(), 1);
    assert_eq!(cases[0].body, body(1), "byte for byte");
    assert_eq!(
        (cases[0].key.as_str(), cases[0].device.as_str()),
        (key(1).0.as_str(), "A0001")
    );
}

#[tokio::test]
async fn a_lost_answer_and_a_half_one_leave_exactly_one_case() {
    for fault in [Fault::LostAnswer, Fault::HalfAnswer] {
        for pair in [Pair::new(), Pair::secure()] {
            let client = pair.client();
            pair.sim.set_fault_for(fault.clone(), 1);
            let lost = client.put_case(&key(1), &body(1)).await;
            let unknown = Answer::Retry {
                why: RetryCause::TimedOut,
                retry_after_s: None,
            };
            assert_eq!(lost, unknown, "{fault:?}");
            assert_eq!(pair.numbers().len(), 1, "processed all the same");
            let found = accepted(client.put_case(&key(1), &body(1)).await);
            assert_eq!(pair.numbers(), [found.sblsh]);
        }
    }
}

#[tokio::test]
async fn the_key_says_what_happened_after_a_lost_answer() {
    let pair = Pair::new();
    let client = pair.client();
    assert_eq!(client.case_by_key(&key(1)).await, Ok(None));
    pair.sim.set_fault_for(Fault::LostAnswer, 1);
    client.put_case(&key(1), &body(1)).await;
    let record = client.case_by_key(&key(1)).await.unwrap().unwrap();
    assert_eq!(pair.numbers(), [record.acceptance.unwrap().sblsh]);
    assert_eq!(record.rejection, None);
}

#[tokio::test]
async fn a_key_belongs_to_a_machine_and_to_its_bytes() {
    let pair = Pair::new();
    let client = pair.client();
    accepted(client.put_case(&key(1), &body(1)).await);
    assert_eq!(
        client.put_case(&key(1), &body(2)).await,
        Answer::Parked(ParkCause::KeyReused)
    );
    let other = pair.client_with(ClientConfig {
        device: "A0002".into(),
        ..pair.config()
    });
    assert_eq!(other.case_by_key(&key(1)).await, Ok(None));
    accepted(other.put_case(&key(1), &body(3)).await);
    assert_eq!(pair.numbers().len(), 2);
}

#[tokio::test]
async fn what_was_taken_is_still_taken_after_a_restart() {
    let pair = Pair::new();
    let first = accepted(pair.client().put_case(&key(1), &body(1)).await);
    let Pair {
        sim,
        folder,
        machine_clock,
    } = pair;
    sim.stop();
    let options = Options {
        db: Some(folder.path().join("platform.db")),
        wall: Arc::new(|| NOW + 399 * 86_400),
        ..Options::default()
    };
    machine_clock.fetch_add(399 * 86_400, Ordering::SeqCst);
    let sim = PlatformSim::start(options).unwrap();
    let pair = Pair {
        sim,
        machine_clock,
        folder,
    };
    assert_eq!(
        accepted(pair.client().put_case(&key(1), &body(1)).await),
        first
    );
    assert_eq!(pair.numbers().len(), 1);
}

#[tokio::test]
async fn a_repeat_called_a_duplicate_of_itself_is_settled_by_its_key() {
    let pair = Pair::new();
    pair.sim.set_fault_for(Fault::FalseDuplicate, 1);
    let taken = accepted(pair.client().put_case(&key(1), &body(1)).await);
    assert_eq!(pair.numbers(), [taken.sblsh]);
}

#[tokio::test]
async fn machines_that_send_at_once_get_one_number_each() {
    let pair = Pair::new();
    let client = Arc::new(pair.client());
    let mut sending = tokio::task::JoinSet::new();
    for n in 0..40 {
        // Twenty keys, each sent twice at once.
        let client = client.clone();
        sending.spawn(async move { accepted(client.put_case(&key(n / 2), &body(n / 2)).await) });
    }
    let answers = sending.join_all().await;
    let told: std::collections::BTreeSet<String> = answers.into_iter().map(|a| a.sblsh).collect();
    let kept: std::collections::BTreeSet<String> = pair.numbers().into_iter().collect();
    assert_eq!(told.len(), 20);
    assert_eq!(told, kept);
}
