//! Whether the other side of a call may still come: that of a call which other traces show answered, if only after they were
//! printed. Whose spans are sent is learnt from what comes; of a call that nobody ever answered nothing is waited for.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::domain::span::{Span, SpanId, SpanKind, TraceId};
use crate::store::traces::Waterfall;

/// Calls that are remembered.
const MOST: usize = 4_096;
/// Spans of calls without another side that are remembered, until there are too many.
const MOST_OPEN: usize = 1 << 16;

/// Who makes a call, and what it is called.
type Call = (Arc<str>, Arc<str>);

/// The calls behind which spans of another service were seen.
#[derive(Default)]
pub(super) struct Answered {
    calls: HashSet<Call>,
    open: HashMap<(TraceId, SpanId), Call>,
}

impl Answered {
    /// Whether a call of a trace has no other side here though such calls have; those that have are remembered.
    pub(super) fn lacks(&mut self, id: TraceId, fall: &Waterfall) -> bool {
        let mut lacks = false;
        for (at, row) in fall.rows.iter().enumerate().filter(|(_, row)| row.span.kind == SpanKind::Client) {
            let mut below = fall.rows[at + 1..].iter().take_while(|below| below.depth > row.depth);
            let call = (row.span.service.clone(), row.span.name.clone());
            if below.any(|below| below.span.service != row.span.service) {
                self.put(call);
                continue;
            }
            lacks |= self.calls.contains(&call);
            if self.open.len() >= MOST_OPEN {
                self.open.clear();
            }
            self.open.insert((id, row.span.id), call);
        }
        lacks
    }

    /// A span came after its trace was printed: if it is the other side of a call, such calls are worth waiting for.
    pub(super) fn came_late(&mut self, span: &Span) {
        let call = span.parent.and_then(|parent| self.open.remove(&(span.trace, parent)));
        call.filter(|(caller, _)| *caller != span.service).into_iter().for_each(|call| self.put(call));
    }

    fn put(&mut self, call: Call) {
        if self.calls.len() < MOST {
            self.calls.insert(call);
        }
    }
}
