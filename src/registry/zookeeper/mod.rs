//! A ZooKeeper as a registry: the mirror's znodes read as instances, plans as exact bytes, writes by compare-and-set. What a
//! layout is, is known only in here; sessions and watches are `zk`'s.

pub(super) mod ended;
pub(super) mod expected;
mod forest;
mod intents;
pub(super) mod kept;
pub(super) mod layout;
pub(super) mod mirror;
pub(super) mod plan;
mod plan_group;
mod plan_page;
mod reading;
mod settings;
mod settling;
pub(super) mod undo;
pub(super) mod write;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::domain::act::LastAct;
use crate::domain::intent::{Intent, Op};
use crate::domain::plan::{Becomes, Draft, Target, Write, WriteKind};
use crate::registry::{Asked, Wish};
use layout::group::Groups;
use reading::{Ask, Guard, Surroundings};

pub(crate) use intents::guard;
pub(super) use reading::read;

#[cfg(test)]
mod access_tests;
#[cfg(test)]
mod forest_tests;
#[cfg(test)]
mod plan_properties_tests;
#[cfg(test)]
mod plan_tests;

/// What an undo reads: as the target's own znodes, and besides. A layout of several znodes tells what the target becomes only
/// where its own are read, too, whichever the step wrote.
pub(crate) fn asks_back(target: &Target, written: Vec<Arc<str>>, groups: &Groups) -> (Vec<Arc<str>>, Vec<Ask>) {
    let mut asks = asks(target, groups);
    if groups.of(target.service.layout).is_none() && !written.is_empty() {
        return (written, asks);
    }
    asks.extend(written.into_iter().filter(|path| !target.paths.contains(path)).map(Ask::Node));
    (target.paths.clone(), asks)
}

/// What has to be read anew for a plan besides the target's own znodes.
pub(crate) fn asks(target: &Target, groups: &Groups) -> Vec<Ask> {
    groups.of(target.service.layout).map_or(Vec::new(), |group| group.asks(target))
}

/// The same before what is due about a kept intent: what its step wrote is looked at, too, wherever its instance is by now.
pub(crate) fn asks_of(target: &Target, intent: &Intent, groups: &Groups) -> Vec<Ask> {
    let made = intent.ties.made.iter().flat_map(|made| &made.writes).map(|write| &write.path);
    let beside = made.filter(|path| !target.paths.contains(path)).cloned().map(Ask::Node);
    asks(target, groups).into_iter().chain(beside).collect()
}

/// Why a znode is not changed.
fn no_set(path: &str) -> String {
    format!("No permission to write {path}: its access list names others; registry.credential says who we are.")
}

/// Why a znode is not deleted.
fn no_delete(path: &str) -> String {
    format!(
        "No permission to delete {path}: the access list above it names others; registry.credential says who we are."
    )
}

/// Why nothing is made below a znode.
fn no_create(above: &str) -> String {
    format!(
        "No permission to create anything below {above}: its access list names others; registry.credential says who we are."
    )
}

/// Why nothing is known of a znode.
fn hidden(path: &str) -> String {
    format!("No permission to read {path}: its access list names others; registry.credential says who we are.")
}

/// Whether what was asked for is known not to be there.
pub(crate) fn nobody(around: &Surroundings) -> bool {
    around.nodes.is_empty() && around.hidden.is_empty()
}

/// With what the provider said of its own page.
pub(crate) fn asked(around: Surroundings, page: Asked) -> Surroundings {
    Surroundings { page, ..around }
}

/// Metadata of the target's first znode.
pub(crate) fn metadata(target: &Target, around: &Surroundings) -> BTreeMap<Arc<str>, Arc<str>> {
    let leaf = |data| layout::Leaf { parent: &target.service.parent, name: "", data, ephemeral: true };
    let first = around.nodes.first();
    first.map(|node| layout::format(target.service.layout).adopt(&leaf(&node.data)).metadata).unwrap_or_default()
}

