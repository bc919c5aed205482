//! What a trace is compared with, and what the comparison says.

use super::tests::{fails, request, span, trace};
use super::*;

#[test]
fn a_trace_is_compared_with_the_one_in_the_middle_of_its_root() {
    let mut traces = Traces::new(1 << 20);
    for n in 0..10 {
        traces.apply(&request(n));
    }
    assert_eq!(traces.compare(trace(3)).map(|c| (c.took_ns, c.usual_ns, c.of)), Some((100_000_000, 100_000_000, 9)));
    let mut slow = request(20);
    slow[0].end_ns += 800_000_000;
    slow[1].end_ns += 800_000_000;
    slow[2].end_ns += 800_000_000;
    traces.apply(&slow);
    let compared = traces.compare(trace(20)).unwrap();
    assert_eq!(compared.culprit().map(|share| &*share.service), Some("payments"));
    assert_eq!(compared.services[0].more_ns(), 800_000_000);

    let mut alike = request(21);
    alike[0].end_ns += 900_000;
    traces.apply(&alike);
    let compared = traces.compare(trace(21)).unwrap();
    assert!(!compared.slower() && compared.culprit().is_none(), "less than anybody would feel");
}

#[test]
fn an_incident_does_not_become_what_is_usual() {
    let mut traces = Traces::new(8 << 20);
    // One a second for twenty minutes; then a minute in which all of them are over at once, and one more.
    for n in 0..1_261 {
        let took = if n < 1_200 { 30 } else { 1 };
        traces.apply(&[span(n, 1, 0, "orders", (0, took))]);
    }
    let usual = traces.compare(trace(1_260)).unwrap();
    assert_eq!((usual.usual_ns, usual.took_ns), (30_000_000, 1_000_000));
    // What failed never counts, for how long it may go on.
    for n in 2_000..2_600 {
        traces.apply(&[fails(span(n, 1, 0, "orders", (0, 2)), &[])]);
    }
    assert_eq!(traces.compare(trace(2_599)).map(|usual| usual.usual_ns), Some(30_000_000));
}

/// A root span that was turned away.
fn refused(span: Span) -> Span {
    Span { attributes: vec![("http.response.status_code".into(), "429".into())].into(), ..span }
}

fn shares(usual: &Comparison) -> Vec<(&str, i64)> {
    usual.services.iter().map(|s| (&*s.service, s.more_ns() / 1_000_000)).filter(|(_, more)| *more != 0).collect()
}

#[test]
fn what_was_turned_away_is_neither_usual_nor_what_makes_the_rest_slow() {
    let mut traces = Traces::new(1 << 20);
    for n in 0..60 {
        if n % 3 == 0 {
            traces.apply(&request(n));
        } else {
            traces.apply(&[refused(span(n, 1, 0, "gateway", (0, 1)))]);
        }
    }
    assert_eq!(traces.summary(trace(57)).map(|s| s.kept), Some(Kept::Recent), "slow only beside refusals");
    let usual = traces.compare(trace(57)).unwrap();
    assert_eq!((usual.usual_ns, shares(&usual)), (100_000_000, vec![]));
    assert!((5..20).contains(&usual.of), "{}", usual.of);
    // The refusal itself: who was not called is said so.
    let usual = traces.compare(trace(58)).unwrap();
    let payments = usual.services.iter().find(|share| &*share.service == "payments").unwrap();
    assert!(payments.own.is_none() && payments.more_ns() == -70_000_000 && usual.culprit().is_none());
    // Where nothing else ever came, nothing is usual.
    let mut traces = Traces::new(1 << 20);
    (0..30).for_each(|n| traces.apply(&[refused(span(n, 1, 0, "gateway", (0, 1)))]));
    assert!(traces.compare(trace(29)).is_none());
}

#[test]
fn the_usual_one_did_the_same_work() {
    let mut traces = Traces::new(1 << 20);
    // Most are answered from a cache in 2 ms; the others take 100 ms, always.
    for n in 0..60 {
        traces.apply(&if n % 4 == 0 { request(n) } else { vec![span(n, 1, 0, "gateway", (0, 2))] });
    }
    assert_eq!(traces.compare(trace(56)).map(|usual| usual.usual_ns), Some(100_000_000));
    assert_eq!(traces.compare(trace(57)).map(|usual| usual.usual_ns), Some(2_000_000));
}

/// `orders` asks `users` and `articles` at the same time, each by a call of its own.
/// While a breaker is open requests go well without whom it guards: of those it cannot be said that payments is usually not called.
#[test]
fn what_met_further_services_is_not_compared_with_what_did_not() {
    let put_off = |n: u64| vec![span(n, 1, 0, "gateway", (0, 20)), span(n, 2, 1, "orders", (1, 18))];
    let charged = |n: u64| [put_off(n), vec![span(n, 3, 2, "payments", (2, 812))]].concat();
    let mut traces = Traces::new(1 << 20);
    (0..30).for_each(|n| traces.apply(&put_off(n)));
    traces.apply(&charged(40));
    assert_eq!(traces.compare(trace(40)), None);
    // The other way round it can: who was not called usually is.
    let mut traces = Traces::new(1 << 20);
    (0..30).for_each(|n| traces.apply(&charged(n)));
    traces.apply(&put_off(40));
    let usual = traces.compare(trace(40)).expect("there are enough");
    assert!(usual.services.iter().any(|share| &*share.service == "payments" && share.own.is_none()), "{usual:?}");
}

