//! Which messages nobody took: whoever took them, in whichever trace, and whatever was dropped meanwhile.

use super::super::Traces;
use super::super::tests::{span, trace};
use crate::domain::span::{Span, SpanId, SpanKind, SpanLink, SpanStatus};
use crate::domain::time::Moment;
use crate::store::traces::Refusing;

/// When all of this comes: behind the spans of trace 4,999, that begin a second apart.
const NOW: Moment = Moment(1_795_420_400_000);

fn apply(traces: &mut Traces, spans: &[Span]) {
    traces.apply_new(NOW, spans, &Refusing::default());
}

/// A request that puts so many messages, by its spans 2 and further.
fn put(n: u64, messages: u8) -> Vec<Span> {
    let put = |id| Span { kind: SpanKind::Producer, ..span(n, id, 1, "orders", (1, 2)) };
    std::iter::once(span(n, 1, 0, "orders", (0, 9))).chain((2..2 + messages).map(put)).collect()
}

fn take(n: u64, of: &[(u64, u8)]) -> Span {
    let links = of.iter().map(|(of, id)| SpanLink { trace: trace(*of), span: SpanId([*id; 8]) }).collect();
    Span { kind: SpanKind::Consumer, links, ..span(n, 200, 0, "mail", (3, 5)) }
}

/// The messages that nobody took, by their traces and spans, as an open trace shows them.
fn untaken(traces: &Traces, open: u64) -> Vec<(u64, u8)> {
    let whole = traces.joined(trace(open)).unwrap();
    let number = |id| (0..5_000).find(|n| trace(*n) == id).unwrap();
    let mut all: Vec<(u64, u8)> =
        whole.rows.iter().filter(|row| row.untaken).map(|row| (number(row.span.trace), row.span.id.0[0])).collect();
    all.sort_unstable();
    all
}

#[test]
fn a_batch_takes_all_that_it_links_to_from_whichever_side_that_is_looked_at() {
    let mut traces = Traces::new(1 << 20);
    (1..=3).for_each(|n| apply(&mut traces, &put(n, 1)));
    (1..=3).for_each(|n| assert_eq!(untaken(&traces, n), [(n, 2)], "nobody took it yet"));
    apply(&mut traces, &[take(9, &[(1, 2), (2, 2), (3, 2)])]);
    for open in [1, 2, 3, 9] {
        assert_eq!(untaken(&traces, open), [], "{open}");
    }
}

#[test]
fn the_next_hop_and_what_is_not_joined_count_as_well() {
    let mut traces = Traces::new(1 << 20);
    // Of three messages two were taken, each in a trace of its own; of one of those two went on.
    apply(&mut traces, &put(1, 3));
    apply(&mut traces, &[take(8, &[(1, 3)])]);
    let mut hop: Vec<Span> = put(9, 2).into_iter().map(|span| Span { service: "mail".into(), ..span }).collect();
    hop[0].parent = Some(SpanId([200; 8]));
    hop.push(take(9, &[(1, 2)]));
    apply(&mut traces, &hop);
    apply(&mut traces, &[take(10, &[(9, 2)])]);
    assert_eq!(untaken(&traces, 1), [(1, 4), (9, 3)]);
    // From here the traces beside it are not joined, and took what they took.
    assert_eq!(untaken(&traces, 10), [(1, 4), (9, 3)]);
    assert_eq!(untaken(&traces, 8), [(1, 4)]);
}

#[test]
fn what_is_taken_below_the_one_that_put_it_is_taken() {
    let mut traces = Traces::new(1 << 20);
    let mut within = put(1, 2);
    // Who hands it over is another span, and that is linked to; the other is taken within the trace.
    within.push(Span { kind: SpanKind::Client, ..span(1, 20, 2, "orders", (1, 2)) });
    within.push(Span { parent: Some(SpanId([3; 8])), ..Span { trace: trace(1), ..take(1, &[]) } });
    apply(&mut traces, &within);
    assert_eq!(untaken(&traces, 1), [(1, 2)]);
    apply(&mut traces, &[take(2, &[(1, 20)])]);
    assert_eq!(untaken(&traces, 1), []);
}

#[test]
fn who_receives_may_be_a_client_of_its_broker_and_what_sends_messages_is_none() {
    let mut traces = Traces::new(1 << 20);
    (1..=3).for_each(|n| apply(&mut traces, &put(n, 1)));
    apply(&mut traces, &[Span { kind: SpanKind::Client, ..take(9, &[(1, 2), (2, 2), (3, 2)]) }]);
    for open in [1, 2, 3, 9] {
        assert_eq!(untaken(&traces, open), [], "{open}");
    }
    let mut bulk = put(4, 3);
    bulk[3].links = [2, 3].map(|id| SpanLink { trace: trace(4), span: SpanId([id; 8]) }).to_vec();
    apply(&mut traces, &bulk);
    assert_eq!(untaken(&traces, 4), [(4, 2), (4, 3)]);
    apply(&mut traces, &[take(10, &[(4, 2), (4, 3)])]);
    assert_eq!(untaken(&traces, 4), []);
    // Who sends them as its broker's client, beside them and linked to each, has taken none.
    let mut sent = put(5, 2);
    let links = [2, 3].map(|id| SpanLink { trace: trace(5), span: SpanId([id; 8]) }).to_vec();
    sent.push(Span { kind: SpanKind::Client, links, ..span(5, 9, 1, "orders", (2, 3)) });
    apply(&mut traces, &sent);
    assert_eq!(untaken(&traces, 5), [(5, 2), (5, 3)]);
}

#[test]
fn what_refers_to_a_message_without_taking_it_and_what_could_not_be_put_are_neither() {
    let mut traces = Traces::new(1 << 20);
    let mut two = put(1, 2);
    two[2].status = SpanStatus::Error;
    apply(&mut traces, &two);
    apply(&mut traces, &[Span { kind: SpanKind::Server, ..take(2, &[(1, 2)]) }]);
    assert_eq!(untaken(&traces, 1), [(1, 2)]);
}

#[test]
fn nothing_is_said_where_what_took_it_may_have_been_dropped() {
    let mut traces = Traces::new(64 << 10);
    let mut failed = put(1, 1);
    failed[0].status = SpanStatus::Error;
    apply(&mut traces, &failed);
    assert_eq!(untaken(&traces, 1), [(1, 2)]);
    // Others push out others, that came later than this was sent: they might have taken it.
    let flood = |traces: &mut Traces| (20..2_000).for_each(|n| apply(traces, &put(n, 0)));
    flood(&mut traces);
    assert!(traces.dropped() > 0 && traces.contains(trace(1)));
    assert_eq!(untaken(&traces, 1), []);
}

#[test]
fn what_was_dropped_before_a_message_was_sent_did_not_take_it() {
    let mut traces = Traces::new(64 << 10);
    let early = NOW.plus(-600_000);
    for n in 20..2_000 {
        let spans = put(n, 0).into_iter().map(|span| {
            let ns = |ns: u64| ns - 600_000_000_000;
            Span { start_ns: ns(span.start_ns), end_ns: ns(span.end_ns), ..span }
        });
        traces.apply_new(early, &spans.collect::<Vec<_>>(), &Refusing::default());
    }
    assert!(traces.dropped() > 0);
    apply(&mut traces, &put(4_999, 1));
    assert_eq!(untaken(&traces, 4_999), [(4_999, 2)]);
    traces.note_lost(1);
    assert_eq!(untaken(&traces, 4_999), [], "that one may have been it");
}
