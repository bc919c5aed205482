//! By what calls tell that they are to a service, or to one instance of it, though it never answered: refused, timed out, not
//! instrumented; or a message that waits in its queue. By the same rule as they are counted. What answered tells of itself.

use std::sync::Arc;

use super::codec::{self, Front, Tables};
use super::edge::Begun;
use crate::domain::address::Address;
use crate::domain::called::{self, HOSTS, PEERS, PORTS, QUEUE};
use crate::domain::keys::Common;
use crate::domain::span::{SpanId, SpanKind};
use crate::domain::whose::Whose;
use crate::store::pack::Reader;

/// How a service, or one of its instances, is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach {
    whose: Whose,
    /// In order.
    places: Arc<[Address]>,
    queues: Arc<[Arc<str>]>,
    /// One instance is meant: a name alone does not tell that.
    one: bool,
    /// Only calls that failed are meant.
    failed: bool,
}

impl Reach {
    /// A service: by its names, at these addresses, through these queues.
    pub fn new(whose: Whose, mut places: Vec<Address>, mut queues: Vec<Arc<str>>) -> Reach {
        places.sort_unstable();
        queues.sort_unstable();
        Reach { whose, places: places.into(), queues: queues.into(), one: false, failed: false }
    }

    /// One instance of it; `None`: calls to its address are counted for another service.
    pub fn of_one(whose: Whose, place: Option<Address>) -> Reach {
        Reach { whose, places: place.into_iter().collect(), queues: Arc::default(), one: true, failed: false }
    }

    /// The same of calls that failed alone. That one went well of which it tells nothing, and that a message waits, is no news.
    pub fn in_vain(&self) -> Reach {
        Reach { queues: Arc::default(), failed: true, ..self.clone() }
    }

    /// Whether one of these spans, of those that `asks` lets through, is a call to it that nobody else answered, or put a message
    /// into its queue.
    pub(super) fn is_called(&self, spans: &[Begun<'_>], asks: impl Fn(&Front<'_>) -> bool, tables: &Tables) -> bool {
        let mut answers: Option<Answers> = None;
        spans.iter().any(|(span, rest)| {
            let calls = matches!(span.kind, SpanKind::Client | SpanKind::Producer);
            if !calls || self.failed && !span.failed || self.whose.is_called(&span.service) || !asks(span) {
                return false;
            }
            let told = Told::of(*rest, tables);
            span.kind == SpanKind::Producer && self.takes_from(&told)
                || self.is_meant(&told) && !answers.get_or_insert_with(|| Answers::of(spans)).hold(spans, span)
        })
    }

    fn takes_from(&self, told: &Told<'_>) -> bool {
        told.get(QUEUE).is_some_and(|queue| self.queues.binary_search_by(|known| (**known).cmp(queue)).is_ok())
    }

    fn is_meant(&self, told: &Told<'_>) -> bool {
        let is_here = || called::place(|key| told.get(key)).is_some_and(|at| self.places.binary_search(&at).is_ok());
        match called::name(|key| told.get(key)) {
            Some(name) => self.whose.is_called(name) && (!self.one || is_here()),
            None => is_here(),
        }
    }
}

/// The attributes that tell whom a call is to.
const KEYS: [Common; 7] = [PEERS[0], PEERS[1], HOSTS[0], HOSTS[1], PORTS[0], PORTS[1], QUEUE];

/// What a span says by them.
struct Told<'a>([Option<&'a str>; KEYS.len()]);

impl<'a> Told<'a> {
    /// The reader stands where [`codec::front`] leaves it.
    fn of(mut rest: Reader<'a>, tables: &'a Tables) -> Told<'a> {
        let mut told = Told([None; KEYS.len()]);
        if rest.bytes().is_some() {
            codec::any_pair(&mut rest, tables, |key, value| {
                if let Some(place) = place(key) {
                    told.0[place].get_or_insert(value);
                }
                false
            });
        }
        told
    }

    fn get(&self, key: Common) -> Option<&'a str> {
        self.0[KEYS.iter().position(|known| *known == key)?]
    }
}

fn place(key: &str) -> Option<usize> {
    KEYS.iter().position(|known| known.name() == key)
}

/// The spans that answer calls, by the id of the call; a caller and a callee may share an id.
struct Answers(Vec<(SpanId, usize)>);

impl Answers {
    fn of(spans: &[Begun<'_>]) -> Answers {
        let answers = spans.iter().enumerate();
        let answers = answers.filter(|(_, (span, _))| matches!(span.kind, SpanKind::Server | SpanKind::Consumer));
        let mut all: Vec<(SpanId, usize)> = answers
            .flat_map(|(at, (span, _))| span.parent.into_iter().chain([span.id]).map(move |id| (id, at)))
            .collect();
        all.sort_unstable();
        Answers(all)
    }

    /// Whether another service answered a call.
    fn hold(&self, spans: &[Begun<'_>], call: &Front<'_>) -> bool {
        let from = self.0.partition_point(|(id, _)| *id < call.id);
        let mut of_it = self.0[from..].iter().take_while(|(id, _)| *id == call.id);
        of_it.any(|(_, at)| *spans[*at].0.service != *call.service)
    }
}

#[cfg(test)]
#[path = "reach_tests.rs"]
mod tests;
