//! Traces of a strange shape: without times, with a clock that is wrong, without a root, with calls that nobody answers. The list,
//! the waterfall and the comparison say the same of them.

use super::tests::{fails, span, trace};
use super::*;
use crate::domain::query::Query;
use crate::domain::span::{TIMELESS, UNTIMED};

/// A span that tells no times, and came 12 s later.
fn timeless(span: Span) -> Span {
    let came = span.start_ns + 12_000_000_000;
    Span { start_ns: came, end_ns: came, attributes: vec![(UNTIMED.into(), TIMELESS.into())].into(), ..span }
}

fn took_ms(traces: &Traces, n: u64) -> (u64, u64, Option<u64>) {
    let whole = traces.joined(trace(n)).unwrap();
    let ms = |ns: u64| ns / 1_000_000;
    (ms(traces.summary(trace(n)).unwrap().duration_ns), ms(whole.lasted_ns()), whole.answered_ns().map(ms))
}

#[test]
fn a_span_without_times_makes_no_trace_longer_in_whichever_order_it_comes() {
    let child = || vec![span(1, 1, 0, "gateway", (0, 100)), timeless(span(1, 2, 1, "orders", (10, 20)))];
    let root = || vec![timeless(span(2, 1, 0, "gateway", (0, 0))), span(2, 2, 1, "orders", (10, 100))];
    for reversed in [false, true] {
        let mut traces = Traces::new(1 << 20);
        for mut spans in [child(), root()] {
            if reversed {
                spans.reverse();
            }
            spans.iter().for_each(|span| traces.apply(std::slice::from_ref(span)));
        }
        assert_eq!(took_ms(&traces, 1), (100, 100, Some(100)));
        assert_eq!(took_ms(&traces, 2), (90, 90, None), "its root does not tell");
        let whole = traces.waterfall(trace(2)).unwrap();
        assert_eq!((whole.rows[0].start_ns, whole.rows[1].start_ns), (whole.start_ns, whole.start_ns));
        assert_eq!(traces.summary(trace(2)).map(|row| row.started), Some(whole.rows[1].span.started()));
        assert!(whole.rows.iter().all(|row| !row.clock_skew));
    }
}

#[test]
fn who_answers_by_a_wrong_clock_is_moved_below_its_call_and_waited_for_there() {
    for by_ms in [40_000_i64, -40_000, -30] {
        let mut traces = Traces::new(1 << 20);
        let call = Span { kind: SpanKind::Client, ..span(1, 2, 1, "orders", (5, 95)) };
        let mut serve = span(1, 3, 2, "payments", (10, 90));
        serve.start_ns = serve.start_ns.saturating_add_signed(by_ms * 1_000_000);
        serve.end_ns = serve.end_ns.saturating_add_signed(by_ms * 1_000_000);
        traces.apply(&[span(1, 1, 0, "orders", (0, 100)), call, serve.clone()]);
        assert_eq!(took_ms(&traces, 1), (100, 100, Some(100)), "{by_ms}");
        let whole = traces.waterfall(trace(1)).unwrap();
        let last = &whole.rows[2];
        assert!(last.clock_skew && last.span.start_ns == serve.start_ns, "what it told is told");
        assert_eq!((&*whole.went[0].service, whole.went[0].ns), ("payments", 80_000_000));
        let went = traces.summary(trace(1)).unwrap().went.unwrap();
        assert_eq!((&*went.service, went.self_ns), ("payments", 80_000_000));
    }
}

#[test]
fn of_fragments_whose_root_is_missing_each_was_waited_for() {
    let mut traces = Traces::new(1 << 20);
    traces.apply(&[span(1, 1, 8, "users", (0, 10)), fails(span(1, 2, 9, "orders", (1_000, 1_500)), &[])]);
    let whole = traces.joined(trace(1)).unwrap();
    let waited: Vec<_> = whole.rows.iter().map(|row| (row.no_parent, row.self_ns() / 1_000_000)).collect();
    assert_eq!(waited, [(true, 10), (true, 500)]);
    assert_eq!(traces.summary(trace(1)).unwrap().went.map(|went| went.self_ns), Some(500_000_000));
}

