//! The table of administrative divisions, and the addresses that are looked up in it.

use kiosk::division::{Division, Divisions};

pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let table = match Divisions::parse(text) {
        Ok(table) => table,
        Err(error) => {
            let line = error.line().unwrap_or(1);
            assert!((1..=text.lines().count()).contains(&line), "{error}");
            return;
        }
    };
    // The encoder's words mean the same to the decoder.
    assert_eq!(Divisions::parse(&table.to_csv()).as_ref(), Ok(&table));
    for division in table.iter() {
        look_up(&table, division);
    }
    for address in text.lines().take(20) {
        if let Some((division, rest)) = table.locate(address) {
            assert!(address.ends_with(rest));
            assert!(table.get(&division.code).is_some());
        }
        assert!(table.search("440203000000", address, 5).len() <= 5);
    }
}

fn look_up(table: &Divisions, division: &Division) {
    let code = &division.code;
    assert_eq!(table.get(code), Some(division));
    assert!(!division.short_name().is_empty() && division.name.starts_with(division.short_name()));
    assert!(table.full_name(code).ends_with(division.short_name()));
    for child in table.children(code) {
        assert_eq!(table.parent(&child.code), Some(division));
    }
}
