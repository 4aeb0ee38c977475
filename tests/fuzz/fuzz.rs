//! One target of `targets`, named by `KIOSK_FUZZ`, under libFuzzer. See `run`.
#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;

mod targets;

static CHOSEN: OnceLock<targets::Target> = OnceLock::new();

fn chosen() -> targets::Target {
    let name = std::env::var("KIOSK_FUZZ").unwrap_or_default();
    let found = targets::ALL.iter().find(|(known, _)| *known == name);
    let names = || targets::ALL.map(|(name, _)| name).join(" ");
    found
        .unwrap_or_else(|| panic!("KIOSK_FUZZ is one of: {}", names()))
        .1
}

fuzz_target!(|data: &[u8]| CHOSEN.get_or_init(chosen)(data));
