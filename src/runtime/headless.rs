//! The same Model and `update` without a terminal: for every command that prints what a screen would show.

use std::{sync::Arc, time::Duration};

use tokio::time::{Instant, sleep_until};

use super::{mailbox::Postbox, setup, sources::Sources};
use crate::app::{Effect, Model, Msg, update};

/// How often time is told to the Model, beside each batch of facts.
const TICK: Duration = Duration::from_millis(100);

/// A Model that lives, and what feeds it.
pub struct Headless {
    /// The Model.
    pub model: Model,
    mailbox: Arc<Postbox>,
    sources: Sources,
}

impl Headless {
    /// Feeds this Model from the sources.
    pub fn new(model: Model, mailbox: Arc<Postbox>, sources: Sources) -> Headless {
        Headless { model, mailbox, sources }
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
            let facts = tokio::select! {
                facts = self.mailbox.take() => facts,
                () = sleep_until(end.min(now + TICK)) => Vec::new(),
            };
            self.feed(Msg::Tick(setup::now()));
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
            if let Effect::Prefer(ids) = effect {
                self.sources.prefer(ids);
            }
        }
    }
}
