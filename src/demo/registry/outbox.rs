//! The server's end of one link: bytes that wait to be written, and the orders to stall, close or cut it. Bounded: who
//! does not read what it asked for is not read from, and who does not read its notifications is dropped.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

/// While more than this waits, no further request is read from the link.
const ENOUGH: usize = 1 << 20;
/// When more than this waits, the link is cut.
const TOO_MUCH: usize = 32 << 20;

/// See the head of this file.
pub(super) struct Outbox {
    queue: Mutex<Queue>,
    filled: Notify,
    drained: Notify,
    stalled: watch::Sender<bool>,
    cut: CancellationToken,
}

#[derive(Default)]
struct Queue {
    bytes: Vec<u8>,
    closed: bool,
}

impl Outbox {
    pub(super) fn new(cut: CancellationToken) -> Outbox {
        let stalled = watch::Sender::new(false);
        Outbox { queue: Mutex::default(), filled: Notify::new(), drained: Notify::new(), stalled, cut }
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Appends a frame, or cuts the link when it is too far behind.
    pub(super) fn push(&self, frame: &[u8]) {
        let mut queue = self.queue();
        if queue.bytes.len() > TOO_MUCH {
            self.cut.cancel();
        } else {
            queue.bytes.extend_from_slice(frame);
            self.filled.notify_one();
        }
    }

    /// What waits is still written, then the link ends.
    pub(super) fn close(&self) {
        self.queue().closed = true;
        self.filled.notify_one();
    }

    /// The link ends now, whatever waits.
    pub(super) fn cut(&self) {
        self.cut.cancel();
    }

    /// Resolves when the link was cut.
    pub(super) async fn until_cut(&self) {
        self.cut.cancelled().await;
    }

    pub(super) fn stall(&self, on: bool) {
        self.stalled.send_replace(on);
    }

    /// A gate that is shut while this link or the whole server stalls.
    pub(super) fn gate(&self, server: &watch::Sender<bool>) -> Gate {
        Gate { link: self.stalled.subscribe(), server: server.subscribe() }
    }

    /// Everything that waits, once there is anything; `None` when closed and all is taken. For one writer only.
    pub(super) async fn next(&self) -> Option<Vec<u8>> {
        loop {
            {
                let mut queue = self.queue();
                if !queue.bytes.is_empty() {
                    self.drained.notify_one();
                    return Some(std::mem::take(&mut queue.bytes));
                }
                if queue.closed {
                    return None;
                }
            }
            self.filled.notified().await;
        }
    }

    /// Waits until so little is left to write that another request may be read. For one reader only.
    pub(super) async fn room(&self) {
        while self.queue().bytes.len() > ENOUGH {
            self.drained.notified().await;
        }
    }
}

/// Shut while somebody plays a stalled server.
#[derive(Clone)]
pub(super) struct Gate {
    link: watch::Receiver<bool>,
    server: watch::Receiver<bool>,
}

impl Gate {
    /// Waits until nobody stalls this link any more.
    pub(super) async fn open(&mut self) {
        loop {
            let shut = *self.link.borrow_and_update() || *self.server.borrow_and_update();
            if !shut {
                return;
            }
            tokio::select! {
                told = self.link.changed() => if told.is_err() { return },
                told = self.server.changed() => if told.is_err() { return },
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_waits_is_taken_at_once_and_then_the_link_ends() {
        let outbox = Outbox::new(CancellationToken::new());
        outbox.push(b"ab");
        outbox.push(b"c");
        outbox.close();
        assert_eq!(outbox.next().await.as_deref(), Some(&b"abc"[..]));
        assert_eq!(outbox.next().await, None);
    }

    #[test]
    fn who_does_not_read_is_dropped() {
        let cut = CancellationToken::new();
        let outbox = Outbox::new(cut.clone());
        for _ in 0..(TOO_MUCH >> 20) {
            outbox.push(&[0; 1 << 20]);
        }
        assert!(!cut.is_cancelled());
        outbox.push(&[0; 1 << 20]);
        outbox.push(&[0]);
        assert!(cut.is_cancelled());
    }
}
