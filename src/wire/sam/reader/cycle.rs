//! One card: find, select, read, newer address; and whether it is still there.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::time::Duration;

use super::{
    Answer, Class, Instant, Outcome, ReadFault, ReaderEvent, Request, STRANGE_LIMIT, SamReader,
    Step, Sw3,
};
use crate::{document::IdentityDocument, status::Device, wire::sam::card};

/// A card that was laid while the reader was away for longer than this is not its owner's word that they are here.
const UNWATCHED: Duration = Duration::from_secs(10);
/// Selecting and reading are repeated so often for one card.
const TRIES: u8 = 3;

/// What is known about the card. `misses` counts "no card" in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Media {
    Absent,
    /// Inserted, not read yet.
    Reading,
    /// Read. `digest` tells this card from another one without keeping its content.
    Read {
        digest: u64,
        misses: u8,
    },
    /// Could not be read: has to be taken away and laid again.
    Failed {
        misses: u8,
    },
}

/// How the card came there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// Nobody has looked yet.
    Unknown,
    /// It lay there at the first look.
    Before,
    /// It was laid since.
    Since,
}

impl SamReader {
    /// The field was not watched for a while: whatever lies there next has to be looked at anew.
    pub(super) fn doubt_media(&mut self) {
        if self.media == Media::Reading {
            self.fail(ReadFault::ReaderFault, None);
        }
        if let Media::Read { misses, .. } | Media::Failed { misses } = &mut self.media {
            *misses = (*misses).max(1);
        }
    }

    pub(super) fn handle_card_outcome(&mut self, outcome: Outcome, now: Instant) {
        let answer = match outcome {
            Outcome::Answer(answer) => Some(answer),
            Outcome::Silent => None,
            Outcome::Broken => return self.broken(now),
        };
        if std::mem::take(&mut self.stale) {
            // Asked for in a visit that is over.
            self.pending = None;
            if matches!(&answer, Some(answer) if self.step == Step::Find && found_or_not(answer)) {
                self.finds(now);
            }
            return match answer {
                Some(_) => self.idle(now),
                None => self.recover(now),
            };
        }
        match (self.step, answer) {
            (Step::ReadAddress { fingerprint }, answer) => {
                self.read_done(answer.as_ref(), fingerprint, now);
            }
            (Step::Find, None) => self.recover(now),
            (_, None) => {
                self.fail(ReadFault::ReaderFault, None);
                self.recover(now);
            }
            (Step::Find, Some(answer)) => self.found(&answer, now),
            (Step::Select, Some(answer)) => self.selected(&answer, now),
            (Step::Read { fingerprint }, Some(answer)) => self.read(answer, fingerprint, now),
            _ => self.idle(now),
        }
    }

    fn found(&mut self, answer: &Answer, now: Instant) {
        match answer.sw3 {
            Sw3::Found => {
                self.finds(now);
                self.present(now);
            }
            Sw3::NoCard => {
                self.finds(now);
                self.absent();
                self.idle(now);
            }
            sw3 => match card_fault(sw3.class()) {
                // Something lies there that cannot be used.
                Some(fault) => {
                    if self.wants_reading() {
                        self.fail(fault, Some(sw3));
                    }
                    self.idle(now);
                }
                None => self.strange_answer(sw3.class(), now),
            },
        }
    }

    /// It does what it is there for.
    fn finds(&mut self, now: Instant) {
        let away = self.away_since.take();
        let long = away.is_some_and(|since| now.saturating_duration_since(since) >= UNWATCHED);
        if long && self.media == Media::Absent {
            // Laid while nobody looked: whether its owner is still there nobody can tell.
            self.origin = Origin::Unknown;
        }
        self.strange = 0;
        self.set_device(Device::Online);
    }

