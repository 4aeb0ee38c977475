//! What people, wear and the mains do to a printer.

use std::time::Duration;

use super::exit::ExitKind;
use super::mechanism::{Mechanism, NEAR_END_DOTS};

impl Mechanism {
    /// The near-end sensor speaks.
    pub fn paper_low(&mut self) {
        self.faults.paper_low = true;
    }

    /// No paper from now on.
    pub fn paper_out(&mut self) {
        self.faults.paper_out = true;
    }

    /// The paper ends after so many more lines or images.
    pub fn paper_out_after_lines(&mut self, lines: u32) {
        self.lines_left = Some(lines.max(1));
    }

    /// A new roll. What hung out is torn off.
    pub fn refill(&mut self) {
        if self.faults.paper_out && !self.composer.paper.items.is_empty() {
            self.take_paper(true);
        }
        self.faults.paper_low = false;
        self.faults.paper_out = false;
        self.lines_left = None;
        self.roll_dots = None;
    }

    /// So many millimetres are left on the roll; its near-end sensor speaks from 500 on.
    pub fn set_roll_mm(&mut self, mm: u32) {
        let dots = mm as usize * 8;
        self.roll_dots = Some(dots);
        self.faults.paper_low = dots <= NEAR_END_DOTS;
        self.faults.paper_out = dots == 0;
    }

    /// The head is too hot to print, until it has cooled down.
    pub fn set_head_hot(&mut self, hot: bool) {
        self.faults.head_hot = hot;
    }

    /// The paper jams.
    pub fn jam(&mut self) {
        self.faults.jam = true;
        self.faults.stopped_by_jam = true;
    }

    /// The jammed paper is pulled out. The printer stays stopped until it is told to recover.
    pub fn clear_jam(&mut self) {
        if self.faults.jam && !self.composer.paper.items.is_empty() {
            self.take_paper(true);
        }
        let jammed = std::mem::take(&mut self.faults.jam);
        self.free_exit();
        if jammed && self.exit.kind == ExitKind::Presenter {
            // Its lid is shut again, and that is all the recovery that it knows.
            self.faults.stopped_by_jam = false;
            self.clear();
        }
    }

    /// The next cut fails.
    pub fn break_cutter(&mut self) {
        self.faults.cutter = true;
    }

    /// The cutter moves again; the printer stays stopped until it is told to recover.
    pub fn mend_cutter(&mut self) {
        self.faults.cutter = false;
        if self.exit.kind == ExitKind::Presenter {
            self.faults.stopped_by_cutter = false;
            self.clear();
        }
    }

    /// The cover.
    pub fn set_cover_open(&mut self, open: bool) {
        self.faults.cover_open = open;
    }

    /// Off-line by its own switch.
    pub fn set_offline(&mut self, offline: bool) {
        self.faults.offline = offline;
    }

    /// Hears and says nothing, as without power. Going silent empties its memory.
    pub fn set_silent(&mut self, silent: bool) {
        if silent {
            self.clear();
            self.composer.reset();
            self.exit.reset();
            self.answers.clear();
            self.changes = 0;
            self.full = false;
        }
        self.silent = silent;
    }

    /// Prints, but never answers what proves it.
    pub fn set_no_proof(&mut self, no_proof: bool) {
        self.no_proof = no_proof;
    }

    /// How long every answer takes.
    pub fn set_answer_delay(&mut self, delay: Duration) {
        self.options.answer_delay = delay;
    }

    /// Says XOFF when its buffer fills and XON when there is room again.
    pub fn set_flow_control(&mut self, flow_control: bool) {
        self.flow_control = flow_control;
    }

    /// Answers under way are lost with the cable; the buffer stays.
    pub fn unplugged(&mut self) {
        self.answers.clear();
        self.tail.clear();
    }

    /// The next bytes from the line are lost, as in an overrun.
    pub fn drop_bytes(&mut self, bytes: usize) {
        self.deaf_for = bytes;
    }

    /// A byte came while the buffer was full: what counts those tells it once, where the status has a bit for it.
    pub fn overrun(&mut self) {
        self.faults.overrun = true;
    }

    /// Power fails for an instant: everything in memory and every answer under way is gone, and it goes on at once.
    pub fn power_dip(&mut self) {
        self.set_silent(true);
        self.busy_until = None;
        self.tail.clear();
        self.set_silent(false);
    }
}
