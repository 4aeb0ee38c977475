//! A blank machine becomes one of its site, and whatever goes wrong on the way is named, mended and gone on from.

mod by_the_readme;
mod command_line;
mod decommission;
mod orders;
mod renewal;
mod replacement;
mod resumed;
mod server;
mod way;
pub mod world;
