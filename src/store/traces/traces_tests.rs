//! What the store of traces promises: nothing is lost without being counted, and looking costs only what is looked at.

use super::*;
use crate::domain::id::InstanceId;
use crate::domain::query::Query;
use crate::domain::span::{SpanId, SpanKind, SpanStatus};
use crate::store::effort::Effort;

pub(super) fn trace(n: u64) -> TraceId {
    let mut id = [1; 16];
    id[..8].copy_from_slice(&n.to_be_bytes());
    TraceId(id)
}

pub(super) fn span(n: u64, id: u8, parent: u8, service: &str, ms: (u64, u64)) -> Span {
    let start_ns = 1_795_415_400_000_000_000 + n * 1_000_000_000;
    Span {
        trace: trace(n),
        id: SpanId([id; 8]),
        parent: (parent > 0).then_some(SpanId([parent; 8])),
        name: format!("GET /{service}").into(),
        kind: SpanKind::Server,
        service: service.into(),
        instance: format!("10.0.0.{id}:5000").parse().ok(),
        start_ns: start_ns + ms.0 * 1_000_000,
        end_ns: start_ns + ms.1 * 1_000_000,
        attributes: vec![
            ("http.response.status_code".into(), "200".into()),
            ("db.password".into(), "hunter2".into()),
            ("url.path".into(), format!("/{service}/{n}").into()),
        ]
        .into(),
        ..Span::default()
    }
}

pub(super) fn request(n: u64) -> Vec<Span> {
    vec![
        span(n, 1, 0, "gateway", (0, 100)),
        span(n, 2, 1, "orders", (10, 95)),
        span(n, 3, 2, "payments", (20, 90)),
        span(n, 4, 2, "users", (12, 18)),
    ]
}

fn set(span: &mut Span, key: &str, value: &str) {
    let mut pairs = Vec::from(std::mem::take(&mut span.attributes));
    pairs.iter_mut().filter(|(known, _)| **known == *key).for_each(|(_, old)| *old = value.into());
    span.attributes = pairs.into();
}

#[test]
fn a_span_comes_back_as_it_was_but_for_its_secrets() {
    let mut traces = Traces::new(1 << 20);
    let sent = request(1);
    traces.apply(&sent);
    let mut got = traces.spans_of(trace(1));
    assert_eq!(got[0].attribute("db.password"), Some("***"));
    got.iter_mut().for_each(|span| set(span, "db.password", "hunter2"));
    assert_eq!(got, sent);
}

#[test]
fn a_repeated_export_counts_once() {
    let mut traces = Traces::new(1 << 20);
    traces.apply(&request(1));
    traces.apply(&request(1));
    assert_eq!((traces.held(), traces.spans(), traces.received(), traces.dropped()), (1, 4, 4, 0));
}

#[test]
fn what_is_dropped_is_counted_and_failed_traces_stay_longer() {
    let mut traces = Traces::new(64 << 10);
    let mut failed = request(0);
    failed[2].status = SpanStatus::Error;
    failed[2].attributes = Default::default();
    traces.apply(&failed);
    for n in 1..500 {
        traces.apply(&request(n));
    }
    assert!(traces.bytes() <= 64 << 10 && traces.held() > 20, "{} {}", traces.bytes(), traces.held());
    assert_eq!(traces.received(), traces.spans() + traces.dropped());
    assert_eq!(traces.received(), 2000);
    assert!(traces.contains(trace(0)) && !traces.contains(trace(1)) && traces.contains(trace(499)));
    assert_eq!(traces.summary(trace(0)).map(|s| (s.kept, s.failed)), Some((Kept::Failed, true)));
}

#[test]
fn a_flood_of_failures_drops_the_oldest_of_them() {
    let mut traces = Traces::new(32 << 10);
    for n in 0..300 {
        let mut failed = request(n);
        set(&mut failed[0], "http.response.status_code", "503");
        traces.apply(&failed);
    }
    assert!(traces.bytes() <= 32 << 10 && traces.contains(trace(299)) && !traces.contains(trace(0)));
    assert_eq!(traces.received(), traces.spans() + traces.dropped());
}

