//! The critical path of a trace: which span the request was waiting for, at every moment of its life. Not a profile: what
//! ran beside it costs nothing here.

use std::collections::HashMap;

use crate::domain::span::SpanId;

/// What the path needs of a span.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    pub(super) id: SpanId,
    pub(super) parent: Option<SpanId>,
    pub(super) start_ns: u64,
    pub(super) end_ns: u64,
}

/// A piece of time that one span (by its index) alone was responsible for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) span: usize,
    pub(super) from_ns: u64,
    pub(super) until_ns: u64,
}

/// How the spans hang together.
pub(super) struct Tree {
    /// Indices of the spans that nothing here caused, by start.
    pub(super) roots: Vec<usize>,
    /// Children of each, by start.
    pub(super) children: Vec<Vec<usize>>,
}

/// The tree of these spans. A span in a circle of parents hangs below the one of them that starts first, which is a root.
pub(super) fn tree(nodes: &[Node]) -> Tree {
    let mut places = HashMap::with_capacity(nodes.len());
    for (index, node) in nodes.iter().enumerate() {
        places.entry(node.id).or_insert(index);
    }
    let mut children = vec![Vec::new(); nodes.len()];
    let mut parents = vec![None; nodes.len()];
    for (index, node) in nodes.iter().enumerate() {
        parents[index] = node.parent.and_then(|id| places.get(&id).copied()).filter(|parent| *parent != index);
    }
    cut_circles(nodes, &mut parents);
    let mut roots = Vec::new();
    for (index, parent) in parents.iter().enumerate() {
        match parent {
            Some(parent) => children[*parent].push(index),
            None => roots.push(index),
        }
    }
    let by_start = |index: &usize| (nodes[*index].start_ns, *index);
    roots.sort_by_key(by_start);
    children.iter_mut().for_each(|list| list.sort_by_key(by_start));
    Tree { roots, children }
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

/// The critical path below one root, latest piece first.
pub(super) fn path(nodes: &[Node], tree: &Tree, root: usize) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut stack = vec![(root, nodes[root].start_ns, nodes[root].end_ns)];
    while let Some((span, from, until)) = stack.pop() {
        let mut until = until;
        let mut by_end: Vec<_> = tree.children[span].iter().copied().filter(|c| nodes[*c].start_ns < until).collect();
        by_end.sort_by_key(|child| std::cmp::Reverse(nodes[*child].end_ns));
        for child in by_end {
            // A child is waited for within its parent's life alone: what it does afterwards keeps nobody waiting.
            let start = nodes[child].start_ns.max(from);
            let end = nodes[child].end_ns.min(until);
            if start >= end {
                continue;
            }
            piece(&mut pieces, span, end, until);
            stack.push((child, start, end));
            until = start;
        }
        piece(&mut pieces, span, from, until);
    }
    pieces.sort_by_key(|piece| std::cmp::Reverse(piece.until_ns));
    pieces
}

fn piece(pieces: &mut Vec<Piece>, span: usize, from_ns: u64, until_ns: u64) {
    if from_ns < until_ns {
        pieces.push(Piece { span, from_ns, until_ns });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(id: u8, parent: u8, start_ns: u64, end_ns: u64) -> Node {
        let name = |n| SpanId([n; 8]);
        Node { id: name(id), parent: (parent > 0).then(|| name(parent)), start_ns, end_ns }
    }

    fn itself(nodes: &[Node]) -> Vec<u64> {
        let tree = tree(nodes);
        let mut own = vec![0; nodes.len()];
        for piece in path(nodes, &tree, tree.roots[0]) {
            own[piece.span] += piece.until_ns - piece.from_ns;
        }
        own
    }

    #[test]
    fn what_ends_last_is_what_was_waited_for() {
        let nodes = [node(1, 0, 0, 100), node(2, 1, 10, 40), node(3, 1, 10, 90), node(4, 3, 20, 80)];
        assert_eq!(itself(&nodes), [20, 0, 20, 60]);
    }

    #[test]
    fn a_child_that_goes_on_after_its_parent_is_cut() {
        assert_eq!(itself(&[node(1, 0, 0, 100), node(2, 1, 50, 300), node(3, 1, 120, 130)]), [50, 50, 0]);
    }

    #[test]
    fn circles_and_strangers_do_no_harm() {
        let nodes = [node(1, 3, 5, 9), node(2, 1, 1, 9), node(3, 2, 2, 9), node(4, 9, 0, 1), node(5, 5, 7, 8)];
        let tree = tree(&nodes);
        assert_eq!(tree.roots, [3, 1, 4]);
        assert_eq!(tree.children.iter().map(Vec::len).sum::<usize>() + tree.roots.len(), 5);
    }
}
