//! Spans hang together whatever they say of each other, and stand where they can have been.

use super::*;

pub(in super::super) fn node(id: u8, parent: u8, start_ns: u64, end_ns: u64) -> Node {
    let name = |n| SpanId([n; 8]);
    let parent = (parent > 0).then(|| name(parent));
    let (kind, service, host) = (SpanKind::Internal, 0, 0);
    let (failed, gave_up, timeless, skewed) = (false, false, false, false);
    let until_ns = end_ns;
    Node { id: name(id), parent, kind, service, host, failed, gave_up, timeless, start_ns, end_ns, until_ns, skewed }
}

fn below(nodes: &[Node], tree: &Tree) -> Vec<Option<usize>> {
    (0..nodes.len()).map(|n| tree.children.iter().position(|list| list.contains(&n))).collect()
}

#[test]
fn circles_and_strangers_do_no_harm() {
    let mut nodes = [node(1, 3, 5, 9), node(2, 1, 1, 9), node(3, 2, 2, 9), node(4, 9, 0, 1), node(5, 5, 7, 8)];
    let tree = of(&mut nodes);
    assert_eq!(tree.roots, [3, 1, 4]);
    assert_eq!(tree.children.iter().map(Vec::len).sum::<usize>() + tree.roots.len(), 5);
}

#[test]
fn a_call_and_its_answer_that_share_an_id_hang_the_same_in_whichever_order_they_come() {
    let of_kind = |kind, service, node| Node { kind, service, ..node };
    let (client, server) = (SpanKind::Client, SpanKind::Server);
    // front answers, calls back (id 2, shared), which calls a database; front resolves a name meanwhile.
    let all = [
        of_kind(server, 1, node(1, 0, 0, 300)),
        of_kind(client, 1, node(2, 1, 1, 251)),
        of_kind(server, 2, node(2, 1, 2, 242)),
        of_kind(client, 2, node(3, 2, 3, 103)),
        of_kind(SpanKind::Internal, 1, node(4, 2, 1, 2)),
    ];
    let wanted = [None, Some(0), Some(1), Some(2), Some(1)];
    for order in [[0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [2, 1, 4, 0, 3], [0, 2, 1, 4, 3]] {
        let mut nodes = order.map(|n| all[n]);
        let tree = of(&mut nodes);
        let got = below(&nodes, &tree);
        let at = |n: usize| order.iter().position(|o| *o == n);
        for (n, above) in wanted.iter().enumerate() {
            assert_eq!(at(n).and_then(|n| got[n]), above.and_then(at), "{order:?} {n}");
        }
    }
    // Its call is the root: so it is no second one.
    let mut nodes = [Node { parent: None, ..all[2] }, Node { parent: None, ..all[1] }, all[3]];
    let tree = of(&mut nodes);
    assert_eq!((&*tree.roots, below(&nodes, &tree)), (&[1][..], vec![Some(1), None, Some(0)]));
}

#[test]
fn a_span_without_times_stands_where_its_parent_begins_and_makes_nothing_longer() {
    let timeless = |node| Node { timeless: true, ..node };
    let at = |nodes: &[Node]| nodes.iter().map(|node| (node.start_ns, node.end_ns)).collect::<Vec<_>>();
    let mut nodes = [node(1, 0, 100, 200), timeless(node(2, 1, 9_000, 9_000)), node(3, 2, 110, 120)];
    of(&mut nodes);
    assert_eq!(at(&nodes), [(100, 200), (100, 100), (110, 120)]);
    // A root: as long as what is known of it.
    let mut nodes = [timeless(node(1, 0, 9_000, 9_000)), node(2, 1, 100, 190), node(3, 2, 105, 185)];
    of(&mut nodes);
    assert_eq!(at(&nodes), [(100, 190), (100, 190), (105, 185)]);
    let mut nodes = [timeless(node(1, 0, 9_000, 9_000))];
    of(&mut nodes);
    assert_eq!(at(&nodes), [(9_000, 9_000)]);
}

#[test]
fn what_a_wrong_clock_claims_is_moved_to_where_it_was_called_with_all_that_is_below() {
    let ms = |node: Node| Node { start_ns: node.start_ns * 1_000_000, end_ns: node.end_ns * 1_000_000, ..node };
    let call = Node { kind: SpanKind::Client, service: 1, ..ms(node(2, 1, 1_005, 1_095)) };
    let root = Node { service: 1, ..ms(node(1, 0, 1_000, 1_100)) };
    for by in [-900_i64, -30, 40_000] {
        let theirs = |node| Node { service: 2, ..shifted(ms(node), by * 1_000_000) };
        let serve = Node { kind: SpanKind::Server, ..theirs(node(3, 2, 1_010, 1_090)) };
        let mut nodes = [root, call, serve, theirs(node(4, 3, 1_020, 1_030))];
        of(&mut nodes);
        let at: Vec<_> = nodes.iter().map(|node| (node.start_ns / 1_000_000, node.skewed)).collect();
        assert_eq!(at, [(1_000, false), (1_005, false), (1_010, true), (1_020, false)], "{by}");
        // Who gave up may be served later.
        let mut nodes = [root, Node { failed: true, gave_up: true, ..call }, serve];
        of(&mut nodes);
        assert_eq!(nodes[2].skewed, by < 0, "{by}");
    }
}
