//! What is kept of a plan under Keepwatch's own root: the intent with its lease and its ties; and the plans that keep it:
//! asserted again where the registry lost it. How it is ended is `ended`'s. Pure.

use std::sync::Arc;

use super::intents;
use super::layout::{self, Edit};
use super::plan::{self, draft, refused};
use super::plan_group;
use super::plan_page;
use super::reading::{Found, Kept, Surroundings};
use crate::domain::instance::RegistryAdmin;
use crate::domain::intent::{Intent, MOST_HELD, Op, Stood, Ties, Why};
use crate::domain::made::Made;
use crate::domain::plan::{Draft, Durability, Target, Write, WriteKind};
use crate::domain::time::Moment;
use crate::registry::{NoDraft, Wish};

/// Bytes of a znode that are kept in an intent at most.
const MOST_KEPT: usize = 64 * 1024;

/// Adds what is kept of it under Keepwatch's own root.
pub(super) fn keep(draft: &mut Draft, wish: &Wish, around: &Surroundings) -> Result<(), NoDraft> {
    let kept = around.kept.as_ref();
    let old = kept.and_then(|kept| kept.intent.as_ref());
    match draft.op {
        Op::Undrain => {
            if let Some(kept) = kept.filter(|_| old.is_some_and(|old| old.op == Op::Drain)) {
                draft.writes.push(forget(kept));
                draft.no_effect = None;
            }
            Ok(())
        }
        Op::Drain | Op::Weight(_) if draft.writes.is_empty() => prolong(draft, wish, kept, around),
        Op::Drain | Op::Weight(_) => match intents::path(&draft.target) {
            None => unkept(draft, wish, "Without an address no intent is kept: the journal alone remembers it."),
            Some(_) if !around.may_keep => unkept(
                draft,
                wish,
                "/keepwatch cannot be written (no permission): the journal alone keeps it, and nobody is told when it is lost.",
            ),
            Some(path) => {
                let holds_drain = old.is_some_and(|old| old.op == Op::Drain);
                if draft.op != Op::Drain && holds_drain && still_drained(draft, around) {
                    return unkept(draft, wish, "It stays drained; the weight counts once it is undrained.");
                }
                if let Some(intent) = intent(draft, wish, around) {
                    endable(&intent)?;
                    returnable(draft, &intent, around)?;
                    draft.warnings.extend(old.filter(|old| old.op == intent.op).and_then(|old| stays(old, &wish.why)));
                    draft
                        .warnings
                        .extend(old.filter(|old| old.op != intent.op).and_then(|old| displaced(old, &intent)));
                    let lost = old.filter(|old| old.op == intent.op);
                    draft.warnings.extend(lost.and_then(|lost| their_reason(wish, lost)));
                    draft.writes.push(remember(path, &intent, kept));
                    draft.intent = Some(intent);
                }
                Ok(())
            }
        },
        // What was wanted goes along: it is not lost when the instance comes back, and who took it out stays known. A mark
        // that stands beside the znode outlives it.
        Op::Deregister => {
            if let (Some(kept), Some(old), true) = (kept, old.filter(|old| !old.ties.beside), around.may_keep) {
                let (by, at, reason) = (wish.by.clone(), wish.at, wish.why.reason.clone());
                let (ties, until) = (Ties::default(), None);
                let intent = Intent { op: Op::Deregister, by, at, reason, until, ties, ..old.clone() };
                draft.writes.push(remember(kept.path.clone(), &intent, Some(kept)));
                draft.intent = Some(intent);
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Nothing is kept, which a warning says; but a lease that is not kept would never end.
fn unkept(draft: &mut Draft, wish: &Wish, why: &str) -> Result<(), NoDraft> {
    if wish.why.terms() {
        return Err(refused(format!("No intent can be kept, so nothing could end it or hold it. {why}")));
    }
    draft.warnings.push(why.into());
    Ok(())
}

/// What holds already is given another end, where one is asked for and what was before is known.
fn prolong(draft: &mut Draft, wish: &Wish, kept: Option<&Kept>, around: &Surroundings) -> Result<(), NoDraft> {
    if !wish.why.terms() {
        return Ok(());
    }
    let Some((kept, old)) = kept.and_then(|kept| Some((kept, kept.intent.as_ref().filter(|i| i.op == draft.op)?)))
    else {
        return Err(refused(format!(
            "{} It is no intent of Keepwatch's, so what was before is not known and no lease could end it.",
            plan::already(draft.op)
        )));
    };
    if !around.may_keep {
        return unkept(draft, wish, "/keepwatch cannot be written (no permission).");
    }
    draft.warnings.extend(stays(old, &wish.why));
    let terms = terms(&wish.why, wish, Some(old));
    let Ties { stood, beside, page, acts, made, rest, .. } = old.ties.clone();
    let ties = Ties { stood, beside, page, acts, made, rest, ..terms.1 };
    let reason = own_reason(wish, Some(old));
    draft.warnings.extend(their_reason(wish, old));
    let intent = Intent { by: wish.by.clone(), at: wish.at, reason, until: terms.0, ties, ..old.clone() };
    endable(&intent)?;
    draft.writes.push(remember(kept.path.clone(), &intent, Some(kept)));
    if intent.ties.page.is_some() {
        draft.durability = Durability::UntilRestart;
    }
    (draft.no_effect, draft.intent) = (None, Some(intent));
    Ok(())
}

/// A lease of a weight puts the old one back, so that has to be known.
fn endable(intent: &Intent) -> Result<(), NoDraft> {
    match intent.ends() {
        true => intent.endable().map_err(refused),
        false => Ok(()),
    }
}

/// A lease puts the old weight back, so it has to be one that may be written: in some layouts 0 is a drain.
fn returnable(draft: &Draft, intent: &Intent, around: &Surroundings) -> Result<(), NoDraft> {
    let (Op::Weight(_), Some(old), true) = (intent.op, intent.old_weight, intent.ends()) else { return Ok(()) };
    if layout::group::grouped(draft.target.service.layout) {
        return Ok(());
    }
    let format = layout::format(draft.target.service.layout);
    let refuses = around.nodes.iter().find_map(|node| format.edit(&node.data, Edit::Weight(old)).err());
    refuses.map_or(Ok(()), |why| {
        Err(refused(format!(
            "Nothing could put back the weight {old} that it has now when this ends: {} Set it without a lease; undo takes it back.",
            why.why
        )))
    })
}

fn still_drained(draft: &Draft, around: &Surroundings) -> bool {
    if let Some(group) = around.groups.of(draft.target.service.layout) {
        return plan_group::read_ahead(group, draft, around)
            .is_some_and(|(then, _)| then.admin == RegistryAdmin::Drained);
    }
    let format = layout::format(draft.target.service.layout);
    draft
        .writes
        .iter()
        .all(|write| write.after.as_ref().is_some_and(|after| matches!(format.edit(after, Edit::Drain), Ok(None))))
}

/// The lease and the ties that are asked for; those that it had stay, unless another end is asked for: a lease ends no hold.
fn terms(why: &Why, wish: &Wish, had: Option<&Intent>) -> (Option<Moment>, Ties) {
    let until = why.lease_ms.map(|ms| wish.at.plus(ms));
    let until = until.or_else(|| had.and_then(|old| old.until).filter(|until| *until > wish.at));
    let operator = why.operator.clone().or_else(|| had.and_then(|old| old.ties.operator.clone()));
    // A person asserts it: how often it was lost counts anew.
    let hold = (why.hold || had.is_some_and(|old| old.ties.hold.is_some())).then(Vec::new);
    (until, Ties { hold, operator, ..Ties::default() })
}

/// What stays of the ties that it had, though nobody asked for them now.
fn stays(old: &Intent, why: &Why) -> Option<Arc<str>> {
    let held = (old.ties.hold.is_some() && !why.hold).then_some("it is held further");
    let tied = (old.ties.operator.is_some() && why.operator.is_none())
        .then_some("it ends with the session of whoever asked for that");
    let all: Vec<&str> = held.into_iter().chain(tied).collect();
    (!all.is_empty()).then(|| format!("As {} asked for, {}. An undrain ends that.", old.by, all.join(", and ")).into())
}

fn intent(draft: &Draft, wish: &Wish, around: &Surroundings) -> Option<Intent> {
    let node = around.nodes.first()?;
    let leaf = layout::Leaf { parent: &draft.target.service.parent, name: "", data: &node.data, ephemeral: true };
    let old_weight = match layout::group::grouped(draft.target.service.layout) {
        true => None,
        false => layout::format(draft.target.service.layout).adopt(&leaf).weight,
    };
    let before = (node.data.len() <= MOST_KEPT).then(|| std::str::from_utf8(&node.data).ok()).flatten().map(Arc::from);
    let old = around.kept.as_ref().and_then(|kept| kept.intent.as_ref());
    let lost = old.filter(|old| old.op == draft.op);
    // A weight in place of one that was to end is no weight to go back to: what was before that one is.
    let first = old.filter(|old| old.ends() && weighs(old.op) && weighs(draft.op) && stands(old, draft, node));
    let (old_weight, before) = match first {
        Some(first) => (first.old_weight, first.before.clone()),
        None => (old_weight, before),
    };
    let (until, ties) = terms(&wish.why, wish, lost);
    let page = draft.writes.iter().find(|write| write.kind == WriteKind::Http).map(|write| write.path.clone());
    // The provider writes its znode once when it is told.
    let written = page.is_some() || draft.writes.iter().any(|w| w.path == node.path && w.kind == WriteKind::Set);
    let stood = Stood {
        owner: (node.stat.ephemeral_owner != 0).then_some(node.stat.ephemeral_owner),
        made: Moment(node.stat.ctime),
        version: node.stat.version.saturating_add(i32::from(written)),
    };
    Some(Intent {
        service: draft.target.service.name.clone(),
        address: draft.target.address.clone()?,
        path: node.path.clone(),
        op: draft.op,
        by: wish.by.clone(),
        at: wish.at,
        reason: own_reason(wish, lost),
        old_weight,
        before,
        until,
        ties: Ties {
            stood: Some(stood),
            beside: page.is_none() && draft.writes.iter().any(|write| !draft.target.paths.contains(&write.path)),
            page,
            acts: acts(draft, around),
            made: made(draft, around, first.or(lost)),
            ..ties
        },
    })
}

/// What its callers make of a weight, where others weigh it too.
fn acts(draft: &Draft, around: &Surroundings) -> Option<f64> {
    let Op::Weight(number) = draft.op else { return None };
    let group = around.groups.of(draft.target.service.layout)?;
    let (then, _) = plan_group::read_ahead(group, draft, around)?;
    then.acts.filter(|acts| *acts != number as f64)
}

fn weighs(op: Op) -> bool {
    matches!(op, Op::Weight(_))
}

/// Whether the weight that the intent set is the one there; of what several znodes tell, [`Made::after`] knows.
fn stands(old: &Intent, draft: &Draft, node: &Found) -> bool {
    let Op::Weight(number) = old.op else { return false };
    let layout = draft.target.service.layout;
    let format = layout::format(layout);
    layout::group::grouped(layout) || matches!(format.edit(&node.data, Edit::Weight(number)), Ok(None))
}

/// What the step writes beside Keepwatch's own znodes, with what stands of `earlier`; none where one znode's field tells all.
fn made(draft: &Draft, around: &Surroundings, earlier: Option<&Intent>) -> Option<Made> {
    let layout = draft.target.service.layout;
    if !layout::group::grouped(layout) && around.nodes.len() < 2 {
        return None;
    }
    let theirs = draft.writes.iter().filter(|write| write.kind != WriteKind::Http && !intents::ours(&write.path));
    let made = Made::of(layout, theirs)?;
    match earlier.and_then(|old| old.ties.made.as_ref()).filter(|earlier| earlier.layout == layout) {
        Some(earlier) => made.after(earlier),
        None => Some(made),
    }
}

fn remember(path: Arc<str>, intent: &Intent, kept: Option<&Kept>) -> Write {
    let after = Some(serde_json::to_vec(intent).expect("an intent is plain data").into());
    match kept {
        Some(kept) => {
            let (before, version) = (Some(kept.data.clone()), Some(kept.version));
            Write { kind: WriteKind::Set, path, before, after, version }
        }
        None => Write { kind: WriteKind::Create, path, before: None, after, version: None },
    }
}

pub(super) fn forget(kept: &Kept) -> Write {
    let (before, version) = (Some(kept.data.clone()), Some(kept.version));
    Write { kind: WriteKind::Delete, path: kept.path.clone(), before, after: None, version }
}

/// Why, in the words of who acts now: what they say, else what they themselves said when they wanted the same before.
fn own_reason(wish: &Wish, before: Option<&Intent>) -> Option<Arc<str>> {
    let own = before.filter(|before| before.by == wish.by);
    wish.why.reason.clone().or_else(|| own.and_then(|before| before.reason.clone()))
}

/// Why somebody else wanted the same before, where who acts now gives no reason of their own.
fn their_reason(wish: &Wish, before: &Intent) -> Option<Arc<str>> {
    let reason = before.reason.as_ref().filter(|_| before.by != wish.by && wish.why.reason.is_none())?;
    let by = &before.by;
    Some(
        format!("{by} gave this reason for the same: {reason}. It stays theirs; a reason of yours you have to give.")
            .into(),
    )
}

/// That a lease of something else ends with this one: an instance has one intent.
fn displaced(old: &Intent, new: &Intent) -> Option<Arc<str>> {
    let what = match (old.op, new.op) {
        _ if !old.ends() => return None,
        (Op::Weight(_), Op::Weight(_)) => "what was before it is put back if this one ends",
        _ => "nothing puts back what was before it, but undo",
    };
    Some(format!("{}'s {} was to end by itself; it is replaced by this: {what}.", old.by, old.what()).into())
}

/// The intent as it was when something was found to be due; a conflict where it is another by now.
pub(super) fn same<'a>(target: &Target, was: &Intent, around: &'a Surroundings) -> Result<&'a Kept, NoDraft> {
    let changed = || NoDraft::Conflict(format!("the intent for {target} is another one by now"));
    around.kept.as_ref().filter(|kept| kept.intent.as_ref() == Some(was)).ok_or_else(changed)
}

/// Asserts a lost intent again: the same one, which says that this was done.
pub(crate) fn again(target: &Target, was: &Intent, wish: &Wish, around: &Surroundings) -> Result<Draft, NoDraft> {
    same(target, was, around)?;
    if was.ties.given_up.is_some() || was.held_again(wish.at) >= MOST_HELD {
        return Err(refused(format!(
            "{target} was lost {MOST_HELD} times in 10 min; it is not asserted again by itself."
        )));
    }
    let mut draft = draft(target, was.op, &by_its_way(was, wish), around)?;
    let (Some(kept), Some(intent)) = (around.kept.as_ref(), draft.intent.as_mut()) else {
        return Err(NoDraft::Conflict(format!("{target} is as wanted by now")));
    };
    let mut times: Vec<_> = was.ties.hold.iter().flatten().copied().chain([wish.at]).collect();
    times.drain(..times.len().saturating_sub(MOST_HELD));
    let ties = Ties { hold: Some(times), operator: was.ties.operator.clone(), ..intent.ties.clone() };
    let (by, at, reason) = (was.by.clone(), was.at, was.reason.clone());
    *intent = Intent { by, at, reason, until: was.until, ties, ..intent.clone() };
    let kept = remember(kept.path.clone(), intent, Some(kept));
    draft.writes.retain(|write| write.path != kept.path);
    draft.writes.push(kept);
    Ok(draft)
}

/// Keeps that an intent is not asserted again by itself any more, as it was lost too often; nothing else is written.
pub(crate) fn give_up(target: &Target, was: &Intent, wish: &Wish, around: &Surroundings) -> Result<Draft, NoDraft> {
    let kept = same(target, was, around)?;
    if !was.held() || was.held_again(wish.at) < MOST_HELD {
        return Err(NoDraft::Conflict(format!("the intent for {target} is held by now")));
    }
    let intent = Intent { ties: Ties { given_up: Some(wish.at), ..was.ties.clone() }, ..was.clone() };
    Ok(own(target, remember(kept.path.clone(), &intent, Some(kept))))
}

/// Forgets that an instance was deregistered, once it is registered again.
pub(crate) fn back(target: &Target, was: &Intent, around: &Surroundings) -> Result<Draft, NoDraft> {
    let kept = same(target, was, around)?;
    match around.nodes.is_empty() {
        true => Err(NoDraft::Conflict(format!("{target} is not registered"))),
        false => Ok(only_forget(target, kept)),
    }
}

/// The wish, by the way that the intent went.
pub(super) fn by_its_way(was: &Intent, wish: &Wish) -> Wish {
    let via = plan_page::way_of(was);
    Wish { why: Why { via, ..wish.why.clone() }, ..wish.clone() }
}

pub(super) fn only_forget(target: &Target, kept: &Kept) -> Draft {
    own(target, forget(kept))
}

/// Nothing but what Keepwatch keeps of it.
fn own(target: &Target, write: Write) -> Draft {
    Draft::new(Op::Undrain, target.clone(), vec![write], Durability::UntilRemoved, "Nothing changes for callers.")
}

#[cfg(test)]
#[path = "kept_tests.rs"]
mod kept_tests;
