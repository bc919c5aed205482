//! Which rows of a waterfall do the same beside each other: a call made in a loop, with all that it caused. Not whether they are
//! shown as one: that is who looks at them.

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

/// Notes which rows do the same beside each other, and which stand for them.
pub(super) fn note(rows: &mut [Row]) {
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
    for at in 0..rows.len() {
        // Within many that are folded some may be folded, too: the first of the first stands for all.
        let first = rows[rows[at].stands_for].stands_for;
        rows[at].stands_for = first;
        rows[first].alike.push(at);
    }
}

#[cfg(test)]
#[path = "repeats_tests.rs"]
mod tests;
