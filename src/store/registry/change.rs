//! How facts of the registry change the picture, and what changed by each, net.

use std::{collections::BTreeMap, sync::Arc};

use super::{Registry, Service, Slot, SlotKey};
use crate::domain::{
    fact::{Link, LinkState},
    id::ServiceId,
    instance::{Instance, Presence, RegistryAdmin},
    time::Moment,
};

/// A net change of the picture.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// The first picture is complete.
    Ready,
    /// The link's state changed, from and to.
    Link(LinkState, LinkState),
    /// An instance joined; whether its place was still known.
    Joined(ServiceId, SlotKey, bool),
    /// An instance left.
    Left(ServiceId, SlotKey),
    /// Its declared weight changed, from and to.
    Weight(ServiceId, SlotKey, Option<i64>, Option<i64>),
    /// A person's mark changed, from and to.
    Admin(ServiceId, SlotKey, RegistryAdmin, RegistryAdmin),
}

impl Change {
    /// The service that it is of; `None` where it is of the picture as a whole.
    pub fn service(&self) -> Option<&ServiceId> {
        match self {
            Change::Ready | Change::Link(..) => None,
            Change::Joined(id, ..) | Change::Left(id, _) | Change::Weight(id, ..) | Change::Admin(id, ..) => Some(id),
        }
    }
}

impl Registry {
    pub(super) fn set_link(&mut self, link: &Link) -> Vec<Change> {
        let before = std::mem::replace(&mut self.link, link.clone()).state;
        if before == link.state || (before == LinkState::Never && !link.state.live()) {
            return Vec::new();
        }
        vec![Change::Link(before, link.state)]
    }

    pub(super) fn completed(&mut self, at: Moment, now: Moment) -> Vec<Change> {
        self.link.as_of = Some(at);
        if self.complete.is_some() {
            return Vec::new();
        }
        self.complete = Some(at);
        self.place_expected(now);
        vec![Change::Ready]
    }

    pub(super) fn upsert(&mut self, instance: &Arc<Instance>, now: Moment) -> Vec<Change> {
        let mut changes = Vec::new();
        if let Some(known) = self.by_path.get(&instance.path) {
            if known.service == instance.service && known.address == instance.address {
                changes.extend(self.renew(instance));
                return changes;
            }
            // The znode now tells another service or address: to everybody else one left and another joined.
            changes.extend(self.remove(&instance.path, now));
        }
        if let Some(changes) = self.renamed(instance) {
            return changes;
        }
        let key = SlotKey::of(instance);
        let id = instance.service.clone();
        let service = self.services.entry(id.clone()).or_insert_with(|| Service {
            id: id.clone(),
            expected: false,
            slots: BTreeMap::new(),
        });
        // A new znode at a known address takes the place of the gone one: identity is the address.
        let old = service
            .slots
            .iter()
            .find(|(k, s)| {
                s.presence == Presence::Gone
                    && (k.path == key.path || (key.address.is_some() && k.address == key.address))
            })
            .map(|(k, _)| k.clone());
        if let Some(old) = &old {
            service.slots.remove(old);
            self.gone = self.gone.saturating_sub(1);
        }
        let slot =
            Slot { key: key.clone(), presence: Presence::Registered, since: now, instance: Some(instance.clone()) };
        service.slots.insert(key.clone(), slot);
        self.by_path.insert(instance.path.clone(), instance.clone());
        self.structure += 1;
        if self.complete.is_some() {
            self.place_expected_named(&id.name, now);
        }
        changes.push(Change::Joined(id, key, old.is_some()));
        changes
    }

    /// The same znode with other bytes.
    fn renew(&mut self, instance: &Arc<Instance>) -> Vec<Change> {
        let (mut changes, id, key) = (Vec::new(), &instance.service, SlotKey::of(instance));
        let Some(slot) = self.services.get_mut(id).and_then(|s| s.slots.get_mut(&key)) else { return changes };
        if let Some(old) = &slot.instance {
            if old.mzxid > instance.mzxid {
                return changes; // an answer that was overtaken by a newer one
            }
            changes = differences(old, instance, &key);
        }
        slot.instance = Some(instance.clone());
        if let Some(known) = self.by_path.get_mut(&instance.path) {
            *known = instance.clone();
        }
        changes
    }

    /// The same instance at another path, where its layout has that: it stays, and so does its place.
    fn renamed(&mut self, instance: &Arc<Instance>) -> Option<Vec<Change>> {
        if !instance.service.layout.renames() || instance.address.is_none() {
            return None;
        }
        let key = SlotKey::of(instance);
        let service = self.services.get_mut(&instance.service)?;
        let here = |slot: &&Slot| slot.registered().is_some() && slot.address() == key.address.as_ref();
        let old = service.slots.values().find(here)?.key.clone();
        let mut slot = service.slots.remove(&old)?;
        let before = slot.instance.replace(instance.clone())?;
        slot.key = key.clone();
        service.slots.insert(key.clone(), slot);
        self.by_path.remove(&old.path);
        self.by_path.insert(instance.path.clone(), instance.clone());
        self.structure += 1;
        Some(differences(&before, instance, &key))
    }

    pub(super) fn remove(&mut self, path: &Arc<str>, now: Moment) -> Option<Change> {
        let instance = self.by_path.remove(path)?;
        let (id, key) = (instance.service.clone(), SlotKey::of(&instance));
        let slot = self.services.get_mut(&id)?.slots.get_mut(&key)?;
        slot.presence = Presence::Gone;
        slot.since = now;
        self.count_gone();
        self.structure += 1;
        self.place_expected_named(&id.name, now);
        self.left(&id, &key, now);
        Some(Change::Left(id, key))
    }
}

/// What the net change of an instance is told as.
fn differences(old: &Instance, new: &Instance, key: &SlotKey) -> Vec<Change> {
    let (mut changes, id) = (Vec::new(), &new.service);
    if old.weight != new.weight {
        changes.push(Change::Weight(id.clone(), key.clone(), old.weight, new.weight));
    }
    if old.admin != new.admin {
        changes.push(Change::Admin(id.clone(), key.clone(), old.admin, new.admin));
    }
    changes
}
