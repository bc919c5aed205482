//! What speaks for and against a deregister, as far as it is known: by whom and for how long the instance is drained, whether
//! calls still come, and who carries them then. What is not known is left out.

use crate::{
    domain::{
        id::InstanceId,
        instance::RegistryAdmin,
        intent::Op,
        plan::{Plan, Remaining},
        show,
        text::Shown,
        time::Moment,
    },
    insight::progress,
    store::World,
};

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Whether it speaks for the deregister.
    pub good: bool,
    /// What was found.
    pub text: String,
}

/// All of them; none for what is no deregister. `clock` writes a moment.
pub fn all(world: &World, plan: &Plan, now: Moment, clock: impl Fn(Moment) -> String) -> Vec<Check> {
    let target = &plan.draft.target;
    let (Op::Deregister, Some(address), Some(service)) =
        (plan.draft.op, &target.address, world.registry.service(&target.service))
    else {
        return Vec::new();
    };
    let id = InstanceId { service: target.service.name.clone(), address: address.clone() };
    let own = |path: &str| target.paths.iter().any(|own| **own == *path);
    let mut checks = Vec::new();
    let mut say = |good: bool, text: String| {
        checks.push(Check { good, text: Shown::new(&text).as_str().to_owned() });
    };
    let drained = service.registered().filter(|(_, i)| own(&i.path)).all(|(_, i)| i.admin == RegistryAdmin::Drained);
    let intent = world.registry.intent(&id.service, address).filter(|intent| intent.op == Op::Drain && drained);
    if let Some(intent) = intent {
        let held = show::duration((now.since(intent.at).max(0) / 1000) as u64);
        let reason = intent.reason.as_deref().map(|reason| format!(" ({reason})")).unwrap_or_default();
        say(true, format!("drained for {held} by {}{reason}", intent.by));
    }
    let since = intent.map_or(now, |intent| intent.at);
    let seen = progress::look(world, &target.service, &id, since, None, now);
    if let Some(share) = seen.share {
        let last = match seen.last_call {
            Some(at) => format!(", last call at {}", clock(at)),
            None => ", no call was ever seen".to_owned(),
        };
        say(share == 0.0, format!("share seen {}{last}", show::percent(share)));
    }
    carried(world, plan, &mut say);
    let left = service.registered().filter(|(_, i)| !own(&i.path)).count();
    let name = target.service.name.strip_suffix("-service").unwrap_or(&target.service.name);
    match left {
        0 => say(false, format!("no instance of {name} will be registered")),
        1 => say(false, format!("one instance of {name} will be registered; none is spare")),
        _ => {}
    }
    checks
}

/// Who carries the calls then: how many, and how fast they are now, where traffic tells.
fn carried(world: &World, plan: &Plan, say: &mut impl FnMut(bool, String)) {
    let service = &plan.draft.target.service.name;
    let told = |one: &Remaining| {
        let address = one.address.as_ref().filter(|_| one.share_after.is_some_and(|share| share > 0.0))?;
        let id = InstanceId { service: service.clone(), address: address.clone() };
        let traffic = world.traffic.instance(&id)?;
        Some((address.text().to_owned(), traffic.rate?, traffic.p95_ms?))
    };
    let mut rest: Vec<(String, f64, f64)> = plan.remaining.iter().filter_map(told).collect();
    let rate = show::rate(rest.iter().map(|(_, rate, _)| rate).sum());
    // The slowest is the one to know.
    rest.sort_by(|a, b| b.2.total_cmp(&a.2));
    match rest.as_slice() {
        [] => {}
        [(name, _, p95)] => say(true, format!("{name} carries {rate} at p95 {}", show::latency(*p95))),
        [(name, _, p95), ..] => {
            let slowest = show::latency(*p95);
            say(true, format!("{} others carry {rate}, the slowest, {name}, at p95 {slowest}", rest.len()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{
            id::{Layout, ServiceId},
            plan::{Draft, Durability, Target},
        },
        insight::{impact, verdict::scene::Scene},
    };

    #[test]
    fn a_deregister_of_a_drained_one_says_by_whom_and_that_none_is_spare() {
        let mut scene = Scene::new();
        scene.registered("a-service", "127.0.0.1:1", 0);
        scene.registered("a-service", "127.0.0.1:2", 5);
        scene.complete();
        scene.drained_by_ana("a-service", "127.0.0.1:1");
        scene.seconds(540);
        let service = ServiceId { name: "a-service".into(), layout: Layout::SEED, parent: "/a-service".into() };
        let target =
            Target { service, address: "127.0.0.1:1".parse().ok(), paths: vec!["/a-service/127.0.0.1:1".into()] };
        let told = |op: Op| -> Vec<(bool, String)> {
            let draft = Draft::new(op, target.clone(), Vec::new(), Durability::UntilNewSession, "");
            let plan = impact::plan(&scene.world, draft);
            let all = all(&scene.world, &plan, scene.now(), Moment::rfc3339);
            all.into_iter().map(|check| (check.good, check.text)).collect()
        };
        let all = told(Op::Deregister);
        assert_eq!(all[0], (true, "drained for 9 min by ana (kernel update)".into()), "{all:?}");
        assert_eq!(all.last(), Some(&(false, "one instance of a will be registered; none is spare".into())), "{all:?}");
        assert!(told(Op::Drain).is_empty());
    }
}
