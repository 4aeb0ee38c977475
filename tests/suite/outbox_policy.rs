//! Any course of answers, losses and new filings: promises of the outbox policy against a small model.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use kiosk::case::{
    Acceptance, Answer, Key, LaneFault, PersonToken, Rejection, RetryCause, Waiting,
};
use kiosk::domain::outbox::{LaneState, Outbox, Settings, Verdict};
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Step {
    File { person: u8 },
    Answer { pick: usize, answer: Answer },
    Wait { ms: u64 },
    UntilTimeout,
    LineUp,
}

fn answer() -> impl Strategy<Value = Answer> {
    let retry_after_s = prop_oneof![
        Just(None),
        any::<u32>().prop_map(Some),
        (0..90_u32).prop_map(Some)
    ];
    let why = prop_oneof![
        Just(RetryCause::Unreachable),
        Just(RetryCause::TimedOut),
        Just(RetryCause::ServerBusy),
        Just(RetryCause::NotThePlatform),
        Just(RetryCause::Malformed),
    ];
    prop_oneof![
        3 => Just(accepted()),
        1 => Just(Answer::Rejected(Rejection { code: "DUPLICATE".into(), detail: String::new() })),
        1 => Just(Answer::Parked(ParkCause::KeyReused)),
        1 => retry_after_s.clone().prop_map(|retry_after_s| Answer::InProgress { retry_after_s }),
        6 => (why, retry_after_s).prop_map(|(why, retry_after_s)| Answer::Retry { why, retry_after_s }),
        1 => Just(Answer::LaneStopped(LaneFault::Clock)),
    ]
}

fn accepted() -> Answer {
    Answer::Accepted(Acceptance {
        sblsh: "S".into(),
        sblsh_short: "s".into(),
        query_code: "q".into(),
        accepted_at: "t".into(),
        promise_until: None,
    })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (0..5_u8).prop_map(|person| Step::File { person }),
        8 => (any::<usize>(), answer()).prop_map(|(pick, answer)| Step::Answer { pick, answer }),
        2 => (0..2_000_000_u64).prop_map(|ms| Step::Wait { ms }),
        6 => Just(Step::UntilTimeout),
        1 => Just(Step::LineUp),
    ]
}

/// What the policy must not break, kept the slow and obvious way.
struct Model {
    /// Not done, by order of filing.
    open: BTreeMap<u64, (Key, u8)>,
    on_the_way: Vec<u64>,
    next: u64,
}

impl Model {
    fn sent(&mut self, key: &Key) {
        let found = self.open.iter().find(|(_, (k, _))| k == key);
        let (&seq, &(_, person)) = found.expect("only what is not done is sent");
        assert!(!self.on_the_way.contains(&seq), "sent twice at once");
        for other in &self.on_the_way {
            assert_ne!(self.open[other].1, person, "two of one person on the way");
        }
        let first = self.open.iter().find(|(_, (_, p))| *p == person);
        assert_eq!(first.map(|(s, _)| *s), Some(seq), "out of order");
        self.on_the_way.push(seq);
        assert!(self.on_the_way.len() <= Settings::default().in_flight);
    }
}

fn drain(outbox: &mut Outbox, model: &mut Model, now: Instant) {
    while let Some(key) = outbox.poll_send(now) {
        model.sent(&key);
    }
    assert_eq!(outbox.waiting_len(), model.open.len());
    let settings = Settings::default();
    match outbox.poll_timeout() {
        Some(at) => {
            assert!(at > now, "due and not sent");
            let longest = settings.cap.max(settings.lane_probe);
            assert!(at - now <= longest, "{:?}", at - now);
        }
        None => assert!(
            model.open.is_empty() || !model.on_the_way.is_empty(),
            "something waits and nobody will come back for it"
        ),
    }
    if model.open.is_empty() {
        assert!(matches!(
            outbox.state(),
            LaneState::Idle | LaneState::Stopped(_)
        ));
    }
}

fn apply(outbox: &mut Outbox, model: &mut Model, pick: usize, answer: &Answer, now: Instant) {
    if model.on_the_way.is_empty() {
        return;
    }
    let seq = model.on_the_way.remove(pick % model.on_the_way.len());
    let key = model.open[&seq].0.clone();
    let verdict = outbox.answered(&key, answer, now);
    let want = match answer {
        Answer::Accepted(_) => Verdict::Accepted,
        Answer::Rejected(_) => Verdict::Rejected,
        Answer::Parked(ParkCause::KeyReused) => Verdict::Parked,
        _ => Verdict::Waiting,
    };
    assert_eq!(verdict, want);
    if verdict != Verdict::Waiting {
        model.open.remove(&seq);
        assert_eq!(outbox.answered(&key, answer, now), Verdict::NotHeld);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_case_is_sent_until_it_is_done_and_never_after(
        seed: u64,
        steps in prop::collection::vec(step(), 1..150),
    ) {
        let mut now = Instant::now();
        let mut outbox = Outbox::new(Settings::default(), seed, now);
        let mut model = Model { open: BTreeMap::new(), on_the_way: vec![], next: 1 };
        for step in steps {
            match step {
                Step::File { person } => {
                    let seq = model.next;
                    model.next += 1;
                    let key = Key(format!("00042-7K-{seq:06}-0000000000000000"));
                    let person_token = PersonToken([person; 16]);
                    let waiting = Waiting { key: key.clone(), seq, person: person_token, attempts: 0 };
                    outbox.add(waiting.clone(), now);
                    outbox.add(waiting, now);
                    model.open.insert(seq, (key, person));
                }
                Step::Answer { pick, answer } => apply(&mut outbox, &mut model, pick, &answer, now),
                Step::Wait { ms } => now += Duration::from_millis(ms),
                Step::UntilTimeout => now = outbox.poll_timeout().unwrap_or(now).max(now),
                Step::LineUp => outbox.line_up(now),
            }
            drain(&mut outbox, &mut model, now);
        }
        // The platform is well again: everything that is left gets through, and soon.
        let healed = now;
        for _ in 0..10_000 {
            if model.open.is_empty() {
                break;
            }
            if model.on_the_way.is_empty() {
                now = outbox.poll_timeout().expect("somebody comes back for what waits");
            }
            drain(&mut outbox, &mut model, now);
            apply(&mut outbox, &mut model, 0, &accepted(), now);
            drain(&mut outbox, &mut model, now);
        }
        prop_assert!(model.open.is_empty());
        // Two caps: one for the lane's probe, one for a case that the platform itself put off.
        prop_assert!(now - healed <= 2 * Settings::default().cap);
        prop_assert_eq!(outbox.state(), LaneState::Idle);
    }
}
