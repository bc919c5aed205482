//! What is folded, and that counts are true however many lines there are.

use super::*;

use crate::domain::event::EventKind;
use crate::domain::log::LogFormat;
use crate::domain::log::{Level, LogSource};
use crate::store::effort::Effort;
use crate::store::logs::LogFilter;

const NOW: Moment = Moment(1_795_415_400_000);

fn line(at: i64, level: Level, instance: u8, message: &str) -> LogLine {
    LogLine {
        at: NOW.plus(at),
        seen_at: NOW.plus(at),
        below_ns: 0,
        level,
        service: Some("orders".into()),
        instance: format!("10.0.0.{instance}:5002").parse().ok(),
        message: message.into(),
        trace: None,
        span: None,
        fields: Vec::new(),
        source: LogSource::Otlp,
        format: LogFormat::Otlp,
        raw: Default::default(),
    }
}

fn event(at: i64, text: &str) -> Event {
    Event {
        at: NOW.plus(at),
        kind: EventKind::Gone,
        service: None,
        instance: None,
        before: None,
        after: None,
        source: "test".into(),
        text: text.into(),
    }
}

fn told(list: &LogList, logs: &Logs, events: &[Event], height: usize) -> Vec<String> {
    let numbered = events.iter().enumerate().map(|(n, event)| (n as u64, event));
    let said = |row: FoldedRow<'_>| match row.what {
        Folded::Line { line, count, instances, .. } => format!("{} x{count} of {instances}", line.message),
        Folded::Event(_, event) => event.text.to_string(),
        Folded::Lost(gap) => format!("{} lost", gap.lines),
    };
    list.folded(logs, numbered, height, NOW).into_iter().map(said).collect()
}

fn folding() -> LogList {
    let filter = LogFilter { level: Some(Level::Warn), ..LogFilter::default() };
    LogList::folding(filter)
}

#[test]
fn a_flood_of_equal_lines_is_one_row_with_its_true_count_and_displaces_no_event() {
    let (mut logs, mut list) = (Logs::new(64 << 20), folding());
    let events = [event(-5, "it left"), event(30_000, "it joined again")];
    for part in 0..100 {
        let lines: Vec<LogLine> = (0..200)
            .map(|n| line(part * 500 + n, Level::Error, (n % 3) as u8, &format!("order {n} timed out after {part} ms")))
            .collect();
        logs.apply(&lines);
        list.refresh(&logs);
    }
    assert_eq!(
        told(&list, &logs, &events, 5),
        ["it left", "order 199 timed out after 99 ms x20000 of 3", "it joined again"]
    );
    // All at once is the same as bit by bit.
    let mut late = folding();
    late.refresh(&logs);
    assert_eq!(told(&late, &logs, &events, 5), told(&list, &logs, &events, 5));
}

#[test]
fn what_is_folded_piece_by_piece_from_the_newest_back_is_counted_as_it_came() {
    let (mut logs, mut live) = (Logs::new(64 << 20), folding());
    let pad = "x".repeat(300);
    for part in 0..100 {
        let of = |n: i64| line(part * 200 + n, Level::Warn, 1, &format!("order {n} refused {pad}"));
        logs.apply(&(0..200).map(of).collect::<Vec<_>>());
        live.refresh(&logs);
    }
    let (mut list, mut goes) = (folding(), 0);
    while goes == 0 || list.is_behind() {
        list.refresh_within(&logs, &mut Effort::new(300_000));
        goes += 1;
        if goes == 3 {
            logs.apply(&[line(20_000, Level::Warn, 1, &format!("order 20000 refused {pad}"))]);
            live.refresh(&logs);
        }
    }
    assert!(goes > 5 && goes < 100, "{goes}");
    assert_eq!(told(&list, &logs, &[], 9), told(&live, &logs, &[], 9));
    assert!(told(&list, &logs, &[], 9)[0].ends_with("x20001 of 1"));
}

#[test]
fn what_differs_in_words_service_or_level_is_not_folded() {
    let (mut logs, mut list) = (Logs::new(1 << 20), folding());
    logs.apply(&[
        line(0, Level::Warn, 1, "order 1 refused"),
        line(1, Level::Error, 1, "order 2 refused"),
        line(2, Level::Warn, 1, "order 3 accepted"),
        line(3, Level::Info, 1, "order 4 refused"),
        line(4, Level::Warn, 1, "order 5 refused"),
    ]);
    list.refresh(&logs);
    assert_eq!(
        told(&list, &logs, &[], 9),
        ["order 5 refused x2 of 1", "order 2 refused x1 of 1", "order 3 accepted x1 of 1"]
    );
    assert_eq!(told(&list, &logs, &[], 1), ["order 3 accepted x1 of 1"]);
}

