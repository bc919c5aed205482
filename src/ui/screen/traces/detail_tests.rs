//! The detail of a span: all of it can be read at any size, where it ran, and whether what it sent was taken.

use super::draw;
use crate::{
    app::screen::Screen,
    domain::{
        attributes::Attributes,
        fact::Fact,
        id::InstanceId,
        span::{Span, SpanEvent, SpanId, SpanKind, SpanStatus, TraceId},
    },
    ui::scene::{self, Scene},
};

fn span(scene: &Scene, n: u8, kind: SpanKind, service: &str, ago_ms: i64) -> Span {
    let start_ns = (scene.model.now.plus(-ago_ms).0 as u64) * 1_000_000;
    Span {
        trace: TraceId([n; 16]),
        id: SpanId([n; 8]),
        name: "POST /orders".into(),
        kind,
        service: service.into(),
        start_ns,
        end_ns: start_ns + 40_000_000,
        ..Span::default()
    }
}

/// An open trace of one failed span with as much as an SDK tells of it, on a terminal of that size.
fn open(size: (u16, u16), attributes: usize) -> Scene {
    let mut scene = Scene::shop();
    scene.model.size = size;
    let stack: Vec<String> = (0..30).map(|n| format!("    at shop.Pay.step{n}(Pay.java:{n})")).collect();
    let failed = Span {
        status: SpanStatus::Error,
        attributes: (0..attributes)
            .map(|n| (format!("attribute.{n:02}").into(), format!("value {n}").into()))
            .collect(),
        events: vec![SpanEvent {
            at_ns: 0,
            name: "exception".into(),
            attributes: vec![
                ("exception.message".into(), "no room".into()),
                ("exception.stacktrace".into(), format!("shop.Full: no room\n{}", stack.join("\n")).into()),
            ]
            .into(),
        }],
        ..span(&scene, 7, SpanKind::Server, "orders", 500)
    };
    scene.tell(vec![Fact::Spans(vec![failed])]);
    scene.open(Screen::Traces);
    scene.press("j");
    scene.enter();
    if size.0 < 130 {
        scene.enter();
    }
    scene
}

#[test]
fn all_of_a_span_is_read_at_any_size_what_went_wrong_first() {
    for (size, attributes) in [((160, 48), 60), ((100, 30), 20), ((80, 24), 15), ((60, 15), 15)] {
        let mut scene = open(size, attributes);
        let first = scene.part(size.0, size.1 - 3, false, draw);
        assert!(first.contains(" below C-d"), "{size:?}\n{first}");
        let mut all = first;
        for _ in 0..60 {
            scene.press_key(crate::command::Key::ctrl('d'));
            all += &scene.part(size.0, size.1 - 3, false, draw);
        }
        let wanted = ["exception.message", "no room", "step29(Pay.java:29)", "attribute.00", "Attributes"];
        for word in wanted.into_iter().chain([&*format!("value {}", attributes - 1)]) {
            assert!(all.contains(word), "{word} at {size:?}");
        }
        assert!(all.find("exception.message") < all.find("attribute.00"), "what went wrong stands first");
        // Its end is an end, and from there it is not far back.
        let last = scene.part(size.0, size.1 - 3, false, draw);
        assert!(last.contains(" above C-u") && !last.contains("below C-d"), "{last}");
    }
}

#[test]
fn of_a_span_that_holds_megabytes_no_more_is_made_than_is_read() {
    let mut scene = Scene::shop();
    let attributes: Attributes = (0..128).map(|n| (format!("key.{n}").into(), "x ".repeat(2_000).into())).collect();
    let events = vec![SpanEvent { at_ns: 0, name: "one".into(), attributes: attributes.clone() }; 128];
    let long = Span { attributes, events, ..span(&scene, 7, SpanKind::Server, "orders", 500) };
    scene.tell(vec![Fact::Spans(vec![long])]);
    scene.open(Screen::Traces);
    scene.press("j");
    scene.enter();
    for _ in 0..200 {
        scene.press_key(crate::command::Key::ctrl('d'));
    }
    let text = scene.part(160, 45, false, draw);
    assert!(text.contains("More of it is not shown") && text.contains(" above C-u"), "{text}");
}

#[test]
fn the_port_stands_where_the_host_alone_would_not_tell_which_instance_it_was() {
    let place = |service: &str, address: &str| {
        let scene = Scene::shop();
        super::place(&scene.model, &service.into(), Some(&address.parse().unwrap()), true)
    };
    assert_eq!(place("payments", "10.0.0.9:5005"), "payments 10.0.0.9");
    // The same service by its other name.
    assert_eq!(place("payments-service", "10.0.0.9:5005"), "payments-service 10.0.0.9");
    // Of these the registry knows nothing.
    assert_eq!(place("payments", "10.0.0.9:7777"), "payments 10.0.0.9:7777");
    assert_eq!(place("worker", "10.0.0.9:7777"), "worker 10.0.0.9:7777");
    let mut shop = Scene::shop();
    let second = scene::instance("payments", "10.0.0.9:5105", 10, &[]);
    shop.tell(vec![Fact::Registry(crate::domain::fact::RegistryFact::Upsert(second.into()))]);
    let both = ["10.0.0.9:5005", "10.0.0.9:5105"].map(|address| {
        let InstanceId { address, .. } = scene::id("payments", address);
        super::place(&shop.model, &"payments-service".into(), Some(&address), true)
    });
    assert_eq!(both, ["payments-service 10.0.0.9:5005", "payments-service 10.0.0.9:5105"]);
}

#[test]
fn a_message_that_nobody_took_is_told_where_others_of_its_queue_were_taken() {
    let queue =
        |span: Span| Span { attributes: vec![("messaging.destination.name".into(), "mails".into())].into(), ..span };
    let shown = |is_taken: bool, ago: i64| {
        let mut scene = Scene::shop();
        scene.model.size = (160, 48);
        let taken = queue(span(&scene, 3, SpanKind::Consumer, "mailer", 60_000));
        let put = queue(span(&scene, 7, SpanKind::Producer, "orders", ago));
        let others = if is_taken { vec![taken] } else { Vec::new() };
        scene.tell(vec![Fact::Spans(others)]);
        scene.tell(vec![Fact::Spans(vec![put])]);
        scene.open(Screen::Traces);
        scene.press("j");
        scene.enter();
        scene.part(160, 45, false, draw)
    };
    let text = shown(true, 20_000);
    assert!(text.contains("not taken") && text.contains("Nobody took it from its queue"), "{text}");
    // It came just now, or nobody is known who would take it.
    assert!(!shown(true, 1_000).contains("not taken") && !shown(false, 20_000).contains("not taken"));
}
