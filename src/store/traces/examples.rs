//! Which of some traces show an operation: the last whose call of it failed, the last that was turned away, the one that took
//! longest. Looked for among few enough spans; what is known of all traces is `store::traffic`'s.

use std::sync::Arc;

use foldhash::HashMap;

use super::{Traces, codec};
use crate::domain::address::Address;
use crate::domain::span::{Ended, SpanKind, TraceId};
use crate::domain::whose::Whose;

/// Traces that show one operation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Examples {
    /// The last whose call failed.
    pub failed: Option<TraceId>,
    /// The last whose call was turned away.
    pub turned_away: Option<TraceId>,
    /// The one whose call took longest.
    pub slow: Option<TraceId>,
    slowest_ns: u64,
}

impl Traces {
    /// Of these traces, the last ones first, those that show each of these operations of a service, where `at` is given as that
    /// instance answered; as far as `most` spans go.
    pub fn examples(
        &self,
        ids: impl Iterator<Item = TraceId>,
        operations: &[(Whose, Arc<str>)],
        at: Option<&Address>,
        most: u64,
    ) -> Vec<Examples> {
        let mut by_name: HashMap<&str, Vec<usize>> = HashMap::default();
        for (place, (_, name)) in operations.iter().enumerate() {
            by_name.entry(name).or_default().push(place);
        }
        let mut all = vec![Examples::default(); operations.len()];
        let mut left = most;
        for id in ids {
            let Some(held) = self.traces.get(&id) else { continue };
            for record in codec::records(&held.packed) {
                let Some((span, _)) = codec::front(record, &self.tables) else { continue };
                let answers = !matches!(span.kind, SpanKind::Client | SpanKind::Producer);
                if !answers || at.is_some() && span.instance.as_deref() != at {
                    continue;
                }
                for place in by_name.get(&*span.name).into_iter().flatten().copied() {
                    if operations[place].0.is_called(&span.service) {
                        let ended = codec::read_bare(id, record, &self.tables).map(|span| span.ended());
                        all[place].note(id, ended, span.end_ns.saturating_sub(span.start_ns));
                    }
                }
            }
            left = left.saturating_sub(u64::from(held.spans));
            if left == 0 {
                break;
            }
        }
        all
    }
}

impl Examples {
    fn note(&mut self, id: TraceId, ended: Option<Ended>, took_ns: u64) {
        match ended {
            Some(Ended::Failed) => self.failed = self.failed.or(Some(id)),
            Some(Ended::Refused) => self.turned_away = self.turned_away.or(Some(id)),
            _ => {}
        }
        if self.slow.is_none() || took_ns > self.slowest_ns {
            (self.slow, self.slowest_ns) = (Some(id), took_ns);
        }
    }
}
