//! What the reader and the printer tell.

use crate::document::{IdentityDocument, Validity};
use crate::domain::visit::{CardTrouble, Layer, State, Trigger};
use crate::events::{EventId, FieldValue};
use crate::status::{Device, Media, Paper};

use super::{Kiosk, ReaderEvent};

impl Kiosk {
    pub(super) fn reader(&mut self, event: ReaderEvent) {
        match event {
            ReaderEvent::Status(device) => {
                if self.world.reader.set(device, self.now) {
                    self.log(
                        EventId::ReaderStatus,
                        vec![("device", FieldValue::Word(device.word()))],
                    );
                }
                // A reader that answers nothing for a moment has seen no card move.
                if device == Device::NoDevice {
                    self.card_is(Media::Unknown);
                }
                if !self.world.can_read_cards() {
                    self.visit.reading = false;
                }
            }
            ReaderEvent::MediaInserted => {
                self.card_is(Media::Present);
                if self.wants_card() {
                    self.visit.reading = true;
                    self.visit.card_trouble = None;
                    self.visit.last_touch = self.now;
                }
            }
            ReaderEvent::MediaThere => {
                self.card_is(Media::Present);
                if self.visit.state.is_outside() {
                    self.card_left_behind();
                } else {
                    // Laid on a reader that only now came to life.
                    self.card_trouble(CardTrouble::LiesThere);
                }
            }
            ReaderEvent::CardRead(document) => {
                self.card_is(Media::Present);
                if self.tests_card(true) {
                    return;
                }
                self.card_read(document);
            }
            ReaderEvent::Failed(..) if self.tests_card(false) => {}
            ReaderEvent::Failed(trouble, sw3) => {
                let mut fields = vec![("fault", FieldValue::Word(trouble.word()))];
                fields.extend(sw3.map(|sw3| ("sw3", FieldValue::count(sw3))));
                self.log(EventId::CardFailed, fields);
                self.card_trouble(trouble);
            }
            ReaderEvent::MediaRemoved => {
                self.log(EventId::CardRemoved, Vec::new());
                self.card_is(Media::NotPresent);
                self.visit.reading = false;
                if self.visit.state == State::Goodbye {
                    self.visit.go(Trigger::End, &self.world, self.now);
                }
            }
        }
    }

    /// Whoever moves a card has seen it: it is no longer left behind.
    fn card_is(&mut self, media: Media) {
        self.world.card.set(media, self.now);
        self.world.card_left = false;
    }

    /// The visit is over. A card that still lies there is somebody's who goes without it.
    pub(super) fn card_left_behind(&mut self) {
        if self.world.card == Media::Present {
            self.world.card_left = true;
            self.log(EventId::CardLeft, Vec::new());
        }
    }

    fn wants_card(&self) -> bool {
        matches!(
            self.visit.state,
            State::Start | State::Identify | State::NoCard
        )
    }

    /// Looking around without a card: one laid down now is not laid down again when it is asked for.
    fn browses_without_card(&self) -> bool {
        let browsing = matches!(
            self.visit.state,
            State::Choose | State::Items | State::Search | State::ItemInfo
        );
        browsing && self.visit.who.is_none()
    }

    fn card_trouble(&mut self, trouble: CardTrouble) {
        if !self.wants_card() {
            return;
        }
        if matches!(self.visit.state, State::Start) {
            self.visit.go(Trigger::Begin, &self.world, self.now);
        }
        self.visit.reading = false;
        self.visit.card_trouble = Some(trouble);
        self.visit.last_touch = self.now;
    }

    /// Why this document cannot begin a visit.
    fn trouble_of(&self, document: &IdentityDocument) -> Option<CardTrouble> {
        let today = self.world.today().and_then(|today| {
            crate::document::Date::parse_compact(&today.to_string().replace('-', "")).ok()
        });
        let validity = today.map_or(Validity::Valid, |today| document.validity_on(today));
        match validity {
            Validity::Expired => Some(CardTrouble::Expired),
            Validity::NotYet => Some(CardTrouble::NotYetValid),
            Validity::Valid if document.number_check().is_err() => Some(CardTrouble::BadNumber),
            Validity::Valid => None,
        }
    }

    /// A card in mid-visit. Somebody else's asks whether the visit goes to them: who walked away must not be filed for
    /// by the next in the queue. Anything else means nothing; the document is wiped as it drops.
    fn another_card(&mut self, document: Box<IdentityDocument>) {
        let Some(who) = &self.visit.who else { return };
        if who.number == document.number {
            if matches!(self.visit.layer, Some(Layer::AnotherCard(_))) {
                self.visit.layer = None;
            }
            return;
        }
        if self.trouble_of(&document).is_some() {
            return;
        }
        match self.visit.state {
            State::Working | State::Closed | State::Technician => {}
            State::Goodbye => self.visit.begin_anew(document, &self.world, self.now),
            _ => {
                self.visit.last_touch = self.now;
                self.visit.layer = Some(Layer::AnotherCard(document));
            }
        }
    }

    fn card_read(&mut self, document: Box<IdentityDocument>) {
        self.log(
            EventId::CardRead,
            vec![("layout", FieldValue::Word(document.kind.word()))],
        );
        if !self.wants_card() && !self.browses_without_card() {
            return self.another_card(document);
        }
        let trouble = self.trouble_of(&document);
        if let Some(trouble) = trouble {
            self.log(
                EventId::CardFailed,
                vec![("fault", FieldValue::Word(trouble.word()))],
            );
            self.card_trouble(trouble);
            return;
        }
        self.visit.reading = false;
        self.visit.card_trouble = None;
        self.visit.last_touch = self.now;
        let trigger = match self.visit.state {
            State::Identify if self.visit.item.is_some() => Trigger::CardForItem,
            // The page stays: whoever laid the card down sees it.
            _ if self.browses_without_card() => return self.visit.who = Some(document),
            _ => Trigger::Card,
        };
        self.visit.who = Some(document);
        self.visit.go(trigger, &self.world, self.now);
    }

    pub(super) fn printer(&mut self, device: Device, paper: Paper) {
        let device_changed = self.world.printer.set(device, self.now);
        let paper_changed = self.world.paper.set(paper, self.now);
        if paper_changed && paper == Paper::Out {
            self.log(EventId::PaperOut, Vec::new());
        }
        if !device_changed && !paper_changed {
            return;
        }
        let fields = vec![
            ("device", FieldValue::Word(device.word())),
            ("paper", FieldValue::Word(paper.word())),
        ];
        self.log(EventId::PrinterStatus, fields);
    }
}
