//! Random histories of two operators, three providers and their links, on a registry that compares and sets as ZooKeeper
//! does. Whatever the order: no write that nobody confirmed, none twice, none late, and the last healthy instance never goes
//! without its name typed, as far as whoever typed it was told. Answers come late, twice and for questions long given up.

mod common;

#[path = "histories/acts.rs"]
mod acts;
#[path = "histories/registry.rs"]
mod registry;

use std::{collections::HashMap, sync::Arc};

use keepwatch::{
    app::{self, Effect, Msg, action::Stage, overlay::Overlay},
    domain::{
        duty::Due,
        fact::{Fact, LinkState, RegistryFact},
        health::{Asked, HealthState},
        instance::{Instance, Presence, RegistryAdmin},
        intent::Op,
        plan::{Assent, Confirmed, Danger, Draft, Outcome, Plan, Refusal, Step},
        time::Moment,
    },
};
use proptest::{prelude::*, strategy::ValueTree as _};

use acts::{Act, Fate, acts};
use common::{
    journey::{Journey, receipt},
    shop,
};
use registry::{ADDRESSES, Registry, SERVICE, path, takes_away};

struct Operator {
    journey: Journey,
    linked: bool,
    /// The plan that was on the terminal last.
    drawn: Option<u64>,
    /// The batch that was confirmed.
    batch: Option<u64>,
    pending: Vec<Effect>,
    answers: Vec<Msg>,
    /// Numbers of writes that were sent, and how often providers had left then.
    sent: HashMap<u64, u32>,
    /// Its own steps that were written and not taken back, in order.
    journal: Vec<Step>,
    /// What is being done about an intent, and how often providers had left when it was sent.
    keeping: HashMap<Arc<str>, u32>,
    /// How often it did something by itself, or took a step back.
    kept: usize,
    undone: usize,
}

struct History {
    registry: Registry,
    now: Moment,
    operators: Vec<Operator>,
}

impl History {
    fn new() -> History {
        let operator = |name: &str| {
            let mut journey = Journey::empty(false);
            journey.tell(shop::registry(shop::BEGIN)).tell(shop::all_well(shop::BEGIN));
            journey.model.setup.user = name.into();
            journey.model.keep.on = true;
            Operator {
                journey,
                linked: true,
                drawn: None,
                batch: None,
                pending: Vec::new(),
                answers: Vec::new(),
                sent: HashMap::new(),
                journal: Vec::new(),
                keeping: HashMap::new(),
                kept: 0,
                undone: 0,
            }
        };
        History { registry: Registry::new(), now: shop::BEGIN, operators: vec![operator("ana"), operator("ben")] }
    }

    fn act(&mut self, act: &Act) -> Result<(), TestCaseError> {
        match act {
            Act::Keys(who, on, keys) => {
                let goes = [format!("goto {SERVICE}/{}", ADDRESSES[*on])];
                if keys.starts_with('>') {
                    self.press(*who, "Esc Esc Esc 2 :")?;
                    self.letters(*who, &goes[0])?;
                    self.press(*who, "Enter")?;
                }
                self.press(*who, keys.trim_start_matches('>'))?;
            }
            Act::Types(who, on) => self.letters(*who, ADDRESSES[*on])?,
            Act::Drawn(who) => {
                let operator = &mut self.operators[*who];
                operator.drawn = on_screen(operator);
                let now = self.now;
                self.send(*who, Msg::Drawn(now), false)?;
            }
            Act::Answer(who, oldest, fate) => self.answer(*who, *oldest, *fate)?,
            Act::Again(who) => {
                // What was done about an intent is told once: its task ends with that.
                let once = |answer: &Msg| matches!(answer, Msg::Kept(..));
                if let Some(answer) = self.operators[*who].answers.last().filter(|answer| !once(answer)).cloned() {
                    self.send(*who, answer, false)?;
                }
            }
            Act::Reconnects(n) => {
                if self.registry.znodes.contains_key(n) {
                    let fact = self.registry.registers(*n);
                    self.tell(&[fact])?;
                }
            }
            Act::Leaves(n) => {
                let fact = match self.registry.znodes.remove(n) {
                    Some(_) => {
                        self.registry.left += 1;
                        RegistryFact::Gone(path(*n).into())
                    }
                    None => self.registry.registers(*n),
                };
                self.tell(&[fact])?;
            }
            Act::Health(n, well) => {
                let state = if *well { HealthState::Up } else { HealthState::Down };
                let fact = shop::health(SERVICE, ADDRESSES[*n], Asked::Answered(state), self.now);
                for who in 0..self.operators.len() {
                    self.send(who, Msg::Facts(vec![fact.clone()]), false)?;
                }
            }
            Act::Link(who, up) => {
                self.operators[*who].linked = *up;
                let state = if *up { LinkState::Connected } else { LinkState::Reconnecting };
                let mut facts = vec![shop::link(state, self.now, self.now)];
                // After a gap everything is read anew.
                for n in (0..3).filter(|_| *up) {
                    facts.extend([self.registry.fact(n), self.registry.kept(n)].map(Fact::Registry));
                }
                self.send(*who, Msg::Facts(facts), false)?;
            }
            Act::Wait(ms) => {
                self.now = self.now.plus(*ms);
                for who in 0..self.operators.len() {
                    self.send(who, Msg::Tick(self.now), false)?;
                }
            }
        }
        Ok(())
    }

