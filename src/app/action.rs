//! An action on its way: asked of the registry, read by a person, written, verified. One at a time; the runtime does
//! the reading and writing, `insight` says what it would mean.

mod again;

use std::sync::Arc;

pub(super) use again::look;

use super::{
    Model, batch, followed, marks,
    model::Notice,
    msg::{Effect, Effects},
    navigate,
    overlay::{Overlay, PlanField, plan},
    update::say,
};
use crate::domain::way::Via;
use crate::{
    domain::{
        intent::{Op, Why},
        plan::{Assent, Confirmed, Danger, Draft, Outcome, Plan, Receipt, Refusal, Step, Target},
        target,
        time::Moment,
    },
    insight::{self, guard::Rails},
};

/// An action and how far it is.
#[derive(Clone, Debug)]
pub struct Action {
    /// Its number; answers to older ones are ignored.
    pub number: u64,
    /// What is wanted.
    pub op: Op,
    /// Of whom; `None` for an undo, whose target the journal tells.
    pub target: Option<Target>,
    /// It is to be asserted again by itself.
    pub hold: bool,
    /// By which way it is to be written, where its layout has two.
    pub via: Via,
    /// How far it is.
    pub stage: Stage,
}

/// How far an action is.
#[derive(Clone, Debug)]
pub enum Stage {
    /// The registry is read anew.
    Reading(Moment),
    /// The plan is on the screen, nothing is written yet.
    Planned {
        /// The plan.
        plan: Box<Plan>,
        /// When its registry part was read.
        read: Moment,
        /// It is no longer what the world comes to: it has to be read again before a key confirms it.
        stale: bool,
    },
    /// Confirmed and sent.
    Applying {
        /// The plan.
        plan: Box<Plan>,
        /// When it was sent.
        sent: Moment,
        /// The answer was lost: what became of it is being found out.
        unknown: bool,
    },
    /// Ended.
    Ended {
        /// The plan.
        plan: Box<Plan>,
        /// How.
        receipt: Receipt,
        /// Its id in the journal.
        journal: Option<Arc<str>>,
        /// When.
        at: Moment,
    },
}

impl Action {
    /// Whether a write may be under way.
    pub fn in_flight(&self) -> bool {
        matches!(self.stage, Stage::Applying { .. })
    }
}

/// `d`, `u`, `X`, or the command with a target behind it.
pub(super) fn command(model: &mut Model, op: Op, argument: &str) -> Effects {
    if argument.is_empty() {
        return begin(model, op, None);
    }
    match named(model, argument) {
        Ok(target) => begin(model, op, Some(target)),
        Err(why) => {
            say(model, why, true);
            Effects::new()
        }
    }
}

/// `A`: a drain that is asserted again each time the registry loses it; where instances are marked, of all of them.
pub(super) fn hold(model: &mut Model, argument: &str) -> Effects {
    let mut effects = command(model, Op::Drain, argument);
    if effects.is_empty() {
        return effects;
    }
    match (&mut model.action, &mut model.batch) {
        (Some(action), _) => action.hold = true,
        (None, Some(batch)) => batch.hold = true,
        (None, None) => {}
    }
    for effect in &mut effects {
        if let Effect::Plan(_, _, _, why) = effect {
            why.hold = true;
        }
    }
    effects
}

/// `U`: takes back the last step of this user, or the one with this id.
pub(super) fn undo(model: &mut Model, id: &str) -> Effects {
    if let Some(why) = hindered(model) {
        say(model, why, true);
        return Effects::new();
    }
    let number = start(model, Op::Undo, None);
    vec![Effect::FindUndo(number, (!id.is_empty()).then(|| id.into()))]
}

/// The journal said which steps might be taken back: each is matched to the znode that it wrote.
pub(super) fn steps(model: &mut Model, number: u64, steps: Result<Vec<Step>, Refusal>) -> Effects {
    if model.action.as_ref().is_none_or(|a| a.number != number) {
        return Effects::new();
    }
    match steps.and_then(|steps| insight::undo::matched(&model.world, steps)) {
        Ok(steps) => vec![Effect::PlanUndo(number, steps)],
        Err(refusal) => drafted(model, number, Err(refusal)),
    }
}

/// Asks for a plan: of the target given, else of the one under the cursor.
pub(super) fn begin(model: &mut Model, op: Op, target: Option<Target>) -> Effects {
    if target.is_none() && !model.marks.is_empty() {
        return marks::act(model, op);
    }
    if let Some(why) = hindered(model) {
        say(model, why, true);
        return Effects::new();
    }
    let Some(target) = target.or_else(|| navigate::target(model)) else {
        let why = no_target(model).unwrap_or_default();
        say(model, why, true);
        return Effects::new();
    };
    let number = start(model, op, Some(target.clone()));
    vec![Effect::Plan(number, target, op, Why::default())]
}

