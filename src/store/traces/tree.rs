//! How the spans of a trace hang together, and where they stand on its time axis where their own clocks cannot be believed:
//! spans that tell no times, spans of a machine whose clock is wrong, and callers and callees that share an id. Not what was
//! waited for: that is `critical`.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::codec::Head;
use super::summary::CODES;
use crate::domain::span::{GRPC_CODES, Span, SpanId, SpanKind, grpc_failed};

/// Clocks of two machines that differ by more than this are called skewed, in ns.
const SKEW_NS: u64 = 1_000_000;
/// An answer may be worked on for so long after its caller has it, in ns.
const TAIL_NS: u64 = 5_000_000;
/// Nobody answers so long after who asked was done, in ns, where no span tells of the call itself.
const LONG_AFTER_NS: u64 = 15 * 60 * 1_000_000_000;

/// What the tree and the path need of a span.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    pub(super) id: SpanId,
    pub(super) parent: Option<SpanId>,
    pub(super) kind: SpanKind,
    /// Of its service's name, and of the host of its instance; 0 where that is not told.
    pub(super) service: u64,
    pub(super) host: u64,
    pub(super) failed: bool,
    /// A call that failed without an answer: its caller waited no longer.
    pub(super) gave_up: bool,
    /// It told neither when it began nor when it ended.
    pub(super) timeless: bool,
    /// Where it stands: by its own clock at first, in the end within its caller's time.
    pub(super) start_ns: u64,
    pub(super) end_ns: u64,
    /// Until when it, or what it began, may have been waited for: a call may be told to be over when its answer begins, and work
    /// that goes on elsewhere as soon as it does.
    pub(super) until_ns: u64,
    /// It told a time that cannot be beside its caller's: the clocks disagree.
    pub(super) skewed: bool,
}

fn named(service: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    service.hash(&mut hasher);
    hasher.finish()
}

/// Codes with which a caller, or who lies between, ends a call itself. Of gRPC, by number and by name: cancelled, deadline exceeded,
/// unavailable. Of HTTP: time-outs, no answer from behind, hung up.
const OWN_CODES: [&str; 12] =
    ["1", "4", "14", "CANCELLED", "DEADLINE_EXCEEDED", "UNAVAILABLE", "408", "460", "499", "502", "503", "504"];

impl Node {
    /// Of a packed span, whose code is asked for where that matters.
    pub(super) fn new<'a>(head: &Head, code: impl FnOnce() -> Option<&'a str>) -> Node {
        let Head { id, parent, kind, failed, timeless, start_ns, end_ns, .. } = *head;
        let host = head.instance.as_ref().map_or(0, |address| named(address.host()));
        let (service, gave_up) = (named(&head.service), gave_up(kind, failed, code));
        let (until_ns, skewed) = (end_ns, false);
        Node { id, parent, kind, service, host, failed, gave_up, timeless, start_ns, end_ns, until_ns, skewed }
    }
}

impl From<&Span> for Node {
    fn from(span: &Span) -> Node {
        let Span { id, parent, kind, start_ns, end_ns, .. } = *span;
        let (service, failed, timeless) = (named(&span.service), span.failed(), span.is_timeless());
        let host = span.instance.as_ref().map_or(0, |address| named(address.host()));
        let told = |keys: &[&str]| span.attributes.any(keys);
        let code = || told(&GRPC_CODES).filter(|code| grpc_failed(code) == Some(true)).or_else(|| told(CODES));
        let (gave_up, until_ns, skewed) = (gave_up(kind, failed, code), end_ns, false);
        Node { id, parent, kind, service, host, failed, gave_up, timeless, start_ns, end_ns, until_ns, skewed }
    }
}

fn gave_up<'a>(kind: SpanKind, failed: bool, code: impl FnOnce() -> Option<&'a str>) -> bool {
    kind == SpanKind::Client && failed && code().is_none_or(|code| OWN_CODES.contains(&code))
}

/// How the spans hang together.
pub(super) struct Tree {
    /// Indices of the spans that nothing here caused, by start.
    pub(super) roots: Vec<usize>,
    /// Children of each, by start.
    pub(super) children: Vec<Vec<usize>>,
}

