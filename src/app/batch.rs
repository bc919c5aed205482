//! Several actions one after another: shown in one plan, confirmed once, each planned anew right before it, the next only
//! when the siblings of the last one are well; stoppable between steps. A ramp of weights is one, too.
//!
//! Only plans that one key confirms are taken: whoever has to be typed is not part of a batch.

mod run;

use std::sync::Arc;

use super::{
    Model, action,
    msg::{Effect, Effects},
    overlay::{Overlay, PlanField},
    update::say,
};
use crate::{
    domain::{
        intent::{Op, Why},
        plan::{Danger, Draft, Plan, Refusal, Target, WriteKind},
        time::Moment,
        way::Via,
    },
    insight::batch::nobody_left,
};

pub(super) use run::{applied, confirm, stop, tick};

/// For how long a step waits for the siblings of the last one, in ms.
pub const PATIENCE_MS: i64 = 60_000;
/// Steps at most.
const MOST: usize = 100;

/// A batch and how far it is.
#[derive(Clone, Debug)]
pub struct Batch {
    /// The number under which its plan is put on the terminal.
    pub number: u64,
    /// What it does, for its title: `drain 3 instances`.
    pub what: Arc<str>,
    /// One after another.
    pub steps: Vec<Step>,
    /// How far it is.
    pub stage: Stage,
    /// The time between two steps at least, in ms: a ramp's.
    pub every_ms: i64,
    /// Why, in the operator's words.
    pub reason: Option<Arc<str>>,
    /// Each step is to be asserted again by itself.
    pub hold: bool,
    /// By which way, where a layout has two: each step by its best, or all by the registry.
    pub via: Via,
    /// It ends after the step that is under way.
    pub stopping: bool,
}

/// One action of it.
#[derive(Clone, Debug)]
pub struct Step {
    /// Of whom.
    pub target: Target,
    /// What.
    pub op: Op,
    /// The number of its last question or write.
    number: u64,
    /// What would be written, as it was shown; for the later steps of a ramp nothing until it is their turn.
    pub plan: Option<Box<Plan>>,
    /// How it ended.
    pub end: Option<End>,
}

/// How a step ended.
#[derive(Clone, Debug, PartialEq)]
pub enum End {
    /// Written.
    Written {
        /// Its id in the journal.
        journal: Option<Arc<str>>,
        /// When the answer came.
        at: Moment,
        /// The registry was read once more and held it.
        read_back: bool,
    },
    /// It was so already.
    Nothing(Arc<str>),
    /// Not, and why.
    Failed(Arc<str>),
}

/// How far a batch is.
#[derive(Clone, Debug, PartialEq)]
pub enum Stage {
    /// The registry is read anew for all of it.
    Reading(Moment),
    /// Its plan is on the screen; why it cannot be done, if so.
    Planned(Moment, Option<Arc<str>>),
    /// The step's target is read anew.
    Planning(usize),
    /// The step is written.
    Writing(usize),
    /// The step is done, since then; the next one waits for this.
    Waiting(usize, Moment, Arc<str>),
    /// Over, and why before its end.
    Ended(Moment, Option<Arc<str>>),
}

impl Batch {
    /// Whether steps are under way or waited for.
    pub fn runs(&self) -> bool {
        matches!(self.stage, Stage::Planning(_) | Stage::Writing(_) | Stage::Waiting(..))
    }

    /// The guard rail's sentence that asks for a reason, if one does.
    pub fn asks_reason(&self) -> Option<&Arc<str>> {
        self.steps.iter().filter_map(|step| step.plan.as_ref()?.asks_reason.as_ref()).next()
    }

    /// How many steps tell their provider itself.
    pub fn by_actuator(&self) -> usize {
        let drafts = self.steps.iter().filter_map(|step| step.plan.as_ref()).map(|plan| &plan.draft);
        drafts.filter(|draft| draft.writes.iter().any(|write| write.kind == WriteKind::Http)).count()
    }

    /// The other way, where it is open: to the registry alone from what tells any provider, and back.
    pub fn other_way(&self) -> Option<Via> {
        match self.via {
            Via::Registry => Some(Via::Best),
            Via::Best | Via::Actuator => (self.by_actuator() > 0).then_some(Via::Registry),
        }
    }

    /// Steps that were written.
    pub fn written(&self) -> usize {
        self.steps.iter().filter(|step| matches!(step.end, Some(End::Written { .. }))).count()
    }
}

/// Asks for the plan of all these steps.
pub(super) fn begin(model: &mut Model, what: String, steps: Vec<(Target, Op)>, every_ms: i64) -> Effects {
    if let Some(why) = action::hindered(model) {
        say(model, why, true);
        return Effects::new();
    }
    if steps.is_empty() || steps.len() > MOST {
        let why = if steps.is_empty() { "Nobody is meant by that." } else { "Not more than 100 steps at once." };
        say(model, why, true);
        return Effects::new();
    }
    let (effects, all) = asked(model, steps, Via::Best);
    model.action_number += 1;
    model.action = None;
    model.batch = Some(Batch {
        number: model.action_number,
        what: what.into(),
        steps: all,
        stage: Stage::Reading(model.now),
        every_ms,
        reason: None,
        hold: false,
        via: Via::Best,
        stopping: false,
    });
    open(model);
    effects
}

