//! What the store says that it takes is what a recount says, whatever came, and never more than it may.

use std::collections::HashSet;

use super::held::Kept;
use super::tests::{span, trace};
use super::*;
use crate::domain::span::{SpanLink, SpanStatus};

/// Numbers that look like chance and are the same each time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % most
    }
}

/// A span of a trace, `number` from 1, below the one before it.
fn nth(id: u64, number: u64, took_ms: u64) -> Span {
    let one = span(id, 1, u8::from(number > 1), "orders", (number, number + took_ms));
    let parent = one.parent.map(|_| SpanId((number - 1).to_be_bytes()));
    Span { id: SpanId(number.to_be_bytes()), parent, ..one }
}

/// `taken`: spans that somebody took out.
fn recount(traces: &Traces, taken: u64) {
    let held: Vec<&Held> = traces.traces.values().collect();
    let cost = |which: &dyn Fn(&Held) -> bool| held.iter().filter(|h| which(h)).map(|h| h.cost()).sum::<usize>();
    assert_eq!(traces.bytes, cost(&|_| true));
    assert_eq!(traces.kept_bytes, cost(&|held| held.kept != Kept::Recent));
    assert_eq!(traces.roots.pinned_bytes, cost(&|held| held.pinned));
    assert_eq!(traces.spans, held.iter().map(|held| u64::from(held.spans)).sum::<u64>());
    assert_eq!(traces.refused, held.iter().filter(|held| held.refused).count());
    assert_eq!(traces.received, traces.spans + traces.dropped + taken);
    assert!(traces.linked.is_counted());
    // Whoever is held waits for its turn somewhere, or is held on to.
    let waits: HashSet<(TraceId, u64)> = traces.recent.iter().chain(&traces.kept).copied().collect();
    let lost = |id: &&TraceId| traces.traces.get(id).is_some_and(|h| !h.pinned && !waits.contains(&(**id, h.order)));
    assert_eq!(traces.traces.iter().map(|(id, _)| id).find(lost), None);
}

#[test]
fn what_is_counted_is_what_is_there_after_thousands_of_random_steps() {
    for seed in 1..=6 {
        let mut chance = Chance(0x9E37_79B9_7F4A_7C15 ^ seed);
        let limit = [32 << 10, 64 << 10, 128 << 10][seed as usize % 3];
        let (mut traces, mut taken) = (Traces::new(limit), 0);
        for step in 0..3_000_u64 {
            let spans: Vec<Span> = (0..chance.below(12))
                .map(|_| {
                    let id = step / 3 + chance.below(9);
                    let many = if chance.below(50) == 0 { 200 } else { 8 };
                    let mut one = nth(id, 1 + chance.below(many), 5 + chance.below(40));
                    match chance.below(if seed % 2 == 0 { 40 } else { 4 }) {
                        0 => one.status = SpanStatus::Error,
                        1 => one.attributes.extend([("http.response.status_code".into(), "404".into())]),
                        2 => one.links.push(SpanLink { trace: trace(chance.below(step + 1)), span: one.id }),
                        3 => one
                            .attributes
                            .extend([("text".into(), "x".repeat(chance.below(900) as usize).as_str().into())]),
                        _ => {}
                    }
                    one
                })
                .collect();
            traces.apply(&spans);
            assert!(traces.bytes() <= limit, "{} of {limit} at {step}", traces.bytes());
            if chance.below(20) == 0 {
                let before = traces.spans;
                traces.take_out(trace(step / 3));
                taken += before - traces.spans;
            }
            if step % 50 == 0 {
                recount(&traces, taken);
            }
        }
        recount(&traces, taken);
        assert!(traces.dropped > 0 && traces.held() > 5);
    }
}

#[test]
fn where_everything_fails_for_weeks_nothing_but_the_traces_is_kept() {
    let mut traces = Traces::new(256 << 10);
    for n in 0..100_000 {
        let mut one = nth(n, 1, 5);
        one.status = SpanStatus::Error;
        traces.apply(&[one]);
    }
    let most = traces.held() * 2 + 2 * STALE;
    assert!(traces.recent.len() + traces.kept.len() < most, "{} {}", traces.recent.len(), traces.kept.len());
    assert!(traces.bytes() <= traces.limit() && traces.held() > 300, "{}", traces.held());
    recount(&traces, 0);
}

#[test]
fn room_that_small_traces_needed_is_given_to_large_ones() {
    let mut traces = Traces::new(16 << 20);
    for n in 0..60_000 {
        traces.apply(&[nth(n, 1, 5)]);
    }
    let table = traces.traces.bytes();
    for n in 60_000..60_200_u64 {
        let spans: Vec<Span> = (1..1_000).map(|number| nth(n, number, 5)).collect();
        traces.apply(&spans);
    }
    assert!(traces.traces.bytes() < table / 4 && traces.bytes() <= traces.limit(), "{} {table}", traces.traces.bytes());
    recount(&traces, 0);
}
