//! A virtual file system that loses what was not synced: SQLite writes through it to real files, and beside each file
//! stands the content that a disk would still have after a power cut.
//!
//! A cut comes before the n-th write, truncation or sync; from then on every such call fails, and [`power_back`] puts
//! what was durable into the files. Or the disk has room for so many more writes, and is full from then on.
#![allow(unsafe_code, reason = "SQLite's file systems are tables of C functions")]

use libsqlite3_sys as ffi;
use std::collections::HashMap;
use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};

/// The name under which the file system is registered.
pub const NAME: &str = "torn";

/// What a file would be after a power cut, and what has been done to it since.
#[derive(Default)]
struct Shadow {
    durable: Vec<u8>,
    pending: Vec<Change>,
}

enum Change {
    Write(usize, Vec<u8>),
    Truncate(usize),
}

static FILES: Mutex<Option<HashMap<PathBuf, Shadow>>> = Mutex::new(None);
static CALLS: AtomicU64 = AtomicU64::new(0);
static CUT_AT: AtomicU64 = AtomicU64::new(u64::MAX);
static BASE: AtomicU64 = AtomicU64::new(0);
static ROOM: AtomicU64 = AtomicU64::new(u64::MAX);
static REGISTERED: Once = Once::new();

fn files() -> MutexGuard<'static, Option<HashMap<PathBuf, Shadow>>> {
    FILES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// From now on the disk has room for `n` more writes.
pub fn room_for(n: u64) {
    ROOM.store(n, Ordering::SeqCst);
}

fn has_room() -> bool {
    let left = ROOM.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
    left.is_ok()
}

/// Registers the file system and forgets every file; the cut comes before the `n`-th call that changes a file.
pub fn cut_before(n: u64) {
    REGISTERED.call_once(register);
    room_for(u64::MAX);
    *files() = Some(HashMap::new());
    CALLS.store(0, Ordering::SeqCst);
    CUT_AT.store(n, Ordering::SeqCst);
}

/// Whether the cut has come.
pub fn is_cut() -> bool {
    CALLS.load(Ordering::SeqCst) >= CUT_AT.load(Ordering::SeqCst)
}

/// The power is back: each file holds what was durable, and nothing else.
pub fn power_back() {
    for (path, shadow) in files().take().into_iter().flatten() {
        if path.exists() {
            std::fs::write(path, shadow.durable).unwrap();
        }
    }
}

/// Our file: SQLite's part first, then the path, then the file that the real file system opened.
#[repr(C)]
struct TornFile {
    base: ffi::sqlite3_file,
    path: *mut PathBuf,
    real: *mut ffi::sqlite3_file,
}

fn base_vfs() -> *mut ffi::sqlite3_vfs {
    BASE.load(Ordering::SeqCst) as *mut ffi::sqlite3_vfs
}

/// Counts a change; whether it may still happen.
fn may_change() -> bool {
    CALLS.fetch_add(1, Ordering::SeqCst) + 1 < CUT_AT.load(Ordering::SeqCst)
}

unsafe fn shadowed(file: *mut ffi::sqlite3_file, change: impl FnOnce(&mut Shadow)) {
    let path = unsafe { (*file.cast::<TornFile>()).path };
    if !path.is_null()
        && let Some(shadow) = files().as_mut().and_then(|all| all.get_mut(unsafe { &*path }))
    {
        change(shadow);
    }
}

fn register() {
    unsafe {
        let base = ffi::sqlite3_vfs_find(std::ptr::null());
        BASE.store(base as u64, Ordering::SeqCst);
        let mut vfs = *base;
        vfs.pNext = std::ptr::null_mut();
        vfs.zName = CString::new(NAME).unwrap().into_raw();
        // The real file follows ours in the same piece of memory.
        vfs.szOsFile = c_int::try_from(size_of::<TornFile>()).unwrap() + (*base).szOsFile;
        vfs.xOpen = Some(open);
        let vfs = Box::into_raw(Box::new(vfs));
        assert_eq!(ffi::sqlite3_vfs_register(vfs, 0), ffi::SQLITE_OK);
    }
}

unsafe extern "C" fn open(
    _: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    unsafe {
        let torn = file.cast::<TornFile>();
        let real = torn.add(1).cast::<ffi::sqlite3_file>();
        let Some(base_open) = (*base_vfs()).xOpen else {
            return ffi::SQLITE_ERROR;
        };
        let code = base_open(base_vfs(), name, real, flags, out);
        if code != ffi::SQLITE_OK {
            (*file).pMethods = std::ptr::null();
            return code;
        }
        let path = match name.is_null() {
            true => std::ptr::null_mut(),
            false => {
                let path = PathBuf::from(CStr::from_ptr(name).to_str().unwrap());
                if let Some(all) = files().as_mut() {
                    let durable = std::fs::read(&path).unwrap_or_default();
                    all.entry(path.clone()).or_insert_with(|| Shadow {
                        durable,
                        pending: Vec::new(),
                    });
                }
                Box::into_raw(Box::new(path))
            }
        };
        (*torn).path = path;
        (*torn).real = real;
        (*file).pMethods = &METHODS;
        ffi::SQLITE_OK
    }
}

