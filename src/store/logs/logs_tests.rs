//! What the store of lines promises: one order, nothing lost without a gap, search that finds what came.

use super::*;
use crate::domain::event::{Event, EventKind};
use crate::domain::log::{LogFormat, LogSource};
use crate::domain::span::SpanId;
use crate::domain::span::TraceId;
use crate::domain::value::Value;

const START: i64 = 1_795_415_400_000;

fn line(at: i64, service: &str, message: &str) -> LogLine {
    LogLine {
        at: Moment(START + at),
        seen_at: Moment(START + at + 3),
        below_ns: 0,
        level: Level::Info,
        service: Some(service.into()),
        instance: "10.0.0.4:5002".parse().ok(),
        message: message.into(),
        trace: Some(TraceId([at as u8; 16])),
        span: Some(SpanId([2; 8])),
        fields: vec![("order".into(), "9871".into()), ("token".into(), "s3cret".into())],
        source: LogSource::File("/var/log/x".into()),
        format: LogFormat::Json,
        raw: format!(r#"{{"msg":"{message}","order":9871,"token":"s3cret"}}"#).as_bytes().into(),
    }
}

fn event(at: i64, text: &str) -> Event {
    Event {
        at: Moment(START + at),
        kind: EventKind::Weight,
        service: None,
        instance: None,
        before: None,
        after: None,
        source: "registry".into(),
        text: text.into(),
    }
}

fn none() -> std::iter::Empty<(u64, &'static Event)> {
    std::iter::empty()
}

fn said(window: &LogWindow<'_>) -> Vec<String> {
    let words = |row: &LogRow<'_>| match row {
        LogRow::Line(_, line) => line.message.to_string(),
        LogRow::Event(_, event) => format!("EVENT {}", event.text),
        LogRow::Lost(gap) => format!("{} lost", gap.lines),
    };
    window.rows.iter().map(words).collect()
}

fn list(logs: &Logs, filter: &str) -> LogList {
    let mut list = LogList::new(LogFilter::parse(filter).unwrap());
    list.refresh(logs);
    list
}

#[test]
fn within_a_millisecond_lines_stand_as_finely_as_their_times_were_told_then_as_they_came() {
    let mut logs = Logs::new(1 << 20);
    let told =
        |at, below_ns, message: &str| LogLine { below_ns, trace: Some(TraceId([7; 16])), ..line(at, "a", message) };
    logs.apply(&[told(5, 900_000, "effect"), told(5, 100_000, "cause"), told(6, 0, "z"), told(5, 999_999, "last")]);
    logs.apply(&[told(6, 0, "y"), told(5, 100_000, "too")]);
    let order = ["cause", "too", "effect", "last", "z", "y"];
    for filter in ["", "a"] {
        let mut list = list(&logs, filter);
        list.refresh(&logs);
        assert_eq!(said(&list.window(&logs, none(), Place::Follow, 10)), order, "{filter:?}");
    }
    let of_trace = of_trace(&logs);
    assert!(of_trace.iter().map(|(_, line)| &*line.message).eq(order));
    assert_eq!(of_trace[2].1.below_ns, 900_000);
    assert_eq!(logs.newest(1).next().map(|line| line.at), Some(Moment(START + 6)));
}

#[test]
fn a_line_comes_back_as_it_was_but_for_its_secrets() {
    let mut logs = Logs::new(1 << 20);
    let mut bare = line(2, "b", "naïve \u{202e}");
    (bare.service, bare.instance, bare.trace, bare.span) = (None, None, None, None);
    (bare.source, bare.raw, bare.level) = (LogSource::Otlp, Default::default(), Level::Unknown);
    bare.fields.clear();
    let mut full = line(1, "a", "order accepted");
    full.fields.extend([("took".into(), Value::json("842")), ("token".into(), Value::json("17"))]);
    logs.apply(&[full.clone(), bare.clone()]);
    let window = list(&logs, "");
    let window = window.window(&logs, none(), Place::Follow, 10);
    let got: Vec<LogLine> = window
        .rows
        .iter()
        .filter_map(|r| if let LogRow::Line(_, l) = r { Some((**l).clone()) } else { None })
        .collect();
    assert_eq!(&*got[0].fields[1].1, "***");
    let mut masked = full;
    for secret in [1, 3] {
        masked.fields[secret].1 = "***".into();
    }
    assert!(got[0].fields[2].1.is_json() && !got[0].fields[3].1.is_json(), "a mask is no number");
    assert_eq!(got, [masked, bare]);
}

