//! What a command acts on or a screen selects: `SERVICE/HOST:PORT`, or `SERVICE` alone.

use std::fmt;
use std::str::FromStr;

use super::address::{Address, NoAddress};

/// One instance of one service.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Target {
    /// The service, which may hold `/` itself.
    pub service: String,
    /// The instance.
    pub address: Address,
}

/// What the first picture is narrowed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// A service with all of its instances.
    Service(String),
    /// One instance.
    Instance(Target),
}

impl FromStr for Target {
    type Err = NoAddress;

    fn from_str(text: &str) -> Result<Target, NoAddress> {
        let Some((service, address)) = text.rsplit_once('/') else {
            return Err(NoAddress("a target is SERVICE/HOST:PORT; the `/` is missing".into()));
        };
        if service.is_empty() {
            return Err(NoAddress("a target is SERVICE/HOST:PORT; the service is missing".into()));
        }
        let address = address.parse().map_err(|e| NoAddress(format!("a target is SERVICE/HOST:PORT; {e}")))?;
        Ok(Target { service: service.to_owned(), address })
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.service, self.address)
    }
}

impl FromStr for Choice {
    type Err = NoAddress;

    /// What reads as a target is one; everything else is the name of a service, since names may hold `/`.
    fn from_str(text: &str) -> Result<Choice, NoAddress> {
        match text.parse() {
            Ok(target) => Ok(Choice::Instance(target)),
            Err(_) if text.trim().is_empty() => Err(NoAddress("the name of the service is missing".into())),
            Err(_) => Ok(Choice::Service(text.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_slash_parts_service_and_address() {
        let target: Target = "shop/eu/orders/localhost:5002".parse().unwrap();
        assert_eq!(target.service, "shop/eu/orders");
        assert_eq!(target.address.port(), 5002);
        assert_eq!(target.to_string(), "shop/eu/orders/127.0.0.1:5002");
        assert_eq!("o/[::1]:1".parse::<Target>().unwrap().address.host(), "[::1]");
    }

    #[test]
    fn a_selection_may_be_a_service_alone() {
        assert_eq!("orders".parse(), Ok(Choice::Service("orders".into())));
        assert_eq!("shop/orders".parse(), Ok(Choice::Service("shop/orders".into())));
        assert!(matches!("orders/a:1".parse(), Ok(Choice::Instance(_))));
        assert!("".parse::<Choice>().is_err());
    }

    #[test]
    fn what_is_missing_is_named() {
        for (text, word) in [("orders", "`/`"), ("/a:1", "service"), ("orders/a", "port"), ("orders/:1", "host")] {
            let words = text.parse::<Target>().unwrap_err().to_string();
            assert!(words.contains(word), "{text}: {words}");
        }
    }
}
