//! What each service did in one trace: for how long it was at work itself, how long the request waited for that, and how often
//! it was called. Not which trace it is compared with.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::domain::span::SpanKind;
use crate::store::traces::codec::{self, Head, Tables};
use crate::store::traces::critical::{self, Node, Tree};
use crate::store::traces::{Held, summary};

/// What a service did in a trace.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Part {
    /// For how long it was at work, waiting for nobody, while somebody waited for it, in ns; of one that tells no spans of its own,
    /// how long its calls took. Parts that ran beside each other count each.
    pub own_ns: u64,
    /// For how long the whole request waited for that and nothing else, in ns.
    pub waited_ns: u64,
    /// How often it was called, those that came to nothing too.
    pub calls: u32,
}

/// What all services did.
#[derive(Debug, Default)]
pub(super) struct Parts {
    pub(super) services: BTreeMap<Arc<str>, Part>,
    /// How much of it ran beside other work of the trace, in ns.
    pub(super) beside_ns: u64,
}

/// The name under which one that tells no spans of its own is called.
const PEERS: &[&str] = &["peer.service", "service.peer.name"];

/// A trace's spans as a tree.
pub(super) struct Spans {
    heads: Vec<Head>,
    /// Whom each call is to, as it says itself.
    peers: Vec<Option<Arc<str>>>,
    nodes: Vec<Node>,
    tree: Tree,
}

/// Whom calls of a name go to: of a service, as far as the callee's spans or the calls themselves tell.
pub(super) struct Callees(HashMap<(Arc<str>, Arc<str>), Arc<str>>);

impl Callees {
    /// What these traces tell.
    pub(super) fn of(all: [&Spans; 2]) -> Callees {
        let mut callees = HashMap::new();
        for spans in all {
            for (index, head) in spans.heads.iter().enumerate() {
                if let Some(callee) = spans.callee(index) {
                    callees.insert((head.service.clone(), head.name.clone()), callee.clone());
                }
            }
        }
        Callees(callees)
    }
}

fn calls(head: &Head) -> bool {
    matches!(head.kind, SpanKind::Client | SpanKind::Producer)
}

impl Spans {
    pub(super) fn of(held: &Held, tables: &Tables) -> Spans {
        let (mut heads, mut peers) = (Vec::new(), Vec::new());
        for record in codec::records(&held.packed) {
            let Some(head) = codec::read_head(record, tables) else { continue };
            let peer = if calls(&head) { codec::attribute(record, PEERS, tables) } else { None };
            peers.push(peer.map(Arc::from));
            heads.push(head);
        }
        let nodes: Vec<Node> = heads.iter().map(summary::node).collect();
        let tree = critical::tree(&nodes);
        Spans { heads, peers, nodes, tree }
    }

    /// The span at the top, where it is here.
    pub(super) fn root(&self) -> Option<&Head> {
        self.heads.iter().find(|head| head.parent.is_none())
    }

    /// The service below a call.
    fn answers(&self, index: usize) -> Option<&Arc<str>> {
        let of = &self.heads[index].service;
        self.tree.children[index].iter().map(|child| &self.heads[*child].service).find(|service| *service != of)
    }

    /// Whom a call is to.
    fn callee(&self, index: usize) -> Option<&Arc<str>> {
        let call = Some(index).filter(|index| calls(&self.heads[*index]))?;
        self.answers(call).or(self.peers[call].as_ref())
    }

    /// What each service did.
    pub(super) fn parts(&self, callees: &Callees) -> Parts {
        let mut parts = Parts::default();
        let Some(root) = self.tree.roots.iter().copied().find(|root| self.heads[*root].parent.is_none()) else {
            return parts;
        };
        let known = |index: usize| {
            let head = &self.heads[index];
            let learnt = || callees.0.get(&(head.service.clone(), head.name.clone())).filter(|_| calls(head));
            self.callee(index).or_else(learnt)
        };
        // What nobody below it tells of, a call spent at whom it called; who only puts a message somewhere does not wait for whom
        // it is meant for.
        let whose = |index: usize| {
            let callee = match self.heads[index].kind {
                SpanKind::Producer => self.peers[index].as_ref(),
                _ => known(index),
            };
            let callee = callee.filter(|_| self.answers(index).is_none());
            callee.unwrap_or(&self.heads[index].service)
        };
        let mut stack = vec![(root, self.nodes[root].start_ns, self.nodes[root].end_ns.max(self.nodes[root].start_ns))];
        while let Some((index, from, until)) = stack.pop() {
            let mut windows: Vec<(u64, u64)> = Vec::new();
            for child in &self.tree.children[index] {
                let called = !calls(&self.heads[index]) && self.heads[*child].service != self.heads[index].service;
                if called {
                    parts.services.entry(self.heads[*child].service.clone()).or_default().calls += 1;
                }
                if let Some((start, end)) = self.window(*child, index, (from, until)) {
                    windows.push((start, end));
                    stack.push((*child, start, end));
                } else if let Some(callee) = known(*child) {
                    parts.services.entry(callee.clone()).or_default().calls += 1;
                }
            }
            let all: u64 = windows.iter().map(|(start, end)| end - start).sum();
            let busy = united(windows);
            parts.beside_ns += all - busy;
            parts.services.entry(whose(index).clone()).or_default().own_ns += (until - from).saturating_sub(busy);
            if let Some(callee) = known(index) {
                parts.services.entry(callee.clone()).or_default().calls += 1;
            }
        }
        for piece in critical::path(&self.nodes, &self.tree, root) {
            parts.services.entry(whose(piece.span).clone()).or_default().waited_ns += piece.until_ns - piece.from_ns;
        }
        parts
    }

    /// When, within its caller's time, a span was waited for; `None` where nobody did: what is taken from a queue, or what went
    /// on when its caller had given up. One whose clock puts it outside is moved to where it can have been.
    fn window(&self, child: usize, above: usize, (from, until): (u64, u64)) -> Option<(u64, u64)> {
        let (head, caller) = (&self.heads[child], &self.heads[above]);
        if head.kind == SpanKind::Consumer {
            return None;
        }
        let (start, end) = (head.start_ns, head.end_ns);
        let took = end.saturating_sub(start).min(until - from);
        let window = match head.kind == SpanKind::Server && head.service != caller.service {
            true if start < from => (from, from + took),
            true if start >= until => (until - took, until),
            _ => (start.clamp(from, until), end.clamp(from, until)),
        };
        (window.0 < window.1).then_some(window)
    }
}

/// How long at least one of them ran.
fn united(mut windows: Vec<(u64, u64)>) -> u64 {
    windows.sort_unstable();
    let (mut sum, mut at) = (0, 0);
    for (start, end) in windows {
        sum += end.saturating_sub(start.max(at));
        at = at.max(end);
    }
    sum
}
