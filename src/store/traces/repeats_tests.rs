//! Calls made in a loop are one row each step of the way down, however many there are and whatever lies below them.

use super::super::tests::{fails, span, trace};
use super::super::{Traces, Waterfall};
use super::{REPEATS, Row};
use crate::domain::span::{Span, SpanId, SpanKind};

/// Spans below each other, numbered as they come.
#[derive(Default)]
struct Spans(Vec<Span>);

impl Spans {
    fn add(&mut self, parent: usize, service: &str, kind: SpanKind) -> usize {
        let n = self.0.len() as u64 + 1;
        let id = |n: u64| SpanId(n.to_be_bytes());
        let parent = (parent > 0).then(|| id(parent as u64));
        self.0.push(Span { id: id(n), parent, kind, ..span(1, 1, 0, service, (n, n + 1)) });
        n as usize
    }

    fn fall(&self) -> Waterfall {
        let mut traces = Traces::new(16 << 20);
        traces.apply(&self.0);
        traces.waterfall(trace(1)).unwrap()
    }
}

fn times(row: &Row) -> usize {
    row.many.as_ref().map_or(1, |many| many.count)
}

/// The rows that stand for themselves: whose they are, and for how many they stand.
fn shown(fall: &Waterfall) -> Vec<(String, usize)> {
    let rows = fall.rows.iter().enumerate().filter(|(n, row)| row.stands_for == *n);
    rows.map(|(_, row)| (format!("{:?} {}", row.span.kind, row.span.service), times(row))).collect()
}

/// So many calls, each answered, each answer with so many statements.
fn calls(spans: &mut Spans, root: usize, count: usize, statements: usize) {
    for _ in 0..count {
        let call = spans.add(root, "orders", SpanKind::Client);
        let answer = spans.add(call, "payments", SpanKind::Server);
        (0..statements).for_each(|_| _ = spans.add(answer, "payments", SpanKind::Client));
    }
}

#[test]
fn calls_with_their_answers_are_folded_with_all_that_is_below_them() {
    let mut spans = Spans::default();
    let root = spans.add(0, "orders", SpanKind::Server);
    calls(&mut spans, root, 48, 5);
    let fall = spans.fall();
    let wanted = [("Server orders", 1), ("Client orders", 48), ("Server payments", 48), ("Client payments", 240)];
    assert_eq!(shown(&fall), wanted.map(|(who, count)| (who.to_owned(), count)));
    let all: usize =
        fall.rows.iter().enumerate().filter(|(n, row)| row.stands_for == *n).map(|(_, row)| times(row)).sum();
    assert_eq!(all, fall.rows.len(), "each stands in one row");
    assert!(fall.rows.iter().all(|row| fall.rows[row.stands_for].span.name == row.span.name));
}

#[test]
fn what_is_too_few_within_each_of_many_stays_as_it_is_in_the_first() {
    let mut spans = Spans::default();
    let root = spans.add(0, "orders", SpanKind::Server);
    calls(&mut spans, root, REPEATS, REPEATS - 1);
    let counts: Vec<usize> = shown(&spans.fall()).into_iter().map(|(_, count)| count).collect();
    assert_eq!(counts, [1, 4, 4, 4, 4, 4]);
}

#[test]
fn the_one_that_failed_and_the_one_that_did_something_else_stand_apart() {
    let mut spans = Spans::default();
    let root = spans.add(0, "orders", SpanKind::Server);
    calls(&mut spans, root, 15, 1);
    let failed = spans.0[22].clone();
    spans.0[22] = fails(failed, &[]);
    let counts: Vec<usize> = shown(&spans.fall()).into_iter().map(|(_, count)| count).collect();
    assert_eq!(counts, [1, 7, 7, 7, 1, 1, 1, 7, 7, 7]);
    let other = spans.add(2, "payments", SpanKind::Internal);
    assert_eq!(spans.fall().rows[4].span.id, spans.0[other - 1].id);
    let counts: Vec<usize> = shown(&spans.fall()).into_iter().map(|(_, count)| count).collect();
    assert_eq!(counts, [1, 1, 1, 1, 1, 6, 6, 6, 1, 1, 1, 7, 7, 7]);
}
