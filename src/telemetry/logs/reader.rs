//! Lines of one source into records: parts that a container runtime cut are put together, a stack trace belongs to the
//! line that it follows, continued lines keep the time of the line that they continue, what is cut says so.

use std::borrow::Cow;
use std::sync::Arc;

use super::format::{self, Parsed, Part, Piece, Told};
use super::keys::Known;
use super::lines::LONGEST;
use super::pieces::Pieces;
use super::rules::Rules;
use super::trace::{Within, begins_key};
use crate::domain::address::Address;
use crate::domain::log::{LogFormat, LogLine, LogSource, TRUNCATED};
use crate::domain::time::Moment;
use crate::domain::value::Value;
use crate::telemetry::names::Names;

/// The field in which the stack trace of a plain line stands.
const STACK: &str = "stack_trace";

/// The field in which a private key stands that follows a plain line: by this name it is never shown.
const KEY: &str = "private_key";

/// A plain line that a stack trace may follow.
struct Open {
    line: LogLine,
    within: Within,
    stack: String,
    /// What came from its first byte on, once a stack trace has followed.
    raw: Vec<u8>,
    whole: usize,
    /// The number of its arrival.
    number: u64,
}

/// What a source said last, as far as the next line needs it.
pub(super) struct Reader {
    source: LogSource,
    names: Names,
    known: Known,
    rules: Arc<Rules>,
    /// Whose the lines are, where the source itself tells.
    whose: Option<(Arc<str>, Address)>,
    last_at: Option<Moment>,
    /// Parts of a line that goes on, for standard output and standard error.
    parts: [Option<Pieces>; 2],
    /// The plain lines that are held back, of the same two.
    open: [Option<Open>; 2],
    taken: u64,
}

/// A line with its frame taken off.
struct Framed<'a> {
    text: &'a str,
    raw: Raw<'a>,
    /// Its length before it was cut.
    whole: usize,
    /// When the runtime got it, and whether it is of standard error.
    by: Option<(Moment, bool)>,
}

/// What came of a line.
#[derive(Clone, Copy)]
enum Raw<'a> {
    Text(&'a str),
    /// No UTF-8.
    Bytes(&'a [u8]),
}

/// The raw bytes of a line as they are kept, and as a text where they are one: what else the line says are parts of it.
struct Shared<'a> {
    raw: Arc<[u8]>,
    text: Option<(&'a str, Arc<str>)>,
}

impl<'a> Shared<'a> {
    fn new(raw: Raw<'a>) -> Self {
        match raw {
            Raw::Text(text) => {
                let shared: Arc<str> = text.into();
                Self { raw: shared.clone().into(), text: Some((text, shared)) }
            }
            Raw::Bytes(bytes) => Self { raw: bytes.into(), text: None },
        }
    }

    /// A value that shares the raw bytes where it was read out of them, else a copy.
    fn value(&self, told: Told<'_>) -> Value {
        let Told { text: Cow::Borrowed(part), is_json } = told else { return told.value() };
        let place = self.text.as_ref().and_then(|(of, shared)| {
            let begin = part.as_ptr().addr().checked_sub(of.as_ptr().addr())?;
            (begin + part.len() <= of.len()).then(|| (shared, begin..begin + part.len()))
        });
        match place {
            Some((shared, range)) => Value::part(shared, range, is_json),
            None => told.value(),
        }
    }
}

impl Raw<'_> {
    fn bytes(&self) -> &[u8] {
        match self {
            Raw::Text(text) => text.as_bytes(),
            Raw::Bytes(bytes) => bytes,
        }
    }
}

impl Reader {
    pub(super) fn new(source: LogSource, rules: Arc<Rules>) -> Self {
        Self {
            source,
            names: Names::default(),
            known: Known::default(),
            rules,
            whose: None,
            last_at: None,
            parts: [None, None],
            open: [None, None],
            taken: 0,
        }
    }

    /// The same for lines that are all of one instance.
    pub(super) fn of(self, service: Arc<str>, instance: Address) -> Self {
        Self { whose: Some((service, instance)), ..self }
    }

