//! The pages, compiled from the `.slint` files beside this package. No logic lives here.
#![allow(missing_docs, clippy::all, clippy::unwrap_used)]
slint::include_modules!();
/// The collection of fonts the pages draw with.
pub use fontique;