#[test]
fn a_trace_far_slower_than_usual_is_kept_as_slow() {
    let mut traces = Traces::new(1 << 20);
    for n in 0..30 {
        traces.apply(&request(n));
    }
    traces.apply(&[span(99, 1, 0, "gateway", (0, 900))]);
    assert_eq!(traces.summary(trace(99)).map(|s| s.kept), Some(Kept::Slow));
    assert_eq!(traces.summary(trace(29)).map(|s| s.kept), Some(Kept::Recent));
}

#[test]
fn the_summary_says_where_the_time_went() {
    let mut traces = Traces::new(1 << 20);
    traces.apply(&request(7));
    let summary = traces.summary(trace(7)).unwrap();
    let went = summary.went.unwrap();
    assert_eq!((&*went.service, went.self_ns), ("payments", 70_000_000));
    assert_eq!(went.instance.unwrap().to_string(), "10.0.0.3:5000");
    assert_eq!((&*summary.top.service, summary.code.as_deref(), summary.complete), ("gateway", Some("200"), true));
    assert_eq!(summary.services.iter().map(|s| &**s).collect::<Vec<_>>(), ["gateway", "orders", "users", "payments"]);
}

#[test]
fn the_waterfall_is_the_tree_with_its_critical_path() {
    let mut traces = Traces::new(1 << 20);
    let mut spans = request(7);
    spans.reverse();
    spans.push(span(7, 9, 8, "mailer", (50, 60)));
    traces.apply(&spans);
    let waterfall = traces.waterfall(trace(7)).unwrap();
    let rows: Vec<_> = waterfall.rows.iter().map(|r| (&*r.span.service, r.depth, r.no_parent, r.self_ns())).collect();
    assert_eq!(
        rows,
        [
            ("gateway", 0, false, 15_000_000),
            ("orders", 1, false, 9_000_000),
            ("users", 2, false, 6_000_000),
            ("payments", 2, false, 70_000_000),
            ("mailer", 0, true, 0)
        ]
    );
    assert_eq!(&*waterfall.went[0].service, "payments");
    assert!(!traces.summary(trace(7)).unwrap().complete);
}

#[test]
fn repeats_are_told_and_a_chain_of_thousands_is_survived() {
    let mut traces = Traces::new(16 << 20);
    let mut spans = vec![span(1, 1, 0, "gateway", (0, 100))];
    spans.extend((2..42).map(|id| span(1, id, 1, "users", (u64::from(id), u64::from(id) + 1))));
    traces.apply(&spans);
    let rows = traces.waterfall(trace(1)).unwrap().rows;
    assert_eq!((rows[1].repeat, rows[40].repeat), ((0, 40), (39, 40)));
    let mut chain = Vec::new();
    for n in 0..u64::from(MOST_SPANS) + 5 {
        let mut next = span(2, 1, 0, "deep", (0, 100));
        (next.id, next.parent) = (SpanId((n + 1).to_be_bytes()), (n > 0).then(|| SpanId(n.to_be_bytes())));
        chain.push(next);
    }
    traces.apply(&chain);
    let waterfall = traces.waterfall(trace(2)).unwrap();
    assert_eq!((waterfall.rows.len(), waterfall.left_out, traces.dropped()), (MOST_SPANS as usize, 5, 5));
}

#[test]
fn a_list_follows_what_comes_and_goes() {
    let mut traces = Traces::new(48 << 10);
    let mut all = TraceList::new(TraceFilter::default());
    let mut edge =
        TraceList::new(TraceFilter { edge: Some(("orders".into(), "payments".into())), ..TraceFilter::default() });
    let mut text = TraceList::new(TraceFilter {
        query: Query::parse_for(crate::domain::query::Asked::Traces, "/PAYMENTS/380").unwrap(),
        ..TraceFilter::default()
    });
    for n in 0..400 {
        traces.apply(&if n % 2 == 0 { request(n) } else { vec![span(n, 1, 0, "users", (0, 1))] });
        [&mut all, &mut edge, &mut text].into_iter().for_each(|list| list.refresh(&traces));
    }
    assert_eq!((all.len(), text.len()), (traces.held(), 1));
    assert!(edge.len() > 10 && edge.len() < all.len());
    assert_eq!(all.ids(0, 2).collect::<Vec<_>>(), [trace(399), trace(398)]);
    assert_eq!(all.position(trace(397)), Some(2));
    let mut late = TraceList::new(all.filter().clone());
    late.refresh(&traces);
    assert!(late.ids(0, 999).eq(all.ids(0, 999)));
}

