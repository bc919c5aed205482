//! Layouts whose instances are told by several znodes together: rules, vectors and configurations that stand beside the
//! instances. Such a layout looks at all the znodes of a group at once, reads instances from them, and plans in whatever
//! znode of the group is its own to write. Layouts of one znode for each instance are [`super::Format`]s.

use std::sync::Arc;

pub(in super::super) use super::super::reading::Ask;
use super::mapped::Mapped;
use super::{Content, Leaf, Line, Undone};
use crate::config::Config;
use crate::domain::id::Layout;
use crate::domain::intent::Op;
use crate::domain::plan::{Durability, Refusal, Target, Write, WriteKind};

/// All layouts of several znodes: those of the table, and what the file describes. A mapping of the file is asked first, a
/// preset that is built in last.
#[derive(Clone, Debug, Default)]
pub(crate) struct Groups(Arc<Mapped>);

impl Groups {
    pub(in super::super) fn new(config: &Config) -> Groups {
        Groups(Arc::new(Mapped::new(&config.registry.mapped)))
    }

    /// The layout of several znodes with this name, if it is one.
    pub(in super::super) fn of(&self, layout: Layout) -> Option<&dyn Group> {
        if layout == self.0.layout() {
            return Some(&*self.0);
        }
        super::groups().find(|group| group.layout() == layout).map(|group| group as &dyn Group)
    }

    /// The first layout of several znodes that knows this one as its own, and the group's name. `fixed`: the only one to ask.
    pub(in super::super) fn recognise(&self, leaf: &Leaf<'_>, fixed: Option<Layout>) -> Option<(Layout, Arc<str>)> {
        let asked = |layout| fixed.is_none_or(|fixed| fixed == layout);
        let mapped = |group: Option<Arc<str>>| Some((self.0.layout(), group?)).filter(|(layout, _)| asked(*layout));
        let table = || {
            let groups = super::groups().filter(|group| asked(group.layout()));
            groups.map(|group| (group.layout(), group.group(leaf))).find_map(|(layout, group)| Some((layout, group?)))
        };
        mapped(self.0.of_file(leaf)).or_else(table).or_else(|| mapped(self.0.group(leaf)))
    }
}

/// One layout of several znodes.
pub(in super::super) trait Group: Sync {
    /// Which.
    fn layout(&self) -> Layout;

    /// What the znode is read together with, if it is of this layout: any name that all of its group give. Asked of every
    /// znode of the tree, so it looks at the path first.
    fn group(&self, leaf: &Leaf<'_>) -> Option<Arc<str>>;

    /// What it has to do with which instances of its group; none: with all of them, and the group is read whole after each
    /// change.
    fn ties(&self, leaf: &Leaf<'_>) -> Option<Ties> {
        let _ = leaf;
        None
    }

    /// The instances of a group, from all of its znodes, or from all that some bundles of them are tied to ([`Ties`]). Bad ones are shown, raw or as unknown, and spoil no other.
    fn read(&self, nodes: &Nodes<'_>) -> Vec<Reading>;

    /// What has to be read anew before a plan for the target can be made, besides its own znodes.
    fn asks(&self, target: &Target) -> Vec<Ask>;

    /// What would be written. Called with what was just read; what the target cannot do was refused before.
    ///
    /// # Errors
    /// A sentence, where it is not possible.
    fn draft(&self, target: &Target, op: Op, look: &Look<'_>) -> Result<Changes, Refusal>;

    /// What there is to say before the target's own znodes are deleted.
    fn farewell(&self, target: &Target) -> Farewell {
        let _ = target;
        let takes_effect =
            "At once for callers that watch the list of children; for those that poll, at their next poll.";
        Farewell { durability: Durability::UntilNewSession, takes_effect: takes_effect.into(), warnings: Vec::new() }
    }

    /// Takes back what made `before` into `after` in a znode that others may have changed meanwhile.
    fn take_back(&self, path: &str, before: &[u8], after: &[u8], now: &[u8]) -> Undone {
        let _ = path;
        match () {
            () if now == after => Undone::Bytes(before.to_vec()),
            () if now == before => Undone::Already,
            () => Undone::Conflict,
        }
    }
}

/// Whether this layout is one of several znodes.
pub(in super::super) fn grouped(layout: Layout) -> bool {
    super::TABLE.iter().any(|line| line.layout() == layout && !matches!(line, Line::One(_)))
}

/// A znode of a group.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Znode<'a> {
    /// Its path.
    pub(in super::super) path: &'a Arc<str>,
    /// Its bytes.
    pub(in super::super) data: &'a Arc<[u8]>,
    /// Whether a session owns it.
    pub(in super::super) ephemeral: bool,
}

impl<'a> Znode<'a> {
    /// As a layout is asked about it.
    pub(in super::super) fn leaf(&self) -> Leaf<'a> {
        Leaf { parent: self.parent(), name: self.name(), data: self.data, ephemeral: self.ephemeral }
    }

    /// The path above it.
    pub(in super::super) fn parent(&self) -> &'a str {
        self.path.rsplit_once('/').map_or("", |(parent, _)| parent)
    }

    /// Its own name.
    pub(in super::super) fn name(&self) -> &'a str {
        self.path.rsplit('/').next().unwrap_or("")
    }
}

