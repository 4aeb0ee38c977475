//! The kiosk's command line: arguments in, one command, an exit code out.

mod cli;
#[cfg(all(feature = "ui", feature = "sim"))]
mod headless;
#[cfg(feature = "ui")]
mod window;

fn main() -> std::process::ExitCode {
    cli::main()
}
