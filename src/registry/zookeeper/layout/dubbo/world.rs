//! Dubbo's znodes as instances: one for each application and ip:port, over all of its interfaces and both levels, with the
//! overrides, rules and callers that are about it.

use std::cell::OnceCell;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde_json::{Map, Value};

use super::super::Leaf;
use super::super::discovery;
use super::super::group::{Nodes, Znode};
use super::kind::{self, Kind};
use super::rules::Rule;
use super::url::Url;
use crate::domain::address::Address;

/// Where rules stand while nothing tells of another root.
const ROOT: &str = "/dubbo";
/// 2.7's own service about its metadata: no instance's work.
pub(super) const OWN: &str = "org.apache.dubbo.metadata.MetadataService";

/// An interface that an instance serves.
pub(super) struct Export<'a> {
    pub(super) node: Znode<'a>,
    /// The path above `providers`.
    pub(super) above: &'a str,
    pub(super) interface: String,
    pub(super) url: Url,
}

impl Export<'_> {
    /// As rules name the service: empty parts keep their colons.
    pub(super) fn rule(&self) -> String {
        service_rule(&self.interface, &self.url)
    }

    /// As the documents themselves name it: `group/interface:version`.
    pub(super) fn key(&self) -> String {
        let group = self.url.get("group").map(|group| format!("{group}/")).unwrap_or_default();
        let version = self.url.get("version").map(|version| format!(":{version}")).unwrap_or_default();
        format!("{group}{}{version}", self.interface)
    }

    /// Whether group and version are exactly these.
    pub(super) fn is_of(&self, other: &Url) -> bool {
        ["group", "version"].iter().all(|key| self.url.get(key) == other.get(key))
    }
}

/// An instance of the application level.
pub(super) struct Registered<'a> {
    pub(super) node: Znode<'a>,
    pub(super) document: Map<String, Value>,
}

/// What instances are found by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Who {
    pub(super) root: Arc<str>,
    /// The application; the interface, where its URL names none.
    pub(super) service: Arc<str>,
    pub(super) address: Address,
}

/// All of one instance.
#[derive(Default)]
pub(super) struct Own<'a> {
    pub(super) exports: Vec<Export<'a>>,
    pub(super) registered: Option<Registered<'a>>,
    /// Its URLs name an application.
    pub(super) has_app: bool,
}

/// All znodes of Dubbo.
pub(super) struct World<'a> {
    pub(super) instances: BTreeMap<Who, Own<'a>>,
    /// Providers that cannot be read.
    pub(super) bad: Vec<Znode<'a>>,
    overrides: HashMap<&'a str, Vec<(Znode<'a>, Url)>>,
    consumers: HashMap<&'a str, Vec<Url>>,
    pub(super) routes: HashMap<&'a str, Vec<Url>>,
    rules: HashMap<&'a str, (Znode<'a>, Rule)>,
    /// Read when first asked for: old revisions stay for ever.
    metadata: HashMap<&'a str, (Znode<'a>, OnceCell<Option<Value>>)>,
    /// Above the interfaces that an application serves by what is written at the root.
    mapping: HashMap<(&'a str, &'a str), Vec<String>>,
}

