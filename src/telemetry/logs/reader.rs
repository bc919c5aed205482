//! Lines of one source into records: parts that a container runtime cut are put together, a stack trace belongs to the
//! line that it follows, a line without a time has that of the one before it, what is cut says so.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use super::awaits::Awaits;
use super::crash::{begins_trace, begun};
use super::format::{self, Parsed, Part, Piece};
use super::framed::{Chunk, Framed, Inner, Raw};
use super::held::{Head, KEY, Late, Open, STACK};
use super::keys::Known;
use super::lines::LONGEST;
use super::more::{Habit, Headed, may_be_more};
use super::pieces::Pieces;
use super::pods::Pod;
use super::pretty;
use super::rules::Rules;
use super::time::Exact;
use super::trace::{Within, begins_key, may_be_thrown, panics_anew};
use crate::domain::address::Address;
use crate::domain::log::{Level, LogFormat, LogLine, LogSource, TRUNCATED};
use crate::domain::time::Moment;
use crate::telemetry::names::Names;

#[path = "pending.rs"]
mod pending;
#[path = "record.rs"]
mod record;
#[path = "tagged.rs"]
mod tagged;
#[path = "tags.rs"]
mod tags;
use tags::Tags;

/// How long a plain line is held back at most, for a stack trace to follow.
pub(super) const SETTLES: Duration = Duration::from_millis(60);
/// The same of one that a trace follows already.
const TRACE_SETTLES: Duration = Duration::from_secs(1);

/// What a source said last, as far as the next line needs it.
pub(super) struct Reader {
    source: LogSource,
    names: Names,
    before: record::KeysBefore,
    known: Known,
    rules: Arc<Rules>,
    /// Whose the lines are, where the source itself tells.
    whose: Option<(Arc<str>, Address)>,
    /// The pod whose lines they are, where the name of the file tells.
    pod: Option<Pod>,
    /// The last time that a line told, and when that line was seen.
    last: Option<(Exact, Moment)>,
    /// Parts of a line that goes on, for standard output and standard error.
    parts: [Option<Pieces>; 2],
    /// The plain lines that are held back, of the same two.
    open: [Option<Open>; 2],
    /// What followed them and waits for what follows it.
    heads: [Vec<Head>; 2],
    /// What was let go since nothing followed it, and came last of its stream.
    late: [Option<Late>; 2],
    /// How its lines begin that do not say who they are.
    habit: Habit,
    /// The lines that are held back of those who say in each line who they are.
    tags: Tags,
    taken: u64,
    /// What came at once, of which the next lines are parts.
    chunk: Option<Chunk>,
}

impl Reader {
    pub(super) fn new(source: LogSource, rules: Arc<Rules>) -> Self {
        let pod = if let LogSource::File(path) = &source { Pod::of(path) } else { None };
        Self {
            pod,
            source,
            names: Names::default(),
            before: record::KeysBefore::default(),
            known: Known::default(),
            rules,
            whose: None,
            last: None,
            parts: [None, None],
            open: [None, None],
            heads: Default::default(),
            late: [None, None],
            habit: Habit::default(),
            tags: Tags::default(),
            taken: 0,
            chunk: None,
        }
    }

    /// The same for lines that are all of one instance.
    pub(super) fn of(self, service: Arc<str>, instance: Address) -> Self {
        Self { whose: Some((service, instance)), ..self }
    }

    /// The lines that are read next are parts of these bytes, which stay where they are until [`Reader::passed`].
    pub(super) fn begins(&mut self, bytes: &[u8]) {
        self.chunk = Chunk::of(bytes);
    }

    /// All of them are read, and handed out as these lines, some of which may have gone on. What is held back stays, and is not to
    /// keep all of them for that.
    pub(super) fn passed(&mut self, lines: &mut [LogLine]) {
        let Some(chunk) = self.chunk.take() else { return };
        chunk.done(lines);
        let tagged = self.tags.held.iter_mut().map(|held| &mut held.open);
        self.open.iter_mut().flatten().chain(tagged).for_each(|open| open.line.part_with_others());
    }

