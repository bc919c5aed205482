//! The znodes as instances: keeps what was read, decides parent by parent which layout the children are of, and tells what
//! changed. Pure; a bad znode spoils neither its neighbours nor the rest.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use zookeeper_client::Stat;

use self::lists::Lists;
use self::together::{Stale, Together};
use super::expected::Expected;
use super::intents;
use super::layout::{self, Content, Leaf};
use super::settings;
use crate::domain::address::Address;
use crate::domain::fact::RegistryFact;
use crate::domain::id::{Layout, ServiceId};
use crate::domain::instance::{Capabilities, Instance};
use crate::zk::access::Access;
use crate::zk::tree::{Change, Node};

mod access;
mod entry;
mod groups;
mod lists;
mod together;

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
    groups: HashMap<GroupKey, Together>,
    /// The access lists that decide over instances of groups.
    lists: Lists,
}

/// Small: there may be 200,000. What was told holds all that is known of its znode, so nothing is kept twice.
struct Entry {
    is: Is,
    /// The layout that knows it by its content, once that was looked at.
    claim: Option<Option<Layout>>,
    /// Of what was told: bytes at the end of the parent's path that its content names as its service; 0 for none.
    named: usize,
    /// Of what was told: its address is the file's.
    lent: bool,
    /// The group that it is read with, where its layout is one of several znodes.
    group: Option<GroupKey>,
    /// It is there, and may not be read.
    hidden: bool,
}

/// A group: its layout, and the name that its znodes give.
type GroupKey = (Layout, Arc<str>);

/// What has to be read anew, group by group.
type Due = BTreeMap<GroupKey, Stale>;

enum Is {
    /// As it was told last, and it is still that.
    Told(Arc<Instance>),
    /// No instance, or changed since.
    Read(Box<Znode>),
}

struct Znode {
    data: Arc<[u8]>,
    owner: i64,
    version: i32,
    ctime: i64,
    mtime: i64,
    czxid: i64,
    mzxid: i64,
    /// It counts as an instance out there.
    told: bool,
}

impl Znode {
    fn new(data: Arc<[u8]>, stat: Option<&Stat>, told: bool) -> Znode {
        let of = |field: fn(&Stat) -> i64| stat.map_or(0, field);
        Znode {
            data,
            owner: of(|stat| stat.ephemeral_owner),
            version: stat.map_or(0, |stat| stat.version),
            ctime: of(|stat| stat.ctime),
            mtime: of(|stat| stat.mtime),
            czxid: of(|stat| stat.czxid),
            mzxid: of(|stat| stat.mzxid),
            told,
        }
    }
}

impl Entry {
    fn data(&self) -> &Arc<[u8]> {
        match &self.is {
            Is::Told(instance) => &instance.raw,
            Is::Read(znode) => &znode.data,
        }
    }

    /// The session that owns it; 0 for none.
    fn owner(&self) -> i64 {
        match &self.is {
            Is::Told(instance) => instance.owner_session.unwrap_or(0),
            Is::Read(znode) => znode.owner,
        }
    }

    fn told(&self) -> bool {
        match &self.is {
            Is::Told(_) => true,
            Is::Read(znode) => znode.told,
        }
    }

    /// It is no instance any more; whether it was told as one.
    fn untell(&mut self) -> bool {
        let told = self.told();
        self.reopen();
        if let Is::Read(znode) = &mut self.is {
            znode.told = false;
        }
        told
    }

    /// What was told of it may be no longer so: it is read anew.
    fn reopen(&mut self) {
        if let Is::Told(instance) = &self.is {
            let Instance { version, czxid, mzxid, .. } = **instance;
            let (ctime, mtime) = (instance.registered_at.0, instance.written_at.0);
            let (data, owner) = (instance.raw.clone(), instance.owner_session.unwrap_or(0));
            self.is = Is::Read(Box::new(Znode { data, owner, version, ctime, mtime, czxid, mzxid, told: true }));
        }
    }
}

/// A child of one parent that is an instance.
struct Member {
    path: Arc<str>,
    layout: Layout,
    /// What it holds; `None` where that is as it was told.
    content: Option<Content>,
    /// As [`Entry::named`].
    named: usize,
}

impl Forest {
    /// `chroot`: of the registry's address, empty for none. `forbidden`: why nothing can be done at all.
    pub(super) fn new(expected: Arc<Expected>, chroot: &str, forbidden: Option<Arc<str>>) -> Forest {
        let forbidden = forbidden.map(|why| {
            Arc::new(Capabilities { drain: Err(why.clone()), weight: Err(why.clone()), deregister: Err(why) })
        });
        let root_name = chroot.rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or("/").into();
        Forest {
            expected,
            forbidden,
            root_name,
            nodes: HashMap::new(),
            less: HashMap::new(),
            children: HashMap::new(),
            groups: HashMap::new(),
            lists: Lists::default(),
        }
    }