/// The tree of these spans, each put where it can have been. A span in a circle of parents hangs below the one of them that
/// starts first, which is a root.
pub(super) fn of(nodes: &mut [Node]) -> Tree {
    let mut parents = parents(nodes);
    cut_circles(nodes, &mut parents);
    let mut children = vec![Vec::new(); nodes.len()];
    let mut roots = Vec::new();
    for (index, parent) in parents.iter().enumerate() {
        match parent {
            Some(parent) => children[*parent].push(index),
            None => roots.push(index),
        }
    }
    place(nodes, &roots, &children);
    let by_start = |index: &usize| (nodes[*index].start_ns, *index);
    roots.sort_by_key(by_start);
    children.iter_mut().for_each(|list| list.sort_by_key(by_start));
    prolong(nodes, &roots, &children);
    Tree { roots, children }
}

/// Spans that ended before what they began did last, for whoever waits further up, as long as that. Not who had given up, nor who
/// put a message somewhere; and what is taken from a queue nobody waits for.
fn prolong(nodes: &mut [Node], roots: &[usize], children: &[Vec<usize>]) {
    let mut order = roots.to_vec();
    let mut next = 0;
    while let Some(above) = order.get(next) {
        order.extend(&children[*above]);
        next += 1;
    }
    for above in order.into_iter().rev() {
        let caller = nodes[above];
        let waits = match caller.kind {
            SpanKind::Producer => false,
            SpanKind::Client => !caller.failed,
            SpanKind::Internal | SpanKind::Server | SpanKind::Consumer => true,
        };
        // An answer that begins when its call is over is another story.
        let counts = |child: &Node| {
            child.kind != SpanKind::Consumer
                && (caller.kind != SpanKind::Client || child.start_ns < caller.end_ns)
                && child.until_ns > caller.end_ns.saturating_add(TAIL_NS)
        };
        let below = children[above].iter().map(|child| nodes[*child]).filter(counts).map(|child| child.until_ns);
        nodes[above].until_ns = below.filter(|_| waits).max().unwrap_or(0).max(caller.end_ns);
    }
}

/// The spans of one id: most often one. Zipkin's tracers give a call and its answer the same.
#[derive(Clone, Copy)]
struct Place {
    first: usize,
    call: Option<usize>,
    answer: Option<usize>,
}

/// The span that caused each, in whichever order they came.
fn parents(nodes: &[Node]) -> Vec<Option<usize>> {
    let mut places: HashMap<SpanId, Place> = HashMap::with_capacity(nodes.len());
    for (index, node) in nodes.iter().enumerate() {
        let place = places.entry(node.id).or_insert(Place { first: index, call: None, answer: None });
        match node.kind {
            SpanKind::Client => place.call = place.call.or(Some(index)),
            SpanKind::Server => place.answer = place.answer.or(Some(index)),
            _ => {}
        }
    }
    let above = |(index, node): (usize, &Node)| {
        let own = places.get(&node.id).and_then(|place| place.call.filter(|_| place.answer == Some(index)));
        let named = || {
            let place = places.get(&node.parent?)?;
            let shared = place.call.zip(place.answer);
            // What is below an id that two share is below the one of its own service; another service was called by who answers.
            Some(shared.map_or(place.first, |(call, answer)| {
                let of_caller = nodes[call].service == node.service && nodes[answer].service != node.service;
                if of_caller || answer == index { call } else { answer }
            }))
        };
        own.or_else(named).filter(|parent| *parent != index)
    };
    nodes.iter().enumerate().map(above).collect()
}

fn cut_circles(nodes: &[Node], parents: &mut [Option<usize>]) {
    // 0: not looked at, else the number of the walk that came by.
    let mut walks = vec![0; nodes.len()];
    for first in 0..nodes.len() {
        let (walk, mut at) = (first + 1, Some(first));
        while let Some(index) = at.filter(|index| walks[*index] == 0) {
            walks[index] = walk;
            at = parents[index];
        }
        let Some(start) = at.filter(|index| walks[*index] == walk) else { continue };
        let circle = std::iter::successors(Some(start), |index| parents[*index].filter(|next| *next != start));
        if let Some(earliest) = circle.min_by_key(|index| (nodes[*index].start_ns, *index)) {
            parents[earliest] = None;
        }
    }
}

