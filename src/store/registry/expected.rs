//! What the configuration file expects to be registered, and its place beside what is.

use std::{collections::BTreeMap, sync::Arc};

use super::{Registry, Service, Slot, SlotKey};
use crate::domain::{
    address::Address,
    id::{Layout, ServiceId},
    instance::Presence,
    time::Moment,
};

/// Service names with the addresses that should be there, and the calls that the file declares.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Expected {
    /// By service name.
    pub services: BTreeMap<Arc<str>, Vec<Address>>,
    /// `depends_on` of the file, by service name.
    pub depends_on: BTreeMap<Arc<str>, Vec<Arc<str>>>,
}

impl Registry {
    /// Whether a place should be filled and is not: the file names its address, and nobody is registered there. Whoever was
    /// never expected and left is gone, not missing.
    pub fn wants(&self, service: &ServiceId, slot: &Slot) -> bool {
        match (slot.presence, slot.address()) {
            (Presence::ExpectedMissing, _) => true,
            (Presence::Gone, Some(address)) => {
                let named = self.expected.services.get(&service.name).is_some_and(|all| all.contains(address));
                named && !self.at(&service.name, address).any(|(_, other)| other.presence == Presence::Registered)
            }
            _ => false,
        }
    }

    /// Gives every expected instance that is not registered its place, and takes it from those that are.
    pub(super) fn place_expected(&mut self, now: Moment) {
        let expected = std::mem::take(&mut self.expected);
        for name in expected.services.keys() {
            self.place_expected_of(name, &expected, now);
        }
        self.expected = expected;
    }

    /// The same for one service name, after something of it changed.
    pub(super) fn place_expected_named(&mut self, name: &Arc<str>, now: Moment) {
        if self.expected.services.contains_key(name) {
            let expected = std::mem::take(&mut self.expected);
            self.place_expected_of(name, &expected, now);
            self.expected = expected;
        }
    }

    fn place_expected_of(&mut self, name: &Arc<str>, expected: &Expected, now: Moment) {
        let Some(addresses) = expected.services.get(name) else { return };
        let ids: Vec<ServiceId> = self.named(name).map(|s| s.id.clone()).collect();
        let home = ids.iter().find(|id| id.layout.registered() && id.layout.explained()).cloned();
        let home = home.unwrap_or_else(|| ServiceId { name: name.clone(), layout: Layout::FILE, parent: "".into() });
        for id in &ids {
            if let Some(service) = self.services.get_mut(id) {
                service.expected = true;
            }
        }
        if home.layout.registered() {
            // The service turned up in the registry: its places move there.
            self.services.remove(&ServiceId { name: name.clone(), layout: Layout::FILE, parent: "".into() });
        }
        for address in addresses {
            let known = self.at(name, address).any(|(_, s)| s.presence != Presence::ExpectedMissing);
            let key = SlotKey::new(Some(address.clone()), "".into());
            let service = self.services.entry(home.clone()).or_insert_with(|| Service {
                id: home.clone(),
                expected: true,
                slots: BTreeMap::new(),
            });
            if known {
                self.structure += u64::from(service.slots.remove(&key).is_some());
            } else {
                service.slots.entry(key.clone()).or_insert(Slot {
                    key,
                    presence: Presence::ExpectedMissing,
                    since: now,
                    instance: None,
                });
            }
        }
        self.structure += 1;
    }
}
