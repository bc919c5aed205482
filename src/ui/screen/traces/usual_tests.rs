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
