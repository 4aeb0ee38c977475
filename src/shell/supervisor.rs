//! The supervisor of services (systemd): told when the machine is ready and that its loops still turn.
//!
//! Its protocol is that of sd_notify(3): without `NOTIFY_SOCKET` nobody supervises and nothing is told.

use std::time::Duration;

use sd_notify::NotifyState;

/// Longest time between two signs of life while nobody asks for more of them.
pub const BEAT: Duration = Duration::from_secs(10);

/// Whether a supervisor waits for signs of life, and how often.
#[derive(Clone, Copy, Debug)]
pub struct Supervisor {
    beat: Option<Duration>,
}

impl Supervisor {
    /// The one that started this process, if it was one.
    #[must_use]
    pub fn of_process() -> Self {
        // Three within its limit: one that comes late is no reason to kill a machine.
        let watched = sd_notify::watchdog_enabled().map(|limit| (limit / 3).min(BEAT));
        Self { beat: watched }
    }

    /// Nobody.
    #[must_use]
    pub fn nobody() -> Self {
        Self { beat: None }
    }

    /// How often it wants to hear from us; `None` when it does not.
    #[must_use]
    pub fn beat(&self) -> Option<Duration> {
        self.beat
    }

    /// The first page is on the screen.
    pub fn ready() {
        tell(&[NotifyState::Ready, NotifyState::Status("ready")]);
    }

    /// Both loops have turned.
    pub fn alive(&self) {
        if self.beat.is_some() {
            tell(&[NotifyState::Watchdog]);
        }
    }

    /// Asked to end.
    pub fn stopping() {
        tell(&[NotifyState::Stopping]);
    }
}

/// A supervisor that does not listen is its own fault, and acts on it.
fn tell(states: &[NotifyState<'_>]) {
    let _ = sd_notify::notify(states);
}
