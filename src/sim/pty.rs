//! A simulated device on a pseudo terminal that can be pulled out and put back.
//!
//! The far end of the pair is linked to an ordinary path, so the firmware opens it like any serial port. A pair
//! models neither bit rate, parity nor flow control; but the bit rate that the firmware sets can be seen, and the
//! device may act as if it counted.

use std::{
    fs, io,
    io::{Read as _, Write as _},
    os::{
        fd::{AsFd as _, OwnedFd},
        unix::{fs::symlink, net::UnixStream},
    },
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    fs::{Mode, OFlags, inotify},
    pty, termios,
};

/// The thread looks after the terminal's exclusive mode this often, even when nothing happens.
const LONGEST_WAIT: Duration = Duration::from_millis(500);

/// What a simulated device does with bytes and time. All calls come from one thread at a time.
pub trait Device: Send + 'static {
    /// Bytes from the firmware.
    fn handle_input(&mut self, bytes: &[u8], now: Instant);
    /// Bytes that are due for the firmware by `now`. Called until it returns `None`.
    fn poll_output(&mut self, now: Instant) -> Option<Vec<u8>>;
    /// When more bytes fall due.
    fn poll_timeout(&self) -> Option<Instant>;
    /// The firmware opened the port anew.
    fn line_opened(&mut self) {}
    /// The firmware's end of the line runs at so many bits a second. Told before bytes are.
    fn line_rate(&mut self, _rate: u32) {}
    /// It was plugged in, and has power from now on.
    fn plugged(&mut self, _now: Instant) {}
    /// The plug was pulled: half-received and half-sent bytes are gone.
    fn unplugged(&mut self);
}

/// A device on a pseudo terminal with a thread of its own. Dropping it removes the link and ends the thread.
pub struct PtyDevice<D: Device> {
    shared: Arc<Mutex<Shared<D>>>,
    wake: UnixStream,
    thread: Option<thread::JoinHandle<()>>,
}

struct Shared<D> {
    device: D,
    link: PathBuf,
    line: Option<Arc<Line>>,
    /// What the line has not taken yet.
    unsent: Vec<u8>,
    ended: bool,
}

/// Both ends of a plugged pair.
struct Line {
    near: OwnedFd,
    /// Kept open: without it the near end reports an error whenever the firmware closes its end.
    far: OwnedFd,
    /// Tells when the far end is opened.
    opens: OwnedFd,
}

impl<D: Device> PtyDevice<D> {
    /// Plugs `device` in behind a symbolic link at `link`. A link that lies there already is replaced; a file of
    /// another kind is an error.
    pub fn start(link: &Path, device: D) -> io::Result<Self> {
        let (wake, woken) = UnixStream::pair()?;
        wake.set_nonblocking(true)?;
        woken.set_nonblocking(true)?;
        let shared = Arc::new(Mutex::new(Shared {
            device,
            link: link.to_path_buf(),
            line: Some(Arc::new(Line::open(link)?)),
            unsent: Vec::new(),
            ended: false,
        }));
        let thread = thread::Builder::new().name("sim-pty".into()).spawn({
            let shared = Arc::clone(&shared);
            move || run(&shared, &woken)
        })?;
        Ok(Self {
            shared,
            wake,
            thread: Some(thread),
        })
    }

    /// Looks at or changes the device, then lets it act on the change at once.
    pub fn with<R>(&self, change: impl FnOnce(&mut D) -> R) -> R {
        let answer = change(&mut lock(&self.shared).device);
        self.wake();
        answer
    }

    /// Pulls the plug: the link goes away and the firmware's open port reports that its device is gone.
    pub fn unplug(&self) -> io::Result<()> {
        let mut shared = lock(&self.shared);
        shared.device.unplugged();
        shared.unsent.clear();
        let was_plugged = shared.line.take().is_some();
        let removed = if was_plugged {
            fs::remove_file(&shared.link)
        } else {
            Ok(())
        };
        drop(shared);
        self.wake();
        removed
    }

    /// Plugs it in again at the same path, on a new pair. Nothing happens when it is plugged.
    pub fn replug(&self) -> io::Result<()> {
        let mut shared = lock(&self.shared);
        if shared.line.is_none() {
            shared.line = Some(Arc::new(Line::open(&shared.link)?));
            shared.device.plugged(Instant::now());
        }
        drop(shared);
        self.wake();
        Ok(())
    }

    fn wake(&self) {
        // A full pipe means the thread will wake anyway.
        let _ = (&self.wake).write(&[1]);
    }
}

