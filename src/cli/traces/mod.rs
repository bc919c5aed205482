//! `keepwatch traces`: an intake of its own, and what arrives there as the trace pane would hold it, a line a trace, once
//! no span of it came for two seconds; of one that lacks something, for six: an SDK's default is to send every five. What comes
//! later still is the rest of its trace, a line at the end: nothing is printed twice, and nothing is lost. A trace that does not
//! fit is looked at anew when more of it comes.

mod json;
mod lacks;
mod passed;
mod printed;
mod text;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use self::lacks::Answered;
use self::passed::Passed;
use self::printed::Printed;
use super::args::{Format, TracesArgs};
use super::exit::{Exit, Failure, Outcome};
use super::turned::Refusals;
use super::{events, out, start};
use crate::config::{Otlp, settings::Settings};
use crate::domain::fact::{Fact, SourceFact, SourceState};
use crate::domain::query::{Asked, Hints, Query};
use crate::domain::span::{TraceId, begins_with};
use crate::domain::text::Shown;
use crate::runtime::mailbox::Postbox;
use crate::store::traces::Traces;
use crate::telemetry::otlp::Intake;

/// A trace is whole when no span of it came for so long.
const QUIET: Duration = Duration::from_secs(2);
/// The same of a trace that lacks its root, a parent, or the other side of a call that sends spans.
const QUIET_LACKING: Duration = Duration::from_secs(6);
/// How often that is looked at.
const LOOK: Duration = Duration::from_millis(100);
/// Bytes of spans that wait for the rest of their trace.
const MOST: usize = 256 << 20;
/// Bytes beyond which those that did not fit are given up, the oldest first.
const MOST_PASSED: usize = MOST / 4;

/// Prints what arrives.
///
/// # Errors
/// A filter that cannot be read; or output that cannot be written.
pub fn run(settings: &Settings, args: &TracesArgs) -> Outcome {
    let query = match &args.filter {
        Some(text) => Query::parse_for(Asked::Traces, text)
            .map_err(|wrong| Failure::usage(format!("--filter cannot be read:\n{}", wrong.caret(text))))?,
        None => Query::default(),
    };
    if let Some(prefix) = &args.trace
        && (prefix.is_empty() || prefix.len() > 32 || !prefix.bytes().all(|b| b.is_ascii_hexdigit()))
    {
        return Err(Failure::usage("--trace takes the beginning of a trace's id, in hex: --trace 4f1c9a"));
    }
    start::block_on(follow(settings, args, query))
}

async fn follow(settings: &Settings, args: &TracesArgs, query: Query) -> Outcome {
    let mailbox = Arc::new(Postbox::new());
    let intake = Intake::guarded(&settings.otlp, &settings.access, mailbox.clone()).await;
    let mut run = Run::new(args, query);
    let address = intake.addresses().first().map(ToString::to_string);
    let sources: Vec<String> = address.iter().map(|_| "otlp".to_owned()).collect();
    let facts = mailbox.drain();
    if let (Otlp::At(address), true) = (&settings.otlp, intake.addresses().is_empty()) {
        // Nothing can come from anywhere else.
        let failed = facts.iter().find_map(|fact| match fact {
            Fact::Source(SourceFact { state: SourceState::Failed(why), .. }) => Some(why),
            _ => None,
        });
        if let Some(why) = failed {
            let exit = if intake.is_mistaken() { Exit::Usage } else { Exit::Failed };
            return Err(Failure::new(exit, format!("OTLP cannot be taken at {}: {why}.", address.text())));
        }
    }
    run.take(facts);
    let mut stop = std::pin::pin!(events::stopped());
    if !run.say(&json::ready(address.as_deref(), &sources), &text::ready(address.as_deref()))? {
        return Ok(Exit::Done);
    }
    let end = args.time.map(|time| Instant::now() + time);
    loop {
        let wake = end.map_or(Instant::now() + LOOK, |end| end.min(Instant::now() + LOOK));
        tokio::select! {
            () = &mut stop => break,
            () = mailbox.filled() => run.take(mailbox.drain()),
            () = tokio::time::sleep_until(wake.into()) => {}
        }
        if !run.print()? {
            return Ok(Exit::Done);
        }
        if end.is_some_and(|end| Instant::now() >= end) {
            break;
        }
    }
    intake.stop().await;
    loop {
        let facts = mailbox.drain();
        if facts.is_empty() {
            break;
        }
        run.take(facts);
    }
    if run.print_rest()? {
        let (json, text) = (json::end(&run.sums()), text::end(&run.sums()));
        run.say(&json, &text)?;
        run.refusals.sums().iter().for_each(|sum| eprintln!("{sum}"));
        run.hints.tell(run.matched > 0).iter().for_each(|hint| eprintln!("--filter: {}", Shown::new(hint)));
    }
    Ok(Exit::Done)
}