#[test]
fn what_a_wrong_clock_claims_makes_nothing_longer() {
    let mut traces = Traces::new(1 << 20);
    // 200 ms before it was called.
    traces.apply(&[
        span(2, 1, 0, "gateway", (500, 600)),
        span(2, 2, 1, "orders", (300, 380)),
        span(2, 3, 2, "orders", (310, 350)),
    ]);
    let whole = traces.waterfall(trace(2)).unwrap();
    assert!(whole.rows[1].clock_skew);
    assert_eq!((whole.lasted_ns(), whole.end_ns - whole.start_ns), (100_000_000, 100_000_000));
    // What was taken from a queue later does count.
    traces.apply(&[span(3, 1, 0, "gateway", (0, 100)), span(3, 2, 1, "mailer", (400, 450))]);
    assert_eq!(traces.waterfall(trace(3)).map(|whole| whole.lasted_ns()), Some(450_000_000));
}

#[test]
fn a_trace_is_found_by_the_beginning_of_its_id() {
    let mut traces = Traces::new(1 << 20);
    traces.apply(&request(0xabc0));
    assert_eq!(traces.by_prefix("000000000000ABC", 5), [trace(0xabc0)]);
    assert!(traces.by_prefix("000000000000abd", 5).is_empty() && traces.by_prefix("zz", 5).is_empty());
    // What Zipkin and B3 make has zeros in front, and is told without them.
    let narrow = TraceId(0x463a_c35c_9f64_13ad_u128.to_be_bytes());
    let small = TraceId(0xa1_u128.to_be_bytes());
    traces.apply(&[Span { trace: narrow, ..span(1, 1, 0, "gateway", (0, 5)) }]);
    traces.apply(&[Span { trace: small, ..span(2, 1, 0, "gateway", (0, 5)) }]);
    for id in [narrow, small] {
        assert_eq!(traces.by_prefix(&id.short(6), 5), [id], "{id}");
        assert_eq!(traces.by_prefix(&id.to_string().to_uppercase(), 5), [id], "{id}");
    }
}

#[test]
fn a_quarter_of_a_million_spans_fit_into_100_mib() {
    let mut traces = Traces::new(100 << 20);
    for n in 0..2_500 {
        traces.apply(&request(n));
    }
    let each = traces.bytes() as u64 / traces.spans();
    assert!(each * 250_000 <= 100 << 20, "{each} bytes a span");
}

#[test]
fn of_the_ordinary_ones_some_can_be_asked_for_and_of_the_others_all() {
    let mut traces = Traces::new(1 << 20);
    for n in 0..100 {
        let mut spans = request(n);
        if n == 57 {
            spans[2].status = SpanStatus::Error;
            spans[2].attributes = Default::default();
        }
        traces.apply(&spans);
    }
    let mut list = TraceList::new(TraceFilter { one_in: 10, ..TraceFilter::default() });
    list.refresh(&traces);
    assert!((5..20).contains(&list.len()) && list.position(trace(57)).is_some(), "{}", list.len());
    let before: Vec<_> = list.ids(0, 100).collect();
    traces.apply(&request(200));
    list.refresh(&traces);
    assert!(before.iter().all(|id| list.position(*id).is_some()), "those that are shown stay");
}

#[test]
fn a_call_of_one_instance_is_told_from_those_of_its_siblings() {
    let mut traces = Traces::new(1 << 20);
    for n in 0..10 {
        let mut spans = request(n);
        spans[1].instance = format!("10.0.0.{}:5002", n % 2).parse().ok();
        traces.apply(&spans);
    }
    let edge = Some(("orders".into(), "payments".into()));
    let caller = "10.0.0.1:5002".parse().ok();
    let mut list = TraceList::new(TraceFilter { edge, caller, ..TraceFilter::default() });
    list.refresh(&traces);
    assert!(list.ids(0, 99).eq([9, 7, 5, 3, 1].map(trace)));
}

