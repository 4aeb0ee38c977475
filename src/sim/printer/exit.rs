//! Where the paper comes out: into the open, onto a tear bar that knows, or into a presenter (Pyramid's command
//! reference, "Ejector" and "Full status").

use super::mechanism::Mechanism;
use super::paper::Paper;

/// Pieces that a retract bin holds before it is full.
const BIN: usize = 50;

/// What kind of exit it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ExitKind {
    /// The paper falls or hangs out, and the printer does not know.
    #[default]
    Open,
    /// It hangs out until it is torn off, and bit 7 of DLE EOT 1 says so (Cashino KP-628E).
    TearOff,
    /// A presenter of Custom's kind, with Custom's status and without the commands that Custom has not.
    Presenter,
}

/// The exit and where pieces of paper went from it.
#[derive(Clone, Debug)]
pub(super) struct Exit {
    pub(super) kind: ExitKind,
    /// Cut, and not handed out yet.
    inside: Option<Paper>,
    /// Between the lips, for a person to take.
    pub(super) held: Option<Paper>,
    pub(super) taken: Vec<Paper>,
    pub(super) ejected: Vec<Paper>,
    pub(super) bin: Vec<Paper>,
    /// A retract is enabled in the printer's own settings.
    pub(super) retracts: bool,
    /// While it is printed the paper is pushed out, as after power-up.
    continuous: bool,
    /// The next receipt gets stuck on its way out.
    sticks_next: bool,
    /// The jam is here and not at the roll.
    stuck: bool,
    /// Receipts that were pushed into one that still lay there.
    pub(super) collisions: usize,
}

impl Exit {
    pub(super) fn new(kind: ExitKind) -> Self {
        Self {
            kind,
            inside: None,
            held: None,
            taken: Vec::new(),
            ejected: Vec::new(),
            bin: Vec::new(),
            retracts: true,
            continuous: true,
            sticks_next: false,
            stuck: false,
            collisions: 0,
        }
    }

    /// Power-up.
    pub(super) fn reset(&mut self) {
        self.continuous = true;
    }
}

/// What a command did to the exit.
pub(super) enum Moved {
    Nothing,
    Paper,
    Jam,
}

impl Mechanism {
    /// Whether the sensor of the exit sees paper.
    pub(super) fn sees_exit(&self) -> bool {
        let pushes = self.exit.continuous && !self.under_head().items.is_empty();
        match self.exit.kind {
            ExitKind::Open => false,
            ExitKind::TearOff => self.exit.held.is_some(),
            ExitKind::Presenter => self.exit.held.is_some() || pushes,
        }
    }

    /// A piece was cut off.
    pub(super) fn leaves_cutter(&mut self, paper: &Paper) {
        match self.exit.kind {
            ExitKind::Open => {}
            ExitKind::TearOff => {
                let blank = paper.is_blank();
                if self.exit.held.is_some() && !blank {
                    self.exit.collisions += 1;
                }
                if !blank {
                    self.exit.held = Some(paper.clone());
                }
            }
            ExitKind::Presenter => self.exit.inside = Some(paper.clone()),
        }
    }

    /// GS e n. What has not been cut is cut first; of nothing nothing comes.
    pub(super) fn eject(&mut self, n: u8) -> Moved {
        if self.exit.kind != ExitKind::Presenter {
            return Moved::Nothing;
        }
        match n {
            18 => self.exit.continuous = false,
            20 => self.exit.continuous = true,
            2 if !self.exit.retracts => {}
            2 | 3 | 5 | 32 => {
                if !self.under_head().items.is_empty() {
                    self.take_paper(false);
                }
                return self.move_paper(n);
            }
            _ => {}
        }
        Moved::Nothing
    }

    fn move_paper(&mut self, n: u8) -> Moved {
        let exit = &mut self.exit;
        let moving = exit.inside.is_some() || (exit.held.is_some() && !matches!(n, 3 | 32));
        if !moving {
            return Moved::Nothing;
        }
        let collides = matches!(n, 3 | 32) && exit.held.is_some();
        exit.collisions += usize::from(collides);
        let full = n == 2 && exit.bin.len() >= BIN;
        if collides || full || std::mem::take(&mut exit.sticks_next) {
            exit.stuck = true;
            return Moved::Jam;
        }
        let inside = exit.inside.take();
        match n {
            2 => {
                let held = exit.held.take();
                exit.bin.extend(held.into_iter().chain(inside));
            }
            5 => {
                let held = exit.held.take();
                exit.ejected.extend(held.into_iter().chain(inside));
            }
            _ => exit.held = inside,
        }
        Moved::Paper
    }

    /// A person takes the receipt that waits there; false when none does.
    pub fn take_receipt(&mut self) -> bool {
        let taken = self.exit.held.take();
        let any = taken.is_some();
        self.exit.taken.extend(taken);
        any
    }

    /// A slip of somebody who has gone hangs in the exit, if nothing does yet and nothing is just being printed there.
    pub fn leave_slip(&mut self) {
        let at_rest = self.under_head().items.is_empty() && self.buffer.is_empty();
        if self.exit.kind != ExitKind::Open && at_rest {
            self.exit.held.get_or_insert_default();
        }
    }

    /// The receipt in the exit is stuck, or the next one will be.
    pub fn jam_exit(&mut self) {
        if self.exit.kind != ExitKind::Presenter {
            return;
        }
        if self.exit.held.is_some() {
            self.exit.stuck = true;
            self.jam();
        } else {
            self.exit.sticks_next = true;
        }
    }

    /// Whether a retract is enabled in the printer's own settings.
    pub fn set_retracts(&mut self, retracts: bool) {
        self.exit.retracts = retracts;
    }

    /// Somebody has freed the exit, and kept what was in it.
    pub(super) fn free_exit(&mut self) {
        self.exit.sticks_next = false;
        if std::mem::take(&mut self.exit.stuck) {
            self.exit.held = None;
            self.exit.inside = None;
        }
    }

    /// The retract bin is emptied; how many pieces were in it.
    pub fn empty_bin(&mut self) -> usize {
        std::mem::take(&mut self.exit.bin).len()
    }

    /// What waits at the exit.
    #[must_use]
    pub fn at_exit(&self) -> Option<&Paper> {
        self.exit.held.as_ref()
    }

    /// What people took, oldest first.
    #[must_use]
    pub fn taken(&self) -> &[Paper] {
        &self.exit.taken
    }

    /// What was pushed out with nobody there.
    #[must_use]
    pub fn ejected(&self) -> &[Paper] {
        &self.exit.ejected
    }

    /// What lies in the retract bin.
    #[must_use]
    pub fn bin(&self) -> &[Paper] {
        &self.exit.bin
    }

    /// Receipts that were pushed into one that still lay there. A good driver makes none.
    #[must_use]
    pub fn collisions(&self) -> usize {
        self.exit.collisions
    }
}
