//! Traces of several who write into one stream and say in each line who they are: each is one record, whatever the others
//! say between, over blank lines, lines that only what follows tells, and pauses.

use std::sync::Arc;
use std::time::Duration;

use super::cases::Cases;
use crate::domain::log::{Level, LogLine, LogSource};
use crate::domain::time::Moment;
use crate::telemetry::logs::reader::Reader;

const AT: Cases = Cases(0);

/// Traces, each with the line that it belongs to.
const TRACES: &[&str] = &[
    "panic: boom\n\ngoroutine 1 [running]:\nmain.main()\n\t/src/main.go:7 +0x1d\nexit status 2",
    "2026-11-26 20:00:00 ERROR boom\nTraceback (most recent call last):\n  File \"a.py\", line 1, in f\n    g()\nValueError: no\n\n\
     During handling of the above exception, another exception occurred:\n\nTraceback (most recent call last):\n  \
     File \"b.py\", line 2, in g\nKeyError: 1",
    "2026-11-26T20:00:00.034Z\tERROR\torders\tmain.go:18\tfailed\nmain.main.func1\n\t/src/main.go:18\nmain.main\n\t/src/main.go:20",
    "2026-11-26 20:00:00 ERROR boom\njava.lang.IllegalStateException: outer\nsecond line of it\nthird line\n\tat a.b(C.java:1)\n\
     Caused by: java.io.IOException: y\nmore of it\n\tat g.h(I.java:3)\n\t... 2 more",
];

const FRONTS: &[(&str, &str)] = &[
    ("orders-1  | ", "pay-1  | "),
    ("[pod/orders-7d8f9c6b5-x2x4z/app] ", "[pod/pay-7d8f9c6b5-b2b4b/app] "),
    ("Nov 26 20:00:00 h orders[12]: ", "Nov 26 20:00:00 h pay[13]: "),
];

fn told(lines: &[LogLine]) -> Vec<(Level, String)> {
    lines.iter().map(|line| (line.level, line.message.to_string())).collect()
}

fn stack(line: &LogLine) -> &str {
    line.error().unwrap_or_default()
}

/// The lines of several texts behind their fronts, one of each in turn.
fn in_turn<'a>(texts: &[(&'a str, &'a str)]) -> Vec<String> {
    let most = texts.iter().map(|(_, text)| text.lines().count()).max().unwrap_or(0);
    let of = |place: usize| texts.iter().filter_map(move |(front, text)| Some((*front, text.lines().nth(place)?)));
    (0..most).flat_map(of).map(|(front, line)| format!("{front}{line}")).collect()
}

#[test]
fn the_traces_of_several_are_whole_among_each_other() {
    for (one, two) in FRONTS {
        for trace in TRACES {
            for other in TRACES {
                let lines = AT.records(&in_turn(&[(*one, *trace), (*two, *other)]).join("\n"));
                assert_eq!(lines.len(), 2, "{one} {trace}: {:?}", told(&lines));
                for (line, text) in lines.iter().zip([trace, other]) {
                    assert_eq!(stack(line), text.split_once('\n').unwrap().1.trim_start_matches('\n'), "{one}");
                    assert!(line.level >= Level::Error, "{one}");
                }
            }
        }
    }
}

