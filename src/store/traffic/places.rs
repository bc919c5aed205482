//! Where a service is reached, as calls tell: by the same tables by which a call that names an address, or a queue, is counted.
//! For what is listed where an edge, a service or an instance is selected.

use std::sync::Arc;

use super::TrafficStore;
use crate::domain::address::Address;

impl TrafficStore {
    /// The service that a call to this address is counted for.
    pub fn owner(&self, address: &Address) -> Option<&Arc<str>> {
        let told = self.by_address.get(address).and_then(|number| self.instances.get(*number as usize));
        match told {
            Some((service, ..)) => self.services.get(*service as usize).map(|service| &service.name),
            None => self.known_at.get(address),
        }
    }

    /// The addresses calls to which are counted for a service.
    pub fn places<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Address> {
        let told = self.by_address.keys();
        let known = self.known_at.keys().filter(|address| !self.by_address.contains_key(*address));
        told.chain(known).filter(move |address| self.owner(address).is_some_and(|owner| **owner == *name))
    }

    /// The queues from which a service was seen to take.
    pub fn queues<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a Arc<str>> {
        let number = self.names.get(name).copied();
        self.asked.takers.iter().filter(move |(_, taker)| number == Some(**taker)).map(|(queue, _)| queue)
    }

    /// Another one where what is told here may be another.
    pub fn places_version(&self) -> (Option<u64>, usize, usize) {
        (self.known_as_of, self.by_address.len(), self.asked.takers.len())
    }
}