    /// Whoever is linked hears what the registry tells.
    fn tell(&mut self, facts: &[RegistryFact]) -> Result<(), TestCaseError> {
        for who in 0..self.operators.len() {
            if self.operators[who].linked {
                self.send(who, Msg::Facts(facts.iter().cloned().map(Fact::Registry).collect()), false)?;
            }
        }
        Ok(())
    }

    fn press(&mut self, who: usize, keys: &str) -> Result<(), TestCaseError> {
        for key in keys.split_whitespace() {
            let confirms = ["Enter", "y"].contains(&key);
            let key = app::msg::Input::Key(key.parse().expect("a key"));
            self.send(who, Msg::Input(key), confirms)?;
        }
        Ok(())
    }

    fn letters(&mut self, who: usize, text: &str) -> Result<(), TestCaseError> {
        for c in text.chars() {
            self.send(who, Msg::Input(app::msg::Input::Key(keepwatch::command::Key::char(c))), c == 'y')?;
        }
        Ok(())
    }

    fn answer(&mut self, who: usize, oldest: bool, fate: Fate) -> Result<(), TestCaseError> {
        let pending = &mut self.operators[who].pending;
        if pending.is_empty() {
            return Ok(());
        }
        let answer = match pending.remove(if oldest { 0 } else { pending.len() - 1 }) {
            Effect::Plan(number, target, op, why) => {
                let by = (&self.operators[who].journey.model.setup.user.clone(), self.now);
                Msg::Drafted(number, Box::new(self.registry.draft(&target, op, by, &why)))
            }
            Effect::FindUndo(number, _) => {
                let steps: Vec<Step> = self.operators[who].journal.iter().rev().cloned().collect();
                let none = || Refusal::new("Nothing to undo.");
                Msg::Steps(number, if steps.is_empty() { Err(none()) } else { Ok(steps) })
            }
            Effect::PlanUndo(number, steps) => {
                let (target, step) = steps.first().expect("one is asked for");
                let draft = self.registry.undo(target, step);
                let of = |draft| Draft { undo_of: Some(step.id.clone()), ..draft };
                Msg::Drafted(number, Box::new(draft.map(of)))
            }
            Effect::Apply(number, plan) => {
                let left = self.operators[who].sent.get(&number).copied();
                let outcome = self.write(fate, &plan, left)?;
                if !matches!(fate, Fate::Answered) {
                    self.send(who, Msg::OutcomeUnknown(number), false)?;
                }
                if outcome == Outcome::Done {
                    self.operators[who].note(number, &plan.get().draft);
                }
                Msg::Applied(number, receipt(outcome), Some("1".into()))
            }
            Effect::Keep(duty) => Msg::KeepDrafted(duty.path.clone(), Box::new(self.registry.due(&duty, self.now))),
            Effect::KeepApply(duty, plan) => {
                let left = self.operators[who].keeping.remove(&duty.path);
                let outcome = self.write(fate, &plan, left)?;
                self.operators[who].kept += usize::from(outcome == Outcome::Done);
                Msg::Kept(duty.path.clone(), receipt(outcome))
            }
            _ => return Ok(()),
        };
        self.operators[who].answers.push(answer.clone());
        self.send(who, answer, false)
    }

