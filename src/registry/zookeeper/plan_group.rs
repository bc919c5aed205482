//! Plans in layouts that tell an instance by several znodes: the layout says what it would write, here it is checked against
//! what may be written, and read ahead. Pure.

use std::sync::Arc;

use super::layout::group::{Changes, Farewell, Group, Look, Nodes, Reading, Znode};
use super::plan::refused;
use super::reading::{Found, Surroundings};
use crate::domain::instance::{Can, RegistryAdmin};
use crate::domain::intent::{Intent, Op};
use crate::domain::plan::{Becomes, Draft, Target, WriteKind};
use crate::registry::NoDraft;

/// What the layout would write for it.
pub(super) fn changes(group: &dyn Group, target: &Target, op: Op, around: &Surroundings) -> Result<Changes, NoDraft> {
    let found = all(around);
    let version = |path: &str| found.iter().find(|node| &*node.path == path).map(|node| node.stat.version);
    let saved = drained(around).and_then(|intent| intent.before.as_ref()).map(|before| before.as_bytes());
    let look = Look { nodes: nodes(&found), version: &version, saved };
    let now = reading(group, target, &look.nodes);
    if let Some(now) = &now {
        possible(op, now).map_err(|why| refused(format!("Not possible here: {why}.")))?;
    }
    let changes = match op {
        Op::Deregister => deregister(group, target, around),
        _ => group.draft(target, op, &look).map_err(NoDraft::Refused)?,
    };
    for write in &changes.writes {
        let node = found.iter().find(|node| node.path == write.path);
        let forbidden = match write.kind {
            WriteKind::Set => node.filter(|node| !node.may_set).map(|_| super::no_set(&write.path)),
            WriteKind::Delete => node.filter(|node| !node.may_delete).map(|_| super::no_delete(&write.path)),
            WriteKind::Create => {
                let of = around.unmakeable.iter().find(|(path, _)| makes(path, &write.path));
                of.map(|(_, above)| super::no_create(above))
            }
            // No layout of several znodes has any.
            WriteKind::Http => Some("No layout of several znodes asks its provider.".to_owned()),
        };
        if let Some(why) = forbidden {
            return Err(refused(why));
        }
    }
    Ok(changes)
}

/// Whether what may not be made is this: a znode by its path, or any child of one.
fn makes(unmakeable: &str, path: &str) -> bool {
    unmakeable == path || unmakeable.strip_suffix("any").is_some_and(|parent| path.starts_with(parent))
}

/// The intent of the drain that holds.
fn drained(around: &Surroundings) -> Option<&Intent> {
    around.kept.as_ref().and_then(|kept| kept.intent.as_ref()).filter(|intent| intent.op == Op::Drain)
}

fn possible(op: Op, now: &Reading) -> Can {
    let can = &now.content.capabilities;
    match op {
        Op::Drain | Op::Undrain | Op::Undo => can.drain.clone(),
        Op::Weight(_) => can.weight.clone(),
        Op::Deregister => can.deregister.clone(),
    }
}

fn deregister(group: &dyn Group, target: &Target, around: &Surroundings) -> Changes {
    let Farewell { durability, takes_effect, warnings } = group.farewell(target);
    let found = all(around);
    let version = |path: &str| found.iter().find(|node| &*node.path == path).map(|node| node.stat.version);
    let look = Look { nodes: nodes(&found), version: &version, saved: None };
    let own = around.nodes.iter().filter_map(|node| look.nodes.get(&node.path));
    Changes { writes: own.map(|node| look.delete(node)).collect(), durability, takes_effect, warnings }
}

