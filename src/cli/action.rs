//! `keepwatch drain|undrain|deregister|weight|undo`: plan, confirm, apply, verify; the same plan and the same writer as the
//! keys have.

mod ask;
mod batch;
mod ending;
mod print;
mod stay;

use std::{sync::Arc, time::Duration};

use super::{
    args_action::{ActionArgs, ChoiceArgs, DrainArgs, HowArgs, TermsArgs, UndoArgs, WeightArgs, WhyArgs},
    exit::{Exit, Failure, Outcome as Ended},
    start,
};
use crate::{
    config::settings::Settings,
    domain::{
        duty::Duty,
        intent::{Op, Why},
        plan::{Assent, Confirmed, Draft, Outcome, Plan, Receipt, Refusal, Target as Found},
        ramp::Weights,
        target::Target,
    },
    insight::{
        batch::{Choice, choose},
        comeback,
        guard::{self, Rails},
        impact, undo, whole,
    },
    registry::{NoDraft, Registry},
    runtime::{actor::Actor, headless::Headless, person, setup, sources::Wanted},
};
use stay::Stay;

/// How long the service's instances are asked for their health before a plan, at most.
const ASK: Duration = Duration::from_secs(2);
/// How long the picture may lag behind what has just been read anew.
const CAUGHT_UP: Duration = Duration::from_millis(150);

/// `undrain`, `deregister`.
///
/// # Errors
/// As the table of exit statuses says.
pub fn run(settings: &Settings, op: Op, args: &ActionArgs) -> Ended {
    act(settings, op, args, &TermsArgs::default())
}

/// `drain`.
///
/// # Errors
/// As above.
pub fn drain(settings: &Settings, args: &DrainArgs) -> Ended {
    act(settings, Op::Drain, &args.action, &args.terms)
}

fn act(settings: &Settings, op: Op, args: &ActionArgs, terms: &TermsArgs) -> Ended {
    start::block_on(async {
        let ChoiceArgs { host, version, zone, service } = args.choice.clone();
        let choice = Choice { host, version, zone, service };
        let services: Vec<&str> = args.targets.iter().map(|t| t.service.as_str()).collect();
        let mut hand = Hand::new(settings, &args.why, &args.how, &services).await?;
        let mut named: Vec<(String, Result<Found, Refusal>)> =
            args.targets.iter().map(|target| (target.to_string(), hand.find(target))).collect();
        if named.is_empty() {
            let chosen = choose(&hand.run.model.world, &choice);
            if chosen.is_empty() {
                let why = "No such target: no registered instance is on that host, or tells that version or zone.";
                return print::no_draft(op.word(), "", &NoDraft::Refused(Refusal::new(why)), &args.how);
            }
            let names: Vec<Arc<str>> = chosen.iter().map(|target| target.service.name.clone()).collect();
            hand.ask(&names.iter().map(|name| &**name).collect::<Vec<_>>()).await;
            named.extend(chosen.into_iter().map(|found| (found.to_string(), Ok(found))));
        }
        let stay = Stay::new(&hand, settings, terms, &args.how).await?;
        let why = Why { via: args.via, ..stay.why(terms, &args.why) };
        let steps = named.into_iter().map(|(name, found)| Step { name, found, op, why: why.clone() }).collect();
        batch::run(&mut hand, steps, Duration::ZERO, stay, &args.how).await
    })
}

/// `weight`.
///
/// # Errors
/// As above.
pub fn weight(settings: &Settings, args: &WeightArgs) -> Ended {
    let (weights, every) = match (args.weight, args.over) {
        (Weights::One(number), None) => (vec![number], Duration::ZERO),
        (Weights::Ramp(ramp), Some(over)) => {
            if args.terms.time.is_some() || args.terms.dead_man {
                return Err(Failure::usage(
                    "--for and --dead-man put back the weight from before the last step, which in a ramp is a step of its own: \
                     set one weight with them, or ramp without",
                ));
            }
            let (weights, every) = ramp.steps(i64::try_from(over.as_millis()).unwrap_or(i64::MAX));
            (weights, Duration::from_millis(every.unsigned_abs()))
        }
        (Weights::One(_), Some(_)) => {
            return Err(Failure::usage("--over belongs to a ramp: weight TARGET 1..10 --over 5m"));
        }
        (Weights::Ramp(_), None) => return Err(Failure::usage("a ramp needs its time: weight TARGET 1..10 --over 5m")),
    };
    start::block_on(async {
        let mut hand = Hand::new(settings, &args.why, &args.how, &[&args.target.service]).await?;
        let found = hand.find(&args.target);
        let stay = Stay::new(&hand, settings, &args.terms, &args.how).await?;
        let why = stay.why(&args.terms, &args.why);
        let last = weights.len() - 1;
        let step = |(n, number)| Step {
            name: args.target.to_string(),
            found: found.clone(),
            op: Op::Weight(number),
            // What is held is the weight that a ramp comes to, not one on the way.
            why: if n == last { why.clone() } else { Why { hold: false, ..why.clone() } },
        };
        let steps = weights.into_iter().enumerate().map(step).collect();
        batch::run(&mut hand, steps, every, stay, &args.how).await
    })
}

