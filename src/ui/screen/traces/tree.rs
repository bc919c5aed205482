//! The waterfall: spans as a tree, each with its place on the time axis. Thick is what the request waited for, thin is off that
//! path: waiting for a span below, or beside others.

use ratatui::layout::Rect;

use super::{in_column, place, took, untaken, usual};
use crate::{
    app::{
        Model,
        screen::traces::{Fall, State, below_rows},
    },
    domain::{
        fit, show,
        span::{TIMELESS, UNTIMED},
        text::Shown,
    },
    store::traces::{Many, Row, Spent, Waterfall},
    theme::{Mark, Role},
    ui::{
        say,
        widget::{
            Canvas, Phrase, Stretch, Time, axis, bar_with_rest, heading,
            rule::{Rule, rule},
            waterfall,
        },
    },
};

/// From so many columns on the comparison with the usual one stands beside the critical path.
const BESIDE: u16 = 96;

/// A smaller difference between many is none, in ns.
const NOTABLE_NS: u64 = 1_000_000;

/// Columns to its left.
const USUAL_AT: u16 = 44;

/// What a rule takes beside its note and its summary, and the spaces between them; and of a request's name what is worth more
/// than how long all went on.
const RULE: usize = 26;
const NAME: usize = 24;

pub(super) fn draw(canvas: &mut Canvas<'_>, model: &Model, area: Rect, fall: &Fall, numbered: bool) {
    let (muted, text) = (canvas.style(Role::Muted), canvas.style(Role::Text));
    let whole = &fall.waterfall;
    let root = whole.rows.get(whole.root);
    let span_ns = whole.end_ns.saturating_sub(whole.start_ns);
    let mark = if whole.failed { Mark::Failed } else { Mark::Good };
    let ink = if whole.failed { canvas.bold(Role::Bad) } else { text };
    let answered = whole.answered_ns().unwrap_or(span_ns);
    let mut summary =
        Phrase::of(mark.symbol(), canvas.theme().mark(mark)).with(format!(" after {}", took(answered)), ink);
    let lasted = whole.lasted_ns();
    let mut note = Phrase::of(fall.id.short(6), muted);
    let began = root.map_or_else(String::new, |root| format!(", {}", say::stamp_ms(model, root.span.started())));
    // How it ended is never pushed out by what was asked.
    let room = usize::from(area.width).saturating_sub(RULE + note.cells() + began.chars().count() + summary.cells());
    let name = root.map_or(0, |root| Shown::new(&root.span.name).cells());
    let all = format!(", all of it {}", took(lasted));
    let queued = lasted > answered.saturating_mul(2) && room >= name.min(NAME) + all.chars().count();
    if let Some(root) = root {
        let room = room.saturating_sub(if queued { all.chars().count() } else { 0 });
        note.push("  ", muted);
        note.push(fit::elide_middle(Shown::new(&root.span.name), room.max(6)).into_owned(), muted);
        note.push(began, muted);
    }
    if queued {
        // What it left in a queue.
        summary.push(all, muted);
    }
    let number = numbered.then_some(4);
    rule(canvas, area, &Rule { number, name: "Waterfall".into(), note, summary, focused: true, ..Rule::default() });
    let rows = fall.shown.len();
    let body = area.height.saturating_sub(2);
    let sums = &whole.went;
    let spare = body.saturating_sub(u16::try_from(rows).unwrap_or(u16::MAX));
    let beside = fall.usual.as_ref().filter(|_| area.width >= BESIDE);
    let beside = beside.map_or(0, |usual| usual::height(model, usual, area.width - 4 - USUAL_AT));
    // Where there is no room beside it, the comparison is one line below it.
    let line = if area.width < BESIDE { 2 } else { 0 };
    let most = spare.max(below_rows(body));
    let under = if most >= 5 { (sums.len() as u16 + 4 + line).max(beside + 3).min(most) } else { spare.min(1) };
    let view = Rect { y: area.y + 2, height: body - under, ..area };
    let label = (area.width * 2 / 5).clamp(12, 44);
    // Where there is room, how long a span was at work itself stands beside how long it took.
    let own = if area.width >= 96 { 9 } else { 0 };
    let bars = (area.x + label + 2, area.width.saturating_sub(label + 13 + own));
    let top = model.screens.traces.span.first(usize::from(view.height), rows);
    let mut title = "service, operation".to_owned();
    if rows > usize::from(view.height) {
        let shown = format!("{} to {} of {rows}", top + 1, (top + usize::from(view.height)).min(rows));
        title = if label >= 36 { format!("{title}, {shown}") } else { format!("spans {shown}") };
    }
    canvas.put(area.x + 2, area.y + 1, label - 2, title, muted);
    let whole_us = (span_ns / 1_000).max(1);
    if own > 0 {
        let self_ends = area.right().saturating_sub(11);
        canvas.phrase_right(bars.0 + bars.1, self_ends, area.y + 1, &Phrase::of("self", muted));
        canvas.phrase_right(self_ends, area.right().saturating_sub(1), area.y + 1, &Phrase::of("took", muted));
    }
    let steps = axis(canvas, (bars.0, area.y + 1, bars.1), whole_us);
    for (y, (n, at)) in (view.y..view.bottom()).zip(fall.shown.iter().enumerate().skip(top)) {
        let Some(row) = whole.rows.get(*at) else { break };
        let faint = canvas.style(Role::Line);
        steps.iter().for_each(|x| canvas.glyph(*x, y, "┊", faint));
        let many = State::repeats(row).filter(|_| !model.screens.traces.unfolded);
        let untaken = many.is_none() && untaken(model, row).is_some();
        row_at(canvas, model, y, (area.x, label), bars, whole, (row, many, untaken));
        let all = many.map_or(row.span.duration_ns(), |many| many.sum_ns);
        let told = many.map_or(!row.span.is_untimed(), |many| many.timed);
        let time = if told { in_column(all) } else { show::ABSENT.to_owned() };
        let time = Phrase::of(time, if row.span.failed() { canvas.bold(Role::Bad) } else { muted });
        if own > 0 {
            let own = Phrase::of(in_column(many.map_or(row.own_ns, |many| many.own_ns)), muted);
            canvas.phrase_right(bars.0 + bars.1, area.right().saturating_sub(11), y, &own);
        }
        canvas.phrase_right(bars.0 + bars.1 + own, area.right().saturating_sub(1), y, &time);
        if n == model.screens.traces.span.at {
            let (focus, select) = (canvas.style(Role::Focus), canvas.style(Role::Select));
            canvas.glyph(area.x, y, Mark::To.symbol(), focus);
            canvas.tint(Rect { y, height: 1, ..area }, select);
        }
    }
    if under > 0 {
        below(canvas, model, Rect { y: view.bottom(), height: under, ..area }, fall, sums);
    }
}