#[test]
fn a_span_is_at_work_itself_while_no_span_below_it_runs() {
    let mut traces = Traces::new(1 << 20);
    traces.apply(&request(1));
    let own: Vec<u64> = traces.waterfall(trace(1)).unwrap().rows.iter().map(|row| row.own_ns / 1_000_000).collect();
    // gateway 100 - 85, orders 85 - (6 + 70), users 6, payments 70.
    assert_eq!(own, [15, 9, 6, 70]);
}

#[test]
fn what_passed_an_open_breaker_stays_longer_but_not_at_the_cost_of_what_failed() {
    let refusing = refusing();
    let mut traces = Traces::new(64 << 10);
    for n in 0..500 {
        match n {
            3 => traces.apply_watching(&request(n), &refusing),
            _ => traces.apply(&request(n)),
        }
    }
    assert_eq!(traces.summary(trace(3)).map(|s| s.kept), Some(Kept::Breaker));
    let mut traces = Traces::new(64 << 10);
    for n in 0..500 {
        traces.apply_watching(&request(n), &refusing);
    }
    assert!(traces.contains(trace(499)) && traces.bytes() <= 64 << 10);
}

/// The breaker of orders at 10.0.0.2 towards payments, which runs at 10.0.0.3.
fn refusing() -> Refusing {
    let mut refusing = Refusing::default();
    let caller = InstanceId { service: "orders".into(), address: "10.0.0.2:5000".parse().unwrap() };
    refusing.add(&caller, &"pay".into(), &"payments".into());
    refusing.runs(&"payments".into(), &"10.0.0.3:5000".parse().unwrap());
    refusing
}

#[test]
fn only_what_called_whom_the_open_breaker_guards_is_kept_for_it() {
    let kept = |spans: &[Span]| {
        let mut traces = Traces::new(1 << 20);
        spans.iter().for_each(|span| traces.apply_watching(std::slice::from_ref(span), &refusing()));
        traces.summary(trace(1)).map(|summary| summary.kept)
    };
    let (orders, users) = (span(1, 2, 0, "orders", (10, 95)), span(1, 4, 2, "users", (12, 18)));
    let payments = span(1, 3, 2, "payments", (20, 90));
    assert_eq!(kept(&[orders.clone(), users.clone()]), Some(Kept::Recent), "never called payments");
    let elsewhere = Span { instance: "10.0.0.7:5000".parse().ok(), ..orders.clone() };
    assert_eq!(kept(&[elsewhere, payments.clone()]), Some(Kept::Recent), "this one's breaker is closed");
    assert_eq!(kept(&[orders.clone(), payments.clone()]), Some(Kept::Breaker));
    assert_eq!(kept(&[payments, orders.clone()]), Some(Kept::Breaker), "in whichever order they come");
    // A call that nobody answered tells where it went; one that the breaker answered, that it did.
    let call = Span { kind: SpanKind::Client, ..span(1, 2, 0, "orders", (10, 11)) };
    let told = |host: &str| vec![("server.address".into(), host.into()), ("server.port".into(), "5000".into())].into();
    assert_eq!(kept(&[Span { attributes: told("10.0.0.3"), ..call.clone() }]), Some(Kept::Breaker));
    assert_eq!(kept(&[Span { attributes: told("10.0.0.4"), ..call }]), Some(Kept::Recent));
    let attributes = vec![("circuit".into(), "payments".into())].into();
    let event = crate::domain::span::SpanEvent { at_ns: 0, name: "circuit open".into(), attributes };
    assert_eq!(kept(&[Span { events: vec![event], ..orders }, users]), Some(Kept::Breaker));
}

