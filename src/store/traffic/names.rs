//! Which service the names in spans mean: as the registry has it, a name that differs from a registered one in the `-service` at
//! its end alone is that one's, unless it is registered itself.

use std::sync::Arc;

use super::{MOST_SERVICES, Service, TrafficStore};
use crate::domain::whose::meant;

impl TrafficStore {
    /// Names services of the registry: a caller's word that it called one of them counts where that one tells nothing.
    pub fn know<'a>(&mut self, services: impl Iterator<Item = &'a Arc<str>> + Clone) {
        // Asked once a second, and nearly never anything new.
        let services = services.take(MOST_SERVICES * 10);
        let known = services.clone().filter(|name| self.known.contains(*name)).count();
        if known != self.known.len() || known != services.clone().count() {
            self.known = services.cloned().collect();
            self.rename();
        }
    }

    /// The name of the registered service that a name means, where it means one.
    pub(super) fn known_as(&self, name: &Arc<str>) -> Option<Arc<str>> {
        meant(name, |name| self.known.contains(name))
    }

    /// The number of the service that a name means, given to it now where it had none.
    pub(super) fn service_number(&mut self, name: &Arc<str>) -> Option<u32> {
        if let Some(number) = self.names.get(name) {
            return Some(*number);
        }
        let whole = self.known_as(name).unwrap_or_else(|| name.clone());
        let number = match self.names.get(&whole) {
            Some(number) => *number,
            None if self.services.len() >= MOST_SERVICES => return None,
            None => {
                let number = u32::try_from(self.services.len()).ok()?;
                self.services.push(Service { name: whole.clone(), served: None, tells_instances: false });
                self.names.insert(whole, number);
                number
            }
        };
        // Names that mean others are bounded with them: each has one other.
        self.names.insert(name.clone(), number);
        Some(number)
    }

    /// Others are registered than before: names mean what they mean now. What was counted stays where it was counted, and where
    /// nobody has the registered name yet it is that one's.
    fn rename(&mut self) {
        let names: Vec<(Arc<str>, u32)> = self.names.iter().map(|(name, number)| (name.clone(), *number)).collect();
        for (name, number) in names {
            let whole = self.known_as(&name).unwrap_or_else(|| name.clone());
            let Some(service) = self.services.get_mut(number as usize) else { continue };
            if service.name == whole {
                continue;
            }
            if service.name == name && !self.names.contains_key(&whole) {
                service.name = whole.clone();
                self.names.insert(whole, number);
                continue;
            }
            // It gets the number of what it means when it is told next.
            self.names.remove(&name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers<const N: usize>(store: &mut TrafficStore, names: [&str; N]) -> [Option<u32>; N] {
        names.map(|name| store.service_number(&name.into()))
    }

    fn know(store: &mut TrafficStore, names: &[&str]) {
        let names: Vec<Arc<str>> = names.iter().map(|name| Arc::from(*name)).collect();
        store.know(names.iter());
    }

    #[test]
    fn a_name_with_or_without_its_ending_is_the_registered_services() {
        let mut store = TrafficStore::new();
        know(&mut store, &["orders-service", "users"]);
        let numbers = numbers(&mut store, ["orders", "orders-service", "users-service", "users", "pay", "pay-service"]);
        assert_eq!(numbers, [0, 0, 1, 1, 2, 3].map(Some), "what is not registered is two");
        let names: Vec<&str> = store.services.iter().map(|service| &*service.name).collect();
        assert_eq!(names, ["orders-service", "users", "pay", "pay-service"]);
    }

    #[test]
    fn what_was_counted_before_the_registry_was_known_is_the_registered_services() {
        let mut store = TrafficStore::new();
        assert_eq!(numbers(&mut store, ["orders"]), [Some(0)]);
        know(&mut store, &["orders-service"]);
        assert_eq!(numbers(&mut store, ["orders", "orders-service"]), [Some(0); 2]);
        assert_eq!(&*store.services[0].name, "orders-service");
    }

    #[test]
    fn two_that_are_registered_are_two_and_become_two() {
        let mut store = TrafficStore::new();
        know(&mut store, &["orders-service"]);
        assert_eq!(numbers(&mut store, ["orders", "orders-service"]), [Some(0); 2]);
        know(&mut store, &["orders-service", "orders"]);
        assert_eq!(numbers(&mut store, ["orders", "orders-service"]), [Some(1), Some(0)]);
        know(&mut store, &["orders-service"]);
        assert_eq!(numbers(&mut store, ["orders", "orders-service"]), [Some(0); 2]);
    }
}
