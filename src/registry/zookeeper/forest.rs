//! The znodes as instances: keeps what was read, decides parent by parent which layout the children are of, and tells what
//! changed. Pure; a bad znode spoils neither its neighbours nor the rest.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use zookeeper_client::Stat;

use super::expected::Expected;
use super::intents;
use super::layout::{self, Content, Leaf};
use crate::domain::address::Address;
use crate::domain::fact::RegistryFact;
use crate::domain::id::{Layout, ServiceId};
use crate::domain::instance::{Can, Capabilities, Instance};
use crate::domain::time::Moment;
use crate::zk::access::Access;
use crate::zk::tree::{Change, Node};

/// What is known of the tree.
pub(super) struct Forest {
    expected: Arc<Expected>,
    /// Instead of each instance's own: nothing can be done, and why.
    forbidden: Option<Arc<Capabilities>>,
    /// What a service is called whose instances stand directly below the chroot.
    root_name: Arc<str>,
    nodes: HashMap<Arc<str>, Entry>,
    /// Access lists that do not grant us everything.
    less: HashMap<Arc<str>, Access>,
    children: HashMap<Arc<str>, BTreeSet<Arc<str>>>,
}

/// Small: there may be 200,000.
struct Entry {
    data: Arc<[u8]>,
    owner: i64,
    version: i32,
    ctime: i64,
    czxid: i64,
    mzxid: i64,
    claim: Option<(Layout, Content)>,
    /// It is there, and may not be read.
    hidden: bool,
    /// As what it was told last.
    told: Option<Told>,
    /// Changed since.
    fresh: bool,
}

impl Entry {
    fn ephemeral(&self) -> bool {
        self.owner != 0
    }
}

/// What of an instance its neighbours decide.
#[derive(PartialEq)]
struct Told {
    layout: Layout,
    name: Arc<str>,
    address: Option<Address>,
}

/// A child of one parent that is an instance.
struct Member<'a> {
    path: &'a Arc<str>,
    entry: &'a Entry,
    layout: Layout,
    content: Content,
}

impl Forest {
    /// `chroot`: of the registry's address, empty for none. `forbidden`: why nothing can be done at all.
    pub(super) fn new(expected: Arc<Expected>, chroot: &str, forbidden: Option<Arc<str>>) -> Forest {
        let forbidden = forbidden.map(|why| {
            Arc::new(Capabilities { drain: Err(why.clone()), weight: Err(why.clone()), deregister: Err(why) })
        });
        let root_name = chroot.rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or("/").into();
        Forest { expected, forbidden, root_name, nodes: HashMap::new(), less: HashMap::new(), children: HashMap::new() }
    }

    /// Takes changes of znodes; gives what they mean.
    pub(super) fn apply(&mut self, changes: Vec<Change>) -> Vec<RegistryFact> {
        let (mut facts, mut touched) = (Vec::new(), BTreeSet::new());
        // An intent that goes is told before what it was about, one that comes after it: told the other way round, a drain and
        // its intent, or an undrain and its end, would look like a drain that was lost.
        let mut wanted = Vec::new();
        for change in changes {
            let path = change.path().clone();
            if intents::ours(&path) {
                match intents::fact(&change) {
                    Some(gone @ RegistryFact::IntentGone(_)) => facts.insert(0, gone),
                    other => wanted.extend(other),
                }
                continue;
            }
            let parent = above(&path);
            // A first child makes its parent no instance, the last one to go makes it one again.
            touched.insert(above(&parent));
            touched.insert(parent.clone());
            match change {
                Change::Upsert(node) => self.put(node, parent),
                Change::Gone(path) => facts.extend(self.take(path, &parent)),
                Change::Hidden(path, stat) => self.hide(path, parent, stat),
                Change::Access(path, access) => {
                    self.grant(&path, access);
                    touched.insert(path);
                }
            }
        }
        for parent in touched {
            self.regroup(&parent, &mut facts);
        }
        facts.append(&mut wanted);
        facts
    }

    fn put(&mut self, node: Node, parent: Arc<str>) {
        let Node { path, data, stat } = node;
        let claim = layout::recognise(&leaf(&path, &parent, &data, stat.ephemeral_owner));
        self.children.entry(parent).or_default().insert(path.clone());
        let Stat { czxid, mzxid, ctime, version, ephemeral_owner: owner, .. } = stat;
        let told = self.nodes.get_mut(&path).and_then(|entry| entry.told.take());
        self.nodes
            .insert(path, Entry { data, owner, version, ctime, czxid, mzxid, claim, hidden: false, told, fresh: true });
    }

