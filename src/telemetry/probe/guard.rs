//! Where asking may lead. Literal addresses are judged as the URL spells them out; names are resolved here, and only
//! addresses that are allowed come out, so that a name cannot lead elsewhere between the judging and the connecting.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr as _;
use std::sync::Arc;

use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::config::Probe;

use super::super::http::Denied;

/// The rule of `--probe` for this run.
#[derive(Clone, Debug)]
pub struct Guard {
    probe: Arc<Probe>,
    local: bool,
}

impl Guard {
    /// `local`: the registry itself is on loopback, so loopback may be asked.
    pub fn new(probe: Probe, local: bool) -> Guard {
        Guard { probe: Arc::new(probe), local }
    }

    /// Why an address may not be asked; `None` when it may.
    pub fn denies(&self, address: IpAddr, port: u16) -> Option<String> {
        self.probe.denies(address, port, self.local)
    }

    /// Why a host may not be asked, as far as that shows without resolving a name.
    pub fn denies_host(&self, host: &str, port: u16) -> Option<String> {
        if *self.probe == Probe::Off {
            return Some("not probed: probing is off".into());
        }
        let bare = host.trim_matches(['[', ']']);
        IpAddr::from_str(bare).ok().and_then(|address| self.denies(address, port))
    }

    /// Judges the host of a URL. A URL's parser takes more for an address than ours does (`0x7f.1`), hence again.
    pub fn allows(&self, url: &Url) -> Result<(), Denied> {
        let port = url.port_or_known_default().unwrap_or_default();
        match url.host_str().and_then(|host| self.denies_host(host, port)) {
            Some(why) => Err(Denied(why)),
            None => Ok(()),
        }
    }
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.clone();
        Box::pin(async move {
            let name = name.as_str();
            let found = tokio::net::lookup_host((name, 0)).await;
            let found = found.map_err(|_| format!("{name} is no name that can be resolved here"))?;
            let mut why = None;
            let mut allowed = Vec::new();
            for address in found {
                // The port is judged with the URL.
                match guard.denies(address.ip(), 1) {
                    None => allowed.push(address),
                    Some(denied) => why = Some(Denied(denied)),
                }
            }
            match why {
                Some(denied) if allowed.is_empty() => Err(denied.into()),
                _ => Ok(Box::new(allowed.into_iter().map(|a: SocketAddr| a)) as Addrs),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(probe: &str, local: bool, url: &str) -> bool {
        Guard::new(probe.parse().unwrap(), local).allows(&url.parse().unwrap()).is_ok()
    }

    #[test]
    fn an_address_in_any_spelling_is_judged_as_what_it_is() {
        for host in ["169.254.169.254", "0xa9fea9fe", "2852039166", "[::ffff:169.254.169.254]", "0251.0376.0251.0376"] {
            assert!(!allows("all", true, &format!("http://{host}/health")), "{host}");
        }
        assert!(allows("all", true, "http://127.0.0.1:8080/") && !allows("all", false, "http://127.1:8080/"));
        assert!(!allows("off", true, "http://some.name/") && allows("all", true, "http://some.name/"));
    }

    #[tokio::test]
    async fn a_name_leads_only_to_allowed_addresses() {
        let resolve = |probe: &str| Guard::new(probe.parse().unwrap(), true).resolve("localhost".parse().unwrap());
        assert!(resolve("all").await.unwrap().next().is_some());
        let denied = resolve("10.0.0.0/8").await.err().unwrap();
        assert_eq!(denied.downcast_ref::<Denied>().unwrap().0, "not probed: outside 10.0.0.0/8");
    }
}
