//! Which traces fit a query (`domain::query`): `service:payments operation:charge duration>200ms status:error key=value "words"`.
//! What is said of a span (service, operation, instance, status, attributes) must hold for one and the same span, `!` in
//! front: for none; where several services are named, each has a span, and what else is said holds for one of theirs. Words, the trace's id, its duration and `status:ok` are said of the trace. How a query is written and
//! read is not told here.

use regex::bytes::Regex;

use crate::domain::query::{Query, Subject, Term, Value, What};
use crate::domain::span::{Span, TraceId};

/// A trace, as far as it can be asked as a whole.
struct Whole<'a, S> {
    id: TraceId,
    took_ns: u64,
    spans: &'a [S],
}

impl<S: Subject> Subject for Whole<'_, S> {
    fn service(&self) -> Option<&str> {
        None
    }

    fn failed(&self) -> Option<bool> {
        Some(self.spans.iter().any(|span| span.failed() == Some(true)))
    }

    fn took_ns(&self) -> Option<u64> {
        Some(self.took_ns)
    }

    fn instance(&self, _test: &dyn Fn(&str) -> bool) -> bool {
        false
    }

    fn trace(&self, test: &dyn Fn(&str) -> bool) -> bool {
        test(&self.id.to_string())
    }

    fn span(&self, _test: &dyn Fn(&str) -> bool) -> bool {
        false
    }

    /// The id says what it begins with: a part of it is found in too many.
    fn says(&self, pattern: &Regex) -> bool {
        let begins = pattern.find(self.id.to_string().as_bytes()).is_some_and(|found| found.start() == 0);
        begins || self.spans.iter().any(|span| span.says(pattern))
    }

    fn field(&self, _test: &dyn Fn(&str, &str) -> bool) -> bool {
        false
    }
}

/// Whether a query can be answered without reading the spans, by how long the trace took, and how.
pub(super) fn by_time(query: &Query, id: TraceId, took_ns: u64) -> Option<bool> {
    let whole = Whole::<Span> { id, took_ns, spans: &[] };
    let (mut known, mut all) = (true, true);
    for term in query.terms() {
        match term.what {
            What::Took(..) | What::Trace(_) => known &= term.holds(&whole),
            _ => all = false,
        }
    }
    if known { all.then_some(true) } else { Some(false) }
}

/// Whether a trace of these spans, that took so long, fits.
pub(super) fn fits(query: &Query, id: TraceId, took_ns: u64, spans: &[impl Subject]) -> bool {
    let whole = Whole { id, took_ns, spans };
    let mut of_one: Vec<&What> = Vec::new();
    for Term { wanted, what } in query.terms() {
        let found = match what {
            What::Took(..) | What::Trace(_) | What::Text { .. } | What::Failed(false) => what.is_found(&whole),
            // What is said in words may be said anywhere.
            What::Field(_, Value::Like(patterns)) if patterns.1.as_ref().is_some_and(|said| whole.says(said)) => true,
            what if *wanted => {
                of_one.push(what);
                continue;
            }
            what => spans.iter().any(|span| what.is_found(span)),
        };
        if found != *wanted {
            return false;
        }
    }
    let (services, rest): (Vec<&What>, Vec<&What>) = of_one.iter().partition(|what| matches!(what, What::Service(..)));
    if services.len() > 1 {
        let of_any = |span: &&_| services.iter().any(|service| service.is_found(*span));
        let mut theirs = spans.iter().filter(of_any);
        return services.iter().all(|service| spans.iter().any(|span| service.is_found(span)))
            && theirs.any(|span| rest.iter().all(|what| what.is_found(span)));
    }
    of_one.is_empty() || spans.iter().any(|span| of_one.iter().all(|what| what.is_found(span)))
}

#[cfg(test)]
#[path = "filter_tests.rs"]
mod tests;
