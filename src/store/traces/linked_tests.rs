//! What hangs together: traces by their links, spans by their parents, and what neither must claim.

use super::tests::{fails, request, span, trace};
use super::*;
use crate::domain::query::Query;
use crate::domain::span::SpanLink;

#[test]
fn what_came_of_a_message_hangs_below_who_sent_it() {
    let mut traces = Traces::new(1 << 20);
    let mut sent = request(1);
    sent[3].kind = SpanKind::Producer;
    let mut taken = span(2, 7, 0, "mailer", (0, 5));
    taken.kind = SpanKind::Consumer;
    taken.links = vec![SpanLink { trace: trace(1), span: sent[3].id }];
    let below = span(2, 8, 7, "smtp", (1, 4));
    traces.apply(&sent);
    traces.apply(&[taken, below]);
    let rows = traces.waterfall(trace(1)).unwrap().rows;
    let mailer = rows.iter().find(|row| &*row.span.service == "mailer").unwrap();
    assert!(mailer.queue && mailer.depth == 3 && !mailer.no_parent && rows.len() == 6);
    assert_eq!(traces.waterfall(trace(2)).unwrap().rows.len(), 2, "it stands by itself, too");
    // Looked at from there, who sent it stands above, and is not what was waited for.
    let whole = traces.joined(trace(2)).unwrap();
    let top = &whole.rows[whole.root];
    assert_eq!((whole.rows.len(), &*top.span.service, whole.answered_ns()), (6, "mailer", Some(5_000_000)));
    assert!(top.queue && !top.no_parent && top.depth == 3 && &*whole.rows[0].span.service == "gateway");
    let waited: Vec<&str> = whole.rows.iter().filter(|row| row.self_ns() > 0).map(|row| &*row.span.service).collect();
    assert_eq!(waited, ["mailer", "smtp"]);
}

#[test]
fn who_put_a_message_into_a_queue_shares_in_the_failure_of_who_took_it() {
    let sent = vec![Span { kind: SpanKind::Producer, ..span(1, 1, 0, "orders", (0, 2)) }];
    let link = vec![SpanLink { trace: trace(1), span: sent[0].id }];
    let taken = Span { kind: SpanKind::Consumer, links: link, ..span(2, 7, 0, "mailer", (0, 5)) };
    let fails_first = fails(taken.clone(), &[]);
    let below = fails(span(2, 8, 7, "smtp", (1, 4)), &[]);
    // In whichever order they come, and whichever span of the consumer's it is that fails.
    let orders: [&[&[Span]]; 4] = [
        &[&sent, std::slice::from_ref(&fails_first)],
        &[std::slice::from_ref(&fails_first), &sent],
        &[&sent, std::slice::from_ref(&taken), std::slice::from_ref(&below)],
        &[std::slice::from_ref(&below), std::slice::from_ref(&taken), &sent],
    ];
    let query = Query::parse_for(crate::domain::query::Asked::Traces, "status:error service:mailer").unwrap();
    for exports in orders {
        let mut traces = Traces::new(1 << 20);
        exports.iter().for_each(|spans| traces.apply(spans));
        let row = traces.summary(trace(1)).unwrap();
        assert!(row.failed && row.kept == Kept::Failed, "{exports:?}");
        assert!(row.went.is_some_and(|went| went.failed && &*went.service != "orders"));
        assert!(row.services.iter().any(|service| &**service == "mailer"));
        assert_eq!(traces.fits(trace(1), &query), exports.len() == 2);
        let mut failed = TraceList::new(TraceFilter { failed: true, ..TraceFilter::default() });
        failed.refresh(&traces);
        assert_eq!(failed.len(), 2);
    }
    let mut traces = Traces::new(1 << 20);
    [sent, vec![taken]].iter().for_each(|spans| traces.apply(spans));
    assert!(!traces.summary(trace(1)).unwrap().failed, "nothing failed");
}

