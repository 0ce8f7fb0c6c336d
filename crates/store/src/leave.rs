//! How a process that has a book ends.
//!
//! `SQLCipher` frees its keys' memory and its cipher in a handler that `exit` runs, while the threads of open connections
//! may still be reading, writing or closing: such a process dies of a segmentation fault, or worse, writes a page with what is
//! left of a key. A book is safe against a process that ends at once (that is what power cuts do), so that is how it ends.
#![allow(unsafe_code, reason = "the C library is told how to exit, and SQLite to begin, in C")]

use std::sync::Once;

static TOLD: Once = Once::new();

/// Sees to it that the process leaves without the handlers that were registered up to now, those of `SQLCipher` among them.
/// Call before the first connection.
pub(crate) fn at_once_at_exit() {
    TOLD.call_once(|| {
        // SAFETY: no arguments; safe from any thread. It registers SQLCipher's handler, so that ours comes first.
        let begun = unsafe { libsqlite3_sys::sqlite3_initialize() };
        if begun != libsqlite3_sys::SQLITE_OK {
            tracing::error!(begun, "SQLite could not be initialised");
        }
        register();
    });
}

#[cfg(target_os = "linux")]
fn register() {
    use std::ffi::{c_int, c_void};

    unsafe extern "C" {
        fn on_exit(handler: extern "C" fn(c_int, *mut c_void), argument: *mut c_void) -> c_int;
        fn fflush(stream: *mut c_void) -> c_int;
        fn _exit(status: c_int) -> !;
    }

    extern "C" fn leave(status: c_int, _: *mut c_void) {
        // SAFETY: both are meant for this; a null stream means all of them.
        unsafe {
            fflush(std::ptr::null_mut());
            _exit(status)
        }
    }

    // SAFETY: the handler is a function that lives as long as the process, and takes no argument.
    if unsafe { on_exit(leave, std::ptr::null_mut()) } != 0 {
        tracing::error!("no handler of the exit could be registered");
    }
}

// Elsewhere the C library doesn't hand a handler the exit status; there the desk closes its book before it leaves.
#[cfg(not(target_os = "linux"))]
fn register() {}
