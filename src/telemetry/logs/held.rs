//! What is held back until it is known what follows: a plain line, whose stack trace or private key may come behind it, and
//! a line that may be the head of that trace. Not how a trace is known for one: that is `trace`.

use super::awaits::Awaits;
use super::crash::begins_trace;
use super::lines::LONGEST;
use super::monolog;
use super::more::Headed;
use super::pretty;
use super::strangers::is_stranger;
use super::time::Exact;
use super::trace::{Within, is_frame, is_rest, is_ruby, is_sure_frame, may_head};
use crate::domain::log::{Level, LogLine};
use crate::domain::time::Moment;

/// The field in which the stack trace of a plain line stands.
pub(super) const STACK: &str = "stack_trace";

/// The field in which a private key stands that follows a plain line: by this name it is never shown.
pub(super) const KEY: &str = "private_key";

/// A plain line that a stack trace may follow.
pub(super) struct Open {
    pub(super) line: LogLine,
    pub(super) within: Within,
    pub(super) stack: String,
    /// So much of that is of what it says: a statement of several lines.
    pub(super) said: usize,
    /// What came from its first byte on, once a stack trace has followed.
    pub(super) raw: Vec<u8>,
    pub(super) whole: usize,
    /// The number of its arrival.
    pub(super) number: u64,
    /// A private key begins in it.
    pub(super) is_key: bool,
    /// It tells a time.
    pub(super) is_timed: bool,
    /// It and all that followed it stand behind a time as who carries lines puts it there.
    pub(super) is_carried: bool,
    /// It is itself what was thrown: another such one is another fault.
    pub(super) is_thrown: bool,
    /// Whether it may go on in lines that tell neither a time nor a level.
    pub(super) headed: Headed,
    /// As many of those have come.
    pub(super) more: usize,
    /// So many lines came last that are of its trace only as they are indented.
    pub(super) unsure: usize,
    /// It is of pino-pretty: fields may follow.
    pub(super) is_pretty: bool,
    /// The empty lines that came last, as they came: of the trace if it goes on behind them.
    pub(super) blank: Vec<Vec<u8>>,
}

/// A line that may be of the stack trace of the one before it: its head, if a frame follows.
pub(super) struct Head {
    pub(super) awaits: Awaits,
    pub(super) text: String,
    pub(super) inner: String,
    pub(super) raw: String,
    pub(super) whole: usize,
    pub(super) by: Option<(Exact, bool)>,
    pub(super) seen_at: Moment,
    /// The number of its arrival.
    pub(super) number: u64,
}

/// A record that was let go, as far as what comes late of its trace is of it.
pub(super) struct Late {
    within: Within,
    line: LogLine,
    seen_at: Moment,
    /// All of it stood behind a carrier's time.
    pub(super) is_carried: bool,
}

/// What comes later than that, in ms, is of its own.
const LATEST_MS: i64 = 10_000;

impl Late {
    pub(super) fn new(open: &Open, seen_at: Moment) -> Late {
        let line = LogLine { fields: Vec::new(), message: "".into(), raw: Default::default(), ..open.line.clone() };
        Late { within: open.within, line, seen_at, is_carried: open.is_carried }
    }

    /// What of its trace a line is, if it is of it.
    pub(super) fn then(&self, line: &str, seen_at: Moment) -> Option<Within> {
        let is_soon = seen_at.since(self.seen_at) <= LATEST_MS;
        self.within.then(line).filter(|_| is_soon && !begins_trace(line))
    }

    /// Lends a line the time, the level and whose it is; unless it begins something itself, it goes on where its trace was.
    pub(super) fn lend(self, line: &mut LogLine, begun: &mut (Level, Within), within: Within) {
        if begun.0 == Level::Unknown && begun.1 != Within::Key {
            begun.1 = within;
        }
        let LogLine { at, below_ns, level, service, instance, trace, span, .. } = self.line;
        (line.at, line.below_ns, line.level, line.trace, line.span) = (at, below_ns, level, trace, span);
        line.service = service;
        line.instance = instance;
    }
}

/// What stands before why something was thrown.
const CAUSE: &str = "Caused by: ";

/// Lines in a row that are of a trace at most, of which nothing tells but that they are indented: more are somebody else's.
const MOST_UNSURE: usize = 256;

/// The same of what an error has besides, which may be a whole connection, and of Python, where every other line is so.
fn most_unsure(within: Within) -> usize {
    if matches!(within, Within::Object(_) | Within::Python) { 16 * MOST_UNSURE } else { MOST_UNSURE }
}

