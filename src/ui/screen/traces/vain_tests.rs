//! What was called and did not answer: what is selected shows those calls in every pane, as the edge counts them.

use super::draw;
use crate::{
    app::{screen::Screen, selection::Selection},
    domain::{
        circuit::CircuitState,
        fact::Fact,
        id::InstanceId,
        log::{Level, LogFormat, LogLine, LogSource},
        span::{Span, SpanId, SpanKind, SpanStatus, TraceId},
    },
    ui::scene::{self, Scene},
};

const PLACE: [(&str, &str); 2] = [("server.address", "10.0.0.9"), ("server.port", "5005")];
const NAME: (&str, &str) = ("peer.service", "payments");

/// Orders asks payments, which answers ten times and then no more; of both there is a line each time.
fn refused(message: &str, told: &[(&str, &str)]) -> Scene {
    let mut scene = Scene::shop();
    scene.requests(10, false);
    let start_ns = scene.model.now.0 as u64 * 1_000_000;
    let span = |n: u8, id: u8, kind| Span {
        trace: TraceId([n; 16]),
        id: SpanId([id; 8]),
        name: "POST /orders".into(),
        kind,
        service: "orders".into(),
        instance: "10.0.0.4:5002".parse().ok(),
        start_ns,
        end_ns: start_ns + 5_000_000,
        status: SpanStatus::Error,
        ..Span::default()
    };
    let line = |n: u8, service: &str, message: String| LogLine {
        at: scene.model.now,
        seen_at: scene.model.now,
        below_ns: 0,
        level: Level::Warn,
        service: Some(service.into()),
        instance: (service == "orders").then(|| "10.0.0.4:5002".parse().expect("a good address")),
        message: message.into(),
        trace: Some(TraceId([n; 16])),
        span: None,
        fields: Vec::new(),
        source: LogSource::Otlp,
        format: LogFormat::Otlp,
        raw: b"x"[..].into(),
    };
    let (mut spans, mut lines) = (Vec::new(), Vec::new());
    for n in 101..121 {
        let attributes = told.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect();
        let call = Span { parent: Some(SpanId([1; 8])), message: message.into(), ..span(n, 2, SpanKind::Client) };
        spans.extend([span(n, 1, SpanKind::Server), Span { attributes, ..call }]);
        lines.extend([line(n, "orders", format!("no connection {n}")), line(n, "articles", format!("hit {n}"))]);
    }
    // A request that failed for another reason, with its line.
    spans.push(span(99, 1, SpanKind::Server));
    lines.push(line(99, "orders", "out of stock".into()));
    scene.tell(vec![Fact::Spans(spans), Fact::Logs(lines)]);
    scene
}

fn listed(scene: &mut Scene, selection: Selection) -> usize {
    scene.open(Screen::Traces);
    scene.select(selection);
    let list = &scene.model.screens.traces.list;
    list.ids(0, 99).filter(|id| (101..121).contains(&id.0[0]) && id.0[0] == id.0[15]).count()
}

fn instance(service: &str, address: &str) -> Selection {
    Selection::Instance(InstanceId { service: service.into(), address: address.parse().expect("a good address") })
}

fn edge() -> Selection {
    Selection::Edge("orders".into(), "payments".into())
}

fn circuit(address: &str) -> Selection {
    Selection::Circuit(scene::id("orders", address), "payments".into())
}

#[test]
fn what_an_edge_counts_its_list_holds_however_the_call_names_whom_it_is_to() {
    for told in [&[NAME][..], &PLACE, &[NAME, PLACE[0], PLACE[1]]] {
        let mut scene = refused("", told);
        let edge_of = |scene: &Scene| scene.model.cluster.edges.iter().find(|e| &*e.to == "payments").cloned();
        let flow = edge_of(&scene).and_then(|edge| edge.flow).expect("its traffic");
        assert_eq!((flow.calls, flow.failed), (30, 20), "{told:?}");
        assert_eq!(listed(&mut scene, edge()), 20, "{told:?}");
        assert_eq!(scene.model.screens.traces.list.len(), 30);
        assert_eq!(listed(&mut scene, Selection::Service("payments".into())), 20);
        let of_place = if told.len() > 1 { 20 } else { 0 };
        assert_eq!(listed(&mut scene, instance("payments", "10.0.0.9:5005")), of_place, "{told:?}");
        assert_eq!(listed(&mut scene, instance("payments", "10.0.0.8:5005")), 0);
        assert_eq!(listed(&mut scene, Selection::Edge("orders".into(), "users".into())), 0);
    }
}

