//! Whose a line or a span is: told by the name of a service, with or without the `-service` at its end, or where no name is told
//! by an address that is no other service's. Which names and addresses those are is the registry's to know.

use std::sync::Arc;

use super::address::Address;

/// What may be left out at the end of a service's name.
pub const ENDING: &str = "-service";

/// A service as lines and spans tell that they are its.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whose {
    name: Arc<str>,
    also: Option<Arc<str>>,
    /// In order. Mostly none is looked at: nearly every line tells a name.
    places: Arc<[Address]>,
}

impl Whose {
    /// The service of this name; `also`: the other name that is its own; `places`: the addresses that no other has.
    pub fn new(name: Arc<str>, also: Option<Arc<str>>, mut places: Vec<Address>) -> Whose {
        places.sort_unstable();
        Whose { name, also, places: places.into() }
    }

    /// Whether this is its name.
    pub fn is_called(&self, name: &str) -> bool {
        *self.name == *name || self.also.as_deref() == Some(name)
    }

    /// Its names.
    pub fn names(&self) -> impl Iterator<Item = &Arc<str>> {
        std::iter::once(&self.name).chain(&self.also)
    }

    /// Whether what tells no name, but this address, is its.
    pub fn is_at(&self, address: &Address) -> bool {
        self.places.binary_search(address).is_ok()
    }

    /// Whether any address tells that.
    pub fn has_places(&self) -> bool {
        !self.places.is_empty()
    }
}

impl From<Arc<str>> for Whose {
    fn from(name: Arc<str>) -> Whose {
        Whose::new(name, None, Vec::new())
    }
}

impl From<&str> for Whose {
    fn from(name: &str) -> Whose {
        Arc::<str>::from(name).into()
    }
}

/// The name that differs from this in the `-service` at its end alone; `None` where nothing else is left of it.
pub fn other(name: &str) -> Option<Arc<str>> {
    match name.strip_suffix(ENDING) {
        Some("") => None,
        Some(short) => Some(short.into()),
        None => Some(format!("{name}{ENDING}").into()),
    }
}

/// The name of the known service that a name means: its own, or the other one where that alone is known.
pub fn meant(name: &Arc<str>, is_known: impl Fn(&str) -> bool) -> Option<Arc<str>> {
    if is_known(name) { Some(name.clone()) } else { other(name).filter(|other| is_known(other)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_and_the_same_with_its_ending_are_each_others_other() {
        assert_eq!(other("orders").as_deref(), Some("orders-service"));
        assert_eq!(other("orders-service").as_deref(), Some("orders"));
        assert_eq!(other("-service"), None);
    }

    #[test]
    fn a_service_has_its_names_and_its_places() {
        let at = |text: &str| text.parse::<Address>().unwrap();
        let places = vec![at("10.0.0.2:1"), at("10.0.0.1:1")];
        let whose = Whose::new("orders-service".into(), other("orders-service"), places);
        assert!(whose.is_called("orders") && whose.is_called("orders-service") && !whose.is_called("order"));
        assert!(whose.is_at(&at("10.0.0.1:1")) && whose.is_at(&at("10.0.0.2:1")) && !whose.is_at(&at("10.0.0.3:1")));
        assert!(!Whose::from("orders").has_places() && !Whose::from("orders").is_called("orders-service"));
    }
}
