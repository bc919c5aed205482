//! The providers that can be told themselves: their page is asked for before a plan, and a plan that goes by it is carried out in
//! three steps: what is kept in the registry, the POST, and reading what the registry then tells. What was kept is taken back
//! where the provider refused. The journal's lines around it are `actor`'s.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{actor::Actor, sources};
use crate::{
    config::settings::Settings,
    domain::plan::{Confirmed, Outcome, Plan, Receipt, Target, Write, WriteKind},
    registry::{Asked, NoDraft, Writer},
    telemetry::actuator::{Actuator, Told},
};

/// How long a plan waits for the provider's word: one that does not answer is drained all the same.
const ASKING: Duration = Duration::from_secs(2);
/// For how long a provider whose answer is lost is asked what it holds.
const FINDING_OUT: Duration = Duration::from_secs(10);
/// Between two such questions.
const PAUSE: Duration = Duration::from_millis(250);

/// How providers are asked and told, or why they cannot be.
#[derive(Clone)]
pub struct Providers {
    actuator: Result<Actuator, Arc<str>>,
    /// The actuator's path of a service, where the file names its health page.
    bases: Arc<BTreeMap<String, String>>,
}

impl Providers {
    /// As the settings allow.
    pub fn new(settings: &Settings) -> Providers {
        let base = |path: &str| path.strip_suffix("/health").map(str::to_owned);
        let services = settings.config.services.iter();
        let bases = services.filter_map(|s| Some((s.name.clone(), base(s.health.as_deref()?)?))).collect();
        let actuator = Actuator::new(sources::asking(settings)).map_err(Arc::from);
        Providers { actuator, bases: Arc::new(bases) }
    }
}

/// Whether a plan tells a provider something.
pub(super) fn posts(plan: &Confirmed<Plan>) -> bool {
    plan.get().draft.writes.iter().any(|write| write.kind == WriteKind::Http)
}

impl Actor {
    /// What the target's provider says of its own page; `None` where its layout knows none.
    pub(super) async fn page(&self, target: &Target) -> Result<Asked, NoDraft> {
        let (true, Some(address), Some(providers)) =
            (target.service.layout.traits().own_page, &target.address, &self.providers)
        else {
            return Ok(None);
        };
        let actuator = match &providers.actuator {
            Ok(actuator) => actuator,
            Err(why) => return Ok(Some(Err(why.clone()))),
        };
        let metadata = self.registry.metadata(target).await?;
        let base = providers.bases.get(&*target.service.name).map(String::as_str);
        let found = tokio::time::timeout(ASKING, actuator.find(address, &metadata, base)).await;
        Ok(Some(found.unwrap_or_else(|_| Err("it does not answer within 2 s".into()))))
    }

    /// The same of the page to which a step of the journal posted, if it did.
    pub(super) async fn page_of(&self, step: &[Write]) -> Asked {
        let post = step.iter().find(|write| write.kind == WriteKind::Http)?;
        Some(match &self.providers.as_ref()?.actuator {
            Ok(actuator) => actuator.read(&post.path).await,
            Err(why) => Err(why.clone()),
        })
    }

