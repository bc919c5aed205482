//! What the logs show: one time order, events and gaps in place, held while they are read.

use super::draw;
use crate::{
    app::screen::Screen,
    domain::{
        fact::{Fact, SourceFact, SourceState, Turned},
        log::{Level, LogFormat, LogLine, LogSource},
    },
    store::logs::Logs,
    ui::scene::Scene,
};

fn scene() -> Scene {
    let mut scene = Scene::shop();
    scene.requests(6, false);
    scene.incident();
    scene.requests(5, true);
    let lost = SourceState::Dropped(212, "lines".into(), "".into());
    let at = scene.model.now;
    scene.tell(vec![Fact::Source(SourceFact { at, name: "otlp 127.0.0.1:4317".into(), state: lost })]);
    scene.requests(4, true);
    scene
}

#[test]
fn the_lines_as_a_pane_and_on_the_full_screen() {
    let mut scene = scene();
    insta::assert_snapshot!("pane", scene.part(160, 12, true, draw));
    insta::assert_snapshot!("small_pane", scene.part(80, 7, true, draw));
    scene.open(Screen::Logs);
    scene.press("kk");
    scene.enter();
    insta::assert_snapshot!("full_160", scene.part(160, 45, false, draw));
    insta::assert_snapshot!("full_100", scene.part(100, 27, false, draw));
    insta::assert_snapshot!("full_80", scene.part(80, 20, false, draw));
}

#[test]
fn lost_lines_are_told_where_they_are_missing() {
    let mut scene = scene();
    scene.open(Screen::Logs);
    let text = scene.part(160, 45, false, draw);
    let at =
        |what: &str| text.lines().position(|l| l.contains(what)).unwrap_or_else(|| panic!("{what} is not in\n{text}"));
    assert!(at("212 lines lost here") > at("EVENT"));
    assert!(at("212 lines lost here") < text.lines().count() - 3, "lines follow it");
}

#[test]
fn exports_that_were_refused_whole_are_told_where_they_came_and_once() {
    let mut scene = scene();
    scene.open(Screen::Logs);
    let refuse = |scene: &mut Scene, again: bool, exports: u64| {
        let (from, why) = ("orders at 127.0.0.1 (otel/1.2)".into(), "log records, it cannot be read".into());
        let turned = Turned { exports, again, from, why, said: "no \u{1b}[2Jprotobuf".into() };
        let at = scene.model.now;
        let state = SourceState::Refused(Box::new(turned));
        scene.tell(vec![Fact::Source(SourceFact { at, name: "otlp".into(), state })]);
    };
    let before = (scene.model.world.logs.received(), scene.model.world.story.events().len());
    (0..3).for_each(|_| refuse(&mut scene, false, 1));
    refuse(&mut scene, true, 2);
    scene.requests(1, true);
    let text = scene.part(160, 45, false, draw);
    let words = "from orders at 127.0.0.1 (otel/1.2), log records, it cannot be read: no ";
    assert!(text.contains(&format!("3 exports refused here 14:03:50.000 to 14:03:52.000: {words}")), "{text}");
    assert!(text.contains(&format!("2 exports told to come again: {words}")), "{text}");
    let after = (scene.model.world.logs.received(), scene.model.world.story.events().len());
    assert_eq!(after.1, before.1 + 2, "the story tells each once");
    assert!(scene.model.world.logs.dropped() == 212 && after.0 > before.0, "what was refused was never received");
    scene.open(Screen::Diagnostics);
    let text = scene.screen(160, 48);
    let words: Vec<&str> =
        text.lines().filter_map(|line| line.split('│').next()).flat_map(str::split_whitespace).collect();
    let words = words.join(" ");
    assert!(words.contains("3 exports refused 2 exports told to come again"), "{text}");
    assert!(words.contains("from orders at 127.0.0.1 (otel/1.2), log records, it cannot be read: no"), "{text}");
}