/// A job that asks its database, which answers after so many ms.
fn nightly(n: u64, db: u64) -> Vec<Span> {
    let attributes = [("db.system.name", "postgresql"), ("server.address", "db1"), ("server.port", "5432")];
    let select = Span {
        kind: SpanKind::Client,
        name: "SELECT".into(),
        attributes: attributes.map(|(key, value)| (key.into(), value.into())).to_vec().into(),
        ..span(n, 2, 1, "cron", (10, 10 + db))
    };
    vec![Span { kind: SpanKind::Internal, name: "nightly".into(), ..span(n, 1, 0, "cron", (0, 100 + db)) }, select]
}

#[test]
fn the_time_of_a_call_that_nobody_answers_is_its_callees_wherever_it_is_told() {
    let mut traces = Traces::new(1 << 20);
    (0..10).for_each(|n| traces.apply(&nightly(n, 200)));
    traces.apply(&nightly(20, 3_200));
    let usual = traces.compare(trace(20)).unwrap();
    let culprit = usual.culprit().expect("somebody is");
    assert_eq!((&*culprit.service, culprit.more_ns()), ("postgresql db1:5432 (SELECT)", 3_000_000_000));
    let whole = traces.joined(trace(20)).unwrap();
    assert_eq!((&whole.went[0].service, whole.went[0].ns), (&culprit.service, 3_200_000_000));
    let went = traces.summary(trace(20)).unwrap().went.unwrap();
    assert_eq!(went.towards.map(|callee| callee.name), Some(culprit.service.clone()));
}

/// `orders` calls `payments`, which answers after so many ms, or hangs.
fn charged(n: u64, ms: u64, hangs: bool) -> Vec<Span> {
    let call = Span { kind: SpanKind::Client, name: "charge".into(), ..span(n, 2, 1, "orders", (2, 4 + ms)) };
    let call = if hangs { fails(call, &[("server.address", "10.0.0.9"), ("server.port", "5003")]) } else { call };
    let answer = span(n, 3, 2, "payments", (3, 3 + ms));
    [vec![span(n, 1, 0, "orders", (0, 6 + ms)), call], if hangs { vec![] } else { vec![answer] }].concat()
}

#[test]
fn who_hung_is_on_the_critical_path_as_in_the_comparison_and_who_was_called_in_vain_is_named() {
    let mut traces = Traces::new(1 << 20);
    (0..10).for_each(|n| traces.apply(&charged(n, 20, false)));
    traces.apply(&charged(20, 800, true));
    assert_eq!(traces.compare(trace(20)).unwrap().culprit().map(|share| &*share.service), Some("payments"));
    let went = traces.joined(trace(20)).unwrap().went;
    let first = (&*went[0].service, went[0].instance.as_ref().map(|at| at.text()), went[0].ns, went[0].in_vain);
    assert_eq!(first, ("payments", Some("10.0.0.9:5003"), 802_000_000, true));
    // One that refused at once, and before that nothing was waited for.
    let mut refused = charged(21, 20, false);
    let vain = Span { kind: SpanKind::Client, name: "charge".into(), ..span(21, 7, 1, "orders", (2, 2)) };
    refused.push(fails(vain, &[("server.address", "10.0.0.9"), ("server.port", "5003")]));
    traces.apply(&refused);
    let went = traces.joined(trace(21)).unwrap().went;
    let dead = went.iter().find(|sum| sum.instance.as_ref().is_some_and(|at| at.text() == "10.0.0.9:5003"));
    assert!(dead.is_some_and(|sum| sum.in_vain && &*sum.service == "payments"), "{went:?}");
}

