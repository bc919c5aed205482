//! The bytes of an instance's znode: what a provider writes of itself in each layout, and what a caller reads of any
//! provider, also of foreign ones. Pure; not about when it is written or read.

use serde_json::{Value, json};

use crate::demo::cast::{Layout, Service};

/// What a caller knows of one registered instance.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// `host:port`, as it can be called.
    pub address: String,
    /// The weight that the znode declares; `None`: none, or unreadable.
    pub weight: Option<i64>,
    /// Whether the registry says that it takes calls (`enabled`, `instance_status`); weight 0 is not told here.
    pub enabled: bool,
    /// The shard that it holds, where it says so.
    pub shard: Option<u32>,
}

/// What an instance says of itself.
pub struct Own<'a> {
    /// Which service it is of.
    pub service: &'static Service,
    /// Which one of them, from 0.
    pub ordinal: usize,
    /// The znode's name.
    pub id: &'a str,
    /// Where it listens.
    pub host: &'a str,
    /// Where it listens.
    pub port: u16,
    /// When its process began, in ms since 1970; stays the same over re-registrations.
    pub started_ms: i64,
}

/// The provider's own copy of its znode: what it writes at each registration, whatever others wrote meanwhile.
pub fn own(own: &Own<'_>) -> Vec<u8> {
    let weight = own.service.weights.get(own.ordinal).copied().unwrap_or(1);
    if own.service.layout == Layout::Seed {
        return weight.to_string().into_bytes();
    }
    let mut metadata = json!({ "weight": weight.to_string(), "zone": format!("demo-{}", char::from(b'a' + (own.ordinal % 26) as u8)), "version": "1.4.2" });
    if !own.service.declares.is_empty() {
        metadata["depends-on"] = own.service.declares.join(",").into();
    }
    let payload = if own.service.layout == Layout::Curator {
        metadata["shard"] = own.ordinal.to_string().into();
        json!({ "@class": "org.keepwatch.demo.InstanceDetails", "metadata": metadata })
    } else {
        // Spring writes configured keys before its own.
        metadata["instance_status"] = "UP".into();
        json!({
            "@class": "org.springframework.cloud.zookeeper.discovery.ZookeeperInstance",
            "id": own.service.name, "name": own.service.name, "metadata": metadata,
        })
    };
    let part = |value: &str, variable: bool| json!({ "value": value, "variable": variable });
    let parts = [part("scheme", true), part("://", false), part("address", true), part(":", false), part("port", true)];
    json!({
        "name": own.service.name, "id": own.id, "address": own.host, "port": own.port, "sslPort": null,
        "payload": payload, "registrationTimeUTC": own.started_ms, "serviceType": "DYNAMIC", "uriSpec": { "parts": parts },
    })
    .to_string()
    .into_bytes()
}

/// What a caller makes of a znode; `None`: it is no instance that could be called.
pub fn read(layout: Layout, name: &str, data: &[u8]) -> Option<Entry> {
    if layout == Layout::Seed {
        let (host, port) = name.rsplit_once(':')?;
        port.parse::<u16>().ok().filter(|_| !host.is_empty())?;
        let weight = std::str::from_utf8(data).ok().and_then(|text| text.trim().parse().ok());
        return Some(Entry { address: name.to_owned(), weight, enabled: true, shard: None });
    }
    let value: Value = serde_json::from_slice(data).ok()?;
    let host = value.get("address")?.as_str().filter(|host| !host.is_empty())?;
    let port = value.get("port")?.as_u64().and_then(|port| u16::try_from(port).ok())?;
    let metadata = value.pointer("/payload/metadata");
    let enabled = value.get("enabled").and_then(Value::as_bool).unwrap_or(true);
    let status = metadata.and_then(|data| data.get("instance_status")).and_then(Value::as_str).unwrap_or("UP");
    Some(Entry {
        address: format!("{host}:{port}"),
        weight: metadata.and_then(|data| whole(data.get("weight")?)),
        enabled: enabled && status.eq_ignore_ascii_case("UP"),
        shard: metadata.and_then(|data| whole(data.get("shard")?)).and_then(|shard| u32::try_from(shard).ok()),
    })
}

/// A number, written as one or as text.
fn whole(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.trim().parse().ok())
}

impl Entry {
    /// The weight that callers of this layout balance by; 0: no calls. Spring's balancer takes 0 and less as 1, the
    /// others as a drain; a weight that nobody can read is 1, never 0.
    pub fn share(&self, layout: Layout) -> u32 {
        let weight = self.weight.unwrap_or(1);
        match (self.enabled, layout) {
            (false, _) => 0,
            (true, Layout::Spring) if weight <= 0 => 1,
            (true, _) => u32::try_from(weight.max(0)).unwrap_or(u32::MAX),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::cast;

    fn written(name: &str, ordinal: usize) -> Vec<u8> {
        let service = cast::service(name);
        own(&Own { service, ordinal, id: "an-id", host: "127.0.0.1", port: 5002, started_ms: 1_760_000_000_000 })
    }

    #[test]
    fn what_a_provider_writes_a_caller_reads() {
        assert_eq!(written("users-service", 2), b"5");
        let entry = read(Layout::Curator, "an-id", &written("articles-service", 2)).unwrap();
        assert_eq!((entry.address.as_str(), entry.weight, entry.shard), ("127.0.0.1:5002", Some(10), Some(2)));
        let text = String::from_utf8(written("orders-service", 0)).unwrap();
        assert!(text.starts_with(r#"{"name":"orders-service","id":"an-id","address":"127.0.0.1","port":5002,"sslPort":null,"payload":{"@class":"org.springframework.cloud.zookeeper.discovery.ZookeeperInstance","id":"orders-service","name":"orders-service","metadata":{"weight":"10""#), "{text}");
        assert!(text.contains(r#""instance_status":"UP"}},"registrationTimeUTC":1760000000000,"serviceType":"DYNAMIC","uriSpec":{"parts":[{"value":"scheme","variable":true},"#), "{text}");
    }

    #[test]
    fn a_drain_is_read_in_each_layout() {
        let seed = |data: &[u8]| read(Layout::Seed, "h:1", data).unwrap().share(Layout::Seed);
        assert_eq!([seed(b"0"), seed(b" 7\n"), seed(b"-3"), seed(b"?"), seed(b"")], [0, 7, 0, 1, 1]);
        let text = |name| String::from_utf8(written(name, 0)).unwrap();
        let curator = text("articles-service").replace(r#"{"name""#, r#"{"enabled":false,"name""#);
        assert_eq!(read(Layout::Curator, "x", curator.as_bytes()).unwrap().share(Layout::Curator), 0);
        let spring = text("orders-service").replace(r#""UP""#, r#""OUT_OF_SERVICE""#);
        assert_eq!(read(Layout::Spring, "x", spring.as_bytes()).unwrap().share(Layout::Spring), 0);
        let zero = text("orders-service").replace(r#""weight":"10""#, r#""weight":0"#);
        assert_eq!(read(Layout::Spring, "x", zero.as_bytes()).unwrap().share(Layout::Spring), 1);
    }

    #[test]
    fn what_is_no_instance_is_none() {
        assert_eq!(read(Layout::Seed, "no-address", b"5"), None);
        for data in [&b"not json"[..], b"{}", b"", br#"{"address":"h","port":99999}"#, br#"{"address":5,"port":1}"#] {
            assert_eq!(read(Layout::Spring, "x", data), None);
        }
    }
}
