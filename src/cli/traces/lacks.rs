//! Whether the other side of a call may still come: that of a call which other traces show answered. Whose spans are sent is
//! learnt from what comes; of a call that nobody ever answered nothing is waited for.

use std::collections::HashSet;
use std::sync::Arc;

use crate::domain::span::SpanKind;
use crate::store::traces::Waterfall;

/// Calls that are remembered.
const MOST: usize = 4_096;

/// The calls, by who makes them and what they are called, behind which spans of another service were seen.
#[derive(Default)]
pub(super) struct Answered(HashSet<(Arc<str>, Arc<str>)>);

impl Answered {
    /// Whether a call of a trace has no other side here though such calls have; those that have are remembered.
    pub(super) fn lacks(&mut self, fall: &Waterfall) -> bool {
        let mut lacks = false;
        for (at, row) in fall.rows.iter().enumerate().filter(|(_, row)| row.span.kind == SpanKind::Client) {
            let below = fall.rows[at + 1..].iter().take_while(|below| below.depth > row.depth);
            let call = (row.span.service.clone(), row.span.name.clone());
            if below.into_iter().any(|below| below.span.service != row.span.service) {
                if self.0.len() < MOST {
                    self.0.insert(call);
                }
            } else {
                lacks |= self.0.contains(&call);
            }
        }
        lacks
    }
}