#[test]
fn what_the_usual_ones_take_now_and_then_is_not_out_of_line() {
    let alone = |n, took| span(n, 1, 0, "orders", (0, took));
    let culprit = |times: &[u64], took| {
        let mut traces = Traces::new(1 << 20);
        times.iter().enumerate().for_each(|(n, took)| traces.apply(&[alone(n as u64, *took)]));
        traces.apply(&[alone(99, took)]);
        let usual = traces.compare(trace(99)).unwrap();
        assert!(usual.slower(), "{usual:?}");
        usual.culprit().is_some()
    };
    let spread = [19, 12, 31, 17, 22, 26, 13, 47, 20, 16, 14, 28, 18, 38, 21, 24];
    assert!(!culprit(&spread, 29) && culprit(&spread, 120));
    // Half of them from a cache.
    let mixed: Vec<u64> = (0..16).map(|n| if n % 2 == 0 { 5 } else { 200 }).collect();
    assert!(!culprit(&mixed, 210));
    // A few of a fault do not make it ordinary.
    assert!(culprit(&[30, 30, 30, 31, 31, 31, 32, 32, 32, 80], 80));
}

#[test]
fn who_takes_messages_of_several_traces_at_once_stands_with_all_of_them() {
    let mut traces = Traces::new(1 << 20);
    let link = |n| crate::domain::span::SpanLink { trace: trace(n), span: SpanId([1; 8]) };
    for n in 1..4 {
        traces.apply(&[Span { kind: SpanKind::Producer, ..span(n, 1, 0, "orders", (0, 2)) }]);
    }
    let batch =
        Span { kind: SpanKind::Consumer, links: (1..4).map(link).collect(), ..span(9, 1, 0, "mailer", (0, 30)) };
    traces.apply(&[batch]);
    let whole = traces.joined(trace(9)).unwrap();
    let services: Vec<_> = whole.rows.iter().map(|row| (&*row.span.service, row.depth)).collect();
    assert_eq!(services, [("orders", 0), ("mailer", 1), ("orders", 0), ("orders", 0)]);
    assert_eq!((whole.root, whole.rows[1].queue), (1, true));
}

#[test]
fn a_failed_call_that_was_answered_shows_that_its_callee_has_a_wrong_clock() {
    let coded = |span, code: &str| fails(span, &[("http.response.status_code", code)]);
    let answered = |by_ms: u64| {
        let call = coded(Span { kind: SpanKind::Client, ..span(1, 2, 1, "orders", (5, 95)) }, "500");
        vec![span(1, 1, 0, "orders", (0, 100)), call, coded(span(1, 3, 2, "payments", (10 + by_ms, 90 + by_ms)), "500")]
    };
    for by_ms in [5_000, 3_600_000] {
        let mut traces = Traces::new(1 << 20);
        traces.apply(&answered(by_ms));
        let whole = traces.waterfall(trace(1)).unwrap();
        assert!(whole.rows[2].clock_skew && whole.lasted_ns() == 100_000_000, "{by_ms}");
        let went = traces.summary(trace(1)).unwrap().went.unwrap();
        assert_eq!((&*went.service, went.self_ns), ("payments", 80_000_000));
    }
    // Who waited no longer may be served later.
    let mut spans = answered(5_000);
    spans[1].attributes = Default::default();
    spans[2] = span(1, 3, 2, "payments", (200, 260));
    let mut traces = Traces::new(1 << 20);
    traces.apply(&spans);
    assert!(!traces.waterfall(trace(1)).unwrap().rows[2].clock_skew);
}

