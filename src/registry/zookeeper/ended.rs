//! Ends an intent whose lease is over or whose operator is gone: puts back what its step changed, field by field, and forgets
//! it. What somebody else has changed since is left as it is. Pure.

use std::sync::Arc;

use super::kept::{by_its_way, forget, only_forget, same};
use super::layout::{self, Edit, Format};
use super::plan::{self, draft, edits, refused};
use super::reading::{Kept, Surroundings};
use super::{plan_group, undo};
use crate::domain::id::ServiceId;
use crate::domain::intent::{Intent, Op};
use crate::domain::made::Made;
use crate::domain::plan::{Draft, Durability, Target, Write, WriteKind};
use crate::registry::{NoDraft, Wish};

/// What would be written to end it.
pub(crate) fn end(target: &Target, was: &Intent, wish: &Wish, around: &Surroundings) -> Result<Draft, NoDraft> {
    let kept = same(target, was, around)?;
    if let Some(path) = around.hidden.first() {
        return Err(refused(super::hidden(path)));
    }
    if let Some(made) = &was.ties.made {
        return taken_back(target, was, made, kept, around);
    }
    if around.nodes.is_empty() {
        // An intent of before its step was kept with it.
        if was.ties.beside {
            return Err(refused(format!(
                "{target} is not registered, and its mark stands beside it: it ends when it is back."
            )));
        }
        return Ok(only_forget(target, kept));
    }
    match was.op {
        Op::Drain => draft(target, Op::Undrain, &by_its_way(was, wish), around),
        Op::Weight(number) => {
            let mut draft = only_forget(target, kept);
            if !layout::group::grouped(target.service.layout) {
                let format = layout::format(target.service.layout);
                let mut writes = weight_back(format, was, number, around)?;
                writes.append(&mut draft.writes);
                (draft.writes, draft.durability) = (writes, plan::durability(format, around));
                draft.op = was.old_weight.map_or(Op::Undrain, Op::Weight);
            }
            Ok(draft)
        }
        _ => Ok(only_forget(target, kept)),
    }
}

/// The step that the intent was kept with, taken back as an undo would, but for what somebody else has changed since.
fn taken_back(
    target: &Target,
    was: &Intent,
    made: &Made,
    kept: &Kept,
    around: &Surroundings,
) -> Result<Draft, NoDraft> {
    let of = Target { service: ServiceId { layout: made.layout, ..target.service.clone() }, ..target.clone() };
    let step = made.writes();
    let (mut writes, mut left) = (Vec::new(), Vec::<Arc<str>>::new());
    for write in &step {
        let gone = |node: &super::reading::Found| node.path != write.path;
        match write.kind {
            WriteKind::Delete if undo::replaced(write, &step, around) => {
                left.push(format!("{} was decided anew by somebody else", write.path).into());
                continue;
            }
            // What was written there went with it.
            WriteKind::Set if around.nodes.iter().chain(&around.others).all(gone) => continue,
            _ => {}
        }
        match undo::back(&of, write, around) {
            Ok(back) => writes.extend(back),
            Err(NoDraft::Conflict(_)) => left.push(format!("{} was changed by somebody else", write.path).into()),
            Err(no) => return Err(no),
        }
    }
    writes.push(forget(kept));
    let mut draft = Draft::new(Op::Undrain, target.clone(), writes, Durability::UntilRemoved, "");
    if let Some(group) = around.groups.of(made.layout) {
        plan_group::as_wished(group, &mut draft, around);
    }
    draft.warnings = left;
    if let Op::Weight(_) = was.op {
        let then = around.groups.of(made.layout).and_then(|group| plan_group::read_ahead(group, &draft, around));
        let weight = was.old_weight.or_else(|| then.and_then(|then| then.0.weight));
        draft.op = weight.map_or(Op::Undrain, Op::Weight);
    }
    Ok(draft)
}

/// The old weight, where the one that was set still stands there; the exact bytes of before, where nothing else changed.
fn weight_back(format: &dyn Format, was: &Intent, number: i64, around: &Surroundings) -> Result<Vec<Write>, NoDraft> {
    let Some(old) = was.old_weight else { return Ok(Vec::new()) };
    let stands = |data: &[u8]| matches!(format.edit(data, Edit::Weight(number)), Ok(None));
    let mut writes = edits(format, around, Edit::Weight(old))?;
    writes.retain(|write| write.before.as_deref().is_some_and(stands));
    let bytes = was.before.as_ref().map(|before| before.as_bytes());
    for write in &mut writes {
        if let Some(bytes) = bytes
            && format.edit(bytes, Edit::Weight(number)).ok().flatten().as_deref() == write.before.as_deref()
        {
            write.after = Some(bytes.into());
        }
    }
    Ok(writes)
}

#[cfg(test)]
#[path = "ended_tests.rs"]
mod ended_tests;
