//! What is being entered on the open page: a choice, a text, an address, strokes.

use zeroize::{Zeroize, Zeroizing};

use crate::division::{Divisions, Level};
use crate::domain::input::{Editor, Key, Kind, Mode};
use crate::domain::world::World;

/// Choices on one page of a list.
pub const PER_PAGE: usize = 7;
/// Most strokes on a canvas.
pub const STROKES_MAX: usize = 64;

/// Strokes on a canvas, coordinates 0 to 1; wiped when dropped.
pub type Ink = Zeroizing<Vec<Vec<(f32, f32)>>>;

/// The entry of the open page.
pub enum Entry {
    /// The page has none.
    None,
    /// One of so many; which one, which page of them.
    Pick {
        /// How many there are.
        of: usize,
        /// Chosen, by place in the whole list.
        chosen: Option<usize>,
        /// Page of the list.
        page: usize,
    },
    /// A field with keys.
    Typed(Editor),
    /// Town, village, then the rest as text.
    Address(AddressEntry),
    /// Strokes on a canvas.
    Ink(Ink),
}

/// An address being entered.
pub struct AddressEntry {
    /// 12-digit code of the town, once chosen.
    pub town: Option<String>,
    /// 12-digit code of the village, once chosen.
    pub village: Option<String>,
    /// Page of the open list.
    pub page: usize,
    /// House number and the like.
    pub detail: Editor,
    /// Towns only, no village.
    pub town_only: bool,
}

impl Entry {
    /// Field of the item search: letters are pinyin, and already search as they are typed.
    #[must_use]
    pub fn search(query: &str, world: &World) -> Self {
        let mut editor = Editor::new(Kind::Text { max_chars: 20 }, &world.engines);
        editor.handle(Key::Insert(query.to_owned()), &world.engines);
        Self::Typed(editor)
    }

    /// Field for a filing number, `W0012-A7-000123-C`.
    #[must_use]
    pub fn number_query(world: &World) -> Self {
        let mut editor = Editor::new(Kind::Text { max_chars: 20 }, &world.engines);
        editor.handle(Key::Mode(Mode::Latin), &world.engines);
        Self::Typed(editor)
    }

    /// Chooses by place on the open page of the list.
    pub fn choose(&mut self, place: usize, divisions: &Divisions) {
        match self {
            Self::Pick { of, chosen, page } if place < PER_PAGE => {
                let whole = *page * PER_PAGE + place;
                if whole < *of {
                    *chosen = Some(whole);
                }
            }
            Self::Address(address) if place < PER_PAGE => address.choose(place, divisions),
            _ => {}
        }
    }

    /// Takes the strokes on a canvas away.
    pub fn clear_ink(&mut self) {
        if let Self::Ink(strokes) = self {
            strokes.zeroize();
        }
    }

    /// Whether anything typed or drawn is held.
    #[must_use]
    pub fn holds_text(&self) -> bool {
        match self {
            Self::None => false,
            Self::Pick { chosen, .. } => chosen.is_some(),
            Self::Typed(editor) => !editor.value().is_empty() || !editor.composition().is_empty(),
            Self::Address(a) => a.town.is_some() || !a.detail.value().is_empty(),
            Self::Ink(strokes) => !strokes.is_empty(),
        }
    }

    /// The editor that keys go to, if the page has one now.
    pub fn editor_mut(&mut self) -> Option<&mut Editor> {
        match self {
            Self::Typed(editor) => Some(editor),
            Self::Address(a) if a.wants_detail() => Some(&mut a.detail),
            _ => None,
        }
    }

    /// The editor that the page shows, if it has one now.
    #[must_use]
    pub fn editor(&self) -> Option<&Editor> {
        match self {
            Self::Typed(editor) => Some(editor),
            Self::Address(a) if a.wants_detail() => Some(&a.detail),
            _ => None,
        }
    }
}

impl AddressEntry {
    /// Nothing chosen yet.
    #[must_use]
    pub fn new(town_only: bool, world: &World) -> Self {
        Self {
            town: None,
            village: None,
            page: 0,
            detail: Editor::new(Kind::Text { max_chars: 60 }, &world.engines),
            town_only,
        }
    }

    /// Town and village are chosen, the rest is typed.
    #[must_use]
    pub fn wants_detail(&self) -> bool {
        self.town.is_some() && (self.town_only || self.village.is_some())
    }

    /// Codes and names of the open list: towns of the district, or villages of the town.
    #[must_use]
    pub fn options(&self, divisions: &Divisions) -> Vec<(String, String)> {
        let all = match &self.town {
            None => divisions
                .iter()
                .filter(|d| d.level == Level::Town)
                .collect(),
            Some(town) => divisions.children(town),
        };
        all.into_iter()
            .map(|d| (d.code.clone(), d.short_name().to_owned()))
            .collect()
    }

    /// Chooses by place on the open page. Once town and village are chosen there is no list: a second touch of the
    /// same finger must not choose a neighbour.
    fn choose(&mut self, place: usize, divisions: &Divisions) {
        if self.wants_detail() {
            return;
        }
        let place = self.page * PER_PAGE + place;
        let Some((code, _)) = self.options(divisions).into_iter().nth(place) else {
            return;
        };
        if self.town.is_none() {
            self.town = Some(code);
        } else {
            self.village = Some(code);
        }
        self.page = 0;
    }

    /// One step back; false when there is none inside the address.
    pub fn back(&mut self) -> bool {
        self.page = 0;
        if self.village.take().is_some() {
            return true;
        }
        self.town.take().is_some()
    }

    /// Shows an answer given before.
    pub fn fill(&mut self, code: &str, detail: &str, world: &World) {
        if code.len() == 12 {
            self.town = Some(format!("{}000", &code[..9]));
            self.village = (!self.town_only).then(|| code.to_owned());
            self.detail
                .handle(Key::Insert(detail.to_owned()), &world.engines);
        }
    }

    /// 12-digit code of what is chosen, once it is deep enough.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.village.as_deref().or(if self.town_only {
            self.town.as_deref()
        } else {
            None
        })
    }
}