    /// An answer came that cannot be used. The next find comes at its time. When finds go on like that, is the line to be
    /// used at all?
    fn broken(&mut self, now: Instant) {
        let stale = std::mem::take(&mut self.stale);
        match self.step {
            Step::Find => {}
            Step::ReadAddress { fingerprint } if !stale => {
                return self.read_done(None, fingerprint, now);
            }
            _ if stale => {
                self.pending = None;
                return self.idle(now);
            }
            _ => return self.try_again(None, now),
        }
        let was_doubtful = self.is_doubtful();
        self.strange = self.strange.saturating_add(1);
        match self.is_doubtful() {
            true if was_doubtful => self.out_of_service(now),
            true => self.ask(Step::Hello, Request::Status, now),
            false => self.idle(now),
        }
    }

    fn strange_answer(&mut self, class: Class, now: Instant) {
        let was_doubtful = self.is_doubtful();
        self.strange = match class {
            // Whatever it says of its health: it does not find.
            Class::DeviceFault => STRANGE_LIMIT,
            _ => self.strange.saturating_add(1),
        };
        match class {
            Class::DeviceFault => self.out_of_service(now),
            _ if was_doubtful => self.out_of_service(now),
            Class::Reset => self.reset(now),
            _ if self.is_doubtful() => self.reset(now),
            _ => self.idle(now),
        }
    }

    /// Whether what was found has to be looked at: not read yet, or it may be another card by now.
    fn wants_reading(&self) -> bool {
        match self.media {
            Media::Absent | Media::Reading => true,
            Media::Read { misses, .. } | Media::Failed { misses } => misses > 0,
        }
    }

    fn present(&mut self, now: Instant) {
        if !self.wants_reading() {
            return self.idle(now);
        }
        // A card that was read is read again before anything is told: it may be the same one.
        if !matches!(self.media, Media::Read { .. }) {
            self.begin_reading();
        }
        self.ask(Step::Select, Request::Select, now);
    }

    fn begin_reading(&mut self) {
        if self.media == Media::Reading {
            return;
        }
        if self.media != Media::Absent {
            self.events.push_back(ReaderEvent::MediaRemoved);
            // Another one than was read before: somebody laid it. Of one that was not read nobody can tell.
            if matches!(self.media, Media::Read { .. }) {
                self.origin = Origin::Since;
            }
        }
        self.events.push_back(match self.origin {
            Origin::Since => ReaderEvent::MediaInserted,
            Origin::Unknown | Origin::Before => ReaderEvent::MediaThere,
        });
        if self.origin == Origin::Unknown {
            self.origin = Origin::Before;
        }
        self.media = Media::Reading;
        self.tries = 0;
    }

    fn absent(&mut self) {
        match &mut self.media {
            Media::Absent => self.origin = Origin::Since,
            Media::Reading => self.fail(ReadFault::MovedAway, None),
            Media::Read { misses, .. } | Media::Failed { misses } => {
                *misses = misses.saturating_add(1);
                if *misses >= self.config.removal_votes {
                    self.media = Media::Absent;
                    self.origin = Origin::Since;
                    self.tries = 0;
                    self.events.push_back(ReaderEvent::MediaRemoved);
                }
            }
        }
    }

    fn selected(&mut self, answer: &Answer, now: Instant) {
        match answer.sw3.class() {
            Class::Ok => self.start_reading(self.config.with_fingerprint, now),
            Class::FindAgain | Class::Refused | Class::ReadAgain => {
                self.try_again(Some(answer.sw3), now);
            }
            _ => self.card_failed(answer.sw3, now),
        }
    }

    fn start_reading(&mut self, fingerprint: bool, now: Instant) {
        let request = if fingerprint {
            Request::ReadWithFingerprint
        } else {
            Request::ReadBase
        };
        self.ask(Step::Read { fingerprint }, request, now);
    }

    fn read(&mut self, answer: Answer, fingerprint: bool, now: Instant) {
        match answer.sw3.class() {
            Class::Ok => {
                self.pending = Some(answer);
                self.ask(Step::ReadAddress { fingerprint }, Request::ReadAddress, now);
            }
            Class::WithoutFingerprint | Class::Refused if fingerprint => {
                self.start_reading(false, now);
            }
            Class::Refused | Class::ReadAgain => self.try_again(Some(answer.sw3), now),
            _ => self.card_failed(answer.sw3, now),
        }
    }

