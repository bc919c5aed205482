//! What `Enter` opens on a row of the table by service and operation is of what is selected, or it is said that there is none.

use crate::{
    app::{
        screen::{
            Screen,
            traces::operations::{exemplar, rows},
        },
        selection::Selection,
    },
    domain::{
        fact::Fact,
        id::InstanceId,
        span::{Span, SpanId, SpanKind, SpanStatus, TraceId},
    },
    ui::scene::Scene,
};

fn trace(n: u8) -> TraceId {
    TraceId([n; 16])
}

/// Trace `n`: the caller asks, and the callee answers `name`, or fails to.
fn call(scene: &mut Scene, n: u8, (caller, callee): ((&str, &str), (&str, &str)), name: &str, fails: bool) {
    let start_ns = scene.model.now.0 as u64 * 1_000_000;
    let span = |id: u8, parent: Option<SpanId>, (service, at): (&str, &str), name: &str| Span {
        trace: trace(n),
        id: SpanId([id; 8]),
        parent,
        name: name.into(),
        kind: SpanKind::Server,
        service: service.into(),
        instance: at.parse().ok(),
        start_ns,
        end_ns: start_ns + u64::from(n) * 1_000_000,
        status: if fails { SpanStatus::Error } else { SpanStatus::Unset },
        ..Span::default()
    };
    let spans = vec![span(1, None, caller, "in"), span(2, Some(SpanId([1; 8])), callee, name)];
    scene.tell(vec![Fact::Spans(spans)]);
}

const GATEWAY: (&str, &str) = ("gateway", "10.0.0.2:8080");
const ORDERS: (&str, &str) = ("orders", "10.0.0.4:5002");
const OTHER: (&str, &str) = ("orders", "10.0.0.5:5002");
const USERS: (&str, &str) = ("users", "10.0.0.4:5001");

/// Opens what shows an operation.
fn opened(scene: &mut Scene, selection: Selection, name: &str) -> Option<TraceId> {
    scene.open(Screen::Traces);
    scene.press("r");
    scene.select(selection);
    let at = rows(&scene.model).iter().position(|row| &**row.name == name).expect("it is there");
    scene.press(&"j".repeat(at + 1));
    let shown = exemplar(&scene.model, &rows(&scene.model)[at]);
    scene.enter();
    let open = scene.model.screens.traces.open;
    assert_eq!(shown, open, "the row says so");
    open
}

#[test]
fn of_an_instance_it_is_a_call_that_it_answered_with_the_cursor_on_that() {
    for (at, wanted) in [(ORDERS, Some(trace(3))), (OTHER, Some(trace(2))), (("orders", "10.0.0.7:5002"), None)] {
        let mut scene = Scene::shop();
        call(&mut scene, 1, (GATEWAY, OTHER), "POST /o", false);
        call(&mut scene, 2, (GATEWAY, OTHER), "POST /o", true);
        call(&mut scene, 3, (GATEWAY, ORDERS), "POST /o", true);
        call(&mut scene, 9, (GATEWAY, ORDERS), "POST /o", false);
        let id = InstanceId { service: at.0.into(), address: at.1.parse().expect("a good address") };
        assert_eq!(opened(&mut scene, Selection::Instance(id), "POST /o"), wanted, "{at:?}");
        let state = &scene.model.screens.traces;
        if wanted.is_some() {
            let fall = state.fall.as_ref().expect("it is laid out");
            let on = fall.under(state.span.at, false).expect("the cursor is on a row");
            assert_eq!(&*fall.waterfall.rows[on].span.name, "POST /o");
            assert!(state.list.position(state.open.expect("it is open")).is_some());
        } else {
            assert!(scene.screen(160, 40).contains("No trace that the list shows"), "{}", scene.screen(160, 40));
        }
    }
}

#[test]
fn of_an_edge_it_is_a_call_that_came_by_it_and_of_everything_the_last_that_failed() {
    let edge = Selection::Edge("gateway".into(), "users".into());
    for (selection, wanted) in [(edge, trace(1)), (Selection::All, trace(2))] {
        let mut scene = Scene::shop();
        call(&mut scene, 1, (GATEWAY, USERS), "GET /users", false);
        call(&mut scene, 2, (ORDERS, USERS), "GET /users", true);
        assert_eq!(opened(&mut scene, selection, "GET /users"), Some(wanted));
    }
}

#[test]
fn what_is_typed_narrows_what_is_opened_too() {
    let mut scene = Scene::shop();
    call(&mut scene, 1, (GATEWAY, USERS), "GET /users", false);
    call(&mut scene, 9, (ORDERS, USERS), "GET /users", false);
    scene.model.screens.traces.filter = "duration<5ms".into();
    assert_eq!(opened(&mut scene, Selection::All, "GET /users"), Some(trace(1)));
}