#[test]
fn lines_stand_in_the_order_of_their_time_however_they_come() {
    let mut logs = Logs::new(1 << 20);
    for n in 0..4_000i64 {
        let at = (n * 2_741) % 4_000;
        logs.apply(&[line(at, "a", &format!("{at:04}"))]);
    }
    let all = list(&logs, "");
    let window = all.window(&logs, none(), Place::Follow, 5_000);
    let said = said(&window);
    assert!(said.len() == 4_000 && said.is_sorted() && logs.blocks.len() > 5);
    assert_eq!(logs.bytes(), logs.blocks.iter().map(Block::cost).sum::<usize>());
}

#[test]
fn what_is_counted_is_what_is_there_after_thousands_of_random_steps() {
    let mut chance = 88_172_645_463_325_252_u64;
    let mut below = |most: u64| {
        chance ^= chance << 13;
        chance ^= chance >> 7;
        chance ^= chance << 17;
        chance % most
    };
    for limit in [64 << 10, 1 << 20, 4 << 20] {
        let mut logs = Logs::new(limit);
        for step in 0..4_000 {
            let lines: Vec<LogLine> = (0..below(12))
                .map(|_| {
                    let late = if below(10) == 0 { below(60_000) as i64 } else { 0 };
                    let long = if below(200) == 0 { 9_000 } else { 300 };
                    line(step * 40 - late, "a", &"x".repeat(below(long) as usize))
                })
                .collect();
            logs.apply(&lines);
            let most = limit.max(logs.blocks.iter().map(Block::cost).max().unwrap_or(0));
            assert!(logs.bytes() <= most, "{} of {limit}", logs.bytes());
        }
        assert_eq!(logs.bytes(), logs.blocks.iter().map(Block::cost).sum::<usize>());
        assert_eq!(logs.held(), logs.blocks.iter().map(|block| block.entries().len() as u64).sum::<u64>());
        assert_eq!(logs.received(), logs.held() + logs.dropped());
        let text: usize = logs.blocks.iter().map(|block| block.text().len()).sum();
        assert!(logs.dropped() > 0 && text > limit / 3, "{text} of {limit} is text");
    }
}

#[test]
fn what_is_dropped_leaves_a_gap_at_its_place() {
    let mut logs = Logs::new(64 << 10);
    for n in 0..2_000 {
        logs.apply(&[line(n, "a", &format!("line {n}"))]);
    }
    logs.note_dropped(Moment(START + 1_990), 7, "otlp");
    logs.apply(&[line(5, "a", "far too late")]);
    assert!(logs.bytes() <= 64 << 10 && logs.held() > 100);
    assert_eq!(logs.received(), logs.held() + logs.dropped());
    assert_eq!(logs.received(), 2_008);
    let all = list(&logs, "");
    let window = all.window(&logs, none(), Place::Follow, 5_000);
    let said = said(&window);
    assert_eq!(said[0], format!("{} lost", logs.dropped() - 7));
    assert_eq!(said[said.len() - 12..said.len() - 9], ["line 1989", "7 lost", "line 1990"]);
}

#[test]
fn what_gave_way_stands_where_the_first_line_is_held_behind_older_events() {
    let mut logs = Logs::new(64 << 10);
    logs.note_dropped(Moment(START + 3), 7, "from otlp");
    logs.note_dropped(Moment(START + 7), 7, "from x");
    logs.note_dropped(Moment(START + 4_000), 7, "from x");
    for n in 0..2_000 {
        logs.apply(&[line(n, "a", &format!("line {n}"))]);
    }
    let first = logs.range().unwrap().0;
    let story = [event(-9, "old"), event(1_999, "new")];
    let events = || story.iter().enumerate().map(|(n, event)| (n as u64, event));
    let all = list(&logs, "");
    let window = all.window(&logs, events(), Place::Starting(RowKey::at(Moment(i64::MIN))), 4);
    let said = said(&window);
    // A loss that goes on among what is held is told there.
    assert_eq!(said[..3], ["EVENT old".to_owned(), format!("{} lost", logs.dropped() - 14), "14 lost".to_owned()]);
    assert_eq!(window.rows[1].key(), RowKey::at(first));
    assert_eq!(logs.received(), logs.held() + logs.dropped());
}

#[test]
fn events_stand_among_the_lines() {
    let mut logs = Logs::new(1 << 20);
    logs.apply(&[line(10, "a", "one"), line(20, "a", "two"), line(30, "a", "three")]);
    let story = [event(5, "first"), event(20, "same"), event(99, "last")];
    let events = || story.iter().enumerate().map(|(n, event)| (n as u64, event));
    let all = list(&logs, "");
    let follow = all.window(&logs, events(), Place::Follow, 10);
    assert_eq!(said(&follow), ["EVENT first", "one", "two", "EVENT same", "three", "EVENT last"]);
    let two = follow.rows[2].key();
    assert_eq!(said(&all.window(&logs, events(), Place::Ending(two), 2)), ["one", "two"]);
    assert_eq!(said(&all.window(&logs, events(), Place::Ending(two), 5)), said(&follow)[..5]);
    assert_eq!(said(&all.window(&logs, events(), Place::Starting(two), 2)), ["two", "EVENT same"]);
    assert_eq!(said(&all.window(&logs, events(), Place::Starting(two), 5)), said(&follow)[1..]);
    assert_eq!(all.step(&logs, events(), two, 2), Some(follow.rows[4].key()));
    assert_eq!(all.step(&logs, events(), two, -99), Some(follow.rows[0].key()));
    assert_eq!(all.step(&logs, events(), two, 0), Some(two));
}

