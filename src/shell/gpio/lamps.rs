//! Guide lights: flash patterns, and the one thread that wakes only while a light flashes.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::Light;
use crate::status::FlashRate;

/// Something a lamp hangs on.
pub(super) trait Lamp: Send + 'static {
    /// Lights it or puts it out.
    fn light(&mut self, on: bool);
}

/// Half of a period: lit for so long, then dark for so long. XFS4IoT names the rates, 0.5 Hz and 2 Hz.
fn half_period(rate: FlashRate) -> Option<Duration> {
    match rate {
        FlashRate::Off | FlashRate::Continuous => None,
        FlashRate::Slow => Some(Duration::from_secs(1)),
        FlashRate::Quick => Some(Duration::from_millis(250)),
    }
}

/// Whether a light set `since` ago is lit, and in how long that changes.
fn pattern(rate: FlashRate, since: Duration) -> (bool, Option<Duration>) {
    let Some(half) = half_period(rate) else {
        return (rate == FlashRate::Continuous, None);
    };
    let halves = since.as_nanos() / half.as_nanos();
    let into = Duration::from_nanos(u64::try_from(since.as_nanos() % half.as_nanos()).unwrap_or(0));
    (halves.is_multiple_of(2), Some(half - into))
}

struct Fitted<L> {
    light: Light,
    lamp: L,
    rate: FlashRate,
    set_at: Instant,
    lit: bool,
}

/// The lamps and what they show, without a thread.
struct Rig<L> {
    fitted: Vec<Fitted<L>>,
}

impl<L: Lamp> Rig<L> {
    fn new(lamps: Vec<(Light, L)>, now: Instant) -> Self {
        let fitted = lamps.into_iter().map(|(light, mut lamp)| {
            lamp.light(false);
            Fitted {
                light,
                lamp,
                rate: FlashRate::Off,
                set_at: now,
                lit: false,
            }
        });
        Self {
            fitted: fitted.collect(),
        }
    }

    /// A rate that is already set goes on in its rhythm.
    fn set(&mut self, light: Light, rate: FlashRate, now: Instant) {
        for fitted in &mut self.fitted {
            if fitted.light == light && fitted.rate != rate {
                fitted.rate = rate;
                fitted.set_at = now;
            }
        }
    }

    /// Brings the lamps up to date; says when that has to be done again.
    fn handle_timeout(&mut self, now: Instant) -> Option<Instant> {
        let mut next = None;
        for fitted in &mut self.fitted {
            let since = now.saturating_duration_since(fitted.set_at);
            let (lit, change) = pattern(fitted.rate, since);
            if lit != fitted.lit {
                fitted.lamp.light(lit);
                fitted.lit = lit;
            }
            let at = change.map(|wait| now + wait);
            next = [next, at].into_iter().flatten().min();
        }
        next
    }
}

struct Shared<L> {
    state: Mutex<State<L>>,
    changed: Condvar,
}

struct State<L> {
    rig: Rig<L>,
    stop: bool,
}

impl<L> Shared<L> {
    fn lock(&self) -> MutexGuard<'_, State<L>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lamps with their thread. Dropping puts them out.
pub(super) struct Lamps<L: Lamp> {
    shared: Arc<Shared<L>>,
    thread: Option<JoinHandle<()>>,
}

impl<L: Lamp> Lamps<L> {
    /// Puts the lamps out and starts the thread; without a thread the lamps stay dark.
    pub(super) fn start(lamps: Vec<(Light, L)>) -> Self {
        let shared = Arc::new(Shared {
            state: Mutex::new(State {
                rig: Rig::new(lamps, Instant::now()),
                stop: false,
            }),
            changed: Condvar::new(),
        });
        let of_thread = Arc::clone(&shared);
        let thread = thread::Builder::new()
            .name("lights".into())
            .spawn(move || run(&of_thread))
            .ok();
        Self { shared, thread }
    }

