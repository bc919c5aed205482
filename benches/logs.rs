//! What a filter over a million stored lines costs: until the first hits, and until all are found; and what a page of rows
//! costs at a thousand and at a million lines; and what it costs to tell the patterns of a million.
//!
//! `cargo bench --bench logs`

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use keepwatch::domain::event::Event;
use keepwatch::domain::log::{Level, LogFormat, LogLine, LogSource};
use keepwatch::domain::time::Moment;
use keepwatch::store::logs::{LogFilter, LogList, Logs, Place};

fn line(n: i64) -> LogLine {
    let (level, word) = [(Level::Info, "info"), (Level::Warn, "warn"), (Level::Error, "error")][(n % 3) as usize];
    let message = match n % 1_000 {
        0 => "deadline exceeded while calling payments",
        _ => "order accepted, two items, payment in time",
    };
    let raw = format!(
        r#"{{"time":"2026-11-23T06:30:00.{:03}Z","level":"{word}","service":"orders","msg":"{message}","order":{n},"trace_id":"{n:032x}","took_ms":{}}}"#,
        n % 1_000,
        n % 900,
    );
    LogLine {
        at: Moment(n),
        seen_at: Moment(n),
        below_ns: 0,
        level,
        service: Some("orders".into()),
        instance: "10.0.0.4:5002".parse().ok(),
        message: message.into(),
        trace: None,
        span: None,
        fields: vec![("order".into(), n.to_string().into()), ("took_ms".into(), (n % 900).to_string().into())],
        source: LogSource::File("/var/log/orders.log".into()),
        format: LogFormat::Json,
        raw: raw.as_bytes().into(),
    }
}

fn store(lines: i64) -> Logs {
    let mut logs = Logs::new(1 << 30);
    for from in (0..lines).step_by(4_096) {
        logs.apply(&(from..(from + 4_096).min(lines)).map(line).collect::<Vec<_>>());
    }
    assert_eq!(logs.held(), lines as u64);
    logs
}

fn filters(c: &mut Criterion) {
    let logs = store(1_000_000);
    let mut group = c.benchmark_group("filter 1,000,000 lines");
    group.sample_size(10);
    for text in
        ["\"deadline exceeded\"", "/deadline \\w+ while/", "/took_ms\":8[0-9]{2}\\b/", "level>=error", "took_ms>=899"]
    {
        let filter = LogFilter::parse(text).expect("a filter");
        group.bench_function(format!("{text}, first hits"), |b| {
            b.iter(|| {
                let mut list = LogList::new(filter.clone());
                list.refresh(&logs);
                assert!(!list.is_empty(&logs));
            });
        });
        group.bench_function(format!("{text}, all"), |b| {
            b.iter(|| {
                let mut list = LogList::new(filter.clone());
                list.refresh(&logs);
                while list.is_behind() {
                    list.refresh(&logs);
                }
                black_box(list.len(&logs))
            });
        });
    }
    group.finish();
}

fn pages(c: &mut Criterion) {
    let mut group = c.benchmark_group("a page of 50 rows, in the middle");
    for lines in [1_000, 1_000_000] {
        let logs = store(lines);
        let mut list = LogList::new(LogFilter::default());
        list.refresh(&logs);
        let none: [(u64, &Event); 0] = [];
        let newest = list.window(&logs, none.into_iter(), Place::Follow, 1).rows[0].key();
        let middle = list.step(&logs, none.into_iter(), newest, -(lines as isize / 2)).expect("a row");
        group.bench_function(format!("{lines} lines"), |b| {
            b.iter(|| black_box(list.window(&logs, none.into_iter(), Place::Starting(middle), 50).rows.len()));
        });
    }
    group.finish();
}

/// The store's lines with other words in them: what is one pattern in the end begins as hundreds.
fn patterns(c: &mut Criterion) {
    const NAMES: [&str; 7] = ["ada", "grace", "edsger", "barbara", "alan", "donald", "radia"];
    let said = |n: i64| {
        let name = NAMES[(n % 7) as usize];
        match n % 3 {
            0 => format!("user {name} logged in from 10.1.1.{} after {n} tries", n % 256),
            1 => format!("GET /{name}/{n} 200 {} ms", n % 99),
            _ => format!("connect to host-{name}.example.com failed: timeout"),
        }
    };
    let mut logs = Logs::new(1 << 30);
    for from in (0..1_000_000).step_by(10_000) {
        let lines = (from..from + 10_000).map(|n| LogLine { message: said(n).into(), ..line(n) });
        logs.apply(&lines.collect::<Vec<_>>());
    }
    let mut group = c.benchmark_group("patterns");
    group.sample_size(10);
    group.bench_function("1,000,000 lines", |b| {
        b.iter(|| {
            let mut list = LogList::grouping(LogFilter::default());
            list.refresh(&logs);
            while list.is_behind() {
                list.refresh(&logs);
            }
            black_box(list.patterns().len())
        });
    });
    group.finish();
}

criterion_group!(benches, filters, pages, patterns);
criterion_main!(benches);
