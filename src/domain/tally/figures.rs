//! The figures of one day, or of many together.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::health::Lack;
use crate::events::Id;

/// Most items that are counted by themselves, beside [`OTHER`].
pub const ITEMS_MAX: usize = 500;
/// What an item beyond [`ITEMS_MAX`], or one whose code is not known, is counted as.
pub const OTHER: &str = "other";

/// The four figures of an item that the district's report publishes (查询/办理/成功/失败).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Item {
    /// 查询: how often it was opened.
    pub query: u64,
    /// 办理: cases committed on this machine.
    pub filed: u64,
    /// 成功: cases that the platform took, on the day it answered.
    pub accepted: u64,
    /// 失败: cases that the platform refused for good, on the day it answered.
    pub failed: u64,
}

/// Visits by how they ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Visits {
    /// Something was filed.
    pub filed: u64,
    /// Nothing was filed, and the person ended it: a guide, a progress query, a change of mind.
    pub ended: u64,
    /// Nothing was filed, and nobody answered any more.
    pub left: u64,
}

/// Cases by what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Cases {
    /// Committed on this machine.
    pub filed: u64,
    /// Taken by the platform.
    pub accepted: u64,
    /// Refused by the platform for good.
    pub rejected: u64,
    /// Set apart until a technician looks; may be taken later.
    pub parked: u64,
    /// Filings that could not be committed; nothing was said to be received.
    pub not_stored: u64,
}

/// Print jobs by how they ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Receipts {
    /// Proved by the printer.
    pub printed: u64,
    /// Nothing came out.
    pub not_started: u64,
    /// Something came out, not all.
    pub interrupted: u64,
    /// No proof either way.
    pub unknown: u64,
}

/// Cards on the reader. One that was read and cannot begin a visit (expired, say) counts as both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Cards {
    /// Read.
    pub read: u64,
    /// Not read, or of no use.
    pub failed: u64,
}

/// All figures.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Figures {
    /// Starts of the firmware.
    pub starts: u64,
    /// Visits.
    pub visits: Visits,
    /// Cases.
    pub cases: Cases,
    /// Receipts.
    pub receipts: Receipts,
    /// Paper that came out or may have, millimetres, as it is reckoned from the receipts.
    pub paper_mm: u64,
    /// Cards.
    pub cards: Cards,
    /// Questions about the progress of cases.
    pub progress: u64,
    /// How often each thing was lacking, by the words of [`Lack`].
    pub lacks: BTreeMap<String, u64>,
    /// Items by their code (实施编码).
    pub items: BTreeMap<String, Item>,
}

/// One figure of the machine: its group, the word within the group (empty where it stands alone), and how many.
pub type Row<'a> = (&'static str, &'a str, u64);

impl Figures {
    /// The counters of the item with this code, which begin at nothing.
    pub fn item(&mut self, code: &str) -> &mut Item {
        let known = self.items.contains_key(code);
        let room = self.items.len() < ITEMS_MAX && Id::new(code).is_some();
        let code = if known || room { code } else { OTHER };
        self.items.entry(code.to_owned()).or_default()
    }

    /// Adds the figures of `other` to these. A sum beyond the largest number stays there.
    pub fn add(&mut self, other: &Self) {
        let add = |to: &mut u64, more: u64| *to = to.saturating_add(more);
        for ((_, to), (_, more)) in self.fixed_mut().into_iter().zip(other.fixed()) {
            add(to, more);
        }
        for (lack, more) in &other.lacks {
            add(self.lacks.entry(lack.clone()).or_default(), *more);
        }
        for (code, more) in &other.items {
            let item = self.item(code);
            add(&mut item.query, more.query);
            add(&mut item.filed, more.filed);
            add(&mut item.accepted, more.accepted);
            add(&mut item.failed, more.failed);
        }
    }

    /// Every figure that is not of an item, in a fixed order.
    #[must_use]
    pub fn rows(&self) -> Vec<Row<'_>> {
        let fixed = self.fixed().into_iter();
        let lacks = self
            .lacks
            .iter()
            .map(|(lack, n)| ("lacks", lack.as_str(), *n));
        fixed
            .map(|((group, word), n)| (group, word, n))
            .chain(lacks)
            .collect()
    }

    /// The figures in `json`, without what none of ours can be: unknown lacks, codes of no item, more items than are
    /// counted. `None` when it is no figures at all.
    #[must_use]
    pub fn from_json(json: &[u8]) -> Option<Self> {
        let mut read: Self = serde_json::from_slice(json).ok()?;
        read.lacks.retain(|word, _| Lack::of_word(word).is_some());
        let items = std::mem::take(&mut read.items);
        let mut sound = Self {
            items: BTreeMap::new(),
            ..read
        };
        sound.add(&Self {
            items,
            ..Self::default()
        });
        Some(sound)
    }

    fn fixed(&self) -> Vec<((&'static str, &'static str), u64)> {
        let mut copy = self.clone();
        copy.fixed_mut()
            .into_iter()
            .map(|(name, n)| (name, *n))
            .collect()
    }

    fn fixed_mut(&mut self) -> [((&'static str, &'static str), &mut u64); 17] {
        let Self {
            starts,
            visits,
            cases,
            receipts,
            paper_mm,
            cards,
            progress,
            ..
        } = self;
        [
            (("starts", ""), starts),
            (("visits", "filed"), &mut visits.filed),
            (("visits", "ended"), &mut visits.ended),
            (("visits", "left"), &mut visits.left),
            (("cases", "filed"), &mut cases.filed),
            (("cases", "accepted"), &mut cases.accepted),
            (("cases", "rejected"), &mut cases.rejected),
            (("cases", "parked"), &mut cases.parked),
            (("cases", "not_stored"), &mut cases.not_stored),
            (("receipts", "printed"), &mut receipts.printed),
            (("receipts", "not_started"), &mut receipts.not_started),
            (("receipts", "interrupted"), &mut receipts.interrupted),
            (("receipts", "unknown"), &mut receipts.unknown),
            (("paper_mm", ""), paper_mm),
            (("cards", "read"), &mut cards.read),
            (("cards", "failed"), &mut cards.failed),
            (("progress", ""), progress),
        ]
    }
}