    /// What stands in it is not known.
    fn hide(&mut self, path: Arc<str>, parent: Arc<str>, stat: Option<Stat>) {
        self.children.entry(parent).or_default().insert(path.clone());
        let told = self.nodes.get_mut(&path).and_then(|entry| entry.told.take());
        let (data, claim) = (Arc::default(), None);
        let of = |field: fn(&Stat) -> i64| stat.as_ref().map_or(0, field);
        let (owner, ctime) = (of(|stat| stat.ephemeral_owner), of(|stat| stat.ctime));
        let (czxid, mzxid) = (of(|stat| stat.czxid), of(|stat| stat.mzxid));
        let version = stat.as_ref().map_or(0, |stat| stat.version);
        let entry = Entry { data, owner, version, ctime, czxid, mzxid, claim, hidden: true, told, fresh: true };
        self.nodes.insert(path, entry);
    }

    /// What can be done to it, and to what stands below it, is another now.
    fn grant(&mut self, path: &Arc<str>, access: Access) {
        match access {
            Access::ALL => self.less.remove(path),
            less => self.less.insert(path.clone(), less),
        };
        for path in self.children.get(path).into_iter().flatten().chain([path]) {
            if let Some(entry) = self.nodes.get_mut(path) {
                entry.fresh = true;
            }
        }
    }

    /// What a layout can do, as far as access lists allow it.
    fn able(&self, path: &Arc<str>, parent: &Arc<str>, can: Arc<Capabilities>) -> Arc<Capabilities> {
        if let Some(forbidden) = &self.forbidden {
            return forbidden.clone();
        }
        let set = self.less.get(path).is_none_or(|access| access.set);
        let delete = self.less.get(parent).is_none_or(|access| access.delete_below);
        if set && delete {
            return can;
        }
        let mut can = (*can).clone();
        let refuse = |can: &mut Can, allowed: bool, why: String| {
            if can.is_ok() && !allowed {
                *can = Err(why.into());
            }
        };
        refuse(&mut can.drain, set, super::no_set(path));
        refuse(&mut can.weight, set, super::no_set(path));
        refuse(&mut can.deregister, delete, super::no_delete(path));
        Arc::new(can)
    }

    fn take(&mut self, path: Arc<str>, parent: &Arc<str>) -> Option<RegistryFact> {
        if let Some(siblings) = self.children.get_mut(parent) {
            siblings.remove(&path);
            if siblings.is_empty() {
                self.children.remove(parent);
            }
        }
        self.less.remove(&path);
        self.nodes.remove(&path)?.told.map(|_| RegistryFact::Gone(path))
    }

    /// Reads the children of one parent together and tells what differs from what was told.
    fn regroup(&mut self, parent: &Arc<str>, facts: &mut Vec<RegistryFact>) {
        let (mut changed, mut instances) = (Vec::new(), HashSet::new());
        for instance in self.instances(parent) {
            instances.insert(instance.path.clone());
            let now = Told {
                layout: instance.service.layout,
                name: instance.service.name.clone(),
                address: instance.address.clone(),
            };
            if let Some(entry) = self.nodes.get_mut(&instance.path)
                && (entry.fresh || entry.told.as_ref() != Some(&now))
            {
                (entry.told, entry.fresh) = (Some(now), false);
                changed.push(RegistryFact::Upsert(Arc::new(instance)));
            }
        }
        for path in self.children.get(parent).into_iter().flatten().filter(|path| !instances.contains(*path)) {
            if self.nodes.get_mut(path).is_some_and(|entry| entry.told.take().is_some()) {
                facts.push(RegistryFact::Gone(path.clone()));
            }
        }
        facts.extend(changed);
    }

    fn instances(&self, parent: &Arc<str>) -> Vec<Instance> {
        let members = self.members(parent);
        let name = self.names(parent, &members);
        let only = (self.children.get(parent).map_or(0, BTreeSet::len) == 1)
            .then(|| self.expected.only_endpoint(&self.plain_name(parent)))
            .flatten();
        members
            .into_iter()
            .map(|Member { path, entry, layout, content }| Instance {
                service: ServiceId { name: name(layout), layout, parent: parent.clone() },
                address: match layout {
                    Layout::Seed => content.address.or_else(|| only.cloned()),
                    _ => content.address,
                },
                path: path.clone(),
                admin: content.admin,
                weight: content.weight,
                depends_on: layout::depends_on(&content.metadata),
                metadata: content.metadata,
                registered_at: Moment(entry.ctime),
                owner_session: entry.ephemeral().then_some(entry.owner),
                version: entry.version,
                czxid: entry.czxid,
                mzxid: entry.mzxid,
                raw: entry.data.clone(),
                capabilities: self.able(path, parent, content.capabilities),
            })
            .collect()
    }