#[test]
fn a_wrong_clock_shows_on_another_host_of_the_same_service_without_a_call_and_where_an_answer_goes_on_too_long() {
    let hour = 3_600_000;
    let call = || Span { kind: SpanKind::Client, ..span(1, 2, 1, "orders", (10, 90)) };
    let root = || span(1, 1, 0, "orders", (0, 100));
    for (what, spans) in [
        ("a sibling", vec![root(), call(), span(1, 3, 2, "orders", (20 + hour, 80 + hour))]),
        ("no call", vec![root(), span(1, 3, 1, "payments", (20 + hour, 80 + hour))]),
        ("within", vec![root(), call(), span(1, 3, 2, "payments", (60, 120))]),
    ] {
        let mut traces = Traces::new(1 << 20);
        traces.apply(&spans);
        let whole = traces.joined(trace(1)).unwrap();
        let last = whole.rows.last().unwrap();
        assert!(last.clock_skew && last.self_ns() == 60_000_000, "{what}: {}", last.self_ns());
        let went = traces.summary(trace(1)).unwrap().went.unwrap();
        assert_eq!((went.service, went.self_ns), (last.span.service.clone(), 60_000_000), "{what}");
    }
}

#[test]
fn what_says_error_beside_200_failed_for_whoever_looks_and_what_was_turned_away_did_not() {
    let says = |code: &str| fails(span(1, 1, 0, "graph", (0, 50)), &[("http.response.status_code", code)]);
    let query = Query::parse_for(crate::domain::query::Asked::Traces, "status:error").unwrap();
    for (code, failed) in [("200", true), ("404", false), ("503", true)] {
        let mut traces = Traces::new(1 << 20);
        traces.apply(&[says(code)]);
        let row = traces.summary(trace(1)).unwrap();
        assert_eq!((row.failed, traces.fits(trace(1), &query)), (failed, failed), "{code}");
    }
}

#[test]
fn a_trace_whose_clock_is_ahead_stands_where_it_came_and_says_so() {
    let mut traces = Traces::new(1 << 20);
    let now = |n: u64| Moment((span(n, 1, 0, "a", (0, 1)).start_ns / 1_000_000) as i64 + 500);
    let ahead = Span { start_ns: now(1).0 as u64 * 1_000_000 + 3_600_000_000_000, ..span(1, 1, 0, "ahead", (0, 10)) };
    let again = traces.apply_new(now(1), std::slice::from_ref(&ahead), &Refusing::default());
    assert!(again.is_empty());
    for n in 2..6 {
        traces.apply_new(now(n), &[span(n, 1, 0, "right", (0, 10))], &Refusing::default());
    }
    let mut list = TraceList::new(TraceFilter::default());
    list.refresh(&traces);
    assert_eq!(list.ids(0, 9).collect::<Vec<_>>(), [5, 4, 3, 2, 1].map(trace));
    assert_eq!(traces.by_prefix("", 1), [trace(5)]);
    let row = traces.summary(trace(1)).unwrap();
    assert_eq!((row.ahead, row.started), (true, now(1)));
    assert!(traces.joined(trace(1)).unwrap().rows[0].clock_skew);
    assert!(!traces.summary(trace(2)).unwrap().ahead);
    assert_eq!(traces.apply_new(now(9), &[ahead], &Refusing::default()), [0], "it was here");
}

#[test]
fn how_a_failure_was_sent_is_not_what_failed() {
    let mut traces = Traces::new(1 << 20);
    // As opentelemetry-instrumentation-asgi tells it.
    let sent = |id, told: &[(&str, &str)], ms| {
        let name = "GET /orders/{id} http send".into();
        Span { kind: SpanKind::Internal, name, ..fails(span(1, id, 1, "orders", ms), told) }
    };
    let code = [("http.status_code", "500")];
    let root = fails(span(1, 1, 0, "orders", (0, 100)), &code);
    traces.apply(&[sent(2, &[("asgi.event.type", "http.response.start"), code[0]], (98, 99)), root]);
    let went = |traces: &Traces| traces.summary(trace(1)).and_then(|row| row.went).unwrap();
    assert_eq!((&*went(&traces).name, went(&traces).failed), ("GET /orders", true));
    // Work that failed within is.
    let work = Span { kind: SpanKind::Internal, name: "price".into(), ..span(1, 3, 1, "orders", (5, 90)) };
    traces.apply(&[fails(work, &[])]);
    assert_eq!((&*went(&traces).name, went(&traces).failed), ("price", true));
}

