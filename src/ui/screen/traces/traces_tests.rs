//! What the traces show, and that reading one is not disturbed by those that come.

use super::draw;
use crate::{
    app::{Msg, screen::Screen, selection::Selection, update},
    domain::{
        fact::{Fact, SourceFact, SourceState},
        span::{Span, SpanId, SpanKind, SpanStatus, TraceId},
    },
    ui::scene::Scene,
};

fn scene() -> Scene {
    let mut scene = Scene::shop();
    scene.requests(6, false);
    scene.requests(3, true);
    scene
}

#[test]
fn the_list_and_the_waterfall() {
    let mut scene = scene();
    insta::assert_snapshot!("pane", scene.part(93, 9, true, draw));
    scene.open(Screen::Traces);
    scene.press("j");
    insta::assert_snapshot!("list_160", scene.part(160, 15, false, draw));
    insta::assert_snapshot!("list_80", scene.part(80, 15, false, draw));
    scene.enter();
    scene.press("jjjj");
    insta::assert_snapshot!("open_160", scene.part(160, 45, false, draw));
    insta::assert_snapshot!("open_100", scene.part(100, 27, false, draw));
    scene.enter();
    insta::assert_snapshot!("span_80", scene.part(80, 20, false, draw));
}

#[test]
fn an_address_in_a_row_never_loses_its_end() {
    let mut scene = scene();
    scene.open(Screen::Traces);
    for width in [60, 64, 70, 80, 90] {
        let text = scene.part(width, 15, false, draw);
        let ends: Vec<&str> = text.lines().skip(2).take(9).map(str::trim_end).filter(|line| !line.is_empty()).collect();
        assert!(!ends.is_empty() && ends.iter().all(|line| line.ends_with("ms") || line.ends_with(" s")), "{text}");
    }
}

#[test]
fn secrets_in_attributes_are_masked() {
    let mut scene = scene();
    scene.open(Screen::Traces);
    scene.enter();
    let text = scene.part(160, 45, false, draw);
    assert!(text.contains("password") && !text.contains("hunter2"), "{text}");
}

#[test]
fn the_cursor_stays_on_its_trace_while_newer_ones_come() {
    let mut scene = scene();
    scene.open(Screen::Traces);
    scene.press("jj");
    let on = scene.model.screens.traces.on;
    let lit = |scene: &Scene| scene.part(160, 20, false, draw).lines().position(|l| l.starts_with('▸'));
    let row = lit(&scene);
    scene.requests(12, false);
    assert_eq!(scene.model.screens.traces.on, on);
    assert_eq!(lit(&scene), row, "nor does it move on the screen");
    assert!(scene.part(160, 20, false, draw).contains("held, 12 newer"));
    scene.press("k");
    scene.press(&"k".repeat(30));
    let on = scene.model.screens.traces.on;
    assert!(on.is_some() && scene.model.screens.traces.at() == 0, "step by step it stands on the newest of now");
    scene.requests(3, false);
    assert_eq!((scene.model.screens.traces.on, scene.model.screens.traces.at()), (on, 3));
    scene.press("G");
    assert_eq!(scene.model.screens.traces.on, None, "to the newest goes live");
}

#[test]
fn who_has_put_the_cursor_nowhere_follows_and_no_row_is_under_it() {
    let mut scene = scene();
    scene.open(Screen::Traces);
    let text = scene.part(160, 20, false, draw);
    assert!(text.contains("following  live") && !text.lines().any(|line| line.starts_with('▸')), "{text}");
    scene.press("k");
    let on = scene.model.screens.traces.on;
    scene.requests(3, false);
    let text = scene.part(160, 20, false, draw);
    assert!(on.is_some() && scene.model.screens.traces.on == on && text.contains("held, 3 newer"), "{text}");
}

