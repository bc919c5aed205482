//! What the configuration file says that helps to read a tree: endpoints for znodes without an address, layouts that are fixed.

use std::collections::HashMap;

use super::layout::group::Groups;
use crate::config::Config;
use crate::domain::address::Address;
use crate::domain::id::Layout;

/// What the file knows of the registry's tree.
#[derive(Clone, Debug, Default)]
pub(crate) struct Expected {
    services: HashMap<String, Service>,
    layout: Option<Layout>,
    groups: Groups,
}

#[derive(Clone, Debug, Default)]
struct Service {
    endpoints: Vec<Address>,
    layout: Option<Layout>,
}

impl Expected {
    pub(crate) fn new(config: &Config) -> Expected {
        let services = config.services.iter().map(|service| {
            let endpoints = service.endpoints.iter().filter_map(|endpoint| endpoint.address.clone()).collect();
            (service.name.clone(), Service { endpoints, layout: service.layout })
        });
        Expected { services: services.collect(), layout: config.registry.layout, groups: Groups::new(config) }
    }

    /// The layouts of several znodes.
    pub(crate) fn groups(&self) -> &Groups {
        &self.groups
    }

    /// Whether the file names the service.
    pub(super) fn knows(&self, service: &str) -> bool {
        self.services.contains_key(service)
    }

    /// The layout that the file fixes for the service, or for all.
    pub(super) fn layout(&self, service: &str) -> Option<Layout> {
        self.services.get(service).and_then(|service| service.layout).or(self.layout)
    }

    /// The endpoint of a service that has only one in the file.
    pub(super) fn only_endpoint(&self, service: &str) -> Option<&Address> {
        match self.services.get(service)?.endpoints.as_slice() {
            [only] => Some(only),
            _ => None,
        }
    }
}
