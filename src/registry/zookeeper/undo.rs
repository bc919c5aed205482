//! Takes a step back: the writes of the journal turned round, in bytes that others may have changed since. Only what the step
//! itself wrote is taken back; where somebody else has changed that very thing, it is a conflict.

use std::sync::Arc;

use super::intents;
use super::kept::forget;
use super::layout::{self, Undone, group};
use super::plan::{self, refused, set};
use super::reading::{Found, Kept, Surroundings};
use super::{plan_group, plan_page};
use crate::domain::intent::{Intent, Op};
use crate::domain::plan::{Draft, Durability, Target, Write, WriteKind};
use crate::domain::time::Moment;
use crate::registry::NoDraft;

/// The znodes that the step wrote, and the intent, as they are to be read anew.
pub(crate) fn paths(writes: &[Write]) -> (Vec<Arc<str>>, Option<Arc<str>>) {
    let znodes = writes.iter().filter(|write| write.kind != WriteKind::Http);
    let (own, theirs): (Vec<&Write>, Vec<&Write>) = znodes.partition(|write| intents::ours(&write.path));
    (theirs.into_iter().map(|write| write.path.clone()).collect(), own.first().map(|write| write.path.clone()))
}

/// What would be written to take the step back.
pub(crate) fn draft(target: &Target, step: &[Write], around: &Surroundings) -> Result<Draft, NoDraft> {
    let (mut writes, mut warnings): (Vec<Write>, Vec<Arc<str>>) = (Vec::new(), Vec::new());
    for made in step.iter().filter(|write| !intents::ours(&write.path)) {
        writes.extend(match made.kind {
            WriteKind::Http => plan_page::back(target, made, around)?,
            _ if replaced(made, step, around) => {
                return Err(NoDraft::Conflict(format!(
                    "What that step put in the place of {} was taken away by somebody else since.",
                    made.path
                )));
            }
            _ => back(target, made, around)?,
        });
    }
    for made in step.iter().filter(|write| intents::ours(&write.path)) {
        let (back, warning) = intent_back(made, around.kept.as_ref())?;
        writes.extend(back);
        warnings.extend(warning);
    }
    let mut draft = Draft::new(Op::Undo, target.clone(), writes, Durability::UntilRemoved, "");
    match around.groups.of(target.service.layout) {
        Some(group) => plan_group::as_wished(group, &mut draft, around),
        None => {
            let format = layout::format(target.service.layout);
            let edit = match draft.undone() {
                Some(Op::Weight(number)) => layout::Edit::Weight(number),
                _ => layout::Edit::Undrain(None),
            };
            draft.takes_effect = format.takes_effect(edit).into();
            draft.durability = plan::durability(format, around);
        }
    }
    draft.no_effect = draft.writes.is_empty().then(|| "It is as it was before that step.".into());
    draft.warnings = warnings;
    plan_page::settle(&mut draft, around);
    Ok(draft)
}

fn node<'a>(made: &Write, around: &'a Surroundings) -> Option<&'a Found> {
    around.nodes.iter().chain(&around.others).find(|node| node.path == made.path)
}

/// Whether the write deleted what the step put something else beside it for, and that is gone: whoever took it away decided
/// anew, so that the deleted one is not brought back over it.
pub(super) fn replaced(made: &Write, step: &[Write], around: &Surroundings) -> bool {
    let parent = |write: &Write| write.path.rsplit_once('/').map(|(parent, _)| parent.to_owned());
    let beside = |write: &&Write| write.kind == WriteKind::Create && parent(write) == parent(made);
    made.kind == WriteKind::Delete && step.iter().filter(beside).any(|write| node(write, around).is_none())
}

