//! By what calls tell that they are to a service or to an instance, as traffic counts them: the names that the registry knows it
//! by, the addresses and the queues.

use std::sync::Arc;

use super::World;
use crate::domain::id::InstanceId;
use crate::store::traces::Reach;

/// What stays the same as long as nothing changes of what is told here.
pub type ReachVersion = (u64, (Option<u64>, usize, usize));

impl World {
    /// How a service is reached.
    pub fn reach(&self, name: &Arc<str>) -> Reach {
        let (places, queues) = (self.traffic.places(name).cloned(), self.traffic.queues(name).cloned());
        Reach::new(self.registry.whose_named(name), places.collect(), queues.collect())
    }

    /// How one of its instances is.
    pub fn reach_of(&self, id: &InstanceId) -> Reach {
        let own = self.traffic.owner(&id.address).is_some_and(|owner| *owner == id.service);
        Reach::of_one(self.registry.whose_named(&id.service), own.then(|| id.address.clone()))
    }

    /// Another one where one of them may be another.
    pub fn reach_version(&self) -> ReachVersion {
        (self.registry.structure(), self.traffic.places_version())
    }
}
