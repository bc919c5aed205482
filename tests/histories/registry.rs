//! The registry of a history: three znodes, their service's guard and the kept intents, compared and set as ZooKeeper does;
//! what it says to a wish, to an undo and to what is due; and what must be true of every write that reaches it.

use std::{collections::BTreeMap, sync::Arc};

use keepwatch::domain::{
    duty::{Due, Duty},
    fact::RegistryFact,
    id::Layout,
    instance::{Instance, RegistryAdmin},
    intent::{Intent, MOST_HELD, Op, Ties, Why},
    plan::{Assent, Becomes, Confirmed, Draft, Durability, Outcome, Plan, Refusal, Step, Target, Write, WriteKind},
    time::Moment,
};
use proptest::prelude::*;

use crate::common::shop;

/// The service.
pub const SERVICE: &str = "users-service";
/// Its instances.
pub const ADDRESSES: [&str; 3] = ["127.0.0.4:5001", "127.0.0.5:5001", "127.0.0.7:5001"];
const GUARD: &str = "/keepwatch/intents/users-service";

pub struct Znode {
    pub weight: i64,
    version: i32,
    czxid: i64,
}

struct Kept {
    intent: Intent,
    version: i32,
    czxid: i64,
}

pub struct Registry {
    pub znodes: BTreeMap<usize, Znode>,
    intents: BTreeMap<usize, Kept>,
    zxid: i64,
    guard: i32,
    /// How often a provider left by itself.
    pub left: u32,
    /// When intents were asserted again by themselves, by instance.
    again: BTreeMap<usize, Vec<Moment>>,
}

impl Registry {
    pub fn new() -> Registry {
        let znodes = (0..3).map(|n| (n, Znode { weight: 10, version: 0, czxid: n as i64 })).collect();
        Registry { znodes, intents: BTreeMap::new(), zxid: 10, guard: 0, left: 0, again: BTreeMap::new() }
    }

    /// A provider makes its znode anew.
    pub fn registers(&mut self, n: usize) -> RegistryFact {
        self.zxid += 1;
        self.znodes.insert(n, Znode { weight: 10, version: 0, czxid: self.zxid });
        self.fact(n)
    }

    /// What it tells of an instance.
    pub fn fact(&self, n: usize) -> RegistryFact {
        match self.znodes.get(&n) {
            Some(znode) => RegistryFact::Upsert(Arc::new(instance(n, znode))),
            None => RegistryFact::Gone(path(n).into()),
        }
    }

    /// What it tells of what is wanted of an instance.
    pub fn kept(&self, n: usize) -> RegistryFact {
        match self.intents.get(&n) {
            Some(kept) => RegistryFact::Intent(intent_path(n), Box::new(kept.intent.clone())),
            None => RegistryFact::IntentGone(intent_path(n)),
        }
    }

    /// What the registry's side says to a wish, as it stands there now.
    pub fn draft(&self, target: &Target, op: Op, (by, at): (&Arc<str>, Moment), why: &Why) -> Result<Draft, Refusal> {
        let n = number(target).ok_or_else(|| Refusal::new("Not in this layout."))?;
        let znode = self.found(n, target)?;
        let old = self.intents.get(&n).map(|kept| &kept.intent);
        let drained = old.filter(|old| old.op == Op::Drain);
        let after = match op {
            Op::Drain => Some(0),
            Op::Weight(number) => Some(number),
            Op::Undrain => Some(drained.and_then(|old| old.old_weight).unwrap_or(10)),
            Op::Deregister => None,
            Op::Undo => return Err(Refusal::new("What is undone is told by the journal.")),
        };
        if matches!(op, Op::Weight(_)) && drained.is_some() && znode.weight == 0 {
            return Err(Refusal::new("It is drained; undrain it first."));
        }
        let ties = Ties { hold: why.hold.then(Vec::new), ..Ties::default() };
        let wanted = Intent {
            op,
            by: by.clone(),
            at,
            until: why.lease_ms.map(|ms| at.plus(ms)),
            ties,
            old_weight: Some(znode.weight),
            before: Some(znode.weight.to_string().into()),
            ..shop::intent(ADDRESSES[n], at)
        };
        let wanted = match op {
            Op::Drain | Op::Weight(_) => Some(wanted),
            Op::Deregister => {
                old.map(|old| Intent { until: None, ties: Ties::default(), ..Intent { op, ..old.clone() } })
            }
            _ => old.filter(|old| old.op != Op::Drain).cloned(),
        };
        Ok(self.made(op, target, n, after, wanted))
    }

