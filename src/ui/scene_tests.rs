//! For the tests of the view: what a registry, an instance or a breaker would tell, a small shop made of it, and the
//! screens that they make. [`Scene`] is a Model to which a test tells what it wants.

use std::{collections::BTreeMap, sync::Arc};

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    app::{Input, Model, Msg, Setup, update},
    command::Key,
    config::Keymap,
    domain::{
        circuit::{BreakerReading, CircuitState},
        fact::{Fact, Link, LinkState, RegistryFact},
        health::{Asked, HealthReading, HealthState},
        id::{InstanceId, Layout, ServiceId},
        instance::{Capabilities, Instance, RegistryAdmin},
        intent::{Intent, Op},
        plan::{Draft, Durability, Target, Write, WriteKind},
        time::Moment,
    },
    store::registry::Expected,
    theme::{Depth, Glyphs, Palette, Theme},
};

pub(crate) use told::Scene;

/// 2026-11-25, 14:03:07 UTC.
pub(crate) const NOW: Moment = Moment(1_795_615_387_000);

/// A service, its instances with their weights, what it depends on.
type Row = (&'static str, &'static [(&'static str, i64)], &'static [&'static str]);

/// Services with their instances' addresses and weights; the drained one has 0.
const SHOP: &[Row] = &[
    ("gateway-service", &[("10.0.0.2:8080", 10), ("10.0.0.3:8080", 10)], &["users-service", "orders-service"]),
    ("users-service", &[("10.0.0.4:5001", 10), ("10.0.0.5:5001", 10)], &[]),
    ("orders-service", &[("10.0.0.4:5002", 4), ("10.0.0.5:5002", 4), ("10.0.0.7:5002", 2)], &["payments-service"]),
    ("articles-service", &[("10.0.0.6:5003", 0), ("10.0.0.7:5003", 10), ("10.0.0.8:5003", 10)], &[]),
    ("payments-service", &[("10.0.0.8:5005", 10), ("10.0.0.9:5005", 10)], &[]),
    ("mailer-service", &[("10.0.0.9:5006", 10)], &[]),
];

pub(crate) fn id(service: &str, address: &str) -> InstanceId {
    InstanceId { service: service.into(), address: address.parse().expect("a good address") }
}

pub(crate) fn instance(service: &str, address: &str, weight: i64, depends_on: &[&str]) -> Instance {
    Instance {
        service: ServiceId { name: service.into(), layout: Layout::SEED, parent: format!("/{service}").into() },
        address: address.parse().ok(),
        path: format!("/{service}/{address}").into(),
        admin: if weight == 0 { RegistryAdmin::Drained } else { RegistryAdmin::Enabled },
        weight: Some(weight),
        metadata: BTreeMap::from([("zone".into(), "b".into()), ("db.password".into(), "hunter2".into())]),
        depends_on: depends_on.iter().map(|s| Arc::from(*s)).collect(),
        registered_at: NOW.plus(-122_000),
        written_at: NOW.plus(-122_000),
        owner_session: Some(0x0100_0a2f_001c),
        version: 3,
        czxid: 1,
        mzxid: 2,
        raw: Arc::from(weight.to_string().as_bytes()),
        capabilities: Arc::new(Capabilities { drain: Ok(()), weight: Ok(()), deregister: Ok(()) }),
        more: None,
    }
}

fn setup() -> Setup {
    Setup {
        cluster: Some("shop".into()),
        registry: "127.0.0.1:2181".into(),
        read_only: false,
        no_journal: None,
        guards: Vec::new(),
        keys: Keymap::default(),
        utc_offset: 0,
        extras: vec![("fault".into(), "NAME".into(), "Begin a fault of the demo".into())],
        looked: vec![("./config/microservices.yaml".into(), false)],
        themes: vec!["dark".into()],
        user: "ben".into(),
    }
}

pub(crate) fn link(state: LinkState) -> Fact {
    Fact::Registry(RegistryFact::Link(Link {
        at: NOW,
        state,
        as_of: (state != LinkState::Never).then_some(NOW),
        server_version: Some("3.8.0".into()),
        session_timeout_ms: Some(10_000),
        rtt_us: Some(400),
        why: (!state.live()).then(|| "connection refused".into()),
        lasting: false,
        attempt: 4,
    }))
}

/// A program that has just started and knows nothing, on a terminal of that size.
pub(crate) fn empty(size: (u16, u16)) -> Model {
    let expected = Expected {
        services: [("users-service".into(), vec!["10.0.0.7:5001".parse().expect("a good address")])].into(),
        depends_on: BTreeMap::new(),
    };
    let mut model = Model::new(setup(), expected, NOW.plus(-600_000));
    update(&mut model, Msg::Resized(size.0, size.1));
    model
}

/// The shop in an incident: payments degraded, orders' breakers open, one users instance missing, one drained.
pub(crate) fn shop(size: (u16, u16)) -> Model {
    let mut model = empty(size);
    update(&mut model, Msg::Tick(NOW.plus(-60_000)));
    let mut facts = vec![link(LinkState::Connected)];
    for (service, instances, depends) in SHOP {
        for (address, weight) in *instances {
            facts.push(Fact::Registry(RegistryFact::Upsert(Arc::new(instance(service, address, *weight, depends)))));
        }
    }
    facts.push(Fact::Registry(RegistryFact::Complete(NOW.plus(-60_000))));
    let intent = Intent {
        service: "articles-service".into(),
        address: "10.0.0.6:5003".parse().expect("a good address"),
        path: "/articles-service/10.0.0.6:5003".into(),
        op: Op::Drain,
        by: "ana".into(),
        at: NOW.plus(-180_000),
        reason: Some("kernel update".into()),
        old_weight: Some(10),
        before: Some("10".into()),
        until: None,
        ties: crate::domain::intent::Ties::default(),
    };
    facts.push(Fact::Registry(RegistryFact::Intent(intent.znode().into(), Box::new(intent))));
    update(&mut model, Msg::Facts(facts));
    let mut facts = Vec::new();
    for (service, instances, _) in SHOP {
        for (address, _) in *instances {
            let ill = *address == "10.0.0.9:5005";
            let state = if ill { HealthState::Degraded } else { HealthState::Up };
            facts.push(says(service, address, Asked::Answered(state), ill.then_some("pool: 40 of 40 busy")));
        }
    }
    for (address, state) in [("10.0.0.4:5002", CircuitState::HalfOpen), ("10.0.0.5:5002", CircuitState::Open)] {
        let caller = id("orders-service", address);
        facts.push(Fact::Breakers(caller.clone(), vec![breaker(&caller, "payments-service", state)]));
    }
    // The third was asked, and has no breaker.
    facts.push(Fact::Breakers(id("orders-service", "10.0.0.7:5002"), Vec::new()));
    update(&mut model, Msg::Tick(NOW.plus(-26_000)));
    // Asked once more just now, with the same answers.
    let again = facts.iter().cloned().map(|fact| match fact {
        Fact::Health(id, reading) => Fact::Health(id, HealthReading { at: NOW, ..reading }),
        Fact::Breakers(id, all) => {
            Fact::Breakers(id, all.into_iter().map(|one| BreakerReading { at: NOW, ..one }).collect())
        }
        fact => fact,
    });
    let again: Vec<Fact> = again.collect();
    update(&mut model, Msg::Facts(facts));
    update(&mut model, Msg::Tick(NOW));
    update(&mut model, Msg::Facts(again));
    model
}

pub(crate) fn says(service: &str, address: &str, asked: Asked, detail: Option<&str>) -> Fact {
    Fact::Health(id(service, address), HealthReading { at: NOW.plus(-26_000), ..answer(asked, detail) })
}

/// An answer of a health endpoint.
fn answer(asked: Asked, detail: Option<&str>) -> HealthReading {
    HealthReading {
        at: NOW,
        asked,
        source: "GET :8080/actuator/health".into(),
        detail: detail.map(Into::into),
        components: vec![("db".into(), "UP".into())],
        took_ms: Some(12),
        period_ms: 2_000,
    }
}

/// What a caller tells of its breaker.
fn breaker(caller: &InstanceId, callee: &str, state: CircuitState) -> BreakerReading {
    BreakerReading {
        at: NOW.plus(-18_000),
        caller: caller.clone(),
        name: callee.into(),
        callee: callee.into(),
        state,
        failure_rate: Some(if state.refuses() { 50.0 } else { 0.0 }),
        slow_rate: Some(0.0),
        buffered: Some(10),
        failed: Some(if state.refuses() { 5 } else { 0 }),
        not_permitted: Some(702),
        source: "GET :5002/actuator/circuitbreakers".into(),
    }
}

/// Selects an instance: the cursor is on it, on the screen given.
pub(crate) fn on(model: &mut Model, screen: crate::app::screen::Screen, service: &str, address: &str) {
    model.begin(Some(screen), crate::app::selection::Selection::Instance(id(service, address)));
    update(model, Msg::Tick(model.now));
}

pub(crate) fn keys(model: &mut Model, typed: &str) {
    for key in typed.split_whitespace() {
        update(model, Msg::Input(Input::Key(key.parse().expect("a key"))));
    }
}

pub(crate) fn type_in(model: &mut Model, text: &str) {
    for c in text.chars() {
        update(model, Msg::Input(Input::Key(Key::char(c))));
    }
}

/// What the registry would answer to a drain or a deregistration of an instance that is in the shop.
pub(crate) fn draft(op: Op, service: &str, address: &str) -> Draft {
    let known = instance(service, address, 10, &[]);
    let after = (op != Op::Deregister).then(|| Arc::from(&b"0"[..]));
    let kind = if op == Op::Deregister { WriteKind::Delete } else { WriteKind::Set };
    let mut writes =
        vec![Write { kind, path: known.path.clone(), before: Some(Arc::from(&b"10"[..])), after, version: Some(3) }];
    let intent = (op == Op::Drain).then(|| Intent {
        service: service.into(),
        address: address.parse().expect("a good address"),
        path: known.path.clone(),
        op,
        by: "ben".into(),
        at: NOW,
        reason: None,
        old_weight: Some(10),
        before: Some("10".into()),
        until: None,
        ties: crate::domain::intent::Ties::default(),
    });
    if let Some(intent) = &intent {
        let (path, after) = (intent.znode().into(), Some(intent.bytes().into()));
        writes.push(Write { kind: WriteKind::Create, path, before: None, after, version: None });
    }
    let target = Target { service: known.service.clone(), address: known.address.clone(), paths: vec![known.path] };
    let notice = "at once where callers watch the data";
    Draft { intent, ..Draft::new(op, target, writes, Durability::UntilReconnect, notice) }
}

/// How far the topmost overlay scrolls.
pub(crate) fn scroll_end(model: &Model, size: (u16, u16)) -> Option<usize> {
    super::scroll_end(model, &Theme::default(), Rect::new(0, 0, size.0, size.1))
}

/// The screen as text.
pub(crate) fn frame(model: &Model, size: (u16, u16)) -> String {
    frame_in(model, size, &Theme::default())
}

/// The same without colour.
pub(crate) fn frame_plain(model: &Model, size: (u16, u16)) -> String {
    let theme = Theme::new(&Palette::shipped("dark").expect("shipped"), Depth::None, Glyphs::Unicode);
    frame_in(model, size, &theme)
}

fn frame_in(model: &Model, size: (u16, u16), theme: &Theme) -> String {
    let area = Rect::new(0, 0, size.0, size.1);
    let mut buffer = Buffer::empty(area);
    super::view(model, theme, area, &mut buffer);
    text(&buffer)
}

/// A buffer as text, without trailing blanks.
fn text(buffer: &Buffer) -> String {
    let area = buffer.area;
    let row = |y: u16| (0..area.width).map(|x| buffer[(x, y)].symbol()).collect::<String>();
    (0..area.height).map(|y| row(y).trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}

#[path = "scene_told_tests.rs"]
mod told;
