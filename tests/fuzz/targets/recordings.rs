//! A file of a recording: refused with the line of its mistake, or replayed up to the first thing that differs.

use kiosk::shell::record::{Recording, replay};

/// Longest text that a mistake is told in, in bytes for each byte of the file, and beside.
const SAID: (usize, usize) = (16, 400);

pub fn run(data: &[u8]) {
    let lines = 1 + data.iter().filter(|byte| **byte == b'\n').count();
    let most = SAID.0 * data.len() + SAID.1;
    match Recording::parse(data) {
        Err(fault) => {
            assert!((1..=lines).contains(&fault.line), "{fault} of {lines}");
            assert!((1..=most).contains(&fault.what.len()), "{fault}");
        }
        Ok(recording) => {
            assert!(recording.steps.iter().all(|step| step.line <= lines));
            if let Err(difference) = replay(&recording) {
                assert!((1..=lines).contains(&difference.line), "{difference}");
                assert!(difference.expected != difference.got, "{difference}");
            }
        }
    }
}
