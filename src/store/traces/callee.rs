//! Whose time a call's own is, of which nobody below it tells: that of whom it called, as far as the call itself says, or others
//! like it do. The list, the critical path and the comparison ask here, so that they name the same one. Not who is slow.

use std::net::IpAddr;
use std::sync::Arc;

use foldhash::HashMap;

use crate::domain::address::Address;
use crate::domain::called::PEERS;
use crate::domain::keys::Common;
use crate::domain::span::SpanKind;

/// The attributes that name the one who is called: of today, and of before 2023.
pub const HOSTS: &[&str] = &["server.address", "net.peer.name", "net.peer.ip"];
/// Its port.
pub const PORTS: &[&str] = &["server.port", "net.peer.port"];
/// What it is, where it is no service.
const SYSTEMS: &[&str] = &["db.system.name", "db.system", "messaging.system"];

/// Whom a call was to.
#[derive(Clone, Debug, PartialEq)]
pub struct Callee {
    /// Its service; else what is told of it, so that the next call to the same has the same name.
    pub name: Arc<str>,
    /// Where it is, unless the name says so.
    pub address: Option<Address>,
    /// Where it is, as told, for where its name is not asked for.
    at: Option<Arc<str>>,
    /// Its service is known.
    pub(super) is_service: bool,
}

impl Callee {
    /// Where it is, as told; who it is where that is not.
    pub fn text(&self) -> &str {
        self.at.as_deref().unwrap_or(&self.name)
    }
}

/// Whether a span is a call.
pub(super) fn calls(kind: SpanKind) -> bool {
    matches!(kind, SpanKind::Client | SpanKind::Producer)
}

/// Whom calls of a name go to: of a service, as far as the callee's spans or the calls themselves tell.
#[derive(Debug, Default)]
pub(super) struct Learnt(HashMap<(Arc<str>, Arc<str>), Arc<str>>);

impl Learnt {
    /// A call of this service and name was to this one.
    pub(super) fn note(&mut self, service: &Arc<str>, name: &Arc<str>, callee: &Arc<str>) {
        self.0.insert((service.clone(), name.clone()), callee.clone());
    }
}

/// Whom a call of this service and name says that it is to (`told`: the value of one of these attributes), or others like it do.
pub(super) fn of<'a>(
    (service, name): (&Arc<str>, &Arc<str>),
    told: impl Fn(&[&str]) -> Option<&'a str>,
    learnt: &Learnt,
) -> Option<Callee> {
    let host = told(HOSTS).filter(|host| !host.is_empty());
    let address = host.and_then(|host| Address::parse(host, told(PORTS)?.parse().ok()).ok());
    let at: Option<Arc<str>> = address.as_ref().map(Address::text).or(host).map(Arc::from);
    let known = || learnt.0.get(&(service.clone(), name.clone())).cloned();
    if let Some(name) = told(&PEERS.map(Common::name)).filter(|name| !name.is_empty()).map(Arc::from).or_else(known) {
        return Some(Callee { name, address, at, is_service: true });
    }
    let named = match (told(SYSTEMS), &at) {
        (Some(system), Some(at)) => format!("{system} {at} ({name})"),
        (Some(system), None) => format!("{system} ({name})"),
        // One of several that are alike: the next call may go to another.
        (None, Some(_)) if host.is_some_and(|host| host.parse::<IpAddr>().is_ok()) => {
            return Some(Callee { name: format!("{service} ▸ {name}").into(), address, at, is_service: false });
        }
        (None, Some(at)) => format!("{at} ({name})"),
        (None, None) => return None,
    };
    Some(Callee { name: named.into(), address: None, at, is_service: false })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whom_a_call_was_to_is_told_by_name_by_what_it_is_or_by_where_it_is() {
        let (service, name): (Arc<str>, Arc<str>) = ("cron".into(), "SELECT".into());
        let of = |pairs: &[(&str, &'static str)], learnt: &Learnt| {
            let told = |names: &[&str]| pairs.iter().find(|(key, _)| names.contains(key)).map(|(_, value)| *value);
            let callee = of((&service, &name), told, learnt)?;
            Some((callee.name.to_string(), callee.address.map(|at| at.text().to_owned())))
        };
        let nothing = Learnt::default();
        let at = [("server.address", "db1"), ("server.port", "5432")];
        let db = [&at[..], &[("db.system.name", "postgresql")]].concat();
        assert_eq!(of(&db, &nothing), Some(("postgresql db1:5432 (SELECT)".into(), None)));
        assert_eq!(of(&at, &nothing), Some(("db1:5432 (SELECT)".into(), None)));
        assert_eq!(of(&[("db.system", "redis")], &nothing), Some(("redis (SELECT)".into(), None)));
        let peer = [&at[..], &[("peer.service", "ledger")]].concat();
        assert_eq!(of(&peer, &nothing), Some(("ledger".into(), Some("db1:5432".into()))));
        // Which of several it was does not tell who it was.
        let one = [("server.address", "10.0.0.9"), ("server.port", "80")];
        assert_eq!(of(&one, &nothing), Some(("cron ▸ SELECT".into(), Some("10.0.0.9:80".into()))));
        let mut learnt = Learnt::default();
        learnt.note(&service, &name, &"ledger".into());
        assert_eq!(of(&one, &learnt), Some(("ledger".into(), Some("10.0.0.9:80".into()))));
        assert_eq!(of(&[], &nothing), None);
    }
}