#[test]
fn what_gave_way_to_newer_lines_is_told_at_the_top() {
    let mut scene = scene();
    scene.model.world.logs = Logs::new(64 << 10);
    for _ in 0..120 {
        scene.requests(6, true);
    }
    assert!(scene.model.world.logs.dropped() > 0);
    scene.open(Screen::Logs);
    scene.press("g");
    let text = scene.part(160, 45, false, draw);
    assert!(text.contains("lines lost here: dropped to make room for newer ones"), "{text}");
}

#[test]
fn the_end_of_standard_input_is_an_event() {
    let mut scene = scene();
    let at = scene.model.now;
    let ended = || Fact::Source(SourceFact { at, name: "logs -".into(), state: SourceState::Ended });
    scene.tell(vec![ended(), ended()]);
    scene.open(Screen::Logs);
    let text = scene.part(160, 45, false, draw);
    assert_eq!(text.matches("standard input has ended: no more lines come from it").count(), 1, "{text}");
}

#[test]
fn reading_holds_and_the_end_goes_live() {
    let mut scene = scene();
    scene.screen(160, 20);
    scene.open(Screen::Logs);
    scene.press("kkk");
    let lit = |scene: &Scene| scene.part(160, 17, false, draw).lines().find(|l| l.starts_with('▸')).map(str::to_owned);
    let before = lit(&scene).expect("a cursor");
    scene.requests(7, false);
    assert_eq!(lit(&scene), Some(before));
    let text = scene.part(160, 17, false, draw);
    assert!(text.contains("held, 7 newer"), "{text}");
    scene.press("jjjjjjjjjjjjjjjj");
    assert_eq!(scene.model.screens.logs.on, None);
    assert!(scene.part(160, 45, false, draw).contains("following  live"));
}

#[test]
fn enter_opens_the_line_then_its_trace_and_escape_comes_back_to_the_line() {
    let mut scene = scene();
    scene.open(Screen::Logs);
    scene.enter();
    let on = scene.model.screens.logs.on;
    assert!(scene.model.screens.logs.open && on.is_some());
    scene.enter();
    assert_eq!(scene.model.screen, Screen::Traces);
    assert!(scene.model.screens.traces.fall.is_some());
    scene.escape();
    assert_eq!((scene.model.screen, scene.model.screens.logs.on), (Screen::Logs, on));
}

#[test]
fn levels_and_text_narrow_and_hits_are_walked() {
    let mut scene = scene();
    scene.open(Screen::Logs);
    let lines = |scene: &Scene| scene.model.screens.logs.list.len(&scene.model.world.logs);
    assert_eq!(lines(&scene), 15);
    scene.press("-");
    scene.press("-");
    assert_eq!(lines(&scene), 9, "errors alone");
    scene.press("++/accepted");
    scene.enter();
    assert_eq!(lines(&scene), 6);
    scene.press("N");
    assert!(scene.model.screens.logs.on.is_some());
    scene.escape();
    assert_eq!(lines(&scene), 15);
}

#[test]
fn what_is_found_or_jumped_to_is_a_line_and_seen_although_patterns_were_shown() {
    for keys in ["faccepted", "@start", "@-1s"] {
        let mut scene = scene();
        scene.open(Screen::Logs);
        scene.press("p");
        assert!(scene.model.screens.logs.patterns.list.is_some());
        scene.press(keys);
        scene.enter();
        assert!(scene.model.screens.logs.on.is_some(), "{keys}");
        let text = scene.part(160, 45, false, draw);
        assert!(text.lines().any(|line| line.starts_with('▸')), "{keys}: {text}");
        assert!(scene.model.screens.logs.patterns.list.is_none(), "{keys}");
    }
}

#[test]
fn lines_of_a_level_are_counted_exactly_up_to_99_999() {
    let mut scene = Scene::shop();
    (0..101).for_each(|_| scene.requests(100, false));
    scene.open(Screen::Logs);
    let text = scene.part(160, 45, false, draw);
    let row = text.lines().find(|line| line.trim_start().starts_with("info")).expect("the row of a level");
    assert!(row.contains("10,") && !row.contains(" k "), "{text}");
}

