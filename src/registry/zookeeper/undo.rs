//! Takes a step back: the writes of the journal turned round, in bytes that others may have changed since. Only what the step
//! itself wrote is taken back; where somebody else has changed that very thing, it is a conflict.

use std::sync::Arc;

use super::layout::{self, Undone};
use super::plan::{forget, refused, set};
use super::reading::{Kept, Surroundings};
use super::{intents, reading};
use crate::domain::intent::{Intent, Op};
use crate::domain::plan::{Draft, Durability, Target, Write, WriteKind};
use crate::domain::time::Moment;
use crate::registry::NoDraft;

/// The znodes that the step wrote, and the intent, as they are to be read anew.
pub(crate) fn paths(writes: &[Write]) -> (Vec<Arc<str>>, Option<Arc<str>>) {
    let (own, theirs): (Vec<&Write>, Vec<&Write>) = writes.iter().partition(|write| intents::ours(&write.path));
    (theirs.into_iter().map(|write| write.path.clone()).collect(), own.first().map(|write| write.path.clone()))
}

/// What would be written to take the step back.
pub(crate) fn draft(target: &Target, step: &[Write], around: &Surroundings) -> Result<Draft, NoDraft> {
    let format = layout::format(target.service.layout);
    let (mut writes, mut warnings): (Vec<Write>, Vec<Arc<str>>) = (Vec::new(), Vec::new());
    for made in step.iter().filter(|write| !intents::ours(&write.path)) {
        if made.kind == WriteKind::Delete {
            return Err(refused(format!(
                "{target} was deregistered, and its znode was the provider's own: only the provider can register again."
            )));
        }
        if around.hidden.contains(&made.path) {
            return Err(refused(super::hidden(&made.path)));
        }
        let Some(node) = around.nodes.iter().find(|node| node.path == made.path) else {
            return Err(refused(format!("{} is gone: what was written there went with it.", made.path)));
        };
        let (Some(before), Some(after)) = (made.before.as_deref(), made.after.as_deref()) else { continue };
        match format.take_back(before, after, &node.data) {
            Undone::Already => {}
            Undone::Bytes(bytes) if node.may_set => writes.push(set(node, bytes)),
            Undone::Bytes(_) => return Err(refused(super::no_set(&node.path))),
            Undone::Conflict => {
                return Err(NoDraft::Conflict(format!(
                    "{} was changed by somebody else since: what stands there now is not what that step wrote.",
                    made.path
                )));
            }
        }
    }
    for made in step.iter().filter(|write| intents::ours(&write.path)) {
        match intent_back(made, around.kept.as_ref()) {
            Ok(write) => writes.extend(write),
            Err(why) => warnings.push(why),
        }
    }
    let ephemeral = around.nodes.iter().any(|node: &reading::Found| node.stat.ephemeral_owner != 0);
    Ok(Draft {
        undo_of: None,
        becomes: None,
        op: Op::Undo,
        target: target.clone(),
        durability: if ephemeral { format.durability() } else { Durability::UntilRemoved },
        takes_effect: format.takes_effect(layout::Edit::Undrain(None)).into(),
        no_effect: writes.is_empty().then(|| "It is as it was before that step.".into()),
        writes,
        intent: None,
        warnings,
    })
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

/// The intent as it was before the step; in words where somebody has kept another since.
fn intent_back(made: &Write, kept: Option<&Kept>) -> Result<Option<Write>, Arc<str>> {
    let as_made = same(kept, made.after.as_deref());
    match (made.kind, kept) {
        (_, None) if made.kind != WriteKind::Delete => Ok(None),
        _ if !as_made => {
            Err(format!("The intent at {} was changed by somebody else since, and is left.", made.path).into())
        }
        (WriteKind::Create, Some(kept)) => Ok(Some(forget(kept))),
        (WriteKind::Set, Some(kept)) => Ok(Some(Write {
            kind: WriteKind::Set,
            path: made.path.clone(),
            before: Some(kept.data.clone()),
            after: made.before.clone(),
            version: Some(kept.version),
        })),
        (WriteKind::Delete, None) => {
            let after = made.before.clone();
            Ok(Some(Write { kind: WriteKind::Create, path: made.path.clone(), before: None, after, version: None }))
        }
        _ => Ok(None),
    }
}
