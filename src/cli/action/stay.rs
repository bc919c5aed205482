//! What `--hold` and `--dead-man` do after the write: the command stays, asserts again what the registry loses, tells it, and
//! ends what is tied to it when it is stopped.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use super::{Hand, ending};
use crate::{
    app::Model,
    cli::{
        args_action::{HowArgs, TermsArgs, WhyArgs},
        exit::{Exit, Failure, Outcome as Ended},
    },
    config::settings::Settings,
    domain::{
        act::LastAct,
        duty::{Due, Duty},
        event::{Event, EventKind},
        intent::{self, HELD_WITHIN_MS, Intent, MOST_HELD, Why},
        plan::Outcome,
        text::Shown,
        way::Via,
    },
    insight,
    runtime::presence::Presence,
};

/// How long the registry may take to show what was written.
const SEEN: Duration = Duration::from_secs(5);
/// How long it may take until it is told who ended what is kept: one act is read in two halves.
const TOLD: Duration = Duration::from_secs(3);
/// What becomes of a drain that is held, once its command ends.
const FREE: &str = "It stays as it is; other writable Keepwatches that run hold it further.";
/// What becomes of one that hangs on this command.
const TIED: &str = "What hangs on this command ends with it.";
/// Longer than any outage that is worth telling; then it looks again.
const LONG: Duration = Duration::from_secs(3600);

/// How long a lease is over before a command that only passes by ends it, in ms.
const GRACE_MS: i64 = 3000;
/// Leases that a command that passes by ends, at most.
const MOST_LEASES: usize = 20;

/// The intents that a command stays for, by their paths, as they were made.
type Kept = BTreeMap<Arc<str>, Intent>;

/// Ends when a person asks for that.
pub(super) type Stop = std::pin::Pin<Box<dyn Future<Output = ()>>>;

/// A command that stays, or not.
pub(super) struct Stay {
    /// It does.
    pub(super) wanted: bool,
    /// Tied to this session, where it is asked for.
    presence: Option<Presence>,
    /// What it stays for.
    kept: Kept,
}

impl Stay {
    /// Makes the ephemeral that a dead man's switch hangs on.
    ///
    /// # Errors
    /// Where that cannot be made: what hangs on it would end at once.
    pub(super) async fn new(
        hand: &Hand,
        settings: &Settings,
        terms: &TermsArgs,
        how: &HowArgs,
    ) -> Result<Stay, Failure> {
        let mut presence = None;
        if terms.dead_man {
            let registry = crate::cli::start::registry(settings)?;
            let mut made = Presence::new(&registry, hand.actor.by());
            if !how.dry_run {
                made.appear().await.map_err(|why| Failure::new(Exit::Refused, format!("Not done: {why}.")))?;
            }
            presence = Some(made);
        }
        Ok(Stay { wanted: (terms.hold || terms.dead_man) && !how.dry_run, presence, kept: Kept::new() })
    }

    /// Why something is wanted, for how long, and on what it hangs.
    pub(super) fn why(&self, terms: &TermsArgs, why: &WhyArgs) -> Why {
        Why {
            reason: why.reason.as_deref().map(Into::into),
            lease_ms: terms.time.and_then(|time| i64::try_from(time.as_millis()).ok()),
            hold: terms.hold,
            via: Via::Best,
            operator: self.presence.as_ref().map(|presence| presence.path().clone()),
        }
    }

    /// Stays for this intent, too.
    pub(super) fn with(&mut self, intent: Option<&Intent>) {
        self.kept.extend(intent.map(|intent| (intent.znode().into(), intent.clone())));
    }

    /// Says what becomes of it where a person stops the command.
    pub(super) fn stopped(&self) {
        if self.wanted && !self.kept.is_empty() {
            eprintln!("Ending, as asked. {}", if self.presence.is_some() { TIED } else { FREE });
        }
    }

    /// Stays until it is stopped, or until none of its intents is wanted any more; says why it ends, and who ended what.
    pub(super) async fn until_over(mut self, hand: &mut Hand, stop: Stop) -> Ended {
        let mut worst = Exit::Done;
        if self.wanted && !self.kept.is_empty() {
            eprintln!("Staying; Ctrl-C ends it.");
            worst = self.stays(hand, stop).await;
        }
        Ok(worst.max(self.over(hand).await?))
    }

