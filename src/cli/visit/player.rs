//! Goes through a script line by line.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use kiosk::domain::page::Intent;
use kiosk::sim::script::Action;

use super::effort::Effort;
use super::stage::Stage;
use super::transcript::Transcript;
use super::{Plan, blank, hand, names};
use crate::cli::receipts::Receipts;

/// Longest real time until something can be touched.
const TOUCHABLE: Duration = Duration::from_secs(20);
/// Longest real time until something is as expected.
const EXPECTED: Duration = Duration::from_secs(60);
/// Between two looks.
const LOOK: Duration = Duration::from_millis(30);

/// A script being played.
pub struct Player {
    pub(super) stage: Stage,
    pub(super) receipts: Receipts,
    pub(super) transcript: Transcript,
    /// Of a machine that was blank.
    effort: Option<Effort>,
    script: PathBuf,
    out: PathBuf,
}

impl Player {
    /// Starts the machine; it shows its first page when this returns.
    ///
    /// # Errors
    /// There can be no stage, or no page comes.
    pub fn new(plan: &Plan, is_blank: bool) -> anyhow::Result<Self> {
        let effort = is_blank.then(Effort::new);
        let stage = Stage::new(plan, is_blank)?;
        let (clock, journal) = (stage.clock.clone(), stage.journal.clone());
        let mut player = Self {
            transcript: Transcript::new(&plan.out, clock, journal)?,
            receipts: Receipts::new(&plan.out),
            stage,
            effort,
            script: plan.script.clone(),
            out: plan.out.clone(),
        };
        player.first_page()?;
        if player
            .stage
            .page()
            .is_some_and(|page| page.lang != plan.lang)
        {
            player.stage.intent(Intent::Language);
            player.stage.sync()?;
        }
        Ok(player)
    }

    /// Does one line.
    ///
    /// # Errors
    /// What was expected and did not come, or cannot be done.
    pub fn step(&mut self, line: usize, source: &str, action: &Action) -> anyhow::Result<()> {
        self.look()?;
        self.transcript.step(line, source)?;
        self.do_it(action)?;
        if let Some(effort) = &mut self.effort {
            effort.did(action);
        }
        for stroke in self.stage.screen.take_strokes() {
            self.transcript.stroke(&stroke)?;
        }
        self.look()
    }

    fn do_it(&mut self, action: &Action) -> anyhow::Result<()> {
        match action {
            Action::Touch(text) => self.patiently(|stage| hand::touch(stage, text)),
            Action::Type(text) => self.patiently(|stage| hand::enter(stage, text)),
            Action::Sign => self.patiently(hand::sign),
            Action::Draw(stroke) => self.patiently(|stage| hand::draw(stage, stroke)),
            Action::TechnicianCode => {
                let code = self.stage.technician_code()?;
                self.patiently(|stage| hand::enter(stage, &code))
            }
            Action::Wait(time) => self.stage.wait(*time),
            Action::PowerCut => {
                self.stage.power_cut()?;
                self.first_page()
            }
            Action::Screenshot(name) => {
                let file = format!("{name}.png");
                self.stage.picture(&self.out.join(&file))?;
                let texts = self.readable();
                self.transcript.file("screenshot", &file, &texts)
            }
            // What it was is known before the first line is played.
            Action::MachineBlank => Ok(()),
            Action::Order(act) => blank::order(self.stage.district()?, &self.stage.rig, *act),
            Action::Est(act) => self.stage.district()?.est(*act),
            Action::Screen(portrait) => {
                self.stage.turn(*portrait);
                Ok(())
            }
            other => {
                if self.stage.rig.act(other)? {
                    return self.stage.nudge();
                }
                self.expect(other)
            }
        }
    }

    /// Tries until it can be done.
    fn patiently(&mut self, act: impl Fn(&mut Stage) -> anyhow::Result<()>) -> anyhow::Result<()> {
        let began = Instant::now();
        loop {
            let result = act(&mut self.stage);
            if result.is_ok() || began.elapsed() > TOUCHABLE {
                return result;
            }
            self.stage.idle(LOOK);
            self.look()?;
        }
    }

    fn expect(&mut self, action: &Action) -> anyhow::Result<()> {
        let began = Instant::now();
        loop {
            let Some(differs) = self.differs(action) else {
                anyhow::bail!("nothing here does this action");
            };
            let Some(message) = differs? else {
                return Ok(());
            };
            anyhow::ensure!(began.elapsed() < EXPECTED, message);
            self.stage.idle(LOOK);
            self.look()?;
        }
    }

    /// Takes in what is new: page, events, paper.
    fn look(&mut self) -> anyhow::Result<()> {
        self.stage.come_into_service()?;
        if let Some(page) = self.stage.refresh() {
            self.transcript.page(page)?;
            if let Some(effort) = &mut self.effort {
                effort.shown(page.kind);
            }
        }
        self.transcript.events()?;
        for name in self.receipts.collect(self.stage.rig.printer())? {
            let paper = self.receipts.papers().last();
            let lines = paper.map(|paper| paper.lines()).unwrap_or_default();
            self.transcript.file("receipt", &name, &lines)?;
        }
        Ok(())
    }

    fn first_page(&mut self) -> anyhow::Result<()> {
        let began = Instant::now();
        while self.stage.refresh().is_none() {
            anyhow::ensure!(began.elapsed() < EXPECTED, "the firmware shows no page");
            self.stage.idle(LOOK);
        }
        Ok(())
    }

    /// Every text on the screen, and what can be touched.
    pub(super) fn readable(&self) -> Vec<String> {
        let ui = self.stage.window.component();
        let mut texts = self.stage.screen.texts(ui);
        for target in self.stage.screen.targets(ui) {
            if !texts.contains(&target.label) {
                texts.push(target.label);
            }
        }
        texts
    }

    /// Writes down how it failed: a picture, a line in the transcript; the message for the script's writer.
    pub fn failed(&mut self, line: usize, fault: &anyhow::Error) -> String {
        let page = self
            .stage
            .page()
            .map_or("none", |page| names::of(page.kind));
        let message = format!(
            "{}:{line}: {fault:#}, the page is {page} and shows: {}",
            self.script.display(),
            self.readable().join(" | ")
        );
        let picture = self.out.join("failed.png");
        let written = [
            self.transcript.events(),
            self.transcript.failed(&message),
            self.stage.picture(&picture),
        ];
        // The failure itself is worth more than what is wrong with its picture.
        let extra: Vec<String> = written
            .into_iter()
            .filter_map(|result| Some(format!("\n({:#})", result.err()?)))
            .collect();
        format!("{message}\nsee {}{}", picture.display(), extra.concat())
    }

    /// What it took to bring a blank machine into service.
    pub fn figure(&self) -> Option<String> {
        self.effort.as_ref().and_then(Effort::figure)
    }

    /// Ends the firmware and takes in its last words.
    ///
    /// # Errors
    /// The transcript cannot be written.
    pub fn end(&mut self) -> anyhow::Result<()> {
        self.stage.stop();
        self.transcript.events()
    }
}
