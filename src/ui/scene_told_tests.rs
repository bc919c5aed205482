//! A Model told in a few words, and the screen that it makes: for the tests of the screens. What is told is made by the
//! parent.

use std::sync::Arc;

use ratatui::{buffer::Buffer, layout::Rect};

use super::{NOW, answer, breaker, id, instance, link, setup, text};
use crate::{
    app::{Input, Model, Msg, screen::Screen, selection::Selection, update},
    command::Key,
    domain::{
        circuit::{BreakerReading, CircuitState},
        fact::{Fact, LinkState, RegistryFact},
        health::{Asked, HealthReading, HealthState},
        instance::Instance,
        log::{Level, LogFormat, LogLine, LogSource},
        span::{Span, SpanId, SpanKind, SpanStatus, TraceId},
        time::Moment,
    },
    store::registry::Expected,
    theme::Theme,
    ui::widget::Canvas,
};

/// How a screen draws itself.
type Draw = fn(&mut Canvas<'_>, &Model, Rect, bool);

/// A Model that facts are told to.
pub(crate) struct Scene {
    pub(crate) model: Model,
}

impl Scene {
    /// Nothing known yet.
    pub(crate) fn new() -> Self {
        Scene::expecting(Expected::default())
    }

    /// Nothing known yet but what the file names.
    pub(crate) fn expecting(expected: Expected) -> Self {
        let mut scene = Scene { model: Model::new(setup(), expected, NOW) };
        scene.model.size = (160, 48);
        scene.tell(vec![link(LinkState::Connected)]);
        scene
    }

    /// The shop of the pictures: six services, who calls whom, everybody up.
    pub(crate) fn shop() -> Self {
        // The file names the one that the incident misses.
        let seven = vec!["10.0.0.7:5001".parse().expect("a good address")];
        let mut scene =
            Scene::expecting(Expected { services: [("users".into(), seven)].into(), depends_on: Default::default() });
        let all: [(&str, &[&str], &[&str]); 6] = [
            ("gateway", &["10.0.0.2:8080", "10.0.0.3:8080"], &["users", "orders", "articles"]),
            ("users", &["10.0.0.4:5001", "10.0.0.5:5001", "10.0.0.7:5001"], &[]),
            (
                "orders",
                &["10.0.0.4:5002", "10.0.0.5:5002", "10.0.0.7:5002"],
                &["users", "articles", "payments", "mailer"],
            ),
            ("articles", &["10.0.0.6:5003", "10.0.0.7:5003", "10.0.0.8:5003"], &[]),
            ("payments", &["10.0.0.8:5005", "10.0.0.9:5005"], &[]),
            ("mailer", &["10.0.0.9:5006"], &[]),
        ];
        for (service, addresses, calls) in all {
            for address in addresses {
                scene.registered(service, address, 10, calls);
                scene.health(service, address, Asked::Answered(HealthState::Up));
            }
        }
        scene.tell(vec![Fact::Registry(RegistryFact::Complete(NOW))]);
        scene
    }

    /// The incident of the guide's pictures: one is missing, one drained, one slow, and a breaker open on two of three.
    pub(crate) fn incident(&mut self) {
        self.gone("users", "10.0.0.7:5001");
        self.registered("articles", "10.0.0.6:5003", 0, &[]);
        self.health("payments", "10.0.0.9:5005", Asked::Answered(HealthState::Degraded));
        for address in ["10.0.0.4:5002", "10.0.0.5:5002", "10.0.0.7:5002"] {
            self.breakers("orders", address, &[("users", CircuitState::Closed), ("payments", CircuitState::Closed)]);
        }
        for address in ["10.0.0.4:5002", "10.0.0.5:5002", "10.0.0.7:5002"] {
            let state = if address.contains("0.4:") { CircuitState::HalfOpen } else { CircuitState::Open };
            self.breakers("orders", address, &[("users", CircuitState::Closed), ("payments", state)]);
        }
    }

    /// Tells facts, at once thought about.
    pub(crate) fn tell(&mut self, facts: Vec<Fact>) {
        update(&mut self.model, Msg::Facts(facts));
        self.pass(1_000);
    }

    /// Lets time pass, in ms.
    pub(crate) fn pass(&mut self, ms: i64) {
        let now = self.model.now.plus(ms);
        update(&mut self.model, Msg::Tick(now));
    }

    pub(crate) fn registered(&mut self, service: &str, address: &str, weight: i64, calls: &[&str]) {
        let instance = Instance { mzxid: self.model.now.0, ..instance(service, address, weight, calls) };
        self.tell(vec![Fact::Registry(RegistryFact::Upsert(Arc::new(instance)))]);
    }

    pub(crate) fn gone(&mut self, service: &str, address: &str) {
        self.tell(vec![Fact::Registry(RegistryFact::Gone(format!("/{service}/{address}").into()))]);
    }

    pub(crate) fn health(&mut self, service: &str, address: &str, asked: Asked) {
        let reading = HealthReading { at: self.model.now, ..answer(asked, None) };
        self.tell(vec![Fact::Health(id(service, address), reading)]);
    }

    /// A caller instance tells of its breakers: the callee and the state of each.
    pub(crate) fn breakers(&mut self, service: &str, address: &str, all: &[(&str, CircuitState)]) {
        let caller = id(service, address);
        let reading = |(callee, state): &(&str, CircuitState)| {
            let refused = if state.refuses() { 234 } else { 0 };
            BreakerReading { at: self.model.now, not_permitted: Some(refused), ..breaker(&caller, callee, *state) }
        };
        let readings = all.iter().map(reading).collect();
        self.tell(vec![Fact::Breakers(caller.clone(), readings)]);
    }

    /// So many requests through gateway, orders, payments and the mailer, spread over the last second; payments fails
    /// where `fails`.
    pub(crate) fn requests(&mut self, count: u64, fails: bool) {
        for n in 0..count {
            let begin = (self.model.now.0 as u64) * 1_000_000 - 900_000_000 + n * 1_000_000;
            let mut id = [0; 16];
            id[..8].copy_from_slice(&begin.to_be_bytes());
            let trace = TraceId(id);
            let span = |number: u8, parent: u8, kind, service: &str, at: &str, name: &str, from: u64, to: u64| Span {
                trace,
                id: SpanId([0, 0, 0, 0, 0, 0, 0, number]),
                parent: (parent > 0).then_some(SpanId([0, 0, 0, 0, 0, 0, 0, parent])),
                name: name.into(),
                kind,
                service: service.into(),
                instance: at.parse().ok(),
                start_ns: begin + from * 1_000_000,
                end_ns: begin + to * 1_000_000,
                status: SpanStatus::Unset,
                message: "".into(),
                attributes: vec![("order.id".into(), n.to_string().into()), ("password".into(), "hunter2".into())]
                    .into(),
                events: Vec::new(),
                links: Vec::new(),
                shares: false,
            };
            let long = if fails { 800 } else { 31 };
            let code = if fails { "504" } else { "202" };
            let (server, client) = (SpanKind::Server, SpanKind::Client);
            let mut spans = vec![
                span(1, 0, server, "gateway", "10.0.0.2:8080", "POST /orders", 0, long + 42),
                span(2, 1, server, "orders", "10.0.0.4:5002", "POST /orders", 4, long + 38),
                span(3, 2, server, "users", "10.0.0.5:5001", "GET /users/204", 6, 14),
                span(4, 2, client, "orders", "10.0.0.4:5002", "charge", 16, long + 16),
                span(5, 4, server, "payments", "10.0.0.9:5005", "charge", 18, long + 14),
                span(6, 2, SpanKind::Consumer, "mailer", "10.0.0.9:5006", "mail", long + 20, long + 30),
            ];
            for at in [0, 1] {
                spans[at].attributes.extend([("http.response.status_code".into(), code.into())]);
            }
            if fails {
                spans[3].status = SpanStatus::Error;
                spans[3].message = "deadline exceeded".into();
                spans[4].attributes.extend([("http.response.status_code".into(), "500".into())]);
            }
            let line = |level, text: String| LogLine {
                at: Moment::from_nanos(begin + (long + 40) * 1_000_000),
                seen_at: self.model.now,
                below_ns: 0,
                level,
                service: Some("orders".into()),
                instance: "10.0.0.4:5002".parse().ok(),
                message: text.into(),
                trace: Some(trace),
                span: None,
                fields: vec![("order".into(), n.to_string().into()), ("error.kind".into(), "DeadlineExceeded".into())],
                source: LogSource::Otlp,
                format: LogFormat::Otlp,
                raw: Default::default(),
            };
            let line = if fails {
                line(Level::Error, format!("payment timed out after 800 ms, order {n}"))
            } else {
                line(Level::Info, format!("order {n} accepted"))
            };
            update(&mut self.model, Msg::Facts(vec![Fact::Spans(spans), Fact::Logs(vec![line])]));
        }
        self.pass(1_000);
    }

    /// So many calls of an instance, `ms` each.
    pub(crate) fn serves(&mut self, service: &str, address: &str, calls: u64, ms: u64) {
        let begin = (self.model.now.0 as u64) * 1_000_000;
        let span = |n: u64| {
            let mut id = [7; 16];
            id[..8].copy_from_slice(&(begin + n).to_be_bytes());
            // Of another instance at the same moment, another trace.
            address.bytes().rev().zip(&mut id[8..]).for_each(|(byte, place)| *place = byte);
            Span {
                trace: TraceId(id),
                id: SpanId((n + 1).to_be_bytes()),
                parent: None,
                name: "GET /x".into(),
                kind: SpanKind::Server,
                service: service.into(),
                instance: address.parse().ok(),
                start_ns: begin,
                end_ns: begin + ms * 1_000_000,
                status: SpanStatus::Unset,
                message: "".into(),
                attributes: Default::default(),
                events: Vec::new(),
                links: Vec::new(),
                shares: false,
            }
        };
        update(&mut self.model, Msg::Facts(vec![Fact::Spans((0..calls).map(span).collect())]));
    }

    pub(crate) fn press(&mut self, keys: &str) {
        for key in keys.chars() {
            update(&mut self.model, Msg::Input(Input::Key(Key::plain(crate::command::Code::Char(key)))));
        }
    }

    pub(crate) fn enter(&mut self) {
        update(&mut self.model, Msg::Input(Input::Key(Key::plain(crate::command::Code::Enter))));
    }

    pub(crate) fn press_key(&mut self, key: Key) {
        update(&mut self.model, Msg::Input(Input::Key(key)));
    }

    pub(crate) fn tab(&mut self) {
        update(&mut self.model, Msg::Input(Input::Key(Key::plain(crate::command::Code::Tab))));
    }

    pub(crate) fn escape(&mut self) {
        update(&mut self.model, Msg::Input(Input::Key(Key::plain(crate::command::Code::Esc))));
    }

    pub(crate) fn open(&mut self, screen: Screen) {
        self.press(&screen.digit().to_string());
    }

    pub(crate) fn select(&mut self, selection: Selection) {
        self.model.selection = selection;
        self.model.stale_insight = true;
        self.pass(1_000);
    }

    /// The whole screen as text, without trailing blanks.
    pub(crate) fn screen(&mut self, width: u16, height: u16) -> String {
        update(&mut self.model, Msg::Resized(width, height));
        text(&self.buffer(width, height))
    }

    pub(crate) fn buffer(&self, width: u16, height: u16) -> Buffer {
        let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
        crate::ui::view(&self.model, &Theme::default(), buffer.area, &mut buffer);
        buffer
    }

    /// One pane or screen alone, as text: what its own tests compare.
    pub(crate) fn part(&self, width: u16, height: u16, pane: bool, draw: Draw) -> String {
        let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
        let area = buffer.area;
        draw(&mut Canvas::new(&Theme::default(), &mut buffer), &self.model, area, pane);
        text(&buffer)
    }

    /// Draws at every size that could go wrong, and so shows that none panics.
    pub(crate) fn at_every_size(&mut self) {
        for width in (1..=200).step_by(3).chain([2, 76, 80, 96, 110, 130, 150]) {
            for height in [1, 2, 3, 4, 5, 8, 10, 15, 20, 24, 28, 34, 40, 60] {
                self.screen(width, height);
            }
        }
    }
}
