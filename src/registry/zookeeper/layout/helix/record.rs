//! A ZNRecord as far as an instance needs it: simple fields, tags, operations. May be packed with GZIP, which is read and never
//! written.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::domain::address::Address;
use crate::domain::instance::Can;

/// The field of the drain.
pub(super) const ENABLED: [&str; 2] = ["simpleFields", "HELIX_ENABLED"];
/// Bytes that a packed record may unpack to: ten times what a znode can hold.
const LARGEST: u64 = 10 << 20;
/// Fields that are shown.
const SHOWN: [&str; 4] = ["INSTANCE_WEIGHT", "HELIX_DISABLED_REASON", "shutdownInProgress", "queriesDisabled"];

/// A record.
#[derive(Debug, Default)]
pub(super) struct Record {
    document: Option<Map<String, Value>>,
    packed: bool,
}

/// What the last operation of an instance says.
struct Operation {
    what: String,
    words: String,
}

impl Record {
    pub(super) fn read(data: &[u8]) -> Record {
        let packed = data.starts_with(&[0x1f, 0x8b]);
        if !packed {
            return Record { document: serde_json::from_slice(data).ok(), packed };
        }
        let mut bytes = Vec::new();
        let read = flate2::read::GzDecoder::new(data).take(LARGEST).read_to_end(&mut bytes);
        let document = read.ok().and_then(|_| serde_json::from_slice(&bytes).ok());
        Record { document, packed }
    }

    fn field(&self, part: &str, key: &str) -> Option<&Value> {
        self.document.as_ref()?.get(part)?.get(key)
    }

    fn simple(&self, key: &str) -> Option<&str> {
        self.field("simpleFields", key)?.as_str()
    }

    fn list(&self, key: &str) -> impl Iterator<Item = &str> {
        self.field("listFields", key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
    }

    /// Whether and why its bytes can be changed.
    pub(super) fn editable(&self) -> Can {
        let fields = self.document.as_ref().and_then(|document| document.get("simpleFields"));
        match (self.packed, fields) {
            (true, _) => Err("its ZNRecord is packed with GZIP, which Keepwatch reads and does not write; use helix-rest or \
                              Pinot's PUT /instances/NAME/state"
                .into()),
            (_, Some(Value::Object(_))) if self.unroutable() => Err(format!(
                "the instance operation {} stands, over which HELIX_ENABLED counts for nothing; change it with helix-rest",
                self.held().unwrap_or_default()
            )
            .into()),
            (_, Some(Value::Object(_))) => Ok(()),
            _ => Err("its config is no ZNRecord in JSON: nothing in it can be changed".into()),
        }
    }

    /// `HELIX_ENABLED`, true where it is absent; `None` where the record cannot be read.
    pub(super) fn enabled(&self) -> Option<bool> {
        let fields = self.document.as_ref()?.get("simpleFields")?.as_object()?;
        match fields.get("HELIX_ENABLED") {
            None | Some(Value::Null) => Some(true),
            Some(Value::String(text)) => Some(text.eq_ignore_ascii_case("true")),
            Some(Value::Bool(is)) => Some(*is),
            Some(_) => None,
        }
    }

    /// The last of its operations is the one that counts.
    fn operation(&self) -> Option<Operation> {
        let last = self.list("HELIX_INSTANCE_OPERATIONS").last()?;
        let fields: Map<String, Value> = serde_json::from_str(last).ok()?;
        let of = |key: &str| fields.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
        let what = of("OPERATION")?.to_owned();
        let words: Vec<&str> = [of("SOURCE"), of("REASON")].into_iter().flatten().collect();
        let words = if words.is_empty() { what.clone() } else { format!("{what} ({})", words.join(": ")) };
        Some(Operation { what, words })
    }

    /// The operation that keeps replicas away whatever `HELIX_ENABLED` says, in words.
    pub(super) fn held(&self) -> Option<String> {
        self.operation().filter(|operation| operation.what != "ENABLE").map(|operation| operation.words)
    }

    /// Under these `HELIX_ENABLED` is not looked at.
    fn unroutable(&self) -> bool {
        self.operation().is_some_and(|operation| !["ENABLE", "DISABLE", "EVACUATE"].contains(&&*operation.what))
    }

    pub(super) fn address(&self) -> Option<Address> {
        let (host, port) = (self.simple("HELIX_HOST")?, self.simple("HELIX_PORT")?.parse().ok()?);
        // Pinot writes the instance's kind before the host.
        let kinds = ["Server_", "Broker_", "Controller_", "Minion_"];
        let host = kinds.iter().find_map(|kind| host.strip_prefix(kind)).unwrap_or(host);
        Address::new(host, port).ok()
    }

    /// Where a server of Pinot has its pages.
    pub(super) fn admin_port(&self) -> Option<u16> {
        self.simple("adminPort")?.parse().ok().filter(|port| *port > 0)
    }

    /// Of a live instance: what it runs.
    pub(super) fn version(&self) -> Option<&str> {
        self.simple("HELIX_VERSION")
    }

    pub(super) fn metadata(&self) -> BTreeMap<Arc<str>, Arc<str>> {
        let mut metadata: BTreeMap<Arc<str>, Arc<str>> = BTreeMap::new();
        if let Some(domain) = self.simple("DOMAIN") {
            metadata.insert("domain".into(), domain.into());
            let zone = domain.split(',').find_map(|part| part.trim().strip_prefix("zone="));
            metadata.extend(zone.map(|zone| ("zone".into(), zone.into())));
        }
        let tags: Vec<&str> = self.list("TAG_LIST").take(100).collect();
        if !tags.is_empty() {
            metadata.insert("tags".into(), tags.join(",").into());
        }
        if let Some(operation) = self.operation() {
            metadata.insert("operation".into(), operation.words.into());
        }
        for key in SHOWN {
            metadata.extend(self.simple(key).filter(|text| !text.is_empty()).map(|text| (key.into(), text.into())));
        }
        metadata
    }
}

/// `Server_10.0.6.11_8098` and `host_12000`.
pub(super) fn address_of_name(name: &str) -> Option<Address> {
    let (before, port) = name.rsplit_once(['_', ':'])?;
    Address::new(before.rsplit('_').next()?, port.parse().ok()?).ok()
}