#[test]
fn a_trace_began_when_its_root_did_whatever_another_clock_claims() {
    let mut traces = Traces::new(1 << 20);
    let early =
        Span { start_ns: span(1, 2, 1, "users", (0, 1)).start_ns - 300_000_000, ..span(1, 2, 1, "users", (0, 1)) };
    traces.apply(&[early, span(1, 1, 0, "orders", (0, 5))]);
    let whole = traces.waterfall(trace(1)).unwrap();
    let root = whole.rows[whole.root].span.started();
    assert_eq!(traces.summary(trace(1)).map(|row| row.started), Some(root));
}

#[test]
fn a_circle_of_parents_is_called_one_and_no_parent_of_it_is_missing() {
    let mut traces = Traces::new(1 << 20);
    traces.apply(&[span(1, 1, 1, "itself", (0, 5)), span(1, 2, 3, "a", (1, 5)), span(1, 3, 2, "b", (2, 5))]);
    traces.apply(&[span(1, 4, 9, "orphan", (3, 5))]);
    let rows = traces.waterfall(trace(1)).unwrap().rows;
    let marks: Vec<_> = rows.iter().map(|row| (&*row.span.service, row.circle, row.no_parent)).collect();
    assert_eq!(marks, [("itself", true, false), ("a", true, false), ("b", false, false), ("orphan", false, true)]);
}

#[test]
fn a_request_took_as_long_as_it_was_waited_for_not_until_its_message_was_taken() {
    let mut traces = Traces::new(1 << 20);
    let consumer = Span { kind: SpanKind::Consumer, ..span(1, 2, 1, "mailer", (16_000, 16_010)) };
    traces.apply(&[span(1, 1, 0, "orders", (0, 26)), consumer]);
    // Its own clock is three seconds ahead.
    traces.apply(&[span(2, 1, 0, "users", (0, 500)), span(2, 2, 1, "db", (3_000, 3_400))]);
    let took = |n| traces.summary(trace(n)).unwrap().duration_ns / 1_000_000;
    assert_eq!((took(1), took(2)), (26, 500));
    let mut list = TraceList::new(TraceFilter { order: TraceOrder::Slowest, ..TraceFilter::default() });
    list.refresh(&traces);
    assert!(list.ids(0, 9).eq([trace(2), trace(1)]), "the slowest to who waited");
    let waterfall = traces.waterfall(trace(1)).unwrap();
    assert_eq!((waterfall.answered_ns(), waterfall.end_ns - waterfall.start_ns), (Some(26_000_000), 16_010_000_000));
}

#[test]
fn two_traces_that_link_to_each_other_stand_once_each() {
    let link = |n: u64, id| vec![SpanLink { trace: trace(n), span: SpanId([id; 8]) }];
    let mut traces = Traces::new(1 << 20);
    traces.apply(&[Span { kind: SpanKind::Producer, links: link(2, 2), ..span(1, 1, 0, "orders", (0, 5)) }]);
    traces.apply(&[Span { kind: SpanKind::Consumer, links: link(1, 1), ..span(2, 2, 0, "mailer", (9, 12)) }]);
    for (n, top) in [(1, "orders"), (2, "mailer")] {
        let whole = traces.joined(trace(n)).unwrap();
        let mut services: Vec<&str> = whole.rows.iter().map(|row| &*row.span.service).collect();
        services.sort_unstable();
        assert_eq!(services, ["mailer", "orders"]);
        assert_eq!(&*whole.rows[whole.root].span.service, top);
    }
}

/// Hop `n` of a chain of queues: it takes what the one before put and puts something itself, in a trace of its own.
fn hop(n: u64, last: u64) -> Vec<Span> {
    let link = (n > 0).then(|| SpanLink { trace: trace(n - 1), span: SpanId([2; 8]) });
    let kind = if n > 0 { SpanKind::Consumer } else { SpanKind::Server };
    let name = format!("hop-{n}");
    let take = Span { kind, links: link.into_iter().collect(), ..span(n, 1, 0, &name, (n * 100, n * 100 + 20)) };
    let put = Span { kind: SpanKind::Producer, ..span(n, 2, 1, &name, (n * 100 + 5, n * 100 + 8)) };
    vec![if n == last { fails(take, &[]) } else { take }, put]
}

