//! Calls that a service turned away because there were too many of them (HTTP 429). No errors of traffic, by the contract,
//! and yet somebody was refused. A service that never refused costs nothing.

use super::{Calls, TrafficStore};
use crate::domain::{span::Span, time::Moment};

impl TrafficStore {
    /// Counts a call that a service answered, if it turned it away.
    pub(super) fn count_refused(&mut self, now: Moment, service: u32, span: &Span) {
        if span.told_status() == Some("429") {
            let series = self.refused.entry(service).or_insert_with(|| Box::new(super::Series::new(now)));
            series.record(now, true, 0);
        }
    }

    /// The calls of the last 10 to 20 s and, as errors, those among them that were turned away; `None` where none ever was.
    pub fn refused(&self, name: &str) -> Option<Calls> {
        let refused = self.refused.get(self.names.get(name)?)?.recent_calls(self.now).errors;
        let calls = self.served(name).filter(|_| self.is_live())?.recent_calls(self.now).calls;
        Some(Calls { calls, errors: refused.min(calls) })
    }
}
