//! Where an instance answers: host and port, compared as what they mean and shown as they were written.
//!
//! Nothing is resolved here: two names of one host stay two, but for `localhost`, which is 127.0.0.1 everywhere.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// A host and a port. Equality, order and hash look at the meaning (`LOCALHOST:80` is `127.0.0.1:80`);
/// [`Address::text`] keeps how it was written, since that is what an operator searches for.
///
/// Cheap to clone and as small as a pointer: there are many of each.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Address(Arc<Written>);

#[derive(Debug)]
struct Written {
    text: Box<str>,
    /// The host as compared, where it is not what stands in `text`.
    host: Option<Box<str>>,
    /// The host as a number, where it is one.
    ip: Option<IpAddr>,
    port: u16,
    /// Where the host ends in `text`: asked for with each look into a table.
    until: u16,
}

/// Why a text is no address: one clause, lower case, without the text itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NoAddress(pub String);

/// The longest host name that DNS allows, in bytes.
const LONGEST_HOST: usize = 253;

impl Address {
    /// From a host without port (IPv6 with or without brackets) and a port.
    ///
    /// # Errors
    /// When the host holds what no host name holds, or nothing.
    pub fn new(host: &str, port: u16) -> Result<Address, NoAddress> {
        let bare = host.strip_prefix('[').and_then(|h| h.strip_suffix(']')).unwrap_or(host);
        if let Ok(v6) = bare.parse::<Ipv6Addr>() {
            return Ok(Address::written(&format!("[{bare}]"), &format!("[{v6}]"), port));
        }
        if host.contains(':') {
            return Err(NoAddress("an IPv6 address with a port is written in brackets, as [::1]:8080".into()));
        }
        let lower = host.trim_end_matches('.').to_ascii_lowercase();
        if lower.is_empty() {
            return Err(NoAddress("the host is missing".into()));
        }
        if lower.len() > LONGEST_HOST {
            return Err(NoAddress(format!("the host is longer than {LONGEST_HOST} bytes")));
        }
        if let Some(c) = lower.chars().find(|c| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_'))) {
            return Err(NoAddress(format!("a host holds no {c:?}")));
        }
        let meant = if lower == "localhost" { "127.0.0.1".to_owned() } else { lower };
        Ok(Address::written(host, &meant, port))
    }

    fn written(host: &str, meant: &str, port: u16) -> Address {
        let text = format!("{host}:{port}").into();
        // No host is longer than a name, or an IPv6 address in brackets.
        let until = u16::try_from(host.len()).unwrap_or(u16::MAX);
        let ip = meant.trim_matches(['[', ']']).parse().ok();
        Address(Arc::new(Written { text, host: (host != meant).then(|| meant.into()), ip, port, until }))
    }

    /// Reads `host:port` or, where a default is given, `host`.
    ///
    /// # Errors
    /// When host or port cannot be read, or the port is missing and has no default.
    pub fn parse(text: &str, default_port: Option<u16>) -> Result<Address, NoAddress> {
        let (host, port) = match text.rfind(':') {
            Some(at) if !text[at..].contains(']') && !text[..at].is_empty() => (&text[..at], Some(&text[at + 1..])),
            Some(0) => return Err(NoAddress("the host is missing".into())),
            _ => (text, None),
        };
        // `::1` without a port would be cut in the middle.
        let (host, port) = if text.parse::<Ipv6Addr>().is_ok() { (text, None) } else { (host, port) };
        let port = match (port, default_port) {
            (Some(digits), _) => read_port(digits)?,
            (None, Some(default)) => default,
            (None, None) => return Err(NoAddress("the port is missing; write host:port".into())),
        };
        Address::new(host, port)
    }

    /// The host as compared: lower case, `localhost` as 127.0.0.1, IPv6 in brackets and in its short form.
    pub fn host(&self) -> &str {
        let Written { text, host, until, .. } = &*self.0;
        host.as_deref().unwrap_or_else(|| text.get(..usize::from(*until)).unwrap_or(text))
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.0.port
    }

