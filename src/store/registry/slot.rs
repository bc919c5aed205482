//! A service and the places of its instances. A place is kept for as long as the instance is known, so that rows stay
//! put; it says nothing about health.

use std::{cmp::Ordering, collections::BTreeMap, sync::Arc};

use crate::domain::{
    address::Address,
    id::{InstanceId, ServiceId},
    instance::{Instance, Presence},
    time::Moment,
};

/// A service as the registry and the file know it.
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    /// Which.
    pub id: ServiceId,
    /// Named in the file.
    pub expected: bool,
    /// Its places, in the order of their addresses, then paths.
    pub slots: BTreeMap<SlotKey, Slot>,
}

/// What orders places: address first; those without one after all others, by path.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SlotKey {
    /// The address.
    pub address: Option<Address>,
    /// The znode's path; empty where only the file names the instance.
    pub path: Arc<str>,
}

impl SlotKey {
    /// Of an address and a path.
    pub fn new(address: Option<Address>, path: Arc<str>) -> Self {
        SlotKey { address, path }
    }

    /// Of what is registered.
    pub fn of(instance: &Instance) -> Self {
        SlotKey::new(instance.address.clone(), instance.path.clone())
    }
}

impl Ord for SlotKey {
    fn cmp(&self, other: &Self) -> Ordering {
        let nowhere = self.address.is_none().cmp(&other.address.is_none());
        nowhere.then_with(|| self.address.cmp(&other.address)).then_with(|| self.path.cmp(&other.path))
    }
}

impl PartialOrd for SlotKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// One place: an instance that is there, was there, or should be.
#[derive(Clone, Debug, PartialEq)]
pub struct Slot {
    /// Its key.
    pub key: SlotKey,
    /// Whether it is there.
    pub presence: Presence,
    /// Since when that is so, as far as this Keepwatch knows.
    pub since: Moment,
    /// The znode as last read; `None` where only the file names the instance.
    pub instance: Option<Arc<Instance>>,
}

impl Slot {
    /// Its address.
    pub fn address(&self) -> Option<&Address> {
        self.key.address.as_ref()
    }

    /// The instance, if it is registered.
    pub fn registered(&self) -> Option<&Instance> {
        if self.presence == Presence::Registered { self.instance.as_deref() } else { None }
    }

    /// Whether it is registered as something that can be called: a child without an address and without a weight is no
    /// instance, whoever left it there.
    pub fn is_instance(&self) -> bool {
        self.registered().is_some_and(|i| i.address.is_some() || i.weight.is_some())
    }

    /// Its identity towards telemetry; `None` without an address.
    pub fn id(&self, service: &Service) -> Option<InstanceId> {
        Some(InstanceId { service: service.id.name.clone(), address: self.address()?.clone() })
    }

    /// `host:port`, or the znode's name where no address is known.
    pub fn name(&self) -> &str {
        match self.address() {
            Some(address) => address.text(),
            None => self.key.path.rsplit('/').next().unwrap_or(""),
        }
    }
}

impl Service {
    /// Slots that are registered.
    pub fn registered(&self) -> impl Iterator<Item = (&Slot, &Instance)> {
        self.slots.values().filter_map(|s| s.registered().map(|i| (s, i)))
    }

    /// Registered under this address more than once.
    pub fn double(&self, slot: &Slot) -> bool {
        slot.address().is_some()
            && self
                .slots
                .values()
                .filter(|s| s.presence == Presence::Registered && s.address() == slot.address())
                .count()
                > 1
    }
}
