//! A provider that only renames its own znode: Dubbo's deletes it and makes another with the same address whenever an override
//! or a rule touches it, in one session and within a moment. Its leaving is held back for that moment, and what is back by then
//! never left; every other leaving is told at once. Pure: the time is given.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::domain::address::Address;
use crate::domain::fact::RegistryFact;
use crate::domain::instance::Instance;

/// How long a provider has to be back under another name: a re-export takes some ms, on a busy machine some tens.
pub(super) const BOUND: Duration = Duration::from_millis(500);

/// What is told of such layouts, and who is away at the moment.
#[derive(Default)]
pub(super) struct Settling {
    told: HashMap<Arc<str>, Arc<Instance>>,
    /// In the order in which they went.
    away: Vec<(Instant, Arc<Instance>)>,
}

impl Settling {
    /// Passes a fact on, or keeps it for a moment.
    pub(super) fn take(&mut self, fact: RegistryFact, now: Instant, tell: &mut impl FnMut(RegistryFact)) {
        match fact {
            RegistryFact::Upsert(instance) if instance.service.layout.renames() && instance.address.is_some() => {
                let back = self.away.iter().position(|(_, away)| same(away, &instance));
                // In another session it is another process, or one that was away: that is told.
                if let Some((_, away)) = back.map(|at| self.away.remove(at))
                    && away.owner_session != instance.owner_session
                {
                    tell(RegistryFact::Gone(away.path.clone()));
                }
                self.told.insert(instance.path.clone(), instance.clone());
                tell(RegistryFact::Upsert(instance));
            }
            RegistryFact::Upsert(instance) => {
                self.told.remove(&instance.path);
                tell(RegistryFact::Upsert(instance));
            }
            RegistryFact::Gone(path) => match self.told.remove(&path) {
                Some(instance) => self.away.push((now + BOUND, instance)),
                None => tell(RegistryFact::Gone(path)),
            },
            fact => {
                // What somebody did to it explains its leaving, and is told after it.
                match &fact {
                    RegistryFact::Intent(_, intent) => self.release(&intent.service, &intent.address, tell),
                    RegistryFact::Act(_, act) => self.release(&act.service, &act.address, tell),
                    _ => {}
                }
                tell(fact);
            }
        }
    }

    /// When the next of them has been away for too long.
    pub(super) fn due(&self) -> Option<Instant> {
        self.away.first().map(|(due, _)| *due)
    }

    /// Tells who has not come back: those whose moment is over, or, after a whole reading, all.
    pub(super) fn over(&mut self, now: Option<Instant>, tell: &mut impl FnMut(RegistryFact)) {
        let still = |due: &Instant| now.is_some_and(|now| *due > now);
        for (_, instance) in self.away.extract_if(.., |(due, _)| !still(due)) {
            tell(RegistryFact::Gone(instance.path.clone()));
        }
    }

    fn release(&mut self, service: &str, address: &Address, tell: &mut impl FnMut(RegistryFact)) {
        let about =
            |instance: &Instance| *instance.service.name == *service && instance.address.as_ref() == Some(address);
        for (_, instance) in self.away.extract_if(.., |(_, instance)| about(instance)) {
            tell(RegistryFact::Gone(instance.path.clone()));
        }
    }
}

fn same(one: &Instance, other: &Instance) -> bool {
    one.service == other.service && one.address == other.address
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::act::LastAct;
    use crate::domain::id::{Layout, ServiceId};
    use crate::domain::instance::{Capabilities, RegistryAdmin};
    use crate::domain::intent::Op;
    use crate::domain::time::Moment;

    fn address() -> Address {
        Address::parse("10.0.0.1:20880", None).expect("it is one")
    }

    fn instance(layout: Layout, path: &str, session: i64) -> RegistryFact {
        RegistryFact::Upsert(Arc::new(Instance {
            service: ServiceId { name: "shop".into(), layout, parent: "/dubbo".into() },
            address: Some(address()),
            path: path.into(),
            admin: RegistryAdmin::Enabled,
            weight: Some(100),
            metadata: Default::default(),
            depends_on: Vec::new(),
            registered_at: Moment(1),
            written_at: Moment(1),
            owner_session: Some(session),
            version: 0,
            czxid: 1,
            mzxid: 1,
            raw: b"".as_slice().into(),
            capabilities: Arc::new(Capabilities { drain: Ok(()), weight: Ok(()), deregister: Ok(()) }),
            more: None,
        }))
    }

    /// What is told of these facts, each some ms after the start; then of those who did not come back.
    fn told(facts: Vec<(u64, RegistryFact)>) -> Vec<String> {
        let (start, mut settling, mut told) = (Instant::now(), Settling::default(), Vec::new());
        let mut tell = |fact: RegistryFact| {
            told.push(match fact {
                RegistryFact::Upsert(instance) => format!("there {}", instance.path),
                RegistryFact::Gone(path) => format!("gone {path}"),
                _ => "other".to_owned(),
            });
        };
        for (ms, fact) in facts {
            let now = start + Duration::from_millis(ms);
            settling.over(Some(now), &mut tell);
            settling.take(fact, now, &mut tell);
        }
        settling.over(None, &mut tell);
        assert!(settling.due().is_none());
        told
    }

    fn gone(path: &str) -> RegistryFact {
        RegistryFact::Gone(path.into())
    }

    #[test]
    fn what_renames_itself_within_a_moment_never_left() {
        let of = |path, session| instance(Layout::DUBBO, path, session);
        assert_eq!(
            told(vec![(0, of("/p/1", 7)), (1, gone("/p/1")), (499, of("/p/2", 7))]),
            ["there /p/1", "there /p/2"]
        );
        assert_eq!(
            told(vec![(0, of("/p/1", 7)), (1, gone("/p/1")), (502, of("/p/2", 7))]),
            ["there /p/1", "gone /p/1", "there /p/2"],
            "too late"
        );
        assert_eq!(
            told(vec![(0, of("/p/1", 7)), (1, gone("/p/1")), (2, of("/p/1", 8))]),
            ["there /p/1", "gone /p/1", "there /p/1"],
            "another session"
        );
        assert_eq!(told(vec![(0, of("/p/1", 7)), (1, gone("/p/1"))]), ["there /p/1", "gone /p/1"], "for good");
    }

    #[test]
    fn no_leaving_of_another_layout_waits_and_none_after_an_act_of_a_person() {
        let (start, mut settling, mut told) = (Instant::now(), Settling::default(), 0);
        settling.take(instance(Layout::SEED, "/a/1", 7), start, &mut |_| {});
        settling.take(gone("/a/1"), start, &mut |_| told += 1);
        assert_eq!((told, settling.due()), (1, None));
        settling.take(instance(Layout::DUBBO, "/p/1", 7), start, &mut |_| {});
        settling.take(gone("/p/1"), start, &mut |_| told += 1);
        assert_eq!((told, settling.due()), (1, Some(start + BOUND)));
        let (op, service, address) = (Op::Deregister, "shop".into(), address());
        let act = LastAct { op, service, address, by: "ben".into(), at: Moment(1), reason: None };
        settling.take(RegistryFact::Act("/k".into(), Box::new(act)), start, &mut |_| told += 1);
        assert_eq!((told, settling.due()), (3, None));
    }
}
