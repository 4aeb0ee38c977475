//! The last things that passed on a port, by kind and length, and how they are written down.

use std::collections::VecDeque;
use std::fmt;
use std::time::Instant;

/// So many are kept.
const KEPT: usize = 32;

/// One thing that passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    Opened,
    Lost,
    Command(&'static str),
    Event(&'static str),
    Timeout,
    Wish,
    /// Bytes from the device, in so many portions.
    In(u32, u32),
    /// Bytes for the device, in so many portions.
    Out(u32, u32),
}

impl What {
    pub(super) fn received(bytes: usize) -> Self {
        Self::In(u32::try_from(bytes).unwrap_or(u32::MAX), 1)
    }

    pub(super) fn sent(bytes: usize) -> Self {
        Self::Out(u32::try_from(bytes).unwrap_or(u32::MAX), 1)
    }

    /// Both as one, where that says the same.
    fn with(self, next: Self) -> Option<Self> {
        let sum = |a: (u32, u32), b: (u32, u32)| (a.0.saturating_add(b.0), a.1.saturating_add(b.1));
        match (self, next) {
            (Self::In(a, b), Self::In(c, d)) => {
                let (bytes, portions) = sum((a, b), (c, d));
                Some(Self::In(bytes, portions))
            }
            (Self::Out(a, b), Self::Out(c, d)) => {
                let (bytes, portions) = sum((a, b), (c, d));
                Some(Self::Out(bytes, portions))
            }
            _ => None,
        }
    }
}

impl fmt::Display for What {
    /// `opened`, `timeout`, `<11` received, `>10` sent, `<1295/4` in four portions, `!polling` told to, `powerOff` told.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Opened => f.write_str("opened"),
            Self::Lost => f.write_str("lost"),
            Self::Timeout => f.write_str("timeout"),
            Self::Wish => f.write_str("wish"),
            Self::Command(word) => write!(f, "!{word}"),
            Self::Event(word) => f.write_str(word),
            Self::In(bytes, 1) => write!(f, "<{bytes}"),
            Self::In(bytes, portions) => write!(f, "<{bytes}/{portions}"),
            Self::Out(bytes, 1) => write!(f, ">{bytes}"),
            Self::Out(bytes, portions) => write!(f, ">{bytes}/{portions}"),
        }
    }
}

/// The last [`KEPT`], oldest first. Allocated once.
pub(super) struct Ring(VecDeque<(Instant, What)>);

impl Default for Ring {
    fn default() -> Self {
        Self(VecDeque::with_capacity(KEPT))
    }
}

impl Ring {
    pub(super) fn push(&mut self, what: What, now: Instant) {
        // A long job is sent piece by piece, with a deadline before each: one entry, or nothing else would be left.
        if let (What::Out(..), [.., (_, What::Out(..)), (_, What::Timeout)]) =
            (what, &*self.0.make_contiguous())
        {
            self.0.pop_back();
        }
        if let Some(last) = self.0.back_mut()
            && let Some(both) = last.1.with(what)
        {
            *last = (now, both);
            return;
        }
        if self.0.len() == KEPT {
            self.0.pop_front();
        }
        self.0.push_back((now, what));
    }

    pub(super) fn trail(&self, fault: &'static str, now: Instant) -> Trail {
        let ago = |(at, what): &(Instant, What)| {
            let ms = now.saturating_duration_since(*at).as_millis();
            (u64::try_from(ms).unwrap_or(u64::MAX), *what)
        };
        Trail {
            fault,
            entries: self.0.iter().map(ago).collect(),
        }
    }
}

/// What passed on a port before a fault: kinds, lengths and how many milliseconds before it, never a content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trail {
    fault: &'static str,
    entries: Vec<(u64, What)>,
}

impl Trail {
    /// The fault, in one word.
    #[must_use]
    pub fn fault(&self) -> &'static str {
        self.fault
    }
}

impl fmt::Display for Trail {
    /// `2913 opened, 2912 >10, 2890 <11, 600 timeout, 0 powerOff`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (ago, what)) in self.entries.iter().enumerate() {
            let divider = if at == 0 { "" } else { ", " };
            write!(f, "{divider}{ago} {what}")?;
        }
        Ok(())
    }
}