/// One action on one instance.
struct Step {
    /// As it was named.
    name: String,
    /// Its znodes, or why there are none.
    found: Result<Found, Refusal>,
    op: Op,
    /// Why, for how long, and who keeps it.
    why: Why,
}

/// What is said of a plan beside what follows from the registry.
#[derive(Clone, Debug, Default)]
struct Said {
    /// Why, in the operator's words.
    reason: Option<Arc<str>>,
    /// What there is to say first: of the whole that it is a step of.
    ahead: Vec<Arc<str>>,
    /// Whom the steps before it take out.
    beside: Vec<Found>,
    /// The steps before it that would be done by then, where nothing is written.
    before: Vec<(Found, Op)>,
}

/// What an action has at hand.
struct Hand {
    actor: Actor,
    run: Headless,
    by: String,
}

impl Hand {
    /// Reads the registry and asks `services` for their health.
    async fn new(settings: &Settings, why: &WhyArgs, how: &HowArgs, services: &[&str]) -> Result<Hand, Failure> {
        if settings.read_only {
            return Err(Failure::new(
                Exit::Refused,
                "Not possible: keepwatch is read-only here; nothing was planned or written.",
            ));
        }
        let registry: Registry = start::registry(settings)?;
        let by = person::by(why.by.as_deref());
        let actor = setup::actor(settings, registry.clone(), &by);
        if let Some(why) = actor.no_journal().filter(|_| !how.dry_run) {
            return Err(Failure::new(Exit::Refused, format!("Not possible: no step can be journalled. {why}")));
        }
        let mut run = start::headless(settings, &registry, Wanted { probes: true, ..Wanted::default() }).await;
        if !start::reached(&mut run, start::REACH).await {
            return Err(start::unreachable(&run.model));
        }
        let mut hand = Hand { actor, run, by };
        hand.ask(services).await;
        Ok(hand)
    }

    async fn ask(&mut self, services: &[&str]) {
        let registry = &self.run.model.world.registry;
        let ids: Vec<_> = services
            .iter()
            .flat_map(|name| registry.meant(name))
            .flat_map(|s| s.registered().filter_map(move |(slot, _)| slot.id(s)))
            .collect();
        self.run.prefer(ids.clone());
        self.run.until(ASK, |model| ids.iter().all(|id| model.world.health.get(id).is_some())).await;
    }

    /// The znodes of a target.
    fn find(&self, target: &Target) -> Result<Found, Refusal> {
        let model = &self.run.model;
        model.world.registry.find(target, &model.setup.registry)
    }

    /// Does what is due about a kept intent; why not, in words. What a person confirmed under the guard rails ends freely.
    async fn end(&self, duty: &Duty) -> Result<Receipt, String> {
        let draft = self.actor.draft_duty(duty).await.map_err(|no| no.to_string())?;
        let assent = Assent::Intent(duty.path.clone());
        let plan = impact::plan(&self.run.model.world, draft);
        let plan = Confirmed::new(plan, assent).map_err(|refusal| refusal.to_string())?;
        Ok(self.actor.apply_duty(duty, &plan).await)
    }

    /// What the draft would mean, with the guard rails of the file laid over it.
    fn plan(&self, draft: Draft, said: &Said) -> Plan {
        let model = &self.run.model;
        let mut plan = impact::plan(&model.world, draft);
        plan.warnings.splice(0..0, said.ahead.iter().cloned());
        plan.reason = said.reason.clone().or(plan.reason);
        let before: Vec<whole::Step<'_>> = said.before.iter().map(|(found, op)| (found, *op, None)).collect();
        if !before.is_empty() {
            let step = (&plan.draft.target, plan.draft.op, plan.draft.becomes);
            plan.remaining = whole::then(&model.world, &before, step).unwrap_or(plan.remaining);
        }
        let cluster = model.setup.cluster.as_deref();
        let rails = Rails { guards: &model.setup.guards, cluster, by: &self.by, beside: &said.beside };
        guard::lay(&model.world, rails, &mut plan);
        plan
    }
}

