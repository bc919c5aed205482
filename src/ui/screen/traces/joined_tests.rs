//! What a queue parted is followed by every pane: the edge that a message went along, and a trace that is open.

use crate::{
    app::{rows::Row, screen::Screen, selection::Selection},
    domain::{
        fact::Fact,
        log::{Level, LogFormat, LogLine, LogSource},
        span::{Span, SpanId, SpanKind, SpanLink, SpanStatus, TraceId},
    },
    ui::scene::Scene,
};

const PUT: TraceId = TraceId([1; 16]);
const TAKEN: TraceId = TraceId([2; 16]);

/// Orders put a message, which the mailer took in a trace of its own and failed; of a third trace nothing is joined.
fn parted() -> Scene {
    let mut scene = Scene::shop();
    let start_ns = scene.model.now.0 as u64 * 1_000_000;
    let span = |trace, id: u8, kind, service: &str, at: &str| Span {
        trace,
        id: SpanId([id; 8]),
        name: "mails".into(),
        kind,
        service: service.into(),
        instance: at.parse().ok(),
        start_ns,
        end_ns: start_ns + 5_000_000,
        ..Span::default()
    };
    let taken = Span {
        status: SpanStatus::Error,
        links: vec![SpanLink { trace: PUT, span: SpanId([2; 8]) }],
        ..span(TAKEN, 3, SpanKind::Consumer, "mailer", "10.0.0.9:5006")
    };
    let spans = vec![
        span(PUT, 1, SpanKind::Server, "orders", "10.0.0.4:5002"),
        Span { parent: Some(SpanId([1; 8])), ..span(PUT, 2, SpanKind::Producer, "orders", "10.0.0.4:5002") },
        taken,
        span(TraceId([3; 16]), 4, SpanKind::Server, "users", "10.0.0.4:5001"),
    ];
    let line = |trace, service: &str, message: &str| LogLine {
        at: scene.model.now,
        seen_at: scene.model.now,
        below_ns: 0,
        level: Level::Error,
        service: Some(service.into()),
        instance: None,
        message: message.into(),
        trace: Some(trace),
        span: None,
        fields: Vec::new(),
        source: LogSource::Otlp,
        format: LogFormat::Otlp,
        raw: message.as_bytes().into(),
    };
    let lines = vec![
        line(PUT, "orders", "order accepted"),
        line(TAKEN, "mailer", "550 refused"),
        line(TraceId([3; 16]), "users", "no such user"),
    ];
    scene.tell(vec![Fact::Spans(spans), Fact::Logs(lines)]);
    scene
}

#[test]
fn the_edge_of_a_queue_has_the_traces_of_both_its_ends() {
    let mut scene = parted();
    scene.open(Screen::Traces);
    scene.select(Selection::Edge("orders".into(), "mailer".into()));
    let mut listed: Vec<TraceId> = scene.model.screens.traces.list.ids(0, 9).collect();
    listed.sort_unstable();
    assert_eq!(listed, [PUT, TAKEN]);
    scene.open(Screen::Logs);
    scene.pass(4_000);
    let text = scene.screen(160, 45);
    assert!(
        text.contains("order accepted") && text.contains("550 refused") && !text.contains("no such user"),
        "{text}"
    );
    scene.select(Selection::Edge("users".into(), "mailer".into()));
    scene.open(Screen::Traces);
    assert!(scene.model.screens.traces.list.is_empty());
}

#[test]
fn an_open_trace_narrows_lines_and_instances_to_all_that_its_waterfall_shows() {
    for open in [PUT, TAKEN] {
        let mut scene = parted();
        scene.open(Screen::Traces);
        scene.model.screens.traces.on = Some(open);
        scene.enter();
        assert_eq!(scene.model.selection, Selection::Trace(open));
        scene.open(Screen::Logs);
        let text = scene.screen(160, 45);
        assert!(text.contains("order accepted") && text.contains("550 refused"), "{text}");
        assert!(!text.contains("no such user"), "{text}");
        scene.open(Screen::Balancer);
        let services: Vec<&str> = scene.model.rows.all.iter().filter_map(service).collect();
        assert_eq!(services, ["mailer", "orders"]);
    }
}

#[test]
fn a_trace_is_opened_with_the_cursor_on_its_own_top_below_what_it_came_from() {
    for open in [PUT, TAKEN] {
        let mut scene = parted();
        scene.open(Screen::Traces);
        scene.model.screens.traces.on = Some(open);
        scene.enter();
        let under = |scene: &Scene| {
            let state = &scene.model.screens.traces;
            let fall = state.fall.as_ref().expect("it is open");
            fall.waterfall.rows[fall.under(state.span.at, state.unfolded).expect("a row")].span.trace
        };
        assert_eq!(under(&scene), open);
        // It stays where it is put.
        scene.press("kk");
        scene.pass(1_000);
        assert_eq!(under(&scene), PUT);
    }
}

fn service(row: &Row) -> Option<&str> {
    match row {
        Row::Service(id) => Some(&id.name),
        _ => None,
    }
}
