//! Everything that can happen to the Model, in any order: the strategies of the properties. What must hold is not said here.

use keepwatch::{
    app::msg::{Input, MouseAct},
    command::{Code, Key, TABLE},
    domain::{
        circuit::CircuitState,
        fact::{Fact, LinkState, RegistryFact, SourceFact, SourceState},
        health::{Asked, HealthState},
        id::Layout,
        log::Level,
        plan::Outcome,
    },
};
use proptest::prelude::*;

use super::common::shop::{self, BEGIN};

/// One thing that happens.
#[derive(Clone, Debug)]
pub enum Act {
    /// A person does something.
    Input(Input),
    /// The terminal changes its size.
    Resize(u16, u16),
    /// Sources tell something.
    Tell(Vec<Fact>),
    /// Time goes on by so many ms.
    Wait(i64),
    /// The screen is drawn and reaches the terminal.
    Draw,
    /// The last question to the registry is answered; a write in this way.
    Answer(Outcome),
}

const TEXTS: [&str; 6] = [
    "users-service",
    "a\u{1b}[2J\u{202e}b",
    "\u{feff}\u{e0041}",
    "日本語のログ行",
    "e\u{301}\u{301}\u{301}\u{301}",
    "",
];
const NAMES: [&str; 4] = ["users-service", "orders-service", "evil\u{1b}\u{202e}", "非常に長い名前のサービス"];
const ADDRESSES: [&str; 4] = ["127.0.0.4:5001", "127.0.0.5:5001", "localhost:1", "[::1]:65535"];

/// So many acts, or whole actions with steps left out, at most.
pub fn acts(most: usize) -> impl Strategy<Value = Vec<Act>> {
    let some = prop_oneof![12 => act().prop_map(|act| vec![act]), 1 => action()];
    proptest::collection::vec(some, 1..most).prop_map(|all| all.concat())
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        12 => key().prop_map(|key| Act::Input(Input::Key(key))),
        1 => text().prop_map(|text| Act::Input(Input::Paste(text))),
        2 => (mouse(), 0u16..220, 0u16..70).prop_map(|(act, x, y)| Act::Input(Input::Mouse(act, x, y))),
        1 => size().prop_map(|(width, height)| Act::Resize(width, height)),
        6 => proptest::collection::vec(fact(), 1..4).prop_map(Act::Tell),
        3 => (0i64..90_000).prop_map(Act::Wait),
        3 => Just(Act::Draw),
        3 => outcome().prop_map(Act::Answer),
    ]
}

/// What a person does to act on an instance, from a clear screen to the confirming key; some steps may be left out.
fn action() -> impl Strategy<Value = Vec<Act>> {
    let press = |text: &str| {
        let keys = text.split_whitespace().map(|key| Act::Input(Input::Key(key.parse().expect("a key"))));
        keys.collect::<Vec<_>>()
    };
    let type_in = |text: &str| text.chars().map(|c| Act::Input(Input::Key(Key::char(c)))).collect::<Vec<_>>();
    let whole = (proptest::sample::select(vec!["d", "X", "w Backspace 7 Enter"]), any::<bool>(), outcome()).prop_map(
        move |(keys, typed, outcome)| {
            vec![
                vec![Act::Tell(vec![shop::link(LinkState::Connected, BEGIN, BEGIN)])],
                press("Esc Esc Esc 2 :"),
                type_in("goto users/127.0.0.4:5001"),
                press("Enter"),
                press(keys),
                vec![Act::Answer(outcome)],
                vec![Act::Draw],
                if typed { type_in("127.0.0.4:5001") } else { vec![Act::Input(Input::Paste("127.0.0.4:5001".into()))] },
                press("Enter"),
                vec![Act::Answer(outcome)],
            ]
        },
    );
    (whole, proptest::collection::vec(proptest::bool::weighted(0.92), 10)).prop_map(|(steps, kept)| {
        steps.into_iter().zip(kept).filter(|(_, kept)| *kept).flat_map(|(step, _)| step).collect()
    })
}

fn key() -> impl Strategy<Value = Key> {
    let known: Vec<Key> = TABLE.iter().flat_map(|row| row.keys.iter().copied()).collect();
    prop_oneof![
        6 => proptest::sample::select(known),
        2 => proptest::sample::select("127.0.0.4:5001 users".chars().collect::<Vec<_>>()).prop_map(Key::char),
        1 => any::<char>().prop_map(Key::char),
        1 => proptest::sample::select(vec![Code::Backspace, Code::Delete, Code::Left, Code::Home]).prop_map(Key::plain),
        1 => proptest::sample::select(vec!['r', 'u', 'w', 'k', 'a']).prop_map(Key::ctrl),
    ]
}

