//! Whatever is not of today tells its day, wherever its time is read.

use super::draw;
use crate::{
    app::screen::Screen,
    domain::{fact::Fact, log::LogLine, time::Moment},
    ui::{scene::Scene, screen::traces},
};

const DAY_MS: i64 = 86_400_000;

/// Requests of so many days ago, in this order.
fn of_days(days: &[i64]) -> Scene {
    let mut scene = Scene::shop();
    let now = scene.model.now;
    for ago in days {
        scene.model.now = now.plus(-ago * DAY_MS);
        scene.requests(1, true);
    }
    scene.model.now = now.plus(5_000);
    scene
}

fn day(scene: &Scene, ago: i64, format: &str) -> String {
    let at = Moment(scene.model.now.0 - ago * DAY_MS);
    chrono::DateTime::from_timestamp_millis(at.0).expect("a time").format(format).to_string()
}

#[test]
fn rows_tree_and_axis_tell_the_day_and_stay_aligned() {
    let mut scene = of_days(&[400, 20, 2, 0]);
    scene.open(Screen::Logs);
    let told = [(400, "%Y-%m-%d"), (20, "%-d %b"), (2, "%a")].map(|(ago, format)| day(&scene, ago, format));
    for (width, height) in [(160, 45), (100, 27), (80, 20), (60, 13)] {
        let text = scene.part(width, height, false, draw);
        // The dates stand before the times; where the time of today stands without one, it stands below theirs.
        let rows: Vec<&str> = text.lines().filter(|line| line.contains("ERROR")).collect();
        let level = |line: &&str| line.find("ERROR");
        assert!(rows.len() >= 4 && rows.iter().all(|row| level(row) == level(&rows[0])), "{width}: {text}");
        for day in &told {
            assert!(rows.iter().any(|row| row[1..].starts_with(&**day)), "{day} {width}: {text}");
        }
        assert!(rows.last().is_some_and(|row| row.starts_with("            ")), "{width}: {text}");
    }
    scene.press("g");
    scene.enter();
    let text = scene.part(160, 45, false, draw);
    let axis = text.lines().nth(5).expect("an axis");
    assert!(axis.contains(&told[0]), "{text}");
    let date = text.lines().find(|line| line.contains("─ date ")).expect("a tree with a date");
    assert!(date.contains(&day(&scene, 400, "%a %Y-%m-%d")), "{text}");
}

#[test]
fn the_pane_the_traces_and_an_open_one_tell_it_too() {
    let mut scene = of_days(&[400, 2]);
    let told = [(400, "%Y-%m-%d "), (2, "%a ")].map(|(ago, format)| day(&scene, ago, format));
    let pane = scene.part(160, 12, true, draw);
    assert!(told.iter().all(|day| pane.contains(&**day)), "{pane}");
    scene.open(Screen::Traces);
    for width in [160, 100, 80] {
        let text = scene.part(width, 20, false, traces::draw);
        assert!(
            told.iter().all(|day| text.lines().any(|line| line.trim_start().starts_with(&**day))),
            "{width}: {text}"
        );
    }
    scene.enter();
    let text = scene.part(160, 45, false, traces::draw);
    let head = text.lines().find(|line| line.contains("Waterfall")).expect("it is open");
    let started = text.lines().find(|line| line.contains("started ") && line.contains('+')).expect("the span's detail");
    assert!(told.iter().any(|day| head.contains(&**day) && started.contains(&**day)), "{text}");
}

#[test]
fn what_is_of_today_tells_no_day() {
    let mut scene = of_days(&[0]);
    scene.open(Screen::Logs);
    let text = scene.part(160, 45, false, draw);
    assert!(text.lines().filter(|line| line.contains("ERROR")).all(|line| line.as_bytes()[3] == b':'), "{text}");
}

#[test]
fn the_graph_is_about_what_is_listed_where_that_ended_a_while_ago() {
    let mut scene = Scene::shop();
    let now = scene.model.now;
    scene.model.now = now.plus(-6 * 60_000);
    scene.requests(1, true);
    scene.model.now = now;
    let at = now.0;
    let new: Vec<LogLine> = (0..9).map(|n| LogLine::said(at - 100 * n, "all is well")).collect();
    scene.tell(vec![Fact::Logs(new)]);
    scene.open(Screen::Logs);
    scene.press("/");
    scene.press("level:error");
    scene.enter();
    let text = scene.part(160, 45, false, draw);
    let errors = text.lines().find(|line| line.contains(" errors ")).expect("a graph of errors");
    let count = errors.split_whitespace().find_map(|word| word.parse::<u32>().ok());
    assert!(count.is_some_and(|count| count > 0), "{text}");
}
