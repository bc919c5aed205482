//! Which spans met an open breaker: a call from the breaker's own instance to whom it guards, or one that the breaker answered
//! itself. What else such an instance does has nothing to do with it. Not the state of breakers: that is `store::circuits`.

use std::sync::Arc;

use foldhash::{HashMap, HashSet};

use super::callee::{HOSTS, PORTS};
use super::codec::{self, Tables};
use super::guard::{names, refuses};
use crate::domain::address::Address;
use crate::domain::id::InstanceId;
use crate::domain::span::{Span, SpanKind};

/// Spans of one trace that are looked through for the other end of a call.
const MOST: usize = 512;

/// A callee: its service, and the breaker's own name.
type Guarded = [Arc<str>; 2];

/// Breakers that refuse calls, and where those are that they guard.
#[derive(Debug, Default)]
pub struct Refusing {
    /// By the caller's service and address.
    callers: HashMap<Arc<str>, HashMap<Address, Vec<Guarded>>>,
    callees: HashSet<Arc<str>>,
    at: HashMap<Address, Arc<str>>,
}

impl Refusing {
    /// A breaker: whose, its own name, and the service that it guards the way to.
    pub fn add(&mut self, caller: &InstanceId, name: &Arc<str>, callee: &Arc<str>) {
        let of_caller = self.callers.entry(caller.service.clone()).or_default();
        of_caller.entry(caller.address.clone()).or_default().push([callee.clone(), name.clone()]);
        self.callees.insert(callee.clone());
    }

    /// Where an instance of a guarded service runs.
    pub fn runs(&mut self, callee: &Arc<str>, address: &Address) {
        self.at.insert(address.clone(), callee.clone());
    }

    /// Whether no breaker refuses calls.
    pub fn is_empty(&self) -> bool {
        self.callers.is_empty()
    }

    /// The services to which some breaker refuses calls.
    pub fn callees(&self) -> impl Iterator<Item = &Arc<str>> {
        self.callees.iter()
    }

    fn of(&self, service: &str, instance: Option<&Address>) -> &[Guarded] {
        let of_caller = self.callers.get(service).zip(instance).and_then(|(all, at)| all.get(at));
        of_caller.map_or(&[], Vec::as_slice)
    }

    /// Whether a span, beside those of its trace that came before, shows such a call.
    pub(super) fn met(&self, span: &Span, packed: &[u8], tables: &Tables) -> bool {
        let guarded = self.of(&span.service, span.instance.as_ref());
        if !guarded.is_empty() {
            let is_guarded = |service: &str| guarded.iter().any(|[callee, _]| &**callee == service);
            if calls(span, is_guarded, &self.at) || answered(span, guarded) {
                return true;
            }
            let below = |record: &[u8]| {
                codec::read_head(record, tables).is_some_and(|h| h.parent == Some(span.id) && is_guarded(&h.service))
            };
            if codec::records(packed).take(MOST).any(below) {
                return true;
            }
        }
        let Some(parent) = span.parent.filter(|_| self.callees.contains(&span.service)) else { return false };
        let above = |record: &[u8]| {
            let caller = codec::read_head(record, tables).filter(|head| head.id == parent);
            caller.is_some_and(|h| self.of(&h.service, h.instance.as_ref()).iter().any(|[c, _]| *c == span.service))
        };
        codec::records(packed).take(MOST).filter(|record| codec::identity(record).0 == parent).any(above)
    }
}

/// Whether a span is a call to one of these, as it says itself: by name, or by where it went.
fn calls(span: &Span, is_guarded: impl Fn(&str) -> bool, at: &HashMap<Address, Arc<str>>) -> bool {
    if !matches!(span.kind, SpanKind::Client | SpanKind::Producer) {
        return false;
    }
    let told = |names: &[&str]| names.iter().find_map(|name| span.attribute(name));
    let address = || Address::parse(told(HOSTS)?, told(PORTS)?.parse().ok()).ok();
    span.attribute("peer.service").is_some_and(&is_guarded)
        || address().and_then(|address| at.get(&address)).is_some_and(|service| is_guarded(service))
}

/// Whether a span says that a breaker answered in the place of one of these: in an event or in what it says of its outcome.
fn answered(span: &Span, guarded: &[Guarded]) -> bool {
    let is_named = |text: &str| guarded.iter().flatten().any(|name| names(text, name));
    let says = |event: &crate::domain::span::SpanEvent| {
        let texts = || std::iter::once(&*event.name).chain(event.attributes.iter().map(|(_, value)| value.as_str()));
        refuses(texts()) && (guarded.len() == 1 || texts().any(is_named))
    };
    let outcome = std::iter::once(&*span.message);
    span.events.iter().any(says) || (refuses(outcome) && (guarded.len() == 1 || is_named(&span.message)))
}
