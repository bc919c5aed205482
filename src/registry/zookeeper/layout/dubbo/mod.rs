//! Dubbo: `/<root>/<interface>/providers/<URL>` for the instances of the interface level, Curator's JSON for those of the
//! application level, and beside them overrides and YAML rules, which decide about traffic and are nobody's session's. One
//! instance here is one application at one ip:port, over all of its interfaces. From Dubbo's sources, and 2.7.23 and 3.3.6 as
//! they ran.

mod drain;
mod effect;
mod kind;
mod needs;
mod read;
mod route;
mod rules;
mod splice;
mod tags;
mod ties;
mod url;
mod weigh;
mod world;
mod yaml;

use std::collections::BTreeSet;
use std::sync::Arc;

use self::world::{Own, Who, World, rule_path};
use super::group::{Ask, Changes, Farewell, Group, Look, Nodes, Reading, Ties};
use super::{Leaf, Undone};
use crate::domain::id::Layout;
use crate::domain::intent::Op;
use crate::domain::layout::Traits;
use crate::domain::plan::{Durability, Refusal, Target};

/// The layout.
pub(super) struct Dubbo;

static TRAITS: Traits = Traits { word: "dubbo", rank: 4, renames: true, ..Traits::PLAIN };

impl Layout {
    /// Dubbo: an application at an ip:port, over all of its interfaces and both of its levels.
    pub const DUBBO: Layout = Layout::new(&TRAITS);
}

impl Group for Dubbo {
    fn layout(&self) -> Layout {
        Layout::DUBBO
    }

    /// All are one group: an application's rules, its interfaces and its application level stand far from each other.
    fn group(&self, leaf: &Leaf<'_>) -> Option<Arc<str>> {
        kind::of(leaf).map(|_| "dubbo".into())
    }

    fn ties(&self, leaf: &Leaf<'_>) -> Option<Ties> {
        ties::of(leaf)
    }

    fn read(&self, nodes: &Nodes<'_>) -> Vec<Reading> {
        read::all(&World::new(nodes))
    }

    fn asks(&self, target: &Target) -> Vec<Ask> {
        let (root, app) = (&target.service.parent, &target.service.name);
        let rule = |name: &str, end: &str| Ask::Node(rule_path(root, name, end).into());
        let mut asks: Vec<Ask> =
            [".tag-router", ".configurators", ".condition-router"].map(|end| rule(app, end)).into();
        let (mut interfaces, mut rules) = (BTreeSet::new(), BTreeSet::new());
        for path in &target.paths {
            let Some((parent, name)) = path.rsplit_once('/') else { continue };
            let Some(above) = parent.strip_suffix("/providers") else { continue };
            interfaces.insert(above);
            if let (Some(url), Some((_, interface))) = (url::Url::read(name), kind::place(parent)) {
                rules.insert(world::service_rule(&interface, &url));
            }
        }
        asks.extend(rules.iter().flat_map(|name| [".configurators", ".condition-router"].map(|end| rule(name, end))));
        for above in interfaces {
            asks.extend(["configurators", "routers"].map(|of| Ask::Children(format!("{above}/{of}").into())));
            asks.extend(["providers", "consumers"].map(|of| Ask::Names(format!("{above}/{of}").into())));
        }
        asks
    }

    fn draft(&self, target: &Target, op: Op, look: &Look<'_>) -> Result<Changes, Refusal> {
        let world = World::new(&look.nodes);
        let Some((who, own)) = found(&world, target) else {
            return Err(Refusal::new("Its URL cannot be read, so that no rule could name it."));
        };
        let plan = Plan { world: &world, who, own, root: &target.service.parent, look };
        match op {
            Op::Drain => drain::drain(&plan),
            Op::Undrain => drain::undrain(&plan),
            Op::Weight(number) => weigh::weigh(&plan, number),
            Op::Deregister | Op::Undo => Err(Refusal::new("That is not planned here.")),
        }
    }

    fn take_back(&self, path: &str, before: &[u8], after: &[u8], now: &[u8]) -> Undone {
        let texts = [before, after, now].map(|bytes| std::str::from_utf8(bytes));
        match (texts, now == after, now == before) {
            // An empty rule is not obeyed: callers would keep the one before.
            (_, true, _) if before.is_empty() => Undone::Nothing,
            (_, true, _) => Undone::Bytes(before.to_vec()),
            (_, _, true) => Undone::Already,
            ([Ok(before), Ok(after), Ok(now)], ..) if path.ends_with(".tag-router") => {
                tags::take_back(before, after, now)
            }
            ([Ok(before), Ok(after), Ok(now)], ..) if path.ends_with(".configurators") => {
                weigh::take_back(before, after, now)
            }
            _ => Undone::Conflict,
        }
    }

    fn farewell(&self, target: &Target) -> Farewell {
        let interface =
            |path: &Arc<str>| path.rsplit_once('/').is_some_and(|(parent, _)| parent.ends_with("/providers"));
        let registered = target.paths.iter().any(|path| !interface(path));
        let back = match registered {
            true => {
                "It comes back under the same name 1-2 s after its next reconnect; and any override or application rule that \
                 touches it afterwards brings it back at once."
            }
            false => {
                "From 2.7 on it comes back in its next session (with 2.6 and before at any reconnect); any override or \
                 application rule that touches it afterwards brings it back at once."
            }
        };
        let takes_effect = match registered {
            true => {
                "At once for callers of the application level; for those that hold both levels, within some seconds."
            }
            false => "Within 1 s for callers of 2.7; for those of 3.x, in some seconds, 12 at most as measured.",
        };
        let durability = if registered { Durability::UntilReconnect } else { Durability::UntilNewSession };
        let urls = target.paths.iter().filter_map(|path| url::Url::read(path.rsplit_once('/')?.1));
        let port = urls.filter_map(|url| url.get("qos.port")?.parse::<u16>().ok()).find(|port| *port > 0);
        let usual = if port.is_some() { "" } else { ", by default at 22222" };
        let host = target.address.as_ref().map_or("127.0.0.1", |address| address.host());
        let better = format!(
            "Better on the provider itself, where it stays off until it restarts: curl http://{host}:{}/offline (Dubbo's QoS{usual}; \
             undone by /online).",
            port.unwrap_or(22222)
        );
        let last = "Where it is the last one, its callers forbid every call.";
        Farewell {
            durability,
            takes_effect: takes_effect.into(),
            warnings: vec![back.into(), better.into(), last.into()],
        }
    }
}

/// What a plan looks at.
struct Plan<'a> {
    world: &'a World<'a>,
    who: &'a Who,
    own: &'a Own<'a>,
    /// Above interfaces and rules.
    root: &'a str,
    look: &'a Look<'a>,
}

fn found<'w>(world: &'w World<'_>, target: &Target) -> Option<(&'w Who, &'w Own<'w>)> {
    let address = target.address.as_ref()?;
    let all = world.instances.iter();
    all.filter(|(who, _)| who.service == target.service.name && who.address == *address)
        .max_by_key(|(who, _)| *who.root == *target.service.parent)
}

#[cfg(test)]
mod document_tests;
#[cfg(test)]
mod dubbo_tests;
#[cfg(test)]
mod ties_tests;
