//! The hand that acts: reads anew, writes what was confirmed, and journals every step before and after. Not the rules of
//! what a plan means (`insight`), nor how bytes are written (`registry`). A read-only start has none of it.

use std::sync::Arc;

use chrono::Utc;

use super::journal::{JournalFile, Line};
use super::providers::{Providers, posts};
use crate::domain::way::Via;
use crate::{
    domain::{
        act,
        duty::{Due, Duty},
        intent::{self, Intent, Op, Why},
        plan::{Confirmed, Draft, Outcome, Plan, Receipt, Refusal, Step, Target, Write, WriteKind},
        time::Moment,
    },
    insight::undo,
    registry::{NoDraft, Registry, Wish, Writer},
    store::{
        journal::{self, Acted},
        journal_chain::Applied,
    },
};

/// Who acts where nobody asks for it just now; so that no `undo` of a person takes it for a step of theirs.
const ITSELF: &str = "keepwatch";
/// Steps that an undo looks at, at most, to find the last one that was applied, or the next that can be taken back.
const STEPS: usize = 1_000;
/// Of these, how many are asked the registry about where the last one cannot be taken back.
const ASKED: usize = 10;
/// Steps that are over already and are passed by at most, on the way to the one that is taken back.
const MOST_OVER: usize = 20;

/// Who acts, on what, and where it is written down.
#[derive(Clone)]
pub struct Actor {
    pub(super) registry: Registry,
    writer: Option<Arc<Writer>>,
    journal: Option<JournalFile>,
    by: Arc<str>,
    host: Arc<str>,
    cluster: Option<Arc<str>>,
    address: Arc<str>,
    /// How providers are asked and told; `None` for a read-only start.
    pub(super) providers: Option<Providers>,
}

impl Actor {
    /// Acts in the name of `by` on a registry that is known as `address`. Without a writer everything is refused.
    pub fn new(registry: Registry, by: &str, cluster: Option<Arc<str>>, address: &str, providers: Providers) -> Actor {
        let writer = registry.writer().map(Arc::new);
        Actor {
            journal: JournalFile::of_user().ok(),
            registry,
            providers: writer.is_some().then_some(providers),
            writer,
            by: by.into(),
            host: super::person::host().into(),
            cluster,
            address: address.into(),
        }
    }

    /// In whose name it acts.
    pub fn by(&self) -> &str {
        &self.by
    }

    /// Why no step can be journalled, if none can; asked before the first plan.
    pub fn no_journal(&self) -> Option<String> {
        self.writer.as_ref()?;
        match &self.journal {
            Some(file) => file.ready().err().map(|e| e.to_string()),
            None => JournalFile::of_user().err().map(|e| e.to_string()),
        }
    }

    /// Reads the target anew and says what would be written.
    ///
    /// # Errors
    /// A refusal, a conflict, or why the registry could not be asked.
    pub async fn draft(&self, target: &Target, op: Op, why: Why) -> Result<Draft, NoDraft> {
        let wish = Wish { by: self.by.clone(), at: now(), why };
        let page = match (op, wish.why.via) {
            (_, Via::Registry) | (Op::Weight(_) | Op::Deregister | Op::Undo, _) => None,
            (Op::Drain | Op::Undrain, Via::Best | Via::Actuator) => self.page(target).await?,
        };
        self.registry.draft(target, op, &wish, page).await
    }

    /// What would be written for what is due about a kept intent.
    ///
    /// # Errors
    /// As [`Actor::draft`]; a conflict where it is no longer due.
    pub async fn draft_duty(&self, duty: &Duty) -> Result<Draft, NoDraft> {
        let wish = Wish { by: self.by.clone(), at: now(), why: Why::default() };
        let page = match duty.intent.ties.page {
            Some(_) => self.page(&duty.target).await?,
            None => None,
        };
        self.registry.draft_duty(duty, &wish, page).await
    }

    /// The step with this id, else the steps of this user that might be taken back, newest first.
    ///
    /// # Errors
    /// A refusal that says why there is none.
    pub async fn steps(&self, id: Option<Arc<str>>) -> Result<Vec<Step>, Refusal> {
        let Some(file) = self.journal.clone() else {
            return Err(Refusal::new("Not undone: there is no journal that says what was done."));
        };
        let by = self.by.clone();
        let read = tokio::task::spawn_blocking(move || {
            let journal = file.read().map_err(|e| Refusal::new(e.to_string()))?.unwrap_or_default();
            match id {
                Some(id) => journal
                    .undoable_id(&id)
                    .map(|action| vec![step(action.first, action.applied())])
                    .map_err(|why| Refusal::new(format!("Not undone: {why}."))),
                None => {
                    let all = journal.undoable(&by);
                    let steps: Vec<Step> = all.into_iter().take(STEPS).map(|a| step(a.first, a.applied())).collect();
                    if steps.is_empty() {
                        return Err(Refusal::new(format!(
                            "Nothing to undo: the journal holds no step of {by} that is not undone."
                        )));
                    }
                    Ok(steps)
                }
            }
        });
        read.await.unwrap_or_else(|_| Err(Refusal::new("Not undone: the journal could not be read.")))
    }

