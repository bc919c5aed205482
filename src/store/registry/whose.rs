//! Which registered service the name or the address of a line or a span means. What may be two is nobody's.

use std::{collections::BTreeMap, sync::Arc};

use super::{Registry, Service, SlotKey};
use crate::domain::{
    address::Address,
    instance::Presence,
    whose::{Whose, meant, other},
};

impl Registry {
    /// The service that lines and spans mean by a name: the one of that name, or the one that differs in a `-service` at the end
    /// alone; else the name as it is.
    pub fn known_as(&self, name: &Arc<str>) -> Arc<str> {
        meant(name, |name| self.is_known(name)).unwrap_or_else(|| name.clone())
    }

    /// A service as lines and spans tell that they are its. Its other name is its own where no other service has it, and its
    /// places are those that no other has.
    pub fn whose(&self, name: &Arc<str>) -> Whose {
        let (name, also) = self.names(name);
        Whose::new(name.clone(), also, self.places(&name))
    }

    /// The same by names alone, as spans tell it.
    pub fn whose_named(&self, name: &Arc<str>) -> Whose {
        let (name, also) = self.names(name);
        Whose::new(name, also, Vec::new())
    }

    /// The same of one instance: what tells its address alone is its where no other service has that.
    pub fn whose_at(&self, name: &Arc<str>, address: &Address) -> Whose {
        let (name, also) = self.names(name);
        let own = self.owner(address).is_some_and(|owner| *owner == name);
        Whose::new(name, also, own.then(|| address.clone()).into_iter().collect())
    }

    /// The one service that has an address: that is registered there, or where nobody is, that was or should be.
    pub fn owner(&self, address: &Address) -> Option<&Arc<str>> {
        // Those that are registered there come first.
        let mut found: [Option<&Arc<str>>; 2] = [None; 2];
        let mut many = [false; 2];
        for service in self.services().filter(|service| service.id.layout.explained()) {
            let Some(there) = service.stands_at(address).map(usize::from) else { continue };
            many[there] |= found[there].is_some_and(|name| *name != service.id.name);
            found[there] = Some(&service.id.name);
        }
        let rank = usize::from(found[1].is_some());
        found[rank].filter(|_| !many[rank])
    }

    fn is_known(&self, name: &str) -> bool {
        self.named(name).next().is_some()
    }

    /// The name of a service, and its other one, where it is known by the first and nobody by the second.
    fn names(&self, name: &Arc<str>) -> (Arc<str>, Option<Arc<str>>) {
        let name = self.known_as(name);
        let also = other(&name).filter(|other| self.is_known(&name) && !self.is_known(other));
        (name, also)
    }

    /// The addresses that no service of another name has, as [`Registry::owner`] tells it, of all in one go.
    fn places(&self, name: &str) -> Vec<Address> {
        let all = self.services().filter(|service| service.id.layout.explained());
        let (own, others): (Vec<&Service>, Vec<&Service>) = all.partition(|service| *service.id.name == *name);
        let mut places: BTreeMap<&Address, bool> = BTreeMap::new();
        for slot in own.iter().flat_map(|service| service.slots.values()) {
            if let Some(address) = slot.address() {
                *places.entry(address).or_default() |= slot.presence == Presence::Registered;
            }
        }
        for slot in others.iter().flat_map(|service| service.slots.values()) {
            let there = slot.presence == Presence::Registered;
            if let Some(address) = slot.address()
                && places.get(address).is_some_and(|here| there || !here)
            {
                places.remove(address);
            }
        }
        places.into_keys().cloned().collect()
    }
}

impl Service {
    /// Whether it has a place at an address, and whether it is registered there.
    fn stands_at(&self, address: &Address) -> Option<bool> {
        let from = SlotKey::new(Some(address.clone()), "".into());
        let here = self.slots.range(from..).take_while(|(key, _)| key.address.as_ref() == Some(address));
        here.map(|(_, slot)| slot.presence == Presence::Registered).reduce(|one, other| one || other)
    }
}
