//! Calm traces of one root that did the same work: those that show what is usual, and the last few, which are judged beside them.
//! Not which root that is, and not for how long a trace is held.

use std::collections::VecDeque;

use super::ENOUGH;
use crate::domain::span::TraceId;
use crate::store::traces::compare::NOTABLE_NS;

/// Traces that show what is usual of one kind.
const MOST: usize = 64;
/// How far they stand apart, where there are many, in ns: they are from an hour.
const APART_NS: u64 = 60_000_000_000;
/// For so long nothing that takes longer than what is usual becomes usual, in ns: an on-call engineer's shift has seen it come.
pub(super) const LASTING_NS: u64 = 4 * 3_600_000_000_000;
/// The same of what is over sooner, at most and at least: what was seen for a minute only, as a warming up or the end of a fault,
/// gives way to what is faster for as long.
const FASTER_NS: u64 = 900_000_000_000;
const LEAST_FASTER_NS: u64 = 30_000_000_000;

/// Calm traces of one kind, each with its beginning, in ns.
#[derive(Debug)]
pub(super) struct Kind {
    /// What they did: the operations they met, as a trace holds them.
    pub(super) calls: u64,
    usual: VecDeque<(u64, TraceId)>,
    /// How far those are apart at least, in ns.
    apart_ns: u64,
    /// The last ones, fewer than can be judged.
    lately: VecDeque<(u64, TraceId)>,
    /// Since when what comes is slower, or faster, than what is usual.
    since: Option<(Way, u64)>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    Slower,
    Faster,
}

impl Kind {
    pub(super) fn new(calls: u64) -> Kind {
        Kind { calls, usual: VecDeque::new(), apart_ns: 0, lately: VecDeque::new(), since: None }
    }

    pub(super) fn usual(&self) -> impl Iterator<Item = TraceId> {
        self.usual.iter().map(|(_, id)| *id)
    }

    pub(super) fn lately(&self) -> impl Iterator<Item = TraceId> {
        self.lately.iter().map(|(_, id)| *id)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.usual.is_empty() && self.lately.is_empty()
    }

    /// Whether more came than are of use.
    pub(super) fn has_many(&self) -> bool {
        self.apart_ns > 0
    }

    /// Whether none came for so long that it has become another one's place.
    pub(super) fn ended(&self, now_ns: u64) -> bool {
        self.last().is_none_or(|last| last.abs_diff(now_ns) >= LASTING_NS)
    }

    fn last(&self) -> Option<u64> {
        self.lately.back().or_else(|| self.usual.back()).map(|(at, _)| *at)
    }

    pub(super) fn remove(&mut self, id: TraceId) {
        self.usual.retain(|(_, other)| *other != id);
        self.lately.retain(|(_, other)| *other != id);
    }

    /// Takes one, and gives those that need no longer be held on to.
    pub(super) fn settle(&mut self, at: u64, id: TraceId, took: impl Fn(TraceId) -> Option<u64>) -> Vec<TraceId> {
        // One whose clock is wrong, whichever way, does not keep the others away.
        if self.last().is_some_and(|last| at.abs_diff(last) < self.apart_ns) {
            return vec![id];
        }
        self.lately.push_back((at, id));
        if self.lately.len() < ENOUGH {
            return Vec::new();
        }
        let five = std::mem::take(&mut self.lately);
        let times = |all: &VecDeque<(u64, TraceId)>| sorted(all.iter().filter_map(|(_, id)| took(*id)));
        // The one in the middle: a clock may be wrong.
        let now = quarter(&sorted(five.iter().map(|(at, _)| *at)), 2);
        match (judge(&times(&self.usual), &times(&five)), self.since) {
            (Judged::Apart(way), since) => {
                let since = since.filter(|(before, _)| *before == way).map_or(now, |(_, since)| since);
                self.since = Some((way, since));
                if now.abs_diff(since) < self.lasting_ns(way) {
                    return five.into_iter().map(|(_, id)| id).collect();
                }
                // That is how it is now.
                (self.since, self.apart_ns) = (None, 0);
                std::mem::replace(&mut self.usual, five).into_iter().map(|(_, id)| id).collect()
            }
            // As it was, or still as it was lately: a fault need not meet every request.
            (Judged::Unclear, Some(_)) => five.into_iter().map(|(_, id)| id).collect(),
            (Judged::Alike | Judged::Unclear, _) => {
                self.since = None;
                five.into_iter().flat_map(|(at, id)| self.add(at, id)).collect()
            }
        }
    }

