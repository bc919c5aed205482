//! Several actions one after another, on the command line: each planned anew right before it, the next when the siblings of
//! the last one are well. SIGINT and SIGTERM end it between two steps.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::{
    Hand, Said, Step, carry_out, print,
    stay::{Stay, Stop},
};
use crate::{
    cli::{
        args_action::HowArgs,
        events,
        exit::{Exit, Outcome as Ended},
    },
    domain::{
        id::ServiceId,
        intent::{self, Op},
        plan::{Draft, Durability, Refusal, Target as Found},
        show,
        text::Shown,
        time::Moment,
    },
    insight::{
        batch::{Gate, gate, nobody_left},
        share, whole,
    },
    registry::NoDraft,
    runtime::setup,
};

/// For how long a step waits for the siblings of the last one.
const PATIENCE: Duration = Duration::from_secs(60);
/// For how long what was written is waited for in the picture that the next plan is made on.
const SEEN: Duration = Duration::from_secs(1);

/// Carries them out, and then stays where that is asked for; the worst exit status of all.
///
/// # Errors
/// When nothing can be printed, or the registry cannot be reached.
pub async fn run(hand: &mut Hand, steps: Vec<Step>, every: Duration, mut stay: Stay, how: &HowArgs) -> Ended {
    let several = steps.len() > 1;
    let mut worst = Exit::Done;
    let emptied = if several { emptied(hand, &steps) } else { None };
    let mut stop: Option<Refusal> = emptied.as_ref().and_then(|service| unsaid(service, how));
    if several && !how.dry_run && stop.is_none() {
        stop = missing(&steps).or_else(|| railed(hand, &steps));
    }
    // What all of it comes to is read with the first step, while nothing is written yet.
    let mut ahead = if several { whole_of(hand, &steps) } else { Vec::new() };
    let mut steps = steps;
    if how.dry_run
        && let Some(told) = ramp(&steps, every)
    {
        // What is planned of the others is planned on what the first one writes.
        ahead.insert(0, told);
        steps.truncate(1);
    }
    let (interrupt, mut interrupted) = watch::channel(false);
    // With a question open on the terminal a signal ends the program as ever: nothing is under way then.
    let listening = how.yes && !how.dry_run;
    if listening {
        let stop = events::stopped();
        tokio::spawn(async move {
            stop.await;
            let _ = interrupt.send(true);
        });
    }
    let (mut done, mut left): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
    let count = steps.len();
    for (n, step) in steps.iter().enumerate() {
        if *interrupted.borrow() && stop.is_none() {
            stop = Some(stopped());
        }
        let drafted = match (&stop, &step.found) {
            (Some(why), _) => Err(NoDraft::Refused(why.clone())),
            (None, Ok(found)) => tokio::select! {
                drafted = hand.actor.draft(found, step.op, step.why.clone()) => drafted,
                Ok(_) = interrupted.wait_for(|asked| *asked) => {
                    stop = Some(stopped());
                    Err(NoDraft::Refused(stopped()))
                }
            },
            (None, Err(refusal)) => Err(NoDraft::Refused(refusal.clone())),
        };
        let exit = match drafted {
            Ok(draft) => {
                let written = draft.clone();
                let whole = emptied.as_ref().filter(|service| **service == draft.target.service);
                let told = |service: &ServiceId| {
                    format!("After all of it no healthy instance of {} would be left.", service.name)
                };
                let first = ahead.iter().filter(|_| n == 0).cloned();
                let ahead = whole.map(told).into_iter().chain(first).map(Arc::from).collect();
                let reason = step.why.reason.clone();
                let before = if how.dry_run { before(&steps[..n]) } else { Vec::new() };
                let said = Said { reason, ahead, beside: beside(&steps[..n]), before };
                let exit = carry_out(hand, draft, &said, how, &step.name).await?;
                stay.with(written.intent.as_ref().filter(|_| exit == Exit::Done));
                let since = setup::now();
                if exit != Exit::Done && several && !how.dry_run {
                    let why = format!("Not done: the step before, {}, was not done.", step.name);
                    stop = Some(Refusal::new(why));
                } else if n + 1 < count && !how.dry_run && !written.writes.is_empty() {
                    stop = pause(hand, (step, &written), since, every, &interrupted).await;
                }
                exit
            }
            Err(no) => print::no_draft(step.op.word(), &step.name, &no, how)?,
        };
        if exit == Exit::Done { &mut done } else { &mut left }.push(&step.name);
        worst = worst.max(exit);
    }
    if !*interrupted.borrow() {
        hand.leases(how).await;
    }
    if *interrupted.borrow() {
        if several {
            let list = |names: &[&str]| if names.is_empty() { "nothing".to_owned() } else { names.join(", ") };
            let told = format!("Stopped. Done: {}. Not done: {}.", list(&done), list(&left));
            eprintln!("{}", Shown::new(&told).as_str());
        }
        // Who stopped it does not want it to stay, either.
        stay.stopped();
        return Ok(worst.max(stay.over(hand).await?));
    }
    let stop: Stop = match listening {
        true => Box::pin(async move {
            let _ = interrupted.wait_for(|asked| *asked).await;
        }),
        false if stay.wanted => Box::pin(events::stopped()),
        false => Box::pin(std::future::pending()),
    };
    Ok(worst.max(stay.until_over(hand, stop).await?))
}

fn stopped() -> Refusal {
    Refusal::new("Not done: stopped between two steps.")
}

