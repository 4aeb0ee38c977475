//! Any course of answers, losses and new filings: promises of the outbox policy against a small model.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use kiosk::case::{
    Acceptance, Answer, Key, LaneFault, ParkCause, PersonToken, Rejection, RetryCause, Waiting,
};
use kiosk::domain::outbox::{LaneState, Outbox, Priority, Settings, Verdict};
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Step {
    File { person: u8, urgent: bool },
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
    let why = prop::sample::select(&RetryCause::ALL[..]);
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
        3 => (0..5_u8, any::<bool>()).prop_map(|(person, urgent)| Step::File { person, urgent }),
        8 => (any::<usize>(), answer()).prop_map(|(pick, answer)| Step::Answer { pick, answer }),
        2 => (0..2_000_000_u64).prop_map(|ms| Step::Wait { ms }),
        6 => Just(Step::UntilTimeout),
        1 => Just(Step::LineUp),
    ]
}

fn waiting(key: &Key, seq: u64, person: u8) -> Waiting {
    Waiting {
        key: key.clone(),
        seq,
        person: PersonToken([person; 16]),
        attempts: 0,
        task_code: String::new(),
        waited: Duration::ZERO,
    }
}

/// What the policy must not break, kept the slow and obvious way.
struct Model {
    /// Not done, by order of filing.
    open: BTreeMap<u64, (Key, u8)>,
    /// Set apart, with whose it is.
    parked: BTreeMap<u64, (Key, u8)>,
    on_the_way: Vec<u64>,
    next: u64,
}

impl Model {
    /// Whether anything waits that is not behind a parked case of its person.
    fn can_go(&self) -> bool {
        self.open.iter().any(|(seq, (_, person))| {
            let mut before = self.parked.range(..seq);
            !before.any(|(_, (_, p))| p == person)
        })
    }

    fn sent(&mut self, key: &Key) {
        let found = self.open.iter().find(|(_, (k, _))| k == key);
        let (&seq, &(_, person)) = found.expect("only what is not done is sent");
        assert!(!self.on_the_way.contains(&seq), "sent twice at once");
        for other in &self.on_the_way {
            assert_ne!(self.open[other].1, person, "two of one person on the way");
        }
        let first = self.open.iter().find(|(_, (_, p))| *p == person);
        assert_eq!(first.map(|(s, _)| *s), Some(seq), "out of order");
        let mut before = self.parked.range(..seq);
        assert!(!before.any(|(_, (_, p))| *p == person), "past a parked one");
        self.on_the_way.push(seq);
        assert!(self.on_the_way.len() <= Settings::default().in_flight);
    }
}

fn drain(outbox: &mut Outbox, model: &mut Model, now: Instant) {
    while let Some(key) = outbox.poll_send(now) {
        model.sent(&key);
    }
    while outbox.poll_alarm(now).is_some() {}
    assert_eq!(outbox.waiting_len(), model.open.len());
    let settings = Settings::default();
    match outbox.poll_timeout() {
        // Only the age of what waits behind a parked case or on its way is looked at less often.
        Some(at) if model.on_the_way.is_empty() && model.can_go() => {
            assert!(at > now, "due and not sent");
            let longest = settings.cap.max(settings.lane_probe);
            assert!(at - now <= longest, "{:?}", at - now);
        }
        Some(_) => {}
        None => assert!(
            !model.can_go() || !model.on_the_way.is_empty(),
            "something waits and nobody comes back for it"
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
    let mut verdict = outbox.answered(&key, answer, now);
    if let Verdict::Park(cause) = verdict {
        verdict = outbox.answered(&key, &Answer::Parked(cause), now);
        assert!(matches!(
            answer,
            Answer::Retry {
                why: RetryCause::Malformed,
                ..
            }
        ));
        assert_eq!(verdict, Verdict::Parked);
    } else {
        assert_eq!(verdict, wanted(answer));
    }
    if verdict != Verdict::Waiting {
        let (seq, case) = model.open.remove_entry(&seq).expect("open");
        if verdict == Verdict::Parked {
            model.parked.insert(seq, case);
        }
        assert_eq!(outbox.answered(&key, answer, now), Verdict::NotHeld);
    }
}

fn wanted(answer: &Answer) -> Verdict {
    match answer {
        Answer::Accepted(_) => Verdict::Accepted,
        Answer::Rejected(_) => Verdict::Rejected,
        Answer::Parked(_) => Verdict::Parked,
        _ => Verdict::Waiting,
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
        let mut model = Model {
            open: BTreeMap::new(),
            parked: BTreeMap::new(),
            on_the_way: vec![],
            next: 1,
        };
        for step in steps {
            match step {
                Step::File { person, urgent } => {
                    let seq = model.next;
                    model.next += 1;
                    let key = Key(format!("00042-7K-{seq:06}-0000000000000000"));
                    let waiting = waiting(&key, seq, person);
                    let priority = if urgent { Priority::Deadline } else { Priority::Ordinary };
                    outbox.add(waiting.clone(), priority, now);
                    outbox.add(waiting, priority, now);
                    model.open.insert(seq, (key, person));
                }
                Step::Answer { pick, answer } => apply(&mut outbox, &mut model, pick, &answer, now),
                Step::Wait { ms } => now += Duration::from_millis(ms),
                Step::UntilTimeout => now = outbox.poll_timeout().unwrap_or(now).max(now),
                Step::LineUp => outbox.line_up(now),
            }
            drain(&mut outbox, &mut model, now);
        }
        // A technician releases what was parked, and the platform is well again: everything that is left gets through, and soon.
        let healed = now;
        for (seq, (key, person)) in std::mem::take(&mut model.parked) {
            outbox.add(waiting(&key, seq, person), Priority::Ordinary, now);
            model.open.insert(seq, (key, person));
        }
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
