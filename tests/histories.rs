//! Random histories of two operators, three providers and their links, on a registry that compares and sets as ZooKeeper
//! does. Whatever the order: no write that nobody confirmed, none twice, none late, and the last healthy instance never goes
//! without its name typed, as far as whoever typed it was told. Answers come late, twice and for questions long given up.

mod common;

#[path = "histories/acts.rs"]
mod acts;

use std::collections::{BTreeMap, HashMap};

use keepwatch::{
    app::{self, Effect, Msg, action::Stage, overlay::Overlay},
    domain::{
        fact::{Fact, LinkState, RegistryFact},
        health::{Asked, HealthState},
        id::Layout,
        instance::{Instance, Presence, RegistryAdmin},
        intent::Op,
        plan::{Assent, Confirmed, Danger, Outcome, Plan, Refusal, Target, Write, WriteKind},
        time::Moment,
    },
};
use proptest::{prelude::*, strategy::ValueTree as _};

use acts::{Act, Fate, acts};
use common::{
    journey::{Journey, draft, receipt},
    shop,
};

const SERVICE: &str = "users-service";
const ADDRESSES: [&str; 3] = ["127.0.0.4:5001", "127.0.0.5:5001", "127.0.0.7:5001"];

struct Znode {
    weight: i64,
    version: i32,
    czxid: i64,
}

struct Operator {
    journey: Journey,
    linked: bool,
    /// The plan that was on the terminal last.
    drawn: Option<u64>,
    /// The batch that was confirmed.
    batch: Option<u64>,
    pending: Vec<Effect>,
    answers: Vec<Msg>,
    /// Numbers of writes that were sent, and how often the providers had moved then.
    sent: HashMap<u64, u32>,
}

struct History {
    znodes: BTreeMap<usize, Znode>,
    zxid: i64,
    /// The version of the service's guard.
    guard: i32,
    /// How often a provider came, went or changed by itself.
    moved: u32,
    now: Moment,
    operators: Vec<Operator>,
}

impl History {
    fn new() -> History {
        let znodes = (0..3).map(|n| (n, Znode { weight: 10, version: 0, czxid: n as i64 })).collect();
        let operator = || {
            let mut journey = Journey::empty(false);
            journey.tell(shop::registry(shop::BEGIN)).tell(shop::all_well(shop::BEGIN));
            Operator {
                journey,
                linked: true,
                drawn: None,
                batch: None,
                pending: Vec::new(),
                answers: Vec::new(),
                sent: HashMap::new(),
            }
        };
        History { znodes, zxid: 10, guard: 0, moved: 0, now: shop::BEGIN, operators: vec![operator(), operator()] }
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
                if let Some(answer) = self.operators[*who].answers.last().cloned() {
                    self.send(*who, answer, false)?;
                }
            }
            Act::Reconnects(n) => {
                self.moved += 1;
                if self.znodes.remove(n).is_some() {
                    self.registers(*n)?;
                }
            }
            Act::Leaves(n) => {
                self.moved += 1;
                match self.znodes.remove(n) {
                    Some(_) => self.tell(RegistryFact::Gone(path(*n).into()))?,
                    None => self.registers(*n)?,
                }
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
                    facts.push(match self.znodes.get(&n) {
                        Some(znode) => shop::registered(instance(n, znode)),
                        None => Fact::Registry(RegistryFact::Gone(path(n).into())),
                    });
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

    fn registers(&mut self, n: usize) -> Result<(), TestCaseError> {
        self.zxid += 1;
        let znode = Znode { weight: 10, version: 0, czxid: self.zxid };
        let fact = RegistryFact::Upsert(std::sync::Arc::new(instance(n, &znode)));
        self.znodes.insert(n, znode);
        self.tell(fact)
    }

    /// Whoever is linked hears what the registry tells.
    fn tell(&mut self, fact: RegistryFact) -> Result<(), TestCaseError> {
        for who in 0..self.operators.len() {
            if self.operators[who].linked {
                self.send(who, Msg::Facts(vec![Fact::Registry(fact.clone())]), false)?;
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
            Effect::Plan(number, target, op, _) => Msg::Drafted(number, Box::new(self.draft(&target, op))),
            Effect::FindUndo(number, _) => Msg::Steps(number, Err(Refusal::new("Nothing to undo."))),
            Effect::Apply(number, plan) => {
                let outcome = match fate {
                    Fate::Fenced => Outcome::Failed,
                    Fate::Answered | Fate::Lost => self.write(&plan, self.operators[who].sent.get(&number).copied())?,
                };
                if !matches!(fate, Fate::Answered) {
                    self.send(who, Msg::OutcomeUnknown(number), false)?;
                }
                Msg::Applied(number, receipt(outcome), Some("1".into()))
            }
            _ => return Ok(()),
        };
        self.operators[who].answers.push(answer.clone());
        self.send(who, answer, false)
    }

    /// What the registry's side says to a wish, as it stands there now.
    fn draft(&self, target: &Target, op: Op) -> Result<keepwatch::domain::plan::Draft, Refusal> {
        let n = number(target).ok_or_else(|| Refusal::new("Not in this layout."))?;
        let known = self.znodes.get(&n).filter(|_| !target.paths.is_empty());
        let znode = known.ok_or_else(|| Refusal::new(format!("{target} is no longer registered.")))?;
        let mut draft = draft(target, op, znode.weight);
        draft.writes.truncate(1);
        draft.writes[0].version = Some(znode.version);
        if takes_away(op) {
            let (path, nothing) = ("/keepwatch/intents/users-service".into(), Some([].as_slice().into()));
            let (before, after, version) = (nothing.clone(), nothing, Some(self.guard));
            draft.guard = Some(Write { kind: WriteKind::Set, path, before, after, version });
        }
        if draft.writes[0].before == draft.writes[0].after {
            draft.writes.clear();
            draft.no_effect = Some("It is so already.".into());
        }
        Ok(draft)
    }

    /// Compare and set.
    fn write(&mut self, confirmed: &Confirmed<Plan>, moved: Option<u32>) -> Result<Outcome, TestCaseError> {
        let plan = confirmed.get();
        let Some(write) = plan.draft.writes.first() else { return Ok(Outcome::NoEffect) };
        let n = number(&plan.draft.target).expect("drafted above");
        if plan.draft.guard.as_ref().is_some_and(|guard| guard.version != Some(self.guard)) {
            return Ok(Outcome::Conflict);
        }
        let Some(znode) = self.znodes.get(&n).filter(|z| Some(z.version) == write.version) else {
            return Ok(Outcome::Conflict);
        };
        if takes_away(plan.draft.op) && znode.weight > 0 && moved == Some(self.moved) {
            // Whatever each operator knew when they said yes: what the other took meanwhile counts.
            let typed = matches!(confirmed.assent(), Assent::TypedName(_));
            let others = self.znodes.iter().filter(|(other, znode)| **other != n && znode.weight > 0).count();
            prop_assert!(typed || others > 0, "operators took the last one without its name: {}", plan.draft.target);
        }
        let znode = self.znodes.get_mut(&n).expect("just looked at");
        let fact = match &write.after {
            Some(after) => {
                znode.weight = String::from_utf8_lossy(after).parse().expect("a weight");
                znode.version += 1;
                RegistryFact::Upsert(std::sync::Arc::new(instance(n, znode)))
            }
            None => {
                self.znodes.remove(&n);
                RegistryFact::Gone(path(n).into())
            }
        };
        if plan.draft.guard.is_some() {
            self.guard += 1;
        }
        self.tell(fact)?;
        Ok(Outcome::Done)
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
                Effect::Apply(number, plan) => judge(operator, (*number, self.moved), plan, confirms)?,
                Effect::Plan(..) | Effect::FindUndo(..) | Effect::PlanUndo(..) => {}
                _ => continue,
            }
            operator.pending.push(effect);
        }
        Ok(())
    }
}