    /// A write reaches the registry, or never does.
    fn write(&mut self, fate: Fate, plan: &Confirmed<Plan>, left: Option<u32>) -> Result<Outcome, TestCaseError> {
        if matches!(fate, Fate::Fenced) {
            return Ok(Outcome::Failed);
        }
        let (outcome, facts) = self.registry.write(plan, left, self.now)?;
        self.tell(&facts)?;
        Ok(outcome)
    }

    /// Something reaches an operator's Model; what it asks for is judged. `confirms`: the key may confirm.
    fn send(&mut self, who: usize, msg: Msg, confirms: bool) -> Result<(), TestCaseError> {
        let operator = &mut self.operators[who];
        if confirms
            && let Some(planned) = batch_on_screen(operator)
            && operator.drawn == Some(planned)
        {
            operator.batch = Some(planned);
        }
        for effect in app::update(&mut operator.journey.model, msg) {
            match &effect {
                Effect::Apply(number, plan) => judge(operator, (*number, self.registry.left), plan, confirms)?,
                Effect::KeepApply(duty, plan) => {
                    prop_assert!(operator.linked, "nothing is kept on an old picture");
                    let first = operator.keeping.insert(duty.path.clone(), self.registry.left).is_none();
                    prop_assert!(first, "nothing is done twice at once about an intent");
                    prop_assert_eq!(plan.assent(), &Assent::Intent(duty.path.clone()));
                    if duty.what == Due::Again {
                        not_the_last(operator, plan)?;
                    }
                }
                Effect::Plan(..) | Effect::FindUndo(..) | Effect::PlanUndo(..) | Effect::Keep(..) => {}
                _ => continue,
            }
            operator.pending.push(effect);
        }
        Ok(())
    }
}

impl Operator {
    /// A line of the journal; of an undo, what it took back is over.
    fn note(&mut self, number: u64, draft: &Draft) {
        if let Some(undone) = &draft.undo_of {
            self.journal.retain(|step| step.id != *undone);
            self.undone += 1;
            return;
        }
        self.journal.push(Step {
            id: number.to_string().into(),
            op: draft.op.word().into(),
            service: draft.target.service.name.clone(),
            address: draft.target.address.clone(),
            path: draft.writes[0].path.clone(),
            writes: draft.writes.clone(),
            certain: true,
        });
    }
}

/// Everything that must be true of a write when it is sent. None is late: it is asked for in the very moment of the key that
/// confirms it, or between two steps of a batch that runs. That none arrives later than it is answered is `zk_ghosts`'.
fn judge(
    operator: &mut Operator,
    (number, left): (u64, u32),
    plan: &Confirmed<Plan>,
    confirms: bool,
) -> Result<(), TestCaseError> {
    let model = &operator.journey.model;
    prop_assert!(operator.linked, "nothing is written on an old picture");
    prop_assert!(operator.sent.insert(number, left).is_none(), "no write is sent twice");
    let of_batch = model.batch.as_ref().is_some_and(|b| Some(b.number) == operator.batch && b.runs());
    if !of_batch {
        prop_assert!(confirms && operator.drawn == Some(number), "somebody confirmed this plan after it was drawn");
    }
    let plan_of = plan.get();
    prop_assert!(plan_of.refused.is_none());
    not_the_last(operator, plan)?;
    let typed = is_typed(plan);
    prop_assert!(plan_of.draft.op != Op::Deregister || typed, "a deregister needs its name");
    prop_assert!(plan_of.danger == Danger::Safe || typed);
    Ok(())
}

fn is_typed(plan: &Confirmed<Plan>) -> bool {
    matches!(plan.assent(), Assent::TypedName(name) if *name == plan.get().draft.target.typed_name())
}

