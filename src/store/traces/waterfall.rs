//! A trace as a waterfall: its spans in tree order, where each stands, and which of them the request was waiting for.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::domain::address::Address;
use crate::domain::span::{Span, SpanId, SpanKind, TraceId};

use super::callee::{self, Callee, Learnt};
use super::critical;
use super::repeats::{self, Many};
use super::tree::{self, Node, Tree};

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
    /// By its own clock it cannot have been called when it was, by another service: the clocks disagree.
    pub clock_skew: bool,
    /// Where it stands on the axis, in ns since the epoch: where its own clock says, or where its caller's lets it have been.
    pub start_ns: u64,
    /// Where it ends there.
    pub end_ns: u64,
    /// Whom it called, where nobody below it tells of that: the time that it spent itself, they did.
    pub callee: Option<Callee>,
    /// It took what its caller put into a queue.
    pub queue: bool,
    /// It put a message that nobody took, as far as is told; where what did may be dropped by now, nothing is said.
    pub untaken: bool,
    /// From when on nobody waited for it any more, in ns since the epoch: one of those above it had ended. `None` where it ended
    /// before, or a queue lies between.
    pub unheard_ns: Option<u64>,
    /// How long it was at work itself: its time less that in which a span below it ran, in ns.
    pub own_ns: u64,
    /// Its pieces of the critical path, in ns since the epoch, earliest first.
    pub critical: Vec<(u64, u64)>,
    /// Place among siblings that do the same, they and all below them, and how many they are: `(0, 40)` is the first of forty.
    pub repeat: (usize, usize),
    /// The row that stands for this one where equal ones are folded: itself, but for those of the second and further of many.
    pub stands_for: usize,
    /// Where it stands for others there: what is told of all of them.
    pub many: Option<Box<Many>>,
}

impl Row {
    /// How long the request waited for this span alone, in ns.
    pub fn self_ns(&self) -> u64 {
        self.critical.iter().map(|(from, until)| until - from).sum()
    }
}

/// How long a request waited for somebody.
#[derive(Clone, Debug, PartialEq)]
pub struct Spent {
    /// A service, or whom it called.
    pub service: Arc<str>,
    /// Its instance, where told.
    pub instance: Option<Address>,
    /// How long, in ns.
    pub ns: u64,
    /// It was called in vain.
    pub in_vain: bool,
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
    /// Its messages went on in more traces than are joined here.
    pub goes_on: bool,
    /// Where the time went on the critical path, the most first; who was called in vain is told, however soon that was known.
    pub went: Vec<Spent>,
    /// Whether a span of it failed.
    pub failed: bool,
    /// Whether a span went on when nobody waited for it any more.
    pub unheard: bool,
    /// Whether several spans of its own trace have nothing above them: nobody can say for which of them somebody waited.
    pub has_several: bool,
}

impl Waterfall {
    /// When the one who asked was answered: how long its root took, in ns; `None` where that is not here, or does not tell. Where
    /// the root's caller is missing, and nothing else that it called is here, the root is what it asked for.
    pub fn answered_ns(&self) -> Option<u64> {
        let root = self.rows.get(self.root).filter(|row| !row.circle && !row.span.is_untimed());
        root.filter(|row| !row.no_parent || !self.has_several).map(|row| row.span.duration_ns())
    }

    /// From its first start to its last end, in ns.
    pub fn lasted_ns(&self) -> u64 {
        self.end_ns.saturating_sub(self.start_ns)
    }
}

/// Adds the spans of another trace that began with what these put into a queue: its first spans hang below the first of those
/// that they link to.
pub(super) fn join(spans: &mut Vec<Span>, to: &[TraceId], other: Vec<Span>) {
    let here: HashSet<(TraceId, SpanId)> = spans.iter().map(|span| (span.trace, span.id)).collect();
    let there: HashSet<SpanId> = other.iter().map(|span| span.id).collect();
    for mut span in other {
        if span.parent.is_none_or(|parent| !there.contains(&parent))
            && let Some(link) =
                span.links.iter().find(|link| to.contains(&link.trace) && here.contains(&(link.trace, link.span)))
        {
            span.parent = Some(link.span);
        }
        spans.push(span);
    }
}

