//! A stage for layouts of several znodes: a tree of the fixtures in a forest, plans that are made from it, applied to it and
//! taken back. What a registry would do to the writes (compare, set, make, delete) is done here, and nothing else.

use std::collections::BTreeMap;
use std::sync::Arc;

use zookeeper_client::Stat;

use super::group::{Ask, Groups, grouped};
use crate::domain::fact::RegistryFact;
use crate::domain::id::{Layout, ServiceId};
use crate::domain::instance::Instance;
use crate::domain::intent::{Intent, Op, Why};
use crate::domain::plan::{Draft, Target, Write, WriteKind};
use crate::domain::time::Moment;
use crate::registry::zookeeper::expected::Expected;
use crate::registry::zookeeper::forest::Forest;
use crate::registry::zookeeper::reading::{Found, Kept, Surroundings};
use crate::registry::zookeeper::{asks, asks_back, asks_of, ended, intents, plan, read_ahead, undo};
use crate::registry::{NoDraft, Wish};
use crate::zk::access::Access;
use crate::zk::tree::{Change, Node};

/// A registry in small.
pub(in crate::registry::zookeeper) struct Stage {
    forest: Forest,
    groups: Groups,
    nodes: BTreeMap<Arc<str>, Node>,
    told: BTreeMap<Arc<str>, Arc<Instance>>,
    clock: i64,
}

/// With a tree of the fixtures.
pub(in crate::registry::zookeeper) fn stage(tree: &str) -> Stage {
    let path = format!("{}/tests/fixtures/registry/trees/{tree}.json", env!("CARGO_MANIFEST_DIR"));
    let tree: serde_json::Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let mut stage = empty();
    for node in tree["nodes"].as_array().unwrap() {
        let (path, data) = (node["path"].as_str().unwrap(), node["data"].as_str().unwrap_or(""));
        stage.write(path, data.as_bytes(), if node["mode"] == "ephemeral" { 7 } else { 0 });
    }
    stage
}

/// With nothing in it.
pub(in crate::registry::zookeeper) fn empty() -> Stage {
    with_file("")
}

/// With nothing in it, read as this configuration file says.
pub(in crate::registry::zookeeper) fn with_file(source: &str) -> Stage {
    let config = crate::config::shape::read("k.yaml", source).unwrap_or_else(|e| panic!("{e}"));
    let (expected, groups) = (Arc::new(Expected::new(&config)), Groups::new(&config));
    Stage { forest: Forest::new(expected, "", None), groups, nodes: BTreeMap::new(), told: BTreeMap::new(), clock: 0 }
}

impl Stage {
    fn write(&mut self, path: &str, data: &[u8], owner: i64) {
        self.clock += 1;
        let old = self.nodes.get(path).map(|node| node.stat);
        let stat = Stat {
            czxid: old.map_or(self.clock, |old| old.czxid),
            mzxid: self.clock,
            pzxid: 0,
            ctime: old.map_or(self.clock, |old| old.ctime),
            mtime: self.clock,
            version: old.map_or(0, |old| old.version + 1),
            cversion: 0,
            aversion: 0,
            ephemeral_owner: owner,
            data_length: data.len() as i32,
            num_children: 0,
        };
        let node = Node { path: path.into(), data: data.into(), stat };
        self.nodes.insert(path.into(), node.clone());
        self.change(Change::Upsert(node));
    }

    fn change(&mut self, change: Change) {
        let told = &mut self.told;
        let mut tell = |fact| match fact {
            RegistryFact::Upsert(instance) => drop(told.insert(instance.path.clone(), instance)),
            RegistryFact::Gone(path) => drop(told.remove(&path).expect("it was told")),
            _ => {}
        };
        self.forest.apply([change].into_iter(), &mut tell);
    }

    /// Every znode of it, as it was written.
    pub(in crate::registry::zookeeper) fn nodes(&self) -> Vec<Node> {
        self.nodes.values().cloned().collect()
    }

