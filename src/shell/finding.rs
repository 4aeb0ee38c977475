//! Every serial port of this computer asked at once: which device hangs on it.

use std::path::{Path, PathBuf};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use crate::shell::serial::{SerialConfig, SerialDriver};
use crate::wire::finder::{Answered, Event, FIRST_RATE, Finder};

/// Names of ports that stay the same over unplugging: one a socket.
const BY_PATH: &str = "/dev/serial/by-path";
/// For opening ports, over the time of the questions themselves.
const SPARE: Duration = Duration::from_secs(3);

/// What came of the search on one port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The port, by the name that stays the same where there is one.
    pub port: PathBuf,
    /// Who answered.
    pub answer: Result<Answered, Silence>,
}

/// Why nobody answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Silence {
    /// Nobody is there, or somebody who answers no question.
    Nobody,
    /// The port cannot be opened: in use, no rights, gone.
    NoPort,
}

/// Serial ports that the kernel or a person talks to: nothing is asked there.
const CONSOLES: &str = "/sys/class/tty/console/active";

/// Serial ports of this computer but for consoles, each by the name that stays the same over unplugging where the system gives one.
#[must_use]
pub fn ports() -> Vec<PathBuf> {
    let consoles = std::fs::read_to_string(CONSOLES).unwrap_or_default();
    let names = serialport::available_ports().unwrap_or_default();
    let mut ports: Vec<_> = names
        .iter()
        .map(|port| Path::new(&port.port_name))
        .filter(|port| !is_console(port, &consoles))
        .map(steady)
        .collect();
    ports.sort();
    ports.dedup();
    ports
}

/// Whether the port stands among names such as `tty0 ttyS0`.
fn is_console(port: &Path, consoles: &str) -> bool {
    let device = port.canonicalize();
    let name = device.as_deref().unwrap_or(port).file_name();
    consoles
        .split_whitespace()
        .any(|console| name == Some(console.as_ref()))
}

/// The name below [`BY_PATH`] that leads to the same device, else `port` itself.
fn steady(port: &Path) -> PathBuf {
    let device = port.canonicalize();
    let mut links: Vec<_> = std::fs::read_dir(BY_PATH)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|link| device.is_ok() && link.canonicalize().ok() == device.as_ref().ok().cloned())
        .collect();
    // Newer systems have a second, longer name for the same socket.
    links.sort_by_key(|link| link.as_os_str().len());
    links
        .into_iter()
        .next()
        .unwrap_or_else(|| port.to_path_buf())
}

/// Asks all `ports` at once; takes as long as the longest search, some seconds.
#[must_use]
pub fn find(ports: &[PathBuf]) -> Vec<Finding> {
    let (tell, heard) = channel();
    let drivers: Vec<_> = ports
        .iter()
        .enumerate()
        .map(|(at, port)| {
            let tell = tell.clone();
            SerialDriver::start(
                SerialConfig::new(port, FIRST_RATE),
                Finder::new(),
                // Whoever no longer listens needs no answer.
                move |event| drop(tell.send((at, event))),
            )
        })
        .collect();
    let mut findings: Vec<_> = ports
        .iter()
        .map(|port| Finding {
            port: port.clone(),
            answer: Err(Silence::NoPort),
        })
        .collect();
    let end = Instant::now() + Finder::longest() + SPARE;
    let mut open = drivers.iter().filter(|driver| driver.is_ok()).count();
    while open > 0 {
        let left = end.saturating_duration_since(Instant::now());
        let Ok((at, event)) = heard.recv_timeout(left) else {
            break;
        };
        open -= 1;
        findings[at].answer = match event {
            Event::Found(answered) => Ok(answered),
            Event::Nobody => Err(Silence::Nobody),
            Event::NoPort => Err(Silence::NoPort),
        };
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_console_is_no_port_to_ask_at() {
        for (port, expected) in [
            ("/dev/ttyS0", true),
            ("/dev/ttyS1", false),
            ("/dev/ttyS00", false),
            ("/dev/tty0", true),
        ] {
            assert_eq!(
                is_console(Path::new(port), "tty0 ttyS0\n"),
                expected,
                "{port}"
            );
        }
        assert!(!is_console(Path::new("/dev/ttyS0"), ""));
    }
}
