//! From what is wanted to exact writes: drain, undrain, weight, deregister. Pure: looks only at what was just read. What is
//! kept of it is `kept`'s.

use std::sync::Arc;

use super::intents;
use super::kept::keep;
use super::layout::group::Group;
use super::layout::{self, Edit, Format, Saved};
use super::plan_group;
use super::plan_page;
use super::reading::{Found, Kept, Surroundings};
use crate::domain::intent::Op;
use crate::domain::plan::{Draft, Durability, Refusal, Target, Write, WriteKind};
use crate::domain::time::Moment;
use crate::registry::{NoDraft, Wish};

/// The largest weight: what callers read into 32 bits.
const HEAVIEST: i64 = i32::MAX as i64;

/// What would be written.
pub(crate) fn draft(target: &Target, op: Op, wish: &Wish, around: &Surroundings) -> Result<Draft, NoDraft> {
    if let Some(path) = around.hidden.first() {
        return Err(NoDraft::Refused(Refusal::new(super::hidden(path))));
    }
    if around.nodes.is_empty() {
        return Err(refused(format!("{target} is no longer registered.")));
    }
    // Another service's of the same name: whoever wanted that is asked first, and it is not what this one was before.
    let own;
    let around = match around.kept.as_ref().filter(|kept| kept.elsewhere) {
        None => around,
        Some(kept) if matches!(op, Op::Drain | Op::Weight(_)) => return Err(refused(taken(target, kept))),
        Some(_) => {
            own = Surroundings { kept: None, may_keep: false, ..around.clone() };
            &own
        }
    };
    let chosen = plan_page::choose(target, op, wish.why.via, around)?;
    if let Some(group) = around.groups.of(target.service.layout) {
        return of_group(group, target, op, wish, around);
    }
    let format = layout::format(target.service.layout);
    let (edit, writes) = match op {
        Op::Drain | Op::Undrain if chosen.post.is_some() => (Edit::Drain, chosen.post.flatten().into_iter().collect()),
        Op::Drain => (Edit::Drain, edits(format, around, Edit::Drain)?),
        Op::Undrain => undrain(format, around)?,
        Op::Weight(number) => {
            may_weigh(target, format, around, number)?;
            (Edit::Weight(number), edits(format, around, Edit::Weight(number))?)
        }
        Op::Deregister => (Edit::Drain, deregister(format, around)?),
        Op::Undo => return Err(refused("What is undone is told by the journal, not by a target.")),
    };
    let takes_effect = match op {
        Op::Deregister => format.leaves(),
        _ => format.takes_effect(edit),
    };
    let mut draft = Draft::new(op, target.clone(), writes, durability(format, around), takes_effect);
    draft.no_effect = draft.writes.is_empty().then(|| already(op));
    draft.warnings = [warnings(op, around), chosen.warnings].concat();
    draft.way = chosen.way;
    plan_page::settle(&mut draft, around);
    keep(&mut draft, wish, around)?;
    Ok(draft)
}

/// The same in a layout of several znodes.
fn of_group(group: &dyn Group, target: &Target, op: Op, wish: &Wish, around: &Surroundings) -> Result<Draft, NoDraft> {
    if op == Op::Undo {
        return Err(refused("What is undone is told by the journal, not by a target."));
    }
    if let Op::Weight(number) = op
        && !(0..=HEAVIEST).contains(&number)
    {
        return Err(refused(format!("A weight is a number from 0 to {HEAVIEST}; {number} is none.")));
    }
    let changes = plan_group::changes(group, target, op, around)?;
    let mut draft = Draft::new(op, target.clone(), changes.writes, changes.durability, changes.takes_effect);
    draft.no_effect = draft.writes.is_empty().then(|| already(op));
    draft.warnings = changes.warnings;
    if op == Op::Undrain {
        plan_group::stays_drained(group, &mut draft, around)?;
    }
    if op == Op::Deregister {
        draft.warnings.extend(warnings(op, around));
    }
    keep(&mut draft, wish, around)?;
    Ok(draft)
}

/// That the one place for what is wanted of an instance of this name and address is another one's.
fn taken(target: &Target, kept: &Kept) -> String {
    let wanted = kept.intent.as_ref().map(|intent| format!(" {}", intent.wanted(Moment::rfc3339))).unwrap_or_default();
    let path = kept.intent.as_ref().map_or("another znode", |intent| &intent.path);
    format!(
        "Not done: what is wanted of {target} is kept by its name and address, and that place is taken by {path}, of another \
         service of the same name.{wanted} Take that back first."
    )
}

