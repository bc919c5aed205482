//! The log lines of the open trace, by when they came since it began.

use ratatui::layout::Rect;

use crate::{
    app::{Model, screen::traces::Fall},
    domain::{log::LogLine, show, time::Moment},
    store::{logs::LogKey, traces::Waterfall},
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
    // A few more than are shown, since those of one moment may change places.
    let (logs, list) = (&model.world.logs, &model.screens.traces.lines);
    let first = list.lines(logs, LogKey::default()).take(room + 1 + MOST_AT_ONCE);
    let lines = in_order(first.collect(), &fall.waterfall);
    let (text, muted) = (canvas.style(Role::Text), canvas.style(Role::Muted));
    let more = match list.is_behind() {
        true => "still looking".to_owned(),
        false if lines.len() > room => format!("the first {room}; L shows all"),
        false => String::new(),
    };
    let summary = Phrase::of(more, muted);
    rule(canvas, area, &Rule { name: "Logs of this trace".into(), summary, ..Rule::default() });
    if lines.is_empty() {
        let why = match list.is_behind() {
            true => "",
            false if logs.held() == 0 => "No log line was received at all.",
            false => "No log line names it.",
        };
        canvas.put(area.x + 2, area.y + 1, area.width.saturating_sub(4), why, muted);
        return;
    }
    let began = Moment::from_nanos(fall.waterfall.start_ns);
    for (y, line) in (area.y + 1..area.bottom()).zip(&lines) {
        let after = format!("+{} ms", show::commas(line.at.since(began) as u64));
        canvas.phrase_right(area.x + 1, area.x + 12, y, &Phrase::of(after, muted));
        canvas.phrase(area.x + 14, y, 6, &level(canvas, line.level));
        canvas.phrase(
            area.x + 21,
            y,
            24,
            &Phrase::of(source(model, line.service.as_deref(), line.instance.as_ref()), muted),
        );
        // A message loses its middle: how it ends tells most.
        let room = area.width.saturating_sub(47);
        let message = Phrase::of(&*line.message, text).elide_middle(usize::from(room));
        canvas.phrase(area.x + 46, y, room, &message);
    }
}

/// Lines of one moment that are put in order among themselves at the end of what is shown.
const MOST_AT_ONCE: usize = 16;

/// Lines as what they tell came about. Of those of one moment, told no finer, what a span said when it began stands before what
/// the spans that it called said then, and what it said when it ended behind what they did.
fn in_order(mut lines: Vec<(LogKey, LogLine)>, whole: &Waterfall) -> Vec<LogLine> {
    let moment = |line: &LogLine| (line.at, line.below_ns);
    for of_moment in lines.chunk_by_mut(|(_, a), (_, b)| moment(a) == moment(b)).filter(|lines| lines.len() > 1) {
        of_moment.sort_by_key(|(_, line)| {
            let row = line.span.and_then(|id| whole.rows.iter().find(|row| row.span.id == id));
            let Some(row) = row else { return (0, 0) };
            let (from, until) = (row.span.started().0, Moment::from_nanos(row.span.end_ns).0);
            let ends = until.abs_diff(line.at.0) <= from.abs_diff(line.at.0);
            let depth = row.depth as i64;
            if ends { (1, -depth) } else { (0, depth) }
        });
    }
    lines.into_iter().map(|(_, line)| line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{
            log::{Level, LogFormat, LogSource},
            span::{SpanId, TraceId},
        },
        store::logs::{LogFilter, LogList, Logs},
        ui::scene::{NOW, Scene},
    };

    #[test]
    fn of_one_moment_the_callee_that_ended_speaks_before_its_caller() {
        let mut scene = Scene::shop();
        scene.requests(1, true);
        let traces = &scene.model.world.traces;
        let id = traces.by_prefix("", 1)[0];
        let whole = traces.waterfall(id).expect("it was received");
        let of = |name: &str| &whole.rows.iter().find(|row| row.span.service.contains(name)).expect("it is there").span;
        let (caller, callee) = (of("orders"), of("payments"));
        let line = |at: Moment, span: SpanId, message: &str| LogLine {
            at,
            seen_at: NOW,
            below_ns: 0,
            level: Level::Error,
            service: None,
            instance: None,
            message: message.into(),
            trace: Some(TraceId(id.0)),
            span: Some(span),
            fields: Vec::new(),
            source: LogSource::Otlp,
            format: LogFormat::Otlp,
            raw: message.as_bytes().into(),
        };
        let (begins, ends) = (callee.started(), Moment::from_nanos(caller.end_ns));
        let mut logs = Logs::new(1 << 20);
        logs.apply(&[line(ends, caller.id, "answered 503"), line(ends, callee.id, "timed out")]);
        logs.apply(&[line(begins, callee.id, "charging"), line(begins, caller.id, "asks for it")]);
        let mut list = LogList::new(LogFilter { traces: vec![id], ..LogFilter::default() });
        list.refresh(&logs);
        let lines = list.lines(&logs, LogKey::default()).collect();
        let said: Vec<String> = in_order(lines, &whole).iter().map(|line| line.message.to_string()).collect();
        assert_eq!(said, ["asks for it", "charging", "timed out", "answered 503"]);
    }
}