    /// Takes a line and hands out the records that are complete by it. The last plain line is held back until it is known
    /// whether a stack trace follows: see [`Reader::settle`].
    pub(super) fn read(&mut self, bytes: &[u8], whole: usize, seen_at: Moment, mut each: impl FnMut(LogLine)) {
        let given = bytes.len();
        // A file that was cut while its writer went on begins with a hole.
        let hole = bytes.iter().take_while(|byte| **byte == 0).count();
        let bytes = &bytes[if hole > 8 { hole } else { 0 }..];
        let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
        if bytes.is_empty() {
            return;
        }
        // Told apart by what is quick at it: the other looks at each byte.
        let text = std::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed);
        let raw = match &text {
            Cow::Borrowed(text) => Raw::Text(text),
            Cow::Owned(_) => Raw::Bytes(bytes),
        };
        let Some(Part { at, is_error, goes_on, text: part }) = format::part(&text) else {
            return match format::piece(&text, [0, 1].map(|stream: usize| self.parts[stream].is_some())) {
                Some(piece) => self.wrapped(&piece, seen_at, &mut each),
                None => self.take(Framed { text: &text, raw, whole, by: None }, seen_at, &mut each),
            };
        };
        let slot = &mut self.parts[usize::from(is_error)];
        if slot.is_none() && !goes_on {
            let whole = if whole > given { LONGEST + whole - given } else { part.len() };
            let framed = Framed { text: part, raw, whole, by: Some((at, is_error)) };
            return self.take(framed, seen_at, &mut each);
        }
        let at_text = text.split(' ').next().unwrap_or_default();
        slot.get_or_insert_with(|| Pieces::new(Some(at), at_text, false)).put(part);
        if !goes_on && let Some(pieces) = slot.take() {
            self.joined(&pieces, is_error, seen_at, &mut each);
        }
    }

    /// Takes a part in Docker's frame. The one that ends with a newline ends the line.
    fn wrapped(&mut self, piece: &Piece, seen_at: Moment, each: &mut impl FnMut(LogLine)) {
        let slot = &mut self.parts[usize::from(piece.is_error)];
        let at_text = piece.time.as_deref().unwrap_or_default();
        slot.get_or_insert_with(|| Pieces::new(None, at_text, true)).put(&piece.log);
        if !piece.goes_on()
            && let Some(pieces) = slot.take()
        {
            self.joined(&pieces, piece.is_error, seen_at, each);
        }
    }

    fn joined(&mut self, pieces: &Pieces, is_error: bool, seen_at: Moment, each: &mut impl FnMut(LogLine)) {
        let frame = pieces.framed(is_error);
        let (raw, whole) = (Raw::Text(&frame), pieces.whole());
        let framed = match pieces.is_docker() {
            true => Framed { text: &frame, raw, whole, by: None },
            false => Framed { text: pieces.text(), raw, whole, by: pieces.at().map(|at| (at, is_error)) },
        };
        self.take(framed, seen_at, each);
    }

    /// Whether a line is held back.
    pub(super) fn holds(&self) -> bool {
        self.open.iter().any(Option::is_some) || self.parts.iter().flatten().any(Pieces::may_be_whole)
    }

    /// The lines that were held back: nothing follows them.
    pub(super) fn settle(&mut self, seen_at: Moment) -> impl Iterator<Item = LogLine> {
        let mut settled = Vec::new();
        for stream in [0, 1] {
            if let Some(pieces) = self.parts[stream].take_if(|pieces| pieces.may_be_whole()) {
                self.joined(&pieces, stream == 1, seen_at, &mut |line| settled.push(line));
            }
        }
        let number = |open: &Option<Open>| open.as_ref().map_or(u64::MAX, |open| open.number);
        let first = usize::from(number(&self.open[1]) < number(&self.open[0]));
        let lines = [self.close(first), self.close(1 - first)];
        settled.into_iter().chain(lines.into_iter().flatten())
    }

    fn close(&mut self, stream: usize) -> Option<LogLine> {
        let mut open = self.open[stream].take()?;
        if !open.stack.is_empty() {
            let name = if begins_key(&open.line.message) { KEY } else { STACK };
            open.line.fields.push((self.names.get(name), open.stack.into()));
            open.line.raw = open.raw.into();
            if open.whole > LONGEST && !open.line.fields.iter().any(|(key, _)| &**key == TRUNCATED) {
                open.line.fields.push(self.cut(open.whole));
            }
        }
        Some(open.line)
    }

    /// What was never ended.
    pub(super) fn end(&mut self, seen_at: Moment, mut each: impl FnMut(LogLine)) {
        for stream in [0, 1] {
            if let Some(pieces) = self.parts[stream].take() {
                self.joined(&pieces, stream == 1, seen_at, &mut each);
            }
        }
        self.settle(seen_at).for_each(each);
    }

    fn take(&mut self, framed: Framed<'_>, seen_at: Moment, each: &mut impl FnMut(LogLine)) {
        let parsed = format::read(framed.text, &mut self.known);
        let stream = usize::from(framed.by.is_some_and(|(_, is_error)| is_error));
        // What is in a frame is looked at without it.
        let inner = match parsed.format {
            LogFormat::Docker => parsed.message.as_deref().unwrap_or_default(),
            _ => framed.text,
        };
        let timed = parsed.clock.is_some() || (parsed.at.is_some() && parsed.format != LogFormat::Docker);
        let tells = parsed.level != Default::default() || timed;
        if let Some(open) = &mut self.open[stream]
            && !tells
            && matches!(parsed.format, LogFormat::Plain | LogFormat::Docker)
            && let Some(within) = open.within.then(inner)
        {
            open.within = within;
            open.whole += framed.whole + 1;
            if open.raw.is_empty() {
                open.raw.extend_from_slice(&open.line.raw);
            }
            let raw = framed.raw.bytes();
            if open.raw.len() + raw.len() < LONGEST {
                open.raw.push(b'\n');
                open.raw.extend_from_slice(raw);
                let part = if open.stack.is_empty() { "" } else { "\n" };
                open.stack.push_str(part);
                open.stack.push_str(inner);
            }
            return;
        }
        if let Some(number) = self.open[stream].as_ref().map(|open| open.number) {
            self.let_go(1 - stream, number, each);
            self.close(stream).into_iter().for_each(&mut *each);
        }
        let goes_on = [LogFormat::Plain, LogFormat::Spring, LogFormat::Klog, LogFormat::Docker];
        let may_go_on = goes_on.contains(&parsed.format);
        let may_go_on = may_go_on && framed.whole <= LONGEST;
        if !may_go_on {
            let line = self.record(parsed, framed, seen_at);
            self.taken += 1;
            self.let_go(1 - stream, u64::MAX, each);
            return each(line);
        }
        // A trace may also begin by itself, with nothing before it.
        let within = match () {
            () if begins_key(inner) => Within::Key,
            () if tells => Within::Nothing,
            () => Within::Nothing.then(inner).unwrap_or_default(),
        };
        let whole = framed.whole;
        let line = self.record(parsed, framed, seen_at);
        self.taken += 1;
        self.open[stream] =
            Some(Open { line, within, stack: String::new(), raw: Vec::new(), whole, number: self.taken });
    }

    /// Lets go of what another stream holds back, where it came before this and nothing of a trace has come for it: lines
    /// stay in their order.
    fn let_go(&mut self, stream: usize, before: u64, each: &mut impl FnMut(LogLine)) {
        if self.open[stream].as_ref().is_some_and(|open| open.number < before && open.stack.is_empty()) {
            self.close(stream).into_iter().for_each(each);
        }
    }

    fn record(&mut self, parsed: Parsed<'_>, framed: Framed<'_>, seen_at: Moment) -> LogLine {
        let Framed { text, raw, whole, by } = framed;
        let continued = text.starts_with([' ', '\t']) || text.starts_with("Caused by:");
        let clock = || parsed.clock.and_then(|clock| clock.near(seen_at));
        let told = by.map(|(at, _)| at).or(parsed.at).or_else(clock);
        let at = told.or(if continued { self.last_at } else { None });
        if told.is_some() {
            self.last_at = told;
        }
        let message = parsed.message.unwrap_or(Cow::Borrowed(text));
        let shared = Shared::new(raw);
        let mut fields = Vec::with_capacity(parsed.fields.len() + usize::from(whole > LONGEST));
        fields.extend(parsed.fields.into_iter().map(|(key, told)| (self.names.get(&key), shared.value(told))));
        if whole > LONGEST {
            fields.push(self.cut(whole));
        }
        let mut line = LogLine {
            at: at.unwrap_or(seen_at),
            seen_at,
            below_ns: 0,
            level: parsed.level,
            service: parsed.service.as_deref().map(|name| self.names.get(name)),
            instance: parsed.instance,
            message: if whole > LONGEST { format!("{message}…").into() } else { shared.value(Told::text(message)) },
            trace: parsed.trace,
            span: parsed.span,
            fields,
            source: self.source.clone(),
            format: if by.is_some() { LogFormat::Cri } else { parsed.format },
            raw: shared.raw,
        };
        if let Some((service, instance)) = &self.whose {
            // As the registry names them: that is what the panes are narrowed by.
            line.service = Some(service.clone());
            line.instance = Some(instance.clone());
        }
        self.rules.apply(&mut line);
        line
    }

    fn cut(&self, whole: usize) -> (Arc<str>, Value) {
        (self.names.get(TRUNCATED), format!("{whole} bytes, {LONGEST} kept").into())
    }
}
