//! Commands on standard input.

use std::io::BufRead as _;

use crate::cli::{Outcome, say_error};

/// Obeys line by line. A wrong line is told and passed over. The end of the input (a closed terminal, `< /dev/null`
/// under a service manager) ends nothing: the simulator runs until it is stopped.
pub(super) fn obey(command: impl Fn(&[&str]) -> anyhow::Result<()>) -> anyhow::Result<Outcome> {
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let words: Vec<&str> = line.split_whitespace().collect();
        if words.is_empty() {
            continue;
        }
        if let Err(error) = command(&words) {
            say_error(&format!("kiosk: {error:#}"));
        }
    }
    loop {
        std::thread::park();
    }
}