/// The last healthy one, as far as the operator was told, goes only by its typed name.
fn not_the_last(operator: &Operator, plan: &Confirmed<Plan>) -> Result<(), TestCaseError> {
    let model = &operator.journey.model;
    let service = model.world.registry.named(SERVICE).next();
    let serves = |instance: &Instance| {
        let id = shop::id(SERVICE, instance.address.as_ref().expect("users have addresses").text());
        instance.admin == RegistryAdmin::Enabled
            && instance.weight != Some(0)
            && model.world.health.get(&id).is_some_and(|entry| entry.state.serves())
    };
    let standing: Vec<&Instance> = service
        .iter()
        .flat_map(|s| s.slots.values())
        .filter(|slot| slot.presence == Presence::Registered)
        .filter_map(|slot| slot.instance.as_deref())
        .filter(|i| serves(i))
        .collect();
    let target = &plan.get().draft.target;
    let last = standing.len() == 1 && target.paths.contains(&standing[0].path);
    prop_assert!(!(takes_away(&plan.get().draft) && last) || is_typed(plan), "the last one without its name: {target}");
    Ok(())
}

fn batch_on_screen(operator: &Operator) -> Option<u64> {
    let model = &operator.journey.model;
    let batch = model.batch.as_ref().filter(|_| matches!(model.overlays.last(), Some(Overlay::Batch { .. })))?;
    matches!(batch.stage, app::batch::Stage::Planned(..)).then_some(batch.number)
}

/// The plan that waits to be read.
fn on_screen(operator: &Operator) -> Option<u64> {
    let action = operator.journey.model.action.as_ref();
    let single = action.filter(|a| matches!(a.stage, Stage::Planned { .. })).map(|a| a.number);
    batch_on_screen(operator).or(single)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_write_was_confirmed_once_in_time_and_the_last_one_by_name(acts in acts()) {
        let mut history = History::new();
        for act in &acts {
            history.act(act)?;
        }
    }
}

#[test]
fn a_wish_that_changes_no_weight_takes_nobody_away_who_came_back_meanwhile() {
    let keys = |who, on, keys: &'static str| Act::Keys(who, on, keys);
    let answer = |who| Act::Answer(who, false, Fate::Answered);
    let confirmed = |who, first: Act, typed: Option<usize>| {
        let typed = typed.map(|on| Act::Types(who, on));
        [first, answer(who), Act::Drawn(who)].into_iter().chain(typed).chain([keys(who, 0, "Enter"), answer(who)])
    };
    let mut history = History::new();
    let drains = confirmed(0, keys(0, 0, ">A"), None);
    let takes = confirmed(0, keys(0, 2, ">X"), Some(2));
    let weighs = confirmed(0, keys(0, 1, ">w 0 Enter"), Some(1));
    let marked = [keys(1, 1, ">m"), keys(1, 0, ">w 0 Enter"), answer(1), Act::Drawn(1), keys(1, 0, "Enter"), answer(1)];
    let acts = drains.chain(takes).chain(weighs).chain(marked).chain([Act::Reconnects(1), answer(1)]);
    for act in acts {
        history.act(&act).expect("it holds");
    }
    assert_eq!(history.registry.znodes.get(&1).map(|znode| znode.weight), Some(10), "it serves");
}

#[test]
fn the_histories_reach_writes_batches_and_last_ones() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut writes, mut batches, mut kept, mut undone) = (0, 0, 0, 0);
    for _ in 0..80 {
        let acts = acts().new_tree(&mut runner).expect("a history").current();
        let mut history = History::new();
        for act in &acts {
            history.act(act).expect("it holds");
        }
        let operators = &history.operators;
        writes += operators.iter().map(|o| o.sent.len()).sum::<usize>();
        batches += operators.iter().filter(|o| o.batch.is_some()).count();
        kept += operators.iter().map(|o| o.kept).sum::<usize>();
        undone += operators.iter().map(|o| o.undone).sum::<usize>();
    }
    let told = format!("{writes} writes, {batches} batches, {kept} done by itself, {undone} undone");
    assert!(writes > 60 && batches > 5 && kept > 5 && undone > 5, "{told}: the histories prove little");
}
