//! Which traces and spans were printed, so that an exporter that tries again is not believed twice, and what comes late is known
//! to be the rest of a trace. The newest are remembered, a bounded number.

use std::collections::HashMap;

use crate::domain::span::{SpanId, SpanKind, TraceId};

/// Spans that are remembered; up to twice as many are.
const MOST: usize = 1 << 19;

/// Half of what was printed.
#[derive(Default)]
struct Half {
    /// Whether each was printed, or was not asked for.
    spans: HashMap<(TraceId, SpanId, SpanKind), bool>,
    /// Whether each fitted what was asked.
    traces: HashMap<TraceId, bool>,
}

/// What was printed, the newer half first.
#[derive(Default)]
pub(super) struct Printed([Half; 2]);

impl Printed {
    /// These spans of a trace were printed, or were not asked for. A trace of which some were printed fitted.
    pub(super) fn remember(&mut self, id: TraceId, spans: impl Iterator<Item = (SpanId, SpanKind)>, printed: bool) {
        let matched = printed || self.matched(id) == Some(true);
        if self.0[0].spans.len() > MOST {
            self.0.swap(0, 1);
            self.0[0] = Half::default();
        }
        self.0[0].spans.extend(spans.map(|(span, kind)| ((id, span, kind), printed)));
        self.0[0].traces.insert(id, matched);
    }

    /// Whether this span was.
    pub(super) fn holds(&self, id: TraceId, span: SpanId, kind: SpanKind) -> bool {
        self.0.iter().any(|all| all.spans.contains_key(&(id, span, kind)))
    }

    /// Whether a span of this id was printed, on whichever side of a call.
    pub(super) fn has(&self, id: TraceId, span: SpanId) -> bool {
        let mut kinds =
            [SpanKind::Internal, SpanKind::Server, SpanKind::Client, SpanKind::Producer, SpanKind::Consumer];
        kinds.iter_mut().any(|kind| self.0.iter().any(|all| all.spans.get(&(id, span, *kind)) == Some(&true)))
    }

    /// Whether this trace fitted what was asked; `None` where it is none of these.
    pub(super) fn matched(&self, id: TraceId) -> Option<bool> {
        self.0.iter().find_map(|all| all.traces.get(&id).copied())
    }
}
