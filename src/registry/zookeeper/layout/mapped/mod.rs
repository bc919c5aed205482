//! The configurable layout: one znode for each instance, read and written as a mapping says. Mappings come from the file and from
//! the presets that are built in; nothing in here knows a framework.

mod edit;
mod view;

use std::collections::BTreeMap;
use std::sync::Arc;

use self::view::View;
use super::group::{Ask, Changes, Group, Look, Need, Needs, Nodes, Reading, Znode};
use super::{Content, Leaf, Undone, speech};
use crate::config::mapped::{Mapping, Match, May, Requirement, built_in};
use crate::domain::address::Address;
use crate::domain::id::Layout;
use crate::domain::instance::{Can, Capabilities, More, RegistryAdmin};
use crate::domain::intent::Op;
use crate::domain::layout::Traits;
use crate::domain::plan::{Durability, Refusal, Target};

/// All mappings, those of the file first.
#[derive(Debug)]
pub(super) struct Mapped {
    mappings: Vec<Mapping>,
    of_file: usize,
}

static TRAITS: Traits = Traits { word: "mapped", rank: 9, ..Traits::PLAIN };

impl Layout {
    /// One znode for each instance, read as the configuration file or a built-in preset describes it.
    pub const MAPPED: Layout = Layout::new(&TRAITS);
}

impl Default for Mapped {
    fn default() -> Mapped {
        Mapped::new(&[])
    }
}

impl Mapped {
    pub(super) fn new(file: &[Mapping]) -> Mapped {
        Mapped { mappings: file.iter().cloned().chain(built_in()).collect(), of_file: file.len() }
    }

    /// As [`Group::group`], but of the file's mappings alone.
    pub(super) fn of_file(&self, leaf: &Leaf<'_>) -> Option<Arc<str>> {
        group(&self.mappings[..self.of_file], leaf)
    }

    /// The mapping that an instance is of, and what its path gives.
    fn find<'a>(&self, leaf: &Leaf<'_>, path: &'a str) -> Option<(&Mapping, Match<'a>)> {
        self.mappings.iter().find_map(|mapping| Some((mapping, instance(mapping, leaf, path)?)))
    }

    fn at(&self, node: Znode<'_>) -> Option<&Mapping> {
        self.find(&node.leaf(), node.path).map(|(mapping, _)| mapping)
    }
}

fn path(leaf: &Leaf<'_>) -> String {
    format!("{}/{}", leaf.parent.trim_end_matches('/'), leaf.name)
}

/// One instance is a group by itself, but where callers of the service are told too: those are read together.
fn group(mappings: &[Mapping], leaf: &Leaf<'_>) -> Option<Arc<str>> {
    let path = path(leaf);
    mappings.iter().find_map(|mapping| match &mapping.callers {
        None => instance(mapping, leaf, &path).map(|_| path.as_str().into()),
        Some((callers, _)) => {
            let found = callers.matches(&path).or_else(|| instance(mapping, leaf, &path))?;
            Some(format!("{} {}", mapping.name, found.home).into())
        }
    })
}

/// What the path gives, if the znode is an instance of this mapping.
fn instance<'a>(mapping: &Mapping, leaf: &Leaf<'_>, path: &'a str) -> Option<Match<'a>> {
    let found = mapping.path.matches(path)?;
    let caller = mapping.callers.as_ref().is_some_and(|(callers, _)| callers.matches(path).is_some());
    // A persistent znode without bytes is somebody's folder.
    if caller || (!leaf.ephemeral && leaf.data.is_empty()) {
        return None;
    }
    let view = View::new(leaf, &found);
    let holds = |requirement: &Requirement| match requirement {
        Requirement::Ephemeral => leaf.ephemeral,
        Requirement::Persistent => !leaf.ephemeral,
        Requirement::At(place) => view.is_there(place),
    };
    mapping.requires.iter().all(holds).then_some(found)
}

impl Group for Mapped {
    fn layout(&self) -> Layout {
        Layout::MAPPED
    }

    fn group(&self, leaf: &Leaf<'_>) -> Option<Arc<str>> {
        group(&self.mappings, leaf)
    }