    /// What would take back this step; what somebody else has changed since is a conflict.
    pub fn undo(&self, target: &Target, step: &Step) -> Result<Draft, Refusal> {
        let n = number(target).ok_or_else(|| Refusal::new("Not in this layout."))?;
        let znode = self.found(n, target)?;
        let conflict = || Refusal::new("It was changed by somebody else since.");
        let [weight, kept] = [false, true].map(|ours| {
            step.writes.iter().find(|write| write.path.starts_with('/') && ours == write.path.starts_with("/keepwatch"))
        });
        let weight = weight.ok_or_else(conflict)?;
        let number = |bytes: &Option<Arc<[u8]>>| String::from_utf8_lossy(bytes.as_deref()?).parse::<i64>().ok();
        let (before, after) = (number(&weight.before), number(&weight.after).ok_or_else(conflict)?);
        let old = self.intents.get(&n).map(|kept| &kept.intent);
        let wanted = match kept {
            None => old.cloned(),
            Some(kept) => {
                let read = |bytes: &Option<Arc<[u8]>>| serde_json::from_slice::<Intent>(bytes.as_deref()?).ok();
                let made = read(&kept.after);
                let same = |old: &Intent| made.as_ref().is_some_and(|made| made.by == old.by && made.op == old.op);
                if old.is_some_and(|old| !same(old)) {
                    return Err(conflict());
                }
                read(&kept.before)
            }
        };
        match znode.weight {
            now if now == after => Ok(self.made(Op::Undo, target, n, before, wanted)),
            now if Some(now) == before => Ok(self.made(Op::Undo, target, n, before, wanted)),
            _ => Err(conflict()),
        }
    }

    /// What would do what is due about an intent; `None`: it no longer is.
    pub fn due(&self, duty: &Duty, now: Moment) -> Result<Draft, Option<Refusal>> {
        let n = ADDRESSES.iter().position(|a| *a == duty.intent.address.text()).ok_or(None)?;
        let Kept { intent, .. } = self.intents.get(&n).filter(|kept| kept.intent == duty.intent).ok_or(None)?;
        let weight = self.znodes.get(&n).map(|znode| znode.weight);
        let ties = |hold, given_up| Ties { hold, given_up, ..intent.ties.clone() };
        let times = || intent.ties.hold.clone().unwrap_or_default();
        match duty.what {
            Due::Again => {
                weight.filter(|weight| *weight != 0).ok_or(None)?;
                let hold = times().into_iter().chain([now]).collect();
                let wanted = Intent { ties: ties(Some(hold), None), ..intent.clone() };
                Ok(self.made(Op::Drain, &duty.target, n, Some(0), Some(wanted)))
            }
            Due::LeaseOver | Due::OperatorGone => {
                let back = if weight == Some(0) { intent.old_weight } else { weight };
                Ok(self.made(Op::Undrain, &duty.target, n, back, None))
            }
            Due::GiveUp => {
                let wanted = Intent { ties: ties(Some(times()), Some(now)), ..intent.clone() };
                Ok(self.made(Op::Undrain, &duty.target, n, weight, Some(wanted)))
            }
            Due::Back => Ok(self.made(Op::Undrain, &duty.target, n, weight, None)),
        }
    }

    fn found(&self, n: usize, target: &Target) -> Result<&Znode, Refusal> {
        let known = self.znodes.get(&n).filter(|_| !target.paths.is_empty());
        known.ok_or_else(|| Refusal::new(format!("{target} is no longer registered.")))
    }

