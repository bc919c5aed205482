//! Which lines are one pattern, that none is lost, and that a pattern's lines are found by it.

use super::*;
use crate::domain::log::LogLine;
use crate::store::logs::LogFilter;

fn line(at: i64, level: Level, message: &str) -> LogLine {
    LogLine { level, service: Some("orders".into()), ..LogLine::said(at, message) }
}

#[test]
fn lines_that_differ_in_numbers_are_one_pattern_and_its_lines_are_found() {
    let mut logs = Logs::new(1 << 20);
    for n in 0..30 {
        logs.apply(&[line(n * 1_000, Level::Info, &format!("order {n} accepted in {} ms", n % 7))]);
    }
    logs.apply(&[line(30_000, Level::Error, "order 7 failed")]);
    let mut list = LogList::grouping(LogFilter::default());
    list.refresh(&logs);
    let told: Vec<_> = list.patterns().iter().map(|p| (p.template.to_string(), p.count)).collect();
    assert_eq!(told, [("order * failed".to_owned(), 1), ("order * accepted in * ms".to_owned(), 30)]);
    let accepted = list.patterns()[1].clone();
    assert_eq!((accepted.per_minute(Moment(30_000)), accepted.per_minute(Moment(1_000_000))), (30, 0));
    let mut lines = LogList::new(LogFilter { shape: list.shape(&accepted), ..LogFilter::default() });
    lines.refresh(&logs);
    assert_eq!(lines.len(&logs), 30);
}

/// The patterns of these messages, and how many lines each has; those that are found by it are as many.
fn grouped(messages: impl Iterator<Item = String>) -> Vec<(String, u64)> {
    let mut logs = Logs::new(64 << 20);
    let lines: Vec<LogLine> = messages.enumerate().map(|(n, said)| line(n as i64, Level::Info, &said)).collect();
    logs.apply(&lines);
    let mut list = LogList::grouping(LogFilter::default());
    list.refresh(&logs);
    let all = list.patterns();
    assert_eq!(all.iter().map(|pattern| pattern.count).sum::<u64>() + list.without_pattern(), lines.len() as u64);
    let told = |pattern: &&Pattern| {
        let mut found = LogList::new(LogFilter { shape: list.shape(pattern), ..LogFilter::default() });
        found.refresh(&logs);
        assert_eq!(found.len(&logs), pattern.count, "{}", pattern.template);
        (pattern.template.to_string(), pattern.count)
    };
    let mut told: Vec<_> = all.iter().map(told).collect();
    told.sort();
    told
}

const NAMES: [&str; 10] = ["ana", "bob", "carol", "dave", "eve", "frank", "grace", "heidi", "ivan", "judy"];

fn name(n: usize) -> String {
    format!("{}{}", NAMES[n % 10], NAMES[n / 10 % 10])
}

#[test]
fn of_a_path_only_the_ids_differ_and_codes_are_told_apart() {
    let path = |n: usize| ["users", "articles", "orders", "payments"][n % 4];
    let code = |n: usize| if n.is_multiple_of(8) { 503 } else { 200 };
    let told = grouped((0..400).map(|n| format!("GET /{}/{n} {} {} ms", path(n), code(n), n % 90)));
    let told: Vec<_> = told.iter().map(|(text, count)| format!("{count} {text}")).collect();
    assert_eq!(
        told,
        [
            "100 GET /articles/* 200 * ms",
            "100 GET /orders/* 200 * ms",
            "100 GET /payments/* 200 * ms",
            "50 GET /users/* 200 * ms",
            "50 GET /users/* 503 * ms",
        ]
    );
}

#[test]
fn words_of_which_there_are_many_in_one_place_are_one_pattern() {
    let hex = |n: usize| n.to_string().bytes().map(|c| char::from(b'a' + (c - b'0') % 6)).collect::<String>();
    let said = |n: usize| match n % 3 {
        0 => format!("user {} logged in from 10.1.1.{}", name(n), n % 256),
        1 => format!("connect to host-{}.example.com failed: timeout", name(n)),
        _ => format!("job={}bc state={}", hex(n), ["done", "failed", "running"][n / 3 % 3]),
    };
    let told = grouped((0..3_000).map(said));
    let told: Vec<_> = told.iter().map(|(text, count)| format!("{count} {text}")).collect();
    assert_eq!(told.iter().filter(|text| text.starts_with("1000 ")).count(), 2, "{told:?}");
    assert!(told.contains(&"1000 user * logged in from *".to_owned()), "{told:?}");
    assert!(told.contains(&"1000 connect to * failed: timeout".to_owned()), "{told:?}");
    assert!(told.iter().any(|text| text.ends_with(" job=* state=failed")), "{told:?}");
    assert!(told.len() <= 6, "{told:?}");
}

#[test]
fn an_id_without_a_digit_is_one_of_those_with_one() {
    let ids = ["fbfbabc", "17f", "eaeaabc", "3", "abab", "c0de", "bbabc"];
    let told = grouped((0..70).map(|n| format!("job={} state=done", ids[n % 7])));
    assert_eq!(told, [("job=* state=done".to_owned(), 70)]);
}

#[test]
fn two_words_that_differ_at_once_are_one_pattern_too_and_few_stay_apart() {
    let told = grouped((0..2_000).map(|n| format!("user {} moved to room {}", name(n), name(n / 7 + n))));
    assert_eq!(told.last(), Some(&("user * moved to room *".to_owned(), 2_000)), "{told:?}");
    assert_eq!(told.len(), 1);
    let few = ["starts", "stops", "waits", "ends", "fails"];
    assert_eq!(grouped((0..100).map(|n| format!("worker {} its queue", few[n % 5]))).len(), 5);
    assert_eq!(grouped(NAMES.iter().map(|name| (*name).to_owned())).len(), 10, "nothing would be left");
}

#[test]
fn floods_of_other_words_are_bounded_and_counted() {
    let mut logs = Logs::new(64 << 20);
    let said = |n: usize| format!("{} {} {}", name(n * 7), name(n / 100), name(n / 10));
    logs.apply(&(0..9_000).map(|n| line(n as i64, Level::Info, &said(n))).collect::<Vec<_>>());
    let mut list = LogList::grouping(LogFilter::default());
    list.refresh(&logs);
    let counted: u64 = list.patterns().iter().map(|pattern| pattern.count).sum();
    assert_eq!(counted + list.without_pattern(), 9_000);
    assert!(list.patterns().len() <= MOST);
}