    /// What would take back the first of these steps that was applied and is not over already.
    ///
    /// # Errors
    /// As [`Actor::draft`].
    pub async fn draft_undo(&self, steps: &[(Target, Step)]) -> Result<Draft, NoDraft> {
        let mut over_already: Vec<Arc<str>> = Vec::new();
        for (n, (target, step)) in steps.iter().enumerate() {
            let mut draft = match self.draft_of(target, step).await {
                Ok(draft) => draft,
                Err(why) => return Err(self.no_undo((target, step), why, &steps[n + 1..]).await),
            };
            // A step whose answer was lost, and whose bytes are not there, was never applied: the one before is meant.
            if !step.certain && draft.no_effect.is_some() {
                continue;
            }
            // One that is over by itself, or by somebody else's hand, needs nothing: the one before is meant, which is said.
            if draft.no_effect.is_some() && n + 1 < steps.len() && over_already.len() < MOST_OVER {
                over_already.push(format!("Step {}, the {} of {target}, is over already.", step.id, step.op).into());
                continue;
            }
            draft.warnings.splice(0..0, over_already);
            if let Some(at) = over(&draft) {
                return Err(NoDraft::Refused(Refusal::new(format!(
                    "Not undone: the lease that this would put back ended at {}. Drain it anew, with a lease of its own.",
                    at.rfc3339()
                ))));
            }
            draft.undo_of = Some(step.id.clone());
            return Ok(draft);
        }
        Err(NoDraft::Refused(Refusal::new("Nothing to undo: no step of yours was applied and is not undone.")))
    }

    /// What would take this step back.
    async fn draft_of(&self, target: &Target, step: &Step) -> Result<Draft, NoDraft> {
        let wish = Wish { by: self.by.clone(), at: now(), why: Why::default() };
        let page = self.page_of(&step.writes).await;
        self.registry.draft_undo(target, &step.writes, &wish, page).await
    }

    /// Which step cannot be taken back and why, and the next of the older ones that can: it is named, and not taken instead.
    async fn no_undo(&self, (target, step): (&Target, &Step), why: NoDraft, older: &[(Target, Step)]) -> NoDraft {
        let mut on = String::new();
        if !matches!(why, NoDraft::Unreachable(_)) {
            for (target, step) in older.iter().take(ASKED) {
                let draft = self.draft_of(target, step).await;
                if draft.is_ok_and(|draft| draft.no_effect.is_none() && over(&draft).is_none()) {
                    on = format!(" {}", undo::instead(target, step));
                    break;
                }
            }
        }
        let told = |why: &str| format!("Not undone: step {}, the {} of {target}: {why}{on}", step.id, step.op);
        match why {
            NoDraft::Refused(refusal) => NoDraft::Refused(Refusal::new(told(&refusal.why))),
            NoDraft::Conflict(why) => NoDraft::Conflict(told(&why)),
            NoDraft::Unreachable(why) => NoDraft::Unreachable(why),
        }
    }

    /// Writes what was confirmed, and journals it: a line before anything is sent, one for how it ended. `unsure` is called
    /// when the answer is lost, before it is found out what became of it.
    pub async fn apply(&self, plan: &Confirmed<Plan>, unsure: impl Fn(&str)) -> (Receipt, Option<Arc<str>>) {
        let (Some(writer), Some(file)) = (&self.writer, &self.journal) else {
            return (refused("nothing is written here: read-only, or no journal".into()), None);
        };
        if let Some(why) = &plan.get().draft.no_effect {
            return (Receipt { outcome: Outcome::NoEffect, detail: Some(why.clone()), verified_ms: None }, None);
        }
        self.write(writer, file, plan, self.line(plan.get()), unsure).await
    }

    /// Does what is due about a kept intent; the journal says that nobody asked for it just now, and whose intent it is.
    pub async fn apply_duty(&self, duty: &Duty, plan: &Confirmed<Plan>) -> Receipt {
        let (Some(writer), Some(file)) = (&self.writer, &self.journal) else {
            return refused("nothing is written here: read-only, or no journal".into());
        };
        let by = &duty.intent.by;
        let reason = match duty.what {
            Due::LeaseOver => format!("the lease of {by} is over"),
            Due::OperatorGone => format!("the session of {by} is gone"),
            Due::Again => format!("{by} wants it held"),
            Due::GiveUp => format!("{by}'s was lost too often to be held any longer"),
            Due::Back => format!("what {by} deregistered is registered again"),
        };
        // Where a step is taken back in part, the rest is somebody else's by now.
        let left = duty.intent.ties.made.as_ref().filter(|_| duty.what != Due::Again);
        let left = left.into_iter().flat_map(|_| plan.get().draft.warnings.iter());
        let reason = left.fold(reason, |reason, left| format!("{reason}; left as it is: {left}"));
        let mut line = Line { by: ITSELF.into(), reason: Some(reason), ..self.line(plan.get()) };
        if matches!(duty.what, Due::GiveUp | Due::Back) {
            // Nothing is put back: what is kept of that act is no longer so.
            line.op = duty.intent.op.word().to_owned();
        }
        let unsure = |why: &str| tracing::warn!("a write was not answered: {why}");
        self.write(writer, file, plan, line, unsure).await.0
    }