    /// Takes a line and hands out the records that are complete by it. The last plain line is held back until it is known
    /// whether a stack trace follows: see [`Reader::settle`].
    pub(super) fn read(&mut self, bytes: &[u8], whole: usize, seen_at: Moment, mut each: impl FnMut(LogLine)) {
        let given = bytes.len();
        // It stands where a file begins.
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        // A file that was cut while its writer went on begins with a hole.
        let hole = bytes.iter().take_while(|byte| **byte == 0).count();
        // Where nothing is behind it, it is what the line says.
        let bytes = &bytes[if hole > 8 && hole < bytes.len() { hole } else { 0 }..];
        let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
        if bytes.is_empty() {
            // Of no stream, as all lines without a frame are.
            return match &mut self.open[0] {
                Some(open) if self.heads[0].is_empty() => drop(open.pause(bytes)),
                _ => self.pend_blank(seen_at),
            };
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
        let waits = self.open.iter().any(Option::is_some) || self.heads.iter().any(|heads| !heads.is_empty());
        waits || self.tags.holds() || self.parts.iter().flatten().any(Pieces::may_be_whole)
    }

    /// The lines that were held back and waited for so long, where that is long enough: nothing follows them.
    pub(super) fn settle(&mut self, seen_at: Moment, waited: Duration) -> impl Iterator<Item = LogLine> {
        let mut settled = Vec::new();
        for stream in [0, 1] {
            if let Some(pieces) = self.parts[stream].take_if(|pieces| pieces.may_be_whole()) {
                self.joined(&pieces, stream == 1, seen_at, &mut |line| settled.push(line));
            }
        }
        for stream in [0, 1] {
            self.let_all_heads_go(stream, &mut |line| settled.push(line));
        }
        let number = |open: &Option<Open>| open.as_ref().map_or(u64::MAX, |open| open.number);
        let first = usize::from(number(&self.open[1]) < number(&self.open[0]));
        let lines = [first, 1 - first].map(|stream| {
            let open = self.open[stream].as_ref().filter(|open| waited >= TRACE_SETTLES || !open.may_have_more())?;
            self.late[stream] = Some(Late::new(open, seen_at));
            self.close(stream)
        });
        settled.extend(lines.into_iter().flatten());
        self.settle_tagged(seen_at, waited, &mut |line| settled.push(line));
        settled.into_iter()
    }

    fn close(&mut self, stream: usize) -> Option<LogLine> {
        let open = self.open[stream].take()?;
        Some(self.closed(open))
    }

    fn closed(&self, mut open: Open) -> LogLine {
        open.console();
        open.put_fields(|key| self.names.get(key));
        open.whole_message();
        if !open.raw.is_empty() {
            // Else its message would keep what came with it.
            open.line.part_with_others();
            open.line.raw = open.raw.into();
        }
        if !open.stack.is_empty() {
            let name = if open.is_key { KEY } else { STACK };
            open.line.fields.push((self.names.get(name), open.stack.into()));
        }
        if open.whole > LONGEST && !open.line.fields.iter().any(|(key, _)| &**key == TRUNCATED) {
            open.line.fields.push(self.cut(open.whole));
        }
        open.line
    }

    /// What was never ended.
    pub(super) fn end(&mut self, seen_at: Moment, mut each: impl FnMut(LogLine)) {
        for stream in [0, 1] {
            if let Some(pieces) = self.parts[stream].take() {
                self.joined(&pieces, stream == 1, seen_at, &mut each);
            }
        }
        self.settle(seen_at, Duration::MAX).for_each(each);
    }

    fn take_alone(&mut self, framed: Framed<'_>, seen_at: Moment, each: &mut impl FnMut(LogLine)) {
        self.known.scripts.count();
        let parsed = format::read(framed.text, &mut self.known);
        self.known.bars.count(framed.text, parsed.tag.is_some());
        if parsed.tag.is_some() {
            return self.take_tagged(parsed, framed, seen_at, each);
        }
        if framed.text.starts_with('\t') && self.take_more_of_statement("", framed.text, &framed) {
            return;
        }
        self.let_tagged_go(each);
        let stream = framed.stream(&parsed);
        let mut late = self.late[stream].take();
        let is_behind = match &self.open[stream] {
            Some(open) => open.is_carried,
            None => late.as_ref().is_some_and(|late| late.is_carried),
        };
        let Inner { text: inner, is_timed: timed, is_carried } = Inner::of(&parsed, &framed, is_behind);
        let tells = parsed.level != Default::default() || timed;
        let is_anew = self.open[stream].as_ref().is_some_and(|open| panics_anew(open.within, inner));
        let is_inside = !timed && self.open[stream].as_ref().is_some_and(|open| open.is_inside(inner));
        let is_any = is_inside || !timed && self.open[stream].as_ref().is_some_and(|open| open.takes_any(inner));
        let may_follow = is_any || (!tells || is_anew) && matches!(parsed.format, LogFormat::Plain | LogFormat::Docker);
        let bare = if may_follow { format::without_colours(inner) } else { Cow::Borrowed(inner) };
        let untagged = self.open[stream].as_ref().filter(|_| may_follow).and_then(|open| open.without_tags(&bare));
        let inner = untagged.unwrap_or(&bare);
        // What came before it waits, and so does this.
        if let Some(awaits) = self.heads[stream].first().map(|head| head.awaits) {
            return self.pend(stream, awaits, inner, &framed, seen_at);
        }
        // What a line of a source looks like tells nothing.
        if is_any
            && matches!(framed.raw, Raw::Text(_))
            && self.open[stream].as_ref().is_some_and(|open| open.within == Within::Source)
        {
            return self.pend(stream, Awaits::Caret, inner, &framed, seen_at);
        }
        let is_framed = framed.by.is_some() || parsed.format == LogFormat::Docker || is_carried && is_behind;
        let is_framed = is_framed || untagged.is_some();
        if is_framed
            && inner.trim().is_empty()
            && self.open[stream].as_mut().is_some_and(|open| open.pause(framed.raw.bytes()))
        {
            return;
        }
        // Java's own logger says in the next line what it has to say.
        if let Some(open) = self.open[stream].as_mut().filter(|open| open.within == Within::Said)
            && !timed
            && parsed.level != Level::Unknown
        {
            return open.say(
                parsed.level,
                parsed.message.as_deref().unwrap_or(inner),
                framed.raw.bytes(),
                framed.whole,
            );
        }
        let is_own = |open: &&mut Open| may_follow && !(open.is_other(is_carried) && begins_trace(inner));
        if let Some(open) = self.open[stream].as_mut().filter(is_own) {
            let within = open.then(inner);
            if within.is_some() && open.is_full(framed.raw.bytes()) {
                late = Some(Late::new(open, seen_at));
            } else if let Some(within) = within {
                let within = if begins_key(inner) { Within::Key } else { within };
                open.is_carried &= is_carried;
                return open.go_on(within, framed.raw.bytes(), inner, framed.whole);
            }
            if let (Raw::Text(_), None, Some(awaits)) = (framed.raw, within, open.awaits(inner)) {
                return self.pend(stream, awaits, inner, &framed, seen_at);
            }
            let is_more = within.is_none()
                && (!tells || is_inside)
                && open.says_more(self.habit, framed.raw.bytes(), inner, is_carried);
            let is_tagged = within.is_none() && untagged.is_some() && open.has_room(framed.raw.bytes());
            if is_tagged || is_more && (is_inside || may_be_more(&parsed, inner)) {
                open.is_carried &= is_carried;
                return open.say_more(framed.raw.bytes(), inner, framed.whole);
            }
        }
        // Its first word is a level, but of what was thrown.
        let is_thrown = may_be_thrown(inner);
        if is_thrown
            && !timed
            && matches!((framed.raw, parsed.format), (Raw::Text(_), LogFormat::Plain | LogFormat::Docker))
            && self.open[stream].as_ref().is_some_and(Open::may_have_thrown)
        {
            return self.pend(stream, Awaits::Frame, inner, &framed, seen_at);
        }
        if let Some(number) = self.open[stream].as_ref().map(|open| open.number) {
            self.let_go(1 - stream, number, each);
            self.close(stream).into_iter().for_each(&mut *each);
        }
        let goes_on = [LogFormat::Plain, LogFormat::Spring, LogFormat::Klog, LogFormat::Docker];
        let may_go_on = goes_on.contains(&parsed.format);
        let whole = framed.whole;
        let may_go_on = may_go_on && whole <= LONGEST;
        if !may_go_on {
            let line = self.record(parsed, framed, seen_at);
            self.taken += 1;
            self.let_go(1 - stream, u64::MAX, each);
            return each(line);
        }
        let late = late.filter(|_| may_follow).and_then(|late| Some((late.then(inner, seen_at)?, late)));
        let is_told = tells && (!is_carried || parsed.level != Level::Unknown || format::tells_time(inner));
        let mut begun = begun(&parsed, inner, is_told);
        let is_pretty = pretty::begins(inner);
        let headed = Headed::of(parsed.level, timed, is_carried, inner);
        self.habit.count(is_told, inner);
        drop(bare);
        let mut line = self.record(parsed, framed, seen_at);
        if let Some((within, late)) = late {
            late.lend(&mut line, &mut begun, within);
        }
        self.taken += 1;
        self.open[stream] = Some(Open {
            is_timed: timed || is_carried,
            is_carried,
            is_thrown,
            headed,
            is_pretty,
            ..Open::new(line, begun, whole, self.taken)
        });
    }

    /// Lets go of what another stream holds back, where it came before this and nothing of a trace has come for it: lines
    /// stay in their order.
    fn let_go(&mut self, stream: usize, before: u64, each: &mut impl FnMut(LogLine)) {
        if self.open[stream].as_ref().is_some_and(|open| open.number < before && open.stack.is_empty()) {
            self.close(stream).into_iter().for_each(&mut *each);
        }
        if self.open[stream].is_none() && self.heads[stream].first().is_some_and(|head| head.number < before) {
            self.let_all_heads_go(stream, each);
            self.close(stream).into_iter().for_each(each);
        }
    }
}