impl<'a> World<'a> {
    pub(super) fn new(nodes: &Nodes<'a>) -> World<'a> {
        let mut world = World {
            instances: BTreeMap::new(),
            bad: Vec::new(),
            overrides: HashMap::new(),
            consumers: HashMap::new(),
            routes: HashMap::new(),
            rules: HashMap::new(),
            metadata: HashMap::new(),
            mapping: HashMap::new(),
        };
        let (mut registered, mut roots) = (Vec::new(), nodes.marks().collect::<Vec<_>>());
        for node in nodes.iter() {
            let leaf = Leaf { parent: node.parent(), name: node.name(), data: node.data, ephemeral: node.ephemeral };
            let Some(kind) = kind::of(&leaf) else { continue };
            let above = node.parent().rsplit_once('/').map_or("", |(above, _)| above);
            match kind {
                Kind::Provider => world.provide(node, above),
                Kind::Consumer => world.consumers.entry(above).or_default().extend(Url::read(node.name())),
                Kind::Override => {
                    let read = Url::read(node.name()).map(|url| (node, url));
                    world.overrides.entry(above).or_default().extend(read);
                }
                Kind::Route => world.routes.entry(above).or_default().extend(Url::read(node.name())),
                Kind::Rule => drop(world.rules.insert(node.path, (node, Rule::read(node.data)))),
                Kind::Registered => registered.push(node),
                Kind::Mapping => world.map(node),
                Kind::Metadata => drop(world.metadata.insert(node.path, (node, OnceCell::new()))),
            }
            if matches!(kind, Kind::Rule | Kind::Mapping | Kind::Metadata | Kind::Provider) {
                roots.extend(kind::root(kind, node.path));
            }
        }
        roots.sort_unstable();
        roots.dedup();
        let known: HashMap<Arc<str>, Arc<str>> =
            world.instances.keys().map(|who| (who.service.clone(), who.root.clone())).collect();
        registered.into_iter().for_each(|node| world.register(node, &roots, &known));
        world
    }

    fn provide(&mut self, node: Znode<'a>, above: &'a str) {
        let read = Url::read(node.name()).and_then(|url| Some((url.address.clone()?, url)));
        let (Some((address, url)), Some((root, interface))) = (read, kind::place(node.parent())) else {
            return self.bad.push(node);
        };
        if interface == OWN {
            return;
        }
        let service: Arc<str> = url.get("application").unwrap_or(&interface).into();
        let has_app = url.get("application").is_some();
        let own = self.instances.entry(Who { root: root.into(), service, address }).or_default();
        own.has_app |= has_app;
        own.exports.push(Export { node, above, interface: interface.into_owned(), url });
    }

    fn map(&mut self, node: Znode<'a>) {
        let (Some(root), Ok(apps)) = (kind::root(Kind::Mapping, node.path), std::str::from_utf8(node.data)) else {
            return;
        };
        for app in apps.split(',').map(str::trim).filter(|app| !app.is_empty()) {
            self.mapping.entry((root, app)).or_default().push(format!("{root}/{}", node.name()));
        }
    }

    /// With the rules of the root that knows its application, the only one, or the usual one.
    fn register(&mut self, node: Znode<'a>, roots: &[&str], known: &HashMap<Arc<str>, Arc<str>>) {
        let read = discovery::parse(node.data).and_then(|document| {
            let name = discovery::name(&document)?;
            Some((name, discovery::address(&document)?, document))
        });
        let Some((service, address, document)) = read else { return self.bad.push(node) };
        let root = known.get(&service).cloned().unwrap_or_else(|| match roots {
            [only] => (*only).into(),
            _ => ROOT.into(),
        });
        let own = self.instances.entry(Who { root, service, address }).or_default();
        own.has_app = true;
        own.registered = Some(Registered { node, document });
    }

    /// The rule with this name.
    pub(super) fn rule(&self, root: &str, name: &str, end: &str) -> Option<&(Znode<'a>, Rule)> {
        self.rules.get(rule_path(root, name, end).as_str())
    }

    /// The overrides of an interface that are about this address, switched on, for every caller, with exactly its group and version;
    /// in the order of their names.
    pub(super) fn overrides<'s>(
        &'s self,
        export: &'s Export<'_>,
        address: &'s Address,
    ) -> impl Iterator<Item = &'s (Znode<'a>, Url)> {
        let about = move |url: &Url| match url.host == "0.0.0.0" {
            true => url.get("providerAddresses").is_none_or(|list| list.split(',').any(|one| one == address.text())),
            false => url.address.as_ref() == Some(address),
        };
        self.overrides.get(export.above).into_iter().flatten().filter(move |(_, url)| {
            about(url)
                && export.is_of(url)
                && url.truth("enabled") != Some(false)
                && url.get("application").is_none()
                && !url.query.iter().any(|(key, _)| key.starts_with('~'))
        })
    }

    /// The callers of an interface.
    pub(super) fn consumers<'s>(&'s self, export: &'s Export<'_>) -> impl Iterator<Item = &'s Url> {
        let fits = |url: &Url, key: &str| match url.get(key) {
            Some("*") => true,
            Some(list) => list.split(',').any(|one| Some(one) == export.url.get(key)),
            None => export.url.get(key).is_none(),
        };
        self.consumers
            .get(export.above)
            .into_iter()
            .flatten()
            .filter(move |url| fits(url, "group") && fits(url, "version"))
    }

    /// Callers of the interfaces that the registry says an application serves.
    pub(super) fn mapped<'s>(&'s self, who: &'s Who) -> impl Iterator<Item = &'s Url> {
        let above = self.mapping.get(&(&*who.root, &*who.service)).into_iter().flatten();
        above.filter_map(|above| self.consumers.get(above.as_str())).flatten()
    }

    /// What an application's revision serves, where the registry keeps that.
    pub(super) fn metadata(&self, who: &Who, revision: &str) -> Option<&Value> {
        let (node, read) = self.metadata.get(format!("{}/metadata/{}/{revision}", who.root, who.service).as_str())?;
        read.get_or_init(|| serde_json::from_slice(node.data).ok()).as_ref()
    }
}

/// As rules name a service: empty parts keep their colons.
pub(super) fn service_rule(interface: &str, url: &Url) -> String {
    let part = |key| url.get(key).unwrap_or("");
    format!("{interface}:{}:{}", part("version"), part("group"))
}

/// Where the rule with this name stands.
pub(super) fn rule_path(root: &str, name: &str, end: &str) -> String {
    format!("{root}/config/dubbo/{name}{end}")
}
