//! URLs as frameworks put them into znodes and their names: percent-encoded, `scheme://host:port/path?key=value&…`. Reads what
//! can be read of hostile text; writes nothing.

use std::borrow::Cow;

use crate::domain::address::Address;

/// Parameters that are read of one URL at most.
const MOST: usize = 200;

/// A URL, its parts still encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Url<'a> {
    scheme: &'a str,
    /// `host:port`, without a user.
    authority: &'a str,
    /// What stands behind the `?`.
    query: &'a str,
}

impl<'a> Url<'a> {
    /// Reads `scheme://…`; `None` where there is no scheme.
    pub(super) fn read(text: &'a str) -> Option<Url<'a>> {
        let (scheme, rest) = text.trim().split_once("://")?;
        if scheme.is_empty() || !scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.')) {
            return None;
        }
        let (before, query) = rest.split_once('?').unwrap_or((rest, ""));
        let authority = before.split('/').next().unwrap_or("");
        let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        Some(Url { scheme, authority, query })
    }

    /// What stands before the `://`.
    pub(super) fn scheme(&self) -> &'a str {
        self.scheme
    }

    /// Host and port, if both are there.
    pub(super) fn address(&self) -> Option<Address> {
        Address::parse(self.authority, None).ok()
    }

    /// The parameters, decoded, in their order.
    pub(super) fn parameters(&self) -> impl Iterator<Item = (Cow<'a, str>, Cow<'a, str>)> + use<'a> {
        let pairs = self.query.split('&').filter(|pair| !pair.is_empty()).take(MOST);
        pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))).map(|(key, value)| (decoded(key), decoded(value)))
    }

    /// The value of a parameter, decoded.
    pub(super) fn parameter(&self, key: &str) -> Option<Cow<'a, str>> {
        self.parameters().find(|(name, _)| name == key).map(|(_, value)| value)
    }
}

/// The text with `%XX` as the bytes that they stand for; what is no such escape, or is no text then, stays as it is.
pub(super) fn decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let (bytes, mut out, mut at) = (text.as_bytes(), Vec::with_capacity(text.len()), 0);
    while let Some(&byte) = bytes.get(at) {
        let hex = bytes.get(at + 1..at + 3).filter(|_| byte == b'%').and_then(|pair| {
            let digit = |b: u8| (b as char).to_digit(16);
            Some((digit(pair[0])? * 16 + digit(pair[1])?) as u8)
        });
        out.push(hex.unwrap_or(byte));
        at += if hex.is_some() { 3 } else { 1 };
    }
    String::from_utf8(out).map_or(Cow::Borrowed(text), Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_gives_address_and_parameters() {
        let text = decoded("bolt%3A%2F%2F10.0.13.11%3A22000%3Fversion%3D1.0%26weight%3D100%26uniqueId%3D%26flag");
        let url = Url::read(&text).unwrap();
        assert_eq!(url.address().unwrap().text(), "10.0.13.11:22000");
        assert_eq!(url.parameter("weight").as_deref(), Some("100"));
        assert_eq!((url.parameter("uniqueId").as_deref(), url.parameter("flag").as_deref()), (Some(""), Some("")));
        assert_eq!(url.parameter("none"), None);
        let user = Url::read("http://u:p@10.0.8.11:8000/base?isSecure=false").unwrap();
        assert_eq!((user.address().unwrap().text(), user.parameters().count()), ("10.0.8.11:8000", 1));
    }

    #[test]
    fn what_is_no_url_or_badly_encoded_harms_nothing() {
        assert_eq!(Url::read("10.0.0.1:80"), None);
        assert_eq!(Url::read("://x"), None);
        assert!(Url::read("a://").unwrap().address().is_none());
        assert_eq!(decoded("%ZZ%4"), "%ZZ%4");
        assert_eq!(decoded("%FF"), "%FF", "no text: left as it is");
        assert_eq!(decoded("%é%41"), "%éA");
        let many = format!("a://h:1?{}", "k=v&".repeat(100_000));
        assert_eq!(Url::read(&many).unwrap().parameters().count(), MOST);
    }
}
