//! What a person does at the screen.

use kiosk::domain::page::{Body, Intent};

use super::stage::Stage;

/// A name written by hand: three strokes that no two people would write alike, in 0..1 of the sheet.
const SIGNATURE: [&[(f32, f32)]; 3] = [
    &[
        (0.15, 0.35),
        (0.25, 0.30),
        (0.35, 0.32),
        (0.30, 0.50),
        (0.20, 0.70),
        (0.14, 0.78),
    ],
    &[
        (0.42, 0.28),
        (0.44, 0.50),
        (0.43, 0.72),
        (0.52, 0.66),
        (0.60, 0.52),
    ],
    &[
        (0.62, 0.40),
        (0.72, 0.34),
        (0.82, 0.42),
        (0.74, 0.60),
        (0.66, 0.74),
        (0.86, 0.70),
    ],
];

/// Touches what says `text`, if it can be touched now. The message says what can be.
pub fn touch(stage: &Stage, text: &str) -> anyhow::Result<()> {
    stage.screen.touch(stage.window.component(), text)?;
    stage.sync()
}

/// Presses the key of each character where the page has them all, and gives the text as a whole otherwise.
pub fn enter(stage: &mut Stage, text: &str) -> anyhow::Result<()> {
    let keys: Vec<String> = stage
        .screen
        .targets(stage.window.component())
        .into_iter()
        .filter(|target| target.enabled)
        .map(|target| target.label)
        .collect();
    let letters: Vec<String> = text.chars().map(String::from).collect();
    if letters.iter().all(|letter| keys.contains(letter)) {
        for letter in &letters {
            touch(stage, letter)?;
            stage.refresh();
        }
        return Ok(());
    }
    let page = stage.page().map(|page| &page.body);
    anyhow::ensure!(
        matches!(page, Some(Body::Field(_) | Body::SearchField { .. })),
        "there is no field to type into"
    );
    stage.inbox()?.intent(Intent::Insert(text.into()));
    stage.sync()
}

/// Writes one stroke on the sheet.
pub fn draw(stage: &Stage, stroke: &[(f32, f32)]) -> anyhow::Result<()> {
    stage.screen.write(stage.window.component(), stroke)?;
    stage.sync()
}

/// Signs.
pub fn sign(stage: &mut Stage) -> anyhow::Result<()> {
    for stroke in SIGNATURE {
        draw(stage, stroke)?;
        stage.refresh();
    }
    Ok(())
}
