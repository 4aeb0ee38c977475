//! A person who goes on from whatever page is there until a case is filed and the visit over.

use kiosk::domain::page::{Intent, Page, PageKind};

use super::Street;
use crate::visits::person::{case, young};

/// Pages and waits of the longest visit, several times over.
const PATIENCE: usize = 200;

impl Street {
    /// Brings the open visit to its end, whatever that is.
    pub fn end_visit(&mut self) {
        for _ in 0..PATIENCE {
            match self.machine.page.kind {
                PageKind::Start | PageKind::Closed => return,
                _ => self.one_step(),
            }
        }
        panic!("the visit has no end: {:?}", self.machine.page);
    }

    /// The next person files a case and goes.
    pub fn next_person_files(&mut self) {
        let before = self.machine.filed.len();
        self.hardware.borrow_mut().reader.device.take();
        self.machine.wait(3);
        self.machine.expect(PageKind::Start);
        self.machine.file(young(), &case());
        self.machine.wait(10);
        self.machine.expect(PageKind::Confirmation);
        assert_eq!(self.machine.filed.len(), before + 1);
        self.end_visit();
    }

    fn one_step(&mut self) {
        let machine = &mut self.machine;
        let overlay: Option<Intent> = machine.page.overlay.as_ref().map(|_| Intent::OverlayStay);
        if let Some(stay) = overlay {
            return machine.touch(stay);
        }
        match machine.page.kind {
            PageKind::Eligibility => machine.meet(),
            PageKind::Question | PageKind::Delivery => machine.answer_question(),
            PageKind::Check => machine.submit(),
            PageKind::Consent => {
                if !machine.page.primary_enabled {
                    machine.touch(Intent::Choose(0));
                }
                machine.touch(Intent::Primary);
            }
            PageKind::Sign => {
                machine.sign();
                machine.touch(Intent::Primary);
            }
            PageKind::Working => machine.wait(1),
            PageKind::Rating => machine.touch(Intent::Choose(0)),
            PageKind::Confirmation => {
                self.hardware.borrow_mut().printer.device.take_receipt();
                self.machine.touch(Intent::Primary);
            }
            PageKind::Problem => machine.touch(Intent::Primary),
            PageKind::Goodbye => {
                self.hardware.borrow_mut().reader.device.take();
                self.machine.wait(2);
            }
            _ => self.leave(),
        }
    }

    /// "Leave", and yes if the page asks.
    fn leave(&mut self) {
        let before: Page = self.machine.page.clone();
        self.machine.touch(Intent::Leave);
        if self.machine.page.overlay.is_some() {
            self.machine.touch(Intent::OverlayLeave);
        }
        assert_ne!(self.machine.page, before, "leaving does nothing");
    }
}