/// A request to the gateway that is answered with this code, so many times.
fn answered(scene: &mut Scene, code: &str, times: u8) {
    let begin = scene.model.now.0 as u64 * 1_000_000 - 900_000_000;
    let spans = (0..times).map(|n| Span {
        trace: TraceId([100 + n; 16]),
        id: SpanId([1; 8]),
        parent: None,
        name: "POST /orders".into(),
        kind: SpanKind::Server,
        service: "gateway".into(),
        instance: None,
        start_ns: begin,
        end_ns: begin + 1_000_000,
        status: SpanStatus::Unset,
        message: "".into(),
        attributes: vec![("http.response.status_code".into(), code.into())].into(),
        events: Vec::new(),
        links: Vec::new(),
        shares: false,
    });
    update(&mut scene.model, Msg::Facts(vec![Fact::Spans(spans.collect())]));
}

#[test]
fn what_was_turned_away_is_no_error_and_is_told_all_the_same() {
    let mut scene = Scene::shop();
    answered(&mut scene, "429", 30);
    scene.requests(10, false);
    scene.open(Screen::Traces);
    scene.press("r");
    for width in [160, 80] {
        let text = scene.part(width, 16, false, draw);
        let row = text.lines().find(|line| line.contains("gateway")).expect("its row");
        assert!(text.contains("4xx") && row.contains("0 %") && row.contains("75.0 %"), "{text}");
    }
    scene.press("r");
    scene.press("ss");
    let text = scene.part(160, 16, false, draw);
    assert!(text.contains("No trace that failed is kept.") && text.contains("In 30 a call was answered 4xx"), "{text}");
}

#[test]
fn where_nothing_is_usual_that_is_said() {
    let mut scene = Scene::shop();
    answered(&mut scene, "429", 30);
    scene.open(Screen::Traces);
    scene.enter();
    let told = |scene: &Scene, width| scene.part(width, 45, false, draw).contains("No usual one to compare with");
    assert!(told(&scene, 160) && told(&scene, 100));
}

#[test]
fn enter_goes_in_and_escape_comes_out_step_by_step() {
    let mut scene = scene();
    scene.screen(100, 30);
    scene.open(Screen::Traces);
    scene.enter();
    assert!(scene.model.screens.traces.fall.is_some());
    scene.enter();
    assert!(scene.model.screens.traces.detail);
    scene.escape();
    assert!(!scene.model.screens.traces.detail && scene.model.screens.traces.open.is_some());
    scene.escape();
    assert!(scene.model.screens.traces.open.is_none() && scene.model.screen == Screen::Traces);
}

#[test]
fn its_log_lines_are_one_key_away_and_so_is_the_way_back() {
    let mut scene = scene();
    scene.open(Screen::Traces);
    scene.press("jL");
    assert_eq!(scene.model.screen, Screen::Logs);
    assert!(matches!(scene.model.selection, Selection::Trace(_)));
    assert_eq!(scene.model.screens.logs.list.len(&scene.model.world.logs), 1);
    scene.escape();
    scene.escape();
    assert_eq!(scene.model.screen, Screen::Traces);
}

#[test]
fn only_failed_ones_and_only_those_of_a_service() {
    let mut scene = scene();
    scene.open(Screen::Traces);
    scene.press("z");
    assert_eq!(scene.model.screens.traces.list.len(), 3);
    scene.press("z");
    scene.select(Selection::Service("articles".into()));
    assert!(scene.part(100, 10, false, draw).contains("No trace of articles is kept."));
}

#[test]
fn a_name_that_nothing_has_is_taken_for_the_one_that_is_meant() {
    let mut scene = scene();
    scene.open(Screen::Traces);
    scene.press("/");
    scene.press("servce:articles");
    scene.enter();
    let part = scene.part(100, 10, false, draw);
    assert!(part.contains("servce: did you mean service?"), "{part}");
}

#[test]
fn on_a_busy_overview_failed_ones_all_stand_and_ordinary_ones_some() {
    let mut scene = Scene::shop();
    scene.requests(200, false);
    scene.requests(3, true);
    scene.requests(100, false);
    let pane = scene.part(93, 9, true, draw);
    assert!(pane.contains("slow and failed: all; others 1 in 10") && pane.contains("504"), "{pane}");
    assert!((3..100).contains(&scene.model.screens.traces.list.len()));
    scene.open(Screen::Traces);
    assert_eq!(scene.model.screens.traces.list.len(), 303, "the screen of its own lists every one");
}

