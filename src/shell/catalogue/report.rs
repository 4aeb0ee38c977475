//! What is wrong with a catalogue, one line a fault.

use std::fmt;

use crate::item::check::{Finding, Severity};

/// One thing that is wrong in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Path of the file below the catalogue's folder, e.g. `items/pension.toml`.
    pub file: String,
    /// Line, counted from 1; absent when the file could not be read at all.
    pub line: Option<usize>,
    /// What is wrong and how to mend it.
    pub finding: Finding,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            file,
            line,
            finding,
        } = self;
        let word = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        write!(f, "{file}")?;
        if let Some(line) = line {
            write!(f, ":{line}")?;
        }
        write!(f, ": {word}")?;
        if !finding.field.is_empty() {
            write!(f, ": {}", finding.field)?;
        }
        write!(
            f,
            ": expected {}; found {}; {}",
            finding.expected, finding.found, finding.mend
        )
    }
}

/// The result of checking a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Items that can be offered.
    pub good: usize,
    /// Faults in the order of files and lines.
    pub faults: Vec<Fault>,
}

impl Report {
    /// True when nothing is an error; there may be warnings.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.errors() == 0 && self.good > 0
    }

    /// How many faults are errors.
    #[must_use]
    pub fn errors(&self) -> usize {
        let error = |f: &&Fault| f.finding.severity == Severity::Error;
        self.faults.iter().filter(error).count()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for fault in &self.faults {
            writeln!(f, "{fault}")?;
        }
        let errors = self.errors();
        let warnings = self.faults.len() - errors;
        write!(
            f,
            "{} items good, {errors} errors, {warnings} warnings",
            self.good
        )
    }
}