/// `C-t`: the same by the other way; what was typed stays.
pub(super) fn other_way(model: &mut Model) -> Effects {
    let Some(batch) = model.batch.as_ref().filter(|batch| matches!(batch.stage, Stage::Planned(..))) else {
        return Effects::new();
    };
    let Some(via) = batch.other_way() else { return Effects::new() };
    let steps = batch.steps.iter().map(|step| (step.target.clone(), step.op)).collect();
    let (mut effects, steps) = asked(model, steps, via);
    if let Some(Overlay::Batch { drawn, .. }) = model.overlays.last_mut() {
        *drawn = None;
    }
    let now = model.now;
    match &mut model.batch {
        Some(batch) => (batch.steps, batch.via, batch.stage) = (steps, via, Stage::Reading(now)),
        None => effects.clear(),
    }
    effects
}

/// The questions to the registry about these steps.
fn asked(model: &mut Model, steps: Vec<(Target, Op)>, via: Via) -> (Effects, Vec<Step>) {
    let mut effects = Effects::new();
    let mut all: Vec<Step> = Vec::new();
    for (target, op) in steps {
        model.action_number += 1;
        let number = model.action_number;
        // What a later step of the same instance finds is what the one before wrote.
        if all.iter().all(|step| step.target != target) {
            effects.push(Effect::Plan(number, target.clone(), op, Why { via, ..Why::default() }));
        }
        all.push(Step { target, op, number, plan: None, end: None });
    }
    (effects, all)
}

/// Shows it.
pub(super) fn open(model: &mut Model) {
    model.overlays.retain(|o| !matches!(o, Overlay::Batch { .. } | Overlay::Plan { .. }));
    let reason = tui_input::Input::default();
    model.overlays.push(Overlay::Batch { reason, field: PlanField::None, drawn: None, top: 0 });
}

/// The registry answered; `None` where that was no question of a batch.
pub(super) fn drafted(model: &mut Model, number: u64, draft: &Result<Draft, Refusal>) -> Option<Effects> {
    let batch = model.batch.as_ref()?;
    let at = batch.steps.iter().position(|step| step.number == number)?;
    model.dirty = true;
    match batch.stage.clone() {
        Stage::Reading(_) => shown(model, at, draft),
        Stage::Planning(now) if now == at => return Some(run::planned(model, at, draft.clone())),
        _ => {}
    }
    Some(Effects::new())
}

/// A part of the plan that is shown first.
fn shown(model: &mut Model, at: usize, draft: &Result<Draft, Refusal>) {
    let Some(batch) = &model.batch else { return };
    let earlier: Vec<Target> = batch.steps[..at].iter().map(|step| step.target.clone()).collect();
    let plan = draft.as_ref().map(|draft| Box::new(action::laid(model, draft.clone(), &earlier)));
    let Some(batch) = &mut model.batch else { return };
    let step = &mut batch.steps[at];
    match plan {
        Ok(plan) => {
            if let Some(why) = plan.draft.no_effect.clone().filter(|_| plan.draft.writes.is_empty()) {
                step.end = Some(End::Nothing(why));
            }
            step.plan = Some(plan);
        }
        Err(refusal) => step.end = Some(End::Failed(refusal.why.clone())),
    }
    let first = |n: usize| batch.steps[..n].iter().all(|s| s.target != batch.steps[n].target);
    let open = (0..batch.steps.len()).filter(|n| first(*n)).any(|n| {
        let step = &batch.steps[n];
        step.plan.is_none() && step.end.is_none()
    });
    if open {
        return;
    }
    let why = refused(model);
    let now = model.now;
    if let Some(batch) = &mut model.batch {
        let asks = batch.asks_reason().is_some() && why.is_none();
        batch.stage = Stage::Planned(now, why);
        if let Some(Overlay::Batch { field, drawn, .. }) = model.overlays.last_mut() {
            *field = if asks { PlanField::Reason } else { PlanField::None };
            *drawn = None;
        }
    }
}

/// Why the whole cannot be done: one of its steps cannot, or would need its name typed, or nobody would be left.
fn refused(model: &Model) -> Option<Arc<str>> {
    let batch = model.batch.as_ref()?;
    for step in &batch.steps {
        if let Some(End::Failed(why)) = &step.end {
            return Some(why.clone());
        }
        let Some(plan) = &step.plan else { continue };
        if let Some(refusal) = &plan.refused {
            return Some(refusal.why.clone());
        }
    }
    let nothing = |step: &&Step| matches!(step.end, Some(End::Nothing(_)));
    if batch.every_ms == 0 && batch.steps.iter().filter(nothing).count() == batch.steps.len() {
        return Some("Nothing to do: it is so already, for all of them.".into());
    }
    let acts = batch.steps.iter().filter(|step| !nothing(step)).map(|step| (&step.target, step.op));
    if let Some(service) = nobody_left(&model.world, acts) {
        let why = format!(
            "Not possible as a batch: after it no healthy instance of {} would be left. Leave one out, or do the last one \
             alone: it asks for its name.",
            service.name
        );
        return Some(why.into());
    }
    let typed = batch.steps.iter().find(|s| s.plan.as_ref().is_some_and(|p| p.danger != Danger::Safe) && !nothing(s));
    typed.map(|step| format!("Not possible as a batch: {} asks for its name typed. Do it alone.", step.target).into())
}
