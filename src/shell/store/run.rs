//! Beginning a run: key slots and database are brought together, and numbers never come twice.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;

use crate::case::Machine;

use super::attachments::Attachments;
use super::chain;
use super::fault::StoreFault;
use super::files::OpenFile;
use super::key_slots::{Header, KeySlots};
use super::machine_key::MachineKey;
use super::numbers;
use super::open::{self, Meta, OnDamage, Random, Report, key_check};
use super::place::Place;
use super::refused;
use super::salvage::{self, Taken};
use super::writer::Desk;

/// Trouble: cases of a store that was set aside found no room; the next start tries again.
const NOT_TAKEN_BACK: &str = "not-taken-back";

/// Everything a run needs but the key slots.
pub(super) struct Start {
    pub(super) db: Connection,
    pub(super) place: Place,
    pub(super) machine: Machine,
    pub(super) key: MachineKey,
    /// Keys that the machine had before.
    pub(super) older: Vec<MachineKey>,
    pub(super) random: Random,
    pub(super) on_damage: OnDamage,
    pub(super) tidy_after: Duration,
}

impl Start {
    fn desk(self, slots: KeySlots) -> Desk {
        let attachments = Attachments::of(&self.place);
        Desk {
            db: self.db,
            place: self.place,
            attachments,
            machine: self.machine,
            key: self.key,
            slots,
            random: self.random,
            commit: |transaction| transaction.commit(),
            tally: None,
            doubt: None,
            suspect: false,
            damaged: BTreeSet::new(),
            on_damage: self.on_damage,
            first_row: 1,
            adrift: false,
            unnoted: false,
            plenty: 0,
            ahead: None,
            untidy: true,
            tidy_after: self.tidy_after,
        }
    }

    /// The first run of a new file, made now or by a run that died before it had taken over the damaged one.
    pub(super) fn anew(mut self, report: &mut Report) -> Result<Desk, StoreFault> {
        let path = Place::keys_of(&self.place.path);
        let mut last_epoch = [0; 2];
        if let Ok(file) = self.place.files.open(&path) {
            // Slots of a database that is gone. They may be all that is left of it, so they are kept.
            last_epoch = Header::read(&*file).map_or(last_epoch, |header| header.epoch);
            drop(file);
            self.place.move_aside(&path)?;
        }
        let (mut store, mut nonce) = ([0; 16], [0; 24]);
        (self.random)(&mut store)?;
        (self.random)(&mut nonce)?;
        let wrap = self.key.wrap.clone();
        let slots = KeySlots::create(&self.place, &path, &wrap, store, &mut self.random)?;
        let aside = report.set_aside.clone();
        let aside = aside.or_else(|| self.place.newest_aside());
        let check = key_check(&self.key, &store, nonce);
        let older = std::mem::take(&mut self.older);
        let mut desk = self.desk(slots);
        desk.slots.header.epoch = last_epoch;
        let _ = desk.begin_log();

        // One transaction: a salvage that is cut off leaves no row whose slot another salvage would not know.
        desk.enter_meta(&store, &check)?;
        let mut taken = Taken::default();
        let mut waits = false;
        if let Some(aside) = &aside {
            // Until it is done with: a cut from here on leaves it to the next start.
            let locked = desk.place.lock_aside(aside).is_ok();
            waits = !desk.opens(&older, aside);
            taken = match salvage::salvage(&mut desk, &older, aside) {
                Ok(taken) => taken,
                // No room for them now: they stay where they are, and so does their place in the order.
                Err(_) => {
                    desk.give_up_commit();
                    desk.enter_meta(&store, &check)?;
                    salvage::untouched(&desk, &older, aside)
                }
            };
            if !taken.complete {
                waits = true;
                report.troubles.push(NOT_TAKEN_BACK);
            }
            waits |= taken.is_shut();
            if waits && !locked {
                // Nothing is committed yet, and the next start begins here again.
                desk.place.lock_aside(aside)?;
            }
            desk.first_row = taken.last + 1;
        }
        chain::catch_up(&desk.db)?;
        desk.begin_epoch()?;
        report.salvaged = taken.cases;
        let missing = chain::give_up_missing(&desk.db)?;
        // What waits for its key is not lost.
        report.lost = if waits { 0 } else { missing };
        desk.begin(0, false)?;
        if let Some(aside) = &aside {
            desk.done_with(aside, &taken, waits);
        }
        desk.take_back(&older, report);
        desk.settle_refused();
        desk.sweep_attachments();
        Ok(desk)
    }

