//! Intents as lines of the story: whose act, for how long, how it ended; a loss once, with its cause.

use std::sync::Arc;

use super::super::World;
use crate::{
    domain::{
        event::EventKind,
        fact::{Fact, RegistryFact},
        intent::{Intent, Op, Operator, Ties},
        time::Moment,
    },
    store::registry::Expected,
};

const PATH: &str = "/keepwatch/intents/s/10.0.0.1:80";

fn world() -> World {
    let mut world = World::new(Expected::default(), Moment(0));
    world.apply(&Fact::Registry(RegistryFact::Complete(Moment(0))), Moment(0));
    world
}

fn intent() -> Intent {
    Intent {
        service: "s".into(),
        address: "10.0.0.1:80".parse().expect("an address"),
        path: "/s/10.0.0.1:80".into(),
        op: Op::Drain,
        by: "ana".into(),
        at: Moment(1_000),
        reason: Some("disk".into()),
        old_weight: Some(7),
        before: Some("7".into()),
        until: None,
        ties: Ties::default(),
    }
}

fn tell(world: &mut World, intent: Option<&Intent>, at: i64) -> Option<Arc<str>> {
    let fact = match intent {
        Some(intent) => RegistryFact::Intent(PATH.into(), Box::new(intent.clone())),
        None => RegistryFact::IntentGone(PATH.into()),
    };
    let before = world.story.numbers().end;
    world.apply(&Fact::Registry(fact), Moment(at));
    let (events, _) = world.story.since(before);
    let mut acts = events.filter(|event| event.kind == EventKind::Action);
    let act = acts.next().map(|event| event.text.clone());
    assert!(acts.next().is_none());
    act
}

#[test]
fn whoever_sees_an_intent_is_told_whose_act_it_is() {
    let mut world = world();
    let lease = Intent { until: Some(Moment(1_801_000)), ..intent() };
    let told = tell(&mut world, Some(&lease), 1_100);
    assert_eq!(told.as_deref(), Some("ana drained s 10.0.0.1:80 for 30 min: disk"));
    assert_eq!(tell(&mut world, Some(&lease), 1_200), None, "told again it is no act");
    let held = Intent { ties: Ties { hold: Some(Vec::new()), ..Ties::default() }, ..lease.clone() };
    let held = Intent { at: Moment(2_000), by: "ben".into(), ..held };
    let told = tell(&mut world, Some(&held), 2_000).expect("another's act");
    assert!(told.starts_with("ben drained s 10.0.0.1:80 for ") && told.contains("again each time"), "{told}");
    let again = Intent { ties: Ties { hold: Some(vec![Moment(3_000)]), ..Ties::default() }, ..held };
    let told = tell(&mut world, Some(&again), 3_000).expect("each time is told");
    assert_eq!(&*told, "keepwatch drained s 10.0.0.1:80 again for ben, 1 of 5 times in 10 min");
    assert_eq!(tell(&mut world, None, 4_000).as_deref(), Some("s 10.0.0.1:80: ben's drain is taken back"));
    assert_eq!(tell(&mut world, None, 5_000), None);
}

#[test]
fn an_end_by_itself_is_told_as_that() {
    let mut world = world();
    tell(&mut world, Some(&Intent { until: Some(Moment(6_000)), ..intent() }), 1_100);
    let told = tell(&mut world, None, 6_400);
    assert_eq!(told.as_deref(), Some("s 10.0.0.1:80: the lease of ana's drain ended by itself"));
    let operator: Arc<str> = "/keepwatch/operators/desk-1".into();
    let ana = Operator { by: "ana".into(), host: "desk".into(), at: Moment(0), service: None };
    world.apply(&Fact::Registry(RegistryFact::Operator(operator.clone(), ana)), Moment(7_000));
    let tied = Intent { ties: Ties { operator: Some(operator.clone()), ..Ties::default() }, ..intent() };
    tell(&mut world, Some(&tied), 7_000);
    world.apply(&Fact::Registry(RegistryFact::OperatorGone(operator)), Moment(8_000));
    let told = tell(&mut world, None, 9_000);
    assert_eq!(told.as_deref(), Some("s 10.0.0.1:80: ana's drain ended by itself, as ana's session is gone"));
}

#[test]
fn what_was_there_when_it_began_is_no_act() {
    let mut world = World::new(Expected::default(), Moment(0));
    assert_eq!(tell(&mut world, Some(&intent()), 10), None);
}
