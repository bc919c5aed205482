//! A trace as a waterfall: its spans in tree order, where each stands, and which of them the request was waiting for.

use std::collections::HashSet;
use std::sync::Arc;

use crate::domain::address::Address;
use crate::domain::span::{Span, SpanId, SpanKind, TraceId};

use super::critical::{self, Node};

/// Clocks of two machines that differ by more than this are called skewed, in ns.
const SKEW_NS: u64 = 1_000_000;

/// One row of the waterfall.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The span.
    pub span: Span,
    /// How many spans stand above it; 0 for a root.
    pub depth: usize,
    /// For each level above (the outermost first), whether more siblings follow there: what the tree's lines are drawn from.
    pub more: Vec<bool>,
    /// It names a parent that is not here.
    pub no_parent: bool,
    /// It is the first of spans that name each other, or itself, as parents in a circle.
    pub circle: bool,
    /// It starts clearly before its caller in another service: the clocks disagree.
    pub clock_skew: bool,
    /// It took what its caller put into a queue.
    pub queue: bool,
    /// How long it was at work itself: its time less that in which a span below it ran, in ns.
    pub own_ns: u64,
    /// Its pieces of the critical path, in ns since the epoch, earliest first.
    pub critical: Vec<(u64, u64)>,
    /// Place among siblings without children that do the same, and how many they are: `(0, 40)` is the first of forty.
    pub repeat: (usize, usize),
}

impl Row {
    /// How long the request waited for this span alone, in ns.
    pub fn self_ns(&self) -> u64 {
        self.critical.iter().map(|(from, until)| until - from).sum()
    }
}

/// A trace on its time axis.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Waterfall {
    /// Earliest start, in ns since the epoch.
    pub start_ns: u64,
    /// Latest end, in ns since the epoch.
    pub end_ns: u64,
    /// Rows, in tree order.
    pub rows: Vec<Row>,
    /// The row of the span at the trace's own top: below those of the trace whose message it began with.
    pub root: usize,
    /// Spans of this trace that were dropped, since it has too many.
    pub left_out: u32,
}

impl Waterfall {
    /// The first of many equal ones beside each other, and all the others.
    pub fn alike(&self, first: usize) -> &[Row] {
        let count = self.rows.get(first).map_or(0, |row| row.repeat.1);
        self.rows.get(first..first + count).unwrap_or_default()
    }

    /// When the one who asked was answered: how long its root took, in ns; `None` where that is not here.
    pub fn answered_ns(&self) -> Option<u64> {
        self.rows.get(self.root).filter(|row| !row.no_parent && !row.circle).map(|row| row.span.duration_ns())
    }

    /// From its first start to its last end, in ns, without what stands at the wrong place: spans whose clock disagrees with
    /// their caller's, and those below them.
    pub fn lasted_ns(&self) -> u64 {
        let (mut start, mut end, mut skewed) = (u64::MAX, 0, usize::MAX);
        for row in &self.rows {
            if row.depth <= skewed {
                skewed = if row.clock_skew { row.depth } else { usize::MAX };
            }
            if skewed == usize::MAX {
                (start, end) = (start.min(row.span.start_ns), end.max(row.span.end_ns));
            }
        }
        end.saturating_sub(start)
    }

    /// Where the time went: service, instance and ns on the critical path, the most first.
    pub fn went(&self) -> Vec<(Arc<str>, Option<Address>, u64)> {
        let mut sums: Vec<(Arc<str>, Option<Address>, u64)> = Vec::new();
        for row in self.rows.iter().filter(|row| !row.critical.is_empty()) {
            let (service, instance) = (&row.span.service, &row.span.instance);
            match sums.iter_mut().find(|(s, i, _)| s == service && i == instance) {
                Some((.., sum)) => *sum += row.self_ns(),
                None => sums.push((service.clone(), instance.clone(), row.self_ns())),
            }
        }
        sums.sort_by_key(|(.., sum)| std::cmp::Reverse(*sum));
        sums
    }
}

/// Adds the spans of another trace that began with what this one put into a queue: its first spans hang below those that
/// they link to.
pub(super) fn join(spans: &mut Vec<Span>, id: TraceId, other: Vec<Span>) {
    let here: HashSet<SpanId> = spans.iter().map(|span| span.id).collect();
    let there: HashSet<SpanId> = other.iter().map(|span| span.id).collect();
    for mut span in other {
        if span.parent.is_none_or(|parent| !there.contains(&parent))
            && let Some(link) = span.links.iter().find(|link| link.trace == id && here.contains(&link.span))
        {
            span.parent = Some(link.span);
        }
        spans.push(span);
    }
}