/// What a znode has to do with which instances of its group. Instances are read in bundles (an application, say); beside a
/// bundle everything is read that is about the things (interfaces, say) which its own znodes are about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in super::super) struct Ties {
    /// The bundles that it is part of; only their instances may stand for it.
    pub(in super::super) of: Vec<Arc<str>>,
    /// The thing that it is about.
    pub(in super::super) about: Option<Arc<str>>,
    /// It is read beside every bundle that has to do with that thing.
    pub(in super::super) beside: bool,
    /// What every reading of the group has to know of.
    pub(in super::super) mark: Option<Arc<str>>,
}

/// The znodes of a group, or of some bundles of it, in the order of their paths.
pub(in super::super) struct Nodes<'a> {
    nodes: Vec<Znode<'a>>,
    marks: Vec<&'a str>,
}

impl<'a> Nodes<'a> {
    pub(in super::super) fn new(mut nodes: Vec<Znode<'a>>) -> Self {
        nodes.sort_by_key(|node| node.path);
        Nodes { nodes, marks: Vec::new() }
    }

    /// With the marks of the whole group, of which these are a part.
    pub(in super::super) fn marked(mut self, marks: impl Iterator<Item = &'a str>) -> Self {
        self.marks = marks.collect();
        self
    }

    /// The marks ([`Ties::mark`]) of the rest of the group.
    pub(in super::super) fn marks(&self) -> impl Iterator<Item = &'a str> {
        self.marks.iter().copied()
    }

    /// All of them.
    pub(in super::super) fn iter(&self) -> impl Iterator<Item = Znode<'a>> {
        self.nodes.iter().copied()
    }

    /// The one at this path.
    pub(in super::super) fn get(&self, path: &str) -> Option<Znode<'a>> {
        self.nodes.binary_search_by(|node| (**node.path).cmp(path)).ok().map(|at| self.nodes[at])
    }
}

/// An instance as a group tells it.
#[derive(Clone, Debug, PartialEq)]
pub(in super::super) struct Reading {
    /// The znode that stands for it: the first of its own.
    pub(in super::super) path: Arc<str>,
    /// What its service is called.
    pub(in super::super) service: Arc<str>,
    /// The path above the service's instances.
    pub(in super::super) parent: Arc<str>,
    /// What is told.
    pub(in super::super) content: Content,
    /// What access lists have to allow before it can be changed.
    pub(in super::super) needs: Needs,
}

impl Reading {
    /// All znodes that are its own.
    pub(in super::super) fn paths(&self) -> impl Iterator<Item = &Arc<str>> {
        std::iter::once(&self.path).chain(self.content.more.iter().flat_map(|more| &more.paths))
    }
}

/// What a plan for an instance would do to znodes, as far as the registry is known: what access lists have to allow. That its
/// own znodes are deleted for a deregistration goes without saying.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in super::super) struct Needs {
    /// For its drain; where it is drained, for the end of that.
    pub(in super::super) drain: Vec<Need>,
    /// For its weight.
    pub(in super::super) weight: Vec<Need>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) enum Need {
    /// To set this znode's data.
    Set(Arc<str>),
    /// To delete it: its parent's list says that.
    Delete(Arc<str>),
    /// To make a znode below this one, which need not be there: then the nearest above it that is says that.
    Below(Arc<str>),
}

/// What a plan looks at: everything that was asked for and is there.
pub(in super::super) struct Look<'a> {
    /// The znodes.
    pub(in super::super) nodes: Nodes<'a>,
    /// Their versions, for compare-and-set.
    pub(in super::super) version: &'a dyn Fn(&str) -> Option<i32>,
    /// What the target's first znode held before the drain that holds, as far as it was kept.
    pub(in super::super) saved: Option<&'a [u8]>,
}

impl Look<'_> {
    /// Replaces the bytes of a znode that is there.
    pub(in super::super) fn set(&self, node: Znode<'_>, after: Vec<u8>) -> Write {
        let (path, before) = (node.path.clone(), Some(node.data.clone()));
        let version = (self.version)(node.path);
        Write { kind: WriteKind::Set, path, before, after: Some(after.into()), version }
    }

    /// Deletes a znode that is there.
    pub(in super::super) fn delete(&self, node: Znode<'_>) -> Write {
        let (path, before) = (node.path.clone(), Some(node.data.clone()));
        Write { kind: WriteKind::Delete, path, before, after: None, version: (self.version)(node.path) }
    }
}

/// Makes a znode that is not there, persistent.
pub(in super::super) fn create(path: impl Into<Arc<str>>, data: &[u8]) -> Write {
    Write { kind: WriteKind::Create, path: path.into(), before: None, after: Some(data.into()), version: None }
}

/// What follows a deletion.
pub(in super::super) struct Farewell {
    /// How long it stays away.
    pub(in super::super) durability: Durability,
    /// When callers notice.
    pub(in super::super) takes_effect: Arc<str>,
    /// What brings it back, and what would be better.
    pub(in super::super) warnings: Vec<Arc<str>>,
}

/// What a layout would write, and what it says of it.
#[derive(Clone, Debug, PartialEq)]
pub(in super::super) struct Changes {
    /// The writes; none: it holds already.
    pub(in super::super) writes: Vec<Write>,
    /// How long it holds.
    pub(in super::super) durability: Durability,
    /// When callers notice.
    pub(in super::super) takes_effect: Arc<str>,
    /// What there is to say beforehand.
    pub(in super::super) warnings: Vec<Arc<str>>,
}