    async fn write(
        &self,
        writer: &Writer,
        file: &JournalFile,
        plan: &Confirmed<Plan>,
        line: Line,
        unsure: impl Fn(&str),
    ) -> (Receipt, Option<Arc<str>>) {
        let begun = match append(file, line).await {
            Ok(begun) => begun,
            Err(why) => return (refused(why.into()), None),
        };
        let id: Arc<str> = begun.id.as_str().into();
        let receipt = match posts(plan) {
            false => writer.apply(plan, unsure).await,
            true => self.tell(writer, plan, unsure).await,
        };
        let note = match (&receipt.detail, receipt.verified_ms) {
            (Some(detail), _) => Some(detail.to_string()),
            (None, Some(ms)) => Some(format!("read back after {ms} ms")),
            (None, None) => None,
        };
        let end = Line::after(&begun, now().rfc3339(), receipt.outcome.into(), note);
        if let Err(why) = append(file, end).await {
            tracing::error!("the journal lacks the end of action {id}: {why}");
        }
        (receipt, Some(id))
    }

    /// Journals that a step was left while its answer was still out: the program had to end.
    pub async fn left_unknown(&self, plan: &Plan) {
        let Some(file) = &self.journal else { return };
        let mut line = self.line(plan);
        line.step = Some(journal::Step::Unknown);
        line.note = Some("Keepwatch ended before the answer came: outcome unknown".into());
        if let Err(why) = append(file, line).await {
            tracing::error!("the journal lacks a step whose outcome is unknown: {why}");
        }
    }

    fn line(&self, plan: &Plan) -> Line {
        let Draft { op, target, intent, undo_of, .. } = &plan.draft;
        Line {
            at: now().rfc3339(),
            by: self.by.to_string(),
            host: self.host.to_string(),
            cluster: self.cluster.as_ref().map(ToString::to_string),
            registry: self.address.to_string(),
            op: op.word().to_owned(),
            target: Acted {
                service: target.service.name.to_string(),
                address: target.address.as_ref().map(|a| a.text().to_owned()).unwrap_or_default(),
                path: target.paths.first().map(ToString::to_string).unwrap_or_default(),
            },
            writes: plan.draft.all().map(journal::Write::from).collect(),
            reason: plan.reason.as_ref().or(intent.as_ref().and_then(|i| i.reason.as_ref())).map(ToString::to_string),
            undo_of: undo_of.as_ref().map(ToString::to_string),
            ..Line::default()
        }
    }
}

fn refused(why: Arc<str>) -> Receipt {
    Receipt { outcome: Outcome::Refused, detail: Some(why), verified_ms: None }
}

/// The end of a lease that this would put back although it is over.
fn over(draft: &Draft) -> Option<Moment> {
    let kept = draft.writes.iter().filter(|write| write.path.starts_with(intent::ROOT));
    let intents = kept.filter_map(|write| serde_json::from_slice::<Intent>(write.after.as_deref()?).ok());
    intents.filter(|intent| intent.over(now())).find_map(|intent| intent.until)
}

/// The moment of this step.
fn now() -> Moment {
    Moment(Utc::now().timestamp_millis())
}

async fn append(file: &JournalFile, line: Line) -> Result<journal::Entry, String> {
    let file = file.clone();
    match tokio::task::spawn_blocking(move || file.append(line)).await {
        Ok(Ok(entry)) => Ok(entry),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err("the journal could not be written".into()),
    }
}

/// A line of the journal as a step that might be taken back.
fn step(entry: &journal::Entry, applied: Applied) -> Step {
    Step {
        id: entry.id.as_str().into(),
        op: entry.op.as_str().into(),
        service: entry.target.service.as_str().into(),
        address: entry.target.address.parse().ok(),
        path: entry.target.path.as_str().into(),
        certain: applied == Applied::Yes,
        writes: entry
            .writes
            .iter()
            // What its service keeps as the last act is no part of what is taken back.
            .filter(|w| !act::is_kept_at(&w.path))
            .filter_map(|w| {
                let kind = match w.kind.as_str() {
                    "set" => WriteKind::Set,
                    "create" => WriteKind::Create,
                    "delete" => WriteKind::Delete,
                    "http" => WriteKind::Http,
                    _ => return None,
                };
                let bytes = |data: &Option<Vec<u8>>| data.as_ref().map(|d| Arc::from(d.as_slice()));
                Some(Write {
                    kind,
                    path: w.path.as_str().into(),
                    before: bytes(&w.before),
                    after: bytes(&w.after),
                    version: w.version,
                })
            })
            .collect(),
    }
}