/// Puts spans where they can have been, from the top down.
fn place(nodes: &mut [Node], roots: &[usize], children: &[Vec<usize>]) {
    let first = nodes.iter().filter(|node| !node.timeless).map(|node| node.start_ns).min();
    for root in roots {
        let node = &mut nodes[*root];
        if node.timeless {
            node.start_ns = first.unwrap_or(node.start_ns);
            node.end_ns = node.start_ns;
        }
    }
    let mut stack: Vec<(usize, i64)> = roots.iter().map(|root| (*root, 0)).collect();
    while let Some((above, shift)) = stack.pop() {
        let caller = nodes[above];
        for child in &children[above] {
            let node = &mut nodes[*child];
            // What its caller was moved by it is moved by, too.
            let (told, before) = (*node, shifted(caller, shift.saturating_neg()));
            let mut shift = shift;
            let elsewhere = is_elsewhere(&caller, &told) && !told.timeless;
            if elsewhere && (caller.start_ns..=caller.end_ns).contains(&told.start_ns) {
                // On another machine, whose clock is right, unless it ends when it cannot have.
                shift = skew(&caller, &told).unwrap_or(0);
                node.skewed = shift != 0;
                *node = shifted(*node, shift);
                stack.push((*child, shift));
                continue;
            }
            if told.timeless {
                (node.start_ns, node.end_ns) = (caller.start_ns, caller.start_ns);
            } else if let Some(by) = skew(&before, &told) {
                node.skewed = true;
                shift = shift.saturating_add(by);
            }
            if !told.timeless {
                *node = shifted(*node, shift);
            }
            stack.push((*child, shift));
        }
    }
    // A root that does not tell how long it took went on until what it called had ended.
    for root in roots {
        if nodes[*root].end_ns <= nodes[*root].start_ns {
            let end = children[*root].iter().map(|child| nodes[*child].end_ns).max();
            nodes[*root].end_ns = end.unwrap_or(0).max(nodes[*root].end_ns);
        }
    }
}

fn shifted(node: Node, by: i64) -> Node {
    let (start_ns, end_ns) = (node.start_ns.saturating_add_signed(by), node.end_ns.saturating_add_signed(by));
    Node { start_ns, end_ns, ..node }
}

/// Whether a span may have another clock than its caller: it is of another service, or answers on another host.
fn is_elsewhere(caller: &Node, node: &Node) -> bool {
    let hosts = caller.host != 0 && node.host != 0 && caller.host != node.host;
    caller.service != node.service || (hosts && node.kind == SpanKind::Server)
}

/// By how much a span is to be moved to where its caller, elsewhere, can have called it, in ns: one that begins before its caller
/// does, or that answers a call which was over before, or goes on long after it although it would have had room within it. Who
/// had given up may be answered late.
fn skew(caller: &Node, node: &Node) -> Option<i64> {
    if !is_elsewhere(caller, node) {
        return None;
    }
    let (room, took) = (caller.end_ns.saturating_sub(caller.start_ns), node.end_ns.saturating_sub(node.start_ns));
    let early = node.start_ns.saturating_add(SKEW_NS) < caller.start_ns;
    let after = |ns: u64, by: u64| room > 0 && ns > caller.end_ns.saturating_add(by);
    let late = node.kind == SpanKind::Server
        && match caller.kind {
            SpanKind::Client if caller.gave_up && !node.failed => false,
            SpanKind::Client => after(node.start_ns, SKEW_NS) || (took <= room && after(node.end_ns, TAIL_NS)),
            // Something may have lain between the two.
            SpanKind::Internal | SpanKind::Server | SpanKind::Consumer => after(node.start_ns, LONG_AFTER_NS),
            SpanKind::Producer => false,
        };
    if !(early || late) {
        return None;
    }
    // As long there as back; what is taken from a queue may have waited there for long.
    let way = if node.kind == SpanKind::Consumer { 0 } else { room.saturating_sub(took) / 2 };
    let to = i128::from(caller.start_ns) + i128::from(way);
    i64::try_from(to - i128::from(node.start_ns)).ok()
}

#[cfg(test)]
#[path = "tree_tests.rs"]
pub(super) mod tests;
