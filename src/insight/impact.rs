//! What a plan would mean: who serves then, who calls, what is left healthy, and how much assent it needs. The writes
//! themselves are the registry's.

use std::sync::Arc;

use serde_json::json;

use crate::domain::way::Via;
use crate::{
    domain::{
        act::LastAct,
        event::{Event, EventKind},
        health::HealthState,
        instance::{Admin, Presence},
        intent::{self, Intent, Op},
        plan::{Danger, Draft, Outcome, Plan, Receipt, Refusal, Remaining},
        show,
        time::Moment,
    },
    insight::{
        ahead, edge, share,
        status::{self, InstanceView},
    },
    store::{World, registry::Service},
};

/// The whole plan, from the registry's part of it.
pub fn plan(world: &World, draft: Draft) -> Plan {
    let mut plan = Plan {
        remaining: Vec::new(),
        callers: edge::callers(world, &draft.target.service.name),
        breakers: Vec::new(),
        warnings: draft.warnings.clone(),
        notes: Vec::new(),
        theirs: None,
        danger: if draft.op == Op::Deregister { Danger::TypedName } else { Danger::Safe },
        refused: None,
        asks_reason: None,
        reason: draft.intent.as_ref().and_then(|intent| intent.reason.clone()),
        draft,
    };
    let Some(service) = world.registry.service(&plan.draft.target.service) else { return plan };
    let total = share::total(service);
    let views: Vec<InstanceView<'_>> =
        service.slots.values().map(|slot| status::instance(world, service, slot, total)).collect();
    let is_target = |v: &InstanceView<'_>| plan.draft.target.paths.contains(&v.slot.key.path);
    let after = |v: &InstanceView<'_>| match (is_target(v), plan.draft.op, plan.draft.becomes) {
        (true, Op::Drain | Op::Deregister, _) => Some(0.0),
        // What the znode will tell counts: one that is drained stays so whatever weight is written.
        // Where the znodes that were read for it do not tell a weight, it is the one that is known of it.
        (true, _, Some(becomes)) => {
            let known = v.slot.instance.as_ref().and_then(|instance| instance.weight);
            share::then(service.id.layout, becomes, known)
        }
        (true, Op::Weight(n), None) => Some(n as f64),
        (true, Op::Undo, None) => None,
        (true, Op::Undrain, None) | (false, ..) => v.effective,
    };
    let known = views.iter().filter(|v| is_target(v)).filter_map(|v| v.slot.instance.as_ref()?.more.as_ref());
    // What puts it back takes some of it away: what is not so any more is not said of it.
    let stays = |note: &&Arc<str>| match &plan.draft.tells {
        Some(tells) if plan.draft.puts_back() => tells.contains(note),
        _ => true,
    };
    plan.notes = known.flat_map(|more| &more.notes).filter(stays).map(|note| sentence(note)).collect();
    let registered: Vec<_> = views.iter().filter(|v| v.presence == Presence::Registered).collect();
    let total_after: f64 = registered.iter().filter_map(|v| after(v)).filter(|w| *w > 0.0).sum();
    let part = |weight: Option<f64>| match weight {
        Some(0.0) => Some(0.0),
        Some(w) if total_after > 0.0 => Some(w.max(0.0) / total_after),
        _ => None,
    };
    plan.remaining = registered
        .iter()
        .filter(|v| !(is_target(v) && plan.draft.op == Op::Deregister))
        .map(|v| Remaining {
            address: v.slot.address().cloned(),
            share_before: v.due,
            share_after: part(after(v)),
            rate_before: None,
            rate_after: None,
        })
        .collect();
    ahead::rates(world, &service.id.name, &mut plan.remaining);

    let takes_away = match plan.draft.op {
        Op::Drain | Op::Deregister | Op::Weight(0) => true,
        // What could not be read ahead may be a drain.
        Op::Undo => plan.draft.becomes.is_none_or(|b| share::then(service.id.layout, b, None) == Some(0.0)),
        Op::Undrain | Op::Weight(_) => false,
    };
    let already_out =
        registered.iter().filter(|v| is_target(v)).all(|v| v.admin == Admin::Drained || v.effective == Some(0.0));
    // What hurts most is read first.
    let (mut first, mut warnings) = (Vec::new(), Vec::new());
    if takes_away && !already_out {
        let known = registered.iter().any(|v| status::known(v));
        let well = |v: &&&InstanceView<'_>| if known { status::serves(v) } else { status::able(v) };
        let left = registered.iter().filter(|v| !is_target(v)).filter(well).count();
        let own = || registered.iter().filter(|v| is_target(v));
        let name = &service.id.name;
        match left {
            0 if !own().any(|v| status::may_serve(v)) => {
                first.push(format!("No instance of {name} serves as it is, and nobody listens here."));
            }
            0 if !own().any(|v| well(&v)) => {
                plan.danger = Danger::LastHealthy;
                first.push(format!("No instance of {name} serves as it is, and this is the last that might."));
            }
            0 => {
                plan.danger = Danger::LastHealthy;
                first.push(format!("This is the last healthy instance of {name}: no other instance would serve."));
            }
            1 => first.push(format!("One instance of {name} is left after this; if it fails too, nobody serves.")),
            _ => {}
        }
        if !known {
            warnings.push(format!("Health of {name} is not known: counted are those that are enabled."));
        }
    }
    if plan.draft.op == Op::Deregister && !already_out {
        warnings.push(undrained(service, &registered, is_target));
    }
    let past: Vec<&str> = registered.iter().filter(|v| routed(v).is_some()).map(|v| v.slot.name()).collect();
    if let Some(first) = past.first() {
        let more = past.len().checked_sub(2).map_or(String::new(), |_| format!(" and {} more", past.len() - 1));
        warnings
            .push(format!("Shares are by weight alone: calls are routed past {first}{more}, which is not counted."));
    }
    // Instances, not znodes: some layouts give one instance several of its own.
    let double = registered.iter().filter(|v| is_target(v)).count();
    if double > 1 {
        warnings.push(format!("This address is registered {double} times; each znode is written."));
    }
    plan.warnings.splice(0..0, first.into_iter().map(Arc::from));
    plan.warnings.extend(warnings.into_iter().map(Arc::from));
    let target_well = registered
        .iter()
        .filter(|v| is_target(v))
        .all(|v| matches!(v.state, HealthState::Up | HealthState::Unknown | HealthState::Auth));
    plan.breakers = ahead::breakers(world, &plan, takes_away && !already_out, target_well);
    plan
}

