//! The JSON of Curator's service discovery, which plain Curator and Spring Cloud share: reading it, and taking back a change
//! of one of its fields.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::Undone;
use super::json_edit;
use crate::domain::address::Address;
use crate::domain::instance::Capabilities;

/// Where the metadata of an instance stands.
pub(super) const METADATA: [&str; 2] = ["payload", "metadata"];

/// The document, if it is one of Curator's.
pub(super) fn parse(data: &[u8]) -> Option<Map<String, Value>> {
    if !data.trim_ascii_start().starts_with(b"{") {
        return None;
    }
    let Value::Object(document) = serde_json::from_slice(data).ok()? else { return None };
    let text = |key: &str| document.get(key).is_some_and(Value::is_string);
    let known =
        ["serviceType", "registrationTimeUTC", "uriSpec", "payload"].iter().any(|key| document.contains_key(*key));
    (text("name") && text("id") && document.contains_key("address") && known).then_some(document)
}

/// Of a znode among such that is none: it may be taken away, and should be.
pub(super) fn unreadable() -> Capabilities {
    let why: Arc<str> = "its bytes are not the JSON that Curator's readers expect: nothing in it can be changed".into();
    Capabilities { drain: Err(why.clone()), weight: Err(why), deregister: Ok(()) }
}

/// The class that the payload names, by which its readers know it.
pub(super) fn class(document: &Map<String, Value>) -> &str {
    document.get("payload").and_then(|payload| payload.get("@class")).and_then(Value::as_str).unwrap_or("")
}

/// The service's name; nested ones may begin with a `/`.
pub(super) fn name(document: &Map<String, Value>) -> Option<Arc<str>> {
    let name = document.get("name")?.as_str()?.trim_matches('/');
    (!name.is_empty()).then(|| name.into())
}

/// Where it listens: by its TLS port where its own URI is made of that.
pub(super) fn address(document: &Map<String, Value>) -> Option<Address> {
    let port = |key: &str| document.get(key).and_then(Value::as_u64).and_then(|port| u16::try_from(port).ok());
    let parts = document.get("uriSpec").and_then(|spec| spec.get("parts")).and_then(Value::as_array);
    let by_tls = parts.is_some_and(|parts| {
        parts.iter().any(|part| part.get("value").and_then(Value::as_str).is_some_and(|v| v == "ssl-port"))
    });
    let port = if by_tls { port("sslPort").or(port("port")) } else { port("port").or(port("sslPort")) };
    Address::new(document.get("address")?.as_str()?, port.filter(|port| *port > 0)?).ok()
}

/// The payload's metadata, values that are no text as they are written.
pub(super) fn metadata(document: &Map<String, Value>) -> BTreeMap<Arc<str>, Arc<str>> {
    let Some(Value::Object(found)) = document.get("payload").and_then(|payload| payload.get("metadata")) else {
        return BTreeMap::new();
    };
    let shown = |value: &Value| match value {
        Value::String(text) => Arc::from(text.as_str()),
        other => Arc::from(other.to_string()),
    };
    found.iter().map(|(key, value)| (Arc::from(key.as_str()), shown(value))).collect()
}

/// The weight of the metadata, by the convention that all share; what callers would not take for one is none.
pub(super) fn weight(metadata: &BTreeMap<Arc<str>, Arc<str>>) -> Option<i64> {
    metadata.get("weight")?.trim().parse().ok().filter(|weight| *weight >= 0)
}

/// The number as a token in the form of the one that it replaces: text stays text.
pub(super) fn weight_token(data: &[u8], number: i64) -> Vec<u8> {
    let path = [METADATA[0], METADATA[1], "weight"];
    match json_edit::token(data, &path) {
        Some(token) if !token.starts_with(b"\"") && token != b"null" => number.to_string().into_bytes(),
        _ => json_edit::quoted(&number.to_string()),
    }
}

/// Gives the field the value that it has in `model`: none there, none here.
pub(super) fn as_in(data: &[u8], model: &[u8], path: &[&str]) -> Option<Vec<u8>> {
    match json_edit::token(model, path) {
        Some(token) => json_edit::set(data, path, token).ok(),
        None => json_edit::remove(data, path).or_else(|| Some(data.to_vec())),
    }
}

/// Takes back those of the fields in which `before` and `after` differ.
pub(super) fn take_back(before: &[u8], after: &[u8], now: &[u8], fields: &[&[&str]]) -> Undone {
    if now == after {
        return Undone::Bytes(before.to_vec());
    }
    if now == before {
        return Undone::Already;
    }
    let (mut bytes, mut already) = (now.to_vec(), true);
    for path in fields {
        let [old, new, here] = [before, after, now].map(|json| json_edit::token(json, path));
        if old == new || here == old {
            continue;
        }
        if here != new {
            return Undone::Conflict;
        }
        already = false;
        match as_in(&bytes, before, path) {
            Some(taken) => bytes = taken,
            None => return Undone::Conflict,
        }
    }
    if already { Undone::Already } else { Undone::Bytes(bytes) }
}
