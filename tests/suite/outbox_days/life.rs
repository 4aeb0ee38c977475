//! One life: what happens, in order of time, until everything is well again and must come to its end.

use std::collections::BTreeMap;
use std::path::PathBuf;

use kiosk::case::{Answer, Key, RetryCause};

use super::books::{Books, Tally, Violation};
use super::machine::{Machine, Request};
use super::platform::Platform;
use super::sabotage::Sabotage;
use super::time::{Clocks, DAY_MS, HOUR_MS, MINUTE_MS};
use super::weather::Weather;

/// Days of one life before all is mended.
pub const DAYS_OF_A_LIFE: u64 = 50;
/// People of the town.
const PEOPLE: u64 = 60;
/// How long everything may take that waits when all is well again.
const RECOVERY_MS: u64 = 6 * HOUR_MS;

/// Something that happens at its time.
enum Happening {
    /// The town's machine is used.
    Visit,
    Trouble,
    Fair,
    /// What came of a request that left in this boot and took so long.
    Answered(Key, Answer, u64, u64),
    /// The network delivers an old request once more.
    Copy(Key, Vec<u8>),
    PowerCut,
    Restart,
    ClockJump,
    ClockSet,
    DiskFull,
    DiskFree,
    Technician,
    Midnight,
}

struct Life {
    clocks: Clocks,
    rng: fastrand::Rng,
    machine: Machine,
    platform: Platform,
    books: Books,
    weather: Weather,
    agenda: BTreeMap<(u64, u64), Happening>,
    entries: u64,
    contents: u64,
    last_person: u64,
}

/// Lives one life from this seed, or tells which promise was broken in it.
pub fn live(seed: u64, sabotage: Sabotage) -> Result<Tally, Violation> {
    let memory = PathBuf::from("/dev/shm");
    let folder = if memory.is_dir() {
        tempfile::tempdir_in(memory).unwrap()
    } else {
        tempfile::tempdir().unwrap()
    };
    let mut clocks = Clocks::new();
    let machine = Machine::new(folder.path(), seed, sabotage, &mut clocks)?;
    let mut life = Life {
        clocks,
        rng: fastrand::Rng::with_seed(seed),
        machine,
        platform: Platform::new(sabotage),
        books: Books::default(),
        weather: Weather::Fair,
        agenda: BTreeMap::new(),
        entries: 0,
        contents: seed % 100,
        last_person: 0,
    };
    life.pass().map_err(|mut violation| {
        violation.at_ms = life.clocks.ms;
        violation
    })?;
    Ok(life.books.tally)
}

impl Life {
    fn pass(&mut self) -> Result<(), Violation> {
        self.plan(MINUTE_MS, Happening::ClockSet);
        for first in [
            Happening::Trouble,
            Happening::PowerCut,
            Happening::Restart,
            Happening::ClockJump,
            Happening::DiskFull,
            Happening::Technician,
        ] {
            self.plan_within(6 * DAY_MS, first);
        }
        self.plan(0, Happening::Midnight);
        self.until(DAYS_OF_A_LIFE * DAY_MS)?;
        // All is mended, and nobody files any more: what waits must come to its end, soon.
        self.agenda
            .retain(|_, what| matches!(what, Happening::Answered(..)));
        self.platform.unsound = false;
        self.fair();
        self.restart(false, false)?;
        self.machine
            .release_all(&mut self.books, &mut self.clocks)?;
        self.until(self.clocks.ms + RECOVERY_MS)?;
        self.machine.inspect(&self.books)?;
        self.books.all_done()?;
        if self.clocks.date_all()? > 0 {
            self.books.tally.count("dated exactly");
        }
        Ok(())
    }

    fn until(&mut self, end_ms: u64) -> Result<(), Violation> {
        loop {
            for request in self.machine.poll(&mut self.books, &mut self.clocks)? {
                self.send(request)?;
            }
            let happens = self.agenda.first_key_value().map(|(at, _)| at.0);
            let due = self.machine.next_ms(&self.clocks);
            let next = [happens, due].into_iter().flatten().min();
            let Some(next) = next.filter(|next| *next < end_ms) else {
                // A restart may have lasted longer.
                self.clocks.ms = self.clocks.ms.max(end_ms);
                return Ok(());
            };
            self.clocks.ms = self.clocks.ms.max(next);
            if happens.is_some_and(|at| at <= self.clocks.ms)
                && let Some((_, what)) = self.agenda.pop_first()
            {
                self.happen(what)?;
            }
        }
    }

    fn plan(&mut self, after_ms: u64, what: Happening) {
        self.entries += 1;
        let at = (self.clocks.ms + after_ms, self.entries);
        self.agenda.insert(at, what);
    }

    fn plan_within(&mut self, most_ms: u64, what: Happening) {
        let after = self.rng.u64(0..most_ms);
        self.plan(after, what);
    }

