//! The kiosk's command line: arguments in, one command, an exit code out.

mod cli;
#[cfg(all(feature = "ui", feature = "sim"))]
mod dock;
// The tests of the screens measure with what the scripts do not need.
#[cfg(all(feature = "ui", feature = "sim"))]
#[allow(dead_code)]
mod headless;
#[cfg(feature = "ui")]
mod window;

fn main() -> std::process::ExitCode {
    cli::main()
}
