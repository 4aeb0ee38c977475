//! How long the parts of a visit take that need no screen. Measures, never judges: a slow computer fails nothing.
#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs)]

#[path = "../filing.rs"]
mod filing;
#[path = "../items.rs"]
mod items;
#[path = "../machine.rs"]
mod machine;
#[path = "../rows.rs"]
mod rows;

mod card;
mod catalogue;
mod input;
mod paper;
mod peers;
mod ports;
mod store;
mod wire;

fn main() {
    if !rows::wanted() {
        return;
    }
    card::measure();
    store::measure();
    paper::measure();
    wire::measure();
    ports::measure();
    catalogue::measure();
    input::measure();
}