fn side_by_side(n: u64, users: (u64, u64), articles: (u64, u64), took: u64) -> Vec<Span> {
    let call = |id, ms| Span { kind: SpanKind::Client, name: "GET /users".into(), ..span(n, id, 1, "orders", ms) };
    vec![
        span(n, 1, 0, "orders", (0, took)),
        call(2, users),
        span(n, 3, 2, "users", users),
        Span { name: "GET /articles".into(), ..call(4, articles) },
        span(n, 5, 4, "articles", articles),
    ]
}

#[test]
fn calls_side_by_side_do_not_change_who_took_longer_and_one_made_again_is_named() {
    let mut traces = Traces::new(1 << 20);
    (0..10).for_each(|n| traces.apply(&side_by_side(n, (1, 4), (1, 5), 6)));
    // A call that reached nobody for 3 ms, and was made again: now users is what is waited for.
    let mut again = side_by_side(20, (4, 8), (1, 5), 9);
    let vain = Span { kind: SpanKind::Client, name: "GET /users".into(), ..span(20, 9, 1, "orders", (1, 4)) };
    again.push(fails(vain, &[("server.address", "10.0.0.66"), ("server.port", "5000")]));
    traces.apply(&again);
    let usual = traces.compare(trace(20)).unwrap();
    assert_eq!(shares(&usual), [("users", 4)], "articles took as long as ever");
    let users = &usual.services[0];
    assert_eq!((users.calls(), usual.culprit().map(|s| &*s.service)), (Some((2, 1)), Some("users")));
    // What they did adds up to how long it took, and what ran side by side.
    let sum = |part: fn(&Share) -> Option<&Part>| usual.services.iter().filter_map(part).map(|p| p.own_ns).sum::<u64>();
    assert_eq!(sum(|share| share.own.as_ref()), usual.took_ns + usual.beside_ns.0);
    assert_eq!(sum(|share| share.usual.as_ref()), usual.usual_ns + usual.beside_ns.1);
}

#[test]
fn nobody_is_to_blame_who_was_not_waited_for_and_what_went_faster_is_told() {
    let mut traces = Traces::new(1 << 20);
    (0..10).for_each(|n| traces.apply(&side_by_side(n, (1, 21), (1, 5), 30)));
    // articles takes 10 ms longer, but still ends before users does; users goes faster, orders far slower.
    traces.apply(&side_by_side(20, (1, 20), (1, 15), 50));
    let usual = traces.compare(trace(20)).unwrap();
    assert_eq!(usual.culprit().map(|s| &*s.service), Some("orders"));
    assert_eq!(shares(&usual), [("orders", 21), ("articles", 10), ("users", -1)]);
    assert_eq!((usual.more_ns(), usual.beside_ns), (20_000_000, (14_000_000, 4_000_000)), "21 + 10 - 1, less 10");
}

#[test]
fn what_is_slow_is_so_beside_its_own_service() {
    let mut traces = Traces::new(1 << 20);
    let home = |n, service: &str, took| Span { name: "GET /".into(), ..span(n, 1, 0, service, (0, took)) };
    for n in 0..60 {
        traces.apply(&[if n % 2 == 0 { home(n, "fast", 10) } else { home(n, "slow", 100) }]);
    }
    assert_eq!(traces.summary(trace(59)).map(|s| s.kept), Some(Kept::Recent));
    traces.apply(&[home(60, "fast", 40)]);
    assert_eq!(traces.summary(trace(60)).map(|s| s.kept), Some(Kept::Slow));
}

#[test]
fn who_puts_a_message_somewhere_spends_that_time_itself_whether_or_not_it_was_taken_yet() {
    let mails = |n: u64, took: u64, taken: bool| {
        let put =
            Span { kind: SpanKind::Producer, name: "send mails".into(), ..span(n, 2, 1, "orders", (10, 10 + took)) };
        let mailer = Span { kind: SpanKind::Consumer, ..span(n, 3, 2, "mailer", (200, 300)) };
        [vec![span(n, 1, 0, "orders", (0, 20 + took)), put], if taken { vec![mailer] } else { vec![] }].concat()
    };
    let mut traces = Traces::new(1 << 20);
    (0..10).for_each(|n| traces.apply(&mails(n, 5, true)));
    traces.apply(&mails(20, 80, false));
    let usual = traces.compare(trace(20)).unwrap();
    assert_eq!(shares(&usual), [("orders", 75)]);
    assert_eq!(usual.culprit().map(|share| &*share.service), Some("orders"));
}