/// Where the time went on the critical path, the most first; who was called in vain is told, however soon that was known.
fn went(rows: &[Row]) -> Vec<Spent> {
    let mut sums: Vec<Spent> = Vec::new();
    let mut places: HashMap<(&str, Option<&Address>), usize> = HashMap::new();
    for row in rows {
        let in_vain = row.callee.is_some() && row.span.failed();
        if row.critical.is_empty() && !in_vain {
            continue;
        }
        let (service, instance) = match &row.callee {
            Some(callee) => (&callee.name, &callee.address),
            None => (&row.span.service, &row.span.instance),
        };
        let place = *places.entry((service, instance.as_ref())).or_insert(sums.len());
        if place == sums.len() {
            sums.push(Spent { service: service.clone(), instance: instance.clone(), ns: 0, in_vain: false });
        }
        sums[place].ns += row.self_ns();
        sums[place].in_vain |= in_vain;
    }
    sums.sort_by_key(|sum| std::cmp::Reverse(sum.ns));
    sums
}

/// How long a span was at work itself, by the spans below it.
fn own_ns(span: usize, nodes: &[Node], tree: &Tree) -> u64 {
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

pub(super) fn of(id: TraceId, spans: Vec<Span>, left_out: u32, mut learnt: Learnt) -> Waterfall {
    let mut nodes: Vec<Node> = spans.iter().map(Node::from).collect();
    let tree = tree::of(&mut nodes);
    let mut critical = vec![Vec::new(); spans.len()];
    let here: HashSet<SpanId> = spans.iter().map(|span| span.id).collect();
    let root = top(id, &spans, &tree);
    for piece in critical::path(&nodes, &tree, &tops(id, root, &spans, &tree)).iter().rev() {
        critical[piece.span].push((piece.from_ns, piece.until_ns));
    }
    let answers = |index: usize| {
        let mut below = tree.children[index].iter().copied();
        below.find(|child| spans[*child].service != spans[index].service)
    };
    // Whom it had given up on may have answered later: while it waited nobody told of it.
    let in_time = |index: usize| answers(index).filter(|child| nodes[*child].start_ns < nodes[index].end_ns);
    let calls = |index: &usize| callee::calls(spans[*index].kind);
    for index in (0..spans.len()).filter(calls) {
        if let Some(child) = answers(index) {
            learnt.note(&spans[index].service, &spans[index].name, &spans[child].service);
        }
    }
    let mut callees: Vec<Option<Callee>> = vec![None; spans.len()];
    for index in (0..spans.len()).filter(calls).filter(|index| in_time(*index).is_none()) {
        callees[index] = callee_of(&spans[index], &learnt);
    }
    let mut waterfall = Waterfall {
        start_ns: nodes.iter().map(|node| node.start_ns).min().unwrap_or(0),
        end_ns: nodes.iter().map(|node| node.end_ns.max(node.start_ns)).max().unwrap_or(0),
        rows: Vec::with_capacity(spans.len()),
        root: 0,
        left_out,
        ..Waterfall::default()
    };
    let mut spans: Vec<Option<Span>> = spans.into_iter().map(Some).collect();
    // By rows: until when those above it waited for what a span does.
    let mut heard: Vec<Option<u64>> = Vec::with_capacity(spans.len());
    let mut stack: Vec<(usize, Option<usize>, Vec<bool>)> = Vec::new();
    push_all(&mut stack, &tree.roots, None, &[]);
    while let Some((index, above, more)) = stack.pop() {
        push_all(&mut stack, &tree.children[index], Some(waterfall.rows.len()), &more);
        let Some(span) = spans[index].take() else { continue };
        let caller = above.map(|row| &waterfall.rows[row].span);
        let takes = span.kind == SpanKind::Consumer;
        // Who works on what another span of its service received takes nothing anew.
        let queue =
            takes && caller.is_some_and(|caller| caller.kind != SpanKind::Consumer || caller.trace != span.trace);
        if root == Some(index) {
            waterfall.root = waterfall.rows.len();
        }
        let parent = span.parent.filter(|_| above.is_none());
        // Nobody waits for what is taken from a queue.
        let until = above.filter(|_| !takes).and_then(|above| listens(&waterfall.rows[above], heard[above]));
        heard.push(until);
        let Node { start_ns, end_ns, skewed: clock_skew, .. } = nodes[index];
        waterfall.rows.push(Row {
            depth: more.len().saturating_sub(1),
            no_parent: parent.is_some_and(|parent| !here.contains(&parent)),
            circle: parent.is_some_and(|parent| here.contains(&parent)),
            clock_skew,
            start_ns,
            end_ns,
            callee: callees[index].take(),
            queue,
            untaken: false,
            unheard_ns: until
                .filter(|until| end_ns.saturating_sub(*until) >= UNHEARD_NS)
                .map(|until| until.max(start_ns)),
            own_ns: own_ns(index, &nodes, &tree),
            critical: std::mem::take(&mut critical[index]),
            repeat: (0, 1),
            stands_for: 0,
            many: None,
            more,
            span,
        });
    }
    let lasted_ns = waterfall.lasted_ns();
    repeats::note(&mut waterfall.rows, lasted_ns);
    waterfall.went = went(&waterfall.rows);
    waterfall.failed = waterfall.rows.iter().any(|row| row.span.failed());
    waterfall.unheard = waterfall.rows.iter().any(|row| row.unheard_ns.is_some());
    waterfall.has_several = waterfall.rows.iter().filter(|row| row.depth == 0 && row.span.trace == id).nth(1).is_some();
    waterfall
}

/// What goes on no longer than this after who waited for it, in ns, may only be told late.
const UNHEARD_NS: u64 = 5_000_000;

/// Until when somebody waits for what is below a span: whoever is at the top, as long as that lasts, unless somebody between had
/// given up. Others may be told to be over before what they began, as a call is whose answer has begun. Who puts a message somewhere
/// does not wait, and who does not tell when it ended may wait still.
fn listens(row: &Row, above: Option<u64>) -> Option<u64> {
    let tells = !row.span.is_untimed() && row.end_ns > row.start_ns && row.span.kind != SpanKind::Producer;
    let own = if tells { row.end_ns } else { u64::MAX };
    let gave_up = row.span.kind == SpanKind::Client && row.span.failed();
    Some(match above {
        Some(above) if gave_up => above.min(own),
        Some(above) if row.span.kind != SpanKind::Producer => above,
        _ => own,
    })
}

/// The span at the top of this trace itself: its root, else what nothing here caused. What it began with may be above.
fn top(id: TraceId, spans: &[Span], tree: &Tree) -> Option<usize> {
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

/// What the path begins at: the span at the top, or, where the trace's own root is not here, all that is.
fn tops(id: TraceId, root: Option<usize>, spans: &[Span], tree: &Tree) -> Vec<usize> {
    let missing = |top: &usize| spans[*top].trace == id && spans[*top].parent.is_some();
    match root.filter(|root| missing(root) && tree.roots.contains(root)) {
        Some(_) => tree.roots.iter().copied().filter(missing).collect(),
        None => root.into_iter().collect(),
    }
}

/// Whom a call says that it was to, or others like it; who puts a message somewhere does not wait for whom it is meant for.
fn callee_of(span: &Span, learnt: &Learnt) -> Option<Callee> {
    let none = Learnt::default();
    let learnt = if span.kind == SpanKind::Producer { &none } else { learnt };
    let told = |names: &[&str]| span.attributes.any(names);
    callee::of((&span.service, &span.name), told, learnt)
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
