//! What was held before the scanner. It is told apart by its form only; what a token holds is never looked into.

use crate::case::{FilingNumber, Private, Proof};
use crate::domain::technician::{Place, Tool};
use crate::domain::visit::{ProgressOf, State, Trigger, state};
use crate::events::{EventId, FieldValue};
use crate::status::{Device, FlashRate};
use crate::technician::BADGE_PREFIX;
use crate::text::Text;

use super::{Effect, Kiosk, ScannerEvent};

/// What a technician's provisioning code begins with.
const PROVISIONING: &str = "KIOSKP/";

/// The form of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// A receipt's, of this machine or another.
    Receipt,
    /// Another service's token for the person who shows it.
    HandOff,
    /// Of a machine's provisioning.
    Provisioning,
    /// A technician's badge.
    Badge,
    /// None of these.
    Foreign,
}

impl Form {
    fn of(text: &str, handoff: &[String]) -> Self {
        if Proof::parse(text).is_ok() {
            Self::Receipt
        } else if text.starts_with(PROVISIONING) {
            Self::Provisioning
        } else if text.starts_with(BADGE_PREFIX) {
            Self::Badge
        } else if handoff.iter().any(|prefix| text.starts_with(prefix)) {
            Self::HandOff
        } else {
            Self::Foreign
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Receipt => "receipt",
            Self::HandOff => "hand-off",
            Self::Provisioning => "provisioning",
            Self::Badge => "badge",
            Self::Foreign => "foreign",
        }
    }
}

impl Kiosk {
    pub(super) fn scanner(&mut self, event: ScannerEvent) {
        match event {
            ScannerEvent::Status(device) => {
                if self.world.scanner.set(device, self.now) {
                    let device = FieldValue::Word(device.word());
                    self.log(EventId::ScannerStatus, vec![("device", device)]);
                }
            }
            // Late bytes of a code for somebody who has left.
            ScannerEvent::Code(_) | ScannerEvent::Refused if !self.wants_code() => {}
            ScannerEvent::Code(text) => self.code(&text),
            ScannerEvent::Refused if self.tests_code(false) => {}
            ScannerEvent::Refused => self.tell_code(Text::new(
                "没有扫清楚，请把二维码放平，再扫一次。",
                "The code could not be read. Please hold it flat and try again.",
            )),
        }
    }

    fn code(&mut self, text: &Private) {
        if self.tests_code(true) {
            return;
        }
        let form = Form::of(text.reveal(), &self.world.machine.handoff);
        let word = FieldValue::Word(form.word());
        self.log(EventId::CodeScanned, vec![("form", word)]);
        match form {
            Form::Receipt => {
                let proof = Proof::parse(text.reveal()).ok();
                let first = proof.and_then(|proof| proof.cases.into_iter().next());
                if let Some((number, _)) = first.filter(|_| !self.visit.state.is_outside()) {
                    self.receipt(number);
                }
            }
            Form::Provisioning if self.world.guard.door_open => {
                self.log(EventId::ProvisioningScanned, Vec::new());
            }
            Form::Badge => self.badge(text),
            Form::HandOff => self.tell_code(Text::new(
                "本机暂不支持这种二维码，请刷身份证办理。",
                "This kind of code is not accepted here yet. Please use your ID card.",
            )),
            Form::Provisioning | Form::Foreign => self.tell_code(Text::new(
                "这不是回执上的二维码。",
                "This is not the code of a receipt.",
            )),
        }
    }

    /// To the progress of the case on the receipt, through the states that lead there.
    fn receipt(&mut self, number: FilingNumber) {
        for trigger in [Trigger::Cardless, Trigger::ProgressQuery, Trigger::Progress] {
            if state::next(self.visit.state, trigger).is_some() {
                self.visit.go(trigger, &self.world, self.now);
            }
        }
        self.visit.last_touch = self.now;
        self.visit.progress = ProgressOf::Asking;
        self.ask(Effect::AskNumber(number.0));
    }

    fn tell_code(&mut self, what: Text) {
        if !self.visit.state.is_outside() {
            self.visit.last_touch = self.now;
            self.visit.error = Some(what);
        }
    }

    /// Where a code means something: a receipt's where a visit begins, a technician's at the open door.
    fn wants_code(&self) -> bool {
        match self.visit.state {
            State::ProgressQuery | State::NoCard | State::Identify => true,
            State::Closed => self.world.guard.door_open || self.world.machine.badge_at_start,
            State::Start => self.world.machine.badge_at_start,
            State::Technician => self
                .visit
                .technician
                .as_ref()
                .is_some_and(|t| t.place() == Place::Entry || t.is_at(Tool::Scanner)),
            _ => false,
        }
    }

    /// The scanner looks only where a code means something. Its light's rate.
    pub(super) fn scan(&mut self) -> FlashRate {
        let scans = self.wants_code();
        if scans != self.scans {
            self.scans = scans;
            self.effects.push(Effect::Scan(scans));
        }
        let lit = self.visit.state == State::ProgressQuery && self.world.scanner == Device::Online;
        if lit { FlashRate::Slow } else { FlashRate::Off }
    }
}