/// Calls the method of the real file.
macro_rules! real {
    ($file:expr, $method:ident $(, $argument:expr)*) => {{
        let real = unsafe { (*$file.cast::<TornFile>()).real };
        match unsafe { (*(*real).pMethods).$method } {
            Some(method) => unsafe { method(real $(, $argument)*) },
            None => Default::default(),
        }
    }};
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    let code = real!(file, xClose);
    unsafe {
        let path = (*file.cast::<TornFile>()).path;
        if !path.is_null() {
            drop(Box::from_raw(path));
        }
    }
    code
}

unsafe extern "C" fn read(file: *mut ffi::sqlite3_file, to: *mut c_void, n: c_int, at: ffi::sqlite3_int64) -> c_int {
    real!(file, xRead, to, n, at)
}

unsafe extern "C" fn write(
    file: *mut ffi::sqlite3_file,
    from: *const c_void,
    n: c_int,
    at: ffi::sqlite3_int64,
) -> c_int {
    if !has_room() {
        return ffi::SQLITE_FULL;
    }
    if !may_change() {
        return ffi::SQLITE_IOERR_WRITE;
    }
    let bytes = unsafe { std::slice::from_raw_parts(from.cast::<u8>(), usize::try_from(n).unwrap()) }.to_vec();
    unsafe {
        shadowed(file, |s| {
            s.pending.push(Change::Write(usize::try_from(at).unwrap(), bytes))
        })
    };
    real!(file, xWrite, from, n, at)
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, size: ffi::sqlite3_int64) -> c_int {
    if !may_change() {
        return ffi::SQLITE_IOERR_TRUNCATE;
    }
    unsafe {
        shadowed(file, |s| {
            s.pending.push(Change::Truncate(usize::try_from(size).unwrap()))
        })
    };
    real!(file, xTruncate, size)
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, flags: c_int) -> c_int {
    if !may_change() {
        return ffi::SQLITE_IOERR_FSYNC;
    }
    unsafe {
        shadowed(file, |shadow| {
            for change in shadow.pending.drain(..) {
                match change {
                    Change::Write(at, bytes) => {
                        if shadow.durable.len() < at + bytes.len() {
                            shadow.durable.resize(at + bytes.len(), 0);
                        }
                        shadow.durable[at..at + bytes.len()].copy_from_slice(&bytes);
                    }
                    Change::Truncate(size) => shadow.durable.truncate(size),
                }
            }
        });
    }
    real!(file, xSync, flags)
}

unsafe extern "C" fn file_size(file: *mut ffi::sqlite3_file, size: *mut ffi::sqlite3_int64) -> c_int {
    real!(file, xFileSize, size)
}

unsafe extern "C" fn lock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    real!(file, xLock, level)
}

unsafe extern "C" fn unlock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    real!(file, xUnlock, level)
}

unsafe extern "C" fn is_reserved(file: *mut ffi::sqlite3_file, out: *mut c_int) -> c_int {
    real!(file, xCheckReservedLock, out)
}

unsafe extern "C" fn control(file: *mut ffi::sqlite3_file, op: c_int, argument: *mut c_void) -> c_int {
    real!(file, xFileControl, op, argument)
}

unsafe extern "C" fn sector_size(file: *mut ffi::sqlite3_file) -> c_int {
    real!(file, xSectorSize)
}

/// Of the disk's promises only the weakest: nothing is atomic, nothing is in order.
unsafe extern "C" fn characteristics(_: *mut ffi::sqlite3_file) -> c_int {
    0
}

unsafe extern "C" fn shm_map(
    file: *mut ffi::sqlite3_file,
    page: c_int,
    size: c_int,
    extend: c_int,
    out: *mut *mut c_void,
) -> c_int {
    real!(file, xShmMap, page, size, extend, out)
}

unsafe extern "C" fn shm_lock(file: *mut ffi::sqlite3_file, offset: c_int, n: c_int, flags: c_int) -> c_int {
    real!(file, xShmLock, offset, n, flags)
}

unsafe extern "C" fn shm_barrier(file: *mut ffi::sqlite3_file) {
    real!(file, xShmBarrier)
}

unsafe extern "C" fn shm_unmap(file: *mut ffi::sqlite3_file, delete: c_int) -> c_int {
    real!(file, xShmUnmap, delete)
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
    xCheckReservedLock: Some(is_reserved),
    xFileControl: Some(control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};