    /// Puts a znode in just as it is.
    pub(in crate::registry::zookeeper) fn plant(&mut self, node: Node) {
        self.nodes.insert(node.path.clone(), node.clone());
        self.change(Change::Upsert(node));
    }

    /// What somebody tells who reads all of it at once.
    pub(in crate::registry::zookeeper) fn read_at_once(&self) -> BTreeMap<Arc<str>, Arc<Instance>> {
        let (mut forest, mut told) = (with_file("").forest, BTreeMap::new());
        forest.apply(self.nodes.values().cloned().map(Change::Upsert), &mut |fact| {
            if let RegistryFact::Upsert(instance) = fact {
                told.insert(instance.path.clone(), instance);
            }
        });
        told
    }

    /// What was told, change by change.
    pub(in crate::registry::zookeeper) fn told(&self) -> &BTreeMap<Arc<str>, Arc<Instance>> {
        &self.told
    }

    /// What a znode's access list grants us, as the mirror tells it.
    pub(in crate::registry::zookeeper) fn grant(&mut self, path: &str, access: Access) {
        self.change(Change::Access(path.into(), access));
    }

    /// How many instances are read anew when the list of this znode is another.
    pub(in crate::registry::zookeeper) fn hanging_on(&self, path: &str) -> usize {
        self.forest.hanging_on(path)
    }

