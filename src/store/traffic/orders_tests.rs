//! What is counted does not depend on the order in which spans come, nor on what they come with: shown of traces that nobody
//! thought of.

use proptest::collection::vec;
use proptest::prelude::*;

use super::tests::{START, span, with};
use super::*;
use crate::domain::span::SpanStatus;

const SERVICES: [&str; 3] = ["aa", "bb", "cc"];
const SPANS: usize = 7;

/// What makes a span, where nothing around it decides.
#[derive(Clone, Copy, Debug)]
struct Seed {
    above: usize,
    kind: SpanKind,
    service: usize,
    /// Whom it names, of a call.
    names: Option<usize>,
    failed: bool,
}

fn seed() -> impl Strategy<Value = Seed> {
    let kind = prop_oneof![
        3 => Just(SpanKind::Client),
        3 => Just(SpanKind::Server),
        2 => Just(SpanKind::Internal),
    ];
    let names = proptest::option::weighted(0.7, 0..SERVICES.len());
    (0..SPANS, kind, 0..SERVICES.len(), names, proptest::bool::weighted(0.2))
        .prop_map(|(above, kind, service, names, failed)| Seed { above, kind, service, names, failed })
}

/// A trace of these: what answers may be of any service, all else is of the one above it. A call whose callee answers names that
/// one or nobody.
fn trace(number: u64, seeds: &[Seed]) -> Vec<Span> {
    let mut spans = vec![span(number, 1, 0, SpanKind::Server, SERVICES[0], "10.0.0.1:80")];
    for (place, seed) in seeds.iter().enumerate() {
        let above = seed.above % spans.len();
        let service = match seed.kind {
            SpanKind::Server => SERVICES[seed.service],
            _ => SERVICES.iter().find(|name| *spans[above].service == ***name).copied().unwrap_or(SERVICES[0]),
        };
        let mut one = span(number, place as u64 + 2, above as u64 + 1, seed.kind, service, "10.0.0.1:80");
        if seed.kind == SpanKind::Client
            && let Some(name) = seed.names
        {
            one = with(one, "peer.service", SERVICES[name]);
        }
        one.status = if seed.failed { SpanStatus::Error } else { SpanStatus::Unset };
        spans.push(one);
    }
    let answers: Vec<_> = spans.iter().filter(|span| span.kind == SpanKind::Server).cloned().collect();
    for call in spans.iter_mut().filter(|span| span.kind == SpanKind::Client && !span.attributes.is_empty()) {
        if let Some(answer) = answers.iter().find(|answer| answer.parent == Some(call.id)) {
            call.attributes = Default::default();
            *call = with(call.clone(), "peer.service", &answer.service);
        }
    }
    spans
}

/// The calls of each edge.
fn counted(exports: &[Vec<Span>]) -> Vec<(String, u32)> {
    let mut store = TrafficStore::new();
    store.know(SERVICES.map(Arc::from).iter());
    exports.iter().for_each(|spans| store.apply_spans(START, spans));
    (1..50).for_each(|seconds| store.tick(START.plus(seconds * 1_000)));
    let of = |edge: EdgeTraffic| (format!("{} {}", edge.from, edge.to), edge.traffic.minute.calls);
    let mut all: Vec<_> = store.edges().map(of).filter(|(_, calls)| *calls > 0).collect();
    all.sort();
    all
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn calls_are_the_same_in_whichever_order_spans_come(
        seeds in vec(seed(), 1..SPANS),
        order in vec(any::<u32>(), SPANS),
        size in 1..4usize,
    ) {
        let spans = trace(1, &seeds);
        let wanted = counted(std::slice::from_ref(&spans));
        let mut reversed = spans.clone();
        reversed.reverse();
        let mut shuffled: Vec<_> = spans.iter().cloned().zip(order).collect();
        shuffled.sort_by_key(|(_, order)| *order);
        let shuffled: Vec<_> = shuffled.into_iter().map(|(span, _)| span).collect();
        for order in [reversed, shuffled] {
            let told: Vec<_> = order.iter().map(|span| span.id.0[7]).collect();
            let by_size: Vec<_> = order.chunks(size).map(<[Span]>::to_vec).collect();
            prop_assert_eq!(&counted(&by_size), &wanted, "{:?} by {}", told, size);
            prop_assert_eq!(&counted(&[order]), &wanted, "{:?} at once", told);
        }
    }
}