#[test]
fn a_failure_is_shared_over_all_hops_in_whichever_order_they_come() {
    for order in [[0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2], [2, 0, 3, 1]] {
        let mut traces = Traces::new(1 << 20);
        order.iter().for_each(|n| traces.apply(&hop(*n, 3)));
        for n in 0..4 {
            let row = traces.summary(trace(n)).unwrap();
            assert!(row.failed, "{order:?} {n}");
            assert_eq!(row.went.map(|went| went.service.to_string()).as_deref(), Some("hop-3"), "{order:?} {n}");
        }
    }
}

#[test]
fn a_chain_of_queues_is_one_picture_from_wherever_it_is_looked_at_and_says_where_it_goes_on() {
    let mut traces = Traces::new(1 << 20);
    (0..10).for_each(|n| traces.apply(&hop(n, 99)));
    for n in [0, 4, 9] {
        let whole = traces.joined(trace(n)).unwrap();
        assert_eq!((whole.rows.len(), whole.goes_on), (20, false), "{n}");
        assert_eq!(whole.rows.iter().filter(|row| row.depth == 0).count(), 1, "{n}");
        assert_eq!(whole.rows[whole.root].span.trace, trace(n));
    }
    (10..90).for_each(|n| traces.apply(&hop(n, 99)));
    assert!(traces.joined(trace(0)).unwrap().goes_on && traces.joined(trace(89)).unwrap().goes_on);
    assert!(traces.joined(trace(0)).unwrap().rows.len() > 60);
}

#[test]
fn all_whose_messages_were_in_a_batch_that_failed_failed() {
    for order in [[0, 1], [1, 0]] {
        let mut traces = Traces::new(1 << 20);
        let put = |n| Span { kind: SpanKind::Producer, ..span(n, 1, 0, "src", (0, 4)) };
        let links = (0..200).map(|n| SpanLink { trace: trace(n), span: put(n).id }).collect();
        let batch = fails(Span { kind: SpanKind::Consumer, links, ..span(900, 7, 0, "sink", (0, 5)) }, &[]);
        for part in order {
            traces.apply(&if part == 0 { (0..200).map(put).collect() } else { vec![batch.clone()] });
        }
        assert!((0..200).all(|n| traces.summary(trace(n)).unwrap().failed), "{order:?}");
        let whole = traces.joined(trace(900)).unwrap();
        assert!(whole.rows.len() > 20 && whole.goes_on, "{}", whole.rows.len());
    }
}

#[test]
fn of_many_messages_each_has_its_taker_below_it_or_it_is_said_that_it_goes_on() {
    for (count, joined) in [(24, 24), (80, 64)] {
        let mut traces = Traces::new(4 << 20);
        let put = |n: u8| Span { kind: SpanKind::Producer, ..span(1, n + 2, 1, "orders", (5, 6)) };
        let mut spans = vec![span(1, 1, 0, "orders", (0, 50))];
        spans.extend((0..count).map(put));
        traces.apply(&spans);
        for n in 0..count {
            let links = vec![SpanLink { trace: trace(1), span: SpanId([n + 2; 8]) }];
            let take = Span { kind: SpanKind::Consumer, links, ..span(100 + u64::from(n), 1, 0, "mailer", (60, 70)) };
            traces.apply(&[if n == count - 1 { fails(take, &[]) } else { take }]);
        }
        let whole = traces.joined(trace(1)).unwrap();
        let takers = whole.rows.iter().filter(|row| row.queue).count();
        assert_eq!((takers, whole.goes_on, whole.failed), (joined, joined < usize::from(count), true), "{count}");
    }
}
