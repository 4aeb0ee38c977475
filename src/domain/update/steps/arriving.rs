//! From the offer to the bundle that lies here and has the right hash.

use super::super::{
    Bundle, Effect, Event, FetchFault, Handling, Kind, Order, Origin, Outcome, Patience, Progress,
    State, is_older,
};
use super::Step;

/// So often may a download end with the wrong bytes.
const SPOILT_MOST: u32 = 3;

/// So long a download may take while the machine runs, milliseconds: 150 MB at 1 kbit/s. A line that drips for longer is told.
const DOWNLOAD_MS: u64 = 14 * 86_400_000;

/// So long it may wait for room on the disk; nothing here makes any, so somebody has to look.
const NO_ROOM_MS: u64 = 86_400_000;

/// How an action ended is told again to a server that still offers it after this time.
const TOLD_AGAIN_MS: u64 = 600_000;

impl Step<'_> {
    pub(super) fn arriving(&mut self, state: State, event: &Event) -> State {
        match (state, event) {
            (State::Idle | State::Confirming { .. }, Event::Offered(order)) => self.offered(order),
            (State::Waiting { order, wait }, Event::Offered(new)) => {
                if new.action == order.action {
                    State::Waiting {
                        order: new.clone(),
                        wait,
                    }
                } else {
                    self.offered(new)
                }
            }
            (State::Idle, Event::Asked { action }) => self.asked(action),
            (State::Confirming { action: known }, Event::Asked { action }) => {
                if known == *action {
                    State::Confirming { action: known }
                } else {
                    self.asked(action)
                }
            }
            (State::Confirming { action }, Event::Answered(yes)) => {
                self.out.push(Effect::Confirm { action, yes: *yes });
                State::Idle
            }
            (State::Idle | State::Confirming { .. }, Event::CancelAsked { stop, action }) => {
                self.out.push(Effect::Close(cancelled(action, stop)));
                State::Closing {
                    ended: cancelled(action, stop),
                    refused: 0,
                }
            }
            (State::Waiting { order, .. }, Event::CancelAsked { stop, .. }) => self.close(
                &order,
                Outcome::Cancelled,
                "cancelled before the download",
                Some(stop.clone()),
            ),
            (State::Confirming { .. }, Event::NothingOpen | Event::Gone { .. }) => State::Idle,
            (State::Waiting { .. }, Event::NothingOpen) => self.off(),
            (State::Waiting { .. }, Event::Gone { .. }) => State::Idle,
            (
                State::Waiting { order, mut wait },
                Event::Tick | Event::Started(_) | Event::Reported(_),
            ) => {
                wait.carry(self.now);
                let in_wave = order.origin == Origin::Server && order.download != Handling::Forced;
                let place_ms = if in_wave {
                    self.update.settings.place_ms(&order.action)
                } else {
                    0
                };
                if order.download == Handling::Skip || wait.passed_ms(self.now) < place_ms {
                    return State::Waiting { order, wait };
                }
                self.tell(&order, Progress::Download, "the download begins");
                self.out.push(Effect::Fetch(order.clone()));
                State::Downloading {
                    order,
                    spoilt: 0,
                    wait: Patience::begin(self.now),
                }
            }
            (
                state @ (State::Idle | State::Confirming { .. }),
                Event::Tick | Event::Started(_) | Event::Reported(_),
            )
            | (state @ State::Idle, Event::NothingOpen) => state,
            (state, _) => self.ignore(state),
        }
    }

    fn asked(&mut self, action: &str) -> State {
        if self.update.settings.confirm {
            self.out.push(Effect::Confirm {
                action: action.to_owned(),
                yes: true,
            });
            State::Idle
        } else {
            State::Confirming {
                action: action.to_owned(),
            }
        }
    }

    pub(super) fn offered(&mut self, order: &Order) -> State {
        // Restored from a backup, or of several minds, a server may offer what has ended here: it is told how, and nothing is done again.
        let last = self.update.kept.last.as_ref();
        if let Some(ended) =
            last.filter(|ended| order.origin == Origin::Server && ended.action == order.action)
        {
            let ended = ended.clone();
            self.update.back_off_for(TOLD_AGAIN_MS, self.now);
            return State::Closing { ended, refused: 0 };
        }
        if let Some(why) = self.must_not(order, &order.version, order.allow_older) {
            return self.close(order, Outcome::Refused, &why, None);
        }
        self.tell(order, Progress::Scheduled, "taken note of");
        State::Waiting {
            order: order.clone(),
            wait: Patience::begin(self.now),
        }
    }

    /// Why `version` must not follow what runs. What the bundle itself says, under its signature, is asked later as well.
    fn must_not(&self, order: &Order, version: &str, allowed: bool) -> Option<String> {
        let runs = &self.update.running.version;
        let older = order.kind == Kind::Os
            && !runs.is_empty()
            && !version.is_empty()
            && is_older(version, runs);
        (older && !allowed).then(|| format!("{version} is older than {runs}, which runs"))
    }

    /// The server wants to hear nothing more of it.
    fn off(&mut self) -> State {
        self.out.push(Effect::StopFetch);
        self.out.push(Effect::DropFiles);
        State::Idle
    }

    pub(super) fn fetching(&mut self, state: State, event: &Event) -> State {
        match (state, event) {
            (
                State::Downloading {
                    order,
                    spoilt,
                    wait,
                },
                Event::Fetched { action, result },
            ) => {
                if order.action != *action {
                    return self.ignore(State::Downloading {
                        order,
                        spoilt,
                        wait,
                    });
                }
                match result {
                    Ok(bundle) => self.fetched(order, bundle),
                    Err(fault) => self.not_fetched(order, spoilt, wait, fault),
                }
            }
            (
                State::Downloading {
                    order,
                    spoilt,
                    wait,
                },
                Event::Offered(new),
            ) if new.action == order.action => {
                let skips = |order: &Order| order.download == Handling::Skip;
                if skips(new) && !skips(&order) {
                    self.out.push(Effect::StopFetch);
                    self.update.under_way = false;
                }
                // The server's pause is not the line's fault.
                let wait = if skips(&order) {
                    Patience::begin(self.now)
                } else {
                    wait
                };
                State::Downloading {
                    order: new.clone(),
                    spoilt,
                    wait,
                }
            }
            (State::Downloaded { order, bundle }, Event::Offered(new))
                if new.action == order.action =>
            {
                self.try_install(new.clone(), bundle)
            }
            (State::Downloading { .. } | State::Downloaded { .. }, Event::Offered(new)) => {
                self.out.push(Effect::StopFetch);
                self.out.push(Effect::DropFiles);
                self.offered(new)
            }
            (
                State::Downloading { order, .. } | State::Downloaded { order, .. },
                Event::CancelAsked { stop, .. },
            ) => {
                self.out.push(Effect::StopFetch);
                self.close(
                    &order,
                    Outcome::Cancelled,
                    "cancelled before the installation",
                    Some(stop.clone()),
                )
            }
            (
                State::Downloading { .. } | State::Downloaded { .. },
                Event::NothingOpen | Event::Gone { .. },
            ) => self.off(),
            (
                State::Downloading {
                    order,
                    spoilt,
                    mut wait,
                },
                Event::Tick | Event::Started(_) | Event::Reported(_),
            ) => {
                wait.carry(self.now);
                if order.download != Handling::Skip && wait.passed_ms(self.now) >= DOWNLOAD_MS {
                    self.out.push(Effect::StopFetch);
                    let why = "the download has not come to its end in two weeks";
                    return self.close(&order, Outcome::Failed, why, None);
                }
                if self.is_free() && order.download != Handling::Skip {
                    self.out.push(Effect::Fetch(order.clone()));
                }
                State::Downloading {
                    order,
                    spoilt,
                    wait,
                }
            }
            (
                State::Downloaded { order, bundle },
                Event::Tick | Event::Started(_) | Event::Reported(_),
            ) => self.try_install(order, bundle),
            (state, _) => self.ignore(state),
        }
    }

    fn fetched(&mut self, mut order: Order, bundle: &Bundle) -> State {
        // A stick does not say what is on it.
        if order.version.is_empty() {
            order.version.clone_from(&bundle.version);
        }
        // The server's word is not signed, the bundle's own is; a technician with a stick stands at the machine.
        let allowed = bundle.allow_older || (order.allow_older && order.origin == Origin::Stick);
        if let Some(why) = self.must_not(&order, &bundle.version, allowed) {
            return self.close(&order, Outcome::Refused, &why, None);
        }
        self.tell(&order, Progress::Downloaded, "here, and its hash is right");
        State::Downloaded {
            order,
            bundle: bundle.clone(),
        }
    }

    fn not_fetched(
        &mut self,
        order: Order,
        spoilt: u32,
        wait: Patience,
        fault: &FetchFault,
    ) -> State {
        let (spoilt, line) = match fault {
            FetchFault::Gone => {
                return self.close(
                    &order,
                    Outcome::Failed,
                    "the server does not have the file",
                    None,
                );
            }
            FetchFault::Unfit(why) => return self.close(&order, Outcome::Refused, why, None),
            FetchFault::Spoilt if spoilt + 1 >= SPOILT_MOST || order.origin == Origin::Stick => {
                return self.close(
                    &order,
                    Outcome::Failed,
                    "the hash of what came is wrong",
                    None,
                );
            }
            FetchFault::Spoilt => (
                spoilt + 1,
                "the hash of what came is wrong; once more".to_owned(),
            ),
            FetchFault::Again(why) => (spoilt, why.clone()),
            FetchFault::NoRoom(missing) if wait.passed_ms(self.now) >= NO_ROOM_MS => {
                let why = format!("no room on the disk for a day, {missing} bytes are missing");
                return self.close(&order, Outcome::Failed, &why, None);
            }
            FetchFault::NoRoom(missing) => (
                spoilt,
                format!("no room on the disk, {missing} bytes are missing"),
            ),
        };
        // The line comes and goes for days in a village; the operator is told of the first failure of each row.
        if self.update.failures == 0 {
            self.tell(&order, Progress::Download, &line);
        }
        self.update.back_off(self.now);
        State::Downloading {
            order,
            spoilt,
            wait,
        }
    }
}

/// The end of an action of which nothing is known here any more: it may well be cancelled.
fn cancelled(action: &str, stop: &str) -> super::Ended {
    super::Ended {
        action: action.to_owned(),
        origin: Origin::Server,
        name: String::new(),
        version: String::new(),
        outcome: Outcome::Cancelled,
        why: "nothing of it was begun".into(),
        stop: Some(stop.to_owned()),
    }
}
