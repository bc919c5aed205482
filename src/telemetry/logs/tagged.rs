//! Lines each of which says who writes it, as a daemon of syslog, a container of compose or a session of PostgreSQL does:
//! those of several stand among each other, and a stack trace belongs to the line before it of the same.

use super::super::format::{Parsed, goes_on};
use super::{Framed, LogFormat, LogLine, Moment, Open, Reader, Within, begins_trace, begun};

/// As many lines of different ones are held back at most.
const MOST: usize = 8;

/// A line that is held back, and whose it is.
pub(super) struct Tagged {
    tag: String,
    open: Open,
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
            self.let_head_go(stream, each);
            self.close(stream).into_iter().for_each(&mut *each);
        }
        let tag = parsed.tag.as_deref().unwrap_or_default();
        let inner = parsed.message.as_deref().unwrap_or(framed.text);
        if let Some(place) = self.tagged.iter().position(|held| held.tag == tag) {
            let open = &mut self.tagged[place].open;
            let within = match inner.split_once(':') {
                Some((word, _)) if parsed.format != LogFormat::Syslog && goes_on(word) => Some(open.within),
                _ if parsed.is_told || open.is_calm() && begins_trace(inner) => None,
                _ => open.within.then(inner),
            };
            if let Some(within) = within {
                return open.go_on(within, framed.raw.bytes(), inner, framed.whole);
            }
            self.let_first_go(place + 1, each);
        }
        let (tag, whole) = (tag.to_owned(), framed.whole);
        let may_go_on = [LogFormat::Plain, LogFormat::Spring, LogFormat::Klog, LogFormat::Syslog, LogFormat::Docker];
        let may_go_on = may_go_on.contains(&parsed.format) && whole <= super::LONGEST;
        let begun = begun(&parsed, inner, parsed.is_told);
        let line = self.record(parsed, framed, seen_at);
        self.taken += 1;
        if !may_go_on {
            self.let_first_go(self.tagged.len(), each);
            return each(line);
        }
        if self.tagged.len() == MOST {
            let first = self.tagged.remove(0);
            each(self.closed(first.open));
        }
        self.tagged.push(Tagged { tag, open: Open::new(line, begun, whole, self.taken) });
    }

    /// Lets go of the first so many, but for those before the last whose trace goes on: lines stay in their order.
    fn let_first_go(&mut self, count: usize, each: &mut impl FnMut(LogLine)) {
        let is_in_trace = |held: &Tagged| held.open.has_more() && held.open.within != Within::Nothing;
        let last = count.saturating_sub(1);
        for (place, held) in std::mem::take(&mut self.tagged).into_iter().enumerate() {
            match place < count && (place == last || !is_in_trace(&held)) {
                true => each(self.closed(held.open)),
                false => self.tagged.push(held),
            }
        }
    }

    /// Lets go of all.
    pub(super) fn let_tagged_go(&mut self, each: &mut impl FnMut(LogLine)) {
        for held in std::mem::take(&mut self.tagged) {
            each(self.closed(held.open));
        }
    }
}