#[test]
fn what_went_on_when_nobody_waited_any_more_says_from_when() {
    let unheard = |spans: &[Span]| -> Vec<Option<u64>> {
        let mut traces = Traces::new(1 << 20);
        traces.apply(spans);
        let whole = traces.waterfall(trace(1)).unwrap();
        whole.rows.iter().map(|row| row.unheard_ns.map(|from| (from - whole.start_ns) / 1_000_000)).collect()
    };
    let call = fails(Span { kind: SpanKind::Client, ..span(1, 2, 1, "orders", (10, 50)) }, &[]);
    let root = || span(1, 1, 0, "orders", (0, 52));
    let answer = |ms| span(1, 3, 2, "payments", ms);
    // Who called gave up after 40 ms; what the callee asked for itself began later.
    let later = span(1, 4, 3, "bank", (120, 180));
    assert_eq!(unheard(&[root(), call.clone(), answer((12, 190)), later]), [None, None, Some(50), Some(120)]);
    assert_eq!(unheard(&[root(), call.clone(), answer((12, 53))]), [None; 3], "that may be the two clocks");
    // A queue is no caller, and neither is who does not tell its end.
    let put = Span { kind: SpanKind::Producer, ..call.clone() };
    let taken = Span { kind: SpanKind::Consumer, ..answer((100, 190)) };
    assert_eq!(unheard(&[root(), put, taken, span(1, 4, 3, "bank", (120, 180))]), [None; 4]);
    let root =
        Span { attributes: vec![(UNTIMED.into(), "no end told".into())].into(), ..span(1, 1, 0, "orders", (0, 0)) };
    assert_eq!(unheard(&[root, answer((12, 190))]), [None; 2]);
}

#[test]
fn who_is_asked_many_times_took_the_time_of_all_of_them() {
    let mut traces = Traces::new(1 << 20);
    let mut spans = vec![span(1, 1, 0, "gateway", (0, 500))];
    spans.extend((0..48).map(|n| span(1, 10 + n, 1, "prices", (u64::from(n) * 10 + 2, u64::from(n) * 10 + 10))));
    for one in &mut spans[1..] {
        one.instance = "10.0.0.7:5000".parse().ok();
    }
    traces.apply(&spans);
    let went = traces.summary(trace(1)).unwrap().went.unwrap();
    let first = traces.waterfall(trace(1)).unwrap().went.remove(0);
    assert_eq!((&*went.service, went.self_ns, went.failed), ("prices", 384_000_000, false));
    assert_eq!((went.service, went.instance, went.self_ns), (first.service, first.instance, first.ns));
}

/// A caller reads an answer that comes for long: its call is told to be over when that begins, as by aiohttp. And a job whose
/// middleware is, as express tells it.
fn streams() -> [Vec<Span>; 2] {
    let internal = |id, parent, ms| Span { kind: SpanKind::Internal, ..span(1, id, parent, "reports", ms) };
    let call = Span { kind: SpanKind::Client, ..span(1, 2, 1, "reports", (10, 15)) };
    let select = Span { kind: SpanKind::Client, ..span(1, 3, 2, "reports", (20, 280)) };
    [
        vec![span(1, 1, 0, "reports", (0, 1_000)), call, span(1, 3, 2, "exporter", (11, 990))],
        vec![span(1, 1, 0, "reports", (0, 300)), internal(2, 1, (1, 2)), fails(select, &[("db.system", "mysql")])],
    ]
}

