//! What the C library does with memory that is freed: given back to the system at once, so that a dashboard that stands for
//! weeks is as large as what it holds. mimalloc was tried instead: it took twice as much at rest.

/// From how much free memory at the end of an arena on it is given back, in bytes. Setting it at all also ends that glibc
/// raises it by itself, by chance to some MiB for each thread, after the first large list was freed.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const KEPT: i32 = 1024 * 1024;
/// From this size on a piece comes from the system alone and goes back when it is freed, in bytes. An export is smaller: at
/// some 20 a second, each of which came and went that way, a thousand page faults a second were a seventh of their cost.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const ALONE: i32 = 512 * 1024;

/// Has freed memory given back. Once, before there is much; without effect where the C library is another one.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(unsafe_code, reason = "mallopt is a C function, and nothing safe wraps it")]
pub fn give_back() {
    for (what, bytes) in [(libc::M_TRIM_THRESHOLD, KEPT), (libc::M_MMAP_THRESHOLD, ALONE)] {
        // SAFETY: it takes two numbers, keeps no pointer, and may be called by any thread at any time (mallopt(3): MT-Safe
        // init).
        if unsafe { libc::mallopt(what, bytes) } != 1 {
            tracing::debug!("The C library does not take how much free memory it may keep; it keeps what it likes.");
        }
    }
}

/// Has freed memory given back: only glibc has to be told.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub fn give_back() {}