/// Everything that must be true of a write when it is sent.
fn judge(
    operator: &mut Operator,
    (number, moved): (u64, u32),
    plan: &Confirmed<Plan>,
    confirms: bool,
) -> Result<(), TestCaseError> {
    let model = &operator.journey.model;
    prop_assert!(operator.linked, "nothing is written on an old picture");
    prop_assert!(operator.sent.insert(number, moved).is_none(), "no write is sent twice");
    let of_batch = model.batch.as_ref().is_some_and(|b| Some(b.number) == operator.batch && b.runs());
    if !of_batch {
        prop_assert!(confirms && operator.drawn == Some(number), "somebody confirmed this plan after it was drawn");
    }
    let plan_of = plan.get();
    prop_assert!(plan_of.refused.is_none());
    let takes_away = takes_away(plan_of.draft.op);
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
    let target = &plan_of.draft.target;
    let last = standing.len() == 1 && target.paths.contains(&standing[0].path);
    let typed = matches!(plan.assent(), Assent::TypedName(name) if *name == target.typed_name());
    prop_assert!(!(takes_away && last) || typed, "the last healthy one goes only by its typed name: {target}");
    prop_assert!(plan_of.draft.op != Op::Deregister || typed, "a deregister needs its name");
    prop_assert!(plan_of.danger == Danger::Safe || typed);
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

fn takes_away(op: Op) -> bool {
    matches!(op, Op::Drain | Op::Deregister | Op::Weight(0))
}

fn path(n: usize) -> String {
    format!("/{SERVICE}/{}", ADDRESSES[n])
}

fn number(target: &Target) -> Option<usize> {
    let address = target.address.as_ref()?;
    ADDRESSES.iter().position(|known| *known == address.text() && &*target.service.name == SERVICE)
}

fn instance(n: usize, znode: &Znode) -> Instance {
    let mut instance = shop::instance(SERVICE, Layout::SEED, ADDRESSES[n], znode.weight);
    (instance.version, instance.czxid) = (znode.version, znode.czxid);
    instance
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
fn the_histories_reach_writes_batches_and_last_ones() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut writes, mut batches) = (0, 0);
    for _ in 0..60 {
        let acts = acts().new_tree(&mut runner).expect("a history").current();
        let mut history = History::new();
        for act in &acts {
            history.act(act).expect("it holds");
        }
        writes += history.operators.iter().map(|o| o.sent.len()).sum::<usize>();
        batches += history.operators.iter().filter(|o| o.batch.is_some()).count();
    }
    assert!(writes > 60 && batches > 5, "{writes} writes, {batches} batches: the histories prove little");
}
