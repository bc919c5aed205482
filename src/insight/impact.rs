//! What a plan would mean: who serves then, who calls, what is left healthy, and how much assent it needs. The writes
//! themselves are the registry's.

use std::sync::Arc;

use serde_json::json;

use crate::{
    domain::{
        event::{Event, EventKind},
        instance::{Admin, Presence},
        intent::Op,
        plan::{Danger, Draft, Outcome, Plan, Receipt, Refusal, Remaining, Step, Target},
        show,
        time::Moment,
    },
    insight::{
        share,
        status::{self, InstanceView},
    },
    store::World,
};

/// The whole plan, from the registry's part of it.
pub fn plan(world: &World, draft: Draft, now: Moment) -> Plan {
    let _ = now;
    let mut plan = Plan {
        remaining: Vec::new(),
        callers: callers(world, &draft.target.service.name),
        warnings: draft.warnings.clone(),
        danger: if draft.op == Op::Deregister { Danger::TypedName } else { Danger::Safe },
        refused: None,
        draft,
    };
    let Some(service) = world.registry.service(&plan.draft.target.service) else { return plan };
    let total = share::total(service);
    let views: Vec<InstanceView<'_>> =
        service.slots.values().map(|slot| status::instance(world, service, slot, total)).collect();
    let is_target = |v: &InstanceView<'_>| plan.draft.target.paths.contains(&v.slot.key.path);
    let after = |v: &InstanceView<'_>| match (is_target(v), plan.draft.op) {
        (true, Op::Drain | Op::Deregister) => Some(0),
        (true, Op::Weight(n)) => Some(n),
        (true, Op::Undrain | Op::Undo) => match plan.draft.becomes {
            Some(becomes) => share::of(service.id.layout, becomes.admin, becomes.weight),
            None => v.effective,
        },
        (false, _) => v.effective,
    };
    let registered: Vec<_> = views.iter().filter(|v| v.presence == Presence::Registered).collect();
    let total_after: i64 = registered.iter().filter_map(|v| after(v)).filter(|w| *w > 0).fold(0, i64::saturating_add);
    let part = |weight: Option<i64>| match weight {
        Some(0) => Some(0.0),
        Some(w) if total_after > 0 => Some(w.max(0) as f64 / total_after as f64),
        _ => None,
    };
    plan.remaining = registered
        .iter()
        .filter(|v| !(is_target(v) && plan.draft.op == Op::Deregister))
        .map(|v| Remaining { address: v.slot.address().cloned(), share_before: v.due, share_after: part(after(v)) })
        .collect();

    let takes_away = match plan.draft.op {
        Op::Drain | Op::Deregister | Op::Weight(0) => true,
        Op::Undo => plan.draft.becomes.is_some_and(|b| share::of(service.id.layout, b.admin, b.weight) == Some(0)),
        Op::Undrain | Op::Weight(_) => false,
    };
    let already_out =
        registered.iter().filter(|v| is_target(v)).all(|v| v.admin == Admin::Drained || v.effective == Some(0));
    let mut warnings = Vec::new();
    if takes_away && !already_out {
        // One that never answered tells nothing: others may well reach it.
        let known = registered.iter().any(|v| v.health.is_some_and(|h| h.last_answer.is_some()));
        let left = registered
            .iter()
            .filter(|v| !is_target(v))
            .filter(|v| if known { status::serves(v) } else { status::able(v) })
            .count();
        let name = &service.id.name;
        match left {
            0 => {
                plan.danger = Danger::LastHealthy;
                warnings.push(format!("This is the last healthy instance of {name}: no other instance would serve."));
            }
            1 => warnings.push(format!("One instance of {name} is left after this; if it fails too, nobody serves.")),
            _ => {}
        }
        if !known {
            warnings.push(format!("Health of {name} is not known: counted are those that are enabled."));
        }
    }
    if plan.draft.op == Op::Deregister && !already_out {
        let due = registered.iter().filter(|v| is_target(v)).filter_map(|v| v.due).sum::<f64>();
        warnings.push(format!("It is not drained: it still takes {} of the calls.", show::percent(due)));
    }
    if plan.draft.target.paths.len() > 1 {
        warnings.push(format!(
            "This address is registered {} times; each znode is written.",
            plan.draft.target.paths.len()
        ));
    }
    plan.warnings.extend(warnings.into_iter().map(Arc::from));
    plan
}