/// Where the intent for the target is kept.
pub(crate) fn intent_path(target: &Target) -> Option<Arc<str>> {
    intents::path(target)
}

pub(super) fn refused(why: impl Into<Arc<str>>) -> NoDraft {
    NoDraft::Refused(Refusal::new(why))
}

pub(super) fn already(op: Op) -> Arc<str> {
    match op {
        Op::Drain => "It is drained already.".into(),
        Op::Undrain => "It is not drained.".into(),
        Op::Weight(number) => format!("Its weight is {number} already.").into(),
        _ => "Nothing would change.".into(),
    }
}

pub(super) fn edits(format: &dyn Format, around: &Surroundings, edit: Edit<'_>) -> Result<Vec<Write>, NoDraft> {
    let mut writes = Vec::new();
    for node in &around.nodes {
        if let Some(after) = format.edit(&node.data, edit).map_err(NoDraft::Refused)? {
            if !node.may_set {
                return Err(refused(super::no_set(&node.path)));
            }
            writes.push(set(node, after));
        }
    }
    Ok(writes)
}

pub(super) fn set(node: &Found, after: Vec<u8>) -> Write {
    let (before, after) = (Some(node.data.clone()), Some(after.into()));
    Write { kind: WriteKind::Set, path: node.path.clone(), before, after, version: Some(node.stat.version) }
}

/// The bytes from before the drain, exactly, where nothing else changed since; else the one field.
fn undrain<'a>(format: &dyn Format, around: &'a Surroundings) -> Result<(Edit<'a>, Vec<Write>), NoDraft> {
    let drained = around.kept.as_ref().and_then(|kept| kept.intent.as_ref()).filter(|intent| intent.op == Op::Drain);
    let bytes = drained.and_then(|intent| intent.before.as_ref()).map(|before| before.as_bytes());
    let saved = drained.map(|intent| Saved { weight: intent.old_weight, bytes });
    let mut writes = edits(format, around, Edit::Undrain(saved))?;
    for write in &mut writes {
        let as_drained = |bytes| format.edit(bytes, Edit::Drain).ok().flatten();
        if let Some(bytes) = bytes
            && as_drained(bytes).as_deref() == write.before.as_deref()
        {
            write.after = Some(bytes.into());
        }
    }
    Ok((Edit::Undrain(saved), writes))
}

fn may_weigh(target: &Target, format: &dyn Format, around: &Surroundings, number: i64) -> Result<(), NoDraft> {
    if !(0..=HEAVIEST).contains(&number) {
        return Err(refused(format!("A weight is a number from 0 to {HEAVIEST}; {number} is none.")));
    }
    let kept = around.kept.as_ref().and_then(|kept| kept.intent.as_ref());
    let held = kept.is_some_and(|intent| intent.op == Op::Drain && intent.old_weight.is_some());
    let drained = around.nodes.iter().all(|node| matches!(format.edit(&node.data, Edit::Drain), Ok(None)));
    if target.service.layout.traits().weights.mark && held && drained {
        return Err(refused(format!("{target} is drained, and a weight would put it back unseen; undrain it first.")));
    }
    Ok(())
}

fn deregister(format: &dyn Format, around: &Surroundings) -> Result<Vec<Write>, NoDraft> {
    if !format.layout().explained() {
        return Err(refused("No layout explains this znode: who needs it is not known, so it is left alone."));
    }
    if let Some(node) = around.nodes.iter().find(|node| !node.may_delete) {
        return Err(refused(super::no_delete(&node.path)));
    }
    let delete = |node: &Found| Write {
        kind: WriteKind::Delete,
        path: node.path.clone(),
        before: Some(node.data.clone()),
        after: None,
        version: Some(node.stat.version),
    };
    Ok(around.nodes.iter().map(delete).collect())
}

/// A persistent znode is nobody's session's: what is written in it stays.
pub(super) fn durability(format: &dyn Format, around: &Surroundings) -> Durability {
    match around.nodes.iter().any(|node| node.stat.ephemeral_owner != 0) {
        true => format.durability(),
        false => Durability::UntilRemoved,
    }
}

fn warnings(op: Op, around: &Surroundings) -> Vec<Arc<str>> {
    let mut warnings: Vec<Arc<str>> = Vec::new();
    if around.nodes.len() > 1 {
        warnings.push(format!("Registered {} times: all of its znodes are written.", around.nodes.len()).into());
    }
    if op == Op::Deregister {
        warnings.push(match around.nodes.iter().any(|node| node.stat.ephemeral_owner != 0) {
            true => "It cannot be undone: only its provider can register again.".into(),
            false => "It cannot be undone: only its owner knows what to register again.".into(),
        });
    }
    warnings
}
