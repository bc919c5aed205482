//! The rows of the list that are on the screen, each worked out once and anew when its trace changes: a trace of thousands of
//! spans takes longer to be read than a frame may. Not which traces are listed.

use foldhash::{HashMap, HashSet};

use super::{TraceSummary, Traces};
use crate::domain::span::TraceId;
use crate::domain::time::Moment;

/// How often rows that change with what others tell are worked out anew, in ms.
const AGAIN_MS: i64 = 1_000;

/// Rows that were worked out.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    /// The revision of the store up to which they are true.
    seen: u64,
    /// Each with whether it changes with what others tell of whom calls go to.
    known: HashMap<TraceId, (TraceSummary, bool)>,
    /// When those that do were worked out last.
    made: Moment,
    /// Whose rows tell of the traces that began with their messages, by those.
    below: HashMap<TraceId, Vec<TraceId>>,
}

impl Rows {
    /// Brings the rows of these traces up to date, and forgets all others.
    pub fn refresh(&mut self, now: Moment, traces: &Traces, ids: &[TraceId]) {
        if now.since(self.made) >= AGAIN_MS {
            self.made = now;
            self.known.retain(|_, (_, guessed)| !*guessed);
        }
        match traces.changes.since(self.seen) {
            Some(changed) if self.seen > 0 => {
                for id in changed {
                    self.known.remove(&id);
                    self.below.get(&id).into_iter().flatten().for_each(|above| _ = self.known.remove(above));
                }
            }
            _ => self.known.clear(),
        }
        self.seen = traces.revision;
        let mut before = std::mem::take(&mut self.known);
        self.below.clear();
        for id in ids {
            let anew = || traces.told(*id).map(|told| (told.row, told.guessed));
            let Some(row) = before.remove(id).or_else(anew) else { continue };
            self.known.insert(*id, row);
            let below = traces.traces_below(*id).0;
            for above in std::iter::once(*id).chain(below.iter().map(|(_, other)| *other)) {
                // Those that are not here, too: they may come, or come again.
                traces.linked.to(above).for_each(|other| self.below.entry(other).or_default().push(*id));
            }
        }
    }

    /// The row of a trace as it is now: as it was worked out, where nothing changed since.
    pub fn of(&self, traces: &Traces, id: TraceId) -> Option<TraceSummary> {
        let known = self.known.get(&id).filter(|_| self.seen == traces.revision);
        known.map(|(row, _)| row.clone()).or_else(|| traces.summary(id))
    }
}

impl Traces {
    /// Whether any of these traces, or one that links to them, may have changed since this revision.
    pub fn changed(&self, since: u64, ids: &[TraceId]) -> bool {
        let Some(changed) = self.changes.since(since) else { return true };
        let mut changed = changed.peekable();
        changed.peek().is_some() && {
            let linked = ids.iter().flat_map(|id| self.linked.to(*id));
            let all: HashSet<TraceId> = ids.iter().copied().chain(linked).collect();
            changed.any(|id| all.contains(&id))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{fails, request, span, trace};
    use super::*;
    use crate::domain::span::{Span, SpanLink};

    #[test]
    fn rows_that_were_worked_out_say_the_same_as_those_that_are_worked_out_anew() {
        let mut traces = Traces::new(16 << 10);
        let mut rows = Rows::default();
        let ids: Vec<TraceId> = (0..40).map(trace).collect();
        let mut chance = fastrand::Rng::with_seed(7);
        let mut kept = 0;
        for step in 0..600_u64 {
            let n = chance.u64(0..40);
            let id = chance.u8(1..5);
            let at = chance.u64(0..30);
            let mut one = match chance.u8(0..6) {
                0 => fails(span(n, id, id - 1, "orders", (at, at + 5)), &[]),
                1 => request(n)[usize::from(id) - 1].clone(),
                2 => span(n, id + 4, 99, "mailer", (at, at * 9)),
                _ => span(n, id, id - 1, "users", (at, at + 100)),
            };
            if chance.u8(0..4) == 0 {
                let to = chance.u64(0..40);
                one.links.push(SpanLink { trace: trace(to), span: one.id });
            }
            let spans: Vec<Span> = vec![one];
            traces.apply_new(Moment(1_795_415_400_000 + step as i64 * 200), &spans, &Default::default());
            if chance.bool() {
                rows.refresh(Moment(0), &traces, &ids);
            }
            for id in &ids {
                kept += usize::from(rows.known.contains_key(id) && rows.seen == traces.revision);
                assert_eq!(rows.of(&traces, *id), traces.summary(*id), "step {step}");
            }
        }
        assert!(kept > 1_000 && traces.dropped() > 50, "{kept} {}", traces.dropped());
    }
}
