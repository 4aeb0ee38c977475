//! Outputs: flash patterns and pulses, and the one thread that wakes only while something has to change.
//!
//! Pins are opened, written and let go on that thread: a driver that hangs takes nobody along.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, channel, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use super::{Gpio, OnPin, Opened, PinEvent, Shape};
use crate::pins::Output;
use crate::status::{Device, FlashRate};

/// Orders that may wait for the thread. It takes them at once unless its driver hangs.
const ORDER_LIMIT: usize = 64;
/// How long the end waits for the outputs to come to rest.
const END_WITHIN: Duration = Duration::from_secs(2);

/// Something an output hangs on.
pub(super) trait Lamp {
    /// Switches it; false when the pin did not take it.
    fn light(&mut self, on: bool) -> bool;
}

/// Half of a period: lit for so long, then dark for so long. XFS4IoT names the rates, not their length.
fn half_period(rate: FlashRate) -> Option<Duration> {
    match rate {
        FlashRate::Off | FlashRate::Continuous => None,
        FlashRate::Slow => Some(Duration::from_secs(1)),
        FlashRate::Medium => Some(Duration::from_millis(500)),
        FlashRate::Quick => Some(Duration::from_millis(250)),
    }
}

/// Whether an output given its shape `since` ago is on, and in how long that changes.
fn level(shape: Shape, since: Duration) -> (bool, Option<Duration>) {
    match shape {
        Shape::Rate(rate) => {
            let Some(half) = half_period(rate) else {
                return (rate == FlashRate::Continuous, None);
            };
            let halves = since.as_nanos() / half.as_nanos();
            let into = since.as_nanos() % half.as_nanos();
            let into = Duration::from_nanos(u64::try_from(into).unwrap_or(0));
            (halves.is_multiple_of(2), Some(half - into))
        }
        Shape::Once(first, steps) => {
            let (mut on, mut end) = (first, Duration::ZERO);
            for step in steps {
                end += Duration::from_millis(u64::from(*step));
                if since < end {
                    return (on, Some(end - since));
                }
                on = !on;
            }
            (on, None)
        }
    }
}

struct Fitted {
    output: Output,
    lamp: Box<dyn Lamp>,
    /// Nothing was asked of it yet: it rests.
    shape: Option<Shape>,
    set_at: Instant,
    on: bool,
    failed: bool,
}

impl Fitted {
    fn light(&mut self, on: bool) {
        self.on = on;
        self.failed |= !self.lamp.light(on);
    }
}

/// The outputs and what they show, without a thread.
struct Rig {
    fitted: Vec<Fitted>,
}

impl Rig {
    fn new(outputs: Vec<(Output, Box<dyn Lamp>)>, now: Instant) -> Self {
        let fitted = outputs.into_iter().map(|(output, lamp)| {
            let mut fitted = Fitted {
                output,
                lamp,
                shape: None,
                set_at: now,
                on: false,
                failed: false,
            };
            fitted.light(output.rest());
            fitted
        });
        Self {
            fitted: fitted.collect(),
        }
    }

    /// A rate that is already set goes on in its rhythm; pulses begin anew.
    fn set(&mut self, output: Output, shape: Shape, now: Instant) {
        for fitted in &mut self.fitted {
            let goes_on = matches!(shape, Shape::Rate(_)) && fitted.shape == Some(shape);
            if fitted.output == output && !goes_on {
                fitted.shape = Some(shape);
                fitted.set_at = now;
            }
        }
    }

    /// Brings the outputs up to date; says when that has to be done again.
    fn handle_timeout(&mut self, now: Instant) -> Option<Instant> {
        let mut next = None;
        for fitted in &mut self.fitted {
            let Some(shape) = fitted.shape else { continue };
            let since = now.saturating_duration_since(fitted.set_at);
            let (on, change) = level(shape, since);
            if on != fitted.on {
                fitted.light(on);
            }
            let at = change.map(|wait| now + wait);
            next = [next, at].into_iter().flatten().min();
        }
        next
    }

    /// Outputs that did not take a level since this was asked last; they are driven no more.
    fn take_failed(&mut self) -> Vec<Output> {
        let failed = self.fitted.extract_if(.., |fitted| fitted.failed);
        failed.map(|fitted| fitted.output).collect()
    }

    fn rest(&mut self) {
        for fitted in &mut self.fitted {
            fitted.light(fitted.output.rest());
        }
    }
}

/// Opened pins with their thread.
pub(super) struct Pins {
    /// Dropped first: the closed channel is what ends the thread.
    orders: Option<SyncSender<(Output, Shape)>>,
    ended: Receiver<()>,
    tell: OnPin,
    told_stuck: AtomicBool,
}

impl Pins {
    /// Starts the thread, which opens the pins; without a thread there are no pins, and that is told.
    pub(super) fn start(open: impl FnOnce() -> Opened + Send + 'static, tell: OnPin) -> Self {
        let (orders, received) = sync_channel(ORDER_LIMIT);
        let (end, ended) = channel();
        let of_thread = OnPin::clone(&tell);
        let started = thread::Builder::new().name("pins".into()).spawn(move || {
            run(open(), &received, &of_thread);
            // Every pin is let go.
            drop::<std::sync::mpsc::Sender<()>>(end);
        });
        if started.is_err() {
            tell(PinEvent::Status(Device::HardwareError));
        }
        Self {
            orders: Some(orders),
            ended,
            tell,
            told_stuck: AtomicBool::new(false),
        }
    }
}

impl Gpio for Pins {
    fn drive(&self, output: Output, shape: Shape) {
        let sent = self
            .orders
            .as_ref()
            .is_some_and(|orders| orders.try_send((output, shape)).is_ok());
        if !sent && !self.told_stuck.swap(true, Ordering::Relaxed) {
            (self.tell)(PinEvent::Status(Device::HardwareError));
        }
    }
}

impl Drop for Pins {
    fn drop(&mut self) {
        self.orders = None;
        // A driver that hangs keeps its thread and nothing else.
        let _ = self.ended.recv_timeout(END_WITHIN);
    }
}

fn run(opened: Opened, orders: &Receiver<(Output, Shape)>, tell: &OnPin) {
    let Opened {
        status,
        failed,
        outputs,
        inputs,
    } = opened;
    tell(PinEvent::Status(status));
    for wire in failed {
        tell(PinEvent::Failed(wire));
    }
    let mut rig = Rig::new(outputs, Instant::now());
    let mut well = status == Device::Online;
    loop {
        let now = Instant::now();
        let next = rig.handle_timeout(now);
        for output in rig.take_failed() {
            tell(PinEvent::Failed(output.word()));
            if std::mem::take(&mut well) {
                tell(PinEvent::Status(Device::HardwareError));
            }
        }
        let order = match next {
            None => orders.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(next) => orders.recv_timeout(next.saturating_duration_since(now)),
        };
        match order {
            Ok((output, shape)) => rig.set(output, shape, Instant::now()),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    rig.rest();
    drop(inputs);
}

#[cfg(test)]
mod tests;
