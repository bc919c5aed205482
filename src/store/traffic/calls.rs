//! Calls between services: whom one names, and what is counted on an edge. Who belongs to whom is found elsewhere (pairing.rs).

use super::pairing::{Answer, Below, Call, Party};
use super::series::Series;
use super::{MOST_CALLERS, MOST_EDGES, TrafficStore};
use crate::domain::{address::Address, span::Span, time::Moment};

/// What is counted of a call: a caller's word of it counts at once, how long it took when its callee has told that, or will not.
#[derive(Clone, Copy, Debug)]
pub(super) enum Part {
    /// All of it.
    Whole,
    /// That it was made, and how it ended for its caller.
    Call,
    /// How long it took; and that it `failed`, which its caller did not know.
    End {
        /// For its callee alone.
        failed: bool,
    },
    /// How long it took for its caller: nobody else told of it.
    Time,
    /// That it failed, after all.
    Blame,
}

impl Part {
    fn count(self, series: &mut Series, now: Moment, call: Call) {
        match self {
            Part::Whole => series.record(now, call.failed, call.us),
            Part::Call => series.count(now, call.failed),
            Part::End { failed } => {
                series.time(now, call.us);
                if failed {
                    series.fail(now);
                }
            }
            Part::Time => series.time(now, call.us),
            Part::Blame => series.fail(now),
        }
    }
}

/// The attributes that name a callee's service: of old, and of today.
const PEERS: [&str; 2] = ["peer.service", "service.peer.name"];

impl TrafficStore {
    /// Counts a call that its callee told of, as far as its caller has not told of it before.
    pub(super) fn count_answer(&mut self, now: Moment, answer: Answer) {
        let Answer { caller, call, told } = answer;
        let part = match told.filter(|told| told.callee.service == call.callee.service) {
            Some(told) => Part::End { failed: call.failed && !told.failed },
            None => Part::Whole,
        };
        self.count_edge(now, caller, call, part);
    }

    /// Counts a call of which only its caller has told, where it names somebody known; whom, where it is no call that was made
    /// below it and that counts already. `below`: what is known of such a one; `within`: it may be one itself.
    pub(super) fn count_told(
        &mut self,
        now: Moment,
        span: &Span,
        (party, within): (Party, bool),
        below: Option<Below>,
    ) -> Option<Party> {
        let named = self.named_callee(span)?;
        let call = Call { callee: named, failed: span.is_error(), us: span.duration_ns() / 1_000 };
        let same = below.filter(|below| below.service == named.service);
        let known = match same {
            Some(below) => Some(below.failed),
            None => self.pairing.calls(span, party, call, within).map(|told| told.failed),
        };
        match known {
            None => self.count_edge(now, party, call, Part::Call),
            Some(false) if call.failed => self.count_edge(now, party, call, Part::Blame),
            Some(_) => {}
        }
        (known.is_none() || same.is_some_and(|below| below.answered)).then_some(named)
    }

    /// Counts a call, or a part of it, on its edge and for the instance that made it.
    pub(super) fn count_edge(&mut self, now: Moment, caller: Party, call: Call, part: Part) {
        let pair = (caller.service, call.callee.service);
        if pair.0 == pair.1 {
            return;
        }
        self.holders.called(now, caller, call);
        let is_new = !self.edges.contains_key(&pair);
        if is_new && self.edges.len() >= MOST_EDGES {
            self.left_out.edges += 1;
            return;
        }
        let series = || Box::new(Series::new(now));
        part.count(self.edges.entry(pair).or_insert_with(series), now, call);
        if let Some(instance) = caller.instance {
            let pair = (instance, call.callee.service);
            if self.callers.contains_key(&pair) || self.callers.len() < MOST_CALLERS {
                part.count(self.callers.entry(pair).or_insert_with(series), now, call);
            }
        }
    }

    /// Whom a caller says that it calls, where that is somebody known: a service by name, or an instance by address.
    pub(super) fn named_callee(&mut self, span: &Span) -> Option<Party> {
        if let Some(peer) = PEERS.iter().find_map(|key| span.attribute(key)) {
            if let Some(number) = self.names.get(peer) {
                return Some(Party { service: *number, instance: None });
            }
            let name = self.known.get(peer)?.clone();
            return self.service_number(&name).map(|service| Party { service, instance: None });
        }
        let host = span.attribute("server.address").or_else(|| span.attribute("net.peer.name"))?;
        let port = span.attribute("server.port").or_else(|| span.attribute("net.peer.port"))?;
        let address = Address::new(host, port.parse().ok()?).ok()?;
        if let Some(instance) = self.by_address.get(&address) {
            return Some(Party { service: self.instances[*instance as usize].0, instance: Some(*instance) });
        }
        let name = self.known_at.get(&address)?.clone();
        let service = self.service_number(&name)?;
        Some(Party { service, instance: self.instance_number(service, &address) })
    }
}