    /// A further run of a file that is sound.
    pub(super) fn again(
        mut self,
        meta: &Meta,
        as_it_is: bool,
        report: &mut Report,
    ) -> Result<Desk, StoreFault> {
        let path = Place::keys_of(&self.place.path);
        let filed = self.filed()?;
        let (file, header) = self.slots_file(&path, meta, report)?;
        if header.as_ref().is_some_and(|header| header.filed > filed) {
            report.troubles.push("behind");
        }
        // A damaged header knows nothing: as if the database were a copy of an earlier day.
        let same_life = header.as_ref().is_some_and(|h| agrees(h, meta, filed));
        let header = header.unwrap_or(Header {
            store: meta.store,
            ..Header::default()
        });
        let wrap = self.key.wrap.clone();
        let known = meta.known.as_ref().filter(|_| same_life);
        let slots = match known {
            Some((used, _)) => KeySlots::after_clean_stop(file, &wrap, header, used),
            None => KeySlots::after_a_cut(file, &wrap, header, &self.held()?)?,
        };
        let older = std::mem::take(&mut self.older);
        let mut desk = self.desk(slots);
        desk.tally = known.map(|(_, tally)| *tally);
        // A log that a cut left behind goes into the file while there is room for both: were it to grow first until the disk
        // is full, neither could. On a disk that is full now it stays.
        let _ = if meta.clean {
            desk.empty_log()
        } else {
            desk.begin_log()
        };
        desk.db.execute_batch("BEGIN")?;
        // A page that went bad since the last clean stop is looked into by the next start, and no reason not to start now.
        desk.suspect |= chain::catch_up(&desk.db).is_err();
        // Each machine has its own chain in an epoch.
        let new_name = meta.machine != desk.machine.as_str();
        desk.begin(meta.starts, !same_life || new_name)?;
        // A disk that is full, or a page that is bad, is no reason not to start either.
        desk.suspect |= matches!(desk.prune(), Err(StoreFault::Corrupt(_)));
        if !as_it_is {
            desk.take_back(&older, report);
        }
        desk.settle_refused();
        desk.sweep_attachments();
        Ok(desk)
    }

    /// The file of key slots, a new one if there is none of this store.
    fn slots_file(
        &mut self,
        path: &Path,
        meta: &Meta,
        report: &mut Report,
    ) -> Result<(Box<dyn OpenFile>, Option<Header>), StoreFault> {
        match self.place.files.open(path) {
            Ok(file) => {
                let header = Header::read(&*file);
                match &header {
                    Some(other) if other.store != meta.store => {
                        drop(file);
                        self.place.move_aside(path)?;
                    }
                    Some(_) => return Ok((file, header)),
                    None => {
                        report.troubles.push("slots-damaged");
                        return Ok((file, header));
                    }
                }
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            // Something else under this name, such as a folder.
            Err(_) => self.place.move_aside(path)?,
        }
        report.troubles.push("slots-missing");
        let wrap = &self.key.wrap;
        KeySlots::create(&self.place, path, wrap, meta.store, &mut self.random)?;
        Ok((self.place.files.open(path)?, None))
    }

    fn filed(&self) -> Result<u64, StoreFault> {
        let next = numbers::next(&self.db)?;
        Ok(u64::try_from(next.id - 1).unwrap_or(0))
    }

    /// Slots that rows hold: after anything but a clean stop only the rows know.
    fn held(&self) -> Result<Vec<u32>, StoreFault> {
        let mut statement = self
            .db
            .prepare("SELECT slot FROM bodies UNION ALL SELECT slot FROM ratings")?;
        let mut rows = statement.query([])?;
        let mut held = Vec::new();
        while let Some(row) = rows.next()? {
            // A number that no slot has is damage of its one row, and no reason not to start.
            held.extend(u32::try_from(row.get::<_, i64>(0)?));
        }
        Ok(held)
    }
}

/// Whether slots and database lived the same life. They do not after one of them was copied back from an earlier day;
/// then numbers may have been given out that this database does not know, and a new epoch begins.
fn agrees(header: &Header, meta: &Meta, filed: u64) -> bool {
    let counted = header.starts == meta.starts || header.starts + 1 == meta.starts;
    // The database says "clean" before the slots say "closed".
    let copied_while_running = !meta.clean && header.closed == meta.starts && meta.starts > 0;
    counted && !copied_while_running && header.filed <= filed
}

impl Desk {
    fn opens(&self, older: &[MachineKey], aside: &Path) -> bool {
        let keys = std::iter::once(&self.key).chain(older);
        open::owner(&self.place, aside, keys).is_some()
    }

