//! Lines that may be of the trace before them, until one comes that tells: the head of a trace whose class has any name, more
//! lines of what was thrown, a function of Go's before its place.

use super::super::format;
use super::{
    Awaits, Framed, Head, Inner, Level, LogFormat, LogLine, Moment, Parsed, Raw, Reader, Within, begins_key,
    begins_trace, may_be_more,
};

/// As many wait at most.
const MOST: usize = 16;

/// Whether a line tells nothing by itself, so that it may be of what is before it.
fn may_wait(parsed: &Parsed<'_>, framed: &Framed<'_>, is_timed: bool) -> bool {
    parsed.level == Level::Unknown
        && !is_timed
        && parsed.tag.is_none()
        && matches!(parsed.format, LogFormat::Docker | LogFormat::Plain)
        && matches!(framed.raw, Raw::Text(_))
}

impl Reader {
    /// Takes a line with its frame taken off.
    pub(super) fn take(&mut self, framed: Framed<'_>, seen_at: Moment, each: &mut impl FnMut(LogLine)) {
        if self.heads.iter().any(|heads| !heads.is_empty()) {
            let parsed = format::read(framed.text, &mut self.known);
            let stream = framed.stream(&parsed);
            let is_behind = self.open[stream].as_ref().is_some_and(|open| open.is_carried);
            let Inner { text, is_timed, .. } = Inner::of(&parsed, &framed, is_behind);
            let bare = format::without_colours(text);
            let may_wait = may_wait(&parsed, &framed, is_timed) && !begins_trace(&bare) && !begins_key(&bare);
            // Of those that are let go the later ones may wait anew, behind another line.
            while let Some(awaits) = self.heads[stream].first().map(|head| head.awaits) {
                if let Some(within) = self.comes(stream, awaits, &bare).filter(|_| !is_timed) {
                    let heads = std::mem::take(&mut self.heads[stream]);
                    if let Some(open) = &mut self.open[stream] {
                        heads.iter().for_each(|it| open.go_on(within, it.raw.as_bytes(), &it.inner, it.whole));
                    }
                } else if may_wait && self.may_wait_on(stream, awaits) {
                    break;
                } else {
                    self.let_heads_go(stream, each);
                }
            }
        }
        self.take_alone(framed, seen_at, each);
    }

    /// Whether this is what those that wait have waited for, and what the trace is then.
    fn comes(&self, stream: usize, awaits: Awaits, line: &str) -> Option<Within> {
        let open = self.open[stream].as_ref()?;
        awaits.comes(line).filter(|_| awaits == Awaits::Bar || !open.is_calm())
    }

    /// Whether more may wait with those.
    fn may_wait_on(&self, stream: usize, awaits: Awaits) -> bool {
        let has_lines = self.open[stream].as_ref().is_some_and(|open| awaits.has_lines(open.within));
        has_lines && self.heads[stream].len() < MOST
    }

    /// Lets go of all that wait.
    pub(super) fn let_all_heads_go(&mut self, stream: usize, each: &mut impl FnMut(LogLine)) {
        while !self.heads[stream].is_empty() {
            self.let_heads_go(stream, each);
        }
    }

    /// Keeps a line until it is known what follows.
    pub(super) fn pend(&mut self, stream: usize, awaits: Awaits, inner: &str, framed: &Framed<'_>, seen_at: Moment) {
        let Framed { text, raw, whole, by } = *framed;
        let Raw::Text(raw) = raw else { return };
        let (text, inner, raw) = (text.to_owned(), inner.to_owned(), raw.to_owned());
        self.taken += 1;
        self.heads[stream].push(Head { awaits, text, inner, raw, whole, by, seen_at, number: self.taken });
    }

    /// The same of an empty one.
    pub(super) fn pend_blank(&mut self, seen_at: Moment) {
        if let Some(awaits) = self.heads[0].first().map(|head| head.awaits).filter(|_| self.heads[0].len() < MOST) {
            self.pend(0, awaits, "", &Framed { text: "", raw: Raw::Text(""), whole: 0, by: None }, seen_at);
        }
    }

    /// Takes a line that waited for what has not come, where it is of what the one before it says.
    fn takes_more(&mut self, stream: usize, framed: &Framed<'_>, inner: &str) -> bool {
        let parsed = format::read(framed.text, &mut self.known);
        let Some(open) = &mut self.open[stream] else { return false };
        let is_carried = Inner::of(&parsed, framed, open.is_carried).is_carried;
        let is_more = open.says_more(self.habit, framed.raw.bytes(), inner, is_carried) && may_be_more(&parsed, inner);
        if is_more {
            open.is_carried &= is_carried;
            open.say_more(framed.raw.bytes(), inner, framed.whole);
        }
        is_more
    }

    /// What might have been of a trace are lines.
    fn let_heads_go(&mut self, stream: usize, each: &mut impl FnMut(LogLine)) {
        let heads = std::mem::take(&mut self.heads[stream]);
        for (place, Head { text, raw, inner, whole, by, seen_at, number, .. }) in heads.into_iter().enumerate() {
            if raw.is_empty() {
                self.open[stream].as_mut().map(|open| open.pause(b""));
                continue;
            }
            let framed = Framed { text: &text, raw: Raw::Text(&raw), whole, by };
            if place > 0 {
                self.take(framed, seen_at, each);
            } else {
                if self.takes_more(stream, &framed, &inner) {
                    continue;
                }
                if let Some(number) = self.open[stream].as_ref().map(|open| open.number) {
                    self.let_go(1 - stream, number, each);
                    self.close(stream).into_iter().for_each(&mut *each);
                }
                self.take_alone(framed, seen_at, each);
            }
            // It came when it came.
            if let Some(open) = self.open[stream].as_mut().filter(|_| !inner.is_empty()) {
                open.number = open.number.min(number);
            }
        }
    }
}
