//! SQLite on a torn disk: its virtual file system interface (sqlite.org/c3ref/vfs.html, io_methods.html version 2).
//!
//! As the Unix VFS does it: a new journal or log has its folder synced with its first sync, `xDelete` syncs the folder
//! when it is asked to, a write of a sector changes no byte beside it (`POWERSAFE_OVERWRITE`). The index of a log is
//! not shared: of one file only one connection may use the log at a time, as the store does it.
#![allow(
    unsafe_code,
    reason = "SQLite calls these functions through C pointers"
)]

mod whole;

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::io;
use std::path::{Path, PathBuf};
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rusqlite::ffi;

use super::disk::{Handle, TornDisk};

/// What SQLite keeps a pointer to. Lives as long as the registration or any file opened through it.
struct Shared {
    disk: TornDisk,
    name: CString,
}

/// A torn disk under a name that SQLite knows, until this is dropped.
pub struct Vfs {
    raw: *mut ffi::sqlite3_vfs,
    shared: Arc<Shared>,
}

// SAFETY: SQLite's list of VFSs has its own lock, and what `raw` points to (`shared`) is `Sync`.
unsafe impl Send for Vfs {}

/// One open file as SQLite allocates it: its own head, then ours.
#[repr(C)]
struct File {
    head: ffi::sqlite3_file,
    open: *mut Open,
}

struct Open {
    file: Handle,
    /// Folder to be synced with the first sync of a new journal.
    folder: Option<PathBuf>,
    /// Index of the log, as SQLite asked for it region by region; its boxes do not move.
    index: Vec<Box<[u64]>>,
    shared: Arc<Shared>,
}

impl Vfs {
    pub fn register(disk: &TornDisk) -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let shared = Arc::new(Shared {
            disk: disk.clone(),
            name: CString::new(format!("torn-{number}")).expect("no NUL"),
        });
        let raw = Box::into_raw(Box::new(ffi::sqlite3_vfs {
            iVersion: 1,
            szOsFile: size_of::<File>() as c_int,
            mxPathname: 512,
            pNext: ptr::null_mut(),
            zName: shared.name.as_ptr(),
            pAppData: Arc::as_ptr(&shared).cast_mut().cast(),
            xOpen: Some(open),
            xDelete: Some(whole::delete),
            xAccess: Some(whole::access),
            xFullPathname: Some(whole::full_pathname),
            xDlOpen: None,
            xDlError: None,
            xDlSym: None,
            xDlClose: None,
            xRandomness: None,
            xSleep: Some(whole::sleep),
            xCurrentTime: Some(whole::current_time),
            xGetLastError: None,
            xCurrentTimeInt64: None,
            xSetSystemCall: None,
            xGetSystemCall: None,
            xNextSystemCall: None,
        }));
        // SAFETY: `raw` lives until it is unregistered in `drop`.
        let code = unsafe { ffi::sqlite3_vfs_register(raw, 0) };
        assert_eq!(code, ffi::SQLITE_OK);
        Self { raw, shared }
    }

    pub fn name(&self) -> String {
        self.shared.name.to_string_lossy().into_owned()
    }
}

impl Drop for Vfs {
    fn drop(&mut self) {
        // SAFETY: registered in `register`, unregistered once; freed only if no connection uses it any more.
        unsafe {
            ffi::sqlite3_vfs_unregister(self.raw);
            if Arc::strong_count(&self.shared) == 1 {
                drop(Box::from_raw(self.raw));
            }
        }
    }
}

static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_reserved_lock),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(device_characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};

fn code(result: io::Result<()>, failed: c_int) -> c_int {
    match result {
        Ok(()) => ffi::SQLITE_OK,
        Err(error) if error.kind() == io::ErrorKind::StorageFull => ffi::SQLITE_FULL,
        Err(_) => failed,
    }
}

/// The disk of a VFS.
unsafe fn shared<'a>(vfs: *mut ffi::sqlite3_vfs) -> &'a Shared {
    // SAFETY: `pAppData` was set from a living `Arc<Shared>` in `register`.
    unsafe { &*(*vfs).pAppData.cast::<Shared>() }
}

/// Our part of a file that `open` filled in.
unsafe fn opened<'a>(file: *mut ffi::sqlite3_file) -> &'a mut Open {
    // SAFETY: SQLite calls methods only after a successful `open`, and one at a time for a file.
    unsafe { &mut *(*file.cast::<File>()).open }
}

/// A path that SQLite gives.
unsafe fn path<'a>(name: *const c_char) -> &'a Path {
    // SAFETY: SQLite's names end in NUL and live as long as the call.
    let name = unsafe { CStr::from_ptr(name) };
    Path::new(name.to_str().unwrap_or("not UTF-8"))
}

