//! What each service did in one trace: for how long it was at work itself, how long the request waited for that, and how often
//! it was called. Not which trace it is compared with.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::domain::span::SpanKind;
use crate::store::traces::Held;
use crate::store::traces::callee::{self, Callee, Learnt};
use crate::store::traces::codec::{self, Head, Tables};
use crate::store::traces::critical;
use crate::store::traces::summary::code;
use crate::store::traces::tree::{self, Node, Tree};

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

/// A trace's spans as a tree.
pub(in super::super) struct Spans<'a> {
    heads: Vec<Head>,
    records: Vec<&'a [u8]>,
    tables: &'a Tables,
    nodes: Vec<Node>,
    tree: Tree,
}

/// What these traces tell of whom calls go to.
pub(super) fn learn(all: &[&Spans<'_>]) -> Learnt {
    let (mut learnt, nothing) = (Learnt::default(), Learnt::default());
    for spans in all {
        for (index, head) in spans.heads.iter().enumerate().filter(|(_, head)| callee::calls(head.kind)) {
            let told = || spans.told(index, &nothing).filter(|callee| callee.is_service).map(|callee| callee.name);
            if let Some(callee) = spans.answers(index).cloned().or_else(told) {
                learnt.note(&head.service, &head.name, &callee);
            }
        }
    }
    learnt
}

fn calls(head: &Head) -> bool {
    callee::calls(head.kind)
}

impl<'a> Spans<'a> {
    pub(in super::super) fn of(held: &'a Held, tables: &'a Tables) -> Spans<'a> {
        let (mut heads, mut records) = (Vec::new(), Vec::new());
        for record in codec::records(&held.packed) {
            let Some(head) = codec::read_head(record, tables) else { continue };
            records.push(record);
            heads.push(head);
        }
        let mut nodes: Vec<Node> =
            heads.iter().zip(&records).map(|(head, record)| Node::new(head, || code(record, tables))).collect();
        let tree = tree::of(&mut nodes);
        Spans { heads, records, tables, nodes, tree }
    }

    /// The span at the top, with its record: that nobody caused; where it is not here, the only one that nobody here did.
    pub(in super::super) fn root(&self) -> Option<(&Head, &'a [u8])> {
        self.top().map(|top| (&self.heads[top], self.records[top]))
    }

    fn top(&self) -> Option<usize> {
        let mut roots = self.tree.roots.iter().copied();
        let only = || self.tree.roots.first().copied().filter(|_| self.tree.roots.len() == 1);
        roots.find(|root| self.heads[*root].parent.is_none()).or_else(only)
    }

    /// The service below a call.
    fn answers(&self, index: usize) -> Option<&Arc<str>> {
        let of = &self.heads[index].service;
        self.tree.children[index].iter().map(|child| &self.heads[*child].service).find(|service| *service != of)
    }

    /// Whom a call says that it is to, or others like it do.
    fn told(&self, index: usize, learnt: &Learnt) -> Option<Callee> {
        let head = &self.heads[index];
        callee::of(
            (&head.service, &head.name),
            |names| codec::attribute(self.records[index], names, self.tables),
            learnt,
        )
    }

    /// What each service did.
    pub(super) fn parts(&self, learnt: &Learnt) -> Parts {
        let mut parts = Parts::default();
        let Some(root) = self.top() else { return parts };
        let nothing = Learnt::default();
        // Whom each call is to, and whose time its own is. What nobody below it tells of, a call spent at whom it called; who only
        // puts a message somewhere does not wait for whom it is meant for.
        let (mut known, mut whose) = (Vec::with_capacity(self.heads.len()), Vec::with_capacity(self.heads.len()));
        for (index, head) in self.heads.iter().enumerate() {
            let told = |learnt| self.told(index, learnt).filter(|_| calls(head)).map(|callee| callee.name);
            let answers = self.answers(index).filter(|_| calls(head)).cloned();
            let callee = answers.clone().or_else(|| told(learnt));
            let at = match head.kind {
                SpanKind::Producer => told(&nothing),
                _ => callee.clone(),
            };
            whose.push(at.filter(|_| self.answers(index).is_none()).unwrap_or_else(|| head.service.clone()));
            known.push(callee);
        }
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
                } else if let Some(callee) = &known[*child] {
                    parts.services.entry(callee.clone()).or_default().calls += 1;
                }
            }
            let all: u64 = windows.iter().map(|(start, end)| end - start).sum();
            let busy = united(windows);
            parts.beside_ns += all - busy;
            parts.services.entry(whose[index].clone()).or_default().own_ns += (until - from).saturating_sub(busy);
            if let Some(callee) = &known[index] {
                parts.services.entry(callee.clone()).or_default().calls += 1;
            }
        }
        for piece in critical::path(&self.nodes, &self.tree, &[root]) {
            parts.services.entry(whose[piece.span].clone()).or_default().waited_ns += piece.until_ns - piece.from_ns;
        }
        parts
    }

    /// When, within its caller's time, a span was waited for; `None` where nobody did: what is taken from a queue, or what went
    /// on when its caller had given up. One whose clock puts it outside is moved to where it can have been.
    fn window(&self, child: usize, above: usize, (from, until): (u64, u64)) -> Option<(u64, u64)> {
        if self.heads[child].kind == SpanKind::Consumer {
            return None;
        }
        let (node, caller) = (&self.nodes[child], &self.heads[above]);
        let (start, end) = (node.start_ns, node.until_ns);
        let took = end.saturating_sub(start).min(until - from);
        let window = match node.kind == SpanKind::Server && self.heads[child].service != caller.service {
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
