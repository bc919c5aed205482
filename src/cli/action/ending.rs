//! How what a command stays for came to its end, by somebody else's hand or by itself: what is said of it, and the exit status.
//! Not the staying itself, which is `stay`'s.

use crate::{
    cli::exit::Exit,
    domain::{
        act::LastAct,
        intent::{Intent, Op},
        time::Moment,
    },
    store::World,
};

/// Clocks of machines differ by a little, in ms.
const APART_MS: i64 = 2_000;

/// Whether the registry still holds what is wanted: perhaps in another's name by now, but the same.
pub(super) fn wanted(world: &World, path: &str, was: &Intent) -> bool {
    found(world, path).is_some_and(|now| now.op == was.op)
}

fn found<'a>(world: &'a World, path: &str) -> Option<&'a Intent> {
    world.registry.intents().find(|(at, _)| ***at == *path).map(|(_, intent)| intent)
}

/// Why this intent is wanted no more, a sentence, and how the command ends by that: as asked where its lease is over or where
/// `by` took it back themselves, else as a conflict. `before`: the last act on its service when the command began to stay.
pub(super) fn told(
    world: &World,
    (path, was): (&str, &Intent),
    (by, now): (&str, Moment),
    before: Option<&LastAct>,
) -> (String, Exit) {
    let own = |who: &str| if who == by { Exit::Done } else { Exit::Conflict };
    let act = world.registry.last_act(&was.service).filter(|act| {
        act.address == was.address && Some(*act) != before && matches!(act.op, Op::Undrain | Op::Undo | Op::Deregister)
    });
    let (why, exit) = match (found(world, path), act) {
        (Some(new), _) if new.op != Op::Deregister => {
            (format!("{}'s {} took its place", new.by, new.what()), own(&new.by))
        }
        (Some(new), _) => (format!("{} deregistered it", new.by), own(&new.by)),
        (None, Some(act)) => {
            let did = match act.op {
                Op::Deregister => "deregistered it",
                Op::Undrain => "undrained it",
                _ => "took it back",
            };
            (format!("{} {did}{}", act.by, act.because()), own(&act.by))
        }
        (None, None) if was.over(now.plus(APART_MS)) => ("its lease is over".to_owned(), Exit::Done),
        (None, None) if was.ties.operator.as_ref().is_some_and(|path| !world.registry.present(path)) => {
            ("the session of this command was lost, and another Keepwatch ended it".to_owned(), Exit::Conflict)
        }
        (None, None) => (
            "somebody took it back who left no name: an older Keepwatch, or another program".to_owned(),
            Exit::Conflict,
        ),
    };
    (format!("Not kept any longer: {}/{}, {}: {why}.", was.service, was.address.text(), was.what()), exit)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        domain::{
            fact::{Fact, RegistryFact},
            intent::Ties,
        },
        store::registry::Expected,
    };

    fn intent() -> Intent {
        Intent {
            service: "s".into(),
            address: "10.0.0.1:80".parse().expect("an address"),
            path: "/s/10.0.0.1:80".into(),
            op: Op::Drain,
            by: "ana".into(),
            at: Moment(1_000),
            reason: None,
            old_weight: Some(7),
            before: None,
            until: None,
            ties: Ties::default(),
        }
    }

    fn act(op: Op, by: &str) -> LastAct {
        let Intent { service, address, .. } = intent();
        LastAct { op, service, address, by: by.into(), at: Moment(2_000), reason: None }
    }

    /// What ana is told of her intent, where these facts are known.
    fn ends(was: &Intent, facts: Vec<RegistryFact>, before: Option<&LastAct>) -> (String, Exit) {
        let mut world = World::new(Expected::default(), Moment(0));
        facts.into_iter().for_each(|fact| {
            world.apply(&Fact::Registry(fact), Moment(3_000));
        });
        told(&world, (&was.znode(), was), ("ana", Moment(3_000)), before)
    }

    #[test]
    fn whoever_ended_it_is_named_and_only_an_end_that_was_asked_for_is_one_without_fault() {
        let path: Arc<str> = "/keepwatch/intents/s".into();
        let left = |act: LastAct| vec![RegistryFact::Act(path.clone(), Box::new(act))];
        let kept = |new: Intent| vec![RegistryFact::Intent(new.znode().into(), Box::new(new))];
        let leased = Intent { until: Some(Moment(4_000)), ..intent() };
        let tied = Ties { operator: Some("/keepwatch/operators/desk-1".into()), ..Ties::default() };
        let by_ben = |op| Intent { op, by: "ben".into(), ..intent() };
        for (was, facts, words, exit) in [
            (intent(), left(act(Op::Undrain, "ben")), "ben undrained it", Exit::Conflict),
            (intent(), left(act(Op::Undo, "ana")), "ana took it back", Exit::Done),
            (intent(), kept(by_ben(Op::Weight(5))), "ben's weight 5 took its place", Exit::Conflict),
            (intent(), kept(by_ben(Op::Deregister)), "ben deregistered it", Exit::Conflict),
            (leased, Vec::new(), "its lease is over", Exit::Done),
            (Intent { ties: tied, ..intent() }, Vec::new(), "the session of this command was lost", Exit::Conflict),
            (intent(), Vec::new(), "somebody took it back who left no name", Exit::Conflict),
        ] {
            let (told, ended) = ends(&was, facts, None);
            assert!(told.contains(words) && ended == exit, "{words}: {told} {ended:?}");
        }
        let old = act(Op::Undrain, "ben");
        let (told, _) = ends(&intent(), left(old.clone()), Some(&old));
        assert!(told.contains("left no name"), "what ben did before is not what ended it: {told}");
    }
}
