//! Finding an item: by what is popular, by situation, by words.

use crate::domain::world::World;
use crate::item::Item;

use super::Visit;
use super::entry::Entry;

/// Items on one page of a list.
pub const PER_LIST: usize = 5;
/// Results under the search field.
pub const PER_SEARCH: usize = 4;
/// Life situations to choose from on one page: more than seven are hard to take in.
pub const SITUATIONS: usize = 7;

/// Which list is open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ListOf {
    /// What is used most here.
    #[default]
    Popular,
    /// A situation of life, by its id.
    Situation(String),
    /// What a search found.
    Found,
}

impl Visit {
    /// Items of the open list, whole.
    #[must_use]
    pub fn listed<'w>(&self, world: &'w World) -> Vec<&'w Item> {
        let mut items = world.offered();
        if let ListOf::Situation(id) = &self.list {
            items.retain(|item| item.situations.iter().any(|situation| situation == id));
        }
        items
    }

    /// Items of the open page of the list.
    #[must_use]
    pub fn list_window<'w>(&self, world: &'w World) -> (Vec<&'w Item>, usize) {
        let all = self.listed(world);
        let pages = all.len().div_ceil(PER_LIST).max(1);
        let at = self.list_page.min(pages - 1);
        (
            all.into_iter().skip(at * PER_LIST).take(PER_LIST).collect(),
            pages,
        )
    }

    /// Keeps what is typed into the search field, to come back to it.
    pub(super) fn keep_query(&mut self) {
        self.query = self.typed_query();
    }

    fn typed_query(&self) -> String {
        match &self.entry {
            Entry::Typed(editor) => format!("{}{}", editor.value(), editor.composition()),
            _ => String::new(),
        }
    }

    /// What the search finds for what is typed.
    #[must_use]
    pub fn found<'w>(&self, world: &'w World) -> Vec<&'w Item> {
        let query = self.typed_query();
        if query.is_empty() {
            return Vec::new();
        }
        let offered = |item: &Item| world.today().is_none_or(|today| item.offered_on(today));
        let found = world
            .search
            .search(&query, &world.machine.town_code)
            .into_iter()
            .filter(|found| found.here);
        let items = found.filter_map(|found| world.catalogue.items().get(found.index));
        items
            .filter(|item| offered(item))
            .take(PER_SEARCH)
            .collect()
    }
}
