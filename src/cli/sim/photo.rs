//! `kiosk sim photo`.

use std::io::{Read as _, Write as _};

use anyhow::Context as _;

use crate::cli::Outcome;

/// More than any photo.
const LIMIT: u64 = 64 * 1024;

pub(super) fn run() -> anyhow::Result<Outcome> {
    let mut photo = Vec::new();
    std::io::stdin()
        .take(LIMIT)
        .read_to_end(&mut photo)
        .context("read the photo")?;
    let png = kiosk::sim::photo::draw(&photo)?;
    std::io::stdout()
        .write_all(&png)
        .context("write the picture")?;
    Ok(Outcome::Well)
}
