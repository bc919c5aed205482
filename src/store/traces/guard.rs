//! By what a span tells that a breaker answered in the place of whom it guards: an event, or what it says of its outcome, that
//! speaks of a circuit and names this one. Not which breakers are open: what was turned away stays so when they close.

use std::sync::Arc;

use super::codec::{self, Tables};
use crate::store::pack::Reader;

/// The breakers from one service, or one of its instances, to another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Guard {
    /// By these they are meant: the names of whom they guard, and their own.
    names: Vec<Arc<str>>,
    /// Their owner has no other: what names none is theirs.
    alone: bool,
}

impl Guard {
    /// Breakers that go by these names; `alone`: their owner has no other.
    pub fn new(names: impl Iterator<Item = Arc<str>>, alone: bool) -> Guard {
        let mut names: Vec<Arc<str>> = names.collect();
        names.sort_unstable();
        names.dedup();
        Guard { names, alone }
    }

    /// Whether a span of their owner says that one of them answered; the reader stands where [`codec::front`] leaves it.
    pub(super) fn answered(&self, rest: Reader<'_>, tables: &Tables) -> bool {
        codec::any_said(rest, tables, |said| self.is_meant(said)).unwrap_or(false)
    }

    fn is_meant(&self, said: &[(&str, &str)]) -> bool {
        refuses(said.iter().map(|(_, text)| *text))
            && (said.iter().any(|(_, text)| self.names.iter().any(|name| names(text, name)))
                || self.alone && !said.iter().any(|(key, _)| of_breaker(key)))
    }
}

/// Whether what is said in these texts is said of a breaker.
fn of_breaker(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    ["circuit", "breaker", "callnotpermitted"].iter().any(|word| text.contains(word))
}

/// Whether texts that belong together say that a breaker let nothing through.
pub(super) fn refuses<'a>(texts: impl Iterator<Item = &'a str> + Clone) -> bool {
    let says = |words: &[&str]| {
        texts.clone().any(|text| {
            let text = text.to_ascii_lowercase();
            words.iter().any(|word| text.contains(word))
        })
    };
    says(&["circuit", "callnotpermitted"]) && (says(&["open", "permit", "reject", "refus"]) || !says(&["closed"]))
}

/// Whether a text holds a name, and not as a part of another.
pub(super) fn names(text: &str, name: &str) -> bool {
    let goes_on = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
    let stands = |at: usize| !text[..at].ends_with(goes_on) && !text[at + name.len()..].starts_with(goes_on);
    !name.is_empty() && text.match_indices(name).any(|(at, _)| stands(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_meant(alone: bool, said: &[(&str, &str)]) -> bool {
        Guard::new(["payments-service", "payments", "pay"].into_iter().map(Arc::from), alone).is_meant(said)
    }

    #[test]
    fn what_names_the_circuit_is_meant_and_what_names_another_or_part_of_one_is_not() {
        assert!(is_meant(false, &[("name", "circuit open"), ("circuit", "payments-service")]));
        assert!(is_meant(false, &[("message", "CircuitBreaker 'pay' is OPEN and does not permit further calls")]));
        assert!(!is_meant(false, &[("name", "circuit open"), ("circuit", "users-service")]));
        assert!(!is_meant(false, &[("name", "circuit open"), ("circuit", "payments-eu")]));
        assert!(!is_meant(false, &[("name", "circuit open"), ("circuit", "prepay")]));
        assert!(!is_meant(false, &[("name", "retry"), ("of", "payments")]), "no word of a breaker");
        assert!(!is_meant(false, &[("name", "circuit is closed"), ("circuit", "payments")]));
    }

    #[test]
    fn what_names_none_is_that_of_the_only_one() {
        let unnamed = [("message", "The circuit is now open and is not allowing calls.")];
        assert!(is_meant(true, &unnamed) && !is_meant(false, &unnamed));
        assert!(!is_meant(true, &[("name", "circuit open"), ("circuit", "users-service")]), "it names another");
    }
}
