//! Whom a call says that it is to, by its attributes: a service by its name, an instance by its address, a queue. What traffic
//! counts on an edge and what is listed where that is selected are told by this one rule. Not whether anybody answered.

use super::{address::Address, keys::Common};

/// The attributes that name a callee's service: of old, and of today.
pub const PEERS: [Common; 2] = [Common::Peer, Common::PeerOfLate];
/// Where it is: of today, and of old.
pub const HOSTS: [Common; 2] = [Common::Host, Common::HostOfOld];
/// At which port.
pub const PORTS: [Common; 2] = [Common::Port, Common::PortOfOld];
/// Into which queue a message was put, or out of which it was taken.
pub const QUEUE: Common = Common::Queue;

/// The name of the service that is called (`told`: the value of an attribute).
pub fn name<'a>(told: impl Fn(Common) -> Option<&'a str>) -> Option<&'a str> {
    PEERS.iter().find_map(|key| told(*key)).filter(|name| !name.is_empty())
}

/// Where it is.
pub fn place<'a>(told: impl Fn(Common) -> Option<&'a str>) -> Option<Address> {
    let of = |keys: &[Common]| keys.iter().find_map(|key| told(*key));
    Address::new(of(&HOSTS)?, of(&PORTS)?.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whom_a_call_is_to_is_told_by_a_name_or_by_host_and_port_of_today_or_of_old() {
        let said = |pairs: &'static [(&str, &str)]| {
            let told = |key: Common| pairs.iter().find(|(known, _)| *known == key.name()).map(|(_, value)| *value);
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