#[test]
fn it_says_why_it_is_empty() {
    let text = Scene::shop().part(100, 9, false, draw);
    assert!(text.contains("EVENT") || text.contains("No log line"), "{text}");
    let mut scene = Scene::new();
    let running = SourceFact { at: scene.model.now, name: "otlp 127.0.0.1:4317".into(), state: SourceState::Running };
    scene.tell(vec![Fact::Source(running)]);
    assert!(scene.part(100, 9, false, draw).contains("No log line yet. OTLP is taken at 127.0.0.1:4317."));
}

#[test]
fn no_size_is_a_problem() {
    let mut scene = scene();
    scene.at_every_size();
    scene.open(Screen::Logs);
    scene.at_every_size();
    scene.press("kk");
    scene.enter();
    scene.at_every_size();
}

#[test]
fn a_service_is_named_without_the_comma_of_what_was_left_out() {
    let scene = scene();
    for width in [80, 100, 120, 160] {
        let text = scene.part(width, 12, true, draw);
        let cut = text.lines().find(|line| line.contains(",  "));
        assert_eq!(cut, None, "{width} columns");
    }
}

#[test]
fn a_name_that_nothing_has_is_taken_for_the_one_that_is_meant() {
    let mut scene = scene();
    scene.open(Screen::Logs);
    scene.press("/");
    scene.press("servce:nobody");
    scene.enter();
    let text = scene.part(100, 20, false, draw);
    assert!(text.contains("servce: did you mean service?"), "{text}");
}

#[test]
fn beside_lines_of_a_pattern_stands_no_event() {
    let mut scene = scene();
    scene.open(Screen::Logs);
    assert!(scene.part(160, 45, false, draw).contains("EVENT"));
    scene.press("p");
    scene.enter();
    let text = scene.part(160, 45, false, draw);
    assert!(text.contains("lines like: ") && !text.contains("EVENT"), "{text}");
}

#[test]
fn the_row_of_a_level_is_named_for_what_it_counts() {
    let mut scene = scene();
    scene.open(Screen::Logs);
    let named = |scene: &Scene, name: &str| {
        let text = scene.part(160, 45, false, draw);
        text.lines().skip(1).take(4).any(|line| line.trim_start().starts_with(name))
    };
    assert!(named(&scene, "info"));
    let at = scene.model.now;
    let debug = LogLine {
        at,
        seen_at: at,
        below_ns: 0,
        level: Level::Debug,
        service: None,
        instance: None,
        message: "cache miss".into(),
        trace: None,
        span: None,
        fields: Vec::new(),
        source: LogSource::Stdin,
        format: LogFormat::Plain,
        raw: b"cache miss".as_slice().into(),
    };
    scene.tell(vec![Fact::Logs(vec![debug])]);
    scene.press("/level:debug");
    scene.enter();
    assert!(named(&scene, "debug") && !named(&scene, "info"));
}

#[test]
fn events_that_are_left_out_are_not_told_to_be_none() {
    let mut scene = scene();
    scene.open(Screen::Logs);
    let of = |scene: &mut Scene| {
        scene.part(160, 45, false, draw).lines().find(|l| l.starts_with(" events")).map(str::to_owned)
    };
    let count = |row: Option<String>| row.and_then(|row| row.split_whitespace().nth(1).map(str::to_owned));
    assert_eq!(count(of(&mut scene)).as_deref(), Some("8"));
    scene.press("z");
    assert_eq!(count(of(&mut scene)).as_deref(), Some("–"));
    let text = scene.part(160, 45, false, draw);
    assert!(text.lines().next().is_some_and(|rule| rule.contains("no events")) && !text.contains("EVENT"), "{text}");
    scene.press("z");
    assert_eq!(count(of(&mut scene)).as_deref(), Some("8"));
}
