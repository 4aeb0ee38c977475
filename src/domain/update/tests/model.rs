//! Any order of events, kills, power cuts and good and bad new versions, against a model of the machine.

use proptest::prelude::*;

use super::*;

/// What may happen next.
#[derive(Clone, Copy, Debug)]
enum Chance {
    Pass(u16),
    Kill,
    PowerCut,
    Visit(bool),
    Silence,
    Speaks(bool),
    Hour(u16),
    Offer(bool),
    Nothing,
    Cancel,
    Fetch(u8),
    Install(bool),
    Mark(bool),
    Told(bool),
}

fn chance() -> impl Strategy<Value = Chance> {
    prop_oneof![
        6 => (1_u16..2_000).prop_map(Chance::Pass),
        1 => Just(Chance::Kill),
        1 => Just(Chance::PowerCut),
        2 => any::<bool>().prop_map(Chance::Visit),
        1 => Just(Chance::Silence),
        2 => any::<bool>().prop_map(Chance::Speaks),
        1 => (0_u16..1_440).prop_map(Chance::Hour),
        3 => any::<bool>().prop_map(Chance::Offer),
        1 => Just(Chance::Nothing),
        1 => Just(Chance::Cancel),
        4 => (0_u8..8).prop_map(Chance::Fetch),
        4 => prop::bool::weighted(0.8).prop_map(Chance::Install),
        4 => prop::bool::weighted(0.8).prop_map(Chance::Mark),
        3 => prop::bool::weighted(0.8).prop_map(Chance::Told),
    ]
}

/// The machine as it really is, whatever the policy thinks.
struct World {
    machine: Machine,
    boots: u32,
    /// Which slot starts next, and what is in B.
    primary_b: bool,
    b_is_new: bool,
    /// Whether the new version starts at all, and whether it is well.
    starts: bool,
    well: bool,
    silent: bool,
    busy: bool,
    fetching: Option<String>,
    installing: Option<String>,
    marking: Option<Effect>,
    closing: Option<String>,
    offered: u32,
    marked_good_in_b: bool,
}

impl World {
    fn new(starts: bool, well: bool) -> Self {
        let settings = Settings {
            wave_s: 600,
            quiet: Hours::parse("01:00-05:00"),
            ..Settings::default()
        };
        Self {
            machine: Machine::new(settings),
            boots: 1,
            primary_b: false,
            b_is_new: false,
            starts,
            well,
            silent: false,
            busy: false,
            fetching: None,
            installing: None,
            marking: None,
            closing: None,
            offered: 0,
            marked_good_in_b: false,
        }
    }

    fn in_b(&self) -> bool {
        self.machine.running.slot == "B"
    }

