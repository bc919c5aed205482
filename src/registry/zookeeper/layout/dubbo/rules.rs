//! What Dubbo's YAML rules say: tag groups, and changes of URLs (configurators). What they mean for one instance is `effect`'s.

use std::collections::BTreeMap;

use super::yaml::{self, Value};

/// A rule as its document says.
#[derive(Clone, Debug)]
pub(super) enum Rule {
    /// Not read, and why: callers that run go on with what they read last.
    Unreadable(String),
    Read(Value),
}

impl Rule {
    pub(super) fn read(data: &[u8]) -> Rule {
        let text = match std::str::from_utf8(data) {
            Ok(text) => text,
            Err(_) => return Rule::Unreadable("it is no UTF-8 text".into()),
        };
        match yaml::read(text).map(|node| node.value()) {
            Ok(Value::Null) => Rule::Unreadable("it is empty".into()),
            Ok(value @ Value::Map(_)) => Rule::Read(value),
            Ok(_) => Rule::Unreadable("it is no map".into()),
            Err(why) => Rule::Unreadable(why),
        }
    }

    /// What it says, where it can be read and is not switched off.
    pub(super) fn enabled(&self) -> Option<&Value> {
        match self {
            Rule::Read(value) if value.truth("enabled") != Some(false) => Some(value),
            _ => None,
        }
    }
}

/// The tag groups of a document, with their addresses.
pub(super) fn groups(document: &Value) -> BTreeMap<&str, Vec<&str>> {
    let mut groups: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for tag in document.items("tags") {
        if let Some(name) = tag.text("name") {
            groups.entry(name).or_default().extend(tag.texts("addresses"));
        }
    }
    groups
}

/// Whether an address of a rule is this one: `ip:port` or `ip`, as Dubbo compares them.
pub(super) fn is(written: &str, address: &str) -> bool {
    written == address || address.rsplit_once(':').is_some_and(|(host, _)| written == host)
}

/// One item of a configurators document.
pub(super) struct Item<'a>(pub(super) &'a Value);

impl<'a> Item<'a> {
    /// `type: weight` needs its own `enabled: true`.
    pub(super) fn active(&self) -> bool {
        let enabled = self.0.truth("enabled");
        if self.0.text("type").is_some() { enabled == Some(true) } else { enabled != Some(false) }
    }

    pub(super) fn parameter(&self, key: &str) -> Option<&'a str> {
        self.0.get("parameters")?.text(key)
    }

    /// Callers that it is for alone; none: for all.
    pub(super) fn for_some(&self) -> bool {
        !self.0.items("applications").is_empty() || self.0.get("match").is_some()
    }

    /// Whether it is about this interface, however written.
    pub(super) fn serves(&self, interface: &str, key: &str) -> bool {
        let mut services = self.0.texts("services").peekable();
        services.peek().is_none() || services.any(|service| service == "*" || service == interface || service == key)
    }

    /// Whether it picks this provider; `app`: from the provider's application's document.
    pub(super) fn picks(&self, address: &str, app: bool, three: bool) -> bool {
        let side = self.0.text("side");
        if app && side == Some("consumer") {
            return false;
        }
        let mut providers = self.0.texts("providerAddresses").peekable();
        let wanted = providers.peek().is_none() || providers.any(|written| written == address || any(written));
        if side == Some("consumer") {
            return wanted;
        }
        let mut addresses = self.0.texts("addresses");
        let named = addresses.any(|written| match written == address {
            true => true,
            // Without a port, or for all, it is nothing to 2.7 when the provider reads it.
            false => (three || !app) && (any(written) || (three && is(written, address))),
        });
        named && wanted
    }

    /// Whether it disables this provider, perhaps with others; `app`: as for [`Item::picks`].
    pub(super) fn disables(&self, address: &str, app: bool) -> bool {
        let disables = self.parameter("disabled").is_some_and(|value| value.eq_ignore_ascii_case("true"));
        disables && self.active() && self.picks(address, app, true)
    }

    /// Whether it names this one provider and no other.
    pub(super) fn names_only(&self, address: &str) -> bool {
        let key = if self.0.text("side") == Some("consumer") { "providerAddresses" } else { "addresses" };
        self.0.texts(key).eq([address])
    }

    /// Whether it weighs this one address and does nothing else.
    pub(super) fn weighs_only(&self, address: &str) -> bool {
        let only = matches!(self.0.get("parameters"), Some(Value::Map(entries)) if entries.len() == 1);
        let mut addresses = self.0.texts("addresses");
        only && self.parameter("weight").is_some()
            && self.0.text("side") == Some("provider")
            && addresses.next() == Some(address)
            && addresses.next().is_none()
            && self.0.get("services").is_none()
            && !self.for_some()
    }
}

fn any(written: &str) -> bool {
    written == "0.0.0.0" || written == "*"
}

/// A weight as Dubbo reads it: digits; less than 0 is 0. `Err`: every call of the interface fails.
pub(super) fn weight(text: &str) -> Result<i64, ()> {
    text.parse::<i32>().map(|weight| i64::from(weight.max(0))).map_err(drop)
}
