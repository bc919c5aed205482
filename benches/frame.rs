//! What one frame costs: the view of a Model with 14, 1,000 and 10,000 instances, at two sizes, into a buffer. Not what it
//! costs to send it to a terminal.

#[allow(dead_code, reason = "the benches use a part of it")]
#[path = "../tests/common/journey.rs"]
mod journey;
#[allow(dead_code, reason = "the benches use a part of it")]
#[path = "../tests/common/shop.rs"]
mod shop;

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use keepwatch::{app::think, theme::Theme, ui};
use ratatui::{buffer::Buffer, layout::Rect};

use journey::Journey;

fn dashboard(instances: usize) -> Journey {
    if instances == 14 {
        return Journey::incident();
    }
    let mut journey = Journey::empty(false);
    journey.tell(shop::many(instances, shop::BEGIN)).wait(1_000);
    think(&mut journey.model);
    journey
}

fn frame(c: &mut Criterion) {
    let theme = Theme::default();
    for (screen, key) in [("overview", "0"), ("balancer", "2"), ("topology", "1")] {
        let mut group = c.benchmark_group(format!("frame/{screen}"));
        for instances in [14, 1_000, 10_000] {
            let mut journey = dashboard(instances);
            journey.press(key);
            for (width, height) in [(200, 50), (400, 100)] {
                journey.size(width, height);
                let area = Rect::new(0, 0, width, height);
                let mut buffer = Buffer::empty(area);
                let id = BenchmarkId::new(format!("{width}x{height}"), instances);
                group.bench_function(id, |b| {
                    b.iter(|| black_box(ui::view(black_box(&journey.model), &theme, area, &mut buffer)));
                });
            }
        }
        group.finish();
    }
}

criterion_group!(benches, frame);
criterion_main!(benches);
