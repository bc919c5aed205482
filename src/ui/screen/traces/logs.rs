//! The log lines of the open trace, by when they came since it began: where there is no room for all of them the worst.

use std::collections::HashSet;

use ratatui::layout::Rect;

use crate::{
    app::{Model, screen::traces::Fall},
    domain::{
        log::{Level, LogLine},
        show,
        time::Moment,
    },
    store::{
        logs::{LogKey, LogList, Logs},
        traces::Waterfall,
    },
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
    let (logs, list) = (&model.world.logs, &model.screens.traces.lines);
    // A few more than are shown, since those of one moment may change places.
    let lines = worst(in_order(list.worst(logs, room + MOST_AT_ONCE), &fall.waterfall), room);
    let (text, muted) = (canvas.style(Role::Text), canvas.style(Role::Muted));
    let summary = match list.is_behind() {
        true => Phrase::of("still looking", muted),
        false => counted(canvas, list, logs, lines.len()),
    };
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

/// How many lines there are and how many of them are errors, of which so many are shown.
fn counted(canvas: &Canvas<'_>, list: &LogList, logs: &Logs, shown: usize) -> Phrase<'static> {
    let (muted, bad) = (canvas.style(Role::Muted), canvas.bold(Role::Bad));
    let (all, errors) = (list.len(logs), list.at_least(Level::Error));
    if all == 0 {
        return Phrase::new();
    }
    let is_cut = all > shown as u64;
    let mut phrase = if is_cut {
        // Among lines of one level none is worse than another.
        let alike = list.level_of_all().is_some();
        Phrase::of(format!("the {} {shown} of {}", if alike { "first" } else { "worst" }, show::count(all)), muted)
    } else {
        Phrase::of(show::plural(all, "line", "lines"), muted)
    };
    if errors > 0 {
        phrase.push(", ", muted);
        phrase.push(show::plural(errors, "error", "errors"), bad);
    }
    if is_cut {
        phrase.push("; L shows all", muted);
    }
    phrase
}

/// Those of so many lines that have room: of the highest levels, of one level the first. Their order stays.
fn worst(lines: Vec<LogLine>, room: usize) -> Vec<LogLine> {
    let mut by_level: Vec<usize> = (0..lines.len()).collect();
    by_level.sort_by_key(|at| std::cmp::Reverse(lines[*at].level));
    let chosen: HashSet<usize> = by_level.into_iter().take(room).collect();
    lines.into_iter().enumerate().filter(|(at, _)| chosen.contains(at)).map(|(_, line)| line).collect()
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
        app::screen::Screen,
        domain::{
            fact::Fact,
            log::{LogFormat, LogSource},
            span::{SpanId, TraceId},
        },
        store::logs::LogFilter,
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

    #[test]
    fn where_not_all_lines_fit_the_worst_are_there_in_the_order_of_their_time_and_the_rule_counts_all() {
        let mut scene = Scene::shop();
        scene.requests(1, false);
        let id = scene.model.world.traces.by_prefix("", 1)[0];
        let began = scene.model.now;
        let line = |n: i64| LogLine {
            level: match n {
                37 => Level::Error,
                20 => Level::Warn,
                _ => Level::Info,
            },
            trace: Some(id),
            ..LogLine::said(began.0 + n, &format!("line {n}."))
        };
        let pane = |scene: &mut Scene, width: u16, height: u16| {
            let text = scene.screen(width, height);
            let from = text.lines().skip_while(|line| !line.contains("Logs of this trace"));
            from.map(|line| line.trim_end().to_owned()).collect::<Vec<_>>()
        };
        let said = |pane: &[String]| -> Vec<i64> {
            let of = |line: &String| line.split_once("line ")?.1.split_once('.')?.0.parse().ok();
            pane.iter().filter_map(of).collect()
        };
        scene.open(Screen::Traces);
        scene.enter();
        scene.tell(vec![Fact::Logs((0..4).map(line).collect())]);
        let all = pane(&mut scene, 160, 48);
        assert!(all[0].contains(" 5 lines ") && said(&all) == [0, 1, 2, 3], "{all:?}");
        scene.tell(vec![Fact::Logs((4..20).map(line).collect())]);
        let alike = pane(&mut scene, 160, 48);
        assert!(alike[0].contains("the first 8 of 21; L shows all"), "{alike:?}");
        scene.tell(vec![Fact::Logs((20..40).map(line).collect())]);
        for (width, height) in [(160, 48), (100, 30)] {
            let cut = pane(&mut scene, width, height);
            let (there, rule) = (said(&cut), "of 41, 1 error; L shows all");
            // Its own line is the first of all.
            let room = there.len() as i64 + 1;
            let expected: Vec<i64> = (0..room - 3).chain([20, 37]).collect();
            assert!(room >= 5 && there == expected, "{cut:?}");
            assert!(cut[0].contains(&format!("the worst {room} {rule}")), "{cut:?}");
        }
    }
}
