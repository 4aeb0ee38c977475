//! What the reader is told, and what it tells.

use crate::{
    document::IdentityDocument,
    status::Device,
    wire::gauge::{self, Judged, Named, Verdict},
};

/// What the machine can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReaderCommand {
    /// Look for cards, or stop. A machine that stops forgets the card: when it starts again, a card that still lies
    /// there is inserted and read anew.
    SetPolling(bool),
    /// Reset the module at the next pause, then say hello again.
    Reset,
}

/// What the machine tells. While the status is not `Online` nothing is known about cards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReaderEvent {
    /// Health changed.
    Status(Device),
    /// Identity of the module, as printed on the reader; told once per value.
    SamId(String),
    /// A card lies there; a reading follows.
    MediaInserted,
    /// A card lies there that lay there before anybody looked: it may have been left by somebody who has gone. Nothing of
    /// it is told; it must be taken away and laid again.
    MediaThere,
    /// The card was read.
    CardRead(Box<IdentityDocument>),
    /// The card could not be read; it must be taken away and laid again. With the module's result (SW3), where it was
    /// one that failed.
    ReadFailed(ReadFault, Option<u8>),
    /// The card is gone.
    MediaRemoved,
    /// The module answers at this bit rate (bits a second) and not at the one configured.
    RateFound(u32),
    /// Nothing that can be sent brings the module back: its power should be cut for some seconds, by whoever has a relay
    /// for that. Told at most once in ten minutes.
    PowerCycleWanted,
}

/// Why a card could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadFault {
    /// Another kind of card.
    #[error("not an identity card")]
    NotAnIdCard,
    /// It was taken away too early.
    #[error("moved away while being read")]
    MovedAway,
    /// Card and module do not accept each other.
    #[error("authentication failed")]
    AuthenticationFailed,
    /// Damaged, or its content is not a document.
    #[error("unreadable")]
    Unreadable,
    /// The reader failed, not the card.
    #[error("reader fault")]
    ReaderFault,
}

impl Named for ReaderCommand {
    fn word(&self) -> &'static str {
        match self {
            Self::SetPolling(true) => "poll",
            Self::SetPolling(false) => "rest",
            Self::Reset => "reset",
        }
    }
}

impl Named for ReaderEvent {
    fn word(&self) -> &'static str {
        match self {
            Self::Status(device) => device.word(),
            Self::SamId(_) => "samId",
            Self::MediaInserted => "mediaInserted",
            Self::MediaThere => "mediaThere",
            Self::CardRead(_) => "cardRead",
            Self::ReadFailed(fault, _) => fault.word(),
            Self::MediaRemoved => "mediaRemoved",
            Self::RateFound(_) => "rateFound",
            Self::PowerCycleWanted => "powerCycleWanted",
        }
    }
}

impl Judged for ReaderEvent {
    fn verdict(&self) -> Verdict {
        match self {
            Self::Status(device) => gauge::of_device(*device),
            // Another card, or a card in a hurry, is no fault of the reader.
            Self::ReadFailed(ReadFault::NotAnIdCard | ReadFault::MovedAway, _) => Verdict::None,
            Self::ReadFailed(fault, _) => Verdict::Fault(fault.word()),
            Self::CardRead(_) => Verdict::Well,
            Self::SamId(_)
            | Self::MediaInserted
            | Self::MediaThere
            | Self::MediaRemoved
            | Self::RateFound(_)
            | Self::PowerCycleWanted => Verdict::None,
        }
    }
}

impl ReadFault {
    fn word(self) -> &'static str {
        match self {
            Self::NotAnIdCard => "notAnIdCard",
            Self::MovedAway => "movedAway",
            Self::AuthenticationFailed => "authenticationFailed",
            Self::Unreadable => "unreadable",
            Self::ReaderFault => "readerFault",
        }
    }
}
