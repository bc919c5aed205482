//! That any graph is survived in any size, stays put, and keeps its lines clear of text.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::topology_tests::{edge, node};
use super::*;
use crate::domain::topology::{Graph, Slots};
use crate::ui::widget::canvas::tests::drawn;

/// Draws any graph and returns its text and where its nodes are.
fn any_picture(
    slots: &Slots,
    calls: &[(usize, usize)],
    size: (u16, u16),
    trouble: bool,
) -> (String, BTreeMap<String, Rect>) {
    let names: Vec<String> = slots.iter().map(|(name, _)| name.to_owned()).collect();
    let mut places = BTreeMap::new();
    let text = drawn(size.0, size.1, |canvas| {
        let bad = canvas.style(Role::Bad);
        let mut nodes: Vec<Node<'_>> = names
            .iter()
            .map(|name| {
                let slot = slots.get(name).expect("drawn");
                node(canvas, name, (slot.layer, slot.row), &[Mark::Up], ["1/s", "2 ms"])
            })
            .collect();
        let mut calls: Vec<_> = calls.iter().map(|(a, b)| (a % names.len(), b % names.len())).collect();
        calls.sort_unstable();
        calls.dedup();
        let mut edges: Vec<Edge<'_>> = calls.iter().map(|(a, b)| edge(canvas, *a, *b, Line::Call, "7/s")).collect();
        if trouble {
            for edge in edges.iter_mut().step_by(2) {
                edge.line = Line::Broken;
                edge.label = Phrase::of("⊗ open", bad);
                edge.above = Phrase::of("was 7/s", bad);
            }
            for node in nodes.iter_mut().step_by(3) {
                node.border = Role::Bad;
                node.note = Phrase::of("17.7 % errors and more", bad);
                node.p95 = Phrase::of("1.9 s", bad);
            }
        }
        let drawn = topology(canvas, Rect::new(0, 0, size.0, size.1), &nodes, &edges, &[]);
        for (_, label) in &drawn.labels {
            let text: String = (label.x..label.right()).map(|x| canvas.at(x, label.y)).collect();
            assert!([" 7/s", " ⊗ open"].contains(&text.trim_end()), "a line runs through {text}");
        }
        places = drawn.nodes.iter().map(|(node, place)| (names[*node].clone(), *place)).collect();
    });
    (text, places)
}

fn any_slots(n: usize, calls: &[(usize, usize)]) -> Slots {
    let names: Vec<String> = (0..n).map(|n| format!("s{n:02}")).collect();
    let calls = calls.iter().map(|(a, b)| (names[a % n].as_str(), names[b % n].as_str()));
    let mut slots = Slots::new();
    slots.arrange(&Graph::new(names.iter().map(String::as_str), calls), |_| true);
    slots
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_graph_in_any_size_is_survived_and_drawn_the_same_twice(
        n in 1_usize..24,
        calls in prop::collection::vec((0_usize..24, 0_usize..24), 0..40),
        size in (1_u16..220, 1_u16..70),
    ) {
        let slots = any_slots(n, &calls);
        let once = any_picture(&slots, &calls, size, false);
        prop_assert_eq!(&once, &any_picture(&slots, &calls, size, false));
    }

    #[test]
    fn trouble_changes_ink_and_moves_nothing(
        n in 1_usize..24,
        calls in prop::collection::vec((0_usize..24, 0_usize..24), 0..40),
        size in (20_u16..220, 5_u16..70),
    ) {
        let slots = any_slots(n, &calls);
        let calm = any_picture(&slots, &calls, size, false);
        prop_assert_eq!(calm.1, any_picture(&slots, &calls, size, true).1);
    }

    #[test]
    fn calls_that_appear_or_vanish_move_nobody(
        n in 1_usize..24,
        calls in prop::collection::vec((0_usize..24, 0_usize..24), 1..40),
        left in prop::collection::vec(any::<bool>(), 40),
        size in (1_u16..220, 1_u16..70),
    ) {
        let slots = any_slots(n, &calls);
        let fewer: Vec<_> = calls.iter().zip(left).filter(|(_, left)| *left).map(|(call, _)| *call).collect();
        prop_assert_eq!(any_picture(&slots, &calls, size, false).1, any_picture(&slots, &fewer, size, false).1);
    }

    #[test]
    fn names_are_never_run_through(
        n in 1_usize..12,
        calls in prop::collection::vec((0_usize..12, 0_usize..12), 0..20),
    ) {
        let (text, places) = any_picture(&any_slots(n, &calls), &calls, (200, 70), false);
        prop_assert_eq!(places.len(), n, "room for all");
        for name in places.keys() {
            prop_assert!(text.contains(&format!(" {name} ")), "{} in\n{}", name, text);
        }
    }
}
