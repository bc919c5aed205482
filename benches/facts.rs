//! What facts cost on a Model with 10,000 instances: one that changes a weight, one that tells health, one export of spans; all
//! that has to be worked out anew after them; and the load of the whole registry into an empty Model.

#[allow(dead_code, reason = "the benches use a part of it")]
#[path = "../tests/common/journey.rs"]
mod journey;
#[allow(dead_code, reason = "the benches use a part of it")]
#[path = "../tests/common/shop.rs"]
mod shop;

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use keepwatch::{
    app::{Msg, think, update},
    domain::{
        fact::Fact,
        health::{Asked, HealthState},
        id::Layout,
    },
};

use journey::Journey;

const INSTANCES: usize = 10_000;

fn loaded() -> Journey {
    let mut journey = Journey::empty(false);
    journey.tell(shop::many(INSTANCES, shop::BEGIN)).wait(1_000);
    journey
}

fn facts(c: &mut Criterion) {
    let mut group = c.benchmark_group("fact");
    let mut journey = loaded();
    let mut turn = 0_usize;
    let mut next = move || {
        turn += 7_919;
        (turn, turn % INSTANCES)
    };
    let now = journey.model.now;
    let model = &mut journey.model;

    group.bench_function("a weight changes", |b| {
        b.iter_batched(
            || {
                let (turn, n) = next();
                let name = format!("service-{:03}", n / 20);
                let mut instance = shop::instance(&name, Layout::SEED, &shop::nth(n), turn as i64 % 90 + 1);
                instance.version = turn as i32;
                instance.mzxid = turn as i64;
                vec![shop::registered(instance)]
            },
            |facts| update(model, Msg::Facts(facts)),
            BatchSize::SmallInput,
        );
    });
    group.bench_function("an instance says that it is up", |b| {
        b.iter_batched(
            || {
                let (_, n) = next();
                let name = format!("service-{:03}", n / 20);
                vec![shop::health(&name, &shop::nth(n), Asked::Answered(HealthState::Up), now)]
            },
            |facts| update(model, Msg::Facts(facts)),
            BatchSize::SmallInput,
        );
    });
    group.throughput(Throughput::Elements(shop::request(0, now, false).len() as u64));
    group.bench_function("the spans of an order", |b| {
        b.iter_batched(
            || vec![Fact::Spans(shop::request(next().0 as u64, now, false))],
            |facts| update(model, Msg::Facts(facts)),
            BatchSize::SmallInput,
        );
    });
    group.finish();

    c.bench_function("sums and verdicts of 10,000 instances", |b| b.iter(|| black_box(think(model))));
}

fn load(c: &mut Criterion) {
    let mut group = c.benchmark_group("load");
    group.sample_size(20);
    group.throughput(Throughput::Elements(INSTANCES as u64));
    let all = shop::many(INSTANCES, shop::BEGIN);
    group.bench_function("10,000 instances with their health", |b| {
        b.iter_batched(
            || (Journey::empty(false), all.clone()),
            |(mut journey, facts)| {
                journey.tell(facts);
                journey
            },
            BatchSize::LargeInput,
        );
    });
    group.finish();
}

criterion_group!(benches, facts, load);
criterion_main!(benches);