    /// The writes that make this weight (`None`: no znode) and this intent of what stands there.
    fn made(&self, op: Op, target: &Target, n: usize, after: Option<i64>, wanted: Option<Intent>) -> Draft {
        let mut writes = Vec::new();
        let bytes = |number: i64| -> Arc<[u8]> { number.to_string().into_bytes().into() };
        if let Some(znode) = self.znodes.get(&n).filter(|znode| after != Some(znode.weight)) {
            let kind = if after.is_some() { WriteKind::Set } else { WriteKind::Delete };
            let (before, after) = (Some(bytes(znode.weight)), after.map(bytes));
            writes.push(Write { kind, path: path(n).into(), before, after, version: Some(znode.version) });
        }
        let old = self.intents.get(&n);
        let (before, after_bytes) =
            (old.map(|old| old.intent.bytes().into()), wanted.as_ref().map(|w| w.bytes().into()));
        let kind = match (&before, &after_bytes) {
            (None, Some(_)) => Some(WriteKind::Create),
            (Some(_), None) => Some(WriteKind::Delete),
            (before, after) => (before != after).then_some(WriteKind::Set),
        };
        let none = writes.is_empty() && (op == Op::Drain && old.is_some() || kind.is_none());
        if let Some(kind) = kind.filter(|_| !none) {
            let version = old.map(|old| old.version);
            writes.push(Write { kind, path: intent_path(n), before, after: after_bytes, version });
        }
        let mut draft = Draft::new(op, target.clone(), writes, Durability::UntilNewSession, "At once.");
        draft.no_effect = none.then(|| "It is so already.".into());
        draft.intent = wanted.filter(|_| matches!(op, Op::Drain | Op::Weight(_)));
        draft.becomes = after.map(|weight| {
            let admin = if weight == 0 { RegistryAdmin::Drained } else { RegistryAdmin::Enabled };
            Becomes { admin, weight: Some(weight), acts: None }
        });
        let znode = self.znodes.get(&n).map(|znode| (path(n).into(), znode.czxid));
        draft.made = znode.into_iter().chain(old.map(|old| (intent_path(n), old.czxid))).collect();
        draft.made.retain(|(path, _)| draft.writes.iter().any(|write| write.path == *path));
        if takes_away(&draft) {
            let (path, nothing) = (GUARD.into(), Some([].as_slice().into()));
            let (before, after, version) = (nothing.clone(), nothing, Some(self.guard));
            draft.guard = Some(Write { kind: WriteKind::Set, path, before, after, version });
        }
        draft
    }