/// Reads the bytes that a draft would write, so that what follows from them can be said beforehand.
pub(crate) fn read_ahead(mut draft: Draft, around: &Surroundings) -> Draft {
    if draft.becomes.is_some() {
        return draft;
    }
    draft.becomes = match around.groups.of(draft.target.service.layout) {
        Some(group) => plan_group::read_ahead(group, &draft, around).map(|(then, tells)| {
            draft.tells = Some(tells);
            then
        }),
        None => {
            let written = draft.writes.iter().find(|w| draft.target.paths.contains(&w.path));
            let stands = || around.nodes.iter().find(|node| draft.target.paths.contains(&node.path));
            let then = match written {
                Some(write) => write.after.as_deref().map(|after| (&write.path, after)),
                // Nothing of its own is written: it stays as it is.
                None => stands().map(|node| (&node.path, &*node.data)),
            };
            then.and_then(|(path, data)| {
                let (parent, name) = path.rsplit_once('/')?;
                let leaf = layout::Leaf { parent, name, data, ephemeral: true };
                let content = layout::format(draft.target.service.layout).adopt(&leaf);
                Some(Becomes { admin: content.admin, weight: content.weight, acts: None })
            })
        }
    };
    draft
}

/// With when the znodes that it changes were made.
pub(crate) fn identified(mut draft: Draft, around: &Surroundings) -> Draft {
    let found = around.nodes.iter().chain(&around.others).map(|node| (&node.path, node.stat.czxid));
    let found: Vec<_> = found.chain(around.kept.as_ref().map(|kept| (&kept.path, kept.czxid))).collect();
    let made =
        |path: &Arc<str>| found.iter().find(|(known, _)| *known == path).map(|(_, czxid)| (path.clone(), *czxid));
    // Who it is about has to be the same, too, where it is written beside its own znode.
    let changed = draft.writes.iter().filter(|write| matches!(write.kind, WriteKind::Set | WriteKind::Delete));
    let mut paths: Vec<&Arc<str>> = changed.map(|write| &write.path).chain(&draft.target.paths).collect();
    paths.sort();
    paths.dedup();
    draft.made = paths.into_iter().filter_map(made).collect();
    draft
}

/// That two may take the last two: only what is written below Keepwatch's own root makes them collide.
fn unguarded(target: &Target) -> Arc<str> {
    format!(
        "/keepwatch cannot be written, so nothing keeps two operators from taking two instances of {} at the same moment, each \
         leaving it to the other: agree with whoever acts on it, too.",
        target.service.name
    )
    .into()
}

/// The draft with the service's guard, where it takes an instance away and the guard may be written; and with who does it and
/// why, for those who watch: what takes something away leaves no intent that would tell.
pub(crate) fn guarded(mut draft: Draft, around: &Surroundings, wish: Option<&Wish>) -> Draft {
    let takes = match (draft.op, draft.becomes) {
        (Op::Drain | Op::Deregister | Op::Weight(0), _) => true,
        // What could not be read ahead may be a drain.
        (Op::Undo, then) => then.is_none_or(|then| !then.serves()),
        (Op::Undrain | Op::Weight(_), _) => false,
    };
    if draft.writes.is_empty() {
        return draft;
    }
    let Some(Guard { path, data, version }) = around.guard.as_ref() else {
        if takes {
            draft.warnings.push(unguarded(&draft.target));
        }
        return draft;
    };
    let told = |draft: &Draft| -> Option<Arc<[u8]>> {
        let (wish, target) = (wish?, &draft.target);
        let act = LastAct {
            op: draft.op,
            service: target.service.name.clone(),
            address: target.address.clone()?,
            by: wish.by.clone(),
            at: wish.at,
            reason: wish.why.reason.clone(),
        };
        Some(act.bytes().into())
    };
    let (kind, path, told) = (WriteKind::Set, path.clone(), told(&draft));
    if takes {
        let (before, after) = (Some(data.clone()), Some(told.unwrap_or_default()));
        draft.guard = Some(Write { kind, path, before, after, version: Some(*version) });
        return draft;
    }
    // Only where an intent below it is written: then it is there, or is made with it.
    let below = |write: &Write| write.path.strip_prefix(&*path).is_some_and(|rest| rest.starts_with('/'));
    if matches!(draft.op, Op::Undrain | Op::Undo) && told.is_some() && draft.writes.iter().any(below) {
        draft.note = Some(Write { kind, path, before: Some(data.clone()), after: told, version: None });
    }
    draft
}