    /// Carries out a plan that tells a provider something.
    pub(super) async fn tell(&self, writer: &Writer, plan: &Confirmed<Plan>, unsure: impl Fn(&str)) -> Receipt {
        let Some(Ok(actuator)) = self.providers.as_ref().map(|providers| &providers.actuator) else {
            return ended(Outcome::Refused, "providers cannot be told anything here".into());
        };
        let kept = plan.get().draft.writes.iter().any(|write| write.kind != WriteKind::Http);
        if kept {
            let receipt = writer.apply(plan, &unsure).await;
            if !matches!(receipt.outcome, Outcome::Done | Outcome::Requested) {
                return receipt;
            }
        }
        let began = Instant::now();
        let (outcome, why) = match actuator.tell(plan).await {
            Told::Taken => match self.seen(actuator, plan, began).await {
                Ok(receipt) => return receipt,
                Err(held) => (Outcome::Failed, format!("no effect: the provider answered that it took it, but {held}")),
            },
            Told::Unsure(why) => {
                unsure(&why);
                match find_out(actuator, plan.get()).await {
                    Ok(()) => match self.seen(actuator, plan, began).await {
                        // It was found out, as with a registry's answer that was lost.
                        Ok(receipt) if receipt.verified_ms.is_some() => {
                            return Receipt { outcome: Outcome::Done, ..receipt };
                        }
                        Ok(receipt) => return receipt,
                        Err(held) => {
                            (Outcome::Failed, format!("no effect: the provider held it for a moment, but {held}"))
                        }
                    },
                    Err(held) => {
                        let words = format!("the provider was told, but {why}; {held}. It may still take it");
                        return ended(Outcome::Unknown, words);
                    }
                }
            }
            Told::Refused(why) => (Outcome::Failed, format!("the provider did not take it: {why}")),
            Told::NotSent(why) => (Outcome::Unreachable, format!("the provider could not be told: {why}")),
        };
        match writer.withdraw(plan).await {
            Ok(()) => ended(outcome, why),
            Err(stands) => ended(outcome, format!("{why}; the intent that was kept for it stands: {stands}")),
        }
    }

    /// The provider took it: whether its znode tells so, too; where neither that nor the process does, in words what is there.
    async fn seen(&self, actuator: &Actuator, plan: &Confirmed<Plan>, began: Instant) -> Result<Receipt, String> {
        let draft = &plan.get().draft;
        let requested = |words: String| Ok(ended(Outcome::Requested, words));
        let Some(becomes) = draft.becomes else { return requested("the provider took it".into()) };
        if self.registry.shows(&draft.target, becomes.admin).await {
            let verified_ms = u64::try_from(began.elapsed().as_millis()).ok();
            return Ok(Receipt { outcome: Outcome::Requested, detail: None, verified_ms });
        }
        let silent = "its znode does not tell so within 2 s";
        match holds(actuator, plan.get()).await {
            Ok(()) => {
                requested(format!("the provider's process holds it, but {silent}: it will when it registers again"))
            }
            Err(Held::Other(status)) => Err(format!("{silent}, and its process holds {status}")),
            Err(Held::Unasked(why)) => requested(format!("the provider took it, but {silent}, and {why}")),
        }
    }
}

/// What a process holds that is not what it was told.
enum Held {
    /// This.
    Other(String),
    /// It does not say, and why.
    Unasked(String),
}

/// Whether the process holds what it was told.
async fn holds(actuator: &Actuator, plan: &Plan) -> Result<(), Held> {
    let Some(post) = plan.draft.writes.iter().find(|write| write.kind == WriteKind::Http) else { return Ok(()) };
    match actuator.read(&post.path).await {
        Ok(page) if post.after.as_deref() == Some(&*body(&page.status)) => Ok(()),
        Ok(page) if page.status.is_empty() => Err(Held::Other("no status".into())),
        Ok(page) => Err(Held::Other(page.status.to_string())),
        Err(why) => Err(Held::Unasked(format!("it cannot be asked what it holds ({why})"))),
    }
}

/// What the process holds after an answer was lost; in words where that is not what it was told.
async fn find_out(actuator: &Actuator, plan: &Plan) -> Result<(), String> {
    let until = Instant::now() + FINDING_OUT;
    loop {
        let said = match holds(actuator, plan).await {
            Ok(()) => return Ok(()),
            Err(Held::Other(status)) => format!("it holds {status}"),
            Err(Held::Unasked(why)) => why,
        };
        if Instant::now() >= until {
            return Err(said);
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// As it is posted.
fn body(status: &str) -> Vec<u8> {
    serde_json::json!({ "status": status }).to_string().into_bytes()
}

fn ended(outcome: Outcome, words: String) -> Receipt {
    Receipt { outcome, detail: Some(words.into()), verified_ms: None }
}
