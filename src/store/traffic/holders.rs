//! Which caller instance called which instance, and when last: who still holds one that is drained. Bounded; what is left
//! out is not known, never "nobody".

use foldhash::HashMap;

use super::{TrafficStore, pairing::Call, pairing::Party};
use crate::domain::id::InstanceId;
use crate::domain::time::Moment;

/// Pairs that are kept at most.
const MOST: usize = 50_000;

/// Last calls by pairs of instances, as the numbers that the store gave them.
#[derive(Debug, Default)]
pub(super) struct Holders {
    last: HashMap<(u32, u32), Moment>,
    /// A pair had no room: no list is whole any more.
    full: bool,
}

impl Holders {
    pub(super) fn called(&mut self, now: Moment, caller: Party, call: Call) {
        let (Some(from), Some(to)) = (caller.instance, call.callee.instance) else { return };
        if self.last.len() >= MOST && !self.last.contains_key(&(from, to)) {
            self.full = true;
            return;
        }
        self.last.insert((from, to), now);
    }
}

impl TrafficStore {
    /// The instances that were seen calling this one, and when each did last, in the order of their names; `None` where
    /// that was too much to keep.
    pub fn callers_of(&self, id: &InstanceId) -> Option<Vec<(InstanceId, Moment)>> {
        if self.holders.full {
            return None;
        }
        let service = self.names.get(&id.service);
        let number = service.and_then(|service| self.places.get(&(*service, id.address.clone())));
        let Some(number) = number else { return Some(Vec::new()) };
        let mut all: Vec<(InstanceId, Moment)> = self
            .holders
            .last
            .iter()
            .filter(|((_, to), _)| to == number)
            .filter_map(|((from, _), at)| {
                let (service, address, _) = self.instances.get(*from as usize)?;
                let service = self.services.get(*service as usize)?.name.clone();
                Some((InstanceId { service, address: address.clone() }, *at))
            })
            .collect();
        all.sort_by(|a, b| (&a.0.service, &a.0.address).cmp(&(&b.0.service, &b.0.address)));
        Some(all)
    }
}