/// What became of the spans.
struct Sums {
    received: u64,
    dropped: BTreeMap<Arc<str>, u64>,
    matched: u64,
}

impl Sums {
    fn kept(&self) -> u64 {
        self.received.saturating_sub(self.dropped.values().sum())
    }
}

/// A trace of which more may come.
#[derive(Clone, Copy)]
struct Waiting {
    /// When a span of it last came.
    last: Instant,
    /// It was looked at since, and something is not there.
    lacks: bool,
}

impl Waiting {
    fn is_over(self) -> bool {
        self.last.elapsed() >= if self.lacks { QUIET_LACKING } else { QUIET }
    }
}

struct Run {
    traces: Traces,
    waiting: HashMap<TraceId, Waiting>,
    /// Printed traces of which more came.
    rest: HashSet<TraceId>,
    looked: Instant,
    printed: Printed,
    passed: Passed,
    answered: Answered,
    query: Query,
    hints: Hints,
    prefix: String,
    form: Format,
    /// Lost before they came to the store, by whom.
    dropped: BTreeMap<Arc<str>, u64>,
    matched: u64,
    refusals: Refusals,
}

impl Run {
    fn new(args: &TracesArgs, query: Query) -> Run {
        Run {
            traces: Traces::new(MOST),
            waiting: HashMap::new(),
            rest: HashSet::new(),
            looked: Instant::now(),
            printed: Printed::default(),
            passed: Passed::default(),
            answered: Answered::default(),
            hints: Hints::new(Asked::Traces, query.text()),
            query,
            prefix: args.trace.as_deref().unwrap_or_default().to_ascii_lowercase(),
            form: args.output,
            dropped: BTreeMap::new(),
            matched: 0,
            refusals: Refusals::default(),
        }
    }

    fn say(&self, json: &str, text: &str) -> Result<bool, Failure> {
        out::write(if self.form == Format::Json { json } else { text })
    }

    fn take(&mut self, facts: Vec<Fact>) {
        let now = Instant::now();
        for fact in facts {
            match fact {
                Fact::Spans(mut spans) => {
                    spans.retain(|span| !self.printed.holds(span.trace, span.id, span.kind));
                    for span in &spans {
                        let before = self.printed.matched(span.trace);
                        if before.is_some() || self.passed.holds(span.trace) {
                            self.answered.came_late(span);
                        }
                        match before {
                            Some(true) => drop(self.rest.insert(span.trace)),
                            _ => drop(self.waiting.insert(span.trace, Waiting { last: now, lacks: false })),
                        }
                        // Who put a message is asked with what came of it.
                        for link in span.links.iter().filter(|link| self.passed.holds(link.trace)) {
                            self.waiting.insert(link.trace, Waiting { last: now, lacks: false });
                        }
                    }
                    let keys = spans.iter().flat_map(|span| span.attributes.keys().iter());
                    keys.for_each(|key| self.hints.see(key));
                    self.traces.apply(&spans);
                }
                Fact::Source(fact) => match fact.state {
                    SourceState::Failed(why) => eprintln!("traces: {why}"),
                    SourceState::Dropped(count, what, _) if &*what == "spans" => {
                        self.traces.note_lost(count);
                        *self.dropped.entry(fact.name).or_default() += count;
                    }
                    SourceState::Dropped(count, what, why) if &*what == "connections" => {
                        eprintln!("{}: {count} {what} {why}", fact.name);
                    }
                    SourceState::Refused(turned) => {
                        self.refusals.take(&fact.name, &turned).iter().for_each(|said| eprintln!("{said}"));
                    }
                    _ => {}
                },
                _ => {}
            }
        }
    }