#[test]
fn what_a_breaker_turned_away_is_of_its_circuit_whatever_it_is_called_there() {
    for message in ["Breaker is open", "The circuit is now open and is not allowing calls."] {
        for told in [&[NAME][..], &PLACE] {
            let mut scene = refused(message, told);
            let states = [("payments", CircuitState::Open), ("users", CircuitState::Closed)];
            scene.breakers("orders", "10.0.0.4:5002", &states);
            assert_eq!(listed(&mut scene, circuit("10.0.0.4:5002")), 20, "{message} {told:?}");
            assert_eq!(listed(&mut scene, circuit("10.0.0.5:5002")), 0, "another instance's");
        }
    }
}

#[test]
fn the_lines_of_such_calls_are_those_of_what_is_selected() {
    let all = [
        edge(),
        circuit("10.0.0.4:5002"),
        Selection::Service("payments".into()),
        instance("payments", "10.0.0.9:5005"),
    ];
    for selection in all {
        let mut scene = refused("", &PLACE);
        scene.open(Screen::Logs);
        scene.select(selection.clone());
        scene.pass(4_000);
        let text = scene.screen(160, 45);
        assert!(text.contains("no connection 101") && text.contains("no connection 120"), "{selection:?}\n{text}");
        assert!(!text.contains("out of stock") && !text.contains("hit 101"), "{selection:?}\n{text}");
    }
    let mut scene = refused("", &PLACE);
    scene.open(Screen::Logs);
    scene.select(instance("payments", "10.0.0.9:5005"));
    scene.pass(4_000);
    let text = scene.screen(160, 45);
    assert!(text.contains("and its callers' of 20 requests whose calls to it failed"), "{text}");
    scene.select(instance("payments", "10.0.0.8:5005"));
    scene.pass(4_000);
    let text = scene.screen(160, 45);
    assert!(!text.contains("no connection") && !text.contains("its callers'"), "another was called\n{text}");
}

#[test]
fn the_table_by_operation_says_that_more_failed_than_its_rows_tell() {
    let mut scene = refused("", &[NAME]);
    scene.open(Screen::Traces);
    scene.press("r");
    scene.select(edge());
    let said = "For orders 20 of 30 calls failed in 1 min; those of which payments tells nothing are in no row.";
    let text = scene.part(160, 40, false, draw);
    assert!(text.contains(said) && text.contains("charge"), "{text}");
    scene.select(Selection::Service("payments".into()));
    assert!(scene.part(160, 40, false, draw).contains("For its callers 20 of 30"));
    scene.select(Selection::All);
    let said = "20 failed calls of 1 min are in no row: to payments 20. :goto payments, r, z list them.";
    for width in [160, 100] {
        assert!(scene.part(width, 40, false, draw).contains(said), "{}", scene.part(width, 40, false, draw));
    }
    assert!(scene.part(60, 40, false, draw).contains("20 failed calls of 1 min are in no row: to payments 20"));
    scene.press("/");
    scene::type_in(&mut scene.model, "service:orders");
    scene.enter();
    assert!(!scene.part(160, 40, false, draw).contains("in no row"), "a filter leaves rows out, too");
    scene.escape();
    // What it says leads to them.
    scene.press(":");
    scene::type_in(&mut scene.model, "goto payments");
    scene.enter();
    assert!(scene.part(160, 40, false, draw).contains("For its callers 20 of 30"));
    scene.press("rz");
    assert_eq!(scene.model.screens.traces.list.len(), 20);
    // What its own spans tell is in its rows.
    let mut scene = Scene::shop();
    scene.requests(10, true);
    scene.open(Screen::Traces);
    scene.press("r");
    assert!(!scene.part(160, 40, false, draw).contains("in no row"));
    scene.select(edge());
    assert!(!scene.part(160, 40, false, draw).contains("failed in 1 min"));
}