    /// Compares and sets all of it or nothing. `left`: how often providers had left when it was sent. What it tells then.
    pub fn write(
        &mut self,
        confirmed: &Confirmed<Plan>,
        left: Option<u32>,
        now: Moment,
    ) -> Result<(Outcome, Vec<RegistryFact>), TestCaseError> {
        let draft = &confirmed.get().draft;
        if draft.writes.is_empty() {
            return Ok((Outcome::NoEffect, Vec::new()));
        }
        let n = ADDRESSES.iter().position(|a| draft.target.address.as_ref().is_some_and(|own| own.text() == *a));
        let n = n.expect("drafted above");
        let holds = |write: &Write| match &*write.path {
            GUARD => write.version == Some(self.guard),
            at if at.starts_with("/keepwatch") => write.version == self.intents.get(&n).map(|kept| kept.version),
            _ => self.znodes.get(&n).is_some_and(|znode| write.version == Some(znode.version)),
        };
        let same = |(path, czxid): &(Arc<str>, i64)| match path.starts_with("/keepwatch") {
            true => self.intents.get(&n).is_some_and(|kept| kept.czxid == *czxid),
            false => self.znodes.get(&n).is_some_and(|znode| znode.czxid == *czxid),
        };
        if !draft.all().all(holds) || !draft.made.iter().all(same) {
            return Ok((Outcome::Conflict, Vec::new()));
        }
        let by_itself = matches!(confirmed.assent(), Assent::Intent(_));
        let serves = self.znodes.get(&n).is_some_and(|znode| znode.weight > 0);
        // Where only what is wanted of it is written, since it weighed nothing already, its provider may have made it anew
        // meanwhile: it goes on serving.
        let weighs = draft.writes.iter().any(|write| !write.path.starts_with("/keepwatch"));
        if takes_away(draft) && weighs && serves && left == Some(self.left) {
            // Whatever each operator knew when they said yes: what the other took meanwhile counts.
            let typed = matches!(confirmed.assent(), Assent::TypedName(_));
            let others = self.znodes.iter().filter(|(other, znode)| **other != n && znode.weight > 0).count();
            prop_assert!(typed || others > 0, "the last one was taken without its name: {}", draft.target);
        }
        if by_itself {
            self.by_itself(n, draft, now)?;
        } else {
            // A person asserts it: how often it was lost counts anew.
            self.again.remove(&n);
        }
        for write in draft.all() {
            let text = write.after.as_deref().map(String::from_utf8_lossy);
            match (&*write.path, text) {
                (GUARD, _) => self.guard += 1,
                (at, None) if at.starts_with("/keepwatch") => drop(self.intents.remove(&n)),
                (at, Some(text)) if at.starts_with("/keepwatch") => {
                    let intent = serde_json::from_str(&text).expect("an intent");
                    self.zxid += 1;
                    let (version, czxid) =
                        self.intents.get(&n).map_or((0, self.zxid), |old| (old.version + 1, old.czxid));
                    self.intents.insert(n, Kept { intent, version, czxid });
                }
                (_, Some(text)) => {
                    let znode = self.znodes.get_mut(&n).expect("just compared");
                    (znode.weight, znode.version) = (text.parse().expect("a weight"), znode.version + 1);
                }
                (_, None) => drop(self.znodes.remove(&n)),
            }
        }
        Ok((Outcome::Done, vec![self.fact(n), self.kept(n)]))
    }

    /// What must be true of a write that no key confirmed: the intent that stands there asks for it, and is due.
    fn by_itself(&mut self, n: usize, draft: &Draft, now: Moment) -> Result<(), TestCaseError> {
        let intent = self.intents.get(&n).map(|kept| &kept.intent);
        prop_assert!(intent.is_some(), "nothing is done by itself but for an intent");
        let Some(intent) = intent else { return Ok(()) };
        if takes_away(draft) {
            let times = self.again.entry(n).or_default();
            times.retain(|at| now.since(*at) < 600_000);
            times.push(now);
            prop_assert!(times.len() <= MOST_HELD, "asserted again {} times in 10 min", times.len());
            prop_assert!(intent.held() && intent.op == Op::Drain, "nobody asked to hold it: {intent:?}");
            return Ok(());
        }
        let ends = draft.writes.iter().any(|write| write.path.starts_with("/keepwatch") && write.after.is_none());
        let weighs = draft.writes.iter().any(|write| !write.path.starts_with("/keepwatch"));
        prop_assert!(!ends || intent.over(now) || intent.op == Op::Deregister, "it ends before its time: {intent:?}");
        prop_assert!(!weighs || ends && intent.over(now), "an instance changes by itself at an end alone: {intent:?}");
        Ok(())
    }
}

/// Whether the instance serves nobody after it.
pub fn takes_away(draft: &Draft) -> bool {
    let none = draft.becomes.is_none_or(|then| !then.serves());
    matches!(draft.op, Op::Drain | Op::Deregister | Op::Weight(0)) || draft.op == Op::Undo && none
}

/// The instance's znode.
pub fn path(n: usize) -> String {
    format!("/{SERVICE}/{}", ADDRESSES[n])
}

fn intent_path(n: usize) -> Arc<str> {
    format!("{GUARD}/{}", ADDRESSES[n]).into()
}

/// Which of the three it is.
pub fn number(target: &Target) -> Option<usize> {
    let address = target.address.as_ref()?;
    ADDRESSES.iter().position(|known| *known == address.text() && &*target.service.name == SERVICE)
}

fn instance(n: usize, znode: &Znode) -> Instance {
    let mut instance = shop::instance(SERVICE, Layout::SEED, ADDRESSES[n], znode.weight);
    (instance.version, instance.czxid) = (znode.version, znode.czxid);
    instance
}
