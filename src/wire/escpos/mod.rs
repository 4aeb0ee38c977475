//! Receipts as ESC/POS bytes (Epson "ESC/POS Command Reference for TM Printers"; GB18030 for the text).
//!
//! [`encode`] turns a [`crate::receipt::Receipt`] into [`Chunk`]s: whole commands that nothing may be put into,
//! because a printer waiting for the rest of an image takes a status question for dots.

mod charset;
mod chosen;
pub mod commands;
mod encode;
mod glyphs;
mod layout;
mod pen;
mod presenter;
mod profile;
mod raster;

pub use chosen::ProfileFault;
pub use encode::{Chunk, EncodeError, Encoded, encode, estimate_length_mm};
pub use glyphs::{Bitmap, FontGlyphs, FontUnusable, Glyphs, NoGlyphs};
pub use layout::{columns_of, wrap};
pub use presenter::{Code, ExitBit, Presenter};
pub use profile::{Cutter, Level, Profile, Proof, StatusDialect};