    /// The children that are instances, each with its layout: by its own content, else by that of its neighbours.
    fn members(&self, parent: &Arc<str>) -> Vec<Member<'_>> {
        let leaves = || {
            let children = self.children.get(parent).into_iter().flatten();
            children
                .filter(|path| !self.children.contains_key(*path))
                .filter_map(|path| Some((path, self.nodes.get(path)?)))
        };
        let plain = self.plain_name(parent);
        let last = parent.rsplit('/').next().unwrap_or("");
        let fixed = self.expected.layout(&plain).or_else(|| self.expected.layout(last));
        let count = |layout| leaves().filter(|(_, e)| e.claim.as_ref().is_some_and(|(l, _)| *l == layout)).count();
        let counts = [Layout::Spring, Layout::Curator, Layout::Seed].map(|layout| (count(layout), layout));
        let around = counts.into_iter().filter(|(n, _)| *n > 0).max_by_key(|(n, _)| *n).map(|(_, layout)| layout);
        let known = self.expected.knows(&plain);
        let judge = |path: &Arc<str>, entry: &Entry| {
            if entry.hidden {
                let expected = known || around.is_some() || parent.matches('/').count() == 1;
                let content = expected.then(|| hidden(path, parent)).flatten()?;
                return Some((fixed.or(around).unwrap_or(Layout::Seed), content));
            }
            let ephemeral = entry.ephemeral();
            let adopted = match (&entry.claim, fixed, around) {
                (_, Some(layout), _) if ephemeral || !entry.data.is_empty() => layout,
                (_, Some(_), _) => return None,
                (Some((layout, content)), None, _) => return Some((*layout, content.clone())),
                // A persistent znode among Curator's stops its readers, so it is shown; an empty one is an empty service.
                (None, None, Some(layout)) if ephemeral || (layout != Layout::Seed && !entry.data.is_empty()) => layout,
                (None, None, _) if !ephemeral => return None,
                (None, None, _) if known => Layout::Seed,
                (None, None, _) => Layout::Raw,
            };
            let leaf = leaf(path, parent, &entry.data, entry.owner);
            Some((adopted, layout::format(adopted).adopt(&leaf)))
        };
        leaves()
            .filter_map(|(path, entry)| {
                let (layout, content) = judge(path, entry)?;
                Some(Member { path, entry, layout, content })
            })
            .collect()
    }

    /// How a layout's service below this parent is called: by its path, but where the content tells a name that the path bears out.
    fn names(&self, parent: &Arc<str>, members: &[Member<'_>]) -> impl Fn(Layout) -> Arc<str> + use<> {
        let told = members.iter().filter_map(|member| member.content.service.clone());
        let borne_out = told
            .into_iter()
            .find(|name| parent.strip_suffix(&**name).is_some_and(|rest| rest.is_empty() || rest.ends_with('/')));
        let last: Arc<str> =
            parent.rsplit('/').next().filter(|last| !last.is_empty()).unwrap_or(&self.root_name).into();
        let (plain, discovered) = (self.plain_name(parent), borne_out.unwrap_or(last));
        move |layout| match layout {
            Layout::Curator | Layout::Spring => discovered.clone(),
            _ => plain.clone(),
        }
    }

    /// The parent's path without its first `/`.
    fn plain_name(&self, parent: &str) -> Arc<str> {
        match parent.trim_start_matches('/') {
            "" => self.root_name.clone(),
            name => name.into(),
        }
    }
}

fn above(path: &str) -> Arc<str> {
    match path.rsplit_once('/') {
        Some(("", _)) | None => "/".into(),
        Some((parent, _)) => parent.into(),
    }
}

/// What may not be read is an instance if its name is an address.
fn hidden(path: &str, parent: &str) -> Option<Content> {
    let content = layout::format(Layout::Seed).adopt(&leaf(path, parent, b"", 0));
    content.address.as_ref()?;
    let why: Can = Err(super::hidden(path).into());
    let nothing = Capabilities { drain: why.clone(), weight: why.clone(), deregister: why };
    Some(Content { capabilities: Arc::new(nothing), ..content })
}

fn leaf<'a>(path: &'a str, parent: &'a str, data: &'a [u8], owner: i64) -> Leaf<'a> {
    let name = path.rsplit('/').next().unwrap_or(path);
    Leaf { parent, name, data, ephemeral: owner != 0 }
}