/// The service of which nobody healthy would be left after all steps.
fn emptied(hand: &Hand, steps: &[Step]) -> Option<ServiceId> {
    let acts = steps.iter().filter_map(|step| Some((step.found.as_ref().ok()?, step.op)));
    let acts: Vec<(&Found, Op)> = acts.collect();
    nobody_left(&hand.run.model.world, acts.iter().copied())
}

/// Why the whole is refused: somebody who was named is not there, so that what was meant is not known.
fn missing(steps: &[Step]) -> Option<Refusal> {
    let why = steps.iter().find_map(|step| step.found.as_ref().err())?;
    Some(Refusal::new(format!("Nothing was written, as not all that was named is there: {}", why.why)))
}

/// Whom these steps take out.
fn beside(steps: &[Step]) -> Vec<Found> {
    let out = steps.iter().filter(|step| matches!(step.op, Op::Drain | Op::Deregister | Op::Weight(0)));
    out.filter_map(|step| step.found.as_ref().ok().cloned()).collect()
}

/// The steps of a ramp after its first, in words; `None` where it is none.
fn ramp(steps: &[Step], every: Duration) -> Option<String> {
    let [first, rest @ ..] = steps else { return None };
    let weight = |(n, step): (usize, &Step)| match step.op {
        Op::Weight(weight) if step.name == first.name => {
            let after = every * u32::try_from(n + 1).unwrap_or(u32::MAX);
            Some(format!("{weight} after {}", show::duration(after.as_secs())))
        }
        _ => None,
    };
    let told: Option<Vec<String>> = rest.iter().enumerate().map(weight).collect();
    let told = told.filter(|told| !told.is_empty())?;
    Some(format!(
        "This is the first of {} steps. Then weight {}; each is planned anew right before it.",
        steps.len(),
        told.join(", ")
    ))
}

/// What these steps do, for a step after them of which only the plan is asked.
fn before(steps: &[Step]) -> Vec<(Found, Op)> {
    steps.iter().filter_map(|step| Some((step.found.as_ref().ok()?.clone(), step.op))).collect()
}

/// Why the whole is refused: a guard rail would end it on its way, which is known before the first write.
fn railed(hand: &Hand, steps: &[Step]) -> Option<Refusal> {
    steps.iter().enumerate().find_map(|(n, step)| {
        let target = step.found.as_ref().ok()?.clone();
        let draft = Draft::new(step.op, target, Vec::new(), Durability::UntilRemoved, "");
        let said = Said { reason: step.why.reason.clone(), beside: beside(&steps[..n]), ..Said::default() };
        let plan = hand.plan(draft, &said);
        let asks =
            || plan.asks_reason.as_deref().filter(|_| plan.reason.is_none()).map(|why| format!("{why} --reason."));
        let why = plan.refused.as_ref().map(|refusal| refusal.why.to_string()).or_else(asks)?;
        Some(Refusal::new(format!("Nothing was written, for the sake of {}: {why}", step.name)))
    })
}

/// Of each service that all steps leave to one instance, that it is so; and what its share is then.
fn whole_of(hand: &Hand, steps: &[Step]) -> Vec<String> {
    let acts: Vec<_> = steps.iter().filter_map(|step| Some((step.found.as_ref().ok()?, step.op, None))).collect();
    let wholes = whole::all(&hand.run.model.world, &acts);
    let told = |one: whole::Whole| {
        let warning = one.warning?;
        let shares = one.remaining.iter().zip(share::whole(&one.remaining)).map(|(row, (before, after))| {
            let address = row.address.as_ref().map_or("?", |address| address.text());
            format!("{address} {} > {}", share::word(before), share::word(after))
        });
        Some(format!("{warning} Shares over all of it: {}.", shares.collect::<Vec<_>>().join(", ")))
    };
    wholes.into_iter().filter_map(told).collect()
}

/// Why the whole is refused: nobody healthy would be left, and nobody said that this is meant.
fn unsaid(service: &ServiceId, how: &HowArgs) -> Option<Refusal> {
    (how.yes && !how.yes_last).then(|| {
        Refusal::new(format!(
            "Not confirmed: after all of it no healthy instance of {} would be left; --yes-last is needed beside --yes. \
             Nothing was written.",
            service.name
        ))
    })
}

/// Waits until what was written is seen, the siblings are well and the time of the next step has come; else why it ends.
async fn pause(
    hand: &mut Hand,
    (step, written): (&Step, &Draft),
    since: Moment,
    every: Duration,
    interrupted: &watch::Receiver<bool>,
) -> Option<Refusal> {
    let Ok(found) = &step.found else { return None };
    let own = |path: &str| path.starts_with('/') && !path.starts_with(intent::ROOT);
    hand.run
        .until(SEEN, |model| {
            let mut writes = written.writes.iter().filter(|write| own(&write.path));
            writes.all(|w| model.world.registry.instance(&w.path).map(|i| &i.raw) == w.after.as_ref())
        })
        .await;
    let mut gates = Gate::Open;
    let stopped = || *interrupted.borrow();
    let open = hand
        .run
        .until(PATIENCE, |model| {
            gates = gate(&model.world, (found, step.op), since);
            stopped() || !matches!(gates, Gate::Wait(_))
        })
        .await;
    let why = match gates {
        _ if stopped() => "stopped between two steps".to_owned(),
        Gate::Shut(why) => why,
        Gate::Wait(why) if !open => format!("{why}, in {} s", PATIENCE.as_secs()),
        Gate::Wait(_) | Gate::Open => {
            let left = every.saturating_sub(Duration::from_millis(setup::now().since(since).unsigned_abs()));
            if !left.is_zero() {
                hand.run.until(left, |_| stopped()).await;
            }
            return None;
        }
    };
    Some(Refusal::new(format!("Not done: {why}.")))
}