    /// Takes changes of znodes and tells what they mean.
    pub(super) fn apply(&mut self, changes: impl Iterator<Item = Change>, tell: &mut impl FnMut(RegistryFact)) {
        let (mut touched, mut regrouped) = (BTreeSet::new(), Due::new());
        // An intent that goes is told before what it was about, one that comes after it: told the other way round, a drain and
        // its intent, or an undrain and its end, would look like a drain that was lost.
        let (mut gone, mut wanted, mut set) = (Vec::new(), Vec::new(), Vec::new());
        let mut lists = HashSet::new();
        for change in changes {
            let path = change.path().clone();
            if intents::ours(&path) {
                match intents::fact(&change) {
                    Some(fact @ (RegistryFact::IntentGone(_) | RegistryFact::Operator(..))) => tell(fact),
                    other => wanted.extend(other),
                }
                continue;
            }
            let parent = above(&path);
            // A first child makes its parent no instance, the last one to go makes it one again.
            touched.insert(above(&parent));
            touched.insert(parent.clone());
            let there = matches!(change, Change::Upsert(_)) && self.nodes.contains_key(&path);
            if !there && !self.lists.is_empty() {
                lists.insert(path.clone());
            }
            if !matches!(change, Change::Access(..)) {
                self.leave(&path, &mut regrouped);
            }
            set.extend(settings::change(&change, self.nodes.get(&path).map(|entry| &**entry.data())));
            match change {
                Change::Upsert(node) => self.put(node, parent, &mut regrouped),
                Change::Gone(path) => gone.extend(self.take(path, &parent)),
                Change::Hidden(path, stat) => self.hide(path, parent, stat.as_ref()),
                Change::Access(path, access) => {
                    self.grant(&path, access);
                    touched.insert(path);
                }
            }
        }
        gone.into_iter().for_each(&mut *tell);
        for parent in touched {
            self.regroup(&parent, tell);
        }
        self.hang(&lists, &mut regrouped);
        for (group, stale) in regrouped {
            self.settle(&group, &stale, tell);
        }
        wanted.into_iter().for_each(&mut *tell);
        // In the order in which they were written, whatever the order in which they were read.
        set.sort_by_key(|(order, _)| *order);
        set.into_iter().map(|(_, setting)| RegistryFact::Setting(setting)).for_each(tell);
    }

    fn put(&mut self, node: Node, parent: Arc<str>, due: &mut Due) {
        let Node { path, data, stat } = node;
        let group = self.join(&leaf(&path, &parent, &data, stat.ephemeral_owner), &path, due);
        self.children.entry(parent).or_default().insert(path.clone());
        let told = self.nodes.get(&path).is_some_and(Entry::told);
        let is = Is::Read(Box::new(Znode::new(data, Some(&stat), told)));
        self.nodes.insert(path, Entry { is, claim: None, named: 0, lent: false, hidden: false, group });
    }

    fn take(&mut self, path: Arc<str>, parent: &Arc<str>) -> Option<RegistryFact> {
        if let Some(siblings) = self.children.get_mut(parent) {
            siblings.remove(&path);
            if siblings.is_empty() {
                self.children.remove(parent);
            }
        }
        self.less.remove(&path);
        self.nodes.remove(&path)?.told().then_some(RegistryFact::Gone(path))
    }

    /// Reads the children of one parent together and tells what differs from what was told.
    fn regroup(&mut self, parent: &Arc<str>, tell: &mut impl FnMut(RegistryFact)) {
        let members = self.members(parent);
        let name = self.names(parent, &members);
        let children = self.children.get(parent).map_or(0, BTreeSet::len);
        let only = (children == 1).then(|| self.expected.only_endpoint(&self.plain_name(parent)).cloned()).flatten();
        if members.len() < children {
            let instances: HashSet<&Arc<str>> = members.iter().map(|member| &member.path).collect();
            for path in self.children.get(parent).into_iter().flatten().filter(|path| !instances.contains(*path)) {
                if self.nodes.get_mut(path).filter(|entry| entry.group.is_none()).is_some_and(Entry::untell) {
                    tell(RegistryFact::Gone(path.clone()));
                }
            }
        }
        for member in members {
            let service = ServiceId { name: name(member.layout), layout: member.layout, parent: parent.clone() };
            if let Some(instance) = self.renew(member, service, only.as_ref()) {
                tell(RegistryFact::Upsert(instance));
            }
        }
    }

    /// The instance that a member is now, where it was told otherwise or not at all.
    fn renew(&mut self, member: Member, service: ServiceId, only: Option<&Address>) -> Option<Arc<Instance>> {
        let Member { path, layout, content, named } = member;
        let entry = self.nodes.get_mut(&path)?;
        let only = only.filter(|_| layout::format(layout).lends_address());
        if let Is::Told(told) = &entry.is
            && told.service == service
            && content.is_none()
            && only.is_none()
            && !entry.lent
        {
            return None;
        }
        let leaf = leaf(&path, &service.parent, entry.data(), entry.owner());
        let content = content.unwrap_or_else(|| layout::format(layout).adopt(&leaf));
        let lent = content.address.is_none() && only.is_some();
        let address = content.address.or_else(|| only.cloned());
        (entry.named, entry.lent) = (named, lent);
        if matches!(&entry.is, Is::Told(told) if told.service == service && told.address == address) {
            return None;
        }
        let capabilities = self.capabilities(&access::own(&path), [&path].into_iter(), &content.capabilities);
        let entry = self.nodes.get_mut(&path)?;
        let instance = Arc::new(entry.instance(service, path, Content { address, ..content }, capabilities));
        entry.is = Is::Told(instance.clone());
        Some(instance)
    }

