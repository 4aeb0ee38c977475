//! Commands and their arguments; one file per command.

mod audit;
mod board;
mod config;
mod content;
#[cfg(all(feature = "ui", feature = "sim"))]
mod demo;
mod diagnose;
mod doctor;
mod find;
mod fleet;
mod outbox;
#[cfg(feature = "ui")]
mod pages;
mod provision;
#[cfg(feature = "sim")]
mod receipts;
#[cfg(feature = "ui")]
mod rescue;
#[cfg(feature = "ui")]
mod run;
#[cfg(feature = "ui")]
mod screen;
mod selftest;
mod service;
#[cfg(feature = "sim")]
mod sim;
mod tally;
mod tamper;
mod technician;
#[cfg(all(feature = "ui", feature = "sim"))]
mod visit;

use std::io::Write;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

const EXIT_CODES: &str = "\
Exit codes:
  0  done, and all is well
  1  done, and something is wrong with what was looked at (a faulty file, a visit that went another way)
  2  not done: wrong arguments, a file that cannot be used, a port or display that is not there";

/// Firmware of a self-service machine for public services (政务服务自助机).
///
/// Without a command: `kiosk demo`, the whole machine on this computer with simulated devices.
#[derive(Parser)]
#[command(name = "kiosk", version, after_help = EXIT_CODES, after_long_help = EXIT_CODES)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Run the firmware of a real machine.
    #[cfg(feature = "ui")]
    Run(run::Run),
    /// Show that this machine is out of service, where the firmware cannot start.
    #[cfg(feature = "ui")]
    Rescue(rescue::Rescue),
    /// Show the whole machine on this computer: simulated reader, printer and platform, real bytes between them.
    #[cfg(all(feature = "ui", feature = "sim"))]
    Demo(demo::Demo),
    /// Play a visit script through the real pages, without a display.
    #[cfg(all(feature = "ui", feature = "sim"))]
    Visit(visit::Visit),
    /// Run one simulator alone.
    #[cfg(feature = "sim")]
    #[command(subcommand)]
    Sim(sim::Sim),
    /// Look into configuration and catalogue.
    #[command(subcommand)]
    Config(config::Command),
    /// Content packages: what a desk changes on machines without a new firmware, under two approvals.
    #[command(subcommand)]
    Content(content::Content),
    /// Look into the cases kept on this machine.
    #[command(subcommand)]
    Outbox(outbox::Outbox),
    /// Say what is wrong with this machine and what to do about it. Works while the firmware runs.
    ///
    /// Exit codes: 0 all is well, 1 something needs attention, 2 a fault.
    Doctor(doctor::Doctor),
    /// Gather a diagnosis for the desk, or open one there.
    Diagnose(diagnose::Diagnose),
    /// Ask at every serial port which device hangs on it, and enter what was found in the configuration; with the firmware
    /// stopped.
    Find(find::Find),
    /// The update and fleet agent.
    Fleet(fleet::Fleet),
    /// Ask every device how it is and print a slip that says so; with the firmware stopped.
    #[command(name = "selftest")]
    SelfTest(selftest::SelfTest),
    /// Say what this machine has counted, per item and day.
    Tally(tally::Tally),
    /// Bring this machine into service by a work order, renew its certificate, take it out of service for good; and make
    /// the orders at the desk.
    #[command(subcommand)]
    Provision(provision::Provision),
    /// Put this machine back into service after its tamper contact has closed it.
    ClearTamper(tamper::ClearTamper),
    /// Put this machine out of service, or into service again. Works while the firmware runs, which obeys within a minute.
    #[command(subcommand)]
    Service(service::Service),
    /// Look into the audit log: who opened the technician's page, and what was done there.
    #[command(subcommand)]
    Audit(audit::Audit),
    /// Codes and badges for the technician's page.
    #[command(subcommand)]
    Technician(technician::Technician),
}

/// How a command ended, when it could be done at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// All is well.
    Well,
    /// What was looked at is faulty.
    Faulty,
    /// The machine itself is (`kiosk doctor`).
    Broken,
}

/// Reads the arguments and runs the command.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match dispatch(arguments) {
        Ok(Outcome::Well) => ExitCode::SUCCESS,
        Ok(Outcome::Faulty) => ExitCode::from(1),
        Ok(Outcome::Broken) => ExitCode::from(2),
        Err(error) => {
            say_error(&format!("kiosk: {error:#}"));
            ExitCode::from(2)
        }
    }
}

fn dispatch(arguments: Arguments) -> anyhow::Result<Outcome> {
    match arguments.command {
        #[cfg(feature = "ui")]
        Some(Command::Run(run)) => run.run(),
        #[cfg(feature = "ui")]
        Some(Command::Rescue(rescue)) => rescue.run(),
        #[cfg(all(feature = "ui", feature = "sim"))]
        Some(Command::Demo(demo)) => demo.run(),
        #[cfg(all(feature = "ui", feature = "sim"))]
        Some(Command::Visit(visit)) => visit.run(),
        #[cfg(feature = "sim")]
        Some(Command::Sim(sim)) => sim.run(),
        Some(Command::Config(command)) => command.run(),
        Some(Command::Content(content)) => content.run(),
        Some(Command::Outbox(outbox)) => outbox.run(),
        Some(Command::Diagnose(diagnose)) => diagnose.run(),
        Some(Command::Doctor(doctor)) => Ok(doctor.run()),
        Some(Command::Find(find)) => find.run(),
        Some(Command::Fleet(fleet)) => fleet.run(),
        Some(Command::SelfTest(test)) => test.run(),
        Some(Command::Provision(command)) => command.run(),
        Some(Command::ClearTamper(clear)) => clear.run(),
        Some(Command::Tally(tally)) => tally.run(),
        Some(Command::Service(service)) => service.run(),
        Some(Command::Audit(audit)) => audit.run(),
        Some(Command::Technician(technician)) => technician.run(),
        #[cfg(all(feature = "ui", feature = "sim"))]
        None => demo::Demo::default().run(),
        #[cfg(not(all(feature = "ui", feature = "sim")))]
        None => anyhow::bail!("this build has no demo (features ui and sim); see `kiosk --help`"),
    }
}

/// A line on standard output. A reader that went away (`| head`) is no fault of ours.
fn say(line: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}

/// A line on standard error.
fn say_error(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_agree_with_themselves() {
        use clap::CommandFactory as _;
        Arguments::command().debug_assert();
    }
}
