//! Which znodes are Dubbo's, by their paths: `/<root>/<interface>/{providers,consumers,configurators,routers}/<URL>`,
//! `/<root>/config/dubbo/<rule>`, `/<root>/mapping/<interface>`, `/<root>/metadata/<application>/<revision>`; and, by its
//! content, the application level's instance, which is Curator's JSON.

use std::borrow::Cow;

use super::super::{Leaf, discovery};
use super::url;

/// What a znode is to Dubbo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// An instance's interface.
    Provider,
    /// A caller.
    Consumer,
    /// A change of URLs.
    Override,
    /// A rule of the old kind.
    Route,
    /// A YAML document.
    Rule,
    /// An instance of the application level.
    Registered,
    /// Which applications serve an interface.
    Mapping,
    /// What an application's revision serves.
    Metadata,
}

/// Names of rules end in these.
pub(super) const RULES: [&str; 5] =
    [".tag-router", ".configurators", ".condition-router", ".script-router", ".MESHAPPRULE"];

/// What the znode is, if it is Dubbo's.
pub(super) fn of(leaf: &Leaf<'_>) -> Option<Kind> {
    let (above, last) = leaf.parent.rsplit_once('/')?;
    let encoded = leaf.name.contains("%3A%2F%2F");
    let kind = match last {
        "providers" if encoded && provides(leaf.name) => Kind::Provider,
        "consumers" if calls(leaf.name) => Kind::Consumer,
        "configurators" if leaf.name.starts_with("override%3A") || leaf.name.starts_with("absent%3A") => Kind::Override,
        "routers" if encoded && !leaf.ephemeral => Kind::Route,
        "dubbo" if above.ends_with("/config") && RULES.iter().any(|end| leaf.name.ends_with(end)) => Kind::Rule,
        "mapping" if !leaf.ephemeral && one(above) && leaf.name.contains('.') && !leaf.name.contains(':') => {
            Kind::Mapping
        }
        _ if !leaf.ephemeral && above.ends_with("/metadata") && metadata(leaf.data) => Kind::Metadata,
        _ if registered(leaf.data) => Kind::Registered,
        _ => return None,
    };
    Some(kind)
}

/// SOFARPC lays out the same names, in its own way.
fn provides(name: &str) -> bool {
    let scheme = name.split("%3A").next().unwrap_or("");
    let dubbo = scheme == "dubbo" || ["side%3Dprovider", "%26dubbo%3D"].iter().any(|key| name.contains(key));
    dubbo && scheme != "bolt" && !name.contains("rpcVer%3D")
}

/// SOFARPC's callers, which lie in a folder of the same name, say their parameters right behind the host: Dubbo's name the
/// interface there.
fn calls(name: &str) -> bool {
    let Some(rest) = name.strip_prefix("consumer%3A%2F%2F") else { return false };
    let bare = rest.split_once("%3F").is_some_and(|(place, _)| !place.contains("%2F"));
    !bare && !name.contains("rpcVer%3D")
}

fn one(root: &str) -> bool {
    root.len() > 1 && root.rfind('/') == Some(0)
}

fn metadata(data: &[u8]) -> bool {
    data.starts_with(b"{") && memchr::memmem::find(data, b"\"revision\"").is_some()
}

/// Of the application level: it looks like Curator's, but its callers obey none of Curator's or Spring's fields.
fn registered(data: &[u8]) -> bool {
    memchr::memmem::find(data, b".dubbo.").is_some()
        && discovery::parse(data).is_some_and(|document| {
            let class = discovery::class(&document);
            class.contains(".dubbo.") && class.ends_with("ZookeeperInstance")
        })
}

/// Root and interface of a znode below `/<root>/<interface>/<what>`.
pub(super) fn place(parent: &str) -> Option<(&str, Cow<'_, str>)> {
    let (above, _) = parent.rsplit_once('/')?;
    let (root, interface) = above.rsplit_once('/')?;
    Some((root, url::decode(interface)?))
}

/// The root above a rule, a mapping, a document of metadata, a provider.
pub(super) fn root(kind: Kind, path: &str) -> Option<&str> {
    let ups = if kind == Kind::Mapping { 2 } else { 3 };
    (0..ups).try_fold(path, |path, _| Some(path.rsplit_once('/')?.0))
}
