//! An open serial port with non-blocking reads and writes.

use std::{
    fs::{File, OpenOptions},
    io,
    io::{Read as _, Write as _},
    os::{
        fd::{AsFd, BorrowedFd},
        unix::fs::OpenOptionsExt as _,
    },
};

use rustix::fs::OFlags;
use rustix::termios::{QueueSelector, tcflush};
use serialport::{DataBits, FlowControl, Parity, StopBits, TTYPort};

use super::SerialConfig;

/// Two descriptors of one terminal. The port library's one sets bit rate and framing and keeps others out, but it
/// blocks; bytes go through our own one.
pub(super) struct Port {
    bytes: File,
    _settings: TTYPort,
}

impl Port {
    pub(super) fn open(config: &SerialConfig) -> io::Result<Self> {
        // Ours first: once the library has opened, nobody can.
        let flags = OFlags::NOCTTY | OFlags::NONBLOCK;
        let bytes = OpenOptions::new()
            .read(true)
            .write(true)
            .custom_flags(flags.bits().cast_signed())
            .open(&config.path)?;
        let builder = serialport::new(config.path.to_string_lossy(), config.baud_rate)
            .data_bits(DataBits::Eight)
            .parity(Parity::None)
            .stop_bits(StopBits::One)
            .flow_control(FlowControl::None);
        let settings = TTYPort::open(&builder)?;
        // What a firmware before this one left in the line is for nobody.
        tcflush(&bytes, QueueSelector::IOFlush)?;
        Ok(Self {
            bytes,
            _settings: settings,
        })
    }

    /// Bytes read, `None` when there are none now. The end of the stream means that the device is gone: an error.
    pub(super) fn read(&self, buffer: &mut [u8]) -> io::Result<Option<usize>> {
        match (&self.bytes).read(buffer) {
            Ok(0) => Err(io::ErrorKind::BrokenPipe.into()),
            Ok(count) => Ok(Some(count)),
            Err(error) if is_for_later(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Bytes taken, 0 when the line takes none now.
    pub(super) fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        match (&self.bytes).write(bytes) {
            Err(error) if is_for_later(&error) => Ok(0),
            result => result,
        }
    }
}

impl AsFd for Port {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.bytes.as_fd()
    }
}

fn is_for_later(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted
    )
}