/// A span, or many equal ones in the row of the first.
fn row_at(
    canvas: &mut Canvas<'_>,
    model: &Model,
    y: u16,
    (x, label): (u16, u16),
    (bars, width): (u16, u16),
    whole: &Waterfall,
    (row, many, untaken): (&Row, Option<&Many>, bool),
) {
    let (text, strong, muted, line) =
        (canvas.style(Role::Text), canvas.style(Role::Strong), canvas.style(Role::Muted), canvas.style(Role::Line2));
    let mut lead = String::new();
    // A blank before the bars.
    let label = label.saturating_sub(1);
    let levels = row.more.len().min(1 + usize::from(label) * 3 / 5 / 3);
    // Nothing follows many in one row where nothing follows the last of them.
    let last = many.and_then(|many| whole.rows.get(many.last));
    let lines = last.map_or(&row.more, |last| &last.more);
    // Deeper than there is room for, how deep it is stands where the last level does.
    let is_deeper = levels > 1 && row.more.len() > levels;
    for (level, more) in lines.iter().enumerate().take(levels).skip(1) {
        let last = level + 1 == levels;
        let more = if last && is_deeper { lines.last().unwrap_or(more) } else { more };
        lead.push_str(match (last, *more) {
            (true, true) => "├─ ",
            (true, false) => "└─ ",
            (false, true) => "│  ",
            (false, false) => "   ",
        });
    }
    if is_deeper {
        lead.truncate(lead.trim_end_matches("─ ").len());
    }
    let mut phrase = Phrase::of(lead, line);
    if is_deeper {
        phrase.push(format!("{:>2} ", row.depth), muted);
    }
    if row.queue {
        phrase.push("╌► ", canvas.style(Role::Line2));
    }
    if row.no_parent {
        phrase.push("(parent missing) ", canvas.style(Role::Warn));
    }
    if row.circle {
        phrase.push("(its own ancestor) ", canvas.style(Role::Warn));
    }
    let ink = if row.span.failed() { canvas.bold(Role::Bad) } else { strong };
    if row.span.failed() {
        phrase.push(Mark::Failed.symbol(), canvas.theme().mark(Mark::Failed));
        phrase.push(" ", ink);
    }
    phrase.push(model.cluster.short(&row.span.service).to_owned(), ink);
    phrase.push(" ", text);
    let used = phrase.cells();
    // What is wrong with its clock is worth more than the middle of a long name, not than most of it.
    let clock = clock(row);
    let count = if untaken { " not taken".to_owned() } else { many.map_or_else(String::new, times) };
    let used = used + count.chars().count();
    let room = usize::from(label).saturating_sub(used + 2);
    let room = room.min(usize::from(label).saturating_sub(used + clock.len()).max(20));
    phrase.push(fit::elide_middle(Shown::new(&row.span.name), room.max(6)).into_owned(), text);
    phrase.push(count, canvas.style(Role::Warn));
    phrase.push(clock, muted);
    canvas.phrase(x + 2, y, label, &phrase);
    let us = |ns: u64| ns.saturating_sub(whole.start_ns) / 1_000;
    let end = us(many.map_or(row.end_ns, |many| many.end_ns));
    let mut stretches = vec![Stretch { start: us(row.start_ns), end, time: Time::Waiting }];
    let time = if row.span.failed() { Time::Failed } else { Time::Critical };
    let own = row.unheard_ns.map(|from| (from, row.end_ns));
    let unheard = many.map_or(own.as_slice(), |many| &many.unheard);
    let critical = many.map_or(&row.critical, |many| &many.critical);
    let of = |time| move |(from, until): &(u64, u64)| Stretch { start: us(*from), end: us(*until), time };
    if is_in_vain(row) && many.is_none() {
        stretches[0].time = Time::Failed;
    }
    stretches.extend(unheard.iter().map(of(Time::Unheard)));
    stretches.extend(critical.iter().map(of(time)));
    let whole_us = (whole.end_ns.saturating_sub(whole.start_ns) / 1_000).max(1);
    waterfall(canvas, (bars, y, width), whole_us, &stretches);
}

