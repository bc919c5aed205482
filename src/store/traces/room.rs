//! Which traces go when there is no more room. Not why one is kept longer: that is told when its spans come, or do not come.

use super::Traces;
use super::held::Kept;
use crate::domain::span::TraceId;

impl Traces {
    /// Drops traces until the limit holds: recent ones first, and of those that are kept longer once they take three
    /// quarters of the room. A few that show what is usual stay.
    pub(super) fn fit(&mut self) {
        self.sweep();
        while self.bytes() > self.limit {
            let crowded = (self.kept_bytes + self.roots.pinned_bytes) / 3 > self.limit / 4;
            let gone = if crowded { self.oldest_kept() } else { self.oldest_recent().or_else(|| self.oldest_kept()) };
            let Some(id) = gone.or_else(|| self.oldest_recent()) else { return };
            if self.adopt_root(id) || self.pin(id) {
                continue;
            }
            let Some(held) = self.traces.remove(&id) else { return };
            self.changes.note(self.revision, id);
            self.forget(id, &held);
            self.dropped += u64::from(held.spans);
        }
    }

    fn oldest_recent(&mut self) -> Option<TraceId> {
        let traces = &self.traces;
        let there = |(id, order): &(TraceId, u64)| {
            traces.get(id).is_some_and(|held| held.order == *order && held.kept == Kept::Recent)
        };
        std::iter::from_fn(|| self.recent.pop_front()).find(there).map(|(id, _)| id)
    }

    fn oldest_kept(&mut self) -> Option<TraceId> {
        let traces = &self.traces;
        let there = |(id, order): &(TraceId, u64)| traces.get(id).is_some_and(|held| held.order == *order);
        std::iter::from_fn(|| self.kept.pop_front()).find(there).map(|(id, _)| id)
    }
}