    fn happen(&mut self, what: Happening) -> Result<(), Violation> {
        match what {
            Happening::Visit => self.visit()?,
            Happening::Midnight => self.midnight()?,
            Happening::Answered(key, answer, boot, took) => {
                self.answered(&key, &answer, boot, took)?
            }
            Happening::Copy(key, body) => {
                self.books.tally.count("late copy");
                self.platform.put(&key, &body, &mut self.books)?;
            }
            Happening::Trouble => {
                let (weather, length) = Weather::trouble(&mut self.rng);
                self.weather = weather;
                if weather == Weather::Busy {
                    self.books.tally.count("busy");
                }
                self.plan(length, Happening::Fair);
            }
            Happening::Fair => {
                self.fair();
                self.plan_within(10 * DAY_MS, Happening::Trouble);
            }
            Happening::PowerCut => {
                self.books.tally.count("power cut");
                self.restart(true, self.machine.full)?;
                self.plan_within(12 * DAY_MS, Happening::PowerCut);
            }
            Happening::Restart => {
                self.restart(false, self.machine.full)?;
                self.plan_within(20 * DAY_MS, Happening::Restart);
            }
            Happening::DiskFull => {
                self.restart(false, true)?;
                self.plan_within(4 * DAY_MS, Happening::DiskFree);
            }
            Happening::DiskFree => {
                self.restart(false, false)?;
                self.plan_within(40 * DAY_MS, Happening::DiskFull);
            }
            Happening::ClockJump => {
                self.books.tally.count("clock jump");
                let by = self.wrong_clock();
                self.clocks.jump(by);
                self.plan_within(15 * DAY_MS, Happening::ClockJump);
            }
            Happening::ClockSet => {
                self.books.tally.count("clock set");
                self.clocks.set();
                self.plan_within(20 * DAY_MS, Happening::ClockSet);
            }
            Happening::Technician => {
                self.machine
                    .release_all(&mut self.books, &mut self.clocks)?;
                self.plan_within(8 * DAY_MS, Happening::Technician);
            }
        }
        Ok(())
    }

    /// The day's visits: few, between eight and eight, most before noon.
    fn midnight(&mut self) -> Result<(), Violation> {
        self.clocks.note();
        for _ in 0..self.rng.u64(1..6) {
            let hour = if self.rng.bool() { 8..12 } else { 12..20 };
            let at = self.rng.u64(hour.start * HOUR_MS..hour.end * HOUR_MS);
            self.plan(at, Happening::Visit);
        }
        if (self.clocks.ms / DAY_MS).is_multiple_of(7) {
            self.machine.inspect(&self.books)?;
        }
        self.plan(DAY_MS, Happening::Midnight);
        Ok(())
    }

    fn visit(&mut self) -> Result<(), Violation> {
        // Many come back for something else at once.
        if self.rng.u32(0..4) > 0 {
            self.last_person = self.rng.u64(0..PEOPLE);
        }
        let parts = match self.rng.u32(0..12) {
            0 => 4,
            1 => 2,
            _ => 1,
        };
        let first = self.contents;
        self.contents += parts;
        let contents: Vec<u64> = (first..self.contents).collect();
        let person = self.last_person;
        self.machine
            .file(person, &contents, &mut self.books, &mut self.clocks)
    }

    /// A request leaves. What comes of it is decided now and told when it has taken its time.
    fn send(&mut self, request: Request) -> Result<(), Violation> {
        let Request {
            key,
            wire_key,
            body,
        } = request;
        let lost = Answer::Retry {
            why: RetryCause::TimedOut,
            retry_after_s: None,
        };
        let (answer, took) = match self.weather.answer(&mut self.rng) {
            Some(answer) => (answer, self.rng.u64(1..3_000)),
            None if self.rng.u32(0..40) == 0 => {
                self.books.tally.count("request lost");
                (lost, 30_000)
            }
            None => {
                let reply = self.platform.put(&wire_key, &body, &mut self.books)?;
                if self.rng.u32(0..20) == 0 {
                    let later = self.rng.u64(MINUTE_MS..3 * DAY_MS);
                    self.plan(later, Happening::Copy(wire_key, body));
                }
                if self.rng.u32(0..15) == 0 {
                    self.books.tally.count("answer lost");
                    (lost, 30_000)
                } else {
                    (reply.to_put(), self.rng.u64(20..2_000))
                }
            }
        };
        let boot = self.clocks.boot();
        self.plan(took, Happening::Answered(key, answer, boot, took));
        Ok(())
    }

    fn answered(
        &mut self,
        key: &Key,
        answer: &Answer,
        boot: u64,
        took: u64,
    ) -> Result<(), Violation> {
        // Whoever asked for it is gone.
        if boot != self.clocks.boot() {
            return Ok(());
        }
        if matches!(answer, Answer::Accepted(_) | Answer::Rejected(_)) {
            self.clocks.heard(took);
        }
        self.machine
            .keep(key, answer, &mut self.books, &mut self.clocks)
    }

    fn fair(&mut self) {
        self.weather = Weather::Fair;
        // Sometimes something notices at once, sometimes only the next probe does.
        if self.rng.bool() {
            self.machine.line_up(&self.clocks);
        }
    }

    fn restart(&mut self, power_cut: bool, full: bool) -> Result<(), Violation> {
        self.books.tally.count("restart");
        self.books.rebooted();
        self.clocks.note();
        self.clocks.ms += self.rng.u64(20_000..2 * HOUR_MS);
        let wall = self.wrong_clock();
        self.clocks.boot_again(wall);
        self.machine.full = full;
        self.machine.start_again(power_cut, &mut self.clocks)
    }

    /// What a battery leaves of a clock, milliseconds off.
    fn wrong_clock(&mut self) -> i64 {
        let day = 86_400_000_i64;
        match self.rng.u32(0..6) {
            0 => -20 * 365 * day,
            1 => 3 * 3_600_000,
            2 => 30 * day,
            3 => -2 * 3_600_000,
            4 => 25 * 365 * day,
            _ => 0,
        }
    }
}
