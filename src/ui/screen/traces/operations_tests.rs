//! Which operations stand first, and which call is one key away.

use crate::{
    app::screen::traces::operations::{exemplar, rows},
    domain::{
        fact::Fact,
        span::{Span, SpanId, SpanKind, SpanStatus, TraceId},
    },
    store::traffic::Operation,
    ui::scene::Scene,
};

#[test]
fn what_turns_callers_away_stands_before_what_goes_well_and_leads_to_a_call_that_was() {
    let mut scene = Scene::shop();
    scene.requests(3, true);
    scene.requests(40, false);
    let begin = scene.model.now.0 as u64 * 1_000_000;
    let call = |n: u64, code: &'static str| Span {
        trace: TraceId(u128::from(n).to_be_bytes()),
        id: SpanId(n.to_be_bytes()),
        parent: None,
        name: "GET /limited".into(),
        kind: SpanKind::Server,
        service: "users-service".into(),
        instance: None,
        start_ns: begin,
        end_ns: begin + (1 + n) * 1_000_000,
        status: SpanStatus::Unset,
        message: "".into(),
        attributes: vec![("http.response.status_code".into(), code.into())],
        events: Vec::new(),
        links: Vec::new(),
        shares: false,
    };
    scene.tell(vec![Fact::Spans((1..=20).map(|n| call(n, if n % 4 == 0 { "429" } else { "200" })).collect())]);
    let model = &scene.model;
    let rows = rows(model);
    let at = rows.iter().position(|row| &**row.name == "GET /limited").unwrap();
    assert!(rows[at].turns_away() && rows[at + 1..].iter().all(|row| !row.turns_away()));
    let well = |row: &&Operation<'_>| !row.turns_away() && row.traffic.minute.errors == 0;
    assert!(rows[..at].iter().filter(well).count() == 0, "what goes well comes behind");
    let id = exemplar(model, &rows[at]).unwrap();
    assert_eq!(model.world.traces.spans_of(id)[0].attribute("http.response.status_code"), Some("429"));
}
