//! Reads a catalogue from a folder: `items/*.toml` one item a file, `situations.toml`, `divisions.csv`, and `version`
//! in `catalogue.toml`. Every mistake is reported with file, line and field; a bad item is left out, the others work.

mod load;
mod locate;
mod report;

pub use load::{check, load, parse};
pub use locate::Places;
pub use report::{Fault, Report};

pub use crate::item::catalogue::{Catalogue, CatalogueError};

#[cfg(test)]
mod tests;
