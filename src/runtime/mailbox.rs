//! placeholder
use std::{collections::VecDeque, sync::Mutex};

use tokio::sync::Notify;

use crate::domain::fact::{Fact, Mailbox};

/// The mailbox.
#[derive(Debug, Default)]
pub struct Postbox {
    facts: Mutex<VecDeque<Fact>>,
    news: Notify,
}

impl Postbox {
    /// Waits until there is something.
    pub async fn take(&self) -> Vec<Fact> {
        loop {
            let facts = self.drain();
            if !facts.is_empty() {
                return facts;
            }
            self.news.notified().await;
        }
    }

    /// What is there now.
    pub fn drain(&self) -> Vec<Fact> {
        self.facts.lock().map(|mut f| f.drain(..).collect()).unwrap_or_default()
    }
}

impl Mailbox for Postbox {
    fn put(&self, fact: Fact) {
        if let Ok(mut facts) = self.facts.lock() {
            facts.push_back(fact);
        }
        self.news.notify_one();
    }
}
