//! The log lines of the open trace, by when they came since it began.

use ratatui::layout::Rect;

use crate::{
    app::{Model, screen::traces::Fall},
    domain::{show, time::Moment},
    theme::Role,
    ui::{
        screen::logs::{level, source},
        widget::{
            Canvas, Phrase,
            rule::{Rule, rule},
        },
    },
};

pub(super) fn draw(canvas: &mut Canvas<'_>, model: &Model, area: Rect, fall: &Fall) {
    let room = usize::from(area.height.saturating_sub(1));
    let lines = model.world.logs.of_trace(fall.id, room + 1);
    let (text, muted) = (canvas.style(Role::Text), canvas.style(Role::Muted));
    let more = if lines.len() > room { format!("the first {room}; L shows all") } else { String::new() };
    let summary = Phrase::of(more, muted);
    rule(canvas, area, &Rule { name: "Logs of this trace".into(), summary, ..Rule::default() });
    if lines.is_empty() {
        let why =
            if model.world.logs.held() == 0 { "No log line was received at all." } else { "No log line names it." };
        canvas.put(area.x + 2, area.y + 1, area.width.saturating_sub(4), why, muted);
        return;
    }
    let began = Moment::from_nanos(fall.waterfall.start_ns);
    for (y, (_, line)) in (area.y + 1..area.bottom()).zip(&lines) {
        let after = format!("+{} ms", show::commas(line.at.since(began) as u64));
        canvas.phrase_right(area.x + 1, area.x + 12, y, &Phrase::of(after, muted));
        canvas.phrase(area.x + 14, y, 6, &level(canvas, line.level));
        canvas.phrase(
            area.x + 21,
            y,
            24,
            &Phrase::of(source(model, line.service.as_deref(), line.instance.as_ref()), muted),
        );
        canvas.put(area.x + 46, y, area.width.saturating_sub(47), &*line.message, text);
    }
}
