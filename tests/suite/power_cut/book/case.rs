//! One case in the books: what was said of it, and where it may stand.

use std::collections::BTreeSet;

use kiosk::case::{Answer, CaseState, Digest, attachments_of};
use kiosk::shell::store::{CaseRow, Store};

use super::super::machine::acceptance;

/// Where a case stands, as far as the citizen and the platform can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stand {
    /// To be sent.
    Waits,
    Accepted,
    Rejected,
    Parked,
}

impl Stand {
    pub fn of(state: CaseState) -> Self {
        match state {
            CaseState::Accepted => Self::Accepted,
            CaseState::Rejected => Self::Rejected,
            CaseState::Parked => Self::Parked,
            _ => Self::Waits,
        }
    }

    pub fn after(self, answer: &Answer) -> Self {
        match answer {
            Answer::Accepted(_) => Self::Accepted,
            Answer::Rejected(_) => Self::Rejected,
            Answer::Parked(_) => Self::Parked,
            _ => self,
        }
    }
}

#[derive(Clone)]
pub struct Case {
    pub number: String,
    pub digest: Digest,
    pub body: Option<Vec<u8>>,
    /// Where it may stand: one, or two while an answer was not acknowledged.
    pub stands: BTreeSet<Stand>,
}

/// A promise that damage broke.
#[derive(Debug)]
pub enum Loss {
    /// The store says so of this case.
    Told,
    Silent(Broken),
}

impl Loss {
    pub fn silent(self) -> Option<Broken> {
        match self {
            Self::Told => None,
            Self::Silent(broken) => Some(broken),
        }
    }
}

/// A broken promise, in words.
pub type Broken = String;

pub fn keep(kept: bool, broken: impl FnOnce() -> Broken) -> Result<(), Broken> {
    if kept { Ok(()) } else { Err(broken()) }
}

impl Case {
    pub fn check(&mut self, store: &Store, row: &CaseRow, waits: bool) -> Result<(), Broken> {
        let number = &self.number;
        let stand = Stand::of(row.state);
        keep(self.stands.contains(&stand), || {
            format!("case {number} is {stand:?}, not {:?}", self.stands)
        })?;
        self.stands = [stand].into();
        keep(row.filing_number.0 == *number, || {
            format!("case {number} became {}", row.filing_number.0)
        })?;
        keep(row.digest == self.digest, || {
            format!("case {number} has another digest")
        })?;
        keep(waits == (stand == Stand::Waits), || {
            format!("case {number} is {stand:?} and waits: {waits}")
        })?;
        if stand == Stand::Accepted {
            let right = row.acceptance == Some(acceptance(&row.key));
            return keep(right, || {
                format!("case {number} has the platform's answer to another")
            });
        }
        let body = store
            .body(&row.key)
            .map_err(|fault| format!("body of {number}: {fault}"))?;
        keep(Digest::of(&body) == self.digest, || {
            format!("case {number} has another body")
        })?;
        let first = self.body.get_or_insert_with(|| body.to_vec());
        keep(body[..] == first[..], || {
            format!("case {number} is not byte for byte the same")
        })?;
        let named = attachments_of(&body).ok_or("no body")?;
        for (n, attachment) in named.iter().enumerate() {
            let object = store.attachment(&row.key, n);
            let whole = object.and_then(|mut object| object.holds(&attachment.digest));
            keep(whole == Ok(true), || {
                format!("attachment {n} of {number}: {whole:?}")
            })?;
        }
        Ok(())
    }
}