    /// The znode, or the nearest above it, that is there.
    pub(in crate::registry::zookeeper) fn nearest<'p>(&self, path: &'p str) -> &'p str {
        let above = |path: &&'p str| path.rsplit_once('/').map(|(above, _)| if above.is_empty() { "/" } else { above });
        let mut all = std::iter::successors(Some(path), |path| above(path).filter(|_| *path != "/"));
        all.find(|path| *path == "/" || self.nodes.contains_key(*path)).unwrap_or("/")
    }

    /// A persistent znode, made or set.
    pub(in crate::registry::zookeeper) fn put(&mut self, path: &str, data: impl AsRef<[u8]>) {
        self.write(path, data.as_ref(), 0);
    }

    /// An ephemeral one.
    pub(in crate::registry::zookeeper) fn put_mortal(&mut self, path: &str, data: impl AsRef<[u8]>) {
        self.write(path, data.as_ref(), 7);
    }

    /// Deletes a znode.
    pub(in crate::registry::zookeeper) fn remove(&mut self, path: &str) {
        self.nodes.remove(path).expect("it is there");
        self.change(Change::Gone(path.into()));
    }

    /// Deletes a znode of Keepwatch's own, which is nobody's instance.
    pub(in crate::registry::zookeeper) fn forget(&mut self, path: &str) {
        self.nodes.remove(path).expect("it is there");
    }

    /// All instances as told.
    pub(in crate::registry::zookeeper) fn all(&self) -> Vec<&Instance> {
        self.told.values().map(|instance| &**instance).collect()
    }

    /// The one at this address.
    pub(in crate::registry::zookeeper) fn instance(&self, address: &str) -> &Instance {
        let at = |i: &&Arc<Instance>| i.address.as_ref().is_some_and(|a| a.text() == address);
        self.told.values().find(at).unwrap_or_else(|| panic!("no {address} in {:?}", self.told.keys()))
    }

    /// The one for which this znode stands.
    pub(in crate::registry::zookeeper) fn by_path(&self, path: &str) -> &Instance {
        &self.told[path]
    }

    /// The weight that its readers act on.
    pub(in crate::registry::zookeeper) fn acts(&self, address: &str) -> Option<f64> {
        self.instance(address).more.as_ref().and_then(|more| more.acts)
    }

    /// Every znode's bytes but Keepwatch's own.
    pub(in crate::registry::zookeeper) fn bytes(&self) -> BTreeMap<Arc<str>, Vec<u8>> {
        let theirs = self.nodes.iter().filter(|(path, _)| !intents::ours(path));
        theirs.map(|(path, node)| (path.clone(), node.data.to_vec())).collect()
    }

    fn target(&self, address: &str) -> Target {
        let instance = self.instance(address);
        Target {
            service: instance.service.clone(),
            address: instance.address.clone(),
            paths: instance.paths().cloned().collect(),
        }
    }

    fn found(&self, path: &str) -> Option<Found> {
        let node = self.nodes.get(path)?;
        let (path, data, stat) = (node.path.clone(), node.data.clone(), node.stat);
        Some(Found { path, data, stat, may_set: true, may_delete: true })
    }

    fn around(&self, paths: &[Arc<str>], target: &Target) -> Surroundings {
        self.looked_at(paths, target, asks(target, &self.groups))
    }

    fn looked_at(&self, paths: &[Arc<str>], target: &Target, asks: Vec<Ask>) -> Surroundings {
        let mut around = Surroundings { may_keep: true, groups: self.groups.clone(), ..Surroundings::default() };
        around.nodes = paths.iter().filter_map(|path| self.found(path)).collect();
        for ask in asks {
            match ask {
                Ask::Node(path) => around.others.extend(self.found(&path)),
                Ask::Names(parent) => {
                    let child = |path: &&Arc<str>| path.rsplit_once('/').is_some_and(|(above, _)| above == &*parent);
                    around.others.extend(self.nodes.keys().filter(child).cloned().map(Found::named));
                }
                Ask::Children(parent) => {
                    let child = |path: &&Arc<str>| path.rsplit_once('/').is_some_and(|(above, _)| above == &*parent);
                    around.others.extend(self.nodes.keys().filter(child).filter_map(|path| self.found(path)));
                }
            }
        }
        around.kept = intents::path(target).and_then(|path| self.found(&path)).map(|found| Kept {
            intent: intents::read(&found.data),
            path: found.path,
            data: found.data,
            version: found.stat.version,
            czxid: found.stat.czxid,
            elsewhere: false,
        });
        around
    }

    /// What would be written for it.
    pub(in crate::registry::zookeeper) fn plan(&self, address: &str, op: Op) -> Result<Draft, String> {
        let target = self.target(address);
        self.planned(&target, op)
    }

    /// The same where several znodes are the target's own.
    pub(in crate::registry::zookeeper) fn plan_for(
        &self,
        address: &str,
        paths: &[&str],
        op: Op,
    ) -> Result<Draft, String> {
        let paths = paths.iter().map(|path| Arc::from(*path)).collect();
        self.planned(&Target { paths, ..self.target(address) }, op)
    }

    fn planned(&self, target: &Target, op: Op) -> Result<Draft, String> {
        let wish = Wish { by: "ana".into(), at: Moment(9), why: Why::default() };
        let around = self.around(&target.paths, target);
        plan::draft(target, op, &wish, &around).map(|draft| read_ahead(draft, &around)).map_err(|e| e.to_string())
    }

    /// The same with a lease, made at once.
    pub(in crate::registry::zookeeper) fn lease(&mut self, address: &str, op: Op) -> Draft {
        let why = Why { lease_ms: Some(5_000), ..Why::default() };
        let (wish, target) = (Wish { by: "ana".into(), at: Moment(9), why }, self.target(address));
        let draft = plan::draft(&target, op, &wish, &self.around(&target.paths, &target));
        let draft = draft.unwrap_or_else(|why| panic!("{address} {op:?}: {why}"));
        self.apply(&draft);
        draft
    }

    /// The only intent that is kept, and where.
    pub(in crate::registry::zookeeper) fn intent(&self) -> Option<(Arc<str>, Intent)> {
        let mut kept = self.nodes.values().filter_map(|node| Some((node.path.clone(), intents::read(&node.data)?)));
        let found = kept.by_ref().find(|(path, _)| intents::ours(path));
        assert!(kept.all(|(path, _)| !intents::ours(&path)), "one alone is kept");
        found
    }

    /// Ends the intent that is kept as another Keepwatch would: by what it reads.
    pub(in crate::registry::zookeeper) fn end(&mut self) -> Draft {
        let (_, intent) = self.intent().expect("one is kept");
        let here = self.told.values().find(|i| i.address.as_ref() == Some(&intent.address));
        let (service, paths) = match here {
            Some(instance) => (instance.service.clone(), instance.paths().cloned().collect()),
            None => (ServiceId { name: intent.service.clone(), layout: Layout::RAW, parent: "".into() }, Vec::new()),
        };
        let target = Target { service, address: Some(intent.address.clone()), paths };
        let wish = Wish { by: "bo".into(), at: Moment(9_000), why: Why::default() };
        let around = self.looked_at(&target.paths, &target, asks_of(&target, &intent, &self.groups));
        let draft = ended::end(&target, &intent, &wish, &around).unwrap_or_else(|why| panic!("not ended: {why}"));
        self.apply(&draft);
        assert_eq!(self.intent(), None, "it is forgotten");
        draft
    }

    /// Makes the writes as a registry would: each compared first. What the instance tells then is what the plan said that it
    /// would.
    pub(in crate::registry::zookeeper) fn apply(&mut self, draft: &Draft) {
        draft.writes.iter().for_each(|write| self.make(write));
        let own = |i: &&Arc<Instance>| i.address == draft.target.address && i.service.name == draft.target.service.name;
        let Some(then) = draft.becomes else { return };
        if let Some(found) = self.told.values().find(own) {
            // A plan does not read what a layout tells far from the instance: then its weight is the one that is known.
            let acts = found.more.as_ref().and_then(|more| more.acts).filter(|_| then.acts.is_some());
            assert_eq!((found.admin, acts), (then.admin, then.acts), "{:?} of {}", draft.op, draft.target);
        }
    }

    fn make(&mut self, write: &Write) {
        let now = self.nodes.get(&write.path).map(|node| (node.data.clone(), node.stat));
        assert_eq!(
            now.as_ref().map(|(data, _)| data),
            write.before.as_ref(),
            "{}: what the plan names as before",
            write.path
        );
        let after = write.after.as_deref().unwrap_or_default();
        match write.kind {
            WriteKind::Create => self.write(&write.path, after, 0),
            WriteKind::Set => self.write(&write.path, after, now.map_or(0, |(_, stat)| stat.ephemeral_owner)),
            WriteKind::Http => panic!("no layout of several znodes posts"),
            WriteKind::Delete => self.remove(&write.path),
        }
    }

    /// Takes a step back as the journal would have it.
    pub(in crate::registry::zookeeper) fn undo(&mut self, step: &Draft) {
        let back = self.plan_undo(step).unwrap();
        self.apply(&back);
    }

    /// What would take a step back.
    pub(in crate::registry::zookeeper) fn plan_undo(&self, step: &Draft) -> Result<Draft, NoDraft> {
        let (paths, asks) = asks_back(&step.target, undo::paths(&step.writes).0, &self.groups);
        let around = self.looked_at(&paths, &step.target, asks);
        let draft = read_ahead(undo::draft(&step.target, &step.writes, &around)?, &around);
        let here = self.told.values().any(|i| i.address.is_some() && i.address == step.target.address);
        assert!(draft.becomes.is_some() || !here, "what an undo makes of one that is there is known: {draft:?}");
        Ok(draft)
    }
}

#[test]
fn a_foreign_znode_belongs_to_no_group() {
    let mut stage = empty();
    stage.put("/s", "");
    stage.put_mortal("/s/10.0.0.1:80", "10");
    let instance = stage.instance("10.0.0.1:80");
    assert!(!grouped(instance.service.layout) && instance.more.is_none());
}