    /// How long what is other must last to be what is usual, in ns.
    fn lasting_ns(&self, way: Way) -> u64 {
        let seen_ns = || Some(self.usual.back()?.0.abs_diff(self.usual.front()?.0));
        match way {
            Way::Slower => LASTING_NS,
            Way::Faster => seen_ns().unwrap_or_default().clamp(LEAST_FASTER_NS, FASTER_NS),
        }
    }

    /// Takes one that is usual, and gives those that it pushes out.
    fn add(&mut self, at: u64, id: TraceId) -> Vec<TraceId> {
        self.usual.push_back((at, id));
        if self.usual.len() <= MOST {
            return Vec::new();
        }
        if self.apart_ns >= APART_NS {
            return self.usual.pop_front().into_iter().map(|(_, id)| id).collect();
        }
        // Every other one goes, and from now on they stand as wide as those that stay: else these would be thinned again and
        // again, and what is from before a fault that came soon would be gone soon.
        let gaps = sorted(self.usual.iter().zip(self.usual.iter().skip(1)).map(|((a, _), (b, _))| a.abs_diff(*b)));
        let wide = (self.apart_ns * 2).max(quarter(&gaps, 2).saturating_mul(2));
        self.apart_ns = wide.clamp(APART_NS / 4_096, APART_NS);
        let all = std::mem::take(&mut self.usual);
        let (stay, go): (Vec<_>, Vec<_>) = all.into_iter().enumerate().partition(|(place, _)| place % 2 == 1);
        self.usual = stay.into_iter().map(|(_, one)| one).collect();
        go.into_iter().map(|(_, (_, id))| id).collect()
    }
}

/// What times say beside those before them.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Judged {
    Alike,
    /// The one in the middle is other, but many are among those before.
    Unclear,
    Apart(Way),
}

/// Judges times, in order, by those before them: they are apart where they differ by a quarter, by what anybody would feel, and
/// most of them are beyond most of those. Where those are too few to say, they are alike.
fn judge(before: &[u64], now: &[u64]) -> Judged {
    let (was, is) = (quarter(before, 2), quarter(now, 2));
    if before.len() < ENOUGH || was.abs_diff(is) < NOTABLE_NS.max(was.min(is) / 4) {
        return Judged::Alike;
    }
    match () {
        () if quarter(now, 1) > quarter(before, 3) => Judged::Apart(Way::Slower),
        () if quarter(now, 3) < quarter(before, 1) => Judged::Apart(Way::Faster),
        () => Judged::Unclear,
    }
}

/// The value below which so many quarters of them are; 0 of none.
fn quarter(sorted: &[u64], quarters: usize) -> u64 {
    sorted.get(sorted.len().saturating_sub(1) * quarters / 4).copied().unwrap_or(0)
}

fn sorted(values: impl Iterator<Item = u64>) -> Vec<u64> {
    let mut values: Vec<u64> = values.collect();
    values.sort_unstable();
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_spreads_is_not_taken_for_slower_and_what_is_a_quarter_slower_is() {
        let ms = |all: &[u64]| all.iter().map(|ms| ms * 1_000_000).collect::<Vec<u64>>();
        let before = ms(&[10, 12, 14, 20, 40]);
        assert_eq!(judge(&before, &ms(&[10, 11, 14, 30, 50])), Judged::Alike);
        assert_eq!(judge(&before, &ms(&[11, 15, 30, 40, 50])), Judged::Unclear, "as long as those did, now and then");
        assert_eq!(judge(&before, &ms(&[10, 21, 22, 23, 40])), Judged::Apart(Way::Slower));
        assert_eq!(judge(&before, &ms(&[3, 3, 4, 5, 20])), Judged::Apart(Way::Faster));
        assert_eq!(judge(&ms(&[1; 5]), &ms(&[2; 5])), Judged::Alike, "nobody feels a ms");
        assert_eq!(judge(&before[..4], &ms(&[90; 5])), Judged::Alike, "too few to say");
    }
}
