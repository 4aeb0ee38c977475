//! The face on the card: a silhouette until somebody outside has drawn its photo, if anybody can.

use crate::document::photo::{Photo, Portrait};

use super::Visit;

/// What is known of the photo. Wiped with the visit.
#[derive(Default)]
pub struct Face {
    /// The question, once it was asked, and of which photo. An answer to any other is somebody else's.
    asked: Option<(u64, Photo)>,
    drawn: Option<Portrait>,
}

impl Face {
    /// Whether anybody's is held.
    pub(super) fn holds_photo(&self) -> bool {
        self.asked.is_some() || self.drawn.is_some()
    }
}

impl Visit {
    /// The photo to be drawn: once for each card, as soon as it is known who is here. `question` is what an answer names.
    pub(crate) fn asks_face(&mut self, question: u64) -> Option<Photo> {
        let who = self.who.as_ref().filter(|who| !who.photo.is_empty())?;
        let asked = self.face.asked.as_ref().map(|(_, photo)| photo.bytes());
        if asked == Some(&who.photo[..]) {
            return None;
        }
        let photo = Photo::new(&who.photo);
        self.face = Face {
            asked: Some((question, photo.clone())),
            drawn: None,
        };
        Some(photo)
    }

    /// The drawn photo. One that comes after its person has gone is dropped, and wiped as it drops.
    pub(crate) fn hear_face(&mut self, question: u64, portrait: Portrait) {
        let asked = self.face.asked.as_ref().map(|(question, _)| *question);
        if asked == Some(question) && self.who.is_some() {
            self.face.drawn = Some(portrait);
        }
    }

    /// The photo of whoever is here.
    pub(crate) fn portrait(&self) -> Option<Portrait> {
        self.face.drawn.clone()
    }
}
