//! Backlight and fan through the kernel's own files, on a thread of their own: a slow bus holds up nobody.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::config::{Config, Cooling};

/// How often the temperature is read.
const READ_EVERY: Duration = Duration::from_secs(10);

/// How long nobody is here before the screen dims.
const DIM_AFTER: Duration = Duration::from_secs(60);

/// The running thread. It ends, and leaves the screen bright and the fan running, when this is dropped.
pub struct Sysfs {
    dim: Sender<bool>,
}

impl Sysfs {
    /// `None` when nothing of the kind is fitted. `fan` is called when a fan on a pin has to change.
    pub fn start(config: &Config, fan: impl Fn(bool) + Send + 'static) -> Option<Self> {
        let backlight = config.screen.backlight.as_deref().map(|folder| Backlight {
            folder: folder.to_path_buf(),
            dim_percent: config.screen.dim_percent,
        });
        let governs = config.cooling.temperature.is_some();
        if backlight.is_none() && !governs {
            return None;
        }
        let fan = governs.then(|| Fan {
            settings: config.cooling.clone(),
            running: None,
            pin: Box::new(fan),
        });
        let (dim, orders) = channel();
        let thread = thread::Builder::new().name("sysfs".into());
        let started = thread.spawn(move || run(backlight.as_ref(), fan, &orders));
        started.is_ok().then_some(Self { dim })
    }

    /// Dims the screen after a minute, or lights it at once.
    pub fn dim(&self, dim: bool) {
        // A thread that is gone has a screen that nobody can dim; it stays as it is.
        let _ = self.dim.send(dim);
    }
}

fn run(backlight: Option<&Backlight>, mut fan: Option<Fan>, orders: &Receiver<bool>) {
    let mut reads_at = fan.as_ref().map(|_| Instant::now());
    let mut dims_at = None;
    loop {
        let now = Instant::now();
        if let Some(fan) = fan.as_mut().filter(|_| is_due(reads_at, now)) {
            fan.govern();
            reads_at = Some(now + READ_EVERY);
        }
        if is_due(dims_at, now) {
            dims_at = None;
            light(backlight, true);
        }
        let order = match [reads_at, dims_at].into_iter().flatten().min() {
            None => orders.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(next) => orders.recv_timeout(next.saturating_duration_since(now)),
        };
        match order {
            Ok(true) => dims_at = backlight.map(|_| Instant::now() + DIM_AFTER),
            Ok(false) => {
                dims_at = None;
                light(backlight, false);
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    light(backlight, false);
    if let Some(fan) = &mut fan {
        fan.drive(true);
    }
}

fn is_due(at: Option<Instant>, now: Instant) -> bool {
    at.is_some_and(|at| at <= now)
}

fn light(backlight: Option<&Backlight>, dim: bool) {
    if let Some(backlight) = backlight {
        backlight.set(dim);
    }
}

struct Backlight {
    folder: PathBuf,
    dim_percent: u32,
}

impl Backlight {
    fn set(&self, dim: bool) {
        let Some(most) = number(&self.folder.join("max_brightness")) else {
            return;
        };
        let percent = if dim { self.dim_percent } else { 100 };
        // Never dark: 0 would look like a machine that is off.
        let brightness = (most * i64::from(percent) / 100).max(1);
        // A backlight that takes no number stays as it is; nothing else depends on it.
        let _ = fs::write(self.folder.join("brightness"), brightness.to_string());
    }
}

struct Fan {
    settings: Cooling,
    running: Option<bool>,
    pin: Box<dyn Fn(bool) + Send>,
}

impl Fan {
    fn govern(&mut self) {
        let file = self.settings.temperature.as_deref();
        let milli_c = file.and_then(number);
        self.drive(runs(&self.settings, self.running, milli_c));
    }

    fn drive(&mut self, on: bool) {
        if self.running == Some(on) {
            return;
        }
        let done = match &self.settings.fan {
            None => {
                (self.pin)(on);
                true
            }
            Some(file) => {
                let level = if on { self.settings.fan_on } else { 0 };
                fs::write(file, level.to_string()).is_ok()
            }
        };
        // What was not taken is tried again at the next reading.
        self.running = done.then_some(on);
    }
}

/// Whether the fan runs. Between the two thresholds it goes on as it was; a sensor that says nothing cools.
fn runs(settings: &Cooling, running: Option<bool>, milli_c: Option<i64>) -> bool {
    match milli_c {
        None => true,
        Some(t) if t >= i64::from(settings.on_c) * 1000 => true,
        Some(t) if t < i64::from(settings.off_c) * 1000 => false,
        Some(_) => running.unwrap_or(true),
    }
}

/// The number in a file of the kernel.
fn number(file: &Path) -> Option<i64> {
    fs::read_to_string(file).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cooling(fan: Option<PathBuf>, temperature: PathBuf) -> Cooling {
        Cooling {
            temperature: Some(temperature),
            fan,
            fan_on: 255,
            on_c: 60,
            off_c: 50,
        }
    }

    #[test]
    fn the_fan_does_not_flutter_and_an_unreadable_sensor_cools() {
        let settings = cooling(None, PathBuf::new());
        let mut running = None;
        let mut at = |milli_c| {
            running = Some(runs(&settings, running, milli_c));
            running == Some(true)
        };
        assert!(at(Some(55_000)), "unknown before: it cools");
        assert!(!at(Some(49_999)));
        assert!(!at(Some(59_999)));
        assert!(at(Some(60_000)));
        assert!(at(Some(50_000)));
        assert!(!at(Some(-10_000)));
        assert!(at(None));
    }

    #[test]
    fn files_of_the_kernel_are_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        let read = |name: &str| fs::read_to_string(at(name)).expect(name);
        fs::write(at("max_brightness"), "200\n").expect("written");
        fs::write(at("temp"), "61000\n").expect("written");
        let backlight = Backlight {
            folder: folder.path().into(),
            dim_percent: 20,
        };
        backlight.set(true);
        assert_eq!(read("brightness"), "40");
        backlight.set(false);
        assert_eq!(read("brightness"), "200");
        let mut fan = Fan {
            settings: cooling(Some(at("pwm1")), at("temp")),
            running: None,
            pin: Box::new(|_| {}),
        };
        fan.govern();
        assert_eq!(read("pwm1"), "255");
        fs::write(at("temp"), "45000\n").expect("written");
        fan.govern();
        assert_eq!(read("pwm1"), "0");
    }

    #[test]
    fn a_fan_on_a_pin_is_told_to_run_at_the_end() {
        let (sender, told) = channel();
        let (dim, orders) = channel();
        let folder = tempfile::tempdir().expect("a folder");
        let temperature = folder.path().join("temp");
        fs::write(&temperature, "30000\n").expect("written");
        let fan = Fan {
            settings: cooling(None, temperature),
            running: None,
            pin: Box::new(move |on| {
                let _ = sender.send(on);
            }),
        };
        drop(dim);
        run(None, Some(fan), &orders);
        assert_eq!(told.try_iter().collect::<Vec<_>>(), [false, true]);
    }
}
