//! Photos of cards, drawn by a program of the reader's maker. The code they are in (WLT) is not published, so no decoder
//! is part of this firmware.
//!
//! The program (`[reader] photo_decoder`) takes the 1024 bytes of the chip on its standard input and gives a PNG on its
//! standard output. It is a process of its own, without environment and for a few seconds at most: a decoder that hangs or
//! falls over costs the picture and nothing else.

use std::ffi::OsString;
use std::io::{Read as _, Write as _};
use std::os::fd::AsFd as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use zeroize::Zeroizing;

use crate::document::photo::{EDGE_MAX, Photo, Portrait};

/// Longest time for a photo.
const TIME: Duration = Duration::from_secs(3);
/// Longest PNG, in bytes.
const PNG_MAX: usize = 512 * 1024;

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
pub enum PortraitFault {
    /// The program cannot be started or spoken to.
    #[error("the photo decoder does not run")]
    NotRun(#[from] std::io::Error),
    /// It took too long.
    #[error("the photo decoder took too long")]
    TooLate,
    /// It failed.
    #[error("the photo decoder ended with {0}")]
    Failed(std::process::ExitStatus),
    /// It gave too much.
    #[error("the photo decoder gave more than {PNG_MAX} bytes")]
    TooLong,
    /// What it gave is no PNG that can be shown.
    #[error("the photo decoder gave no PNG of at most {EDGE_MAX} × {EDGE_MAX} dots")]
    NoPicture,
}

impl PortraitFault {
    /// Its name in the journal.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::NotRun(_) => "not-run",
            Self::TooLate => "too-late",
            Self::Failed(_) => "failed",
            Self::TooLong => "too-long",
            Self::NoPicture => "no-picture",
        }
    }
}

/// A program that draws photos.
#[derive(Clone, Debug)]
pub struct PhotoDecoder {
    program: OsString,
    arguments: Vec<OsString>,
    time: Duration,
}

impl PhotoDecoder {
    /// The one that the configuration names; `sim` is the simulated one of this program.
    #[must_use]
    pub fn of(configured: &Path) -> Self {
        match std::env::current_exe() {
            Ok(own) if configured == Path::new("sim") => Self {
                program: own.into(),
                arguments: ["sim", "photo"].map(OsString::from).to_vec(),
                time: TIME,
            },
            _ => Self {
                program: configured.into(),
                arguments: Vec::new(),
                time: TIME,
            },
        }
    }

    /// Draws it. Waits for the program.
    ///
    /// # Errors
    /// Whatever the program did instead.
    pub fn draw(&self, photo: &Photo) -> Result<Portrait, PortraitFault> {
        let mut child = Command::new(&self.program)
            .args(&self.arguments)
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let png = answer(&mut child, photo, Instant::now() + self.time);
        // One that has ended is not there any more to be killed.
        let _ = child.kill();
        let ended = child.wait()?;
        let png = png?;
        if !ended.success() {
            return Err(PortraitFault::Failed(ended));
        }
        picture(&png).ok_or(PortraitFault::NoPicture)
    }
}

/// What the program says to a photo, until it has ended.
fn answer(
    child: &mut Child,
    photo: &Photo,
    until: Instant,
) -> Result<Zeroizing<Vec<u8>>, PortraitFault> {
    if let Some(mut input) = child.stdin.take() {
        // It fits the pipe. A program that does not read says so by how it ends.
        let _ = input.write_all(photo.bytes());
    }
    let mut png = Zeroizing::new(Vec::with_capacity(PNG_MAX + 1));
    if let Some(mut output) = child.stdout.take() {
        let mut piece = Zeroizing::new([0; 4096]);
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let left = Timespec::try_from(left).unwrap_or_default();
            let mut ready = [PollFd::from_borrowed_fd(output.as_fd(), PollFlags::IN)];
            if poll(&mut ready, Some(&left)).map_err(std::io::Error::from)? == 0 {
                return Err(PortraitFault::TooLate);
            }
            let count = output.read(&mut *piece)?;
            if count == 0 {
                break;
            }
            png.extend_from_slice(&piece[..count]);
            if png.len() > PNG_MAX {
                return Err(PortraitFault::TooLong);
            }
        }
    }
    // Its output is closed; it ends now.
    while child.try_wait()?.is_none() {
        if Instant::now() >= until {
            return Err(PortraitFault::TooLate);
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    Ok(png)
}

/// The picture in a PNG, if it can be shown.
#[must_use]
pub fn picture(png: &[u8]) -> Option<Portrait> {
    let limits = png::Limits { bytes: 4 << 20 };
    let mut decoder = png::Decoder::new_with_limits(std::io::Cursor::new(png), limits);
    decoder.set_transformations(png::Transformations::EXPAND | png::Transformations::STRIP_16);
    let mut reader = decoder.read_info().ok()?;
    let (width, height) = reader.info().size();
    if width.max(height) > EDGE_MAX {
        return None;
    }
    let mut dots = Zeroizing::new(vec![0; reader.output_buffer_size()?]);
    let info = reader.next_frame(&mut dots).ok()?;
    let rgb = match info.color_type {
        png::ColorType::Rgb => dots,
        png::ColorType::Rgba => Zeroizing::new(dots.chunks(4).flat_map(on_white).collect()),
        png::ColorType::Grayscale => Zeroizing::new(dots.iter().flat_map(|g| [*g; 3]).collect()),
        _ => return None,
    };
    Portrait::new(width, height, rgb)
}

/// A dot with transparency as it looks on white.
fn on_white(dot: &[u8]) -> [u8; 3] {
    let alpha = u32::from(dot[3]);
    [0, 1, 2].map(|at| ((u32::from(dot[at]) * alpha + 255 * (255 - alpha)) / 255) as u8)
}

#[cfg(test)]
mod tests;