#[test]
fn who_goes_on_while_somebody_above_still_runs_is_waited_for_though_its_call_is_told_to_be_over() {
    for (spans, wanted) in streams().into_iter().zip([("exporter", 979), ("mysql (GET /reports)", 260)]) {
        let mut traces = Traces::new(1 << 20);
        traces.apply(&spans);
        let whole = traces.waterfall(trace(1)).unwrap();
        assert!(!whole.unheard && whole.rows.iter().all(|row| row.unheard_ns.is_none()), "{wanted:?}");
        let first = &whole.went[0];
        assert_eq!((&*first.service, first.ns / 1_000_000), wanted);
        let went = traces.summary(trace(1)).unwrap().went.unwrap();
        let name = went.towards.map_or(went.service, |callee| callee.name);
        assert_eq!((&*name, went.self_ns / 1_000_000), wanted);
    }
    // Not where its caller had given up.
    let mut traces = Traces::new(1 << 20);
    let [mut spans, _] = streams();
    spans[1] = fails(spans[1].clone(), &[]);
    traces.apply(&spans);
    let whole = traces.waterfall(trace(1)).unwrap();
    assert_eq!((&*whole.went[0].service, whole.rows[2].unheard_ns), ("reports", Some(whole.start_ns + 15_000_000)));
}

#[test]
fn who_hung_up_by_the_name_of_a_code_may_be_answered_late() {
    for code in ["4", "DEADLINE_EXCEEDED", "504"] {
        let mut traces = Traces::new(1 << 20);
        let call = Span { kind: SpanKind::Client, ..span(1, 2, 1, "orders", (10, 110)) };
        let told = [("http.response.status_code", "200"), ("rpc.response.status_code", code)];
        let told = if code == "504" { [("http.response.status_code", code); 2] } else { told };
        traces.apply(&[span(1, 1, 0, "orders", (0, 112)), fails(call, &told), span(1, 3, 2, "payments", (90, 170))]);
        let whole = traces.waterfall(trace(1)).unwrap();
        assert_eq!((whole.rows[2].clock_skew, whole.rows[2].unheard_ns.is_some()), (false, true), "{code}");
    }
}

#[test]
fn the_list_learns_from_others_whom_a_call_went_to_as_an_open_trace_does() {
    let mut traces = Traces::new(1 << 20);
    let told = |n, id, parent, ms| {
        let call = Span { kind: SpanKind::Client, ..span(n, id, parent, "front", ms) };
        Span { name: "GET /price".into(), attributes: Default::default(), ..call }
    };
    let request = |n, ms: u64| vec![span(n, 1, 0, "front", (0, ms + 4)), told(n, 2, 1, (2, ms + 2))];
    for n in 0..24 {
        let mut spans = request(n, 90);
        spans.push(span(n, 3, 2, "prices", (3, 90)));
        traces.apply(&spans);
    }
    // It tells nothing any more.
    traces.apply(&request(40, 896));
    let row = traces.summary(trace(40)).unwrap().went.unwrap();
    let first = traces.joined(trace(40)).unwrap().went.remove(0);
    assert_eq!((&*first.service, first.ns), ("prices", 896_000_000));
    assert_eq!((row.towards.map(|callee| callee.name), row.self_ns), (Some(first.service), first.ns));
}

#[test]
fn of_a_call_that_does_not_tell_how_it_was_answered_who_answered_it_does() {
    let code = |answers: &[u8]| {
        let mut traces = Traces::new(1 << 20);
        let call =
            Span { kind: SpanKind::Client, attributes: Default::default(), ..span(1, 1, 0, "crawler", (0, 100)) };
        let answer = |id| span(1, id, 1, "gateway", (u64::from(id), 90));
        traces.apply(&[vec![call], answers.iter().map(|id| answer(*id)).collect()].concat());
        traces.summary(trace(1)).unwrap().code
    };
    assert_eq!(code(&[2]).as_deref(), Some("200"));
    // Of two it is nobody's, and without one it is not known.
    assert_eq!((code(&[2, 3]), code(&[])), (None, None));
}
