//! The clock of the last answer. A stalled server and a half-open link look connected for seconds; only this tells.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use crate::domain::time::Moment;
use crate::zk::now;

/// When something was last heard.
pub(super) struct Pulse {
    began: Instant,
    /// Milliseconds after `began`.
    last: AtomicU64,
    wall: AtomicI64,
}

impl Pulse {
    pub(super) fn new() -> Pulse {
        Pulse { began: Instant::now(), last: AtomicU64::new(0), wall: AtomicI64::new(now().0) }
    }

    /// An answer came.
    pub(super) fn beat(&self) {
        self.last.store(self.began.elapsed().as_millis() as u64, Ordering::Relaxed);
        self.wall.store(now().0, Ordering::Relaxed);
    }

    /// When the last answer came.
    pub(super) fn as_of(&self) -> Moment {
        Moment(self.wall.load(Ordering::Relaxed))
    }

    /// Comes back once nothing was heard for this long.
    pub(super) async fn silence(&self, limit: Duration) {
        loop {
            let until = self.began + Duration::from_millis(self.last.load(Ordering::Relaxed)) + limit;
            if Instant::now() >= until {
                return;
            }
            tokio::time::sleep_until(until).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn silence_is_counted_from_the_last_answer() {
        let (pulse, began) = (Pulse::new(), Instant::now());
        let beats = async {
            tokio::time::sleep(Duration::from_millis(30)).await;
            pulse.beat();
            std::future::pending::<()>().await;
        };
        // However late this thread wakes up, the answer comes before the look at the clock.
        tokio::select! {
            biased;
            () = beats => (),
            () = pulse.silence(Duration::from_millis(50)) => (),
        }
        assert!(began.elapsed() >= Duration::from_millis(79), "{:?}", began.elapsed());
    }
}
