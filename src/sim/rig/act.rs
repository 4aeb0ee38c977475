//! Words of scripts → what happens to the devices and the platform.

use std::time::Duration;

use anyhow::Context as _;

use super::{Pull, Rig, Trouble, lock};
use crate::sim::platform::Fault;
use crate::sim::reader::ReaderFault;
use crate::sim::script::{Action, PlatformAct, ReaderAct};

/// How far `platform clock-skew` is off: beyond what any signature allows.
const SKEW_S: i64 = 3 * 24 * 3600;
/// Seconds of a year of 365.25 days, for `clock YEARS`.
const YEAR_S: i64 = 31_557_600;

/// A firmware that has just started looks for a card within this time.
const LOOKS_WITHIN: Duration = Duration::from_secs(2);

impl Rig {
    /// Does what the action says if it happens to a device, the platform, the line, the pins or the wall clock.
    /// False if it does not, and nothing was done.
    ///
    /// # Errors
    /// No such card, a status that is none, or a link that cannot be made.
    pub fn act(&self, action: &Action) -> anyhow::Result<bool> {
        match action {
            Action::CardLay(name) => self.lay(name)?,
            Action::CardTake => self.reader.take(),
            Action::Reader(act) => self.reader_act(*act)?,
            Action::Printer(act) => self.printer.act(*act)?,
            Action::Platform(act) => self.platform_act(*act)?,
            Action::Network(up) => {
                let mut trouble = lock(&self.trouble);
                trouble.network_down = !up;
                self.line(&trouble);
            }
            Action::Input(input, on) => {
                let mut hand = lock(&self.hand);
                hand.inputs.insert(*input, *on);
                if let Some(pins) = &hand.pins {
                    pins.set(*input, *on);
                }
            }
            Action::Scan(text) if text.is_empty() => self.scanner.take(),
            Action::Scan(text) => self.scanner.hold(text.as_bytes()),
            Action::Disk(full) => {
                let disk = self.disk.as_ref();
                let disk = disk.context("there is no small disk: `kiosk visit --disk DIR`")?;
                if *full { disk.fill()? } else { disk.free()? }
            }
            Action::ClockYears(years) => {
                self.clock.set_wall_error(years.saturating_mul(YEAR_S));
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn lay(&self, name: &str) -> anyhow::Result<()> {
        let card = self.card(name)?;
        self.reader.wait_until_watched(LOOKS_WITHIN);
        let mut trouble = lock(&self.trouble);
        trouble.pull = match trouble.pull {
            Pull::Next => Pull::This,
            Pull::This => {
                self.reader.set_fault(ReaderFault::None);
                Pull::Off
            }
            Pull::Off => Pull::Off,
        };
        self.reader.lay(card);
        Ok(())
    }

    fn reader_act(&self, act: ReaderAct) -> anyhow::Result<()> {
        if let ReaderAct::Fault(fault) = act {
            lock(&self.trouble).pull = if fault == ReaderFault::MovedAway {
                Pull::Next
            } else {
                Pull::Off
            };
        }
        Ok(self.reader.act(act)?)
    }

    fn platform_act(&self, act: PlatformAct) -> anyhow::Result<()> {
        let mut trouble = lock(&self.trouble);
        let next_case = |trouble: &mut Trouble, fault| {
            trouble.platform = None;
            // While the line is down there is no next case; the fault would open the port again.
            anyhow::ensure!(
                !trouble.network_down,
                "the network is down: `network up` first"
            );
            self.platform.set_fault_for_next_case(fault);
            Ok(())
        };
        let fault = match act {
            PlatformAct::LostAnswer => return next_case(&mut trouble, Fault::LostAnswer),
            PlatformAct::Reject => {
                let code = "NOT_ELIGIBLE".into();
                return next_case(&mut trouble, Fault::Reject { code });
            }
            PlatformAct::Slow(by) => Some(Fault::Slow { ms: millis(by) }),
            PlatformAct::Status(status) => {
                anyhow::ensure!(
                    (200..600).contains(&status),
                    "status {status}: not 200 to 599"
                );
                Some(Fault::Status {
                    status,
                    retry_after_s: None,
                })
            }
            PlatformAct::Rubbish => Some(Fault::Rubbish),
            PlatformAct::Portal => Some(Fault::Portal),
            PlatformAct::ClockSkew => Some(Fault::ClockOff { seconds: SKEW_S }),
            PlatformAct::Well => None,
        };
        trouble.platform = fault;
        self.line(&trouble);
        Ok(())
    }

    /// A line that is down hides what else is wrong at its end.
    fn line(&self, trouble: &Trouble) {
        match &trouble.platform {
            _ if trouble.network_down => self.platform.set_fault(Fault::Down),
            Some(fault) => self.platform.set_fault(fault.clone()),
            None => self.platform.clear_fault(),
        }
    }
}

fn millis(by: Duration) -> u32 {
    u32::try_from(by.as_millis()).unwrap_or(u32::MAX)
}
