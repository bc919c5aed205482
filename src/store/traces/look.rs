//! What is looked at of one trace: its row, its waterfall, it beside the usual one, whether it fits a query. Worked out when
//! somebody looks, never kept here.

use super::callee::Learnt;
use super::held::Kept;
use super::linked::Joined;
use super::packed::Packed;
use super::{Comparison, TraceSummary, Traces, Waterfall, codec, compare, filter, summary, waterfall};
use crate::domain::query::Query;
use crate::domain::span::TraceId;

impl Traces {
    /// What the list says of a trace.
    pub fn summary(&self, id: TraceId) -> Option<TraceSummary> {
        self.told(id).map(|told| told.row)
    }

    /// The same, and whether what others tell of whom calls go to may change it.
    pub(super) fn told(&self, id: TraceId) -> Option<summary::Told> {
        let held = self.traces.get(&id)?;
        let mut told = summary::of(id, held, &self.tables, &Learnt::default())?;
        if told.guessed {
            told = summary::Told { guessed: true, ..summary::of(id, held, &self.tables, &compare::learnt(self, id))? };
        }
        self.beyond(id, &mut told.row);
        Some(told)
    }

    /// A trace as a tree on its time axis, with what came of its messages where that made traces of its own.
    pub fn waterfall(&self, id: TraceId) -> Option<Waterfall> {
        self.laid_out(id, self.below(id), Learnt::default())
    }

    /// The same with the trace whose message it began with above it.
    pub fn joined(&self, id: TraceId) -> Option<Waterfall> {
        self.laid_out(id, self.around(id), compare::learnt(self, id))
    }

    fn laid_out(&self, id: TraceId, joined: Joined, learnt: Learnt) -> Option<Waterfall> {
        let held = self.traces.get(&id)?;
        let mut whole = waterfall::of(id, joined.spans, held.left_out, learnt);
        whole.goes_on = joined.goes_on;
        // What failed may be of those that are not joined.
        whole.failed |= held.kept == Kept::Failed;
        let root = whole.root;
        if let Some(row) = whole.rows.get_mut(root).filter(|_| held.is_ahead()) {
            row.clock_skew = true;
        }
        self.mark_untaken(&mut whole);
        Some(whole)
    }

    /// A trace beside the usual one of the same root; `None` while too few of those are here.
    pub fn compare(&self, id: TraceId) -> Option<Comparison> {
        compare::of(self, id)
    }

    /// Whether a trace fits a query.
    pub fn fits(&self, id: TraceId, query: &Query) -> bool {
        self.traces.get(&id).is_some_and(|held| {
            let took = held.took_ns();
            filter::by_time(query, id, took).unwrap_or_else(|| {
                // What came of its messages is a part of it.
                let below = self.traces_below(id).0;
                let all = std::iter::once((id, held))
                    .chain(below.iter().filter_map(|(_, other)| Some((*other, self.traces.get(other)?))));
                let records = all.flat_map(|(id, held)| codec::records(&held.packed).map(move |one| (id, one)));
                let spans: Vec<_> = records.filter_map(|(id, one)| Packed::of(id, one, &self.tables)).collect();
                filter::fits(query, id, took, &spans)
            })
        })
    }
}