    fn carry_out(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Fetch(order) => self.fetching = Some(order.action),
                Effect::StopFetch | Effect::DropFiles => self.fetching = None,
                Effect::Install(order, _) => {
                    assert!(
                        !self.in_b(),
                        "the slot that runs is never written in this world"
                    );
                    self.installing = Some(order.action);
                }
                Effect::MarkGood | Effect::MarkBad | Effect::KeepRunning => {
                    if effect == Effect::MarkGood && self.in_b() {
                        assert!(self.well, "a version that is not well is never called good");
                    }
                    self.marking = Some(effect);
                }
                Effect::Reboot => {
                    assert!(self.silent || !self.busy, "a restart in a visit");
                    self.reboot();
                    return;
                }
                Effect::Close(ended) => {
                    if ended.outcome == Outcome::Good {
                        assert!(self.in_b(), "good is what runs: {ended:?}");
                        assert!(
                            self.well && self.marked_good_in_b,
                            "good without proof: {ended:?}"
                        );
                    }
                    if ended.outcome == Outcome::RolledBack {
                        assert!(!self.in_b(), "rolled back is what does not run: {ended:?}");
                    }
                    self.closing = Some(ended.action);
                }
                Effect::Tell { .. }
                | Effect::Confirm { .. }
                | Effect::AcceptCancel { .. }
                | Effect::RejectCancel { .. } => {}
            }
        }
    }

    fn reboot(&mut self) {
        self.boots += 1;
        let new = self.primary_b && self.b_is_new && self.starts;
        (self.fetching, self.installing, self.marking, self.closing) = (None, None, None, None);
        (self.busy, self.silent) = (false, false);
        self.machine.report.lacks = if new && !self.well {
            vec!["printerOffline".into()]
        } else {
            Vec::new()
        };
        let (slot, version) = if new { ("B", "2.0.0") } else { ("A", "1.0.0") };
        let effects = self
            .machine
            .reboot(&format!("boot-{}", self.boots), slot, version);
        self.carry_out(effects);
    }

    fn pass(&mut self, seconds: u16) {
        for _ in 0..seconds.div_ceil(10) {
            self.machine.now.boot_ms += 10_000;
            self.machine.busy(self.busy);
            // The firmware obeys as soon as nobody is there.
            let stands_by = self.machine.update.wishes_stand_by() && !self.busy;
            self.machine.report.closed = stands_by.then(|| "updating".into());
            let effects = if self.silent {
                self.machine.handle(&Event::Tick)
            } else {
                self.machine.reported()
            };
            self.carry_out(effects);
        }
    }

    fn answer(&mut self, event: &Event) {
        let effects = self.machine.handle(event);
        self.carry_out(effects);
    }

    fn take(&mut self, chance: Chance) {
        match chance {
            Chance::Pass(seconds) => self.pass(seconds),
            Chance::Kill => {
                (self.fetching, self.marking, self.closing, self.installing) =
                    (None, None, None, None);
                let effects = self.machine.kill();
                self.carry_out(effects);
            }
            Chance::PowerCut => self.reboot(),
            // The firmware takes no visit while it stands by.
            Chance::Visit(busy) => {
                self.busy = busy && (self.busy || self.machine.report.closed.is_none());
                self.pass(10);
            }
            Chance::Silence => self.silent = !self.busy,
            Chance::Speaks(speaks) => self.silent &= !speaks,
            Chance::Hour(minute) => self.machine.now.minute = Some(minute),
            Chance::Offer(forced) => {
                let handling = if forced {
                    Handling::Forced
                } else {
                    Handling::Attempt
                };
                let known = self.machine.update.state().action().map(str::to_owned);
                let action = known.unwrap_or_else(|| {
                    self.offered += 1;
                    format!("{}", self.offered)
                });
                self.answer(&Event::Offered(Order {
                    download: handling,
                    update: handling,
                    ..order(&action, "2.0.0")
                }));
            }
            Chance::Nothing => self.answer(&Event::NothingOpen),
            Chance::Cancel => {
                if let Some(action) = self.machine.update.state().action().map(str::to_owned) {
                    self.answer(&Event::CancelAsked {
                        stop: format!("stop-{action}"),
                        action,
                    });
                }
            }
            Chance::Fetch(how) => {
                let Some(action) = self.fetching.take() else {
                    return;
                };
                let result = match how {
                    0 => Err(FetchFault::Again("cut off".into())),
                    1 => Err(FetchFault::Spoilt),
                    2 => Err(FetchFault::NoRoom(5)),
                    _ => Ok(Bundle {
                        version: "2.0.0".into(),
                        ..Bundle::default()
                    }),
                };
                self.answer(&Event::Fetched { action, result });
            }
            Chance::Install(good) => {
                let Some(action) = self.installing.take() else {
                    return;
                };
                (self.primary_b, self.b_is_new) = (good, good);
                let result = if good { Ok(()) } else { Err("no".to_owned()) };
                self.answer(&Event::Installed { action, result });
            }
            Chance::Mark(done) => {
                let result = if done { Ok(()) } else { Err("no".to_owned()) };
                let event = match self.marking.take() {
                    Some(Effect::MarkGood) => {
                        self.marked_good_in_b = done && self.in_b();
                        Event::MarkedGood(result)
                    }
                    Some(Effect::MarkBad) => {
                        self.primary_b &= !(done && self.in_b());
                        Event::MarkedBad(result)
                    }
                    Some(_) => {
                        self.primary_b = if done { self.in_b() } else { self.primary_b };
                        Event::Kept(result)
                    }
                    None => return,
                };
                self.answer(&event);
            }
            Chance::Told(taken) => {
                let Some(action) = self.closing.take() else {
                    return;
                };
                self.answer(&if taken {
                    Event::Told { action }
                } else {
                    Event::NotTold {
                        action,
                        refused: true,
                    }
                });
            }
        }
    }

    /// From wherever it is, a machine that is left alone with a server that answers comes to rest.
    fn settle(&mut self) {
        self.machine.now.minute = Some(120);
        (self.busy, self.silent) = (false, false);
        for _ in 0..400 {
            if matches!(self.machine.update.state(), State::Idle) {
                return;
            }
            self.pass(60);
            for chance in [
                Chance::Fetch(7),
                Chance::Install(true),
                Chance::Mark(true),
                Chance::Told(true),
            ] {
                self.take(chance);
            }
        }
        panic!("stuck in {:?}", self.machine.update.state());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn success_needs_proof_nobody_is_disturbed_and_every_state_goes_on(
        starts in prop::bool::weighted(0.8),
        well in any::<bool>(),
        chances in prop::collection::vec(chance(), 1..120),
    ) {
        let mut world = World::new(starts, well);
        for chance in chances {
            // A machine that is on the new version has come to the end of this model.
            if world.in_b() && matches!(world.machine.update.state(), State::Idle) {
                break;
            }
            world.take(chance);
        }
        world.settle();
    }
}
