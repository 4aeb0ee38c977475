//! What SQLite asks of the whole file system, beside opening: names, and what it calls the time.

use std::ffi::{CStr, c_char, c_int};
use std::{io, ptr};

use rusqlite::ffi;

use super::{code, path, shared};

pub unsafe extern "C" fn delete(
    vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    sync_folder: c_int,
) -> c_int {
    // SAFETY: see `shared` and `path`.
    let (disk, path) = unsafe { (&shared(vfs).disk, path(name)) };
    match disk.remove(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return ffi::SQLITE_IOERR_DELETE_NOENT;
        }
        Err(_) => return ffi::SQLITE_IOERR_DELETE,
        Ok(()) => {}
    }
    match path.parent() {
        Some(folder) if sync_folder != 0 => {
            code(disk.sync_folder(folder), ffi::SQLITE_IOERR_DIR_FSYNC)
        }
        _ => ffi::SQLITE_OK,
    }
}

pub unsafe extern "C" fn access(
    vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    _: c_int,
    answer: *mut c_int,
) -> c_int {
    // SAFETY: see `shared` and `path`; `answer` is a place for the answer.
    unsafe {
        match shared(vfs).disk.open(path(name)) {
            Ok(_) => *answer = 1,
            Err(error) if error.kind() == io::ErrorKind::NotFound => *answer = 0,
            Err(_) => return ffi::SQLITE_IOERR_ACCESS,
        }
    }
    ffi::SQLITE_OK
}

pub unsafe extern "C" fn full_pathname(
    _: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    room: c_int,
    to: *mut c_char,
) -> c_int {
    // SAFETY: the name ends in NUL, and `to` has `room` bytes.
    unsafe {
        let name = CStr::from_ptr(name).to_bytes_with_nul();
        if name.len() > room as usize {
            return ffi::SQLITE_CANTOPEN;
        }
        ptr::copy_nonoverlapping(name.as_ptr().cast(), to, name.len());
    }
    ffi::SQLITE_OK
}

pub unsafe extern "C" fn sleep(_: *mut ffi::sqlite3_vfs, microseconds: c_int) -> c_int {
    microseconds
}

/// Noon of 1 January 2000, Julian day 2 451 545: nothing here depends on the time.
pub unsafe extern "C" fn current_time(_: *mut ffi::sqlite3_vfs, day: *mut f64) -> c_int {
    // SAFETY: a place for the answer.
    unsafe { *day = 2_451_545.0 };
    ffi::SQLITE_OK
}
