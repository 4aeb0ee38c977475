//! The pages, compiled from the `.slint` files beside this package. No logic lives here.
#![allow(missing_docs, clippy::all, clippy::unwrap_used)]
slint::include_modules!();
/// The collection of fonts the pages draw with. Looking fonts up in it costs nothing; in another one, fontconfig
/// would read all its files a second time.
pub use slint::fontique_011::shared_collection;
