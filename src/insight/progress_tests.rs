//! Drains of a small cluster, followed by the calls that are seen.

use super::progress::{Phase, Progress, look};
use super::verdict::scene::Scene;
use crate::domain::{
    fact::Fact,
    id::{Layout, ServiceId},
    span::{Span, SpanId, SpanKind, SpanStatus, TraceId},
    time::Moment,
};

const A: &str = "127.0.0.1:1";
const B: &str = "127.0.0.1:2";

struct Drain {
    scene: Scene,
    now: Moment,
    since: Moment,
    trace: u128,
}

impl Drain {
    /// Two instances that were called alike for 20 s; then the first is drained.
    fn new() -> Drain {
        let mut drain = Drain::untold();
        drain.calls(20, &[A, B]);
        drain.drained();
        drain
    }

    fn untold() -> Drain {
        let mut scene = Scene::new();
        scene.registered("a", A, 5);
        scene.registered("a", B, 5);
        scene.complete();
        Drain { scene, now: Moment(1_000_000), since: Moment(1_000_000), trace: 0 }
    }

    fn drained(&mut self) {
        self.scene.registered("a", A, 0);
        self.since = self.now;
    }

    /// So many seconds with two calls to each of these from one caller.
    fn calls(&mut self, seconds: i64, to: &[&str]) {
        for _ in 0..seconds {
            self.now = self.now.plus(1_000);
            for address in to.iter().chain(to) {
                self.trace += 1;
                let spans = vec![
                    self.span("c", "127.0.0.9:9", 1, None, SpanKind::Client),
                    self.span("a", address, 2, Some(SpanId(1u64.to_be_bytes())), SpanKind::Server),
                ];
                self.scene.world.apply(&Fact::Spans(spans), self.now);
            }
            self.scene.world.tick(self.now);
        }
    }

    fn span(&self, service: &str, address: &str, id: u64, parent: Option<SpanId>, kind: SpanKind) -> Span {
        Span {
            trace: TraceId(self.trace.to_be_bytes()),
            id: SpanId(id.to_be_bytes()),
            parent,
            name: "GET /x".into(),
            kind,
            service: service.into(),
            instance: address.parse().ok(),
            start_ns: 0,
            end_ns: 1_000_000,
            status: SpanStatus::Unset,
            message: "".into(),
            attributes: Default::default(),
            events: Vec::new(),
            links: Vec::new(),
            shares: false,
        }
    }

    fn look(&self, before: Option<f64>) -> Progress {
        let service = ServiceId { name: "a".into(), layout: Layout::SEED, parent: "/a".into() };
        look(&self.scene.world, &service, &Scene::id("a", A), self.since, before, self.now)
    }
}

#[test]
fn a_drain_is_done_only_when_no_call_came_while_the_siblings_were_called() {
    let mut drain = Drain::new();
    drain.calls(3, &[A, B]);
    let leaving = drain.look(Some(0.5));
    assert_eq!((leaving.phase, leaving.marked), (Phase::Leaving, true));
    let (still, all) = leaving.holders.expect("traces tell of callers");
    assert_eq!((still[0].address.text(), all), ("127.0.0.9:9", 1));
    drain.calls(6, &[B]);
    assert_eq!(drain.look(Some(0.5)).phase, Phase::Leaving, "not quiet for long enough");
    drain.calls(6, &[B]);
    let done = drain.look(Some(0.5));
    assert_eq!((done.phase, done.holders.as_ref().map(|(still, _)| still.len())), (Phase::Done, Some(0)));
    assert!(done.siblings >= 16 && done.quiet_ms >= 10_000, "{done:?}");
    drain.calls(1, &[A, B]);
    assert_eq!(drain.look(Some(0.5)).phase, Phase::Leaving, "it is called again");
}

#[test]
fn silence_of_all_proves_nothing() {
    let mut drain = Drain::new();
    drain.calls(30, &[]);
    assert_eq!(drain.look(Some(0.5)).phase, Phase::Requested);
    drain.calls(25, &[]);
    drain.calls(1, &[B]);
    drain.calls(10, &[]);
    let untold = drain.look(Some(0.01));
    assert_eq!(untold.phase, Phase::Untold, "{untold:?}");
    assert!(untold.why.unwrap().contains("too few to prove"));
}

#[test]
fn calls_past_the_bound_are_no_effect_with_who_still_makes_them() {
    let mut drain = Drain::new();
    drain.calls(61, &[A, B]);
    let seen = drain.look(Some(0.5));
    assert_eq!(seen.phase, Phase::NoEffect);
    assert!(seen.why.unwrap().starts_with("c 127.0.0.9:9 still call it: "));
}

#[test]
fn where_nothing_traces_the_service_it_is_never_called_done() {
    let mut drain = Drain::untold();
    drain.drained();
    drain.now = drain.now.plus(30_000);
    assert_eq!(drain.look(None).phase, Phase::Untold);
    drain.scene.registered("a", A, 5);
    let lost = drain.look(None);
    assert_eq!((lost.phase, lost.marked), (Phase::Requested, false));
}
