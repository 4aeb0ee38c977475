//! A board's configuration that its own firmware refuses.

use std::path::Path;

use kiosk::config::Config;
use kiosk::wire::escpos::Profile;

#[test]
fn every_board_has_a_configuration_without_mistakes() {
    let boards = Path::new(env!("CARGO_MANIFEST_DIR")).join("board");
    let mut seen = 0;
    for entry in std::fs::read_dir(boards).expect("folder of the boards") {
        let file = entry.expect("entry of a folder").path().join("kiosk.toml");
        // What all boards share stands beside them: catalogue, input methods, the platform's contract.
        if !file.exists() {
            continue;
        }
        let text = std::fs::read_to_string(&file).expect("a board's kiosk.toml is readable");
        let config = match Config::parse(&text) {
            Ok(config) => config,
            Err(faults) => {
                let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
                panic!("{}:\n{}", file.display(), faults.join("\n"));
            }
        };
        if let Err(fault) = Profile::configured(&config.printer) {
            panic!("{}: {fault}", file.display());
        }
        seen += 1;
    }
    assert!(seen >= 2, "boards were not found");
}
