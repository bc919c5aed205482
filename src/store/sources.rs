//! Sources of telemetry as they tell of themselves: which run, which failed and why, what they dropped. The registry's
//! link is in `registry`.

use std::{collections::BTreeMap, sync::Arc};

use crate::domain::{
    fact::{SourceFact, SourceState, Turned},
    time::Moment,
};

/// Sources remembered at most.
const AT_MOST: usize = 256;

/// One source.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// Since when it is as it is.
    pub since: Moment,
    /// Whether it runs, failed (with the reason) or ended.
    pub state: SourceState,
    /// What it dropped in all, by what that was.
    pub dropped: BTreeMap<Arc<str>, u64>,
    /// Exports that it refused whole and that are lost.
    pub refused: u64,
    /// Exports that it told to come again.
    pub again: u64,
    /// The last of those, and when.
    pub turned: Option<(Moment, Box<Turned>)>,
    /// Bytes at the beginning of its file that were passed over.
    pub unread: u64,
}

/// All sources by name.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    by_name: BTreeMap<Arc<str>, Source>,
}

impl Sources {
    /// Takes in what a source tells.
    pub fn apply(&mut self, fact: &SourceFact) {
        if self.by_name.len() >= AT_MOST && !self.by_name.contains_key(&fact.name) {
            return;
        }
        let source = self.by_name.entry(fact.name.clone()).or_insert_with(|| Source {
            since: fact.at,
            state: SourceState::Running,
            dropped: BTreeMap::new(),
            refused: 0,
            again: 0,
            turned: None,
            unread: 0,
        });
        match &fact.state {
            SourceState::Dropped(count, what, _) => *source.dropped.entry(what.clone()).or_default() += count,
            SourceState::Refused(turned) => {
                let sum = if turned.again { &mut source.again } else { &mut source.refused };
                *sum += turned.exports;
                source.turned = Some((fact.at, turned.clone()));
            }
            SourceState::Unread(bytes) => source.unread += bytes,
            state => {
                if source.state != *state {
                    source.since = fact.at;
                }
                source.state = state.clone();
            }
        }
    }

    /// How a source is, by its name; `None` where it has told nothing.
    pub fn state(&self, name: &str) -> Option<&SourceState> {
        self.by_name.get(name).map(|source| &source.state)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (&Arc<str>, &Source)> {
        self.by_name.iter()
    }

    /// How much of `what` (`spans`, `lines`) was dropped on the way, by all sources.
    pub fn dropped(&self, what: &str) -> u64 {
        self.by_name.values().filter_map(|s| s.dropped.get(what)).sum()
    }
}
