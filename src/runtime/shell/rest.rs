//! How the loop waits: until something happens or a moment comes, on the thread that is its own. Not by a timer of the
//! runtime: to set one wakes a thread of the runtime's each time, and the loop would set some tens a second in a flood. What
//! it waits for is `shell`'s.

use std::{
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Wake, Waker},
    thread::{self, Thread},
    time::Instant,
};

/// A thread that sleeps until it is woken.
struct Sleeper(Thread);

impl Wake for Sleeper {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.0.unpark();
    }
}

/// What comes of it, which may be there already; `None`: nothing by that moment, and it is given up. Blocks this thread, so
/// never on one of the runtime's.
pub(in crate::runtime) fn until<F: Future>(moment: Instant, happening: F) -> Option<F::Output> {
    let waker = Waker::from(Arc::new(Sleeper(thread::current())));
    let mut context = Context::from_waker(&waker);
    // The runtime lets a task take so much and asks for a pause then, which it would wait for here in vain.
    let mut happening = pin!(tokio::task::unconstrained(happening));
    loop {
        if let Poll::Ready(done) = happening.as_mut().poll(&mut context) {
            return Some(done);
        }
        let left = moment.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return None;
        }
        thread::park_timeout(left);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::sync::mpsc;

    use super::*;

    #[test]
    fn what_happens_is_taken_however_often_and_what_does_not_is_given_up() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let far = Instant::now() + Duration::from_secs(600);
            let (send, mut told) = mpsc::channel(1);
            // More than a task of the runtime may take at once.
            let sent = thread::spawn(move || (0..1_000).all(|n| send.blocking_send(n).is_ok()));
            for n in 0..1_000 {
                assert_eq!(until(far, told.recv()), Some(Some(n)));
            }
            assert!(sent.join().unwrap());
            assert_eq!(until(far, told.recv()), Some(None));
        });
        let (_kept, mut told) = mpsc::channel::<u8>(1);
        assert_eq!(until(Instant::now(), told.recv()), None);
        let begun = Instant::now();
        assert_eq!(until(begun + Duration::from_millis(5), told.recv()), None);
        assert!(begun.elapsed() >= Duration::from_millis(5));
    }
}
