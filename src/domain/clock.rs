//! What is known of the time, from readings that come in as arguments.
//!
//! A board without a battery wakes years in the past, and nobody is there to set it. So nothing is ordered, scheduled or
//! expired by the wall clock; it is only told to people, with how far it is believed. What disciplines it is the kernel's
//! own time source or the platform's word, and what happened before either was heard is dated afterwards.

mod age;
mod boots;
mod keeper;
mod local;
mod offset;

pub use age::age;
pub use boots::{Boot, Boots, Dating};
pub use keeper::{Belief, HORIZON_MS, Keeper, Reading};
pub use local::Local;
pub use offset::Offset;