fn mouse() -> impl Strategy<Value = MouseAct> {
    proptest::sample::select(vec![MouseAct::Click, MouseAct::Double, MouseAct::WheelDown, MouseAct::WheelUp])
}

fn size() -> impl Strategy<Value = (u16, u16)> {
    prop_oneof![
        (1u16..200, 1u16..60),
        proptest::sample::select(vec![(160, 48), (100, 30), (80, 24), (60, 15), (40, 10)])
    ]
}

fn outcome() -> impl Strategy<Value = Outcome> {
    use Outcome::{Conflict, Done, Failed, NoEffect, Requested, Unknown};
    proptest::sample::select(vec![Done, Requested, NoEffect, Conflict, Unknown, Failed])
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![proptest::sample::select(TEXTS.to_vec()).prop_map(str::to_owned), any::<String>()]
}

fn fact() -> impl Strategy<Value = Fact> {
    prop_oneof![4 => registry(), 3 => health(), 1 => breakers(), 1 => telemetry()]
}

fn place() -> impl Strategy<Value = (&'static str, &'static str)> {
    (proptest::sample::select(NAMES.to_vec()), proptest::sample::select(ADDRESSES.to_vec()))
}

fn registry() -> impl Strategy<Value = Fact> {
    let layout =
        proptest::sample::select(vec![Layout::SEED, Layout::SEED, Layout::CURATOR, Layout::SPRING, Layout::RAW]);
    let weight = prop_oneof![Just(0), Just(10), any::<i64>()];
    let states =
        [LinkState::Connected, LinkState::ReadOnly, LinkState::Reconnecting, LinkState::Lost, LinkState::Never];
    prop_oneof![
        4 => (place(), layout.clone(), weight).prop_map(|((name, address), layout, weight)| {
            shop::registered(shop::instance(name, layout, address, weight))
        }),
        2 => (place(), layout).prop_map(|((name, address), layout)| {
            let path = format!("{}/{address}", shop::service(name, layout).parent);
            Fact::Registry(RegistryFact::Gone(path.into()))
        }),
        1 => proptest::sample::select(states.to_vec()).prop_map(|state| shop::link(state, BEGIN, BEGIN)),
        1 => proptest::sample::select(ADDRESSES.to_vec()).prop_map(|address| {
            let intent = shop::intent(address, BEGIN);
            Fact::Registry(RegistryFact::Intent(intent.znode().into(), Box::new(intent)))
        }),
        1 => proptest::sample::select(ADDRESSES.to_vec()).prop_map(|address| {
            Fact::Registry(RegistryFact::IntentGone(shop::intent(address, BEGIN).znode().into()))
        }),
    ]
}

fn health() -> impl Strategy<Value = Fact> {
    use HealthState::{Auth, Degraded, Down, OutOfService, Starting, Unknown, Up};
    let answered = proptest::sample::select(vec![Up, Degraded, Down, OutOfService, Starting, Auth, Unknown])
        .prop_map(Asked::Answered);
    (place(), prop_oneof![4 => answered, 2 => Just(Asked::Silent), 1 => Just(Asked::NotAsked)], 0i64..60_000)
        .prop_map(|((name, address), asked, ms)| shop::health(name, address, asked, BEGIN.plus(ms)))
}

fn breakers() -> impl Strategy<Value = Fact> {
    use CircuitState::{Closed, ForcedOpen, HalfOpen, Open, Unknown};
    let state = proptest::sample::select(vec![Closed, Open, HalfOpen, ForcedOpen, Unknown]);
    (place(), proptest::sample::select(NAMES.to_vec()), state, 0i64..60_000).prop_map(
        |((name, address), callee, state, ms)| {
            let reading = shop::breaker(name, address, callee, state, BEGIN.plus(ms));
            Fact::Breakers(shop::id(name, address), vec![reading])
        },
    )
}

fn telemetry() -> impl Strategy<Value = Fact> {
    let at = (0i64..60_000).prop_map(|ms| BEGIN.plus(ms));
    prop_oneof![
        (any::<u64>(), at.clone(), any::<bool>(), text()).prop_map(|(n, at, failed, text)| {
            let mut spans = shop::request(n, at, failed);
            spans.iter_mut().for_each(|span| span.name = text.as_str().into());
            Fact::Spans(spans)
        }),
        (at.clone(), text()).prop_map(|(at, text)| {
            Fact::Logs(vec![shop::line(at, Level::Error, "orders-service", "127.0.0.4:5002", &text, None)])
        }),
        (at, 0u64..1_000_000_000).prop_map(|(at, count)| {
            let state = SourceState::Dropped(count, "lines".into(), "".into());
            Fact::Source(SourceFact { at, name: "otlp 127.0.0.1:4317".into(), state })
        }),
    ]
}