unsafe extern "C" fn open(
    vfs: *mut ffi::sqlite3_vfs,
    name: ffi::sqlite3_filename,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    let has = |flag: c_int| flags & flag != 0;
    // SAFETY: `file` has room for a `File` (`szOsFile`); no methods means that it is not to be closed.
    unsafe { (*file).pMethods = ptr::null() };
    // SAFETY: see `shared`; the count goes up for the `Arc` made here.
    let shared = unsafe {
        let pointer = ptr::from_ref(shared(vfs));
        Arc::increment_strong_count(pointer);
        Arc::from_raw(pointer)
    };
    // SAFETY: a name is a path or null.
    let path = (!name.is_null()).then(|| unsafe { path(name) });
    let create = has(ffi::SQLITE_OPEN_CREATE);
    let handle = match path {
        None => shared.disk.nameless(),
        Some(path) => match shared.disk.open(path) {
            Err(error) if create && error.kind() == io::ErrorKind::NotFound => {
                shared.disk.create(path)
            }
            other => other,
        },
    };
    let Ok(handle) = handle else {
        return ffi::SQLITE_CANTOPEN;
    };
    let journal =
        ffi::SQLITE_OPEN_MAIN_JOURNAL | ffi::SQLITE_OPEN_SUPER_JOURNAL | ffi::SQLITE_OPEN_WAL;
    let folder = path
        .and_then(Path::parent)
        .filter(|_| create && has(journal));
    let open = Open {
        file: handle,
        folder: folder.map(Path::to_owned),
        index: Vec::new(),
        shared,
    };
    // SAFETY: as above; `close` takes the box back.
    unsafe {
        (*file.cast::<File>()).open = Box::into_raw(Box::new(open));
        (*file).pMethods = &raw const METHODS;
        if !out_flags.is_null() {
            *out_flags = flags;
        }
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: made by `open`; SQLite closes once.
    drop(unsafe { Box::from_raw((*file.cast::<File>()).open) });
    ffi::SQLITE_OK
}

unsafe extern "C" fn read(
    file: *mut ffi::sqlite3_file,
    to: *mut c_void,
    n: c_int,
    at: i64,
) -> c_int {
    // SAFETY: SQLite gives room for `n` bytes.
    let (open, bytes) = unsafe {
        (
            opened(file),
            std::slice::from_raw_parts_mut(to.cast::<u8>(), n as usize),
        )
    };
    match open.file.read_at(bytes, at as usize) {
        Ok(there) if there == bytes.len() => ffi::SQLITE_OK,
        Ok(there) => {
            bytes[there..].fill(0);
            ffi::SQLITE_IOERR_SHORT_READ
        }
        Err(_) => ffi::SQLITE_IOERR_READ,
    }
}

unsafe extern "C" fn write(
    file: *mut ffi::sqlite3_file,
    from: *const c_void,
    n: c_int,
    at: i64,
) -> c_int {
    // SAFETY: SQLite gives `n` bytes.
    let (open, bytes) = unsafe {
        (
            opened(file),
            std::slice::from_raw_parts(from.cast::<u8>(), n as usize),
        )
    };
    code(
        open.file.write_at(bytes, at as usize),
        ffi::SQLITE_IOERR_WRITE,
    )
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, length: i64) -> c_int {
    // SAFETY: see `opened`.
    let open = unsafe { opened(file) };
    code(
        open.file.set_length(length as usize),
        ffi::SQLITE_IOERR_TRUNCATE,
    )
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, _flags: c_int) -> c_int {
    // SAFETY: see `opened`.
    let open = unsafe { opened(file) };
    let mut done = open.file.sync();
    if done.is_ok()
        && let Some(folder) = open.folder.take()
    {
        done = open.shared.disk.sync_folder(&folder);
    }
    code(done, ffi::SQLITE_IOERR_FSYNC)
}

unsafe extern "C" fn file_size(file: *mut ffi::sqlite3_file, size: *mut i64) -> c_int {
    // SAFETY: see `opened`; `size` is a place for the answer.
    unsafe {
        match opened(file).file.length() {
            Ok(length) => {
                *size = length as i64;
                ffi::SQLITE_OK
            }
            Err(_) => ffi::SQLITE_IOERR_FSTAT,
        }
    }
}

unsafe extern "C" fn lock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    // SAFETY: see `opened`.
    if unsafe { opened(file) }.file.lock(level as u8) {
        ffi::SQLITE_OK
    } else {
        ffi::SQLITE_BUSY
    }
}

unsafe extern "C" fn unlock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    // SAFETY: see `opened`.
    unsafe { opened(file) }.file.unlock(level as u8);
    ffi::SQLITE_OK
}

unsafe extern "C" fn check_reserved_lock(
    file: *mut ffi::sqlite3_file,
    answer: *mut c_int,
) -> c_int {
    // SAFETY: see `opened`; `answer` is a place for the answer.
    unsafe { *answer = c_int::from(opened(file).file.reserved()) };
    ffi::SQLITE_OK
}

unsafe extern "C" fn file_control(_: *mut ffi::sqlite3_file, _: c_int, _: *mut c_void) -> c_int {
    ffi::SQLITE_NOTFOUND
}

unsafe extern "C" fn sector_size(_: *mut ffi::sqlite3_file) -> c_int {
    4096
}

unsafe extern "C" fn device_characteristics(_: *mut ffi::sqlite3_file) -> c_int {
    ffi::SQLITE_IOCAP_POWERSAFE_OVERWRITE
}

unsafe extern "C" fn shm_map(
    file: *mut ffi::sqlite3_file,
    region: c_int,
    bytes: c_int,
    extend: c_int,
    place: *mut *mut c_void,
) -> c_int {
    // SAFETY: see `opened`.
    let index = unsafe { &mut opened(file).index };
    let region = region as usize;
    while index.len() <= region && extend != 0 {
        index.push(vec![0; bytes as usize / size_of::<u64>()].into());
    }
    let memory = index
        .get_mut(region)
        .map_or(ptr::null_mut(), |r| r.as_mut_ptr());
    // SAFETY: `place` is a place for the answer.
    unsafe { *place = memory.cast() };
    ffi::SQLITE_OK
}

unsafe extern "C" fn shm_lock(_: *mut ffi::sqlite3_file, _: c_int, _: c_int, _: c_int) -> c_int {
    ffi::SQLITE_OK
}

unsafe extern "C" fn shm_barrier(_: *mut ffi::sqlite3_file) {}

unsafe extern "C" fn shm_unmap(file: *mut ffi::sqlite3_file, _: c_int) -> c_int {
    // SAFETY: see `opened`; SQLite uses no region any more.
    unsafe { opened(file).index.clear() };
    ffi::SQLITE_OK
}
