//! Calls between services: whom one names, and what is counted on an edge. Who belongs to whom is found elsewhere (pairing.rs).

use super::pairing::{Call, Found, Met, Noted, Party};
use super::series::Series;
use super::{MOST_CALLERS, MOST_EDGES, TrafficStore};
use crate::domain::span::{DROPPED_LINKS, Span};
use crate::domain::{called, time::Moment};

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
    /// That it was made, back then: it was counted twice.
    Never {
        /// When it was counted.
        at: Moment,
    },
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
            Part::Never { at } => series.uncount(at, call.failed),
        }
    }
}

impl TrafficStore {
    /// Counts what was found out about a call; `queue`: it is a message.
    pub(super) fn count_found(&mut self, now: Moment, found: Found, queue: bool) {
        match found {
            Found::Answered(answer) => {
                if let Some(told) = answer.misnamed {
                    self.count_found(now, Found::Twice { told, asked: true }, queue);
                }
                let part = match answer.told {
                    Some(told) => Part::End { failed: answer.call.failed && !told.call.failed },
                    None => Part::Whole,
                };
                self.count_edge(now, answer.caller, answer.call, part);
                if queue {
                    self.queues.insert((answer.caller.service, answer.call.callee.service));
                }
            }
            Found::InVain(note) => {
                let call = Call { callee: note.callee, failed: true, us: 0 };
                self.count_edge(now, note.caller, call, Part::Blame);
            }
            Found::Twice { told, asked } => {
                self.count_edge(now, told.caller, told.call, Part::Never { at: told.at });
                if asked {
                    self.asked_twice(told);
                }
            }
        }
    }

    /// Counts a call as its caller tells of it, as far as nobody has told of it before, where it names somebody known. Whom it
    /// called, where none of its caller's spans but this one tells of it.
    pub(super) fn count_asked(&mut self, now: Moment, span: &Span, party: Party, met: &mut Met) -> Option<Party> {
        let answered = met.found.iter().find_map(|found| match found {
            Found::Answered(answer) => Some((answer.call.callee, answer.told.is_some())),
            _ => None,
        });
        let callee = match answered {
            Some((callee, told)) => (!told).then_some(callee),
            None if met.answered => None,
            None => self.count_named(now, span, party, met),
        };
        self.pairing.pass(met);
        callee
    }

    fn count_named(&mut self, now: Moment, span: &Span, party: Party, met: &mut Met) -> Option<Party> {
        let named = self.named_callee(span)?;
        let call = Call { callee: named, failed: span.is_error(), us: span.duration_ns() / 1_000 };
        let mut same: Vec<&mut Noted> =
            met.below.iter_mut().filter(|note| note.callee.service == named.service).collect();
        if let Some(last) = same.len().checked_sub(1) {
            let asked = same.iter().any(|note| note.asked);
            if call.failed && same.iter().all(|note| !note.failed) {
                same[last].failed = true;
                met.found.push(Found::InVain(*same[last]));
            }
            return (!asked).then_some(named);
        }
        match self.pairing.calls(now, span, met, party, call) {
            None => self.count_edge(now, party, call, Part::Call),
            Some(told) if call.failed && !told.failed => self.count_edge(now, party, call, Part::Blame),
            Some(_) => return None,
        }
        Some(named)
    }

    /// Counts the messages that somebody took for whom put them, as links tell: who took many at once took each of them.
    pub(super) fn count_messages(&mut self, now: Moment, span: &Span, call: Call) {
        self.pairing.took(span, call);
        for link in &span.links {
            if let Some(found) = self.pairing.took_linked(link, call) {
                self.count_found(now, found, true);
            }
        }
        self.left_out.messages += span.missing(DROPPED_LINKS);
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
        if let Some(peer) = called::name(|key| span.told(key)) {
            if let Some(number) = self.names.get(peer) {
                return Some(Party { service: *number, instance: None });
            }
            let name = self.known_as(&peer.into())?;
            return self.service_number(&name).map(|service| Party { service, instance: None });
        }
        let address = called::place(|key| span.told(key))?;
        if let Some(instance) = self.by_address.get(&address) {
            return Some(Party { service: self.instances[*instance as usize].0, instance: Some(*instance) });
        }
        let name = self.known_at.get(&address)?.clone();
        let service = self.service_number(&name)?;
        Some(Party { service, instance: self.instance_number(service, &address) })
    }
}