#[test]
fn a_trace_that_pauses_is_one_record_and_the_lines_of_others_do_not_wait_for_it() {
    let (one, two) = FRONTS[0];
    let (mut reader, mut lines) = (Reader::new(LogSource::Stdin, Arc::default()), Vec::new());
    let mut read = |reader: &mut Reader, text: &str, at: i64| {
        reader.read(text.as_bytes(), text.len(), Moment(at), |line| lines.push(line));
        std::mem::take(&mut lines)
    };
    for (count, line) in TRACES[3].lines().take(5).enumerate() {
        assert!(read(&mut reader, &format!("{one}{line}"), count as i64).is_empty());
    }
    assert!(read(&mut reader, &format!("{two}2026-11-26 20:00:00 INFO p"), 10).is_empty());
    let settled: Vec<_> = reader.settle(Moment(210), Duration::from_millis(200)).collect();
    assert_eq!(told(&settled), [(Level::Info, "p".to_owned())]);
    for line in TRACES[3].lines().skip(5).take(1) {
        assert!(read(&mut reader, &format!("{one}{line}"), 220).is_empty());
    }
    assert!(reader.settle(Moment(420), Duration::from_millis(200)).next().is_none());
    let mut settled: Vec<_> = reader.settle(Moment(1_300), Duration::from_secs(1)).collect();
    assert!(stack(&settled[0]).starts_with("java.lang.IllegalStateException: outer\nsecond line of it"), "{settled:?}");
    // What comes later than that has the level, the time and the service of it.
    settled.extend(read(&mut reader, &format!("{one}\tat x.y(Z.java:1)"), 2_000));
    settled.extend(reader.settle(Moment(2_100), Duration::from_secs(1)));
    let (first, late) = (&settled[0], settled.last().unwrap());
    assert_eq!((late.level, late.at, &late.service), (Level::Error, first.at, &first.service));
}

#[test]
fn while_others_write_on_a_trace_that_nothing_follows_is_let_go() {
    let (one, two) = FRONTS[0];
    let (mut reader, mut lines) = (Reader::new(LogSource::Stdin, Arc::default()), Vec::new());
    for text in [format!("{one}2026-11-26 20:00:00 ERROR boom"), format!("{one}java.lang.RuntimeException: x")] {
        reader.read(text.as_bytes(), text.len(), Moment(0), |line| lines.push(line));
    }
    for at in 1..30 {
        let text = format!("{two}2026-11-26 20:00:00 INFO {at}");
        reader.read(text.as_bytes(), text.len(), Moment(at * 50), |line| lines.push(line));
        assert_eq!(!lines.is_empty(), at > 20, "{at}");
    }
    assert_eq!((&*lines[0].message, lines.len()), ("boom", 29), "{:?}", told(&lines));
}

#[test]
fn as_many_may_write_at_once_as_a_cluster_has_and_who_is_quiet_gives_way() {
    for count in [40, 200, 300] {
        let quiet: Vec<_> = (0..100).map(|n| format!("quiet{n}-1  | 2026-11-26 20:00:00 ERROR gone")).collect();
        let fronts: Vec<_> = (0..count).map(|n| format!("svc{n}-1  | ")).collect();
        let texts: Vec<_> = fronts.iter().map(|front| (front.as_str(), TRACES[3])).collect();
        let lines = AT.records(&[quiet, in_turn(&texts)].concat().join("\n"));
        let whole = lines.iter().filter(|line| stack(line).ends_with("\n\t... 2 more")).count();
        match count {
            300 => assert!(whole < count),
            _ => assert_eq!((whole, lines.len()), (count, count + 100)),
        }
    }
}

#[test]
fn no_more_bytes_are_held_back_than_there_is_room_for() {
    let text = "x".repeat(60_000);
    let (mut reader, mut given) = (Reader::new(LogSource::Stdin, Arc::default()), 0);
    for number in 0..200 {
        let line = format!("svc{number}-1  | 2026-11-26 20:00:00 ERROR {text}");
        reader.read(line.as_bytes(), line.len(), Moment(0), |_| given += 1);
    }
    assert!((100..200).contains(&given), "{given}");
}

#[test]
fn lines_that_waited_for_a_trace_that_does_not_come_are_lines_in_their_order() {
    let (one, two) = FRONTS[0];
    let text = [
        "2026-11-26 20:00:00 ERROR boom",
        "java.lang.IllegalStateException: x",
        "plain",
        "more of it",
        "2026-11-26 20:00:00 INFO next",
    ];
    let other = ["2026-11-26 20:00:00 INFO a", "2026-11-26 20:00:00 INFO b", "2026-11-26 20:00:00 INFO c"];
    let lines = AT.records(&in_turn(&[(one, &text.join("\n")), (two, &other.join("\n"))]).join("\n"));
    let told: Vec<_> = lines.iter().map(|line| &*line.message).collect();
    assert_eq!(told, ["boom", "a", "b", "plain", "c", "more of it", "next"]);
    assert_eq!(stack(&lines[0]), "java.lang.IllegalStateException: x");
}
