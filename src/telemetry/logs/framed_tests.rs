//! Lines that came at once share one copy of it, and say what they say by themselves.

use super::*;
use crate::domain::log::{LogLine, LogSource};
use crate::domain::time::Moment;
use crate::telemetry::logs::{lines::Lines, reader::Reader, rules::Rules};

/// The records of this text, which comes in pieces of so many bytes.
fn read(text: &[u8], size: usize) -> Vec<LogLine> {
    let mut reader = Reader::new(LogSource::Stdin, Arc::new(Rules::default()));
    let (mut lines, mut all) = (Lines::default(), Vec::new());
    for bytes in text.chunks(size) {
        reader.begins(bytes);
        lines.push(bytes, |line, whole| reader.read(line, whole, Moment(0), |record| all.push(record)));
        reader.passed(&mut all);
    }
    reader.end(Moment(0), |record| all.push(record));
    all
}

/// All shapes, with text that is no ASCII, escapes, frames, a stack, and what is no text at all.
fn text() -> Vec<u8> {
    let mut text = Vec::new();
    for n in 0..400 {
        let at = format!("2026-11-23T06:30:00.{:03}Z", n % 1_000);
        let line = match n % 7 {
            0 => format!(r#"{{"ts":"{at}","level":"warn","service":"orders","msg":"größer als {n}","n":{n}}}"#),
            1 => format!(r#"{{"ts":"{at}","level":"info","msg":"a \"quoted\" word\nand more {n}"}}"#),
            2 => format!("{at} stdout F {{\"level\":\"error\",\"msg\":\"in a frame {n}\"}}"),
            3 => format!("{at} ERROR [orders] boom é {n}\njava.lang.IllegalStateException: no\n\tat a.B.c(D.java:{n})"),
            4 => format!("level=info msg=\"paid — {n}\" order={n} time={at}"),
            5 => format!(r#"{{"log":"plain {n}\n","stream":"stderr","time":"{at}"}}"#),
            _ => format!("{at} INFO done {n}"),
        };
        text.extend_from_slice(line.as_bytes());
        text.extend_from_slice(if n % 90 == 89 { b" caf\xe9\n" } else { b"\n" });
    }
    text
}

#[test]
fn lines_say_the_same_however_much_came_at_once() {
    let text = text();
    let alone = read(&text, SHORTEST_CHUNK - 1);
    assert!(alone.len() > 390, "{}", alone.len());
    for size in [1, 100, SHORTEST_CHUNK, SHORTEST_CHUNK + 3, 7_001, 20_000, text.len()] {
        assert_eq!(read(&text, size), alone, "in pieces of {size}");
    }
}

#[test]
fn lines_that_came_at_once_are_parts_of_one_copy_and_what_they_say_is_found_in_it() {
    let line = |n: usize| format!("{{\"level\":\"info\",\"msg\":\"number {n} of many\",\"n\":\"{n:08}\"}}\n");
    let text: String = (0..1_000).map(line).collect();
    let all = read(text.as_bytes(), text.len());
    assert_eq!(all.len(), 1_000);
    for (n, line) in all.iter().enumerate() {
        let message = line.message.place_in(&line.raw).unwrap();
        assert_eq!(&line.raw[message..message + line.message.len()], format!("number {n} of many").as_bytes());
    }
    // One behind the other, as they came.
    for two in all.windows(2) {
        assert_eq!(two[1].raw.as_ptr().addr(), two[0].raw.as_ptr().addr() + two[0].raw.len() + 1);
    }
}

#[test]
fn a_line_among_blanks_keeps_its_own_bytes_alone() {
    for (lines, shares) in [(1, false), (40, false), (1_000, true)] {
        let text = "2026-11-23T06:30:00.000Z INFO [orders] done\n".repeat(lines) + &"\n".repeat(20_000);
        let all = read(text.as_bytes(), text.len());
        assert!(all.len() == lines && all[..lines - 1].iter().all(|line| line.raw.is_part() == shares), "{lines}");
        assert!(!all[lines - 1].raw.is_part(), "it was held back");
    }
}

#[test]
fn a_line_that_is_held_back_keeps_its_own_bytes_alone() {
    for begins in ["2026-11-23T06:30:00.100Z ERROR [orders] boom é", "web-1  | 2026-11-23T06:30:00.100Z ERROR boom é"]
    {
        let text = "2026-11-23T06:30:00.000Z INFO done\n".repeat(200) + begins + "\n";
        let mut reader = Reader::new(LogSource::Stdin, Arc::new(Rules::default()));
        let (mut lines, mut all) = (Lines::default(), Vec::new());
        reader.begins(text.as_bytes());
        lines.push(text.as_bytes(), |line, whole| reader.read(line, whole, Moment(0), |record| all.push(record)));
        assert!(all.len() == 200 && all.iter().all(|line| line.raw.is_part()), "{} before {begins}", all.len());
        reader.passed(&mut all);
        reader.end(Moment(0), |record| all.push(record));
        let held = &all[200];
        assert_eq!((&*held.raw, held.raw.is_part()), (begins.as_bytes(), false));
        assert_eq!(held.message.place_in(&held.raw), Some(begins.len() - held.message.len()), "{}", held.message);
        assert_eq!(*held, read(text.as_bytes(), 1)[200]);
    }
}
