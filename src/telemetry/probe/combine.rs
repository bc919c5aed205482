//! One state of what readiness, liveness and the whole health say. Readiness alone is not health (an indicator of the
//! application's own does not move it), and the whole alone is not either: cut from its registry, a Spring application says
//! DOWN, slowly, while it serves as before. Pure.

use std::sync::Arc;

use crate::domain::health::HealthState;

use super::super::health::Said;

/// What came of asking for the whole health.
#[derive(Clone, Debug)]
pub enum Whole {
    /// It was not asked for: it was just learnt that the registry is away, and it would only wait for that.
    NotAsked,
    /// It said this, lately.
    Said(Said),
    /// No answer came, for this reason.
    Lost(String),
}

/// The outcome: a state, and the words for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The state.
    pub state: HealthState,
    /// The fact behind it.
    pub detail: Option<String>,
    /// The parts that were named.
    pub parts: Vec<(Arc<str>, Arc<str>)>,
    /// Whether the whole health decided it, rather than readiness.
    pub by_whole: bool,
}

/// From the one page that the instance has. `live`: whether a liveness page says that it lives, where there is one;
/// `was_up`: whether it was up before.
pub fn single(said: Said, live: Option<bool>, was_up: bool) -> Outcome {
    let mut outcome = Outcome { state: said.state, detail: said.detail, parts: said.parts, by_whole: true };
    if said.registry_only {
        outcome.state = HealthState::Degraded;
        outcome.detail = Some(sentence("its link to the registry is down, nothing else is", outcome.detail));
    } else if live == Some(true) && refuses(outcome.state) {
        (outcome.state, outcome.detail) = refused(outcome.state, outcome.detail, was_up);
    }
    outcome
}

/// From readiness and the whole health.
pub fn both(ready: Said, whole: &Whole, live: Option<bool>, was_up: bool) -> Outcome {
    if refuses(ready.state) {
        let mut outcome = single(Said { registry_only: false, ..ready }, live, was_up);
        outcome.by_whole = false;
        if let Whole::Said(said) = whole {
            outcome.parts.clone_from(&said.parts);
        }
        return outcome;
    }
    let ready_outcome = Outcome { state: ready.state, detail: ready.detail, parts: ready.parts, by_whole: false };
    match whole {
        Whole::NotAsked => ready_outcome,
        Whole::Lost(why) => Outcome {
            state: HealthState::Degraded,
            detail: Some(format!("readiness is UP, but its whole health does not answer: {why}")),
            ..ready_outcome
        },
        Whole::Said(said) if said.registry_only => {
            let what = "its link to the registry is down, nothing else is; readiness is UP";
            Outcome {
                state: HealthState::Degraded,
                detail: Some(sentence(what, said.detail.clone())),
                parts: said.parts.clone(),
                by_whole: true,
            }
        }
        Whole::Said(said) => {
            // UNKNOWN as a whole says nothing; readiness does.
            let state = if said.state == HealthState::Unknown { ready_outcome.state } else { said.state };
            let detail = match state {
                HealthState::Up => said.detail.clone(),
                _ => said.detail.as_ref().map(|detail| format!("{detail}; readiness is UP")),
            };
            Outcome { state, detail, parts: said.parts.clone(), by_whole: true }
        }
    }
}

/// Whether a state of readiness means that it takes no calls.
pub fn refuses(state: HealthState) -> bool {
    matches!(state, HealthState::Down | HealthState::OutOfService | HealthState::Starting)
}

/// Readiness is refused while it lives: at the beginning it is starting; later the word that it used counts.
fn refused(state: HealthState, detail: Option<String>, was_up: bool) -> (HealthState, Option<String>) {
    let state = if was_up { state } else { HealthState::Starting };
    let what =
        if was_up { "readiness refused, liveness UP; it was up before" } else { "readiness refused, liveness UP" };
    (state, Some(sentence(what, detail)))
}

fn sentence(what: &str, detail: Option<String>) -> String {
    detail.map_or_else(|| what.to_owned(), |detail| format!("{what} ({detail})"))
}

#[cfg(test)]
mod tests {
    use HealthState::{Degraded, Down, OutOfService, Starting, Unknown, Up};

    use super::*;

    fn said(state: HealthState) -> Said {
        Said {
            state,
            detail: (state != Up).then(|| format!("says {}", state.word())),
            parts: vec![],
            registry_only: false,
        }
    }

    fn whole(state: HealthState) -> Whole {
        Whole::Said(said(state))
    }

    #[test]
    fn readiness_wins_over_a_whole_that_is_slow_or_only_misses_its_registry() {
        let late = both(said(Up), &Whole::Lost("no answer in 5 s".into()), None, true);
        assert_eq!(late.state, Degraded);
        let cut = Whole::Said(Said { registry_only: true, ..said(Down) });
        assert_eq!(both(said(Up), &cut, None, true).state, Degraded);
        assert!(both(said(Up), &cut, None, true).detail.unwrap().contains("link to the registry is down"));
        assert_eq!(both(said(Up), &Whole::NotAsked, None, true).state, Up);
        assert_eq!(single(Said { registry_only: true, ..said(Down) }, None, true).state, Degraded);
    }

    #[test]
    fn readiness_alone_is_not_health() {
        for (state, shown) in
            [(Down, Down), (OutOfService, OutOfService), (Degraded, Degraded), (Unknown, Up), (Up, Up)]
        {
            assert_eq!(both(said(Up), &whole(state), None, true).state, shown, "{state:?}");
        }
    }

    #[test]
    fn refused_readiness_is_starting_only_where_liveness_is_up_and_it_never_was() {
        let state = |ready, live, was_up| both(said(ready), &whole(Up), live, was_up).state;
        assert_eq!(state(OutOfService, Some(true), false), Starting);
        assert_eq!(state(Down, Some(true), false), Starting);
        assert_eq!(state(OutOfService, Some(true), true), OutOfService);
        assert_eq!(state(Down, Some(true), true), Down);
        assert_eq!(state(OutOfService, None, false), OutOfService);
        assert_eq!(state(Down, Some(false), false), Down);
        assert_eq!(single(said(Down), Some(true), false).state, Starting);
    }
}
