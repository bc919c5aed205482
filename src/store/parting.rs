//! How the health of an instance stood when it left the registry: what tells a crash from one that left while it was well.
//! Kept for as long as its place is, and no longer.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::health::Entry;
use crate::domain::{health::HealthState, id::InstanceId, time::Moment};

/// Partings remembered at most.
const AT_MOST: usize = 20_000;

/// The last that was known of an instance that left.
#[derive(Clone, Debug, PartialEq)]
pub struct Parting {
    /// When it left.
    pub at: Moment,
    /// What was last known of its health.
    pub state: HealthState,
    /// Since when that had been so.
    pub since: Moment,
    /// When it was last asked.
    pub asked: Option<Moment>,
    /// The rhythm at which it was asked, in ms.
    pub period_ms: u32,
    /// The fact behind it, in words.
    pub detail: Option<Arc<str>>,
}

/// Partings by who left.
#[derive(Debug, Default)]
pub struct Partings {
    all: BTreeMap<InstanceId, Parting>,
}

impl Partings {
    /// An instance left, of which this was known.
    pub fn left(&mut self, id: &InstanceId, entry: Option<&Entry>, at: Moment) {
        let Some(entry) = entry else {
            self.all.remove(id);
            return;
        };
        if self.all.len() >= AT_MOST && !self.all.contains_key(id) {
            return;
        }
        let parting = Parting {
            at,
            state: entry.state,
            since: entry.since,
            asked: entry.as_of,
            period_ms: entry.period_ms,
            detail: entry.detail.clone(),
        };
        self.all.insert(id.clone(), parting);
    }

    /// How it was when this one left; `None` where it is not known, or there again.
    pub fn get(&self, id: &InstanceId) -> Option<&Parting> {
        self.all.get(id)
    }

    /// Forgets those of whom this is not so.
    pub fn retain(&mut self, keep: impl Fn(&InstanceId) -> bool) {
        self.all.retain(|id, _| keep(id));
    }

    /// Whether nobody left of whom anything was known.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }
}