    /// From the next "find" on, a few times per card.
    fn try_again(&mut self, sw3: Option<Sw3>, now: Instant) {
        self.tries += 1;
        if self.tries >= TRIES {
            self.tries = 0;
            self.fail(ReadFault::Unreadable, sw3);
        }
        self.idle(now);
    }

    fn card_failed(&mut self, sw3: Sw3, now: Instant) {
        let class = sw3.class();
        let fault = card_fault(class).unwrap_or(match class {
            Class::DeviceFault | Class::Reset => ReadFault::ReaderFault,
            _ => ReadFault::Unreadable,
        });
        self.fail(fault, Some(sw3));
        match class {
            Class::DeviceFault => self.out_of_service(now),
            Class::Reset => self.reset(now),
            _ => self.idle(now),
        }
    }

    /// The address answer is there, or will not come: the document is whole either way.
    fn read_done(&mut self, address: Option<&Answer>, fingerprint: bool, now: Instant) {
        let latest = address.filter(|answer| answer.sw3 == Sw3::Ok);
        let latest = latest.map_or(&[][..], |answer| &answer.data);
        let pending = self.pending.take();
        let parts = pending
            .as_ref()
            .and_then(|answer| card::split(&answer.data, fingerprint));
        let document =
            parts.and_then(|(text, photo)| IdentityDocument::from_card(text, photo, latest).ok());
        match (parts, document) {
            (Some((text, photo)), Some(document)) => self.deliver(text, photo, document),
            _ => self.fail(ReadFault::Unreadable, None),
        }
        match address {
            Some(_) => self.idle(now),
            None => self.recover(now),
        }
    }

    fn deliver(&mut self, text: &[u8], photo: &[u8], document: IdentityDocument) {
        let mut hasher = DefaultHasher::new();
        (text, photo).hash(&mut hasher);
        let digest = hasher.finish();
        let same = matches!(self.media, Media::Read { digest: before, .. } if before == digest);
        if !same {
            self.begin_reading();
            self.antenna.read();
            if self.origin == Origin::Since {
                self.events
                    .push_back(ReaderEvent::CardRead(Box::new(document)));
            }
        }
        self.tries = 0;
        self.media = Media::Read { digest, misses: 0 };
    }

    fn fail(&mut self, fault: ReadFault, sw3: Option<Sw3>) {
        self.pending = None;
        match (self.media, fault) {
            // A card that was read well did not answer this time: no more than one more sign that it is gone.
            (
                Media::Read { .. },
                ReadFault::MovedAway | ReadFault::Unreadable | ReadFault::ReaderFault,
            ) => return self.absent(),
            // A card is there and cannot be made out. It may be another one by now, but nothing says so.
            (Media::Read { digest, .. }, ReadFault::AuthenticationFailed) => {
                self.media = Media::Read { digest, misses: 1 };
                return;
            }
            _ => self.begin_reading(),
        }
        self.media = Media::Failed { misses: 0 };
        self.tries = 0;
        if let Some(sw3) = sw3 {
            self.antenna.failed(sw3);
        }
        if self.origin == Origin::Since {
            let failed = ReaderEvent::ReadFailed(fault, sw3.map(Sw3::code));
            self.events.push_back(failed);
        }
    }
}

fn found_or_not(answer: &Answer) -> bool {
    matches!(answer.sw3, Sw3::Found | Sw3::NoCard)
}

/// What a result says about the card, `None` when it says nothing about it.
fn card_fault(class: Class) -> Option<ReadFault> {
    match class {
        Class::AuthenticationFailed => Some(ReadFault::AuthenticationFailed),
        Class::NotAnIdCard => Some(ReadFault::NotAnIdCard),
        Class::MovedAway => Some(ReadFault::MovedAway),
        _ => None,
    }
}
