//! What is said where no line is left, what a trace narrows to, and where reading goes on.

use std::sync::Arc;

use super::draw;
use crate::{
    app::{screen::Screen, selection::Selection},
    domain::{
        fact::{Fact, SourceFact, SourceState},
        log::{Level, LogLine},
        span::TraceId,
    },
    ui::scene::{Scene, keys},
};

fn line(scene: &Scene, ms: i64, level: Level, message: &str) -> LogLine {
    LogLine { level, ..LogLine::said(scene.model.now.plus(ms).0, message) }
}

fn filled() -> Scene {
    let mut scene = Scene::new();
    let mut all = vec![
        line(&scene, 0, Level::Debug, "cache miss seq=54"),
        line(&scene, 1, Level::Info, "login of ana took 3 ms"),
        line(&scene, 2, Level::Info, "logout of user=Bob"),
    ];
    all.extend((3..20).map(|n| line(&scene, n, Level::Info, &format!("login of ana took {n} ms"))));
    scene.tell(vec![Fact::Logs(all)]);
    scene.open(Screen::Logs);
    scene
}

fn ask(scene: &mut Scene, filter: &str) -> String {
    scene.press("/");
    keys(&mut scene.model, "C-u");
    scene.press(filter);
    scene.enter();
    scene.part(160, 45, false, draw)
}

#[test]
fn a_line_below_the_level_is_said_to_be_hidden() {
    let mut scene = filled();
    assert!(scene.part(160, 45, false, draw).contains("19 of 20 lines from info on"));
    let text = ask(&mut scene, "seq=54");
    assert!(text.contains("1 line below info is hidden: + shows it."), "{text}");
    scene.press("+");
    assert!(scene.part(160, 45, false, draw).contains("cache miss seq=54"));
    scene.press("-");
    let text = ask(&mut scene, "nowhere");
    assert!(text.contains("No line from info on holds `nowhere`. Esc takes"), "{text}");
}

#[test]
fn a_pattern_without_what_is_asked_does_not_deny_it() {
    let mut scene = filled();
    // The newest kind of line is first.
    scene.press("pj");
    scene.enter();
    let text = scene.part(160, 45, false, draw);
    assert!(text.contains("lines like: login"), "{text}");
    let text = ask(&mut scene, "user=Bob");
    assert!(text.contains("1 line of other patterns is there"), "{text}");
    assert!(!text.contains("asks for the whole value"), "{text}");
}

#[test]
fn the_overview_does_not_lose_the_line_that_is_read() {
    let mut scene = filled();
    scene.press("kkkk");
    let before = (scene.model.screens.logs.on, scene.part(160, 45, false, draw));
    scene.open(Screen::Overview);
    assert_eq!(scene.model.screens.logs.on, None, "there the newest are shown");
    scene.open(Screen::Logs);
    assert_eq!((scene.model.screens.logs.on, scene.part(160, 45, false, draw)), before);
}

#[test]
fn behind_the_newest_minute_the_cursor_stays_at_the_newest() {
    let mut scene = filled();
    scene.press("kkkk}");
    let on = scene.model.screens.logs.on.expect("held");
    assert!(scene.model.world.logs.get(on.log().expect("a line")).expect("a line").message.contains("19 ms"));
    assert!(scene.model.notice.as_ref().is_some_and(|notice| notice.text.contains("this is the newest")));
}

#[test]
fn small_screens_tell_how_many_there_are_and_have_graphs() {
    let mut scene = filled();
    let text = ask(&mut scene, "/login of (ana|bob|carol|dave|eve|mallory)/");
    assert!(text.contains("18 of 20 lines"), "{text}");
    let head = scene.part(60, 11, false, draw);
    assert!(head.lines().next().is_some_and(|head| head.contains("18 of 20  following")), "{head}");
    keys(&mut scene.model, "k");
    let head = scene.part(60, 11, false, draw);
    assert!(head.lines().next().is_some_and(|head| head.contains(" held")), "{head}");
    let text = scene.part(80, 20, false, draw);
    assert!(text.contains("errors") && text.contains("warnings"), "{text}");
}

