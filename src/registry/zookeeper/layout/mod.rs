//! THE table of layouts: how frameworks lay instances out in ZooKeeper, one file each. A layout recognises its own znodes by
//! their content, reads them, and changes one field of them. Reading a tree, planning and writing are done outside.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use self::group::Group;
use crate::domain::address::Address;
use crate::domain::id::Layout;
use crate::domain::instance::{Capabilities, More, RegistryAdmin};
use crate::domain::plan::{Durability, Refusal};

mod curator;
mod discovery;
mod dubbo;
pub(super) mod group;
mod helix;
pub(crate) mod json_edit;
mod kafka;
mod mapped;
mod raw;
mod seed;
mod serverset;
mod smartstack;
mod speech;
mod spring;
pub(super) use spring::status;
mod url;

/// THE table, in the order in which layouts are asked whether a znode is theirs; those of several znodes before all others.
static TABLE: &[Line] = &[
    Line::Several(&serverset::ServerSet),
    Line::Several(&dubbo::Dubbo),
    Line::Several(&helix::Helix),
    Line::Several(&kafka::Kafka),
    Line::Several(&smartstack::Smartstack),
    Line::Described(Layout::MAPPED),
    Line::One(&spring::Spring),
    Line::One(&curator::Curator),
    Line::One(&seed::Seed),
    Line::One(&raw::Raw),
];

/// What a znode is read as that the file or its neighbours say is an instance, where no layout is said.
static USUAL: &dyn Format = &seed::Seed;

/// A line of the table.
enum Line {
    /// An instance is one znode.
    One(&'static dyn Format),
    /// Several znodes tell an instance.
    Several(&'static dyn Group),
    /// What the configuration file describes, see [`group::Groups`].
    Described(Layout),
}

impl Line {
    fn layout(&self) -> Layout {
        match self {
            Line::One(format) => format.layout(),
            Line::Several(group) => group.layout(),
            Line::Described(layout) => *layout,
        }
    }
}

/// What the table gives to those who know no layout.
impl Layout {
    /// All layouts that there are, in the order of their rank.
    pub fn all() -> Vec<Layout> {
        let mut all: Vec<Layout> = TABLE.iter().map(Line::layout).collect();
        all.sort();
        all
    }
}

/// From an intent, a journal or a recorded fact.
impl<'de> Deserialize<'de> for Layout {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Layout, D::Error> {
        let word = <Cow<'de, str>>::deserialize(deserializer)?;
        let found = Layout::all().into_iter().chain([Layout::FILE]).find(|layout| layout.kept_as() == word);
        found.ok_or_else(|| D::Error::custom(format_args!("no layout is called `{word}`")))
    }
}

/// The layouts of one znode for each instance.
pub(super) fn formats() -> impl Iterator<Item = &'static dyn Format> {
    TABLE.iter().filter_map(|line| if let Line::One(format) = line { Some(*format) } else { None })
}

/// The layouts of several znodes, but for what the file describes.
fn groups() -> impl Iterator<Item = &'static dyn Group> {
    TABLE.iter().filter_map(|line| if let Line::Several(group) = line { Some(*group) } else { None })
}

/// A znode without children, as a layout sees it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Leaf<'a> {
    /// The path of the znode above it.
    pub(super) parent: &'a str,
    /// Its own name.
    pub(super) name: &'a str,
    /// Its bytes.
    pub(super) data: &'a [u8],
    /// Whether a session owns it.
    pub(super) ephemeral: bool,
}

/// What a layout reads in a znode.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Content {
    /// The service's name, where the content tells it.
    pub(super) service: Option<Arc<str>>,
    /// Where it listens.
    pub(super) address: Option<Address>,
    /// What people decided.
    pub(super) admin: RegistryAdmin,
    /// The weight.
    pub(super) weight: Option<i64>,
    /// Metadata.
    pub(super) metadata: BTreeMap<Arc<str>, Arc<str>>,
    /// What can be done.
    pub(super) capabilities: Arc<Capabilities>,
    /// What only layouts of several znodes tell.
    pub(super) more: Option<Arc<More>>,
}

/// A change to a znode's bytes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Edit<'a> {
    /// Mark it as taking no traffic.
    Drain,
    /// Take the mark away; what was there before the drain, as far as it was kept.
    Undrain(Option<Saved<'a>>),
    /// Set the weight.
    Weight(i64),
}

/// What an intent kept of the time before a drain.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Saved<'a> {
    /// The weight.
    pub(super) weight: Option<i64>,
    /// The exact bytes.
    pub(super) bytes: Option<&'a [u8]>,
}

/// What was undone, seen at one znode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Undone {
    /// These bytes take it back.
    Bytes(Vec<u8>),
    /// Nothing that anybody needs is left: the znode goes.
    Nothing,
    /// It is as it was before.
    Already,
    /// The very field was changed by somebody else since.
    Conflict,
}

/// One layout.
pub(super) trait Format: Sync {
    /// Which.
    fn layout(&self) -> Layout;

    /// Reads the znode if its content says that it is of this layout.
    fn claim(&self, leaf: &Leaf<'_>) -> Option<Content>;

    /// Reads a znode that stands among this layout's, or that the file says is one, whatever it holds.
    fn adopt(&self, leaf: &Leaf<'_>) -> Content;

    /// The bytes with the change; `None`: it holds already.
    ///
    /// # Errors
    /// A sentence, where this layout or these bytes do not allow it.
    fn edit(&self, data: &[u8], edit: Edit<'_>) -> Result<Option<Vec<u8>>, Refusal>;

    /// Takes back what made `before` into `after`, in bytes that others may have changed meanwhile.
    fn take_back(&self, before: &[u8], after: &[u8], now: &[u8]) -> Undone;

    /// Whether the content tells its service's name, where the path bears that out; else the path alone does.
    fn names_service(&self) -> bool {
        false
    }

    /// Whether a znode that tells no address is at the only endpoint that the file names for its service.
    fn lends_address(&self) -> bool {
        false
    }

    /// Whether a persistent znode with data among its own is shown that it cannot read: where that stops its readers.
    fn shows_strangers(&self) -> bool {
        true
    }

    /// How long a change of an ephemeral holds.
    fn durability(&self) -> Durability;

    /// When callers notice.
    fn takes_effect(&self, edit: Edit<'_>) -> &'static str;
}

/// The layout of this name; what only the file names is read as usual.
pub(super) fn format(layout: Layout) -> &'static dyn Format {
    formats().find(|format| format.layout() == layout).unwrap_or(USUAL)
}

/// The layout of what no layout is said of.
pub(super) fn usual() -> &'static dyn Format {
    USUAL
}

/// The first layout that knows the znode as its own.
pub(super) fn recognise(leaf: &Leaf<'_>) -> Option<(Layout, Content)> {
    formats().find_map(|format| Some((format.layout(), format.claim(leaf)?)))
}

/// All is possible.
fn everything() -> Capabilities {
    Capabilities { drain: Ok(()), weight: Ok(()), deregister: Ok(()) }
}

/// `depends-on` of the metadata: names between commas.
pub(super) fn depends_on(metadata: &BTreeMap<Arc<str>, Arc<str>>) -> Vec<Arc<str>> {
    let names = metadata.get("depends-on").map_or("", |names| names);
    names.split(',').map(str::trim).filter(|name| !name.is_empty()).map(Arc::from).collect()
}

#[cfg(test)]
pub(super) mod group_tests;
#[cfg(test)]
mod layout_tests;
#[cfg(test)]
mod speech_tests;