/// Empty lines in a row that are kept.
const MOST_BLANK: usize = 8;

impl Open {
    /// A line, how bad it is where it does not tell that itself, and what it begins.
    pub(super) fn new(mut line: LogLine, (level, within): (Level, Within), whole: usize, number: u64) -> Self {
        if line.level == Level::Unknown {
            line.level = level;
        }
        let is_key = within == Within::Key;
        Open {
            line,
            within,
            stack: String::new(),
            said: 0,
            raw: Vec::new(),
            whole,
            number,
            is_key,
            is_timed: false,
            is_carried: false,
            is_thrown: false,
            headed: Headed::No,
            more: 0,
            unsure: 0,
            is_pretty: false,
            blank: Vec::new(),
        }
    }

    /// Whether a line is of it, whatever its words look like.
    pub(super) fn takes_any(&self, line: &str) -> bool {
        match self.within {
            Within::Source | Within::Uncaught | Within::Context => true,
            Within::Recovered => self.within.then(line).is_some(),
            Within::Object(_) => line.starts_with("  ") && !is_stranger(line),
            Within::Pretty | Within::Values => pretty::then(self.within, line).is_some(),
            Within::Nothing => self.begins_fields(line),
            _ => false,
        }
    }

    /// What its trace is once this line belongs to it; `None` where the line is of its own.
    pub(super) fn then(&self, line: &str) -> Option<Within> {
        match self.within {
            Within::Nothing if self.begins_fields(line) => pretty::then(Within::Pretty, line),
            Within::Nothing if self.may_say() && monolog::has(line) => Some(monolog::then(line)),
            // What surely went well has no cause.
            Within::Nothing if self.is_calm() && self.line.level != Level::Unknown && line.starts_with(CAUSE) => None,
            within if self.unsure >= most_unsure(within) => None,
            within => within.then(line),
        }
    }

    /// Whether a line is the first of its fields.
    fn begins_fields(&self, line: &str) -> bool {
        self.is_pretty && self.stack.is_empty() && pretty::is_field(line)
    }

    /// Whether anything has followed it.
    pub(super) fn has_more(&self) -> bool {
        !self.raw.is_empty()
    }

    /// What it says stands in this line.
    pub(super) fn say(&mut self, level: Level, message: &str, raw: &[u8], whole: usize) {
        let logger = std::mem::replace(&mut self.line.message, message.into());
        self.line.fields.push(("logger".into(), logger));
        self.line.level = level;
        self.within = Within::Nothing;
        self.whole += whole + 1;
        self.raw.extend_from_slice(&self.line.raw);
        self.raw.push(b'\n');
        self.raw.extend_from_slice(&raw[..raw.len().min(LONGEST.saturating_sub(self.raw.len()))]);
    }

    /// What it says in more lines than one is what it says.
    pub(super) fn whole_message(&mut self) {
        if self.said > 0 {
            let rest = self.stack.split_off(self.said);
            // Rails ends what it says with a line of blanks.
            self.stack.truncate(self.stack.trim_end().len());
            self.line.message = match self.line.message.is_empty() {
                // Spring's banner begins with a line of stars.
                true => self.stack.trim_start_matches(['*', '\n']).into(),
                false => {
                    let apart = if self.says_only_tags() { " " } else { "\n" };
                    format!("{}{apart}{}", self.line.message, self.stack).into()
                }
            };
            self.stack = rest.trim_start_matches('\n').to_owned();
        }
    }

    /// What .NET's console says stands behind its first line, and is indented there.
    pub(super) fn console(&mut self) {
        if self.within != Within::Console || self.stack.is_empty() {
            return;
        }
        let stack = std::mem::take(&mut self.stack);
        let mut lines = stack.lines().map(|line| line.strip_prefix("      ").unwrap_or(line));
        let logger = std::mem::replace(&mut self.line.message, lines.next().unwrap_or_default().into());
        self.line.fields.push(("logger".into(), logger));
        self.stack = lines.collect::<Vec<_>>().join("\n");
    }

    /// Whether it says of itself nothing of a fault: what is thrown behind it is a line of its own then.
    pub(super) fn is_calm(&self) -> bool {
        self.line.level < Level::Warn && self.within == Within::Nothing && self.stack.is_empty()
    }

    /// Whether `Error: why` behind it is its trace, if frames follow that: it is a fault of which nothing has come yet.
    pub(super) fn may_have_thrown(&self) -> bool {
        !self.is_calm() && !self.is_trace() && !self.is_thrown
    }

