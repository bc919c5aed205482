//! What the C library does with memory that is freed: given back to the system at once, so that a dashboard that stands for
//! weeks is as large as what it holds. mimalloc was tried instead: it took twice as much at rest. Two arenas for all threads were
//! tried: 1 MiB less at rest, and a fourteenth more of a core at 10,000 spans/s.

use std::time::Duration;

use crate::domain::fact::{Fact, RegistryFact};

/// From how much free memory at the end of an arena on it is given back, in bytes. Setting it at all also ends that glibc
/// raises it by itself, by chance to some MiB for each thread, after the first large list was freed.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const KEPT: i32 = 1024 * 1024;
/// From this size on a piece comes from the system alone and goes back when it is freed, in bytes. An export is smaller: at
/// some 20 a second, each of which came and went that way, a thousand page faults a second were a seventh of their cost.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const ALONE: i32 = 512 * 1024;

/// How long after a whole reading what it has left free is given back: until then what follows from it has been worked out.
const SETTLED: Duration = Duration::from_secs(2);

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

/// Has what a whole reading of the registry has left free between what is kept given back, too: of 10,000 instances 2 MiB,
/// which would otherwise stay for weeks. `facts` are those that were taken just now.
pub fn settle(facts: &[Fact]) {
    if facts.iter().any(|fact| matches!(fact, Fact::Registry(RegistryFact::Complete(_)))) {
        tokio::spawn(async {
            tokio::time::sleep(SETTLED).await;
            // It goes through all that is free: not where a key may wait.
            let _ = tokio::task::spawn_blocking(give_back_between).await;
        });
    }
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(unsafe_code, reason = "malloc_trim is a C function, and nothing safe wraps it")]
fn give_back_between() {
    // SAFETY: it takes a number, keeps no pointer, and may be called by any thread at any time (malloc_trim(3): MT-Safe).
    unsafe { libc::malloc_trim(0) };
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn give_back_between() {}
