//! Which service a breaker guards the way to: its name matched to the names of known services. What matches none, or more
//! than one, keeps the breaker's own name; nothing is guessed beyond the endings that people add.

use std::collections::HashMap;
use std::sync::Arc;

/// Endings that say what the thing is rather than whom it calls. Longest first.
const ENDINGS: &[&str] = &["-circuit-breaker", "-breaker", "-service", "-client", "-api", "-cb"];

/// The known services, by what is left of their names without such endings.
#[derive(Clone, Debug, Default)]
pub struct Callees {
    exact: HashMap<Arc<str>, Arc<str>>,
    /// `None` where several services come down to the same.
    bare: HashMap<String, Option<Arc<str>>>,
}

impl Callees {
    /// Of the names of known services.
    pub fn new(services: &[Arc<str>]) -> Callees {
        let mut callees = Callees::default();
        for service in services {
            if callees.exact.insert(Arc::clone(service), Arc::clone(service)).is_some() {
                continue;
            }
            let last = service.rsplit('/').next().unwrap_or(service);
            let entry = callees.bare.entry(bare(last));
            entry.and_modify(|there| *there = None).or_insert_with(|| Some(Arc::clone(service)));
        }
        callees
    }

    /// The service that a breaker's name stands for, else that name.
    pub fn of(&self, breaker: &Arc<str>) -> Arc<str> {
        let found = self.exact.get(breaker).or_else(|| self.bare.get(&bare(breaker))?.as_ref());
        Arc::clone(found.unwrap_or(breaker))
    }
}

/// A name in lower case with dashes, without its endings: `paymentsClient` and `payments-service` are `payments`.
fn bare(name: &str) -> String {
    let mut dashed = String::with_capacity(name.len() + 4);
    let mut lower = false;
    for c in name.chars() {
        if !c.is_alphanumeric() {
            dashed.push('-');
        } else if c.is_uppercase() && lower {
            dashed.push('-');
            dashed.extend(c.to_lowercase());
        } else {
            dashed.extend(c.to_lowercase());
        }
        lower = c.is_lowercase() || c.is_numeric();
    }
    let mut rest = dashed.trim_matches('-');
    while let Some(shorter) =
        ENDINGS.iter().find_map(|ending| rest.strip_suffix(ending)).filter(|rest| !rest.is_empty())
    {
        rest = shorter.trim_end_matches('-');
    }
    rest.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(breaker: &str) -> String {
        let services = ["payments-service", "users", "eu/west/stock-service", "a-service", "a-api"].map(Arc::from);
        Callees::new(&services).of(&breaker.into()).to_string()
    }

    #[test]
    fn a_breaker_is_matched_to_the_service_it_is_named_for() {
        for name in [
            "payments-service",
            "payments",
            "paymentsClient",
            "PaymentsService",
            "payments_service_cb",
            "paymentsCircuitBreaker",
        ] {
            assert_eq!(of(name), "payments-service", "{name}");
        }
        assert_eq!(of("users-service"), "users");
        assert_eq!(of("stock"), "eu/west/stock-service");
    }

    #[test]
    fn what_matches_none_or_several_keeps_its_name() {
        for name in ["backendA", "a", "pay", "client", "-client", "", "ünïcode"] {
            assert_eq!(of(name), name);
        }
        assert_eq!(of("a-api"), "a-api");
    }
}
