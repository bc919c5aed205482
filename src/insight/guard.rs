//! Where a guard rail of the file bites a plan: it is refused, or asks for more, and says why in a sentence.

use std::sync::Arc;

use crate::{
    domain::{
        guard::{Act, Guard},
        instance::RegistryAdmin,
        intent::Op,
        plan::{Danger, Plan, Refusal, Target},
        show,
    },
    insight::share,
    store::World,
};

/// The rails of a cluster, and who acts.
#[derive(Clone, Copy, Debug)]
pub struct Rails<'a> {
    /// What the file sets up.
    pub guards: &'a [Guard],
    /// The cluster's name.
    pub cluster: Option<&'a str>,
    /// Who acts.
    pub by: &'a str,
    /// Those that a batch takes out before this one.
    pub beside: &'a [Target],
}

/// Lays every guard that is about the plan over it; and whose drain it ends, if that is another operator's.
pub fn lay(world: &World, rails: Rails<'_>, plan: &mut Plan) {
    let name = plan.draft.target.service.name.clone();
    let kept = plan.draft.target.address.as_ref().and_then(|address| world.registry.intent(&name, address));
    let ends = plan.draft.op == Op::Undrain;
    plan.theirs = kept.filter(|kept| ends && kept.op == Op::Drain && *kept.by != *rails.by).cloned();
    let out = match plan.draft.becomes {
        Some(then) => share::then(plan.draft.target.service.layout, then, None) == Some(0.0),
        // What could not be read ahead may be a drain.
        None => plan.draft.op == Op::Undo,
    };
    let takes_away = matches!(plan.draft.op, Op::Drain | Op::Deregister | Op::Weight(0)) || out;
    let act = Act::of(plan.draft.op, out);
    for guard in rails.guards.iter().filter(|guard| guard.is_about(&name, rails.cluster, act)) {
        let refused = denied(guard, plan)
            .or_else(|| others(guard, rails.by, plan))
            .or_else(|| takes_away.then(|| too_many(world, guard, rails.beside, plan)).flatten());
        if let Some(why) = refused {
            match &plan.refused {
                Some(first) if *first.why == *why => {}
                // Every rail that would bite is told, not the first alone.
                Some(_) => plan.warnings.push(why.into()),
                None => plan.refused = Some(Refusal::new(why)),
            }
            continue;
        }
        if guard.typed && plan.danger == Danger::Safe {
            plan.danger = Danger::TypedName;
            plan.warnings.push(format!("The {} asks for the name typed.", guard.name()).into());
        }
        if guard.reason && plan.asks_reason.is_none() {
            let why: Arc<str> = format!("The {} asks for a reason.", guard.name()).into();
            if plan.reason.is_none() {
                plan.warnings.push(why.clone());
            }
            plan.asks_reason = Some(why);
        }
    }
}

/// Whether more assent is needed for a plan as it is `now` than when it was `read`: somebody else has gone meanwhile.
pub fn graver(now: &Plan, read: &Plan) -> bool {
    now.danger > read.danger || (now.refused.is_some() && read.refused.is_none())
}

fn denied(guard: &Guard, plan: &Plan) -> Option<String> {
    let why = guard.deny.as_ref()?;
    Some(format!("Not possible: the {} denies {} here: {why}.", guard.name(), noun(plan.draft.op)))
}

fn others(guard: &Guard, by: &str, plan: &Plan) -> Option<String> {
    if guard.only.is_empty() || guard.only.iter().any(|name| **name == *by) {
        return None;
    }
    let names = guard.only.join(" or ");
    Some(format!(
        "Not possible for {by}: the {} wants {} carried out by a second person. Hand the command to {names}.",
        guard.name(),
        noun(plan.draft.op)
    ))
}

/// Whether more instances would be out of the balance than the guard lets, and which are.
fn too_many(world: &World, guard: &Guard, beside: &[Target], plan: &Plan) -> Option<String> {
    let most = guard.at_most?;
    let target = &plan.draft.target;
    let service = world.registry.service(&target.service)?;
    let is_target = |path: &Arc<str>| target.paths.contains(path);
    let out =
        |i: &crate::domain::instance::Instance| i.admin == RegistryAdmin::Drained || share::effective(i) == Some(0.0);
    let own: Vec<_> = service.registered().filter(|(_, i)| is_target(&i.path)).collect();
    // One that is out already takes nobody's place.
    if plan.draft.op != Op::Deregister && !own.is_empty() && own.iter().all(|(_, i)| out(i)) {
        return None;
    }
    let others: Vec<String> = service
        .registered()
        .filter(|(_, i)| !is_target(&i.path) && (out(i) || beside.iter().any(|b| b.paths.contains(&i.path))))
        .map(|(slot, _)| {
            let address = slot.address().map_or("?", |a| a.text()).to_owned();
            let intent = slot.address().and_then(|at| world.registry.intent(&target.service.name, at));
            let by = intent.map(|intent| format!(" ({})", intent.by)).unwrap_or_default();
            format!("{address}{by}")
        })
        .collect();
    if (others.len() as u64) < u64::from(most) {
        return None;
    }
    Some(format!(
        "Not now: the {} lets {} of {} be out of the balance at once, and {} {}.",
        guard.name(),
        show::plural(u64::from(most), "instance", "instances"),
        target.service.name,
        others.join(", "),
        if others.len() == 1 { "is" } else { "are" }
    ))
}

fn noun(op: Op) -> &'static str {
    match op {
        Op::Drain => "a drain",
        Op::Undrain => "an undrain",
        Op::Weight(_) => "a weight",
        Op::Deregister => "a deregister",
        Op::Undo => "an undo",
    }
}
