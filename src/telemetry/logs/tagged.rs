//! Lines each of which says who writes it, as a daemon of syslog, a container of compose or a session of PostgreSQL does:
//! those of several stand among each other, and a stack trace belongs to the line before it of the same.

use super::super::format::{Parsed, goes_on};
use super::{Framed, LogFormat, LogLine, Moment, Open, Reader, Within, begins_trace, begun};

/// As many lines of different ones are held back at most.
const MOST: usize = 32;

/// A line that is held back, and whose it is.
pub(super) struct Tagged {
    tag: String,
    open: Open,
    /// Nothing goes on with it: it waits for those before it.
    is_whole: bool,
    /// The number of what came of it last.
    last: u64,
}

impl Tagged {
    /// Whether a trace may come for it.
    fn waits(&self) -> bool {
        !self.is_whole && !self.open.is_calm()
    }
}

impl Reader {
    /// Takes a line that says who writes it.
    pub(super) fn take_tagged(
        &mut self,
        parsed: Parsed<'_>,
        framed: Framed<'_>,
        seen_at: Moment,
        each: &mut impl FnMut(LogLine),
    ) {
        for stream in [0, 1] {
            self.let_all_heads_go(stream, each);
            self.close(stream).into_iter().for_each(&mut *each);
        }
        let tag = parsed.tag.as_deref().unwrap_or_default();
        let inner = parsed.message.as_deref().unwrap_or(framed.text);
        if let Some(place) = self.tagged.iter().position(|held| !held.is_whole && held.tag == tag) {
            self.taken += 1;
            self.tagged[place].last = self.taken;
            let Tagged { open, .. } = &mut self.tagged[place];
            let within = match inner.split_once(':') {
                Some((word, _)) if parsed.format != LogFormat::Syslog && goes_on(word) => Some(open.within),
                _ if parsed.is_told || open.is_calm() && begins_trace(inner) => None,
                _ => open.within.then(inner),
            };
            if let Some(within) = within {
                return open.go_on(within, framed.raw.bytes(), inner, framed.whole);
            }
            // It stays behind those that a trace may come for.
            match self.tagged[..place].iter().any(Tagged::waits) {
                true => self.tagged[place].is_whole = true,
                false => self.let_first_go(place + 1, each),
            }
        }
        let (tag, whole) = (tag.to_owned(), framed.whole);
        let may_go_on = [LogFormat::Plain, LogFormat::Spring, LogFormat::Klog, LogFormat::Syslog, LogFormat::Docker];
        let may_go_on = may_go_on.contains(&parsed.format) && whole <= super::LONGEST;
        let begun = begun(&parsed, inner, parsed.is_told);
        let line = self.record(parsed, framed, seen_at);
        self.taken += 1;
        // One of another stays in its place, so that a trace that comes for those before it finds them.
        if !may_go_on && !self.tagged.iter().any(Tagged::waits) {
            self.let_first_go(self.tagged.len(), each);
            return each(line);
        }
        if self.tagged.len() == MOST {
            let first = self.tagged.remove(0);
            each(self.closed(first.open));
        }
        let open = Open::new(line, if may_go_on { begun } else { Default::default() }, whole, self.taken);
        self.tagged.push(Tagged { tag, open, is_whole: !may_go_on, last: self.taken });
    }

    /// Takes a line that goes on with what a session of PostgreSQL said: behind a tab, with nothing before that.
    pub(super) fn take_more_of_statement(&mut self, framed: &Framed<'_>) -> bool {
        let last = self.tagged.iter_mut().max_by_key(|held| held.last);
        let is_session = |held: &&mut Tagged| held.tag.bytes().all(|b| b.is_ascii_digit()) && !held.is_whole;
        let Some(Tagged { open, .. }) = last.filter(is_session) else { return false };
        let is_said = open.stack.len() == open.said;
        open.go_on(open.within, framed.raw.bytes(), framed.text, framed.whole);
        if is_said {
            open.said = open.stack.len();
        }
        true
    }

    /// Lets go of the first so many, but for those before the last whose trace goes on: lines stay in their order.
    fn let_first_go(&mut self, count: usize, each: &mut impl FnMut(LogLine)) {
        let is_in_trace = |held: &Tagged| !held.is_whole && held.open.has_more() && held.open.within != Within::Nothing;
        let last = count.saturating_sub(1);
        for (place, held) in std::mem::take(&mut self.tagged).into_iter().enumerate() {
            match place < count && (place == last || !is_in_trace(&held)) {
                true => each(self.closed(held.open)),
                false => self.tagged.push(held),
            }
        }
        let whole = self.tagged.iter().take_while(|held| held.is_whole).count();
        for held in self.tagged.drain(..whole).collect::<Vec<_>>() {
            each(self.closed(held.open));
        }
    }

    /// Lets go of all.
    pub(super) fn let_tagged_go(&mut self, each: &mut impl FnMut(LogLine)) {
        for held in std::mem::take(&mut self.tagged) {
            each(self.closed(held.open));
        }
    }
}
