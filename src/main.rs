//! The kiosk's command line: arguments in, one command, an exit code out.

mod cli;

fn main() -> std::process::ExitCode {
    cli::main()
}
