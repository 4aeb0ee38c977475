//! The way into the loop: events, touches and whatever else wakes it, in one queue.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use crate::domain::kiosk::Event;
use crate::domain::page::Intent;
use crate::fleet::report::Outbox;

/// What reaches the loop.
pub(crate) enum Input {
    /// For the core.
    Core(Event),
    /// A touch on a page that was shown as this number.
    Touch(Intent),
    /// Say when everything before this is handled.
    Sync(Sender<()>),
    /// The clock was moved by hand.
    ClockMoved,
    /// The fan on its pin is to run, or not.
    Fan(bool),
    /// The outbox in figures; none when it cannot be read.
    Outbox(Option<Outbox>),
    /// End.
    Stop,
}

/// Way into a running kiosk.
#[derive(Clone)]
pub struct Inbox {
    sender: Sender<Input>,
    waiting: Arc<AtomicUsize>,
    calls: Arc<AtomicUsize>,
    /// An approved content package tells the items: the platform's catalogue is kept and not used.
    packaged: Arc<AtomicBool>,
}

/// A call to the platform or the store that will end in an event; under way until this is dropped.
pub(crate) struct Call(Arc<AtomicUsize>);

impl Drop for Call {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Inbox {
    /// An empty queue, and its end.
    pub(super) fn new() -> (Self, Receiver<Input>) {
        let (sender, receiver) = channel();
        let inbox = Self {
            sender,
            waiting: Arc::default(),
            calls: Arc::default(),
            packaged: Arc::default(),
        };
        (inbox, receiver)
    }

    /// Whether an approved content package tells the items from now on.
    pub fn content_rules(&self, rules: bool) {
        self.packaged.store(rules, Ordering::Relaxed);
    }

    /// Whether it does.
    pub(super) fn is_packaged(&self) -> bool {
        self.packaged.load(Ordering::Relaxed)
    }

    /// An inbox and what gives the next event put into it.
    #[cfg(test)]
    pub(crate) fn for_tests() -> (Self, impl Fn() -> Option<Event>) {
        let (inbox, receiver) = Self::new();
        let next = move || match receiver.try_recv() {
            Ok(Input::Core(event)) => Some(event),
            _ => None,
        };
        (inbox, next)
    }

    /// So many cases wait in the outbox.
    pub(super) fn waits(&self, cases: usize) {
        self.waiting.store(cases, Ordering::Relaxed);
    }

    /// A person did something.
    pub fn intent(&self, intent: Intent) {
        self.put(Input::Touch(intent));
    }

    /// An event from a device or a test.
    pub fn event(&self, event: Event) {
        self.put(Input::Core(event));
    }

    /// Waits until everything put in before is handled; false when that takes longer than `limit`.
    #[must_use]
    pub fn sync(&self, limit: Duration) -> bool {
        let (done, handled) = channel();
        self.put(Input::Sync(done));
        handled.recv_timeout(limit).is_ok()
    }

    /// The clock was moved by hand: deadlines that have passed are handled, in order.
    pub fn clock_moved(&self) {
        self.put(Input::ClockMoved);
    }

    /// Cases waiting in the outbox.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// Calls to platform and store that are under way. For scripts, whose clock stands still until they end.
    #[must_use]
    pub fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    pub(crate) fn call(&self) -> Call {
        self.calls.fetch_add(1, Ordering::SeqCst);
        Call(self.calls.clone())
    }

    pub(super) fn put(&self, input: Input) {
        // A loop that has ended takes nothing more, and nobody is left to be told.
        let _ = self.sender.send(input);
    }
}
