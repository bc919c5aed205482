//! A page passes over no row that was never drawn, whatever is listed and however large the terminal is.

use std::sync::Arc;

use super::scene::{Scene, keys};
use crate::{
    app::screen::Screen,
    domain::{
        fact::Fact,
        log::{Level, LogLine},
    },
};

const SIZES: [(u16, u16); 4] = [(160, 48), (100, 30), (80, 24), (60, 15)];

/// A line of the scene's time and `ms` later.
pub(super) fn line(scene: &Scene, ms: i64, level: Level, message: &str) -> LogLine {
    LogLine { level, ..LogLine::said(scene.model.now.plus(ms).0, message) }
}

/// A word for a number that is no number: each line is a pattern of its own.
fn word(n: usize) -> String {
    let letter = |n: usize| char::from(b'a' + (n % 26) as u8);
    format!("nth{}{}", letter(n / 26), letter(n))
}

fn lines() -> Scene {
    let mut scene = Scene::new();
    let all = (0..400).map(|n| line(&scene, n as i64, Level::Info, &[word(n), word(n), word(n)].join(" "))).collect();
    scene.tell(vec![Fact::Logs(all)]);
    scene
}

/// The numbers of the rows that are drawn, from the top.
fn seen(text: &str, name: impl Fn(usize) -> String, most: usize) -> Vec<usize> {
    let names: Vec<Arc<str>> = (0..most).map(|n| name(n).into()).collect();
    text.lines().filter_map(|row| names.iter().position(|name| row.contains(&**name))).collect()
}

/// Goes page by page from one end to the other; every row must have been drawn.
fn paged(scene: &mut Scene, size: (u16, u16), key: &str, name: impl Fn(usize) -> String, most: usize, what: &str) {
    let (mut drawn, mut before) = (vec![false; most], String::new());
    for _ in 0..most {
        let now = scene.screen(size.0, size.1);
        seen(&now, &name, most).into_iter().for_each(|n| drawn[n] = true);
        if now == before {
            break;
        }
        before = now;
        keys(&mut scene.model, key);
    }
    let missed: Vec<usize> = (0..most).filter(|n| !drawn[*n]).collect();
    assert!(missed.is_empty(), "{what} {size:?} {key}: never seen {missed:?}");
}

#[test]
fn every_line_is_seen_page_by_page_with_columns_of_ones_own_too() {
    for columns in ["", "level message"] {
        for size in SIZES {
            let mut scene = lines();
            scene.screen(size.0, size.1);
            scene.open(Screen::Logs);
            scene.press("c");
            keys(&mut scene.model, "C-u");
            scene.press(columns);
            scene.enter();
            keys(&mut scene.model, "Home");
            paged(&mut scene, size, "PageDown", word, 400, columns);
            keys(&mut scene.model, "End");
            paged(&mut scene, size, "PageUp", word, 400, columns);
        }
    }
}

#[test]
fn a_page_moves_by_all_rows_and_the_cursor_stays_on_its_row_of_the_screen() {
    let mut scene = lines();
    scene.screen(160, 48);
    scene.open(Screen::Logs);
    keys(&mut scene.model, "Home j j PageDown");
    let text = scene.screen(160, 48);
    let first = seen(&text, word, 400);
    let at = |text: &str| text.lines().position(|row| row.starts_with('▸'));
    let before = at(&text);
    keys(&mut scene.model, "PageDown");
    let text = scene.screen(160, 48);
    assert_eq!(seen(&text, word, 400).first(), first.last().map(|last| last + 1).as_ref(), "{text}");
    assert_eq!(at(&text), before);
    keys(&mut scene.model, "PageUp");
    assert_eq!(seen(&scene.screen(160, 48), word, 400), first);
    // An open line hides those behind it.
    keys(&mut scene.model, "Enter PageDown");
    let on = first[2];
    let after = seen(&scene.screen(160, 48), word, 400);
    assert!(after[0] <= on + 1 && after.len() == first.len(), "{on}: {after:?}");
}

#[test]
fn every_pattern_is_seen_page_by_page() {
    for size in SIZES {
        let mut scene = lines();
        scene.screen(size.0, size.1);
        scene.open(Screen::Logs);
        keys(&mut scene.model, "p Home");
        paged(&mut scene, size, "PageDown", word, 400, "patterns");
        paged(&mut scene, size, "PageUp", word, 400, "patterns");
    }
}

#[test]
fn every_trace_instance_and_event_is_seen_page_by_page() {
    // Where it is narrower, neither addresses nor times are whole.
    for size in &SIZES[..3] {
        let size = *size;
        let mut scene = Scene::shop();
        scene.screen(size.0, size.1);
        let address = |n: usize| format!("10.1.0.{}:70{:02}", n + 100, n);
        (0..90).for_each(|n| scene.registered("users", &address(n), 10, &[]));
        scene.open(Screen::Balancer);
        keys(&mut scene.model, "Home");
        paged(&mut scene, size, "PageDown", address, 90, "instances");
        paged(&mut scene, size, "PageUp", address, 90, "instances");
        scene.open(Screen::Story);
        keys(&mut scene.model, "Home");
        paged(&mut scene, size, "PageDown", address, 90, "story");
        if size.0 < 100 {
            continue;
        }
        scene.open(Screen::Traces);
        scene.requests(90, false);
        keys(&mut scene.model, "Home");
        let begun = |scene: &Scene, n: usize| {
            let id = scene.model.screens.traces.list.ids(n, 1).next();
            let at = id.and_then(|id| scene.model.world.traces.summary(id)).expect("a trace").started;
            crate::ui::say::stamp_ms(&scene.model, at)
        };
        let all: Vec<String> = (0..90).map(|n| begun(&scene, n)).collect();
        paged(&mut scene, size, "PageDown", |n| all[n].clone(), 90, "traces");
        paged(&mut scene, size, "PageUp", |n| all[n].clone(), 90, "traces");
    }
}
