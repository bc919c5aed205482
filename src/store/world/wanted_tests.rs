//! Intents as lines of the story: whose act, for how long, how it ended; a loss once, with its cause.

use std::sync::Arc;

use super::super::World;
use crate::{
    domain::{
        act::LastAct,
        event::EventKind,
        fact::{Fact, RegistryFact},
        id::{Layout, ServiceId},
        instance::{Capabilities, Instance, RegistryAdmin},
        intent::{Intent, Op, Operator, Stood, Ties},
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
    assert_eq!(tell(&mut world, None, 4_000), None, "the act that did it may be read in a moment");
    assert!(world.losing());
    assert_eq!(
        later(&mut world, 4_400),
        ["s 10.0.0.1:80: ben's drain is taken back"],
        "an older Keepwatch leaves none"
    );
    assert_eq!(tell(&mut world, None, 5_000), None);
    assert!(!world.losing());
}

/// What is told as time goes on.
fn later(world: &mut World, at: i64) -> Vec<String> {
    let before = world.story.numbers().end;
    world.tell_lost(Moment(at));
    world.story.since(before).0.map(|event| event.text.to_string()).collect()
}

fn act(op: Op, by: &str, reason: Option<&str>, at: i64) -> RegistryFact {
    let act = LastAct {
        op,
        service: "s".into(),
        address: "10.0.0.1:80".parse().expect("an address"),
        by: by.into(),
        at: Moment(at),
        reason: reason.map(Into::into),
    };
    RegistryFact::Act("/keepwatch/intents/s".into(), Box::new(act))
}

#[test]
fn who_takes_back_what_is_told_whichever_half_of_it_is_read_first() {
    for act_first in [true, false] {
        let mut world = world();
        tell(&mut world, Some(&intent()), 1_100);
        let before = world.story.numbers().end;
        let mut facts = vec![act(Op::Undrain, "cara", Some("ticket 7"), 4_000), RegistryFact::IntentGone(PATH.into())];
        if !act_first {
            facts.reverse();
        }
        for fact in facts {
            world.apply(&Fact::Registry(fact), Moment(4_000));
        }
        world.tell_lost(Moment(5_000));
        let told: Vec<String> = world.story.since(before).0.map(|event| event.text.to_string()).collect();
        assert_eq!(told, ["cara took back ana's drain of s 10.0.0.1:80: ticket 7"], "act first: {act_first}");
        world.apply(&Fact::Registry(act(Op::Undrain, "cara", Some("ticket 7"), 4_000)), Moment(6_000));
        assert_eq!(world.story.numbers().end, before + 1, "read once more it is no act");
    }
}

#[test]
fn a_deregister_has_its_author_and_what_returns_is_told_as_that() {
    let mut world = world();
    let instance = Arc::new(scene_instance());
    world.apply(&Fact::Registry(RegistryFact::Upsert(instance.clone())), Moment(500));
    tell(&mut world, Some(&intent()), 1_100);
    let before = world.story.numbers().end;
    let gone =
        Intent { op: Op::Deregister, by: "anna".into(), reason: Some("vendor".into()), at: Moment(2_000), ..intent() };
    world.apply(&Fact::Registry(act(Op::Deregister, "anna", Some("vendor"), 2_000)), Moment(2_000));
    world.apply(&Fact::Registry(RegistryFact::Intent(PATH.into(), Box::new(gone.clone()))), Moment(2_000));
    world.apply(&Fact::Registry(RegistryFact::Gone(instance.path.clone())), Moment(2_000));
    world.apply(&Fact::Registry(RegistryFact::Upsert(instance)), Moment(122_000));
    world.tell_lost(Moment(123_000));
    let told: Vec<String> = world.story.since(before).0.map(|event| event.text.to_string()).collect();
    assert_eq!(
        told,
        [
            "anna deregistered s 10.0.0.1:80: vendor",
            "s 10.0.0.1:80 left: none remains",
            "s 10.0.0.1:80 joined again with weight 7, 2 min after anna deregistered it (vendor)",
        ]
    );
}

fn scene_instance() -> Instance {
    let service = ServiceId { name: "s".into(), layout: Layout::SEED, parent: "/s".into() };
    Instance {
        service,
        address: "10.0.0.1:80".parse().ok(),
        path: "/s/10.0.0.1:80".into(),
        admin: RegistryAdmin::Drained,
        weight: Some(7),
        metadata: Default::default(),
        depends_on: Vec::new(),
        registered_at: Moment(0),
        written_at: Moment(0),
        owner_session: Some(7),
        version: 0,
        czxid: 1,
        mzxid: 1,
        raw: b"7".as_slice().into(),
        capabilities: Arc::new(Capabilities { drain: Ok(()), weight: Ok(()), deregister: Ok(()) }),
        more: None,
    }
}

#[test]
fn that_it_is_given_up_is_told_once_by_the_intent() {
    let mut world = world();
    let times: Vec<Moment> = (1..=5).map(|n| Moment(n * 1_000)).collect();
    let held = Intent { ties: Ties { hold: Some(times), ..Ties::default() }, ..intent() };
    tell(&mut world, Some(&held), 6_000);
    let up = Intent { ties: Ties { given_up: Some(Moment(7_000)), ..held.ties.clone() }, ..held };
    let told = tell(&mut world, Some(&up), 7_000).expect("it is told");
    assert!(told.contains("lost 5 times within 10 min: keepwatch gives up holding it"), "{told}");
    assert_eq!(tell(&mut world, Some(&up), 8_000), None);
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

#[test]
fn what_was_lost_before_it_began_is_lost_since_the_znode_was_made_or_written_over() {
    let stood = Stood { owner: Some(7), made: Moment(0), version: 2 };
    let wanted = Intent { ties: Ties { stood: Some(stood), ..Ties::default() }, ..intent() };
    let there = Instance { admin: RegistryAdmin::Enabled, version: 2, ..scene_instance() };
    let over = Instance { version: 3, written_at: Moment(3_000), ..there.clone() };
    let anew = Instance { owner_session: Some(8), registered_at: Moment(4_000), version: 0, ..there.clone() };
    for (found, since) in [(over, 3_000), (anew, 4_000), (there, 90_000)] {
        let mut world = World::new(Expected::default(), Moment(90_000));
        for fact in [
            RegistryFact::Upsert(Arc::new(found)),
            RegistryFact::Intent(PATH.into(), Box::new(wanted.clone())),
            RegistryFact::Complete(Moment(90_000)),
        ] {
            world.apply(&Fact::Registry(fact), Moment(90_000));
        }
        world.tell_lost(Moment(90_000));
        assert_eq!(world.lost_since(PATH), Some(Moment(since)));
    }
}

#[test]
fn the_cause_of_a_second_loss_is_what_happened_since_it_was_last_as_wanted() {
    let stood = Stood { owner: Some(7), made: Moment(0), version: 2 };
    let wanted = Intent { ties: Ties { stood: Some(stood), ..Ties::default() }, ..intent() };
    let mut world = world();
    tell(&mut world, Some(&wanted), 1_000);
    let drained = Instance { admin: RegistryAdmin::Drained, version: 2, ..scene_instance() };
    let anew = Instance { admin: RegistryAdmin::Enabled, version: 0, registered_at: Moment(5), ..drained.clone() };
    let again = Instance { admin: RegistryAdmin::Drained, version: 1, ..anew.clone() };
    let over = Instance { version: 2, ..anew.clone() };
    let back = Instance { owner_session: Some(8), ..again.clone() };
    let told = [
        (drained, None),
        (anew, Some("its provider reconnected")),
        (again, None),
        (over, Some("another operator or program wrote over it: version 1 > 2")),
        (back, None),
        (
            Instance { admin: RegistryAdmin::Enabled, ..scene_instance() },
            Some("its provider registered again in a new session: 0x8 > 0x7"),
        ),
    ];
    for (n, (found, cause)) in (1..).zip(told) {
        let mzxid = found.mzxid.max(n);
        let found = Instance { mzxid, ..found };
        world.apply(&Fact::Registry(RegistryFact::Upsert(Arc::new(found))), Moment(2_000));
        let now = world.registry.cause(&wanted).map(|cause| cause.sentence());
        assert!(now.as_deref().unwrap_or_default().starts_with(cause.unwrap_or_default()), "{n}: {now:?}");
        assert_eq!(now.is_some(), cause.is_some(), "{n}: {now:?}");
    }
    // Wanted anew, as it stood then.
    let anew = Intent { ties: Ties { stood: Some(Stood { owner: Some(6), ..stood }), ..Ties::default() }, ..wanted };
    tell(&mut world, Some(&anew), 3_000);
    let cause = world.registry.cause(&anew).map(|cause| cause.sentence()).unwrap_or_default();
    assert!(cause.ends_with("0x6 > 0x7"), "{cause}");
}
