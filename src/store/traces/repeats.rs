//! Which rows of a waterfall do the same beside each other: a call made in a loop, with all that it caused. Not whether they are
//! shown as one: that is who looks at them.

use std::collections::{BTreeMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use super::waterfall::Row;

/// So many equal ones beside each other are worth one row.
pub const REPEATS: usize = 4;

/// What a row and all below it are: the same work, that ended the same, makes the same shape.
struct Shapes {
    shape: Vec<u64>,
    /// Rows of each with all below it.
    size: Vec<usize>,
}

impl Shapes {
    fn of(rows: &[Row]) -> Shapes {
        let mut shapes = Shapes { shape: vec![0; rows.len()], size: vec![1; rows.len()] };
        // What is below a row stands behind it.
        for (at, row) in rows.iter().enumerate().rev() {
            let mut hasher = DefaultHasher::new();
            (&row.span.service, &row.span.name, row.span.kind, row.span.failed()).hash(&mut hasher);
            let mut below = at + 1;
            while rows.get(below).is_some_and(|child| child.depth > row.depth) {
                shapes.shape[below].hash(&mut hasher);
                below += shapes.size[below];
            }
            shapes.shape[at] = hasher.finish();
            shapes.size[at] = below - at;
        }
        shapes
    }

    /// The rows from `first` to `end` that are siblings, the first of them there.
    fn siblings(&self, first: usize, end: usize) -> Vec<usize> {
        std::iter::successors(Some(first), |at| Some(at + self.size.get(*at)?)).take_while(|at| *at < end).collect()
    }
}

/// Of a trace nothing is seen apart that is nearer than this part of it.
const SEEN: u64 = 1_000;

/// Notes which rows do the same beside each other, and which stand for them; of a trace that lasted so long.
pub(super) fn note(rows: &mut [Row], lasted_ns: u64) {
    let apart_ns = lasted_ns / SEEN;
    let shapes = Shapes::of(rows);
    for (at, row) in rows.iter_mut().enumerate() {
        row.stands_for = at;
    }
    let above = std::iter::once((0, rows.len())).chain((0..rows.len()).map(|at| (at + 1, at + shapes.size[at])));
    for (first, end) in above {
        let siblings = shapes.siblings(first, end);
        for group in siblings.chunk_by(|a, b| shapes.shape[*a] == shapes.shape[*b]) {
            for (place, at) in group.iter().enumerate() {
                rows[*at].repeat = (place, group.len());
                if place > 0 && group.len() >= REPEATS {
                    (0..shapes.size[*at]).for_each(|below| rows[at + below].stands_for = group[0] + below);
                }
            }
        }
    }
    let mut alike: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for at in 0..rows.len() {
        // Within many that are folded some may be folded, too: the first of the first stands for all.
        let first = rows[rows[at].stands_for].stands_for;
        rows[at].stands_for = first;
        if first != at {
            alike.entry(first).or_insert_with(|| vec![first]).push(at);
        }
    }
    for (first, alike) in alike {
        rows[first].many = Some(Box::new(Many::of(rows, &alike, apart_ns)));
    }
}

/// What is told of many rows that stand in one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Many {
    /// How many they are.
    pub count: usize,
    /// The row of the last one.
    pub last: usize,
    /// The row of the longest.
    pub longest: usize,
    /// How long that took, in ns.
    pub longest_ns: u64,
    /// How long the shortest took, in ns.
    pub least_ns: u64,
    /// How long all of them took, in ns.
    pub sum_ns: u64,
    /// For how long they were at work themselves, in ns.
    pub own_ns: u64,
    /// Of how many instances they are; 0 where none is told.
    pub instances: usize,
    /// Whether one of them told its times.
    pub timed: bool,
    /// When the last one ends, in ns since the epoch.
    pub end_ns: u64,
    /// Their pieces of the critical path, in ns since the epoch; what is too near to be seen apart is one.
    pub critical: Vec<(u64, u64)>,
    /// The same of those in which nobody waited any more.
    pub unheard: Vec<(u64, u64)>,
}

impl Many {
    fn of(rows: &[Row], alike: &[usize], apart_ns: u64) -> Many {
        let mut many = Many { count: alike.len(), least_ns: u64::MAX, ..Many::default() };
        let mut instances = HashSet::new();
        for at in alike {
            let (row, took_ns) = (&rows[*at], rows[*at].span.duration_ns());
            if took_ns > many.longest_ns || *at == alike[0] {
                (many.longest, many.longest_ns) = (*at, took_ns);
            }
            many.last = *at;
            many.least_ns = many.least_ns.min(took_ns);
            many.sum_ns = many.sum_ns.saturating_add(took_ns);
            many.own_ns = many.own_ns.saturating_add(row.own_ns);
            many.timed |= !row.span.is_untimed();
            many.end_ns = many.end_ns.max(row.end_ns);
            instances.extend(row.span.instance.as_ref().map(|address| (&row.span.service, address)));
            many.critical.extend(&row.critical);
            many.unheard.extend(row.unheard_ns.map(|from| (from, row.end_ns)));
        }
        many.instances = instances.len();
        merge(&mut many.critical, apart_ns);
        merge(&mut many.unheard, apart_ns);
        many
    }
}

/// Makes one of pieces that are no further apart.
fn merge(pieces: &mut Vec<(u64, u64)>, apart_ns: u64) {
    pieces.sort_unstable();
    pieces.dedup_by(|next, before| {
        let near = next.0 <= before.1.saturating_add(apart_ns);
        if near {
            before.1 = before.1.max(next.1);
        }
        near
    });
}

#[cfg(test)]
#[path = "repeats_tests.rs"]
mod tests;
