//! `keepwatch resolve`: plays the part of a client. What it would choose, and how often, by the weights in the registry.

use serde_json::json;

use super::{
    args::{Format, ResolveArgs},
    exit::{Exit, Failure, Outcome},
    out,
    snapshot::json::number,
    start,
};
use crate::{
    app::Model,
    config::settings::Settings,
    domain::{show, text::Shown},
    insight::share,
    runtime::sources::Wanted,
};

/// A candidate: its address, its weight, how often it was drawn.
struct Candidate {
    address: String,
    weight: f64,
    picks: u32,
}

/// Resolves and prints.
///
/// # Errors
/// Refused, where no instance of the service can be chosen; unreachable.
pub fn run(settings: &Settings, args: &ResolveArgs) -> Outcome {
    start::block_on(async {
        let registry = start::registry(settings)?;
        let mut run = start::headless(settings, &registry, Wanted::default()).await;
        if !start::reached(&mut run, start::REACH).await {
            return Err(start::unreachable(&run.model));
        }
        let mut all = candidates(&run.model, &args.service)?;
        let chosen = choose(&mut all, args.n);
        out::print(&text(&args.service, chosen.as_deref(), &all, args))
    })
}

fn candidates(model: &Model, name: &str) -> Result<Vec<Candidate>, Failure> {
    let whole = model.world.registry.called(name);
    let registered: Vec<Candidate> = model
        .world
        .registry
        .named(&whole)
        .flat_map(|s| s.registered())
        .filter_map(|(slot, instance)| {
            let weight = share::effective(instance).unwrap_or(1.0).max(0.0);
            Some(Candidate { address: slot.address()?.text().to_owned(), weight, picks: 0 })
        })
        .collect();
    if registered.is_empty() {
        let name = Shown::new(name);
        return Err(Failure::new(
            Exit::Refused,
            format!("No instance of {} is registered in {}.", name.as_str(), model.setup.registry),
        ));
    }
    Ok(registered)
}

/// The heaviest; with a number of draws, the one drawn most often. One of weight 0 never.
fn choose(all: &mut [Candidate], draws: Option<u32>) -> Option<String> {
    let total: f64 = all.iter().map(|c| c.weight).sum();
    if total <= 0.0 {
        return None;
    }
    for _ in 0..draws.unwrap_or(0) {
        let mut at = fastrand::f64() * total;
        for candidate in all.iter_mut().filter(|candidate| candidate.weight > 0.0) {
            if at < candidate.weight {
                candidate.picks += 1;
                break;
            }
            at -= candidate.weight;
        }
    }
    let heavier = |a: &&Candidate, b: &&Candidate| a.picks.cmp(&b.picks).then(a.weight.total_cmp(&b.weight));
    let best = all.iter().filter(|c| c.weight > 0.0).max_by(heavier)?;
    Some(best.address.clone())
}

fn text(service: &str, chosen: Option<&str>, all: &[Candidate], args: &ResolveArgs) -> String {
    if args.output == Format::Json {
        let picks = |c: &Candidate| args.n.map(|_| c.picks);
        let instances: Vec<_> =
            all.iter().map(|c| json!({"address": c.address, "weight": number(c.weight), "picks": picks(c)})).collect();
        return format!("{}\n", json!({"service": service, "chosen": chosen, "instances": instances}));
    }
    let mut out = format!("{}\n", chosen.unwrap_or("none: every weight is 0"));
    for candidate in all {
        let picks = args.n.map(|_| format!("  picks {}", candidate.picks)).unwrap_or_default();
        out.push_str(&format!("  {:<24} weight {}{picks}\n", candidate.address, show::weight(candidate.weight)));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(address: &str, weight: i64) -> Candidate {
        Candidate { address: address.into(), weight: weight as f64, picks: 0 }
    }

    #[test]
    fn the_heaviest_is_chosen_and_one_of_weight_0_never_drawn() {
        let mut all = vec![one("a", 1), one("b", 9), one("c", 0)];
        assert_eq!(choose(&mut all, None).as_deref(), Some("b"));
        choose(&mut all, Some(1000));
        assert_eq!(all.iter().map(|c| c.picks).sum::<u32>(), 1000);
        assert_eq!(all[2].picks, 0);
        assert!(all[1].picks > all[0].picks);
        assert_eq!(choose(&mut [one("a", 0)], None), None);
    }
}