    async fn stays(&mut self, hand: &mut Hand, mut stop: Stop) -> Exit {
        let mut worst = Exit::Done;
        hand.run.keep(hand.actor.clone());
        let all: BTreeSet<Arc<str>> = self.kept.keys().cloned().collect();
        // What somebody did before is not what ends it.
        let act = |intent: &Intent| hand.run.model.world.registry.last_act(&intent.service).cloned();
        let before: BTreeMap<Arc<str>, LastAct> =
            self.kept.iter().filter_map(|(path, intent)| Some((path.clone(), act(intent)?))).collect();
        let mut next = hand.run.model.world.story.numbers().end;
        let seen = |model: &Model| self.kept.iter().all(|(path, was)| ending::wanted(&model.world, path, was));
        hand.run.until(SEEN, seen).await;
        loop {
            let live = |model: &Model| model.world.registry.link().state.live();
            let gone = |model: &Model, kept: &Kept| {
                live(model) && kept.iter().any(|(path, was)| !ending::wanted(&model.world, path, was))
            };
            let news = |model: &Model| model.world.story.numbers().end > next || gone(model, &self.kept);
            tokio::select! {
                () = &mut stop => {
                    self.stopped();
                    return worst;
                }
                _ = hand.run.until(LONG, news) => {}
            }
            if gone(&hand.run.model, &self.kept) {
                // Who did it is read a moment before or after: one act has two halves.
                hand.run.until(TOLD, |model| !model.world.losing()).await;
            }
            let model = &hand.run.model;
            next = tell(model, &all, next);
            if live(model) {
                let who = (hand.by.as_str(), crate::runtime::setup::now());
                self.kept.retain(|path, was| {
                    if ending::wanted(&model.world, path, was) {
                        return true;
                    }
                    let (told, exit) = ending::told(&model.world, (path, was), who, before.get(path));
                    eprintln!("{}", Shown::new(&told).as_str());
                    worst = worst.max(exit);
                    false
                });
            }
            if self.kept.is_empty() {
                eprintln!("Ending: nothing is left to stay for.");
                return worst;
            }
            // What still hangs on this session needs it; else there is nothing left to stay for.
            if self.presence.is_none() && given_up(model, &self.kept) {
                eprintln!(
                    "Ending: it was lost {MOST_HELD} times within {} min and is not held any longer. Hold it anew once its \
                     provider is calm.",
                    HELD_WITHIN_MS / 60_000
                );
                // What this command itself wrote about it is to be journalled to its end.
                hand.run.until(SEEN, |model| !model.keep.busy()).await;
                return worst.max(Exit::Refused);
            }
        }
    }

    /// Ends what is tied to this command.
    pub(super) async fn over(self, hand: &Hand) -> Ended {
        let Some(presence) = self.presence else { return Ok(Exit::Done) };
        let operator = presence.path().clone();
        presence.leave().await;
        end_all(hand, &operator).await
    }
}

impl Hand {
    /// Ends leases that are over and that nobody has ended: this is a writable Keepwatch, perhaps the only one that runs. After
    /// the act itself, which may have been about one of them.
    pub(super) async fn leases(&self, how: &HowArgs) {
        if how.dry_run {
            return;
        }
        let (world, now) = (&self.run.model.world, crate::runtime::setup::now());
        let due = insight::duty::all(world, now, |_| false);
        let over = due.iter().filter(|duty| {
            let since = duty.intent.until.filter(|_| duty.what == Due::LeaseOver);
            // One that has just run out another one ends, where one runs.
            since.is_some_and(|until| now.since(until) > GRACE_MS)
        });
        for duty in over.take(MOST_LEASES) {
            let intent = &duty.intent;
            let name = format!("{}/{}", intent.service, intent.address.text());
            let told = match self.end(duty).await {
                Ok(receipt) if matches!(receipt.outcome, Outcome::Done | Outcome::Requested | Outcome::NoEffect) => {
                    "was over, and is ended now".to_owned()
                }
                // Somebody else was first.
                Ok(receipt) if receipt.outcome == Outcome::Conflict => continue,
                Ok(receipt) => {
                    format!(
                        "is over, and was not ended: {}",
                        receipt.detail.as_deref().unwrap_or(receipt.outcome.word())
                    )
                }
                Err(why) => format!("is over, and was not ended: {why}"),
            };
            let words = format!("{name}: the lease of {} ({}) {told}.", intent.by, intent.what());
            eprintln!("{}", Shown::new(&words).as_str());
        }
    }
}

/// Tells what the story has from line `next` on about these intents; the line after.
fn tell(model: &Model, all: &BTreeSet<Arc<str>>, next: u64) -> u64 {
    let (events, end) = model.world.story.since(next);
    let own = |event: &Event| {
        let (service, instance) = (event.service.as_deref(), event.instance.as_deref());
        let at = service.zip(instance).map(|(service, at)| intent::znode(service, at));
        at.is_some_and(|at| all.contains(&*at))
    };
    let told = |e: &&Event| matches!(e.kind, EventKind::Action | EventKind::DrainLost) && own(e);
    for event in events.filter(told) {
        eprintln!("{}  {}", event.at.rfc3339(), Shown::new(&event.text).as_str());
    }
    end
}

/// Whether none of these intents is held any longer.
fn given_up(model: &Model, kept: &Kept) -> bool {
    let mut own = model.world.registry.intents().filter(|(path, _)| kept.contains_key(*path)).peekable();
    own.peek().is_some() && own.all(|(_, intent)| intent.ties.given_up.is_some())
}

/// Ends what hangs on this operator, who is leaving.
async fn end_all(hand: &Hand, operator: &str) -> Ended {
    let world = &hand.run.model.world;
    let tied = |duty: &Duty| duty.what == Due::OperatorGone && duty.intent.ties.operator.as_deref() == Some(operator);
    let mut worst = Exit::Done;
    for duty in insight::duty::all(world, hand.run.model.now, |gone| gone == operator).iter().filter(|duty| tied(duty))
    {
        let name = format!("{}/{}", duty.intent.service, duty.intent.address.text());
        let why = match hand.end(duty).await {
            Ok(receipt) if matches!(receipt.outcome, Outcome::Done | Outcome::Requested | Outcome::NoEffect) => {
                eprintln!("{name}: {} ended.", duty.intent.what());
                continue;
            }
            Ok(receipt) => receipt.detail.as_deref().unwrap_or(receipt.outcome.word()).to_owned(),
            Err(why) => why,
        };
        eprintln!("{name}: {} not ended: {}.", duty.intent.what(), Shown::new(&why).as_str());
        worst = Exit::Refused;
    }
    Ok(worst)
}