    fn read(&self, nodes: &Nodes<'_>) -> Vec<Reading> {
        let mut callers: BTreeMap<&str, Vec<Arc<str>>> = BTreeMap::new();
        for node in nodes.iter() {
            let name = self.mappings.iter().find_map(|mapping| {
                let (callers, place) = mapping.callers.as_ref()?;
                let found = callers.matches(node.path)?;
                Some((found.home, View::new(&node.leaf(), &found).text(place)?.into_owned()))
            });
            if let Some((home, name)) = name.filter(|(_, name)| !name.is_empty()) {
                let names = callers.entry(home).or_default();
                if !names.iter().any(|other| **other == *name) {
                    names.push(name.into());
                }
            }
        }
        let read = |node: Znode<'_>| {
            let (mapping, found) = self.find(&node.leaf(), node.path)?;
            let called_by = callers.get(found.home).cloned().unwrap_or_default();
            Some(reading(mapping, node, &found, called_by))
        };
        nodes.iter().filter_map(read).collect()
    }

    fn asks(&self, _: &Target) -> Vec<Ask> {
        Vec::new()
    }

    fn draft(&self, target: &Target, op: Op, look: &Look<'_>) -> Result<Changes, Refusal> {
        let own = || target.paths.iter().filter_map(|path| look.nodes.get(path));
        let Some(mapping) = own().find_map(|node| self.at(node)) else {
            return Err(Refusal::new("Its znode is no longer what its mapping describes, so that nothing is written."));
        };
        let mut writes = Vec::new();
        for node in own() {
            if let Some(after) = edit::change(mapping, node.data, op, look.saved)? {
                writes.push(look.set(node, after));
            }
        }
        let durability = match own().any(|node| node.ephemeral) {
            false => Durability::UntilRemoved,
            true if mapping.until_reconnect => Durability::UntilReconnect,
            true => Durability::UntilNewSession,
        };
        let unknown = "When its readers look at the znode again: how they do that, the mapping does not say.";
        let mut warnings: Vec<Arc<str>> = vec![
            format!("Written as the mapping {} says; what its readers make of it was not seen.", mapping.name).into(),
        ];
        warnings.extend(mapping.warning.iter().map(|words| format!("{words}.").into()));
        let takes_effect = mapping.takes_effect.as_deref().map_or(unknown.into(), |words| format!("{words}.").into());
        Ok(Changes { writes, durability, takes_effect, warnings })
    }

    fn take_back(&self, path: &str, before: &[u8], after: &[u8], now: &[u8]) -> Undone {
        let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
        // Whose znode it is, is not known here, and changes no mapping's fields.
        let leaves = [true, false].map(|ephemeral| Leaf { parent, name, data: before, ephemeral });
        match leaves.iter().find_map(|leaf| self.find(leaf, path)) {
            Some((mapping, _)) => edit::take_back(mapping, before, after, now),
            None if now == after => Undone::Bytes(before.to_vec()),
            None if now == before => Undone::Already,
            None => Undone::Conflict,
        }
    }
}

fn reading(mapping: &Mapping, node: Znode<'_>, found: &Match<'_>, called_by: Vec<Arc<str>>) -> Reading {
    let leaf = node.leaf();
    let view = View::new(&leaf, found);
    let endpoints = view.endpoints(mapping);
    let address = endpoints.first().map(|(_, address)| address.clone()).or_else(|| view.apart(mapping));
    let metadata = view.metadata(&mapping.metadata);
    let (speaks, page_port) = speech(mapping, &endpoints, &metadata);
    let status = mapping.status.as_ref().and_then(|place| view.text(place));
    let is = |words: &[String], word: &str| words.iter().any(|other| other.eq_ignore_ascii_case(word.trim()));
    let admin = match status {
        _ if address.is_none() => RegistryAdmin::Unknown,
        Some(word) if is(&mapping.drained, &word) => RegistryAdmin::Drained,
        Some(word) if !mapping.enabled.is_empty() && !is(&mapping.enabled, &word) => RegistryAdmin::Unknown,
        _ => RegistryAdmin::Enabled,
    };
    let readable = address.is_some();
    let can = |may: May| can(mapping, readable, may);
    let notes = vec![format!("Read as the mapping {} says.", mapping.name).into()];
    Reading {
        path: node.path.clone(),
        service: found.service.into(),
        parent: found.home.into(),
        content: Content {
            service: None,
            address,
            admin,
            weight: mapping.weight.as_ref().and_then(|place| view.number(place)),
            metadata,
            capabilities: Arc::new(Capabilities {
                drain: can(May::Drain),
                weight: can(May::Weight),
                deregister: can(May::Deregister),
            }),
            more: Some(Arc::new(More { called_by, notes, speaks, page_port, ..More::default() })),
        },
        needs: Needs { drain: vec![Need::Set(node.path.clone())], weight: vec![Need::Set(node.path.clone())] },
    }
}

/// What the port of the first endpoint speaks, where that is not HTTP, and another endpoint's port that does, on the same host.
fn speech(
    mapping: &Mapping,
    endpoints: &[(Option<String>, Address)],
    metadata: &BTreeMap<Arc<str>, Arc<str>>,
) -> (Option<Arc<str>>, Option<u16>) {
    let first = endpoints.first();
    let speaks = match (first.and_then(|(scheme, _)| scheme.as_deref()), &mapping.speaks) {
        (Some(scheme), _) => speech::of_scheme(scheme),
        (None, Some(word)) => speech::of_scheme(word),
        (None, None) => metadata.get("protocol").and_then(|word| speech::of_word(word)),
    };
    let page = |(scheme, address): &(Option<String>, Address)| {
        let http = scheme.as_deref().is_some_and(|scheme| scheme.eq_ignore_ascii_case("http"));
        (http && first.is_some_and(|(_, first)| first.host() == address.host())).then(|| address.port())
    };
    let page_port = endpoints.iter().find_map(page).filter(|_| speaks.is_some());
    (speaks, page_port)
}

fn can(mapping: &Mapping, readable: bool, may: May) -> Can {
    let written = mapping.write.contains(&may);
    match () {
        () if written && (readable || may == May::Deregister) => Ok(()),
        () if written => Err(format!(
            "its bytes are not what the mapping {} describes: nothing in them can be changed",
            mapping.name
        )
        .into()),
        () => Err(mapping.read_only.as_deref().map_or_else(
            || format!("the mapping {} does not say how: registry.mapped, `write`", mapping.name).into(),
            Into::into,
        )),
    }
}

#[cfg(test)]
mod mapped_tests;
#[cfg(test)]
mod preset_tests;
