//! What the reader is told, and what it tells.

use crate::{document::IdentityDocument, status::Device};

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