/// Whether it failed, beside what the request waited for, and nothing ran below it: it waited for no span.
fn is_in_vain(row: &Row) -> bool {
    let alone = row.own_ns == row.end_ns.saturating_sub(row.start_ns);
    row.span.failed() && alone && row.critical.is_empty() && row.unheard_ns.is_none()
}

/// How many stand in a row, and how long one took that took far longer than the others.
fn times(many: &Many) -> String {
    let others = many.sum_ns.saturating_sub(many.longest_ns) / (many.count as u64 - 1).max(1);
    match many.longest_ns > others.saturating_mul(3) && many.longest_ns - others > NOTABLE_NS {
        true => format!(" ×{}, one {}", many.count, took(many.longest_ns)),
        false => format!(" ×{}", many.count),
    }
}

/// What is wrong with the times that it tells.
fn clock(row: &Row) -> &'static str {
    match row.span.attribute(UNTIMED) {
        Some(TIMELESS) => " no times told",
        Some("no end told") => " no end told",
        Some("no start told") => " no start told",
        Some(_) => " clock back",
        None if row.span.end_ns < row.span.start_ns => " clock back",
        None if row.clock_skew => " clock off",
        None => "",
    }
}

/// The legend, and where the time went.
fn below(canvas: &mut Canvas<'_>, model: &Model, area: Rect, fall: &Fall, sums: &[Spent]) {
    let (text, muted) = (canvas.style(Role::Text), canvas.style(Role::Muted));
    let (x, width) = (area.x + 2, area.width.saturating_sub(4));
    let skip = u16::from(area.height > 4);
    let whole = &fall.waterfall;
    // Where there is no room for all its words (60 columns, or a word more), what is failed comes first.
    let is_short = whole.unheard || area.width < 70;
    let mut legend = Phrase::of("▇", canvas.style(Role::Focus))
        .with(" on the critical path    ", muted)
        .with("─", canvas.style(Role::Line2))
        .with(if is_short { " off it    " } else { " off it: waiting, or beside    " }, muted)
        .with(Mark::Failed.symbol(), canvas.theme().mark(Mark::Failed))
        .with(" failed", muted);
    if whole.unheard {
        legend.push("    ╌►", canvas.style(Role::Warn));
        legend.push(" went on unheard", muted);
    }
    if area.height < 5 {
        let told =
            fall.usual.as_ref().map_or(usual::none(&fall.waterfall).to_owned(), |usual| usual::line(model, usual));
        legend.push(format!("    {told}"), muted);
    }
    if whole.left_out > 0 {
        legend.push(
            format!("    {} spans left out: too many", show::commas(u64::from(whole.left_out))),
            canvas.style(Role::Warn),
        );
    }
    if whole.goes_on {
        legend.push("    it goes on in more traces than are joined here", canvas.style(Role::Warn));
    }
    canvas.phrase(x, area.y + skip, width, &legend);
    if area.height < 5 {
        return;
    }
    let all: u64 = sums.iter().map(|sum| sum.ns).sum();
    let beside = area.width >= BESIDE;
    let row = Rect { x, y: area.y + skip + 2, width: if beside { 40 } else { width.min(78) }, height: 1 };
    if beside {
        let place =
            Rect { x: x + USUAL_AT, width: width - USUAL_AT, height: area.bottom().saturating_sub(row.y), ..row };
        match &fall.usual {
            Some(usual) => usual::draw(canvas, model, place, usual),
            None => {
                for (y, line) in
                    Phrase::of(usual::none(&fall.waterfall), muted).wrap(usize::from(place.width), 2).iter().enumerate()
                {
                    canvas.phrase(place.x, place.y + y as u16, place.width, line);
                }
            }
        }
    }
    heading(canvas, row, format!("Critical path, {}", took(all)), &Phrase::new());
    // Where there is no room for all of them, those that took longest, and what is said below them.
    let one_line = fall.usual.as_ref().filter(|_| !beside);
    let end = area.bottom() - u16::from(one_line.is_some());
    let mut sums: Vec<&Spent> = sums.iter().collect();
    if sums.len() > usize::from(end.saturating_sub(row.y + 1)) {
        sums.sort_by_key(|sum| std::cmp::Reverse((sum.in_vain, sum.ns)));
    }
    for (y, sum) in (row.y + 1..end).zip(&sums) {
        let name = place(model, &sum.service, sum.instance.as_ref(), true);
        let share = if all > 0 { sum.ns as f64 / all as f64 } else { 0.0 };
        let mut who = Phrase::new();
        if sum.in_vain {
            who.push(Mark::Failed.symbol(), canvas.theme().mark(Mark::Failed));
            who.push(" ", text);
        }
        let room = 28 - who.cells();
        who.push(fit::elide_middle(Shown::new(&name), room).into_owned(), text);
        canvas.phrase(x, y, 28, &who);
        canvas.phrase_right(x + 28, x + 38, y, &Phrase::of(in_column(sum.ns), text));
        if row.width >= 70 {
            let ink = canvas.style(Role::Bar);
            bar_with_rest(canvas, x + 40, y, 22, share, ink);
            canvas.phrase_right(x + 62, x + 70, y, &Phrase::of(show::percent(share), muted));
        }
    }
    let y = (row.y + 1 + u16::try_from(sums.len()).unwrap_or(u16::MAX - row.y - 1)).min(end);
    if let Some(usual) = one_line {
        let line = Phrase::of(usual::line(model, usual), muted);
        for (y, line) in (y..area.bottom()).zip(line.wrap(usize::from(width), 2)) {
            canvas.phrase(x, y, width, &line);
        }
    }
}
