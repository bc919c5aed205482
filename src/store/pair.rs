//! Circuits: the breakers of all instances of a caller service on the way to one callee, taken together. The worst one
//! speaks for the pair; how many there are in each state is told beside it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::domain::circuit::CircuitState;
use crate::domain::time::Moment;

use super::circuits::Breaker;

/// A caller service and a callee, with the breakers between them.
#[derive(Clone, Debug, PartialEq)]
pub struct Pair<'a> {
    /// The caller service, by name.
    pub caller: Arc<str>,
    /// The callee.
    pub callee: Arc<str>,
    /// The gravest state of its breakers.
    pub state: CircuitState,
    /// Since when the first of those in that state is in it.
    pub since: Moment,
    /// Calls that its breakers refused, together, as far as they tell.
    pub refused: Option<u64>,
    /// Its breakers, by caller address and name.
    pub breakers: Vec<&'a Breaker>,
}

impl Pair<'_> {
    /// How many of its breakers are in a state.
    pub fn count(&self, state: CircuitState) -> usize {
        self.breakers.iter().filter(|breaker| breaker.state == state).count()
    }

    /// The worst-of lane: cell by cell the gravest state of its breakers; see [`Breaker::lane`].
    pub fn lane(&self, now: Moment, cells: usize, cell_ms: i64) -> Vec<Option<CircuitState>> {
        let mut worst = vec![None; cells];
        for breaker in &self.breakers {
            for (cell, one) in worst.iter_mut().zip(breaker.lane(now, cells, cell_ms)) {
                *cell = match (*cell, one) {
                    (Some(a), Some(b)) => Some(graver(a, b)),
                    (a, b) => a.or(b),
                };
            }
        }
        worst
    }
}

/// Groups breakers to pairs, by caller service and callee.
pub(super) fn pairs<'a>(breakers: impl Iterator<Item = &'a Breaker>) -> Vec<Pair<'a>> {
    let mut groups: BTreeMap<(&Arc<str>, &Arc<str>), Vec<&Breaker>> = BTreeMap::new();
    for breaker in breakers {
        groups.entry((&breaker.reading.caller.service, &breaker.reading.callee)).or_default().push(breaker);
    }
    let pair = |((caller, callee), breakers): ((&Arc<str>, &Arc<str>), Vec<&'a Breaker>)| {
        let state = breakers.iter().map(|b| b.state).reduce(graver).unwrap_or(CircuitState::Unknown);
        let since = breakers.iter().filter(|b| b.state == state).map(|b| b.since).min().unwrap_or_default();
        let refused = breakers.iter().filter_map(|b| b.reading.not_permitted).reduce(u64::saturating_add);
        Pair { caller: Arc::clone(caller), callee: Arc::clone(callee), state, since, refused, breakers }
    };
    groups.into_iter().map(pair).collect()
}

/// The graver of two states.
pub(super) fn graver(a: CircuitState, b: CircuitState) -> CircuitState {
    if gravity(b) > gravity(a) { b } else { a }
}

/// What refuses calls is worst, what is not known is worse than what is well.
fn gravity(state: CircuitState) -> u8 {
    match state {
        CircuitState::Closed => 0,
        CircuitState::MetricsOnly => 1,
        CircuitState::Disabled => 2,
        CircuitState::Unknown => 3,
        CircuitState::HalfOpen => 4,
        CircuitState::ForcedOpen => 5,
        CircuitState::Open => 6,
    }
}
