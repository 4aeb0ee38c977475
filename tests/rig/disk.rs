//! One file in user space (FUSE) that a loop device makes a disk of. Every write and flush that reaches it is logged, so
//! that any moment at which the power might have gone can be made again.

use std::ffi::OsStr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, UNIX_EPOCH};

use fuser::{
    Errno, FileAttr, FileHandle, FileType, Filesystem, FopenFlags, Generation, INodeNo, LockOwner,
    OpenFlags, ReplyAttr, ReplyData, ReplyEmpty, ReplyEntry, ReplyOpen, ReplyWrite, Request,
    WriteFlags,
};

/// Bytes that the medium writes whole or not at all.
const SECTOR: usize = 512;
/// Name of the one file.
pub const NAME: &str = "disk";
const FILE: INodeNo = INodeNo(2);
const TTL: Duration = Duration::from_secs(1);

enum Event {
    Write(usize, Vec<u8>),
    Flush,
}

struct State {
    /// The disk when the log began.
    base: Vec<u8>,
    now: Vec<u8>,
    log: Vec<Event>,
}

/// The disk; clones are the same disk.
#[derive(Clone)]
pub struct Disk(Arc<Mutex<State>>);

impl Disk {
    /// A disk that holds `image`.
    pub fn new(image: Vec<u8>) -> Self {
        Self(Arc::new(Mutex::new(State {
            now: image.clone(),
            base: image,
            log: Vec::new(),
        })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes and flushes so far.
    pub fn events(&self) -> usize {
        self.state().log.len()
    }

    /// Flushes so far.
    pub fn flushes(&self) -> usize {
        let flush = |event: &&Event| matches!(event, Event::Flush);
        self.state().log.iter().filter(flush).count()
    }

    /// The medium if the power goes after `events`: what was flushed, and of the writes since then each sector by chance.
    pub fn cut(&self, events: usize, rng: &mut fastrand::Rng) -> Vec<u8> {
        let state = self.state();
        let log = &state.log[..events];
        let flushed = log.iter().rposition(|event| matches!(event, Event::Flush));
        let mut image = state.base.clone();
        for (n, event) in log.iter().enumerate() {
            let Event::Write(at, bytes) = event else {
                continue;
            };
            for (sector, part) in bytes.chunks(SECTOR).enumerate() {
                if flushed.is_some_and(|flushed| n < flushed) || rng.bool() {
                    let at = at + sector * SECTOR;
                    image[at..at + part.len()].copy_from_slice(part);
                }
            }
        }
        image
    }

    fn attributes(&self, inode: INodeNo) -> Option<FileAttr> {
        let (kind, size) = match inode {
            INodeNo::ROOT => (FileType::Directory, 0),
            FILE => (FileType::RegularFile, self.state().now.len() as u64),
            _ => return None,
        };
        Some(FileAttr {
            ino: inode,
            size,
            blocks: size.div_ceil(SECTOR as u64),
            atime: UNIX_EPOCH,
            mtime: UNIX_EPOCH,
            ctime: UNIX_EPOCH,
            crtime: UNIX_EPOCH,
            kind,
            perm: 0o700,
            nlink: 1,
            uid: 0,
            gid: 0,
            rdev: 0,
            flags: 0,
            blksize: 4096,
        })
    }
}

impl Filesystem for Disk {
    fn lookup(&self, _: &Request, _: INodeNo, name: &OsStr, reply: ReplyEntry) {
        match self.attributes(FILE) {
            Some(attributes) if name == NAME => reply.entry(&TTL, &attributes, Generation(0)),
            _ => reply.error(Errno::ENOENT),
        }
    }

    fn getattr(&self, _: &Request, inode: INodeNo, _: Option<FileHandle>, reply: ReplyAttr) {
        match self.attributes(inode) {
            Some(attributes) => reply.attr(&TTL, &attributes),
            None => reply.error(Errno::ENOENT),
        }
    }

    /// Without the page cache, or writes would come here only when the kernel likes.
    fn open(&self, _: &Request, _: INodeNo, _: OpenFlags, reply: ReplyOpen) {
        reply.opened(FileHandle(0), FopenFlags::FOPEN_DIRECT_IO);
    }

    fn read(
        &self,
        _: &Request,
        _: INodeNo,
        _: FileHandle,
        offset: u64,
        size: u32,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyData,
    ) {
        let state = self.state();
        let start = (offset as usize).min(state.now.len());
        let end = (start + size as usize).min(state.now.len());
        reply.data(&state.now[start..end]);
    }

    fn write(
        &self,
        _: &Request,
        _: INodeNo,
        _: FileHandle,
        offset: u64,
        data: &[u8],
        _: WriteFlags,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyWrite,
    ) {
        let mut state = self.state();
        let (start, end) = (offset as usize, offset as usize + data.len());
        if end > state.now.len() {
            return reply.error(Errno::ENOSPC);
        }
        state.now[start..end].copy_from_slice(data);
        state.log.push(Event::Write(start, data.to_vec()));
        reply.written(data.len() as u32);
    }

    fn fsync(&self, _: &Request, _: INodeNo, _: FileHandle, _: bool, reply: ReplyEmpty) {
        self.state().log.push(Event::Flush);
        reply.ok();
    }
}
