//! Touch panels under `/dev/input`: found, read, lost and found again, in one thread that sleeps until something happens.
//!
//! A node is there before udev has given its group to it, so that a first look is refused; the change of its rights wakes
//! the thread, and so does a panel that is plugged again.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd as _, OwnedFd};
use std::path::Path;
use std::thread;
use std::time::Duration;

use evdev::raw_stream::RawDevice;
use evdev::{AbsoluteAxisCode as Abs, EventSummary, InputEvent, KeyCode, PropType};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::inotify;

use crate::config::Rotation;
use crate::wire::touch::{Axis, Input, Kind, Panel, Touch, TouchPanel};

/// Where the kernel puts them.
const FOLDER: &str = "/dev/input";
/// Before the first input device there is not even a folder to watch.
const NO_FOLDER: Duration = Duration::from_secs(2);

/// What became of panels, for the journal, and their touches.
#[derive(Clone, Debug, PartialEq)]
pub enum Told {
    /// A panel with this name is read from now on.
    Found(String),
    /// It is gone.
    Lost(String),
    /// A touch of any of them.
    Touched(Touch),
}

struct Open {
    device: RawDevice,
    name: String,
    panel: TouchPanel,
}

/// Reads every panel from now on, as long as the process lives; `tell` is called in a thread of its own.
///
/// # Errors
/// There can be no thread, or the kernel gives no inotify.
pub fn watch(rotation: Rotation, tell: impl Fn(Told) + Send + 'static) -> io::Result<()> {
    let changes = inotify::init(inotify::CreateFlags::CLOEXEC | inotify::CreateFlags::NONBLOCK)?;
    thread::Builder::new()
        .name("touch".into())
        .spawn(move || {
            let mut open = BTreeMap::new();
            folder_watched(&changes);
            loop {
                look(&mut open, rotation, &tell);
                // Until the folder changes, and so panels may have come.
                while !turn(&changes, &mut open, &tell) {}
            }
        })
        .map(drop)
}

fn folder_watched(changes: &OwnedFd) {
    use inotify::WatchFlags as On;
    while inotify::add_watch(changes, FOLDER, On::CREATE | On::ATTRIB | On::DELETE).is_err() {
        thread::sleep(NO_FOLDER);
    }
}

/// Opens what is new.
fn look(open: &mut BTreeMap<OsString, Open>, rotation: Rotation, tell: &impl Fn(Told)) {
    for entry in fs::read_dir(FOLDER).into_iter().flatten().flatten() {
        let file = entry.file_name();
        if open.contains_key(&file) || !file.as_encoded_bytes().starts_with(b"event") {
            continue;
        }
        if let Some(found) = opened(&entry.path(), rotation) {
            tell(Told::Found(found.name.clone()));
            open.insert(file, found);
        }
    }
}

/// The panel at `path`, if it is one that may be read.
fn opened(path: &Path, rotation: Rotation) -> Option<Open> {
    let device = RawDevice::open(path).ok()?;
    let panel = described(&device)?;
    Some(Open {
        name: device.name().unwrap_or("unnamed").to_owned(),
        panel: TouchPanel::new(panel, rotation),
        device,
    })
}

/// What the device says of itself; `None` for all that is no panel: keyboards, mice, touchpads, accelerometers.
fn described(device: &RawDevice) -> Option<Panel> {
    let axes = device.supported_absolute_axes()?;
    if device.properties().contains(PropType::POINTER) {
        return None;
    }
    let of = |code: Abs| {
        let info = device.get_absinfo().ok()?.find(|(it, _)| *it == code)?.1;
        Some((
            Axis {
                min: info.minimum(),
                max: info.maximum(),
            },
            info.value(),
        ))
    };
    if axes.contains(Abs::ABS_MT_SLOT) && axes.contains(Abs::ABS_MT_POSITION_X) {
        let (x, _) = of(Abs::ABS_MT_POSITION_X)?;
        let (y, _) = of(Abs::ABS_MT_POSITION_Y)?;
        let kind = Kind::Slots(of(Abs::ABS_MT_SLOT)?.1);
        return Some(Panel { x, y, kind });
    }
    let keys = device.supported_keys()?;
    if !keys.contains(KeyCode::BTN_TOUCH) && !keys.contains(KeyCode::BTN_LEFT) {
        return None;
    }
    let ((x, at_x), (y, at_y)) = (of(Abs::ABS_X)?, of(Abs::ABS_Y)?);
    let kind = Kind::Single(at_x, at_y);
    Some(Panel { x, y, kind })
}

/// Waits once and passes on what came. True when the folder has changed.
fn turn(changes: &OwnedFd, open: &mut BTreeMap<OsString, Open>, tell: &impl Fn(Told)) -> bool {
    let mut waits = vec![PollFd::new(changes, PollFlags::IN)];
    waits.extend(
        open.values()
            .map(|it| PollFd::from_borrowed_fd(it.device.as_fd(), PollFlags::IN)),
    );
    if poll(&mut waits, None).is_err() {
        // Interrupted; nothing is lost.
        return false;
    }
    let ready: Vec<bool> = waits.iter().map(|it| !it.revents().is_empty()).collect();
    drop(waits);
    let mut gone = Vec::new();
    for ((file, it), _) in open
        .iter_mut()
        .zip(&ready[1..])
        .filter(|(_, ready)| **ready)
    {
        if it.read().is_err() {
            it.panel.lost();
            gone.push(file.clone());
        }
        while let Some(touch) = it.panel.poll_touch() {
            tell(Told::Touched(touch));
        }
    }
    for file in gone {
        if let Some(lost) = open.remove(&file) {
            tell(Told::Lost(lost.name));
        }
    }
    ready[0] && drained(changes)
}

/// Takes what the folder told; all of it means to look once.
fn drained(changes: &OwnedFd) -> bool {
    let mut buffer = [MaybeUninit::uninit(); 4096];
    let mut reader = inotify::Reader::new(changes, &mut buffer);
    while reader.next().is_ok() {}
    true
}

impl Open {
    fn read(&mut self) -> io::Result<()> {
        let single = self.panel.is_single();
        for event in self.device.fetch_events()? {
            if let Some(input) = meant(event, single) {
                self.panel.handle(input);
            }
        }
        Ok(())
    }
}

/// What an event means, if anything. A multi-touch panel plays a single pointer as well, for old programs; that is not
/// looked at.
fn meant(event: InputEvent, single: bool) -> Option<Input> {
    match event.destructure() {
        EventSummary::Synchronization(_, evdev::SynchronizationCode::SYN_REPORT, _) => {
            Some(Input::Report)
        }
        EventSummary::Synchronization(_, evdev::SynchronizationCode::SYN_DROPPED, _) => {
            Some(Input::Dropped)
        }
        EventSummary::AbsoluteAxis(_, code, value) => match code {
            Abs::ABS_MT_SLOT if !single => Some(Input::Slot(value)),
            Abs::ABS_MT_TRACKING_ID if !single => Some(Input::Finger(value)),
            Abs::ABS_MT_POSITION_X if !single => Some(Input::X(value)),
            Abs::ABS_MT_POSITION_Y if !single => Some(Input::Y(value)),
            Abs::ABS_X if single => Some(Input::X(value)),
            Abs::ABS_Y if single => Some(Input::Y(value)),
            _ => None,
        },
        EventSummary::Key(_, KeyCode::BTN_TOUCH | KeyCode::BTN_LEFT, value) if single => {
            Some(Input::Pressed(value != 0))
        }
        _ => None,
    }
}