    /// Prints the traces that are whole, as far as anybody can tell; whether anybody still reads.
    fn print(&mut self) -> Result<bool, Failure> {
        if self.looked.elapsed() < LOOK {
            return Ok(true);
        }
        self.looked = Instant::now();
        let over = self.waiting.iter().filter(|(_, waiting)| waiting.is_over());
        let mut over: Vec<(Waiting, TraceId)> = over.map(|(id, waiting)| (*waiting, *id)).collect();
        over.sort_unstable_by_key(|(waiting, id)| (waiting.last, *id));
        for (waiting, id) in over {
            if !waiting.lacks && self.lacks(id) {
                self.waiting.insert(id, Waiting { lacks: true, ..waiting });
                continue;
            }
            self.waiting.remove(&id);
            if !self.print_one(id)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Prints those that still wait, and then what came of others after they were printed.
    fn print_rest(&mut self) -> Result<bool, Failure> {
        let mut waiting: Vec<(Instant, TraceId)> = self.waiting.drain().map(|(id, it)| (it.last, id)).collect();
        waiting.sort_unstable();
        let mut rest: Vec<TraceId> = self.rest.drain().collect();
        rest.sort_unstable();
        for id in waiting.into_iter().map(|(_, id)| id).chain(rest) {
            if !self.print_one(id)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether something of a trace is not there that may come yet.
    fn lacks(&mut self, id: TraceId) -> bool {
        let Some(fall) = self.traces.waterfall(id) else { return false };
        let is_complete = self.traces.summary(id).is_some_and(|summary| summary.complete);
        // Both, so that what is answered here is known of the next.
        let is_unanswered = self.answered.lacks(id, &fall);
        !is_complete || is_unanswered
    }

    fn print_one(&mut self, id: TraceId) -> Result<bool, Failure> {
        let before = self.printed.matched(id);
        let is_asked = self.traces.contains(id) && begins_with(&id.to_string(), &self.prefix);
        // What comes after a trace that fits is its rest, whether or not it fits by itself.
        let fits = is_asked && (before == Some(true) || self.traces.fits(id, &self.query));
        if is_asked && !fits {
            self.passed.put(id);
            while self.traces.bytes() > MOST_PASSED
                && let Some(id) = self.passed.oldest()
            {
                self.give_up(id, false);
            }
            return Ok(true);
        }
        let mut is_read = true;
        if fits {
            // A trace is one, however many lines tell of it.
            self.matched += u64::from(before != Some(true));
            let line = match (self.traces.summary(id), self.traces.waterfall(id)) {
                (Some(summary), Some(fall)) if self.form == Format::Json => {
                    json::trace(&summary, &fall, &|parent| self.printed.has(id, parent))
                }
                (Some(summary), _) => text::trace(&summary),
                (None, _) => String::new(),
            };
            is_read = out::write(&line)?;
        }
        self.give_up(id, fits);
        Ok(is_read)
    }

    /// A trace was printed, or is not asked for.
    fn give_up(&mut self, id: TraceId, printed: bool) {
        self.passed.take(id);
        self.printed.remember(id, self.traces.identities(id), printed);
        self.traces.take_out(id);
    }

    fn sums(&self) -> Sums {
        let mut dropped = self.dropped.clone();
        let here = self.traces.dropped();
        if here > 0 {
            dropped.insert("no room for the rest of their traces".into(), here);
        }
        Sums { received: self.traces.received(), dropped, matched: self.matched }
    }
}

#[cfg(test)]
mod traces_tests;
