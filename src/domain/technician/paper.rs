//! Changing the roll, one step after the other. A step is done when the printer says so, never because somebody pressed a
//! button: who only thinks that the cover is closed leaves a machine that prints nothing.

use crate::status::{Device, Paper};

/// What is to be done now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum PaperStep {
    /// Open the cover.
    #[default]
    Open,
    /// Take the old roll out.
    OldOut,
    /// Put the new one in, thermal side to the head.
    NewIn,
    /// Close the cover.
    Close,
    /// The printer cuts a test slip.
    Cut,
    /// Done, or not.
    Over,
}

impl PaperStep {
    /// The steps in their order, without the end.
    pub const ALL: [Self; 5] = [
        Self::Open,
        Self::OldOut,
        Self::NewIn,
        Self::Close,
        Self::Cut,
    ];
}

/// How far it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PaperChange {
    step: PaperStep,
    /// The test slip came out, or did not.
    cut: Option<bool>,
    /// The paper as the printer saw it at the end.
    at_end: Option<Paper>,
}

impl PaperChange {
    /// What is to be done now.
    #[must_use]
    pub fn step(&self) -> PaperStep {
        self.step
    }

    /// Whether it has come to an end.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.step == PaperStep::Over
    }

    /// Whether the test slip came out of a roll that is not near its end.
    #[must_use]
    pub fn is_well(&self) -> bool {
        self.cut == Some(true) && self.at_end == Some(Paper::Full)
    }

    /// Whether the test slip came out.
    #[must_use]
    pub fn has_cut(&self) -> bool {
        self.cut == Some(true)
    }

    /// The printer's state; true once, when the test slip is to be printed now.
    pub fn look(&mut self, printer: Device, paper: Paper) -> bool {
        let open = printer == Device::UserError && paper != Paper::Jammed;
        let closed = matches!(printer, Device::Online | Device::DeviceBusy);
        let gone = paper == Paper::Out;
        loop {
            let next = match self.step {
                PaperStep::Open if open => PaperStep::OldOut,
                // A printer without paper need not have been opened for it to be seen that the roll is out.
                PaperStep::Open if gone => PaperStep::NewIn,
                PaperStep::OldOut if gone => PaperStep::NewIn,
                // Some printers do not look for paper under an open cover; and a roll is changed in a moment.
                PaperStep::OldOut | PaperStep::NewIn | PaperStep::Close if closed && !gone => {
                    self.step = PaperStep::Cut;
                    return true;
                }
                PaperStep::NewIn if !gone => PaperStep::Close,
                PaperStep::Close if gone => PaperStep::NewIn,
                _ => return false,
            };
            // Each pass leads on, or from the last step back to the one before and no further in this look.
            let back = next < self.step;
            self.step = next;
            if back {
                return false;
            }
        }
    }

    /// The test slip ended; `paper` is what the printer says then.
    pub fn ended(&mut self, came_out: bool, paper: Paper) {
        if self.step == PaperStep::Cut {
            self.step = PaperStep::Over;
            self.cut = Some(came_out);
            self.at_end = Some(paper);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const OPEN: Device = Device::UserError;
    const SHUT: Device = Device::Online;

    fn walk(said: &[(Device, Paper)]) -> (PaperChange, usize) {
        let mut change = PaperChange::default();
        let cuts = said
            .iter()
            .filter(|(device, paper)| change.look(*device, *paper))
            .count();
        (change, cuts)
    }

    #[test]
    fn each_step_is_seen_by_the_printer() {
        let (change, cuts) = walk(&[(SHUT, Paper::Low)]);
        assert_eq!((change.step(), cuts), (PaperStep::Open, 0));
        let (change, _) = walk(&[(OPEN, Paper::Low)]);
        assert_eq!(change.step(), PaperStep::OldOut);
        let (change, _) = walk(&[(OPEN, Paper::Low), (OPEN, Paper::Out)]);
        assert_eq!(change.step(), PaperStep::NewIn);
        let in_it = [(OPEN, Paper::Low), (OPEN, Paper::Out), (OPEN, Paper::Full)];
        assert_eq!(walk(&in_it).0.step(), PaperStep::Close);
        let out_again = [in_it.as_slice(), &[(OPEN, Paper::Out)]].concat();
        assert_eq!(walk(&out_again).0.step(), PaperStep::NewIn);
        let whole = [in_it.as_slice(), &[(SHUT, Paper::Full)]].concat();
        let (mut change, cuts) = walk(&whole);
        assert_eq!((change.step(), cuts), (PaperStep::Cut, 1));
        change.ended(true, Paper::Full);
        assert!(change.is_over() && change.is_well());
    }

    #[test]
    fn an_empty_printer_and_one_that_is_blind_under_its_cover_get_there_too() {
        let empty = [
            (Device::Offline, Paper::Out),
            (OPEN, Paper::Full),
            (SHUT, Paper::Full),
        ];
        assert_eq!(walk(&empty).1, 1);
        let blind = [(OPEN, Paper::Low), (SHUT, Paper::Full)];
        assert_eq!(walk(&blind).1, 1);
    }

    #[test]
    fn a_roll_that_is_near_its_end_or_a_slip_that_did_not_come_is_not_well() {
        for (came_out, paper) in [(true, Paper::Low), (false, Paper::Full)] {
            let (mut change, _) = walk(&[(OPEN, Paper::Low), (SHUT, paper)]);
            change.ended(came_out, paper);
            assert!(
                change.is_over() && !change.is_well(),
                "{came_out} {paper:?}"
            );
        }
        let mut change = PaperChange::default();
        change.ended(true, Paper::Full);
        assert!(!change.is_over(), "a slip that was not asked for");
    }

    proptest! {
        #[test]
        fn whatever_a_printer_says_one_slip_is_cut_and_only_on_paper_under_a_closed_cover(
            said in prop::collection::vec((0..5_usize, 0..5_usize), 0..40)
        ) {
            let devices = [SHUT, OPEN, Device::Offline, Device::DeviceBusy, Device::NoDevice];
            let papers = [Paper::Full, Paper::Low, Paper::Out, Paper::Jammed, Paper::Unknown];
            let mut change = PaperChange::default();
            let mut cuts = 0;
            for (device, paper) in said {
                if change.look(devices[device], papers[paper]) {
                    cuts += 1;
                    prop_assert!(matches!(devices[device], SHUT | Device::DeviceBusy));
                    prop_assert!(papers[paper] != Paper::Out);
                }
            }
            prop_assert!(cuts <= 1);
        }
    }
}
