//! Which registered instance a name and an address mean: as people say it, or by the path where its service lives, which parts
//! services of one name. Never a guess between two.

use std::sync::Arc;

use super::{Registry, Service};
use crate::domain::{
    address::Address,
    id::ServiceId,
    plan::{Refusal, Target},
    target,
};

impl Registry {
    /// The services that a name means: those of the name, as [`Registry::called`] takes it, or with a `/` in front those that
    /// live there.
    pub fn meant<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a Service> + use<'a> {
        let whole = self.called(name);
        let there = name.starts_with('/').then(|| name.to_owned());
        self.services().filter(move |service| match &there {
            Some(path) => home(&service.id) == *path,
            None => service.id.name == whole,
        })
    }

    /// The znodes of a registered instance.
    ///
    /// # Errors
    /// A refusal where nobody is there, or where it is not clear who is meant: it says how to say it. `place`: the registry.
    pub fn find(&self, wanted: &target::Target, place: &str) -> Result<Target, Refusal> {
        let at = |service: &'_ Service| paths(service, &wanted.address);
        let mut found = self.meant(&wanted.service).filter_map(|service| Some((&service.id, at(service)?)));
        let Some((service, paths)) = found.next() else {
            return Err(Refusal::new(format!("No such target: {wanted} is not registered in {place}.")));
        };
        let others: Vec<&ServiceId> = found.map(|(id, _)| id).collect();
        if others.is_empty() {
            return Ok(Target { service: service.clone(), address: Some(wanted.address.clone()), paths });
        }
        let all = || std::iter::once(service).chain(others.iter().copied());
        let say = |id: &ServiceId| format!("{}/{} ({})", home(id), wanted.address, id.layout.word());
        let words = all().map(say).collect::<Vec<_>>().join(", ");
        let how = match others.iter().any(|other| home(other) == home(service)) {
            true => "No name parts them; in the dashboard the cursor says which.",
            false => "Say which by its path.",
        };
        Err(Refusal::new(format!("Not clear which is meant: {wanted} is registered as {words}. {how}")))
    }
}

/// Where a service lives, with its name: by this it can be named.
fn home(id: &ServiceId) -> String {
    let parent = id.parent.trim_end_matches('/');
    match parent.strip_suffix(&*id.name).is_some_and(|above| above.ends_with('/')) {
        true => parent.to_owned(),
        false => format!("{parent}/{}", id.name),
    }
}

/// All znodes that are registered at this address: an instance may own several, one for each interface, say.
fn paths(service: &Service, address: &Address) -> Option<Vec<Arc<str>>> {
    let slots = service.slots.values().filter(|slot| slot.address() == Some(address));
    let paths: Vec<Arc<str>> =
        slots.filter_map(|slot| slot.registered()).flat_map(|instance| instance.paths().cloned()).collect();
    (!paths.is_empty()).then_some(paths)
}