/// The instance that a step of the journal wrote, as it is registered now.
///
/// # Errors
/// A refusal where it is gone: what was written went with its znode.
pub fn target_of(world: &World, step: &Step) -> Result<Target, Refusal> {
    let name = step.address.as_ref().map_or_else(|| step.path.to_string(), |a| a.text().to_owned());
    if step.op.as_ref() == Op::Deregister.word() {
        return Err(Refusal::new(format!(
            "Not undone: {}/{name} was deregistered, and its znode was the provider's own. Only the provider can register it again.",
            step.service
        )));
    }
    let Some((service, _)) = world.registry.slot(&step.path) else {
        return Err(Refusal::new(format!(
            "Not undone: {} is not registered any more; what was written there went with it.",
            step.path
        )));
    };
    let paths = step.writes.iter().map(|w| w.path.clone()).filter(|p| !p.starts_with(crate::domain::intent::ROOT));
    Ok(Target { service: service.id.clone(), address: step.address.clone(), paths: paths.collect() })
}

/// Services that call this one, by what is declared and by their breakers.
fn callers(world: &World, name: &str) -> Vec<Arc<str>> {
    let declared =
        world.registry.services().filter(|s| s.registered().any(|(_, i)| i.depends_on.iter().any(|to| &**to == name)));
    let mut all: Vec<Arc<str>> = declared.map(|s| s.id.name.clone()).collect();
    all.extend(world.circuits.pairs().into_iter().filter(|p| &*p.callee == name).map(|p| p.caller.clone()));
    all.sort();
    all.dedup();
    all
}

/// Puts the operator's reason into the kept intent, and into the bytes that keep it.
pub fn with_reason(plan: &mut Plan, reason: &str) {
    let Some(intent) = &mut plan.draft.intent else { return };
    intent.reason = Some(reason.into());
    let bytes = intent.bytes();
    for write in &mut plan.draft.writes {
        if write.path.starts_with(crate::domain::intent::ROOT) && write.after.is_some() {
            write.after = Some(bytes.clone().into());
        }
    }
}

/// The line of the story that tells how an action ended.
pub fn event(plan: &Plan, receipt: &Receipt, by: &Arc<str>, at: Moment) -> Event {
    let target = &plan.draft.target;
    let what = match plan.draft.op {
        Op::Drain => format!("drained {target}"),
        Op::Undrain => format!("undrained {target}"),
        Op::Weight(n) => format!("set the weight of {target} to {n}"),
        Op::Deregister => format!("deregistered {target}"),
        Op::Undo => format!("took back the last step on {target}"),
    };
    let detail = receipt.detail.as_deref().map(|d| format!(": {d}")).unwrap_or_default();
    let text = match receipt.outcome {
        Outcome::Done => format!("{by} {what}"),
        Outcome::Requested => format!("{by} {what}; not seen yet in the registry"),
        Outcome::NoEffect => format!("{by} {what}: nothing had to change{detail}"),
        Outcome::Refused | Outcome::Planned => format!("{by} has not {what}{detail}"),
        Outcome::Conflict => format!("{by} has not {what}: it changed since it was read{detail}"),
        Outcome::Failed => format!("{by} has not {what}{detail}"),
        Outcome::Unknown => format!("{by} {what}: outcome unknown{detail}"),
    };
    let reason = plan.draft.intent.as_ref().and_then(|i| i.reason.as_deref()).map(|r| format!(": {r}"));
    Event {
        at,
        kind: EventKind::Action,
        service: Some(target.service.name.clone()),
        instance: target.address.as_ref().map(|a| a.text().into()),
        before: None,
        after: Some(json!(receipt.outcome.word())),
        source: "operator".into(),
        text: crate::domain::text::Shown::new(&format!("{text}{}", reason.unwrap_or_default())).as_str().into(),
    }
}