/// What takes one write of the step back; none where that is so already.
pub(super) fn back(target: &Target, made: &Write, around: &Surroundings) -> Result<Option<Write>, NoDraft> {
    let node = node(made, around);
    // Its version counts from 0 again where its provider made it anew: the step's own write had a higher one.
    let anew =
        |node: &Found| node.stat.ephemeral_owner != 0 && made.version.is_some_and(|was| node.stat.version <= was);
    let conflict = || match node.filter(|node| made.kind == WriteKind::Set && anew(node)) {
        Some(node) => NoDraft::Conflict(format!(
            "Its provider registered {} anew since, so that what that step wrote there is gone: what stands there now is its \
             own, version {}. There is nothing to take back.",
            made.path, node.stat.version
        )),
        None => NoDraft::Conflict(format!(
            "{} was changed by somebody else since: what stands there now is not what that step wrote.",
            made.path
        )),
    };
    // The same bytes in a znode that was made anew are its provider's own, or somebody's since.
    let stood = around.kept.as_ref().filter(|kept| !kept.elsewhere).and_then(|kept| kept.intent.as_ref());
    let stood = stood.filter(|intent| *intent.path == *made.path).and_then(|intent| intent.ties.stood);
    if let (WriteKind::Set, Some(stood), Some(node)) = (made.kind, stood, node)
        && stood.made != Moment(node.stat.ctime)
        && made.before.as_deref() != Some(&*node.data)
    {
        return Err(NoDraft::Conflict(format!(
            "Its provider registered {} anew since that step: what stands there now is not what that step wrote. There is \
             nothing to take back.",
            made.path
        )));
    }
    let forbidden = |node: &Found| Err(refused(super::no_set(&node.path)));
    if around.hidden.contains(&made.path) {
        return Err(refused(super::hidden(&made.path)));
    }
    match (made.kind, node, made.before.as_deref(), made.after.as_deref()) {
        (WriteKind::Delete, ..) if target.paths.contains(&made.path) => Err(refused(format!(
            "{target} was deregistered, and its znode was the provider's own: only the provider can register again."
        ))),
        (WriteKind::Delete, None, Some(before), _) => Ok(Some(group::create(made.path.clone(), before))),
        (WriteKind::Delete, Some(node), Some(before), _) if *node.data == *before => Ok(None),
        (WriteKind::Delete, ..) => Err(conflict()),
        (WriteKind::Create, None, ..) => Ok(None),
        (WriteKind::Create, Some(node), _, Some(after)) if *node.data == *after => match node.may_delete {
            true => Ok(Some(delete(node))),
            false => forbidden(node),
        },
        // Somebody has added to what the step made: what is its own goes, the rest stays.
        (WriteKind::Create, Some(node), _, Some(after)) => {
            taken(target, node, (b"", after), around).map_err(|()| conflict())
        }
        (WriteKind::Set, None, ..) => {
            Err(refused(format!("{} is gone: what was written there went with it.", made.path)))
        }
        (WriteKind::Set, Some(node), Some(before), Some(after)) => {
            match taken(target, node, (before, after), around).map_err(|()| conflict())? {
                Some(write) if write.kind == WriteKind::Delete && !node.may_delete => forbidden(node),
                Some(write) if write.kind == WriteKind::Set && !node.may_set => forbidden(node),
                write => Ok(write),
            }
        }
        _ => Ok(None),
    }
}

fn taken(
    target: &Target,
    node: &Found,
    (before, after): (&[u8], &[u8]),
    around: &Surroundings,
) -> Result<Option<Write>, ()> {
    let undone = match around.groups.of(target.service.layout) {
        Some(group) => group.take_back(&node.path, before, after, &node.data),
        None => layout::format(target.service.layout).take_back(before, after, &node.data),
    };
    match undone {
        Undone::Already => Ok(None),
        Undone::Bytes(bytes) => Ok(Some(set(node, bytes))),
        Undone::Nothing => Ok(Some(delete(node))),
        Undone::Conflict => Err(()),
    }
}

fn delete(node: &Found) -> Write {
    let (path, before, version) = (node.path.clone(), Some(node.data.clone()), Some(node.stat.version));
    Write { kind: WriteKind::Delete, path, before, after: None, version }
}

/// Whether what is kept is what the step made. An intent that an undo put back is the same one, though it holds since
/// that undo.
fn same(kept: Option<&Kept>, made: Option<&[u8]>) -> bool {
    let (Some(kept), Some(made)) = (kept, made) else { return kept.is_none() && made.is_none() };
    let timeless = |mut intent: Intent| {
        intent.at = Moment(0);
        intent
    };
    *kept.data == *made
        || intents::read(&kept.data).zip(intents::read(made)).is_some_and(|(a, b)| timeless(a) == timeless(b))
}

/// The intent as it was before the step, and what there is to say of that.
///
/// # Errors
/// A conflict where another operator wants something of the instance since: bytes may be the same again, and are theirs then.
fn intent_back(made: &Write, kept: Option<&Kept>) -> Result<(Option<Write>, Option<Arc<str>>), NoDraft> {
    let as_made = same(kept, made.after.as_deref());
    let set = |kept: &Kept| Write {
        kind: WriteKind::Set,
        path: made.path.clone(),
        before: Some(kept.data.clone()),
        after: made.before.clone(),
        version: Some(kept.version),
    };
    let warning = match kept.filter(|_| !as_made) {
        None => None,
        // Another service's of the same name: nothing of this step's.
        Some(kept) if kept.elsewhere => return Ok((None, None)),
        Some(kept) => Some(newer(made, kept)?),
    };
    let write = match (made.kind, kept) {
        (WriteKind::Delete, None) => {
            let after = made.before.clone();
            Some(Write { kind: WriteKind::Create, path: made.path.clone(), before: None, after, version: None })
        }
        (WriteKind::Create, Some(kept)) if as_made || kept.intent.is_some() => Some(forget(kept)),
        (WriteKind::Set, Some(kept)) if as_made || kept.intent.is_some() => Some(set(kept)),
        _ => None,
    };
    Ok((write, warning))
}

/// What is to be said where what is kept is not what the step made: the same operator wants the same since, with another end
/// or again.
fn newer(made: &Write, kept: &Kept) -> Result<Arc<str>, NoDraft> {
    let wanted = |bytes: &Option<Arc<[u8]>>| intents::read(bytes.as_deref()?);
    let Some(now) = &kept.intent else {
        return Ok(format!("{} holds something that is no intent, and is left.", made.path).into());
    };
    match wanted(&made.after) {
        Some(was) if was.by == now.by && was.op == now.op => {
            Ok(format!("It ends what was asked for anew since: {}", now.wanted(Moment::rfc3339)).into())
        }
        _ => Err(NoDraft::Conflict(format!(
            "After that step {} What stands there now is theirs; an undrain names whose drain it ends.",
            now.wanted(Moment::rfc3339)
        ))),
    }
}
