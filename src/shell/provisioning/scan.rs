//! A machine without any setting reads codes: its ports are asked who is there, and every scanner is told to look.

use std::path::PathBuf;

use crate::shell::finding;
use crate::shell::serial::{SerialConfig, SerialDriver};
use crate::wire::finder::{Answered, Kind};
use crate::wire::scanner::{Command, Dialect, Event, Framing, Scanner};

/// A scanner that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    port: PathBuf,
    rate: u32,
    dialect: Dialect,
}

/// Asks at all ports; some seconds.
pub(super) fn find(ports: Option<&[PathBuf]>) -> Vec<Found> {
    let ports = ports.map_or_else(finding::ports, <[_]>::to_vec);
    let findings = finding::find(&ports).into_iter();
    findings
        .filter_map(|finding| match finding.answer {
            Ok(Answered {
                kind: Kind::Scanner(dialect),
                rate,
                ..
            }) => Some(Found {
                port: finding.port,
                rate,
                dialect,
            }),
            _ => None,
        })
        .collect()
}

/// Scanners that look until this is dropped.
pub(super) struct Looking(Vec<SerialDriver<Command>>);

impl Looking {
    /// Lets every one of `found` look; `tell` gets the texts.
    pub(super) fn start(found: &[Found], tell: impl Fn(String) + Clone + Send + 'static) -> Self {
        let drivers = found.iter().filter_map(|found| {
            let tell = tell.clone();
            let deliver = move |event| {
                if let Event::Code(text) = event {
                    tell(text.reveal().to_owned());
                }
            };
            let machine = Scanner::new(found.dialect, Framing::Suffix);
            let driver =
                SerialDriver::start(SerialConfig::new(&found.port, found.rate), machine, deliver)
                    .ok()?;
            driver.send(Command::SetReading(true)).ok()?;
            Some(driver)
        });
        Self(drivers.collect())
    }

    /// Whether nobody looks.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