impl<D: Device> Drop for PtyDevice<D> {
    fn drop(&mut self) {
        // The link may already be gone with its folder.
        let _ = self.unplug();
        lock(&self.shared).ended = true;
        self.wake();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Line {
    fn open(link: &Path) -> io::Result<Self> {
        let flags = pty::OpenptFlags::RDWR | pty::OpenptFlags::NOCTTY | pty::OpenptFlags::CLOEXEC;
        let near = pty::openpt(flags)?;
        pty::grantpt(&near)?;
        pty::unlockpt(&near)?;
        let name = pty::ptsname(&near, Vec::new())?;
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
        let far = rustix::fs::open(&name, flags, Mode::empty())?;
        let mut settings = termios::tcgetattr(&far)?;
        settings.make_raw();
        termios::tcsetattr(&far, termios::OptionalActions::Now, &settings)?;
        rustix::fs::fcntl_setfl(&near, OFlags::NONBLOCK)?;
        let opens = inotify::init(inotify::CreateFlags::NONBLOCK | inotify::CreateFlags::CLOEXEC)?;
        inotify::add_watch(&opens, &name, inotify::WatchFlags::OPEN)?;
        if fs::symlink_metadata(link).is_ok_and(|file| file.is_symlink()) {
            fs::remove_file(link)?;
        }
        if let Some(folder) = link.parent() {
            fs::create_dir_all(folder)?;
        }
        symlink(name.to_string_lossy().as_ref(), link)?;
        Ok(Self { near, far, opens })
    }

    /// Whether the firmware opened the far end since this was asked last.
    fn was_opened(&self) -> bool {
        let mut events = [0; 512];
        let mut opened = false;
        while rustix::io::read(&self.opens, &mut events).is_ok_and(|count| count > 0) {
            opened = true;
        }
        opened
    }

    /// The bit rate the firmware set.
    fn rate(&self) -> Option<u32> {
        let settings = termios::tcgetattr(&self.far).ok()?;
        Some(settings.output_speed())
    }

    /// Takes back the exclusive mode that the firmware's port library sets: our own far end keeps the terminal
    /// alive when the firmware closes, so the mode would outlive it and bar the next open.
    fn release_exclusive(&self) {
        let _ = termios::ioctl_tiocnxcl(&self.far);
    }
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<D: Device> Shared<D> {
    /// Sends what is due; returns the line and when more falls due.
    fn send(&mut self) -> (Option<Arc<Line>>, Option<Instant>) {
        let Some(line) = self.line.clone() else {
            return (None, None);
        };
        line.release_exclusive();
        while self.unsent.is_empty() {
            let Some(bytes) = self.device.poll_output(Instant::now()) else {
                return (Some(line), self.device.poll_timeout());
            };
            self.unsent = bytes;
            self.write(&line);
        }
        self.write(&line);
        // While the line takes no more, nothing else can fall due on it.
        (Some(line), None)
    }

    fn write(&mut self, line: &Line) {
        match rustix::io::write(&line.near, &self.unsent) {
            Ok(written) => drop(self.unsent.drain(..written)),
            Err(rustix::io::Errno::AGAIN | rustix::io::Errno::INTR) => {}
            Err(_) => self.unsent.clear(),
        }
    }
}

fn run<D: Device>(shared: &Mutex<Shared<D>>, woken: &UnixStream) {
    let mut buffer = [0; 4096];
    loop {
        let (line, deadline, stalled) = {
            let mut shared = lock(shared);
            if shared.ended {
                return;
            }
            let (line, deadline) = shared.send();
            (line, deadline, !shared.unsent.is_empty())
        };
        let readable = wait(line.as_deref(), woken, stalled, deadline);
        while (&mut &*woken)
            .read(&mut buffer)
            .is_ok_and(|count| count > 0)
        {}
        if let (true, Some(line)) = (readable, &line)
            && let Ok(count) = rustix::io::read(&line.near, &mut buffer)
        {
            let mut shared = lock(shared);
            // Bytes that arrive after the plug was pulled are lost.
            let plugged = shared.line.as_ref();
            if plugged.is_some_and(|plugged| Arc::ptr_eq(plugged, line)) {
                if line.was_opened() {
                    shared.device.line_opened();
                }
                if let Some(rate) = line.rate() {
                    shared.device.line_rate(rate);
                }
                shared.device.handle_input(&buffer[..count], Instant::now());
            }
        }
    }
}

/// Waits for bytes, a wake-up or `deadline`; true when the near end has bytes to read.
fn wait(line: Option<&Line>, woken: &UnixStream, write: bool, deadline: Option<Instant>) -> bool {
    let rest = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
    let rest = rest.map_or(LONGEST_WAIT, |rest| rest.min(LONGEST_WAIT));
    let timeout = Timespec::try_from(rest).ok();
    let mut fds = vec![PollFd::from_borrowed_fd(woken.as_fd(), PollFlags::IN)];
    if let Some(line) = line {
        let mut flags = PollFlags::IN;
        flags.set(PollFlags::OUT, write);
        fds.push(PollFd::from_borrowed_fd(line.near.as_fd(), flags));
    }
    match poll(&mut fds, timeout.as_ref()) {
        Ok(_) => fds
            .get(1)
            .is_some_and(|line| line.revents().contains(PollFlags::IN)),
        Err(_) => false,
    }
}
