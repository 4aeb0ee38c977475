//! Keys, strokes and turned pages.

use crate::domain::input::{Key as EditorKey, Mode};
use crate::domain::page::{Intent, Keys};
use crate::domain::world::World;

use super::Visit;
use super::act::PER_CHECK;
use super::browse::PER_LIST;
use super::entry::{Entry, PER_PAGE, STROKES_MAX};
use super::state::State;

/// Most points of one stroke that are kept.
const POINTS_MAX: usize = 256;

impl Visit {
    /// Turns a page of the open list, never past its ends.
    pub(super) fn turn(&mut self, forward: bool, world: &World) {
        let (len, per_page) = match (self.state, &self.entry) {
            (State::Items, _) => (self.listed(world).len(), PER_LIST),
            (State::Check, _) => (self.check_lines(world).len(), PER_CHECK),
            (State::Question, Entry::Pick { of, .. }) => (*of, PER_PAGE),
            (State::Question, Entry::Address(address)) if !address.wants_detail() => {
                (address.options(world.catalogue.divisions()).len(), PER_PAGE)
            }
            _ => return,
        };
        let last = len.div_ceil(per_page).max(1) - 1;
        let page = match &mut self.entry {
            Entry::Pick { page, .. } => page,
            Entry::Address(address) => &mut address.page,
            _ => &mut self.list_page,
        };
        *page = if forward {
            (*page + 1).min(last)
        } else {
            page.saturating_sub(1)
        };
    }

    /// One stroke of a finger, on the canvas or on the handwriting keys.
    pub(super) fn stroke(&mut self, stroke: Vec<(f32, f32)>, world: &World) {
        let clean: Vec<_> = stroke
            .into_iter()
            .take(POINTS_MAX)
            .filter(|(x, y)| x.is_finite() && y.is_finite())
            .map(|(x, y)| (x.clamp(0.0, 1.0), y.clamp(0.0, 1.0)))
            .collect();
        if clean.is_empty() {
            return;
        }
        self.error = None;
        if let Entry::Ink(strokes) = &mut self.entry {
            if strokes.len() < STROKES_MAX {
                strokes.push(clean);
            }
        } else if let Some(editor) = self.entry.editor_mut() {
            editor.handle(EditorKey::InkStroke(clean), &world.engines);
        }
    }

    /// A key of the keyboard on the page.
    pub(super) fn key(&mut self, intent: Intent, world: &World) {
        if intent == Intent::Clear {
            self.entry.clear_ink();
        }
        let Some(editor) = self.entry.editor_mut() else {
            return;
        };
        let key = match intent {
            Intent::Key(' ') => EditorKey::Space,
            Intent::Key(c) => EditorKey::Char(c),
            Intent::Insert(text) => EditorKey::Insert(text),
            Intent::Backspace => EditorKey::Backspace,
            Intent::Clear if !editor.ink().is_empty() => EditorKey::ClearInk,
            Intent::Clear => EditorKey::Clear,
            Intent::Candidate(place) => EditorKey::Candidate(place),
            Intent::NextCandidates => EditorKey::NextCandidates,
            Intent::PreviousCandidates => EditorKey::PrevCandidates,
            Intent::KeySet(keys) => EditorKey::Mode(match keys {
                Keys::Digits | Keys::IdNumber => Mode::Digits,
                Keys::Pinyin => Mode::Pinyin,
                Keys::Latin => Mode::Latin,
                Keys::Handwriting => Mode::Handwriting,
            }),
            _ => return,
        };
        self.error = None;
        editor.handle(key, &world.engines);
    }
}