/// The same once more, after the registry changed or the plan was refused.
pub(super) fn again(model: &mut Model) -> Effects {
    let Some(action) = &model.action else { return Effects::new() };
    if action.in_flight() {
        return Effects::new();
    }
    let (op, target, held, via) = (action.op, action.target.clone(), action.hold, action.via);
    model.overlays.pop();
    let effects = match target {
        Some(target) if held => {
            let name = target.to_string();
            hold(model, &name)
        }
        Some(target) => begin(model, op, Some(target)),
        None => undo(model, ""),
    };
    plan::by(model, via, effects)
}

fn start(model: &mut Model, op: Op, target: Option<Target>) -> u64 {
    model.action_number += 1;
    let number = model.action_number;
    model.action = Some(Action { number, op, target, hold: false, via: Via::Best, stage: Stage::Reading(model.now) });
    plan::open(model);
    number
}

/// The same for a person: while a batch runs nothing else is begun.
pub(super) fn hindered(model: &Model) -> Option<String> {
    let runs = model.batch.as_ref().is_some_and(batch::Batch::runs);
    blocked(model).or_else(|| runs.then(|| "Not now: a batch runs. `B` shows it, and Esc there ends it.".into()))
}

/// Why nothing can be done now, if so: a sentence.
pub fn blocked(model: &Model) -> Option<String> {
    if model.setup.read_only {
        return Some("Not possible: this Keepwatch is read-only. Start it without --read-only to act.".into());
    }
    if let Some(why) = &model.setup.no_journal {
        return Some(format!("Not possible: no step can be journalled ({why}). Watching goes on."));
    }
    if model.action.as_ref().is_some_and(Action::in_flight) {
        return Some("Not now: the last write is not answered yet.".into());
    }
    match model.world.registry.link().state {
        crate::domain::fact::LinkState::Connected => None,
        crate::domain::fact::LinkState::ReadOnly => {
            Some("Not possible: the registry's server is read-only now; it has lost its quorum.".into())
        }
        _ => Some(
            "Not now: the picture is old, the registry is not reached. Acting on it could hit the wrong one.".into(),
        ),
    }
}

pub(super) fn no_target(model: &Model) -> Option<String> {
    navigate::target(model).is_none().then(|| "On which instance? Put the cursor on one, or select it.".into())
}

pub(super) fn named(model: &Model, text: &str) -> Result<Target, String> {
    let wanted: target::Target = text.parse().map_err(|e| format!("No such target: {e}."))?;
    model.world.registry.find(&wanted, &model.setup.registry).map_err(|refusal| refusal.why.to_string())
}

/// The registry said what would be written: the plan is worked out and shown.
pub(super) fn drafted(model: &mut Model, number: u64, draft: Result<Draft, Refusal>) -> Effects {
    let now = model.now;
    if let Some(effects) = batch::drafted(model, number, &draft) {
        return effects;
    }
    if model.action.as_ref().is_none_or(|a| a.number != number || a.in_flight()) {
        return Effects::new();
    }
    model.dirty = true;
    // A plan that changes nothing is none to be confirmed: that it holds already is said at once.
    let draft = draft.and_then(|draft| match &draft.no_effect {
        Some(why) if draft.writes.is_empty() => Err(insight::impact::nothing(&model.world, &draft, why)),
        _ => Ok(draft),
    });
    let plan = match draft {
        Ok(draft) => laid(model, draft, &[]),
        Err(refusal) => {
            model.overlays.retain(|o| !matches!(o, Overlay::Plan { .. }));
            model.action = None;
            model.notice = Some(Notice { at: now, text: refusal.why, bad: true });
            return Effects::new();
        }
    };
    if let Some(Overlay::Plan { field, drawn, .. }) = model.overlays.last_mut() {
        *field = match plan.danger {
            _ if plan.refused.is_some() => PlanField::None,
            Danger::Safe if plan.asks_reason.is_some() => PlanField::Reason,
            Danger::Safe => PlanField::None,
            Danger::TypedName | Danger::LastHealthy => PlanField::Name,
        };
        *drawn = None;
    }
    if let Some(action) = &mut model.action {
        action.target = Some(plan.draft.target.clone());
        action.stage = Stage::Planned { plan: Box::new(plan), read: now, stale: false };
    }
    Effects::new()
}

