//! By which names traces tell that a breaker between two services turned them away: those of whom it guards, as the registry
//! knows them, and its own.

use std::sync::Arc;

use super::World;
use crate::domain::id::InstanceId;
use crate::store::{circuits::Breaker, traces::Guard};

impl World {
    /// The breakers of a service, or of one of its instances, that guard the way to another.
    pub fn guard(&self, from: &Arc<str>, at: Option<&InstanceId>, to: &Arc<str>) -> Guard {
        let own: Vec<&Breaker> = match at {
            Some(id) => self.circuits.of(id).collect(),
            None => self.circuits.of_service(from).collect(),
        };
        let whose = self.registry.whose_named(to);
        let theirs = |breaker: &&&Breaker| breaker.reading.callee == *to;
        let named = own.iter().filter(theirs).map(|breaker| breaker.reading.name.clone());
        Guard::new(whose.names().cloned().chain(named), !own.is_empty() && own.iter().all(|breaker| theirs(&breaker)))
    }
}
