//! What things are called: services and instances. Not how they are found (`registry`), nor how they are shown.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::address::Address;
pub use super::layout::Layout;

/// Which service: its name, and where it lives, as equal names in different layouts or parents are separate services.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ServiceId {
    /// The name as its users say it: `orders-service`, `eu/west/nested-service`; raw: the parent's path without its first `/`.
    pub name: Arc<str>,
    /// The layout it is registered in.
    pub layout: Layout,
    /// The path of the znode above its instances; empty for a service only the file names.
    pub parent: Arc<str>,
}

/// One instance as others speak of it: service name and address. This, not the znode's name, is its identity.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct InstanceId {
    /// The service's name.
    pub service: Arc<str>,
    /// Its address.
    pub address: Address,
}

impl std::fmt::Display for InstanceId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.service, self.address)
    }
}
