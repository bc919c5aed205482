//! Dubbo's URLs, which are the names of its znodes, encoded once as `java.net.URLEncoder` does:
//! `dubbo://ip:port/interface?key=value&…`. Reading them, and writing overrides that Dubbo takes for its own.

use std::borrow::Cow;

use crate::domain::address::Address;

/// A longer name is nobody's.
const LONGEST: usize = 64 * 1024;

/// A URL as it was written, decoded once.
#[derive(Clone, Debug)]
pub(super) struct Url {
    pub(super) scheme: String,
    /// Where, where that is a host and a port.
    pub(super) address: Option<Address>,
    /// The host alone.
    pub(super) host: String,
    pub(super) path: String,
    pub(super) query: Vec<(String, String)>,
}

/// Which Dubbo wrote a URL; protocol versions (`dubbo=2.0.2`) tell nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Age {
    /// 2.6 and before: reads overrides, no rules.
    Old,
    /// 2.7.
    Two7,
    /// 3 and later.
    Three,
    Unknown,
}

/// Of `2.7.23` and the like.
pub(super) fn age(version: &str) -> Age {
    let mut numbers = version.split('.').map(|part| part.parse::<u32>().ok());
    match (numbers.next().flatten(), numbers.next().flatten()) {
        (Some(major), _) if (3..100).contains(&major) => Age::Three,
        (Some(2), Some(0)) | (None, _) => Age::Unknown,
        (Some(2), Some(7)) => Age::Two7,
        // 2.8 is dubbox, made of 2.5.
        (Some(2), Some(_)) => Age::Old,
        _ => Age::Unknown,
    }
}

impl Url {
    /// From a znode's name; none where it is not encoded rightly, or no URL.
    pub(super) fn read(name: &str) -> Option<Url> {
        let text = decode(name)?;
        let (scheme, rest) = text.split_once("://")?;
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
        let pair = |pair: &str| {
            let (key, value) = pair.split_once('=')?;
            Some((key.to_owned(), value.to_owned()))
        };
        Some(Url {
            scheme: scheme.to_owned(),
            address: Address::parse(host, None).ok().filter(|address| address.port() > 0),
            host: host.rsplit_once(':').map_or(host, |(host, _)| host).to_owned(),
            path: path.to_owned(),
            query: query.split('&').filter_map(pair).collect(),
        })
    }

    /// What it says for a key; empty is nothing.
    pub(super) fn get(&self, key: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// Whether it says `true` for a key, in any case.
    pub(super) fn truth(&self, key: &str) -> Option<bool> {
        self.get(key).map(|value| value.eq_ignore_ascii_case("true"))
    }

    /// Which Dubbo wrote it.
    pub(super) fn age(&self) -> Age {
        age(self.get("release").or(self.get("dubbo")).unwrap_or(""))
    }

    /// The URL with one key more, other, or less.
    pub(super) fn with(&self, key: &str, value: Option<&str>) -> Url {
        let mut url = self.clone();
        url.query.retain(|(name, _)| name != key);
        url.query.extend(value.map(|value| (key.to_owned(), value.to_owned())));
        url.query.sort();
        url
    }

    /// As a znode's name.
    pub(super) fn name(&self) -> String {
        let at = self.address.as_ref().map_or(self.host.as_str(), |address| address.text());
        let query: Vec<String> = self.query.iter().map(|(key, value)| format!("{key}={value}")).collect();
        encode(&format!("{}://{at}/{}?{}", self.scheme, self.path, query.join("&")))
    }
}

/// As `URLDecoder`: none where a `%` is not followed by two digits, or the bytes are no text.
pub(super) fn decode(name: &str) -> Option<Cow<'_, str>> {
    if name.len() > LONGEST {
        return None;
    }
    if !name.contains(['%', '+']) {
        return Some(name.into());
    }
    let (mut bytes, mut rest) = (Vec::with_capacity(name.len()), name.as_bytes());
    while let [first, tail @ ..] = rest {
        rest = tail;
        match first {
            b'+' => bytes.push(b' '),
            b'%' => {
                let digit = |at: usize| char::from(*tail.get(at)?).to_digit(16);
                bytes.push((digit(0)? * 16 + digit(1)?) as u8);
                rest = &tail[2..];
            }
            other => bytes.push(*other),
        }
    }
    String::from_utf8(bytes).ok().map(Cow::Owned)
}

/// As `URLEncoder`: upper-case digits, a blank is `+`.
pub(super) fn encode(text: &str) -> String {
    let mut name = String::with_capacity(text.len() * 2);
    for byte in text.bytes() {
        match byte {
            b' ' => name.push('+'),
            b'*' | b'-' | b'_' | b'.' => name.push(char::from(byte)),
            b if b.is_ascii_alphanumeric() => name.push(char::from(b)),
            b => name.push_str(&format!("%{b:02X}")),
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_and_written_as_java_does() {
        let name = "override%3A%2F%2F10.0.2.12%3A20880%2Fcom.foo.UserService%3Fcategory%3Dconfigurators%26dynamic%3Dfalse\
                    %26enabled%3Dtrue%26group%3Dpc%26version%3D1.0.0%26weight%3D25";
        let url = Url::read(name).unwrap();
        assert_eq!(
            (url.scheme.as_str(), url.path.as_str(), url.get("group")),
            ("override", "com.foo.UserService", Some("pc"))
        );
        assert_eq!(url.address.as_ref().unwrap().text(), "10.0.2.12:20880");
        assert_eq!(url.name(), name);
        assert!(url.with("weight", Some("7")).name().ends_with("%26weight%3D7"));
        assert_eq!(encode("a b*ü"), "a+b*%C3%BC");
        assert_eq!(decode("a+b*%C3%BC").unwrap(), "a b*ü");
    }

    #[test]
    fn what_is_no_url_is_none() {
        for name in ["%ZZ", "%", "%E", "word", "%FF%3A%2F%2F", ""] {
            assert!(Url::read(name).is_none(), "{name}");
        }
        assert!(Url::read("dubbo%3A%2F%2F10.0.0.1%3Anone%2Fi").unwrap().address.is_none());
        assert!(Url::read("dubbo%3A%2F%2F10.0.0.1%2Fi").unwrap().address.is_none());
        assert!(Url::read(&"a".repeat(70_000)).is_none());
    }

    #[test]
    fn the_age_is_told_by_the_release_and_never_by_the_protocol() {
        let ages = ["2.5.3", "2.6.9", "2.8.4", "2.7.23", "3.3.6", "2.0.2", "", "x"].map(age);
        use Age::{Old, Three, Two7, Unknown};
        assert_eq!(ages, [Old, Old, Old, Two7, Three, Unknown, Unknown, Unknown]);
    }
}
