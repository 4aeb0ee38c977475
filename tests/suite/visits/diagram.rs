//! The README draws the states that the firmware has.

use kiosk::domain::visit::state::diagram;

use crate::readme::assert_section;

#[test]
fn the_readme_draws_every_state() {
    let drawn = format!("```mermaid\n{}\n```", diagram().trim_end());
    assert_section("diagram", &drawn);
}