#[test]
fn a_trace_that_is_opened_is_what_is_selected_until_it_is_left() {
    let mut scene = Scene::shop();
    scene.requests(3, true);
    scene.open(Screen::Traces);
    let selection = Selection::Service("orders".into());
    scene.select(selection.clone());
    scene.press("j");
    scene.enter();
    let id: TraceId = scene.model.screens.traces.open.expect("an open trace");
    assert_eq!(scene.model.selection, Selection::Trace(id));
    let text = scene.screen(160, 48);
    assert!(text.contains("Traces · orders"), "the list is as it was: {text}");
    scene.open(Screen::Logs);
    let state = &scene.model.screens.logs;
    assert_eq!(state.list.filter().traces, [id]);
    assert!(state.list.len(&scene.model.world.logs) > 0);
    scene.open(Screen::Balancer);
    let text = scene.screen(160, 48);
    assert!(text.contains(&format!("Balancer · trace {}", id.short(8))), "{text}");
    assert!(text.contains("10.0.0.9:5005") && !text.contains("10.0.0.4:5001"), "users took no part in it: {text}");
    scene.open(Screen::Topology);
    let text = scene.screen(160, 48);
    assert!(!text.contains("Topology · trace"), "{text}");
    scene.open(Screen::Traces);
    scene.escape();
    assert_eq!((scene.model.screens.traces.open, &scene.model.selection), (None, &selection));
    scene.enter();
    scene.open(Screen::Logs);
    scene.escape();
    assert_eq!(scene.model.selection, selection, "what was selected before");
}

#[test]
fn the_front_of_a_file_that_is_not_read_is_told_at_its_place() {
    let mut scene = Scene::new();
    let first = line(&scene, 0, Level::Info, "the first that is read");
    let name: Arc<str> = "logs /var/log/shop.log".into();
    let unread = SourceFact { at: first.at, name, state: SourceState::Unread(110_000_000) };
    scene.tell(vec![Fact::Source(unread), Fact::Logs(vec![first])]);
    scene.open(Screen::Logs);
    let text = scene.part(160, 45, false, draw);
    let mark =
        text.lines().position(|row| row.contains("lines before this were not read: 110 MB of /var/log/shop.log"));
    let first = text.lines().position(|row| row.contains("the first that is read"));
    assert!(mark.is_some_and(|mark| first == Some(mark + 1)), "{text}");
    scene.open(Screen::Diagnostics);
    let text = scene.screen(160, 48);
    assert!(text.contains("not read"), "{text}");
}

#[test]
fn of_a_file_of_yesterday_the_graph_shows_all_and_adds_up() {
    let mut scene = Scene::new();
    let (day, hour) = (86_400_000, 3_600_000);
    let at = |n: i64| n * 5 * hour / 999 - day;
    let lines = (0..1_000).map(|n| line(&scene, at(n), if n % 10 == 0 { Level::Error } else { Level::Info }, "said"));
    let lines = lines.collect();
    scene.tell(vec![Fact::Logs(lines)]);
    scene.open(Screen::Logs);
    for width in [160, 100, 80] {
        let text = scene.part(width, 45, false, draw);
        let row = |name: &str| text.lines().find(|row| row.trim_start().starts_with(name)).map(str::to_owned);
        let errors = row("errors").expect("a row of errors");
        assert!(errors.split_whitespace().nth(1) == Some("100"), "{text}");
        assert!(row("info").is_some_and(|row| row.contains("900")), "{text}");
        // It begins at the first and ends at the last, not with an empty half.
        let bars: Vec<usize> =
            errors.char_indices().filter(|(_, c)| ('▁'..='█').contains(c)).map(|(at, _)| at).collect();
        let span = bars.last().zip(bars.first()).map_or(0, |(last, first)| last - first);
        assert!(span > errors.len() / 2, "{text}");
    }
}
