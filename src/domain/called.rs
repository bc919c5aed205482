//! Whom a call says that it is to, by its attributes: a service by its name, an instance by its address, a queue. What traffic
//! counts on an edge and what is listed where that is selected are told by this one rule. Not whether anybody answered.

use super::address::Address;

/// The attributes that name a callee's service: of old, and of today.
pub const PEERS: [&str; 2] = ["peer.service", "service.peer.name"];
/// Where it is: of today, and of old.
pub const HOSTS: [&str; 2] = ["server.address", "net.peer.name"];
/// At which port.
pub const PORTS: [&str; 2] = ["server.port", "net.peer.port"];
/// Into which queue a message was put, or out of which it was taken.
pub const QUEUE: &str = "messaging.destination.name";

/// The name of the service that is called (`told`: the value of an attribute).
pub fn name<'a>(told: impl Fn(&str) -> Option<&'a str>) -> Option<&'a str> {
    PEERS.iter().find_map(|key| told(key)).filter(|name| !name.is_empty())
}

/// Where it is.
pub fn place<'a>(told: impl Fn(&str) -> Option<&'a str>) -> Option<Address> {
    let of = |keys: &[&str]| keys.iter().find_map(|key| told(key));
    Address::new(of(&HOSTS)?, of(&PORTS)?.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whom_a_call_is_to_is_told_by_a_name_or_by_host_and_port_of_today_or_of_old() {
        let said = |pairs: &'static [(&str, &str)]| {
            let told = |key: &str| pairs.iter().find(|(known, _)| *known == key).map(|(_, value)| *value);
            (name(told), place(told).map(|at| at.text().to_owned()))
        };
        let at = Some("10.0.0.9:5005".to_owned());
        assert_eq!(said(&[("server.address", "10.0.0.9"), ("server.port", "5005")]), (None, at.clone()));
        assert_eq!(said(&[("net.peer.name", "10.0.0.9"), ("net.peer.port", "5005")]), (None, at));
        assert_eq!(said(&[("peer.service", "pay"), ("server.address", "10.0.0.9")]), (Some("pay"), None));
        assert_eq!(said(&[("service.peer.name", "pay")]), (Some("pay"), None));
        assert_eq!(said(&[("peer.service", ""), ("server.port", "many")]), (None, None));
    }
}
