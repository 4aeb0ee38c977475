//! The kiosk's command line.

fn main() {}