/// The whole plan of a draft, under the file's guard rails; `beside`: whom a batch takes out before.
pub(super) fn laid(model: &Model, draft: Draft, beside: &[Target]) -> Plan {
    let mut plan = insight::impact::plan(&model.world, draft);
    let cluster = model.setup.cluster.as_deref();
    let rails = Rails { guards: &model.setup.guards, cluster, by: &model.setup.user, beside };
    insight::guard::lay(&model.world, rails, &mut plan);
    plan
}

/// Sends a step of a batch, whose whole plan a key confirmed when it was on the terminal.
///
/// # Errors
/// A refusal where a key does not suffice for it.
pub(super) fn send(model: &mut Model, number: u64, target: Target, mut plan: Plan) -> Result<Effects, Refusal> {
    let (op, now) = (plan.draft.op, model.now);
    insight::impact::settle(&mut plan, None, None, now);
    let confirmed = Confirmed::new(plan.clone(), Assent::Key)?;
    let stage = Stage::Applying { plan: Box::new(plan), sent: now, unknown: false };
    model.action = Some(Action { number, op, target: Some(target), hold: false, via: Via::Best, stage });
    followed::sent(model, number, confirmed.get());
    Ok(vec![Effect::Apply(number, Box::new(confirmed))])
}

/// The plan is on the terminal now: from here on keys may confirm it.
pub(super) fn drawn(model: &mut Model, at: Moment) {
    let planned = matches!(model.action.as_ref().map(|a| &a.stage), Some(Stage::Planned { .. }));
    let planned = planned || matches!(model.batch.as_ref().map(|b| &b.stage), Some(batch::Stage::Planned(..)));
    if let Some(Overlay::Plan { drawn, .. } | Overlay::Batch { drawn, .. }) = model.overlays.last_mut()
        && drawn.is_none()
        && planned
    {
        *drawn = Some(at);
    }
}

/// A person said yes.
pub(super) fn confirm(model: &mut Model, assent: Assent, reason: Option<String>, lease: Option<i64>) -> Effects {
    if let Some(why) = blocked(model) {
        say(model, why, true);
        return Effects::new();
    }
    let now = model.now;
    let Some(action) = &model.action else { return Effects::new() };
    let Stage::Planned { plan, .. } = &action.stage else { return Effects::new() };
    let mut plan = plan.clone();
    if let Some((now, why)) = again::stale(model, &plan) {
        return again::reread(model, now, why);
    }
    let Some(action) = &mut model.action else { return Effects::new() };
    insight::impact::settle(&mut plan, reason.as_deref(), lease, now);
    match Confirmed::new((*plan).clone(), assent) {
        Ok(confirmed) => {
            let number = action.number;
            action.stage = Stage::Applying { plan, sent: now, unknown: false };
            followed::sent(model, number, confirmed.get());
            vec![Effect::Apply(number, Box::new(confirmed))]
        }
        Err(refusal) => {
            say(model, refusal.why, true);
            Effects::new()
        }
    }
}

/// The answer to the write is lost.
pub(super) fn lost(model: &mut Model, number: u64) -> Effects {
    if let Some(Action { stage: Stage::Applying { unknown, .. }, .. }) =
        model.action.as_mut().filter(|a| a.number == number)
    {
        *unknown = true;
        model.dirty = true;
    }
    Effects::new()
}

/// The write ended, one way or another.
pub(super) fn applied(model: &mut Model, number: u64, receipt: Receipt, journal: Option<Arc<str>>) -> Effects {
    let now = model.now;
    model.dirty = true;
    followed::ended(model, number, receipt.outcome);
    let Some(action) = model.action.as_mut().filter(|a| a.number == number) else { return Effects::new() };
    let Stage::Applying { plan, .. } = &action.stage else { return Effects::new() };
    let plan = plan.clone();
    let event = insight::impact::event(&plan, &receipt, &model.setup.user, now);
    let text = event.text.clone();
    model.world.story.push(event);
    action.stage = Stage::Ended { plan, receipt: receipt.clone(), journal: journal.clone(), at: now };
    let covered = model.overlays.iter().any(|o| matches!(o, Overlay::Plan { .. }));
    if !covered {
        let bad = !matches!(receipt.outcome, Outcome::Done | Outcome::Requested | Outcome::NoEffect);
        model.notice = Some(Notice { at: now, text, bad });
        model.action = None;
    }
    batch::applied(model, number, &receipt, journal)
}