/// Says so where an undrain takes away all that is its own to take away, and the target stays drained all the same.
///
/// # Errors
/// A refusal where that is nothing.
pub(super) fn stays_drained(group: &dyn Group, draft: &mut Draft, around: &Surroundings) -> Result<(), NoDraft> {
    let then = read_ahead(group, draft, around);
    let now = reading(group, &draft.target, &nodes(&all(around)));
    let routed = now.as_ref().and_then(|now| now.content.more.as_ref()?.routed.as_ref());
    if let (true, Some(routed)) = (draft.writes.is_empty(), routed) {
        draft.no_effect = Some(format!("It is not drained, but it may get fewer calls or none: {routed}.").into());
    }
    let Some((_, tells)) = then.filter(|(then, _)| then.admin == RegistryAdmin::Drained) else { return Ok(()) };
    let by = tells.iter().take(3).map(|note| &**note).collect::<Vec<_>>().join("; ");
    let by = if by.is_empty() { "whoever did it has to take it back".to_owned() } else { by };
    if draft.writes.is_empty() {
        return Err(refused(format!(
            "Not undrained: it is drained, but by nothing that is Keepwatch's to take away: {by}."
        )));
    }
    if !draft.warnings.iter().any(|warning| warning.starts_with("It stays ")) {
        draft.warnings.push(format!("It stays drained after this: {by}.").into());
    }
    Ok(())
}

/// Says how long it holds and when callers notice, of a step taken back: as of the same wished for now.
pub(super) fn as_wished(group: &dyn Group, draft: &mut Draft, around: &Surroundings) {
    let then = read_ahead(group, draft, around).map(|(then, _)| then);
    let like = match (then, draft.undone()) {
        (Some(then), _) if !then.serves() => Op::Drain,
        (Some(then), Some(Op::Weight(_))) => then.weight.map_or(Op::Undrain, Op::Weight),
        _ => Op::Undrain,
    };
    let found = all(around);
    let version = |path: &str| found.iter().find(|node| &*node.path == path).map(|node| node.stat.version);
    let changes = group.draft(&draft.target, like, &Look { nodes: nodes(&found), version: &version, saved: None });
    (draft.durability, draft.takes_effect) = match changes {
        Ok(changes) => (changes.durability, changes.takes_effect),
        // It could not be wished for as it is now; what takes it back was made all the same.
        Err(_) => (draft.durability, "As soon as the step that is taken back did.".into()),
    };
}

/// What the target will tell once the writes are made: its state, and what there is to know besides.
pub(super) fn read_ahead(group: &dyn Group, draft: &Draft, around: &Surroundings) -> Option<(Becomes, Vec<Arc<str>>)> {
    let mut left: Vec<(Arc<str>, Arc<[u8]>, bool)> = all(around)
        .into_iter()
        .map(|node| (node.path.clone(), node.data.clone(), node.stat.ephemeral_owner != 0))
        .filter(|(path, ..)| !draft.writes.iter().any(|write| write.path == *path))
        .collect();
    for write in &draft.writes {
        if let Some(after) = &write.after {
            let ephemeral = around.nodes.iter().any(|n| n.path == write.path && n.stat.ephemeral_owner != 0);
            left.push((write.path.clone(), after.clone(), ephemeral));
        }
    }
    let nodes = left.iter().map(|(path, data, ephemeral)| Znode { path, data, ephemeral: *ephemeral });
    let then = reading(group, &draft.target, &Nodes::new(nodes.collect()))?.content;
    let acts = then.more.as_ref().and_then(|more| more.acts);
    // As a number to write, where it is one.
    let whole = acts.filter(|acts| then.admin != RegistryAdmin::Drained && acts.fract() == 0.0).map(|acts| acts as i64);
    let tells = then.more.iter().flat_map(|more| more.notes.iter().cloned()).collect();
    Some((Becomes { admin: then.admin, weight: whole.or(then.weight), acts }, tells))
}

fn reading(group: &dyn Group, target: &Target, nodes: &Nodes<'_>) -> Option<Reading> {
    let is_it = |reading: &Reading| match &target.address {
        Some(address) => reading.content.address.as_ref() == Some(address) && reading.service == target.service.name,
        None => target.paths.contains(&reading.path),
    };
    group.read(nodes).into_iter().find(is_it)
}

/// Each znode once.
fn all(around: &Surroundings) -> Vec<&Found> {
    let mut found: Vec<&Found> = around.nodes.iter().chain(&around.others).collect();
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found.dedup_by(|a, b| a.path == b.path);
    found
}

fn nodes<'a>(found: &[&'a Found]) -> Nodes<'a> {
    let znode =
        |node: &&'a Found| Znode { path: &node.path, data: &node.data, ephemeral: node.stat.ephemeral_owner != 0 };
    Nodes::new(found.iter().map(znode).collect())
}
