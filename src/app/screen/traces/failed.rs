//! From one failed span of an open waterfall to the next. Of equal ones that stand in one row that row is gone to: all of them
//! ended the same.

use crate::app::{Model, msg::Effects, screen::Screen, update::say};

/// Whether a waterfall is what the keys act on.
pub fn goes(model: &Model) -> bool {
    model.screen == Screen::Traces && model.screens.traces.fall.is_some()
}

/// To the next row whose span failed, or back to the one before where `by` is negative.
pub(in crate::app) fn step(model: &mut Model, by: isize) -> Effects {
    let state = &mut model.screens.traces;
    let Some(fall) = &state.fall else { return Effects::new() };
    let rows = &fall.waterfall.rows;
    let failed = |at: &usize| rows.get(fall.shown[*at]).is_some_and(|row| row.span.failed());
    let (at, len) = (state.span.at, fall.shown.len());
    let found = match by > 0 {
        true => (at + 1..len).find(failed),
        false => (0..at.min(len)).rev().find(failed),
    };
    if let Some(to) = found {
        state.span.put(to, len);
        state.detail_top = 0;
        return Effects::new();
    }
    let all = (0..len).filter(failed).count();
    let said = match (all, by > 0) {
        (0, _) => "No span of this trace failed.",
        (1, _) if failed(&at) => "No other span of this trace failed.",
        (_, true) => "No span below this failed.",
        (_, false) => "No span above this failed.",
    };
    say(model, said, false);
    Effects::new()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{
            fact::Fact,
            span::{Span, SpanId, SpanKind, SpanStatus, TraceId},
        },
        ui::scene::Scene,
    };

    /// A request of so many calls, each with one below it, of which these fail: the lower ones.
    fn request(scene: &Scene, calls: u32, fails: impl Fn(u32) -> bool) -> Vec<Span> {
        let begin = scene.model.now.0 as u64 * 1_000_000 - 10_000_000_000;
        let span = |id: u32, parent: u32, from: u32, until: u32| Span {
            trace: TraceId([7; 16]),
            id: SpanId(u64::from(id).to_be_bytes()),
            parent: (parent > 0).then(|| SpanId(u64::from(parent).to_be_bytes())),
            name: "GET /price".into(),
            kind: SpanKind::Internal,
            service: "orders".into(),
            start_ns: begin + u64::from(from) * 100_000,
            end_ns: begin + u64::from(until) * 100_000,
            ..Span::default()
        };
        let mut spans = vec![span(1, 0, 0, calls * 10)];
        for n in 0..calls {
            spans.push(span(2 + n * 2, 1, n * 10, n * 10 + 9));
            let status = if fails(n) { SpanStatus::Error } else { SpanStatus::Unset };
            spans.push(Span { status, ..span(3 + n * 2, 2 + n * 2, n * 10 + 1, n * 10 + 8) });
        }
        spans
    }

    fn opened(calls: u32, fails: impl Fn(u32) -> bool) -> Scene {
        let mut scene = Scene::shop();
        let spans = request(&scene, calls, fails);
        scene.tell(vec![Fact::Spans(spans)]);
        scene.open(Screen::Traces);
        scene.enter();
        scene
    }

    /// Which call the cursor is in; whether its span failed.
    fn on(scene: &Scene) -> (usize, bool) {
        let state = &scene.model.screens.traces;
        let fall = state.fall.as_ref().expect("it is open");
        let at = fall.shown[state.span.at];
        ((at.saturating_sub(1)) / 2, fall.waterfall.rows[at].span.failed())
    }

    fn said(scene: &Scene) -> String {
        scene.model.notice.as_ref().map_or_else(String::new, |told| told.text.to_string())
    }

    #[test]
    fn of_thousands_of_spans_the_failed_ones_are_gone_along_folded_and_unfolded() {
        // The last five stand in one row.
        let mut scene = opened(600, |n| matches!(n, 300 | 400 | 595..));
        for folded in [true, false] {
            let last = if folded { 1 } else { 5 };
            let all: Vec<usize> = [300, 400].into_iter().chain(595..595 + last).collect();
            for call in &all {
                scene.press("e");
                assert_eq!(on(&scene), (*call, true), "{folded}");
            }
            scene.press("e");
            assert_eq!((on(&scene), &*said(&scene)), ((all[all.len() - 1], true), "No span below this failed."));
            for call in all.iter().rev().skip(1) {
                scene.press("E");
                assert_eq!(on(&scene), (*call, true), "{folded}");
            }
            scene.press("E");
            assert_eq!((on(&scene), &*said(&scene)), ((300, true), "No span above this failed."));
            assert!(scene.screen(100, 30).contains("✗ orders GET /price"));
            scene.press("g");
            scene.press("z");
        }
        assert!(scene.model.screen == Screen::Traces && scene.model.screens.traces.open.is_some());
    }

    #[test]
    fn where_no_other_span_failed_that_is_said_and_the_cursor_stays() {
        let mut scene = opened(3, |_| false);
        scene.press("je");
        assert_eq!((on(&scene), &*said(&scene)), ((0, false), "No span of this trace failed."));
        let mut scene = opened(3, |n| n == 1);
        scene.press("ee");
        assert_eq!((on(&scene), &*said(&scene)), ((1, true), "No other span of this trace failed."));
        // The list of traces knows no errors to go to.
        scene.escape();
        scene.press("e");
        assert!(said(&scene).contains("Not here") && scene.model.screen == Screen::Traces, "{}", said(&scene));
    }
}
