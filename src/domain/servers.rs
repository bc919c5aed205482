//! The address of a registry: one server or several, and the chroot below which everything is read.

use std::fmt;
use std::str::FromStr;

use super::address::{Address, NoAddress};

/// The port where ZooKeeper listens when nobody says otherwise.
pub const DEFAULT_PORT: u16 = 2181;

/// The most servers that one address may list: an ensemble has 3 to 9, the rest is a mistake.
const MOST_SERVERS: usize = 64;

/// `host:port[,host:port...][/chroot]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Servers {
    servers: Vec<Address>,
    chroot: String,
}

impl Servers {
    /// The servers, at least one, in the order given.
    pub fn servers(&self) -> &[Address] {
        &self.servers
    }

    /// The chroot with its leading `/`; empty for none.
    pub fn chroot(&self) -> &str {
        &self.chroot
    }

    /// The servers without the chroot, as clients take them, names as they were written.
    pub fn hosts(&self) -> String {
        self.servers.iter().map(Address::text).collect::<Vec<_>>().join(",")
    }
}

/// The one that is tried when nobody names any.
impl Default for Servers {
    fn default() -> Servers {
        let server = Address::new("localhost", DEFAULT_PORT).expect("a constant host name");
        Servers { servers: vec![server], chroot: String::new() }
    }
}

impl fmt::Display for Servers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.hosts(), self.chroot)
    }
}

impl FromStr for Servers {
    type Err = NoAddress;

    fn from_str(text: &str) -> Result<Servers, NoAddress> {
        let text = without_scheme(text.trim())?;
        let (hosts, chroot) = text.split_at(end_of_hosts(text));
        if hosts.contains('@') {
            return Err(NoAddress(
                "a name and password do not belong in the address; put them into the file that registry.credential names".into(),
            ));
        }
        let servers = hosts
            .split(',')
            .map(|host| match Address::parse(without_scheme(host.trim())?, Some(DEFAULT_PORT))? {
                address if address.port() == 0 => Err(NoAddress("nobody listens on port 0".into())),
                address => Ok(address),
            })
            .collect::<Result<Vec<_>, _>>()?;
        if servers.len() > MOST_SERVERS {
            return Err(NoAddress(format!("more than {MOST_SERVERS} servers")));
        }
        Ok(Servers { servers, chroot: read_chroot(chroot)? })
    }
}

/// Drops `http://` and `zk://`, which documents put before what is no URL.
fn without_scheme(text: &str) -> Result<&str, NoAddress> {
    match text.split_once("://") {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("zk") => Ok(rest),
        Some(_) => Err(NoAddress("only http:// and zk:// may stand in front; the address is host:port".into())),
        None => Ok(text),
    }
}

/// Where the chroot begins: at the first `/` that is not of a `://` before a host.
fn end_of_hosts(text: &str) -> usize {
    let mut from = 0;
    while let Some(at) = text[from..].find('/').map(|at| from + at) {
        if !text[..at].ends_with(':') || !text[at..].starts_with("//") {
            return at;
        }
        from = at + 2;
    }
    text.len()
}

fn read_chroot(text: &str) -> Result<String, NoAddress> {
    let path = text.trim_end_matches('/');
    if path.is_empty() {
        return Ok(String::new());
    }
    let fine = |part: &str| !part.is_empty() && part != "." && part != ".." && !part.chars().any(char::is_control);
    match path[1..].split('/').all(fine) {
        true => Ok(path.to_owned()),
        false => {
            Err(NoAddress("the chroot is no path of ZooKeeper's: its parts are named, and none is `.` or `..`".into()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        text.parse::<Servers>().map_or_else(|e| format!("error: {e}"), |s| s.to_string())
    }

    #[test]
    fn schemes_are_dropped_ports_filled_in_and_the_chroot_kept() {
        assert_eq!(shown("http://localhost:2181"), "localhost:2181");
        assert_eq!(shown("zk://a,b:2182,[::1]/shop/live/"), "a:2181,b:2182,[::1]:2181/shop/live");
        assert_eq!(shown("a/"), "a:2181");
        assert_eq!(shown("http://a:1,http://b:2"), "a:1,b:2");
        assert_eq!(Servers::default().to_string(), "localhost:2181");
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        for text in ["", ",", "a,", "a:0", "ftp://a", "a:x", "a//b", "a/../b", "/chroot", "a:80:90"] {
            assert!(shown(text).starts_with("error: "), "{text}");
        }
    }

    #[test]
    fn a_password_in_the_address_is_refused_and_not_repeated() {
        let words = shown("zk://super:hunter2@a:2181");
        assert!(words.contains("registry.credential") && !words.contains("hunter2"), "{words}");
    }
}
