//! What is said of a trace beside the usual one: whole, and nothing that says nothing.

use std::sync::Arc;

use ratatui::buffer::Buffer;

use super::*;
use crate::{store::traces::Part, theme::Theme, ui::scene::Scene};

fn part(ms: u64, calls: u32) -> Option<Part> {
    Some(Part { own_ns: ms * 1_000_000, waited_ns: ms * 1_000_000, calls })
}

fn share(service: &str, own: Option<Part>, usual: Option<Part>) -> Share {
    Share { service: Arc::from(service), own, usual }
}

fn compared(took: u64, usual: u64, services: Vec<Share>) -> Comparison {
    let (took_ns, usual_ns) = (took * 1_000_000, usual * 1_000_000);
    Comparison { took_ns, usual_ns, of: 20, services, ..Comparison::default() }
}

fn drawn(usual: &Comparison, width: u16) -> String {
    let model = Scene::shop().model;
    let mut buffer = Buffer::empty(Rect::new(0, 0, width, height(&model, usual, width)));
    let area = buffer.area;
    draw(&mut Canvas::new(&Theme::default(), &mut buffer), &model, area, usual);
    buffer
        .content
        .chunks(usize::from(width))
        .map(|row| row.iter().map(|cell| cell.symbol()).collect::<String>() + "\n")
        .collect()
}

#[test]
fn who_was_not_called_is_told_whole_and_nothing_is_told_of_who_was_waited_for_by_nobody() {
    let refused = compared(
        1,
        6,
        vec![
            share("orders", None, part(5, 1)),
            // What takes its messages from a queue: nobody waits for it.
            share("mailer", None, part(0, 0)),
            share("gateway", part(1, 0), part(1, 0)),
        ],
    );
    let text = drawn(&refused, 48);
    assert!(text.contains("-5 ms  not called") && !text.contains("mailer") && !text.contains('…'), "{text}");
}

#[test]
fn the_verdict_is_whole_and_so_is_how_often_somebody_was_called() {
    let again = || share("users", part(20, 2), part(4, 1));
    let one = compared(36, 10, vec![share("articles", part(22, 1), part(4, 1)), again()]);
    let both = compared(36, 20, vec![again()]);
    for width in [48, 60, 100] {
        let text = drawn(&one, width);
        assert!(text.contains("articles is out of line, +18 ms"), "{text}");
        assert!(text.contains("users was called 2×, usually once") && !text.contains('…'), "{text}");
        let text = drawn(&both, width);
        assert!(text.contains("users is out of line, +16 ms; it was") || width < 60, "{text}");
        assert!(text.contains("called 2×, usually once") && !text.contains('…'), "{text}");
    }
}

#[test]
fn no_difference_is_shown_that_is_less_than_can_be_shown() {
    let hardly = |ns: i64, calls| {
        let own = Part { own_ns: (5_000_000 + ns) as u64, waited_ns: 0, calls };
        share("orders", Some(own), part(5, 1))
    };
    for ns in [-99_000, -10_000, 20_000, 99_000] {
        let usual = Comparison { took_ns: (6_000_000 + ns) as u64, ..compared(0, 6, vec![hardly(ns, 1)]) };
        let text = drawn(&usual, 60);
        assert!(text.contains(": as long") && !text.contains('‹') && !text.contains("orders"), "{text}");
    }
    // Who was called more often is told all the same.
    let text = drawn(&compared(6, 6, vec![hardly(-10_000, 2)]), 70);
    assert!(text.contains("orders") && text.contains("called 2×, usually once") && !text.contains('‹'), "{text}");
}

#[test]
fn it_is_said_of_when_that_was_usual() {
    let model = Scene::shop().model;
    let at = |minutes: i64| (model.now.plus(-minutes * 60_000).0 as u64) * 1_000_000;
    let usual =
        Comparison { of_ns: (at(90), at(35)), ..compared(842, 73, vec![share("payments", part(796, 1), part(27, 1))]) };
    let text = drawn(&usual, 48);
    assert!(text.contains("Against usual 73 ms of 12:33–13:28: +769 ms"), "{text}");
    assert!(line(&model, &usual).ends_with("as of 12:33–13:28"), "{}", line(&model, &usual));
    let yesterday = Comparison { of_ns: (at(30 * 60), at(29 * 60)), ..usual };
    assert!(drawn(&yesterday, 60).contains("of Tue 08:03–09:03: "), "{}", drawn(&yesterday, 60));
}

#[test]
fn where_there_is_no_room_beside_the_path_it_is_one_line_below_it() {
    let mut scene = Scene::shop();
    scene.requests(30, false);
    scene.requests(1, true);
    scene.open(crate::app::screen::Screen::Traces);
    scene.press("j");
    scene.press("k");
    scene.enter();
    for width in [60, 80] {
        let text = scene.part(width, 24, false, crate::ui::screen::traces::draw);
        assert!(text.contains("usually 73 ms: payments is out of line") && text.contains("Critical path"), "{text}");
    }
}