    /// Whether a trace that begins behind it is one of its own: not where it does not tell how bad it is, and is surely a line
    /// that some logger wrote. A time that each line has (`is_carried`) tells nothing of that.
    pub(super) fn is_other(&self, is_carried: bool) -> bool {
        let is_logged = self.line.level == Level::Unknown
            && (self.is_timed && !is_carried || self.line.message.starts_with("Internal Server Error: "));
        self.is_calm() && !is_logged
    }

    /// What a line waits for that may be of what it says.
    pub(super) fn awaits(&self, line: &str) -> Option<Awaits> {
        Awaits::of(self.within, self.is_calm(), line).or(self.may_say().then_some(Awaits::Context))
    }

    /// Whether what Monolog says in it may have more lines.
    fn may_say(&self) -> bool {
        let is_monolog = || self.line.fields.iter().any(|(key, _)| &**key == "channel");
        self.within == Within::Nothing && self.stack.is_empty() && !self.is_calm() && is_monolog()
    }

    /// Whether a trace or a key follows it already, or surely does.
    pub(super) fn is_trace(&self) -> bool {
        self.within != Within::Nothing || !self.stack.is_empty()
    }

    /// Whether more may come of it for a while.
    pub(super) fn may_have_more(&self) -> bool {
        self.is_trace() && !self.is_only_said()
    }

    /// Whether a line more is more than is kept of a record: it begins another, of which nothing is lost. Of a key nothing is
    /// to be shown, so it stays where it is known for one.
    pub(super) fn is_full(&self, raw: &[u8]) -> bool {
        self.raw.len().max(self.line.raw.len()) + raw.len() >= LONGEST && self.within != Within::Key && !self.is_key
    }

    /// Keeps an empty line until it is known whether the trace goes on; `false` where there is none.
    pub(super) fn pause(&mut self, raw: &[u8]) -> bool {
        let is_within = self.is_trace();
        if is_within && self.blank.len() < MOST_BLANK {
            self.blank.push(raw.to_vec());
        }
        is_within
    }

    /// A line more belongs to it.
    pub(super) fn go_on(&mut self, within: Within, raw: &[u8], inner: &str, whole: usize) {
        // By its frames it is known that the line was the head of a trace.
        if self.stack.is_empty()
            && self.line.level == Level::Unknown
            && (begins_trace(inner)
                || is_frame(inner) && (may_head(&self.line.message) || self.line.message.starts_with(CAUSE))
                || is_sure_frame(inner) && !self.is_of_thread()
                || within == Within::Frames && may_head(inner.trim_start())
                || is_ruby(inner) && self.line.message.contains(":in "))
        {
            self.line.level = Level::Error;
        }
        match (self.within, within) {
            (Within::Source, Within::Uncaught) => self.line.level = Level::Error,
            (Within::Uncaught, Within::Head | Within::Object(_)) => {
                let place = std::mem::replace(&mut self.line.message, inner.into());
                self.line.fields.push(("caller".into(), place));
            }
            _ => {}
        }
        let is_said = match (self.within, within) {
            (_, Within::Context) | (Within::Context, Within::Nothing) => true,
            (Within::Nothing, Within::Nothing) => monolog::has(inner),
            _ => false,
        };
        let is_sure = is_frame(inner) || is_rest(inner);
        self.unsure = if is_sure || !within.takes_indented() { 0 } else { self.unsure + 1 };
        self.within = within;
        if self.raw.is_empty() {
            self.raw.extend_from_slice(&self.line.raw);
        }
        for blank in std::mem::take(&mut self.blank) {
            self.put(&blank, "", 0, is_said);
        }
        self.put(raw, inner, whole, is_said);
    }

    /// Whether it is of what the JVM says of its threads when it is asked: their frames are no fault.
    fn is_of_thread(&self) -> bool {
        self.line.message.starts_with('"') || self.line.message.contains("java.lang.Thread.State: ")
    }

    fn put(&mut self, raw: &[u8], inner: &str, whole: usize, is_said: bool) {
        self.whole += whole + 1;
        if self.raw.len() + raw.len() < LONGEST {
            self.raw.push(b'\n');
            self.raw.extend_from_slice(raw);
            let before = self.stack.len();
            let part = if self.stack.is_empty() { "" } else { "\n" };
            self.stack.push_str(part);
            self.stack.push_str(inner);
            // As long as nothing else has come.
            if is_said && self.said == before {
                self.said = self.stack.len();
            }
        }
    }
}

#[cfg(test)]
#[path = "held_tests.rs"]
mod tests;
