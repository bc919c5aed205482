//! The same Model and `update` without a terminal: for every command that prints what a screen would show.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::mpsc,
    time::{Instant, sleep_until},
};

use super::{actor::Actor, keep, mailbox::Postbox, setup, sources::Sources};
use crate::app::{Effect, Model, Msg, Piece, update};

/// How often time is told to the Model, beside each batch of facts.
const TICK: Duration = Duration::from_millis(100);

/// A Model that lives, and what feeds it.
pub struct Headless {
    /// The Model.
    pub model: Model,
    mailbox: Arc<Postbox>,
    sources: Sources,
    /// The hand that keeps intents, for a command that stays.
    keeper: Option<Actor>,
    answer: mpsc::Sender<Msg>,
    answers: mpsc::Receiver<Msg>,
}

impl Headless {
    /// Feeds this Model from the sources.
    pub fn new(mut model: Model, mailbox: Arc<Postbox>, sources: Sources) -> Headless {
        let (answer, answers) = mpsc::channel(64);
        // What is printed once is printed whole.
        model.piece = Piece::whole();
        Headless { model, mailbox, sources, keeper: None, answer, answers }
    }

    /// From now on it also does what is due about kept intents, by this hand.
    pub fn keep(&mut self, actor: Actor) {
        self.keeper = Some(actor);
        self.model.keep.on = true;
    }

    /// Runs until `done` says so, or `limit` is over; whether it said so. `done` is asked after each change.
    pub async fn until(&mut self, limit: Duration, mut done: impl FnMut(&Model) -> bool) -> bool {
        let end = Instant::now() + limit;
        loop {
            if done(&self.model) {
                return true;
            }
            let now = Instant::now();
            if now >= end {
                return false;
            }
            let mut answer = None;
            let facts = tokio::select! {
                facts = self.mailbox.take() => facts,
                Some(told) = self.answers.recv() => {
                    answer = Some(told);
                    Vec::new()
                }
                () = sleep_until(end.min(now + TICK)) => Vec::new(),
            };
            self.feed(Msg::Tick(setup::now()));
            answer.into_iter().for_each(|told| self.feed(told));
            if !facts.is_empty() {
                self.feed(Msg::Facts(facts));
            }
            self.sources.follow(&self.model);
        }
    }

    /// Asks these instances first.
    pub fn prefer(&self, ids: Vec<crate::domain::id::InstanceId>) {
        self.sources.prefer(ids);
    }

    /// Works verdicts and sums out to the last fact.
    pub fn settle(&mut self) {
        crate::app::think(&mut self.model);
    }

    fn feed(&mut self, msg: Msg) {
        for effect in update(&mut self.model, msg) {
            let effect = match &self.keeper {
                Some(actor) => keep::run(actor, &self.answer, effect),
                None => Some(effect),
            };
            match effect {
                Some(Effect::Prefer(ids)) => self.sources.prefer(ids),
                // It comes back only while there is more.
                Some(Effect::LookFurther) => self.feed(Msg::LookFurther),
                _ => {}
            }
        }
    }
}