/// How much of its service's calls a target that is not drained still takes, as far as the registry tells.
fn undrained(
    service: &Service,
    registered: &[&InstanceView<'_>],
    is_target: impl Fn(&InstanceView<'_>) -> bool,
) -> String {
    let (own, others): (Vec<_>, Vec<_>) = registered.iter().copied().partition(|v| is_target(v));
    let addressed = |v: &&&InstanceView<'_>| v.slot.address().is_some();
    // Beside a weight that is not known no share is.
    let known = registered.iter().filter(addressed).all(|v| v.due.is_some()) && own.iter().all(|v| v.due.is_some());
    if !known && others.is_empty() && own.iter().any(|v| v.slot.address().is_some()) {
        return "It is not drained: it is the only one of its service and takes all of its calls, 100 %.".to_owned();
    }
    if !known {
        return "It is not drained: how much of the calls it takes is not known.".to_owned();
    }
    let due = share::part(own.iter().filter_map(|v| v.due).sum(), others.iter().filter_map(|v| v.due));
    let due = show::share(due);
    match (own.iter().find_map(|v| routed(v)), share::certain(service)) {
        (Some(_), _) => {
            format!("It is not drained: by its weight {due} of the calls are its, less what is routed past it.")
        }
        (None, true) => format!("It is not drained: it still takes {due} of the calls."),
        (None, false) => format!("It is not drained: it still takes calls, {due} of them by the weights alone."),
    }
}

/// By what callers go past it.
fn routed<'a>(view: &'a InstanceView<'_>) -> Option<&'a Arc<str>> {
    view.slot.registered()?.more.as_ref()?.routed.as_ref()
}

/// Why nothing is to be done: it holds already, by whom and since when where that is kept.
pub fn nothing(world: &World, draft: &Draft, why: &str) -> Refusal {
    let kept = draft.target.address.as_ref().and_then(|at| world.registry.intent(&draft.target.service.name, at));
    let kept = kept.filter(|intent| intent.op == draft.op);
    let by = kept.map(|intent| {
        let reason = intent.reason.as_deref().map(|reason| format!(" ({reason})")).unwrap_or_default();
        format!(" {} wanted it so{reason}.", intent.by)
    });
    Refusal::new(format!("Nothing to do for {}: {}{}", draft.target, lower(why), by.unwrap_or_default()))
}

/// A note as a sentence of its own.
fn sentence(note: &str) -> Arc<str> {
    let mut chars = note.chars();
    let first: String = chars.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
    let end = if note.ends_with('.') { "" } else { "." };
    format!("{first}{}{end}", chars.as_str()).into()
}

/// A sentence as it stands after a colon.
fn lower(sentence: &str) -> String {
    let mut chars = sentence.chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}

/// The plan as it is written: its kept intent says since now, as the write is made now and not when the plan was read,
/// and why, where the operator said so; and it ends when the lease that they gave it does, in ms.
pub fn settle(plan: &mut Plan, reason: Option<&str>, lease: Option<i64>, now: Moment) {
    if let Some(reason) = reason {
        plan.reason = Some(reason.into());
    }
    if let Some(intent) = &mut plan.draft.intent {
        intent.at = now;
        intent.until = lease.map(|ms| now.plus(ms)).or(intent.until);
        if let Some(reason) = reason {
            intent.reason = Some(reason.into());
        }
    }
    for write in [&mut plan.draft.guard, &mut plan.draft.note].into_iter().flatten() {
        if let Some(act) = write.after.as_deref().and_then(LastAct::read) {
            write.after = Some(LastAct { at: now, reason: plan.reason.clone(), ..act }.bytes().into());
        }
    }
    let own = plan.draft.intent.as_ref().map(Intent::bytes);
    for write in plan.draft.writes.iter_mut().filter(|write| write.path.starts_with(intent::ROOT)) {
        let Some(after) = &write.after else { continue };
        // An undo puts back an intent of before: what is wanted is wanted again since now.
        let again = || -> Option<Vec<u8>> {
            let kept: Intent = serde_json::from_slice(after).ok()?;
            Some(Intent { at: now, ..kept }.bytes())
        };
        if let Some(bytes) = own.clone().or_else(again) {
            write.after = Some(bytes.into());
        }
    }
}

/// The command line that asks for the same plan; `None` where the instance has no address to name it by.
pub fn command(plan: &Plan, registry: &str, reason: &str) -> Option<String> {
    let draft = &plan.draft;
    let mut words = vec!["keepwatch".to_owned(), draft.op.word().to_owned()];
    match &draft.undo_of {
        Some(id) => words.push(quoted(id)),
        None => words.push(draft.target.address.as_ref().map(|_| quoted(&draft.target.to_string()))?),
    }
    if let Op::Weight(number) = draft.op {
        words.push(number.to_string());
    }
    let kept = draft.intent.as_ref().and_then(|intent| intent.reason.as_deref());
    let kept = plan.reason.as_deref().or(kept).unwrap_or_default();
    let reason = if reason.is_empty() { kept } else { reason };
    if !reason.is_empty() {
        words.extend(["--reason".to_owned(), quoted(reason)]);
    }
    if let Some(intent) = &draft.intent {
        if let Some(until) = intent.until {
            words.extend(["--for".to_owned(), format!("{}s", (until.since(intent.at) + 999) / 1000)]);
        }
        if intent.ties.hold.is_some() {
            words.push("--hold".to_owned());
        }
    }
    if let Some(way) = &draft.way {
        let via = if way.other == Some(Via::Registry) { Via::Actuator } else { Via::Registry };
        words.extend(["--via".to_owned(), via.word().to_owned()]);
    }
    words.extend(["--registry".to_owned(), quoted(registry)]);
    Some(words.join(" "))
}

/// A word as a shell takes it for one.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:,@%+=".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

/// What was not done, in the form that "has not" takes.
fn participle(what: &str) -> String {
    what.strip_prefix("took ").map_or_else(|| what.to_owned(), |rest| format!("taken {rest}"))
}

/// The line of the story that tells how an action ended.
pub fn event(plan: &Plan, receipt: &Receipt, by: &Arc<str>, at: Moment) -> Event {
    let target = &plan.draft.target;
    let what = match plan.draft.op {
        Op::Drain => format!("drained {target}"),
        Op::Undrain => format!("undrained {target}"),
        Op::Weight(n) => format!("set the weight of {target} to {n}"),
        Op::Deregister => format!("deregistered {target}"),
        Op::Undo => {
            let step = plan.draft.undo_of.as_deref().map(|id| format!(" (journal {id})")).unwrap_or_default();
            match plan.draft.undone() {
                Some(Op::Weight(n)) => format!("took back the weight {n} of {target}{step}"),
                Some(op) => format!("took back the {} of {target}{step}", op.word()),
                None if step.is_empty() => format!("took back the last step on {target}"),
                None => format!("took back a step on {target}{step}"),
            }
        }
    };
    let detail = receipt.detail.as_deref().map(|d| format!(": {d}")).unwrap_or_default();
    let text = match receipt.outcome {
        Outcome::Done => format!("{by} {what}"),
        Outcome::Requested if receipt.verified_ms.is_some() => format!("{by} {what}"),
        Outcome::Requested => format!("{by} {what}; not seen yet in the registry"),
        Outcome::NoEffect => format!("{by} {what}: nothing had to change{detail}"),
        Outcome::Refused | Outcome::Planned | Outcome::Failed | Outcome::Unreachable => {
            format!("{by} has not {}{detail}", participle(&what))
        }
        Outcome::Conflict => format!("{by} has not {}: it changed since it was read{detail}", participle(&what)),
        Outcome::Unknown => format!("{by} {what}: outcome unknown{detail}"),
    };
    let kept = plan.draft.intent.as_ref().and_then(|i| i.reason.as_deref());
    // Behind a sentence that has a clause of its own, the reason is named as one.
    let plain = matches!(receipt.outcome, Outcome::Done | Outcome::Requested) && receipt.detail.is_none();
    let reason = plan.reason.as_deref().or(kept);
    let reason = reason.map(|r| if plain { format!(": {r}") } else { format!(" (reason: {r})") });
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

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::{
        domain::{
            health::Asked,
            plan::{Durability, Target},
        },
        insight::verdict::scene::Scene,
    };

    pub(in crate::insight) fn drain(scene: &Scene) -> Plan {
        act(scene, Op::Drain)
    }

    fn act(scene: &Scene, op: Op) -> Plan {
        let id = Scene::id("a", "127.0.0.1:1");
        let service = scene.world.registry.services().next().expect("it is registered").id.clone();
        let target = Target { service, address: Some(id.address), paths: vec!["/a/127.0.0.1:1".into()] };
        let draft = Draft::new(op, target, Vec::new(), Durability::UntilNewSession, "");
        plan(&scene.world, draft)
    }

    #[test]
    fn answers_that_tell_no_health_make_nobody_the_last_one() {
        let mut scene = Scene::new();
        for address in ["127.0.0.1:1", "127.0.0.1:2"] {
            scene.registered("a", address, 10);
            scene.says("a", address, Asked::Answered(HealthState::Unknown), None);
        }
        let plan = drain(&scene);
        assert_eq!(plan.danger, Danger::Safe, "{:?}", plan.warnings);
        assert!(plan.warnings.iter().any(|w| w.contains("Health of a is not known")), "{:?}", plan.warnings);
    }

    #[test]
    fn one_where_nobody_listens_is_never_the_last_healthy_one() {
        let mut scene = Scene::new();
        scene.registered("a", "127.0.0.1:1", 10);
        scene.says("a", "127.0.0.1:1", Asked::Silent, Some("no answer in 5 s"));
        assert_eq!(drain(&scene).danger, Danger::LastHealthy, "others may reach it");
        scene.says("a", "127.0.0.1:1", Asked::Refused, Some("connection refused"));
        let plan = drain(&scene);
        assert_eq!(plan.danger, Danger::Safe, "{:?}", plan.warnings);
        assert!(plan.warnings.iter().any(|w| w.contains("nobody listens here")), "{:?}", plan.warnings);
        scene.registered("a", "127.0.0.1:2", 10);
        scene.says("a", "127.0.0.1:2", Asked::Answered(HealthState::Up), None);
        assert_eq!(drain(&scene).danger, Danger::Safe);
    }
    #[test]
    fn a_share_that_is_not_known_is_not_0_and_the_only_one_takes_all() {
        let mut scene = Scene::new();
        scene.registered("a", "127.0.0.1:1", 10);
        scene.weightless("a", "127.0.0.1:1");
        let said = |scene: &Scene| {
            let warnings = act(scene, Op::Deregister).warnings;
            warnings.iter().find(|w| w.starts_with("It is not drained")).expect("it is said").to_string()
        };
        assert!(said(&scene).contains("100 %"), "{}", said(&scene));
        scene.registered("a", "127.0.0.1:2", 10);
        assert!(said(&scene).ends_with("is not known."), "{}", said(&scene));
        scene.registered("a", "127.0.0.1:1", 10);
        scene.weightless("a", "127.0.0.1:2");
        assert!(said(&scene).ends_with("is not known."), "beside one that is not known: {}", said(&scene));
        scene.registered("a", "127.0.0.1:2", 10);
        assert!(said(&scene).contains("50 %"), "{}", said(&scene));
    }
}
