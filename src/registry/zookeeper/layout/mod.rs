//! THE table of layouts: how frameworks lay instances out in ZooKeeper, one file or folder each. A layout recognises its own
//! znodes by their content, reads them, and changes one field of them. Reading a tree, planning and writing are done outside.
//!
//! Adding a layout touches its own folder and its line in [`TABLE`] (with its `mod` above it), nothing else. In its folder are
//! - what it is: a [`Format`], where an instance is one znode, or a [`group::Group`], where several tell it;
//! - what others have to know of it: its [`Traits`](crate::domain::layout::Traits), those that differ from `Traits::PLAIN`, as
//!   data (its word and rank; whether 0 is a drain, what no weight and 0 count as, whether callers read weights at all; for
//!   whom a plan holds, in words; whether a deleted znode comes back; how its providers are asked), and the constant by which
//!   it calls itself, `Layout::ITS_NAME`;
//! - its tests, and an example of its znodes.
//!
//! All else follows: its word is accepted in the configuration file and listed by `keepwatch config`, intents and journals
//! keep it, insight, probes, screens and commands ask its traits. `tests/architecture.rs` sees to it that nobody outside a
//! layout's own folder calls it by its constant. What needs no code at all is described in the file, as a mapping (`mapped`).

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
use crate::registry::zookeeper::plan_page::OwnPage;

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

    /// The page by which its providers can be told themselves, where they may have one: then its traits say so, too.
    fn own_page(&self) -> Option<&'static dyn OwnPage> {
        None
    }

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

    /// When callers notice that the znode is gone: how this layout's readers learn and cache the list.
    fn leaves(&self) -> &'static str;
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

/// Of a znode that is shown and tells nothing of itself.
fn unread(capabilities: Arc<Capabilities>) -> Content {
    let admin = RegistryAdmin::Unknown;
    Content { service: None, address: None, admin, weight: None, metadata: BTreeMap::new(), capabilities, more: None }
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