#[test]
fn it_says_why_it_is_empty() {
    let mut scene = Scene::shop();
    let source =
        |state| Fact::Source(SourceFact { at: crate::ui::scene::NOW, name: "otlp 127.0.0.1:4317".into(), state });
    scene.tell(vec![source(SourceState::Running)]);
    assert!(scene.part(100, 9, true, draw).contains("No trace yet. OTLP is taken at 127.0.0.1:4317."));
    scene.tell(vec![source(SourceState::Failed("127.0.0.1:4317 is taken".into()))]);
    assert!(scene.part(100, 9, true, draw).contains("127.0.0.1:4317 is taken"));
}

#[test]
fn no_size_is_a_problem() {
    let mut scene = scene();
    scene.open(Screen::Traces);
    scene.at_every_size();
    scene.enter();
    scene.at_every_size();
    scene.enter();
    scene.at_every_size();
}

#[test]
fn the_slowest_first_and_only_failed_ones_by_the_same_key() {
    let mut scene = scene();
    scene.open(Screen::Traces);
    scene.press("s");
    assert!(scene.part(160, 9, false, draw).contains("slowest first"));
    let traces = &scene.model.world.traces;
    let took: Vec<u64> =
        scene.model.screens.traces.list.ids(0, 99).map(|id| traces.summary(id).unwrap().duration_ns).collect();
    assert!(took.is_sorted_by(|a, b| a >= b), "{took:?}");
    scene.press("s");
    assert_eq!(scene.model.screens.traces.list.len(), 3);
    scene.press("s");
    assert_eq!(scene.model.screens.traces.list.len(), 9);
}

#[test]
fn by_service_and_operation_with_a_trace_for_each_one_key_away() {
    let mut scene = scene();
    scene.requests(40, false);
    scene.requests(4, true);
    scene.open(Screen::Traces);
    scene.press("r");
    insta::assert_snapshot!("operations_160", scene.part(160, 16, false, draw));
    insta::assert_snapshot!("operations_80", scene.part(80, 16, false, draw));
    scene.press("j");
    scene.enter();
    assert!(scene.model.screens.traces.fall.is_some(), "Enter opens the exemplar");
    scene.escape();
    assert!(scene.part(100, 9, false, draw).contains("by service and operation"));
    scene.press("r");
    assert!(!scene.part(100, 9, false, draw).contains("by service and operation"));
    scene.press("r");
    scene.at_every_size();
}

#[test]
fn an_open_trace_stands_beside_the_usual_one() {
    let mut scene = scene();
    scene.requests(30, false);
    scene.requests(1, true);
    scene.open(Screen::Traces);
    scene.press("j");
    scene.press("k");
    scene.enter();
    let text = scene.part(160, 45, false, draw);
    assert!(text.contains("Against usual 73 ms of 14:0") && text.contains("payments is out of line, +"), "{text}");
}

#[test]
fn a_filter_that_cannot_be_read_says_so_at_its_place_and_the_other_words_act() {
    let mut scene = scene();
    scene.screen(100, 30);
    scene.open(Screen::Traces);
    scene.press("/");
    scene.press("status:error");
    assert_eq!(scene.model.screens.traces.list.len(), 3);
    scene.press(" duration>soon");
    let text = scene.screen(100, 30);
    let rows: Vec<&str> = text.lines().collect();
    let column = |row: &str, of: &str| row.find(of).map(|at| row[..at].chars().count());
    let (said, typed) = (rows[rows.len() - 2], rows[rows.len() - 1]);
    assert!(said.contains("v `duration>soon`: a duration is expected after it"), "{text}");
    assert_eq!(column(said, "v `"), column(typed, "soon"), "{text}");
    assert_eq!(scene.model.screens.traces.list.len(), 3, "the other words act");
}

