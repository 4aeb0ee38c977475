//! Pins of any board through the kernel's GPIO character device (uAPI v2): lines by name, bias, debounce and edges
//! are the kernel's work.

use std::any::Any;
use std::os::fd::AsFd as _;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use gpiocdev::line::{Bias, EdgeDetection, EdgeKind, Value};
use gpiocdev::request::Request;
use rustix::event::{PollFd, PollFlags, poll};

use super::drive::Lamp;
use super::{Changes, OnPin, Opened, PinEvent};
use crate::config::{Active, Gpio as Settings, Line, Pin};
use crate::pins::{Input, Output};
use crate::status::Device;

/// Whom the kernel names as the user of our lines.
const CONSUMER: &str = "kiosk";

/// A chip and the names of its lines, by offset.
struct Chip {
    path: PathBuf,
    names: Vec<String>,
}

/// One wire's line on its chip. Levels are logical from here on: the kernel turns them.
struct Switch(Request);

impl Lamp for Switch {
    fn light(&mut self, on: bool) -> bool {
        self.0.set_lone_value(value(on)).is_ok()
    }
}

struct Watch {
    wire: Input,
    request: Request,
    changes: Changes,
}

/// Takes the lines. A single one that cannot be had is left out and told.
pub(super) fn open(settings: &Settings, tell: &OnPin) -> Opened {
    let mut opened = Opened::nothing();
    let chips = chips(settings.chip.as_deref());
    if chips.is_empty() {
        return opened;
    }
    opened.status = Device::Online;
    let mut watches = Vec::new();
    for (wire, pin) in &settings.inputs {
        match watch(&chips, *wire, pin) {
            Some(watch) => watches.push(watch),
            None => opened.fail(wire.word()),
        }
    }
    for (wire, pin) in &settings.outputs {
        match output(&chips, *wire, pin) {
            Some(switch) => opened.outputs.push((*wire, Box::new(switch))),
            None => opened.fail(wire.word()),
        }
    }
    match listen(watches, OnPin::clone(tell)) {
        Ok(wake) => opened.inputs = Box::new(wake),
        Err(_) => opened.status = Device::HardwareError,
    }
    opened
}

/// The chip of the configuration, or all there are; none that cannot be opened.
fn chips(only: Option<&Path>) -> Vec<Chip> {
    let paths = match only {
        Some(path) => vec![path.to_path_buf()],
        None => gpiocdev::chip::chips().unwrap_or_default(),
    };
    let read = |path: PathBuf| {
        let chip = gpiocdev::Chip::from_path(&path).ok()?;
        let lines = chip.line_info_iter().ok()?;
        let names = lines.map(|line| line.map(|line| line.name).unwrap_or_default());
        Some(Chip {
            names: names.collect(),
            path,
        })
    };
    paths.into_iter().filter_map(read).collect()
}

/// Where a line is: a number counts on the first chip (a configuration with numbers names only one).
fn locate<'c>(chips: &'c [Chip], line: &Line) -> Option<(&'c Path, u32)> {
    match line {
        Line::Number(number) => {
            let chip = chips.first()?;
            let there = usize::try_from(*number).is_ok_and(|at| at < chip.names.len());
            there.then_some((&chip.path, *number))
        }
        Line::Name(name) => chips.iter().find_map(|chip| {
            let at = chip.names.iter().position(|known| known == name)?;
            Some((chip.path.as_path(), u32::try_from(at).ok()?))
        }),
    }
}

fn watch(chips: &[Chip], wire: Input, pin: &Pin) -> Option<Watch> {
    let (chip, offset) = locate(chips, &pin.line)?;
    let mut builder = Request::builder();
    builder
        .on_chip(chip)
        .with_consumer(CONSUMER)
        .with_line(offset)
        .as_input()
        .with_bias(if wire.pulled_up(pin.active) {
            Bias::PullUp
        } else {
            Bias::PullDown
        })
        .with_debounce_period(Duration::from_millis(pin.debounce_ms.into()))
        .with_edge_detection(EdgeDetection::BothEdges);
    if pin.active == Active::Low {
        builder.as_active_low();
    }
    Some(Watch {
        wire,
        request: builder.request().ok()?,
        changes: Changes::default(),
    })
}

/// At rest from the first moment, whatever its active level.
fn output(chips: &[Chip], wire: Output, pin: &Pin) -> Option<Switch> {
    let (chip, offset) = locate(chips, &pin.line)?;
    let mut builder = Request::builder();
    builder
        .on_chip(chip)
        .with_consumer(CONSUMER)
        .with_line(offset)
        .as_output(value(wire.rest()));
    if pin.active == Active::Low {
        builder.as_active_low();
    }
    builder.request().ok().map(Switch)
}