    /// Begins the transaction of a first run.
    fn enter_meta(&mut self, store: &[u8; 16], check: &[u8]) -> Result<(), StoreFault> {
        self.db.execute_batch("BEGIN")?;
        self.db.execute(
            "INSERT INTO meta (one, machine, store, key_check, next_rating, starts, doubts, clean)
             VALUES (1, ?1, ?2, ?3, 1, 0, 0, 0)",
            (self.machine.as_str(), store, check),
        )?;
        Ok(())
    }

    /// Nothing of the open transaction is kept. A full disk has ended it already.
    fn give_up_commit(&mut self) {
        if !self.db.is_autocommit() {
            // If even that fails, closing the file does the same.
            let _ = self.db.execute_batch("ROLLBACK");
        }
        // Slots were given to rows that are not there: the next start counts them anew.
        self.suspect = true;
    }

    /// Takes over the cases of stores that were set aside because no key opened them, if one does now. What cannot be
    /// taken over now (a full disk) stays where it is until the next start.
    fn take_back(&mut self, older: &[MachineKey], report: &mut Report) {
        for aside in self.place.locked_asides() {
            if !self.opens(older, &aside) {
                continue;
            }
            match self.take_back_one(older, &aside) {
                Ok(cases) => report.returned += cases,
                Err(_) => {
                    self.give_up_commit();
                    report.troubles.push(NOT_TAKEN_BACK);
                }
            }
            self.tally = None;
        }
    }

    fn take_back_one(&mut self, older: &[MachineKey], aside: &Path) -> Result<usize, StoreFault> {
        self.db.execute_batch("BEGIN")?;
        let taken = salvage::salvage(self, older, aside)?;
        chain::catch_up(&self.db)?;
        if taken.complete {
            chain::give_up_missing(&self.db)?;
        }
        self.db.execute_batch("COMMIT")?;
        self.done_with(aside, &taken, !taken.complete || taken.is_shut());
        Ok(taken.cases)
    }

    /// Destroys the old keys of what was taken over, and that is committed. What cannot be done now is done by the next
    /// start, as is an aside that still `waits` for its key or for room.
    fn done_with(&self, aside: &Path, taken: &Taken, waits: bool) {
        if taken.erase(&self.place, aside).is_ok() && !waits {
            let _ = self.place.unlock_aside(aside);
        }
    }

    /// A disk that is full, or a page that is bad, leaves it to a later start.
    fn settle_refused(&mut self) {
        let settled = self.db.unchecked_transaction().map_err(StoreFault::from);
        let settled = settled.and_then(|transaction| {
            // What waits beside the store may have the correction.
            let all_here = self.place.locked_asides().is_empty();
            let freed = refused::settle_open(&transaction, &self.key.mark, all_here)?;
            transaction.commit()?;
            Ok(freed)
        });
        match settled {
            Ok(freed) => self.let_go(freed),
            Err(fault) => self.suspect |= matches!(fault, StoreFault::Corrupt(_)),
        }
    }

    /// Says that a run has begun, in the open transaction and then in the slots.
    fn begin(&mut self, starts: u64, new_epoch: bool) -> Result<(), StoreFault> {
        let starts = starts.max(self.slots.header.starts) + 1;
        if new_epoch {
            self.begin_epoch()?;
        }
        self.db.execute(
            "UPDATE meta SET clean = 0, used_slots = NULL, machine = ?1, starts = ?2",
            (
                self.machine.as_str(),
                i64::try_from(starts).unwrap_or(i64::MAX),
            ),
        )?;
        self.db.execute_batch("COMMIT")?;
        self.slots.header.starts = starts;
        self.slots.header.filed = self.filed()?;
        self.slots.renew(&mut self.random)?;
        self.slots.stock(&mut self.random)?;
        self.slots.flush()
    }
}