#[test]
fn a_held_place_stays_and_counts_what_came_meanwhile() {
    let mut logs = Logs::new(1 << 20);
    (0..50).for_each(|n| logs.apply(&[line(n, "a", &format!("m{n}"))]));
    let mut odd = list(&logs, "/\\bm\\d*[13579]\"/ !m49");
    let place = Place::Ending(odd.window(&logs, none(), Place::Follow, 3).rows[2].key());
    (50..70).for_each(|n| logs.apply(&[line(n, "a", &format!("m{n}"))]));
    odd.refresh(&logs);
    let window = odd.window(&logs, none(), place, 3);
    assert_eq!((said(&window), window.newer), (vec!["m43".to_owned(), "m45".into(), "m47".into()], 10));
}

#[test]
fn filters_find_what_came_and_drop_what_went() {
    let mut logs = Logs::new(256 << 10);
    let (mut late, mut trace) = (list(&logs, "level>=warn service:orders TIMEOUT"), list(&logs, "trace:0a0a"));
    let mut name = list(&logs, "PAYM");
    for n in 0..1_500 {
        let mut next =
            line(n, if n % 2 == 0 { "orders" } else { "payments" }, if n % 5 == 0 { "a timeout" } else { "ok" });
        next.level = if n % 3 == 0 { Level::Error } else { Level::Debug };
        logs.apply(&[next]);
        [&mut late, &mut trace, &mut name].into_iter().for_each(|list| list.refresh(&logs));
    }
    let first = logs.range().unwrap().0.0 - START;
    let count = |each: i64| (first..1_500).filter(|n| n % each == 0).count() as u64;
    assert_eq!(late.len(&logs), count(30));
    assert_eq!(name.len(&logs), (first..1_500).filter(|n| n % 2 == 1).count() as u64);
    assert_eq!(trace.len(&logs), (first..1_500).filter(|n| n % 256 == 10).count() as u64);
    let afresh = list(&logs, "level>=warn service:orders TIMEOUT");
    assert_eq!(
        said(&afresh.window(&logs, none(), Place::Follow, 999)),
        said(&late.window(&logs, none(), Place::Follow, 999))
    );
}

fn of_trace(logs: &Logs) -> Vec<(LogKey, LogLine)> {
    let traces = vec![TraceId([8; 16]), TraceId([7; 16])];
    let mut list = LogList::new(LogFilter { traces, ..LogFilter::default() });
    list.refresh(logs);
    list.lines(logs, LogKey::default()).collect()
}

#[test]
fn the_lines_of_a_trace_are_found() {
    let mut logs = Logs::new(1 << 20);
    (0..600).for_each(|n| logs.apply(&[line(n, "a", &format!("m{n}"))]));
    let found = of_trace(&logs);
    assert_eq!(
        found.iter().map(|(_, l)| &*l.message).collect::<Vec<_>>(),
        ["m7", "m8", "m263", "m264", "m519", "m520"]
    );
    assert_eq!(logs.get(found[2].0).map(|l| l.message), Some("m263".into()));
}

#[test]
fn a_clock_that_is_far_ahead_does_not_stay_the_newest() {
    let mut logs = Logs::new(1 << 20);
    let mut wrong = line(1, "a", "from 2200");
    wrong.at = Moment(7_258_118_400_000);
    logs.apply(&[wrong, line(2_000, "a", "later")]);
    let all = list(&logs, "");
    let window = all.window(&logs, none(), Place::Follow, 9);
    assert_eq!(said(&window), ["from 2200", "later"]);
    assert!(matches!(&window.rows[0], LogRow::Line(_, l) if l.at == Moment(7_258_118_400_000)));
}

#[test]
fn levels_are_counted_by_cell() {
    let mut logs = Logs::new(1 << 20);
    (0..100).for_each(|n| logs.apply(&[line(n * 10, "a", "m")]));
    let cells = logs.levels(Moment(START), 500, 3);
    assert_eq!(cells.iter().map(|cell| cell[3]).collect::<Vec<_>>(), [50, 50, 0]);
}