#[test]
fn after_a_silence_and_after_a_long_time_a_repeat_begins_anew() {
    let (mut logs, mut list) = (Logs::new(8 << 20), folding());
    let every =
        |from: i64, count: i64| (0..count).map(move |n| line(from + n * 30_000, Level::Warn, 1, "pool is full"));
    logs.apply(&every(0, 3).chain(every(200_000, 2)).collect::<Vec<_>>());
    list.refresh(&logs);
    assert_eq!(told(&list, &logs, &[], 9), ["pool is full x3 of 1", "pool is full x2 of 1"]);
    let (mut logs, mut list) = (Logs::new(8 << 20), folding());
    logs.apply(&every(0, 30).collect::<Vec<_>>());
    list.refresh(&logs);
    assert_eq!(told(&list, &logs, &[], 9), ["pool is full x10 of 1", "pool is full x20 of 1"]);
}

#[test]
fn a_line_that_comes_late_is_counted_and_may_be_the_first() {
    let (mut logs, mut list) = (Logs::new(1 << 20), folding());
    for at in [1_000, 2_000, 500] {
        logs.apply(&[line(at, Level::Warn, 1, "pool is full")]);
        list.refresh(&logs);
    }
    assert_eq!(told(&list, &logs, &[], 9), ["pool is full x3 of 1"]);
    let rows = list.folded(&logs, std::iter::empty(), 9, NOW);
    assert!(matches!(&rows[0].what, Folded::Line { until, .. } if *until == NOW.plus(2_000)));
    assert_eq!(rows[0].key.at, NOW.plus(500));
}

#[test]
fn a_count_outlives_its_first_lines_and_goes_with_the_last() {
    let (mut logs, mut list) = (Logs::new(16 << 10), folding());
    for n in 0..2_000 {
        logs.apply(&[line(n, Level::Warn, 1, &format!("request {n} refused"))]);
        list.refresh(&logs);
    }
    assert!(logs.dropped() > 0);
    let rows = told(&list, &logs, &[], 9);
    assert!(rows.iter().any(|row| row.ends_with("refused x2000 of 1")), "{rows:?}");
    for n in 0..2_000 {
        logs.apply(&[line(3_000 + n, Level::Warn, 1, "all is new")]);
        list.refresh(&logs);
    }
    assert!(told(&list, &logs, &[], 9).iter().all(|row| !row.contains("refused")));
}

#[test]
fn an_amount_is_told_as_it_was_last_and_an_id_is_one_of_many() {
    let (mut logs, mut list) = (Logs::new(1 << 20), folding());
    logs.apply(&[
        line(0, Level::Warn, 1, "queue mails: 51 messages wait for a7f3"),
        line(2_000, Level::Warn, 1, "queue mails: 240 messages wait for b812"),
    ]);
    list.refresh(&logs);
    assert_eq!(told(&list, &logs, &[], 9), ["queue mails: 240 messages wait for * x2 of 1"]);
}

#[test]
fn errors_that_go_on_stay_in_sight_beside_newer_events_and_those_that_ended_do_not() {
    let (mut logs, mut list) = (Logs::new(1 << 20), folding());
    for second in 0..50 {
        logs.apply(&[line(second * 1_000, Level::Error, 1, "payment timed out")]);
    }
    logs.apply(&[line(500, Level::Warn, 1, "pool is full")]);
    list.refresh(&logs);
    let events: Vec<Event> = (10..20).map(|n| event(n * 1_000, &format!("event {n}"))).collect();
    let told = |height: usize, now: i64| {
        let numbered = events.iter().enumerate().map(|(n, event)| (n as u64, event));
        let rows = list.folded(&logs, numbered, height, NOW.plus(now));
        let said = |row: FoldedRow<'_>| match row.what {
            Folded::Line { line, .. } => line.message.to_string(),
            Folded::Event(_, event) => event.text.to_string(),
            Folded::Lost(_) => "lost".to_owned(),
        };
        rows.into_iter().map(said).collect::<Vec<_>>()
    };
    assert_eq!(told(3, 50_000), ["payment timed out", "event 18", "event 19"]);
    assert_eq!(told(3, 49_000 + 60_000), ["event 17", "event 18", "event 19"], "it ended a minute ago");
    assert_eq!(told(1, 50_000), ["event 19"], "the newest stays");
}