    /// The children that are instances, each with its layout: by its own content, else by that of its neighbours.
    fn members(&mut self, parent: &Arc<str>) -> Vec<Member> {
        let children = self.children.get(parent).into_iter().flatten();
        let alone = |path: &&Arc<str>| self.nodes.get(*path).is_none_or(|entry| entry.group.is_none());
        let leaves: Vec<_> =
            children.filter(|path| !self.children.contains_key(*path)).filter(alone).cloned().collect();
        let mut read = HashMap::new();
        let mut counts: Vec<(usize, Layout)> = layout::formats().map(|format| (0, format.layout())).collect();
        for path in &leaves {
            let Some(entry) = self.nodes.get_mut(path) else { continue };
            if entry.claim.is_none() {
                let known = layout::recognise(&leaf(path, parent, entry.data(), entry.owner()));
                entry.claim = Some(known.as_ref().map(|(layout, _)| *layout));
                read.extend(known.map(|known| (path.clone(), known)));
            }
            let claimed = counts.iter_mut().find(|(_, layout)| entry.claim == Some(Some(*layout)));
            claimed.into_iter().for_each(|(count, _)| *count += 1);
        }
        let plain = self.plain_name(parent);
        let last = parent.rsplit('/').next().unwrap_or("");
        let fixed = self.expected.layout(&plain).or_else(|| self.expected.layout(last));
        // Only its own group's znodes are of such a layout, and they are not among these.
        let fixed = fixed.filter(|layout| !layout::group::grouped(*layout));
        let around = counts.into_iter().filter(|(n, _)| *n > 0).max_by_key(|(n, _)| *n).map(|(_, layout)| layout);
        let (known, usual) = (self.expected.knows(&plain), layout::usual().layout());
        let judge = |entry: &Entry| {
            if entry.hidden {
                let expected = known || around.is_some() || parent.matches('/').count() == 1;
                return expected.then(|| fixed.or(around).unwrap_or(usual));
            }
            let (ephemeral, empty) = (entry.owner() != 0, entry.data().is_empty());
            match (entry.claim.flatten(), fixed, around) {
                (_, Some(layout), _) if ephemeral || !empty => Some(layout),
                (_, Some(_), _) => None,
                (Some(layout), None, _) => Some(layout),
                // A persistent znode among Curator's stops its readers, so it is shown; an empty one is an empty service.
                (None, None, Some(layout)) if ephemeral || (layout::format(layout).shows_strangers() && !empty) => {
                    Some(layout)
                }
                (None, None, _) if !ephemeral => None,
                (None, None, _) if known => Some(usual),
                (None, None, _) => Some(Layout::RAW),
            }
        };
        let member = |path: Arc<str>| {
            let entry = self.nodes.get(&path)?;
            let layout = judge(entry)?;
            if matches!(&entry.is, Is::Told(told) if told.service.layout == layout) {
                return Some(Member { path, layout, content: None, named: entry.named });
            }
            let content = match read.remove(&path) {
                _ if entry.hidden => access::hidden(&path, parent)?,
                Some((claimed, content)) if claimed == layout => content,
                _ => layout::format(layout).adopt(&leaf(&path, parent, entry.data(), entry.owner())),
            };
            let named = content.service.as_deref().filter(|name| borne_out(parent, name)).map_or(0, str::len);
            Some(Member { path, layout, content: Some(content), named })
        };
        leaves.into_iter().filter_map(member).collect()
    }

    /// How a layout's service below this parent is called: by its path, but where the content tells a name that the path bears out.
    fn names(&self, parent: &Arc<str>, members: &[Member]) -> impl Fn(Layout) -> Arc<str> + use<> {
        let named = members.iter().map(|member| member.named).find(|named| *named > 0);
        let last = || parent.rsplit('/').next().filter(|last| !last.is_empty()).unwrap_or(&self.root_name);
        let discovered: Arc<str> = named.map_or_else(last, |named| &parent[parent.len() - named..]).into();
        let plain = self.plain_name(parent);
        move |layout| match layout::format(layout).names_service() {
            true => discovered.clone(),
            false => plain.clone(),
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

/// Whether the parent's path ends in this name.
fn borne_out(parent: &str, name: &str) -> bool {
    parent.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
}

fn leaf<'a>(path: &'a str, parent: &'a str, data: &'a [u8], owner: i64) -> Leaf<'a> {
    let name = path.rsplit('/').next().unwrap_or(path);
    Leaf { parent, name, data, ephemeral: owner != 0 }
}