fn value(on: bool) -> Value {
    if on { Value::Active } else { Value::Inactive }
}

/// Tells every level and then every change, on a thread that ends when the returned handle is dropped.
fn listen(watches: Vec<Watch>, tell: OnPin) -> std::io::Result<Box<dyn Any>> {
    let (wake, woken) = UnixStream::pair()?;
    thread::Builder::new()
        .name("pin-inputs".into())
        .spawn(move || run(watches, &woken, &tell))?;
    Ok(Box::new(wake))
}

fn run(mut watches: Vec<Watch>, woken: &UnixStream, tell: &OnPin) {
    watches.retain_mut(|watch| watch.look(tell));
    loop {
        let mut fds = vec![PollFd::from_borrowed_fd(woken.as_fd(), PollFlags::IN)];
        for watch in &watches {
            fds.push(PollFd::from_borrowed_fd(
                watch.request.as_fd(),
                PollFlags::IN,
            ));
        }
        // An error here is a signal; whatever it was about is looked at again.
        let _ = poll(&mut fds, None);
        let seen: Vec<PollFlags> = fds.iter().map(|fd| fd.revents()).collect();
        if !seen[0].is_empty() {
            return;
        }
        let mut seen = seen[1..].iter();
        watches.retain_mut(|watch| match seen.next() {
            Some(flags) if !flags.is_empty() => watch.look(tell),
            _ => true,
        });
    }
}

impl Watch {
    /// Tells what has changed: edges that wait first, then the level, in case the kernel had no room for an edge.
    /// False, and told, when the line is gone.
    fn look(&mut self, tell: &OnPin) -> bool {
        let level = self.read(tell);
        if level.is_none() {
            tell(PinEvent::Failed(self.wire.word()));
            tell(PinEvent::Status(Device::HardwareError));
        }
        level.is_some()
    }

    fn read(&mut self, tell: &OnPin) -> Option<()> {
        while self.request.has_edge_event().ok()? {
            let edge = self.request.read_edge_event().ok()?;
            self.tell(edge.kind == EdgeKind::Rising, tell);
        }
        let level = self.request.lone_value().ok()?;
        self.tell(level == Value::Active, tell);
        Some(())
    }

    fn tell(&mut self, on: bool, tell: &OnPin) {
        if self.changes.is_news(on) {
            tell(PinEvent::Input(self.wire, on));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::GpioBackend;
    use std::sync::Arc;

    fn chip(path: &str, names: &[&str]) -> Chip {
        Chip {
            path: path.into(),
            names: names.iter().map(|name| (*name).into()).collect(),
        }
    }

    #[test]
    fn a_line_is_found_by_its_name_on_any_chip_and_by_its_number_on_the_first() {
        let chips = [
            chip("/dev/gpiochip0", &["ID_SDA", "", "GPIO2"]),
            chip("/dev/gpiochip1", &["FAN", "GPIO2"]),
        ];
        let name = |name: &str| locate(&chips, &Line::Name(name.into()));
        assert_eq!(name("GPIO2"), Some((Path::new("/dev/gpiochip0"), 2)));
        assert_eq!(name("FAN"), Some((Path::new("/dev/gpiochip1"), 0)));
        assert_eq!(name("GPIO99"), None);
        let number = |at| locate(&chips, &Line::Number(at));
        assert_eq!(number(1), Some((Path::new("/dev/gpiochip0"), 1)));
        assert_eq!(number(3), None);
        assert_eq!(locate(&[], &Line::Number(0)), None);
    }

    #[test]
    fn a_chip_that_is_none_is_a_board_that_is_not_there() {
        let tell: OnPin = Arc::new(|_| {});
        for path in ["/dev/null", "/nonexistent/gpiochip0", "/"] {
            let settings = Settings {
                backend: GpioBackend::Gpiocdev,
                chip: Some(path.into()),
                ..Settings::default()
            };
            let opened = open(&settings, &tell);
            assert_eq!(opened.status, Device::NoDevice, "{path}");
            assert!(opened.outputs.is_empty());
        }
    }

    #[test]
    fn a_wire_that_is_nowhere_cannot_be_had() {
        let pin = Pin {
            line: Line::Name("GPIO99".into()),
            active: Active::High,
            debounce_ms: 50,
        };
        let chips = [chip("/dev/null", &["GPIO17"])];
        assert!(watch(&chips, Input::Door, &pin).is_none());
        assert!(output(&chips, Output::Fan, &pin).is_none());
        // The name is there, but the file is no chip.
        let pin = Pin {
            line: Line::Name("GPIO17".into()),
            ..pin
        };
        assert!(watch(&chips, Input::Door, &pin).is_none());
        assert!(output(&chips, Output::Fan, &pin).is_none());
    }
}