    /// `host:port` as it was written.
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// The address of the host, when it is one and no name.
    pub fn ip(&self) -> Option<IpAddr> {
        self.0.ip
    }

    fn key(&self) -> (&str, u16) {
        (self.host(), self.0.port)
    }
}

/// A port of digits alone: what `u16::from_str` reads beyond that (`+80`) no one means.
fn read_port(digits: &str) -> Result<u16, NoAddress> {
    let number = if digits.bytes().all(|b| b.is_ascii_digit()) { digits.parse().ok() } else { None };
    number.ok_or_else(|| NoAddress("the port is no number from 0 to 65535".into()))
}

impl FromStr for Address {
    type Err = NoAddress;

    fn from_str(text: &str) -> Result<Address, NoAddress> {
        Address::parse(text, None)
    }
}

impl TryFrom<String> for Address {
    type Error = NoAddress;

    fn try_from(text: String) -> Result<Address, NoAddress> {
        text.parse()
    }
}

/// As it was written, so that what is stored can be read back as the same.
impl From<Address> for String {
    fn from(address: Address) -> String {
        address.text().to_owned()
    }
}

/// As compared, so that the same instance is one text wherever it comes from.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host(), self.port())
    }
}

impl PartialEq for Address {
    fn eq(&self, other: &Address) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.key() == other.key()
    }
}

impl Eq for Address {}

impl Hash for Address {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}

/// Numbers by value, so that 10.0.0.9 comes before 10.0.0.10; names after them by letter.
impl Ord for Address {
    fn cmp(&self, other: &Address) -> Ordering {
        match (self.ip(), other.ip()) {
            (Some(a), Some(b)) => a.cmp(&b).then(self.port().cmp(&other.port())),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => self.key().cmp(&other.key()),
        }
    }
}

impl PartialOrd for Address {
    fn partial_cmp(&self, other: &Address) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Address {
        text.parse().unwrap()
    }

    #[test]
    fn localhost_is_127_0_0_1_and_keeps_its_text() {
        assert_eq!(read("localhost:5000"), read("127.0.0.1:5000"));
        assert_eq!(read("LocalHost:5000").text(), "LocalHost:5000");
        assert_eq!(read("localhost:5000").to_string(), "127.0.0.1:5000");
        assert_ne!(read("localhost:5000"), read("localhost:5001"));
    }

    #[test]
    fn ipv6_needs_its_brackets_and_is_compared_by_value() {
        assert_eq!(read("[::1]:80"), read("[0:0::1]:80"));
        assert_eq!(read("[::1]:80").to_string(), "[::1]:80");
        assert_eq!(Address::parse("::1", Some(2181)).unwrap().to_string(), "[::1]:2181");
        assert_eq!(Address::parse("[::1]", Some(2181)).unwrap().to_string(), "[::1]:2181");
        assert!(Address::parse("fe80::zz:80", None).is_err());
    }

    #[test]
    fn what_is_no_address_is_refused_in_words() {
        for text in
            ["", ":", ":80", "a", "a:", "a:+80", "a:65536", "a b:80", "a/b:80", "\u{202e}a:80", "[::1:80", "a:80:90"]
        {
            let error = text.parse::<Address>().unwrap_err();
            assert!(!error.to_string().is_empty(), "{text}");
        }
        assert!(format!("{}:80", "a".repeat(254)).parse::<Address>().is_err());
    }

    #[test]
    fn numbers_are_ordered_by_value() {
        let mut all = [read("b:1"), read("10.0.0.10:1"), read("10.0.0.9:2"), read("10.0.0.9:1"), read("a:1")];
        all.sort();
        let shown: Vec<_> = all.iter().map(ToString::to_string).collect();
        assert_eq!(shown, ["10.0.0.9:1", "10.0.0.9:2", "10.0.0.10:1", "a:1", "b:1"]);
    }
}
