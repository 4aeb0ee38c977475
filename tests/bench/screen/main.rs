//! The firmware on an X server of its own, in a process of its own, its simulated devices in others: how long until
//! its first page can be touched, how much memory and processor it takes. Measures, never judges.
#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs)]

#[path = "../rows.rs"]
mod rows;

mod firmware;
mod others;
mod process;
mod x11;

fn main() {
    if std::env::args().any(|argument| argument == others::PLAIN) {
        others::plain();
        return;
    }
    if !rows::wanted() {
        return;
    }
    let Some(server) = x11::Server::start() else {
        rows::skipped("Everything on a real screen", "Xvfb is not installed");
        return;
    };
    others::measure(&server);
    firmware::measure(&server);
}