#[test]
fn of_many_callees_that_did_not_answer_the_worst_two_are_named_and_what_is_not_registered_is_not_gone_to() {
    let mut scene = refused("", &[NAME]);
    let start_ns = scene.model.now.0 as u64 * 1_000_000;
    let call = |n: u8, to: &'static str| Span {
        trace: TraceId([n; 16]),
        id: SpanId([3; 8]),
        name: "POST".into(),
        kind: SpanKind::Client,
        service: "orders".into(),
        start_ns,
        end_ns: start_ns + 5_000_000,
        status: SpanStatus::Error,
        attributes: vec![("peer.service".into(), to.into())].into(),
        ..Span::default()
    };
    let calls = |from: u8, count: u8, to| (from..from + count).map(|n| call(n, to)).collect::<Vec<_>>();
    // That there is a bank is known by what it answered once.
    let asked = Span { status: SpanStatus::Unset, ..call(129, "bank") };
    let answer = Span {
        id: SpanId([4; 8]),
        parent: Some(asked.id),
        kind: SpanKind::Server,
        service: "bank".into(),
        attributes: Default::default(),
        ..asked.clone()
    };
    scene.tell(vec![Fact::Spans(vec![asked, answer])]);
    scene.tell(vec![Fact::Spans([calls(130, 30, "bank"), calls(170, 5, "users")].concat())]);
    scene.open(Screen::Traces);
    scene.press("r");
    let said = "55 failed calls of 1 min are in no row: to bank 30, payments 20. r, z list what failed.";
    let text = scene.part(160, 40, false, draw);
    assert!(text.contains(said), "{text}");
    assert!(scene.part(80, 40, false, draw).contains("in no row: to bank 30. r, z list what"));
    scene.press("rz");
    assert!(scene.model.screens.traces.list.len() >= 55);
}

#[test]
fn what_would_show_those_that_were_turned_away_shows_them() {
    let mut scene = Scene::shop();
    let begin = scene.model.now.0 as u64 * 1_000_000;
    let answered = |n: u8| Span {
        trace: TraceId([n; 16]),
        id: SpanId([1; 8]),
        name: "GET /limited".into(),
        kind: SpanKind::Server,
        service: "gateway".into(),
        start_ns: begin,
        end_ns: begin + 1_000_000,
        attributes: vec![("http.response.status_code".into(), "429".into())].into(),
        ..Span::default()
    };
    scene.tell(vec![Fact::Spans((1..=30).map(answered).collect())]);
    scene.open(Screen::Traces);
    scene.press("ss");
    let text = scene.part(160, 16, false, draw);
    assert!(
        text.contains("In 30 a call was answered 4xx") && text.contains("z, then /status:4xx finds them"),
        "{text}"
    );
    let filter = |scene: &mut Scene| {
        scene.press("/");
        scene::type_in(&mut scene.model, "status:4xx");
        scene.enter();
    };
    // Typed first it is no dead end either.
    filter(&mut scene);
    let text = scene.part(160, 16, false, draw);
    assert!(text.contains("No trace that failed fits") && text.contains("z shows them."), "{text}");
    assert!(!text.contains("/status:4xx finds"), "it is typed already: {text}");
    scene.press("z");
    assert_eq!(scene.model.screens.traces.list.len(), 30);
    scene.press("z");
    scene.select(Selection::Service("users".into()));
    let text = scene.part(160, 16, false, draw);
    assert!(!text.contains("In 30"), "of what is selected nobody counts them: {text}");
}

#[test]
fn what_waits_in_a_queue_and_what_went_well_untold_bring_no_lines_of_others() {
    let mut scene = Scene::shop();
    let start_ns = scene.model.now.0 as u64 * 1_000_000;
    let of = |n: u8, kind, (key, value): (&str, &str)| Span {
        trace: TraceId([n; 16]),
        id: SpanId([n; 8]),
        name: "mails".into(),
        kind,
        service: if kind == SpanKind::Consumer { "mailer" } else { "orders" }.into(),
        start_ns,
        end_ns: start_ns + 5_000_000,
        attributes: vec![(key.into(), value.into())].into(),
        ..Span::default()
    };
    let queue = ("messaging.destination.name", "mails");
    let spans = vec![
        of(1, SpanKind::Consumer, queue),
        of(2, SpanKind::Producer, queue),
        of(3, SpanKind::Client, ("peer.service", "mailer")),
    ];
    scene.tell(vec![Fact::Spans(spans)]);
    scene.open(Screen::Traces);
    for selection in [Selection::Edge("orders".into(), "mailer".into()), Selection::Service("mailer".into())] {
        let own = usize::from(matches!(selection, Selection::Service(_)));
        scene.select(selection);
        assert_eq!(scene.model.screens.traces.list.len(), 2 + own, "the one that waits is of its taker");
    }
    scene.open(Screen::Logs);
    scene.pass(4_000);
    assert!(!scene.screen(160, 45).contains("its callers'"));
}