#[test]
fn what_could_be_typed_next_stands_above_the_filter_and_tab_completes_it() {
    let mut scene = scene();
    scene.screen(100, 30);
    scene.open(Screen::Traces);
    scene.press("/");
    scene.press("stat");
    let text = scene.screen(100, 30);
    assert!(text.contains("status:") && text.contains("Tab complete"), "{text}");
    scene.tab();
    assert_eq!(scene.model.screens.traces.filter, "status:");
    assert!(scene.screen(100, 30).contains("error, ok or a code is expected"));
    scene.press("e");
    scene.tab();
    assert_eq!((&*scene.model.screens.traces.filter, scene.model.screens.traces.list.len()), ("status:error", 3));
    scene.press(" operation:PO");
    scene.tab();
    assert_eq!(scene.model.screens.traces.filter, "status:error operation:\"POST /orders\"");
    assert_eq!(scene.model.screens.traces.list.len(), 3);
}

#[test]
fn the_table_of_operations_is_narrowed_by_what_its_rows_tell() {
    let mut scene = scene();
    scene.screen(100, 30);
    scene.open(Screen::Traces);
    scene.press("r");
    let rows = |scene: &Scene| crate::app::screen::traces::operations::rows(&scene.model).len();
    let all = rows(&scene);
    scene.press("/service:orders duration>0ms");
    let of_orders = rows(&scene);
    assert!(of_orders > 0 && of_orders < all, "{of_orders} of {all}");
    scene.press(" !service:orders");
    assert_eq!(rows(&scene), 0);
    assert!(scene.screen(100, 30).contains("No operation fits"));
}

/// A request that reads 48 rows one after the other, 8 ms each, for somebody whom no registry knows.
fn reads_row_by_row(scene: &mut Scene) {
    let begin = scene.model.now.0 as u64 * 1_000_000 - 900_000_000;
    let span = |id: u8, parent: u8, service: &str, name: &str, (from, until): (u64, u64)| Span {
        trace: TraceId([7; 16]),
        id: SpanId([id; 8]),
        parent: (parent > 0).then_some(SpanId([parent; 8])),
        name: name.into(),
        kind: SpanKind::Server,
        service: service.into(),
        instance: None,
        start_ns: begin + from * 1_000_000,
        end_ns: begin + until * 1_000_000,
        status: SpanStatus::Unset,
        message: "".into(),
        attributes: Default::default(),
        events: Vec::new(),
        links: Vec::new(),
        shares: false,
    };
    let mut spans =
        vec![span(1, 0, "mystery-cron", "nightly", (0, 400)), span(2, 1, "users-service", "GET /users", (1, 399))];
    spans.extend((0..48).map(|n| {
        let from = 2 + 8 * u64::from(n);
        span(3 + n, 2, "users-service", "SELECT row", (from, from + 8))
    }));
    update(&mut scene.model, Msg::Facts(vec![Fact::Spans(spans)]));
}

#[test]
fn many_equal_spans_are_one_row_with_their_sum_and_a_key_opens_them() {
    let mut scene = Scene::shop();
    reads_row_by_row(&mut scene);
    scene.open(Screen::Traces);
    scene.enter();
    let rows = |scene: &Scene| -> Vec<String> {
        let text = scene.part(160, 45, false, draw);
        let tree = text.lines().filter_map(|line| Some(line.split_once("─ users-service SELECT row")?.1));
        tree.map(|row| row.split('│').next().unwrap_or_default().to_owned()).collect()
    };
    let folded = rows(&scene);
    assert!(folded.len() == 1 && folded[0].contains("×48") && folded[0].contains("384 ms"), "{folded:?}");
    scene.press("z");
    let open = rows(&scene);
    assert!(open.len() > 5 && !open[0].contains("×48") && open[0].contains("8 ms"), "{open:?}");
    scene.press("jjjjjj");
    scene.press("z");
    assert_eq!(rows(&scene), folded);
    let on = scene.model.screens.traces.span.at;
    assert_eq!(on, 2, "the cursor is on the row that stands for its span");
}

#[test]
fn a_filter_that_cannot_be_read_is_not_kept_and_why_is_never_cut() {
    for size in [(160, 48), (60, 15)] {
        let mut scene = scene();
        scene.screen(size.0, size.1);
        scene.open(Screen::Traces);
        scene.press("/");
        scene.press("duration>soon");
        scene.enter();
        let text = scene.screen(size.0, size.1).split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains("a duration is expected after it, 200ms or 1.5s"), "{text}");
        assert!(!scene.model.overlays.is_empty());
    }
}