    pub(super) fn set(&self, light: Light, rate: FlashRate) {
        self.shared.lock().rig.set(light, rate, Instant::now());
        self.shared.changed.notify_one();
    }
}

impl<L: Lamp> Drop for Lamps<L> {
    fn drop(&mut self) {
        self.shared.lock().stop = true;
        self.shared.changed.notify_one();
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has nothing left to put out.
            let _ = thread.join();
        }
    }
}

fn run<L: Lamp>(shared: &Shared<L>) {
    let mut state = shared.lock();
    while !state.stop {
        let now = Instant::now();
        state = match state.rig.handle_timeout(now) {
            None => shared
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner),
            Some(next) => {
                let wait = next.saturating_duration_since(now);
                let woken = shared.changed.wait_timeout(state, wait);
                woken.unwrap_or_else(PoisonError::into_inner).0
            }
        };
    }
    for fitted in &mut state.rig.fitted {
        fitted.lamp.light(false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::{Receiver, Sender, channel};

    struct Fake(Sender<bool>);

    impl Lamp for Fake {
        fn light(&mut self, on: bool) {
            let _ = self.0.send(on);
        }
    }

    fn rig(now: Instant) -> (Rig<Fake>, Receiver<bool>) {
        let (sender, seen) = channel();
        let rig = Rig::new(vec![(Light::Slot, Fake(sender))], now);
        (rig, seen)
    }

    fn ms(n: u64) -> Duration {
        Duration::from_millis(n)
    }

    #[test]
    fn rates_are_half_a_hertz_and_two_hertz() {
        assert_eq!(pattern(FlashRate::Slow, ms(0)), (true, Some(ms(1000))));
        assert_eq!(pattern(FlashRate::Slow, ms(1999)), (false, Some(ms(1))));
        assert_eq!(pattern(FlashRate::Slow, ms(2000)), (true, Some(ms(1000))));
        assert_eq!(pattern(FlashRate::Quick, ms(249)), (true, Some(ms(1))));
        assert_eq!(pattern(FlashRate::Quick, ms(250)), (false, Some(ms(250))));
        assert_eq!(pattern(FlashRate::Continuous, ms(9)), (true, None));
        assert_eq!(pattern(FlashRate::Off, ms(9)), (false, None));
    }

    #[test]
    fn a_lamp_is_written_only_when_it_changes_and_a_steady_one_needs_no_waking() {
        let start = Instant::now();
        let (mut rig, seen) = rig(start);
        assert_eq!(rig.handle_timeout(start), None);
        rig.set(Light::Slot, FlashRate::Quick, start);
        rig.set(Light::Reader, FlashRate::Quick, start); // not fitted
        assert_eq!(rig.handle_timeout(start), Some(start + ms(250)));
        assert_eq!(rig.handle_timeout(start + ms(100)), Some(start + ms(250)));
        rig.set(Light::Slot, FlashRate::Quick, start + ms(100)); // keeps its rhythm
        assert_eq!(rig.handle_timeout(start + ms(250)), Some(start + ms(500)));
        rig.set(Light::Slot, FlashRate::Continuous, start + ms(300));
        assert_eq!(rig.handle_timeout(start + ms(300)), None);
        let written: Vec<bool> = seen.try_iter().collect();
        assert_eq!(written, [false, true, false, true]);
    }

    #[test]
    fn the_thread_lights_a_lamp_and_puts_it_out_at_the_end() {
        let (sender, seen) = channel();
        let lamps = Lamps::start(vec![(Light::Reader, Fake(sender))]);
        assert_eq!(seen.recv(), Ok(false));
        lamps.set(Light::Reader, FlashRate::Continuous);
        assert_eq!(seen.recv(), Ok(true));
        drop(lamps);
        assert_eq!(seen.recv(), Ok(false));
        assert!(seen.recv().is_err(), "the lamp is let go");
    }
}