/// How long a span was at work itself, by the spans below it.
fn own_ns(span: usize, nodes: &[Node], tree: &critical::Tree) -> u64 {
    let (start, end) = (nodes[span].start_ns, nodes[span].end_ns);
    let (mut own, mut at) = (end.saturating_sub(start), start);
    // The children stand in the order of their starts.
    for child in &tree.children[span] {
        let (from, until) =
            (nodes[*child].start_ns.clamp(at, end.max(at)), nodes[*child].end_ns.clamp(at, end.max(at)));
        own = own.saturating_sub(until.saturating_sub(from));
        at = at.max(until);
    }
    own
}

pub(super) fn of(id: TraceId, spans: Vec<Span>, left_out: u32) -> Waterfall {
    let nodes: Vec<Node> =
        spans.iter().map(|s| Node { id: s.id, parent: s.parent, start_ns: s.start_ns, end_ns: s.end_ns }).collect();
    let tree = critical::tree(&nodes);
    let mut critical = vec![Vec::new(); spans.len()];
    let here: HashSet<SpanId> = spans.iter().map(|span| span.id).collect();
    let root = top(id, &spans, &tree);
    if let Some(root) = root {
        for piece in critical::path(&nodes, &tree, root).iter().rev() {
            critical[piece.span].push((piece.from_ns, piece.until_ns));
        }
    }
    let mut places = vec![(0, 1); spans.len()];
    std::iter::once(&tree.roots).chain(&tree.children).for_each(|list| repeats(list, &spans, &tree, &mut places));
    let mut waterfall = Waterfall {
        start_ns: spans.iter().map(|s| s.start_ns).min().unwrap_or(0),
        end_ns: spans.iter().map(|s| s.end_ns.max(s.start_ns)).max().unwrap_or(0),
        rows: Vec::with_capacity(spans.len()),
        root: 0,
        left_out,
    };
    let mut spans: Vec<Option<Span>> = spans.into_iter().map(Some).collect();
    let mut stack: Vec<(usize, Option<usize>, Vec<bool>)> = Vec::new();
    push_all(&mut stack, &tree.roots, None, &[]);
    while let Some((index, above, more)) = stack.pop() {
        push_all(&mut stack, &tree.children[index], Some(waterfall.rows.len()), &more);
        let Some(span) = spans[index].take() else { continue };
        let caller = above.map(|row| &waterfall.rows[row].span);
        let clock_skew =
            caller.is_some_and(|caller| caller.service != span.service && span.start_ns + SKEW_NS < caller.start_ns);
        let queue = span.kind == SpanKind::Consumer
            && caller.is_some_and(|caller| caller.kind == SpanKind::Producer || caller.trace != span.trace);
        if root == Some(index) {
            waterfall.root = waterfall.rows.len();
        }
        let parent = span.parent.filter(|_| above.is_none());
        waterfall.rows.push(Row {
            depth: more.len().saturating_sub(1),
            no_parent: parent.is_some_and(|parent| !here.contains(&parent)),
            circle: parent.is_some_and(|parent| here.contains(&parent)),
            clock_skew,
            queue,
            own_ns: own_ns(index, &nodes, &tree),
            critical: std::mem::take(&mut critical[index]),
            repeat: places[index],
            more,
            span,
        });
    }
    waterfall
}

/// The span at the top of this trace itself: its root, else what nothing here caused. What it began with may be above.
fn top(id: TraceId, spans: &[Span], tree: &critical::Tree) -> Option<usize> {
    let own = |index: &usize| spans[*index].trace == id;
    let roots = || tree.roots.iter().copied();
    let joined = || {
        let children =
            (0..spans.len()).filter(|above| spans[*above].trace != id).flat_map(|above| &tree.children[above]);
        children.copied().find(own)
    };
    let whole = roots().find(|root| own(root) && spans[*root].parent.is_none());
    whole.or_else(joined).or_else(|| roots().find(own)).or_else(|| roots().next())
}

/// Puts siblings on the stack so that the first comes off first, each with the lines to its left.
fn push_all(
    stack: &mut Vec<(usize, Option<usize>, Vec<bool>)>,
    siblings: &[usize],
    above: Option<usize>,
    more: &[bool],
) {
    for (place, index) in siblings.iter().enumerate().rev() {
        // A chain of thousands of spans would keep a line for each level of each: nobody sees beyond a few dozen.
        let mut lines: Vec<bool> = more.iter().copied().take(MOST_LINES).collect();
        lines.push(place + 1 < siblings.len());
        stack.push((*index, above, lines));
    }
}

/// Levels of the tree that are told apart.
const MOST_LINES: usize = 64;

fn repeats(siblings: &[usize], spans: &[Span], tree: &critical::Tree, places: &mut [(usize, usize)]) {
    let same = |a: &usize, b: &usize| {
        let (x, y) = (&spans[*a], &spans[*b]);
        x.service == y.service
            && x.name == y.name
            && x.kind == y.kind
            && x.failed() == y.failed()
            && tree.children[*a].is_empty()
            && tree.children[*b].is_empty()
    };
    for group in siblings.chunk_by(same) {
        for (place, index) in group.iter().enumerate() {
            places[*index] = (place, group.len());
        }
    }
}
