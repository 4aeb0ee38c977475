//! Every trouble of a device in every state of a visit: what the page does, and that the machine heals by itself.
//!
//! One file a trouble. A cell goes into the state, strikes, waits ten seconds, mends, brings the visit to its end, and
//! then the next person must be able to file a case and to take a whole receipt of their own.

mod cell;

mod card_pulled;
mod cover_open;
mod cutter_blocked;
mod door_open;
mod line_down;
mod mains_lost;
mod paper_jam;
mod paper_low;
mod paper_out;
mod power_cut;
mod presenter_jam;
mod printer_off;
mod printer_unplugged;
mod reader_late;
mod reader_noise;
mod reader_off;
mod reader_unauthorised;
mod reader_unplugged;
mod receipt_left;
mod scanner_unplugged;
mod tampered;

use kiosk::domain::visit::State;

use crate::readme::assert_section;
use cell::Trouble;

static TROUBLES: [&Trouble; 21] = [
    &reader_unplugged::TROUBLE,
    &reader_off::TROUBLE,
    &reader_noise::TROUBLE,
    &reader_late::TROUBLE,
    &reader_unauthorised::TROUBLE,
    &card_pulled::TROUBLE,
    &printer_unplugged::TROUBLE,
    &printer_off::TROUBLE,
    &paper_low::TROUBLE,
    &paper_out::TROUBLE,
    &paper_jam::TROUBLE,
    &cover_open::TROUBLE,
    &cutter_blocked::TROUBLE,
    &scanner_unplugged::TROUBLE,
    &presenter_jam::TROUBLE,
    &receipt_left::TROUBLE,
    &door_open::TROUBLE,
    &tampered::TROUBLE,
    &mains_lost::TROUBLE,
    &line_down::TROUBLE,
    &power_cut::TROUBLE,
];

#[test]
fn the_readme_shows_every_trouble_in_every_state() {
    let mut table = String::from("| |");
    for trouble in TROUBLES {
        table += &format!(" {} |", trouble.name);
    }
    table += "\n|---|";
    table += &"---|".repeat(TROUBLES.len());
    for (at, state) in State::SERVING.into_iter().enumerate() {
        table += &format!("\n| {} |", state.name());
        for trouble in TROUBLES {
            table += &format!(" {} |", trouble.row()[at]);
        }
    }
    assert_section("troubles", &table);
}
