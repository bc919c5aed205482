//! A queue in which what is newer replaces what waits under the same key, and stands at the end. Not bounded by itself:
//! by the number of keys.

use std::{collections::HashMap, hash::Hash};

use crate::domain::fact::Fact;

/// Places of replaced facts that are kept before the queue is closed up.
const MAX_HOLES: usize = 1024;

/// The queue.
#[derive(Debug)]
pub(super) struct Latest<K> {
    /// In order; `None` where something was replaced.
    places: Vec<Option<Fact>>,
    /// Where each key stands. What is not in here is never replaced.
    at: HashMap<K, usize>,
    live: usize,
}

impl<K> Default for Latest<K> {
    fn default() -> Self {
        Latest { places: Vec::new(), at: HashMap::new(), live: 0 }
    }
}

impl<K: Hash + Eq> Latest<K> {
    pub(super) fn is_empty(&self) -> bool {
        self.live == 0
    }

    /// What waits under a key.
    pub(super) fn get(&self, key: &K) -> Option<&Fact> {
        self.places.get(*self.at.get(key)?)?.as_ref()
    }

    /// Puts a fact at the end, in the place of what waits under its key.
    pub(super) fn put(&mut self, key: K, fact: Fact) {
        let end = self.push(fact);
        if let Some(old) = self.at.insert(key, end)
            && self.places[old].take().is_some()
        {
            self.live -= 1;
        }
        if self.places.len() > 2 * self.live + MAX_HOLES {
            self.close_up();
        }
    }

    /// Puts a fact without a key at the end, in the place of the last one if it is `alike`. As a `barrier`, nothing
    /// before it is replaced any more by what comes after.
    pub(super) fn mark(&mut self, fact: Fact, alike: impl Fn(&Fact) -> bool, barrier: bool) {
        match self.places.last_mut() {
            Some(Some(last)) if alike(last) => *last = fact,
            _ => {
                self.push(fact);
            }
        }
        if barrier {
            self.at.clear();
        }
    }

    /// Moves all into `facts`.
    pub(super) fn drain_into(&mut self, facts: &mut Vec<Fact>) {
        facts.extend(self.places.drain(..).flatten());
        self.at.clear();
        self.live = 0;
        self.places.shrink_to(MAX_HOLES);
        self.at.shrink_to(MAX_HOLES);
    }

    fn push(&mut self, fact: Fact) -> usize {
        self.places.push(Some(fact));
        self.live += 1;
        self.places.len() - 1
    }

    fn close_up(&mut self) {
        let mut moved = Vec::with_capacity(self.places.len());
        let mut live = 0;
        for place in &self.places {
            moved.push(live);
            live += usize::from(place.is_some());
        }
        self.places.retain(Option::is_some);
        for at in self.at.values_mut() {
            *at = moved[*at];
        }
    }
}
