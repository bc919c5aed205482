//! The critical path of a trace: which span the request was waiting for, at every moment of its life. Not a profile: what
//! ran beside it costs nothing here. Nor how the spans hang together and where they stand: that is `tree`.

use super::tree::{Node, Tree};

/// A piece of time that one span (by its index) alone was responsible for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) span: usize,
    pub(super) from_ns: u64,
    pub(super) until_ns: u64,
}

/// The critical path below these: one root, or the fragments of a trace whose root is not here; latest piece first. Between
/// fragments nobody knows what was waited for.
pub(super) fn path(nodes: &[Node], tree: &Tree, tops: &[usize]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut stack = Vec::new();
    let mut until = u64::MAX;
    for top in by_end(nodes, tops.iter().copied()) {
        let (start, end) = (nodes[top].start_ns, nodes[top].end_ns.min(until));
        if start < end {
            stack.push((top, start, end));
            until = start;
        }
    }
    while let Some((span, from, until)) = stack.pop() {
        let mut until = until;
        for child in by_end(nodes, tree.children[span].iter().copied().filter(|c| nodes[*c].start_ns < until)) {
            // A child is waited for within its parent's time alone: what it does afterwards keeps nobody waiting.
            let start = nodes[child].start_ns.max(from);
            let end = nodes[child].until_ns.min(until);
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

/// What ended last first.
fn by_end(nodes: &[Node], spans: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut spans: Vec<usize> = spans.collect();
    spans.sort_by_key(|span| std::cmp::Reverse(nodes[*span].until_ns));
    spans
}

fn piece(pieces: &mut Vec<Piece>, span: usize, from_ns: u64, until_ns: u64) {
    if from_ns < until_ns {
        pieces.push(Piece { span, from_ns, until_ns });
    }
}

#[cfg(test)]
mod tests {
    use super::super::tree::{self, tests::node};
    use super::*;

    fn itself(nodes: &[Node]) -> Vec<u64> {
        let mut nodes = nodes.to_vec();
        let tree = tree::of(&mut nodes);
        let mut own = vec![0; nodes.len()];
        for piece in path(&nodes, &tree, &tree.roots) {
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
    fn of_fragments_without_their_root_each_has_its_part_of_the_path() {
        // Two beside each other, then nothing that is known, then one more with a child.
        let nodes = [node(1, 9, 0, 30), node(2, 9, 10, 50), node(3, 9, 1_000, 1_500), node(4, 3, 1_100, 1_200)];
        assert_eq!(itself(&nodes), [10, 40, 400, 100]);
    }
}
