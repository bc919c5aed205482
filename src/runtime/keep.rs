//! Runs what the Model asks for about kept intents: the same for a dashboard and for a command that stays.

use tokio::sync::mpsc;

use super::actor::Actor;
use crate::{
    app::{Effect, Msg},
    registry::NoDraft,
};

/// Begins with an effect that is about kept intents; any other comes back. The end is told as a [`Msg`].
pub fn run(actor: &Actor, answer: &mpsc::Sender<Msg>, effect: Effect) -> Option<Effect> {
    let (actor, answer) = (actor.clone(), answer.clone());
    match effect {
        Effect::Keep(duty) => {
            tokio::spawn(async move {
                let draft = actor.draft_duty(&duty).await.map_err(|no| match no {
                    NoDraft::Conflict(why) => {
                        tracing::debug!("not due any more: {why}");
                        None
                    }
                    other => Some(super::effects::refusal(other)),
                });
                let _ = answer.send(Msg::KeepDrafted(duty.path.clone(), Box::new(draft))).await;
            });
        }
        Effect::KeepApply(duty, plan) => {
            tokio::spawn(async move {
                let receipt = actor.apply_duty(&duty, &plan).await;
                tracing::info!(outcome = receipt.outcome.word(), "{:?} of {}", duty.what, duty.path);
                let _ = answer.send(Msg::Kept(duty.path.clone(), receipt)).await;
            });
        }
        other => return Some(other),
    }
    None
}
