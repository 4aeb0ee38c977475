//! Pieces of paper that come out of the simulated printer, as files.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use kiosk::sim::printer::{Paper, PaperFont, PrinterSim, PrinterSimOptions};

/// Writes `receipt-N.png` and `receipt-N.bin` (every byte the printer got since the piece before) into a folder.
pub struct Receipts {
    folder: PathBuf,
    font: Option<PaperFont>,
    papers: Vec<Paper>,
}

impl Receipts {
    /// Nothing printed yet.
    pub fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            font: None,
            papers: Vec::new(),
        }
    }

    /// All pieces so far, oldest first.
    #[cfg(feature = "ui")]
    pub fn papers(&self) -> &[Paper] {
        &self.papers
    }

    /// Writes what came out since the last call; names of the new pictures.
    ///
    /// # Errors
    /// A file cannot be written, or there is no Chinese font to draw with.
    pub fn collect(&mut self, printer: &PrinterSim) -> anyhow::Result<Vec<String>> {
        let known = self.papers.len();
        let papers = printer.papers();
        if papers.len() <= known {
            return Ok(Vec::new());
        }
        let raw = printer.raw_bytes();
        let mut names = Vec::new();
        for paper in papers.into_iter().skip(known) {
            let number = self.papers.len() + 1;
            self.papers.push(paper);
            let picture = self.picture(number - 1)?;
            let name = format!("receipt-{number}.png");
            self.write(&name, &picture)?;
            self.write(&format!("receipt-{number}.bin"), &raw)?;
            names.push(name);
        }
        Ok(names)
    }

    fn picture(&mut self, at: usize) -> anyhow::Result<Vec<u8>> {
        let font = match self.font.take() {
            Some(font) => font,
            None => PaperFont::find()?,
        };
        let width = PrinterSimOptions::default().width_dots;
        let picture = self.papers[at].to_png(&font, width);
        self.font = Some(font);
        Ok(picture?)
    }

    fn write(&self, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
        let path = self.folder.join(name);
        fs::write(&path, bytes).with_context(|| path.display().to_string())
    }
}