/// `undo`.
///
/// # Errors
/// As above.
pub fn undo(settings: &Settings, args: &UndoArgs) -> Ended {
    start::block_on(async {
        let mut hand = Hand::new(settings, &args.why, &args.how, &[]).await?;
        let steps = hand.actor.steps(args.id.as_deref().map(Into::into)).await;
        let matched = match steps.and_then(|steps| undo::matched(&hand.run.model.world, steps)) {
            Ok(matched) => matched,
            Err(refusal) => return print::no_draft("undo", "", &NoDraft::Refused(refusal), &args.how),
        };
        if let Some((target, _)) = matched.first() {
            let service = target.service.name.clone();
            hand.ask(&[&service]).await;
        }
        match hand.actor.draft_undo(&matched).await {
            Ok(draft) => {
                let name = draft.target.to_string();
                let said = Said { reason: args.why.reason.as_deref().map(Into::into), ..Said::default() };
                let ended = carry_out(&mut hand, draft, &said, &args.how, &name).await?;
                hand.leases(&args.how).await;
                Ok(ended)
            }
            Err(no) => print::no_draft("undo", "", &no, &args.how),
        }
    })
}

/// Shows the plan, confirms it by flags or by the person at the terminal, applies it, and tells how it ended.
async fn carry_out(hand: &mut Hand, draft: Draft, said: &Said, how: &HowArgs, name: &str) -> Ended {
    let takes = matches!(draft.op, Op::Drain | Op::Deregister | Op::Weight(0)) || draft.guard.is_some();
    if takes && !draft.writes.is_empty() {
        // What somebody else has changed until the draft was read is in the picture, too, that the plan is judged on.
        hand.run.until(CAUGHT_UP, |_| false).await;
    }
    let mut plan = hand.plan(draft, said);
    let held = match plan.draft.op {
        Op::Deregister => comeback::sentence(&hand.run.model.world, &plan),
        _ => plan.draft.holds(),
    };
    if how.dry_run {
        // As asked: by the flags, and where there are none as if a person had typed the name.
        let said = match (how.yes, how.yes_last) {
            (true, true) => Assent::YesLast,
            (true, false) => Assent::Yes,
            (false, _) => Assent::TypedName(plan.draft.target.typed_name()),
        };
        let bites = Confirmed::new(plan.clone(), said).err().map(|refusal| refusal.why);
        let exit = if bites.is_some() { Exit::Refused } else { Exit::Done };
        let receipt = Receipt { outcome: Outcome::Planned, detail: bites, verified_ms: None };
        print::done(&plan, (name, held), &receipt, None, how)?;
        return Ok(exit);
    }
    let assent = match (how.yes, how.yes_last) {
        (true, true) => Ok(Assent::YesLast),
        (true, false) => Ok(Assent::Yes),
        (false, _) => {
            let (asked, assent) = ask::ask(hand, plan, said, (name, held)).await?;
            plan = asked;
            assent
        }
    };
    // The intent counts from now, not from when the plan was read: a person may have thought about it for long.
    impact::settle(&mut plan, None, None, setup::now());
    let confirmed = match assent.and_then(|assent| Confirmed::new(plan.clone(), assent)) {
        Ok(confirmed) => confirmed,
        Err(refusal) => {
            plan.refused = Some(refusal.clone());
            let receipt = Receipt { outcome: Outcome::Refused, detail: Some(refusal.why), verified_ms: None };
            print::done(&plan, (name, held), &receipt, None, how)?;
            return Ok(Exit::Refused);
        }
    };
    let unsure = |why: &str| eprintln!("{name}: outcome unknown ({why}); finding out.");
    let (receipt, journal) = hand.actor.apply(&confirmed, unsure).await;
    print::done(confirmed.get(), (name, held), &receipt, journal.as_deref(), how)?;
    Ok(match receipt.outcome {
        Outcome::Done | Outcome::Requested | Outcome::NoEffect | Outcome::Planned => Exit::Done,
        Outcome::Refused => Exit::Refused,
        Outcome::Conflict => Exit::Conflict,
        Outcome::Unknown => Exit::Unknown,
        Outcome::Failed => Exit::Refused,
        Outcome::Unreachable => Exit::Unreachable,
    })
}