#[test]
fn what_was_there_before_a_filter_is_looked_at_in_pieces_and_what_comes_meanwhile_at_once() {
    let mut traces = Traces::new(64 << 20);
    for n in 0..20_000 {
        traces.apply(&[span(n, 1, 0, if n % 10 == 7 { "orders" } else { "users" }, (n, n + 1))]);
    }
    let query = Query::parse_for(crate::domain::query::Asked::Traces, "service:orders").unwrap();
    let mut list = TraceList::new(TraceFilter { query, ..TraceFilter::default() });
    list.refresh_within(&traces, &mut Effort::new(2_000_000));
    let first = list.len();
    assert!((1..2_000).contains(&first) && list.behind() > 10_000, "{first} of {}", list.behind());
    assert_eq!(list.ids(0, 1).next(), Some(trace(19_997)), "the newest first");
    traces.apply(&[span(20_007, 1, 0, "orders", (20_007, 20_008))]);
    let mut rounds = 0;
    while list.behind() > 0 {
        list.refresh_within(&traces, &mut Effort::new(2_000_000));
        assert_eq!(list.ids(0, 1).next(), Some(trace(20_007)));
        rounds += 1;
        assert!(rounds < 1_000);
    }
    assert!(list.ids(0, 9_999).eq((0..=20_007).rev().filter(|n| n % 10 == 7).map(trace)));
}

#[test]
fn no_trace_is_found_by_a_secret_of_its_own() {
    let mut traces = Traces::new(1 << 20);
    let attributes = vec![("url.full".into(), "https://a/x?token=hunter2&y=1".into())].into();
    traces.apply(&[Span { attributes, ..span(1, 1, 0, "orders", (0, 1)) }]);
    for (text, found) in [("hunter2", false), ("!hunter2", true), ("/hunter\\d/", false), ("/y=1/", true)] {
        let query = Query::parse_for(crate::domain::query::Asked::Traces, text).unwrap();
        assert_eq!(traces.fits(trace(1), &query), found, "{text}");
    }
}

/// A span that failed, and tells these of whom it called.
pub(super) fn fails(span: Span, told: &[(&str, &str)]) -> Span {
    let attributes = told.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect();
    Span { status: SpanStatus::Error, attributes, ..span }
}

#[test]
fn a_failed_trace_names_the_innermost_failure_and_whom_it_called_in_vain() {
    let mut traces = Traces::new(1 << 20);
    let call = Span { kind: SpanKind::Client, ..span(1, 3, 1, "gateway", (91, 92)) };
    let call = fails(call, &[("server.address", "127.0.0.1"), ("server.port", "5002")]);
    traces.apply(&[fails(span(1, 1, 0, "gateway", (0, 100)), &[]), span(1, 2, 1, "users", (1, 90)), call]);
    let went = traces.summary(trace(1)).unwrap().went.unwrap();
    assert_eq!((went.failed, went.towards.as_ref().map(|at| at.text())), (true, Some("127.0.0.1:5002")));
    // One that was too slow, and saw no failure of its own, is whom the call waited for.
    let mut slow = Traces::new(1 << 20);
    let call = fails(Span { kind: SpanKind::Client, ..span(1, 2, 1, "orders", (5, 805)) }, &[]);
    slow.apply(&[fails(span(1, 1, 0, "orders", (0, 810)), &[]), call, span(1, 3, 2, "payments", (6, 806))]);
    let went = slow.summary(trace(1)).unwrap().went.unwrap();
    assert_eq!((&*went.service, went.failed, went.self_ns), ("payments", true, 799_000_000));
    // What answered is told itself.
    traces.apply(&[fails(span(1, 4, 3, "orders", (91, 92)), &[])]);
    let went = traces.summary(trace(1)).unwrap().went.unwrap();
    assert_eq!((&*went.service, went.towards), ("orders", None));
}

#[test]
fn of_two_roots_the_one_that_began_first_is_the_one_that_is_told_in_whichever_order_they_come() {
    let roots = [span(1, 1, 0, "gateway", (0, 50)), span(1, 2, 0, "mailer", (60, 130))];
    for order in [[0, 1], [1, 0]] {
        let mut traces = Traces::new(1 << 20);
        order.iter().for_each(|n| traces.apply(&roots[*n..][..1]));
        let (row, whole) = (traces.summary(trace(1)).unwrap(), traces.waterfall(trace(1)).unwrap());
        assert_eq!((&*row.top.service, row.duration_ns), ("gateway", 50_000_000));
        assert_eq!(row.started, whole.rows[whole.root].span.started());
        assert_eq!(whole.answered_ns(), Some(row.duration_ns), "the list and the waterfall say the same");
    }
}
