//! Lines each of which says who writes it, as a daemon of syslog, a container of compose or a session of PostgreSQL does:
//! those of several stand among each other, and a stack trace belongs to the line before it of the same.

use std::time::Duration;

use super::super::format::{self, Parsed, goes_on};
use super::super::held::Late;
use super::super::trace::is_frame;
use super::tags::{MOST_HEADS, Tagged};
use super::{
    Awaits, Framed, Head, Headed, Level, LogFormat, LogLine, Moment, Open, Raw, Reader, TRACE_SETTLES, Within,
    begins_key, begins_trace, begun, may_be_more, may_be_thrown, panics_anew, pretty,
};

impl Reader {
    /// Takes a line that says who writes it.
    pub(super) fn take_tagged(
        &mut self,
        parsed: Parsed<'_>,
        framed: Framed<'_>,
        seen_at: Moment,
        each: &mut impl FnMut(LogLine),
    ) {
        let adopted = self.adopted(&parsed, seen_at);
        for stream in [0, 1] {
            self.let_all_heads_go(stream, each);
            self.close(stream).into_iter().for_each(&mut *each);
        }
        self.let_old_go(seen_at, each);
        self.tags.held.extend(adopted);
        self.tags.takes(framed.raw.bytes().len());
        let tag = parsed.tag.as_deref().unwrap_or_default();
        let bare = format::without_colours(said(&parsed, framed.text));
        let inner = &*bare;
        if inner.starts_with('\t') && self.take_more_of_statement(tag, inner, &framed) {
            return;
        }
        let Some(place) = self.tags.place(tag) else { return self.begin_tagged(parsed, framed, seen_at, each) };
        // It goes on with a line, or waits, or is one of its own.
        let is_pg =
            parsed.said_as() != LogFormat::Syslog && inner.split_once(':').is_some_and(|(word, _)| goes_on(word));
        let is_timed = || format::tells_time(inner);
        let open = &mut self.tags.held[place].open;
        // Java's own logger says in the next line what it has to say.
        if open.within == Within::Said && parsed.level != Level::Unknown && !is_timed() {
            open.say(parsed.level, parsed.message.as_deref().unwrap_or(inner), framed.raw.bytes(), framed.whole);
            return;
        }
        // What a line of a source looks like tells nothing, nor what was thrown.
        let is_any = (open.takes_any(inner) || open.is_inside(inner)) && !is_timed();
        // A time in front is none of the line's own where one stood before what may go on, too.
        let is_told = !is_any && parsed.is_told || parsed.is_carried && !self.tags.held[place].open.is_carried;
        // What syslog and who else carries it tells is of its own, and of each line of a trace.
        let is_of_frame = parsed.said_as() == LogFormat::Syslog || parsed.inner.is_some();
        let tells = is_told || !is_any && parsed.level != Level::Unknown && !is_of_frame;
        let may_wait = !is_pg
            && !tells
            && (is_any || matches!(parsed.said_as(), LogFormat::Plain | LogFormat::Docker | LogFormat::Syslog))
            && matches!(framed.raw, Raw::Text(_));
        if !self.heads_of_tag(place, inner, may_wait, each) {
            return self.wait(place, Awaits::Frame, inner, &framed, seen_at, each);
        }
        let Some(place) = self.tags.place(tag) else { return self.begin_tagged(parsed, framed, seen_at, each) };
        let number = self.number();
        let held = &mut self.tags.held[place];
        (held.last, held.seen_at) = (number, seen_at);
        let open = &mut held.open;
        if inner.trim().is_empty() && open.pause(framed.raw.bytes()) {
            return;
        }
        let is_own = !is_pg && !panics_anew(open.within, inner) && (is_told || open.is_calm() && begins_trace(inner));
        let within = match is_pg {
            true => Some(open.within),
            false => open.then(inner).filter(|_| !is_own),
        };
        if within.is_some() && open.is_full(framed.raw.bytes()) {
            let late = Late::new(open, seen_at);
            self.tags.remember(tag.to_owned(), late);
            drop(bare);
            return self.begin_tagged(parsed, framed, seen_at, each);
        }
        if let Some(within) = within {
            let within = if begins_key(inner) { Within::Key } else { within };
            open.is_carried &= parsed.is_carried;
            open.go_on(within, framed.raw.bytes(), inner, framed.whole);
            return self.give_way(each);
        }
        let is_calm = open.is_calm();
        let awaits = open.awaits(inner).filter(|awaits| !is_calm || *awaits == Awaits::Bar);
        let awaits = awaits.filter(|_| may_wait && !is_own);
        let may_be_thrown = (open.is_carried || !parsed.is_carried)
            && matches!(framed.raw, Raw::Text(_))
            && may_be_thrown(inner)
            && open.may_have_thrown();
        if let Some(awaits) = awaits.or(may_be_thrown.then_some(Awaits::Frame)) {
            return self.wait(place, awaits, inner, &framed, seen_at, each);
        }
        if may_wait && self.takes_more_of(place, &parsed, &framed, inner) {
            return self.give_way(each);
        }
        drop(bare);
        self.begin_tagged(parsed, framed, seen_at, each);
    }

    /// The line before a frame, where the same name stood in front of it before it was known for whose lines are.
    fn adopted(&mut self, parsed: &Parsed<'_>, seen_at: Moment) -> Option<Tagged> {
        let (tag, frame) = (parsed.tag.as_deref()?, parsed.behind.as_deref()?);
        // Cheap to say no: but for the first lines of a source there is none.
        if self.open[0].is_none() || !is_frame(&format::without_colours(frame)) || self.tags.place(tag).is_some() {
            return None;
        }
        let behind = |open: &Open| {
            let message = &*open.line.message;
            let front =
                message.strip_prefix('[').and_then(|rest| rest.strip_prefix(tag)?.trim_start().strip_prefix("] "));
            Some(front.or_else(|| message.strip_prefix(tag)?.strip_prefix(": "))?.to_owned())
        };
        let message = self.open[0].as_ref().filter(|open| !open.is_trace()).and_then(behind)?;
        let mut open = self.open[0].take()?;
        open.line.message = message.into();
        open.line.fields.push((self.names.get("process"), tag.into()));
        let last = open.number;
        Some(Tagged { tag: tag.to_owned(), open, heads: Vec::new(), is_whole: false, last, seen_at })
    }

    /// Takes a line that is of what the one before it of the same writer says.
    fn takes_more_of(&mut self, place: usize, parsed: &Parsed<'_>, framed: &Framed<'_>, inner: &str) -> bool {
        let Some(Tagged { tag, open, .. }) = self.tags.held.get_mut(place) else { return false };
        let habit = self.tags.habits.get(tag.as_str()).copied().unwrap_or_default();
        let is_more = open.says_more(habit, framed.raw.bytes(), inner, parsed.is_carried)
            && (open.is_inside(inner) || may_be_more(parsed, inner));
        if is_more {
            open.is_carried &= parsed.is_carried;
            open.say_more(framed.raw.bytes(), inner, framed.whole);
        }
        is_more
    }

    /// What waits of a writer is of its trace, by this line, or is let go; `false`: this waits, too.
    fn heads_of_tag(&mut self, place: usize, inner: &str, may_wait: bool, each: &mut impl FnMut(LogLine)) -> bool {
        let Tagged { open, heads, .. } = &mut self.tags.held[place];
        let Some(awaits) = heads.first().map(|head| head.awaits) else { return true };
        let comes = awaits.comes(inner).filter(|_| awaits == Awaits::Bar || !open.is_calm());
        if let Some(within) = comes {
            for head in std::mem::take(heads) {
                open.go_on(within, head.raw.as_bytes(), &head.inner, head.whole);
            }
            return true;
        }
        let may_wait = may_wait && !begins_trace(inner) && !begins_key(inner);
        if may_wait && awaits.has_lines(open.within) && heads.len() < MOST_HEADS {
            return false;
        }
        let tag = self.tags.held[place].tag.clone();
        self.let_heads_of_tag_go(place, each);
        // Of those that were let go the later ones may wait anew, behind another line.
        match self.tags.place(&tag) {
            Some(place) => self.heads_of_tag(place, inner, may_wait, each),
            None => true,
        }
    }

    /// Keeps a line until it is known what follows.
    fn wait(
        &mut self,
        place: usize,
        awaits: Awaits,
        inner: &str,
        framed: &Framed<'_>,
        seen_at: Moment,
        each: &mut impl FnMut(LogLine),
    ) {
        let Raw::Text(raw) = framed.raw else { return };
        let (text, inner, raw, number) = (framed.text.to_owned(), inner.to_owned(), raw.to_owned(), self.number());
        let held = &mut self.tags.held[place];
        (held.last, held.seen_at) = (number, seen_at);
        held.heads.push(Head { awaits, text, inner, raw, whole: framed.whole, by: framed.by, seen_at, number });
        self.give_way(each);
    }

    /// The number of the arrival of a line that is taken.
    fn number(&mut self) -> u64 {
        self.taken += 1;
        self.tags.arrived.unwrap_or(self.taken)
    }

    /// What might have been of a writer's trace are lines.
    fn let_heads_of_tag_go(&mut self, place: usize, each: &mut impl FnMut(LogLine)) {
        let tag = self.tags.held[place].tag.clone();
        for (count, head) in std::mem::take(&mut self.tags.held[place].heads).into_iter().enumerate() {
            if head.inner.trim().is_empty() {
                if let Some(place) = self.tags.place(&tag) {
                    self.tags.held[place].open.pause(head.raw.as_bytes());
                }
                continue;
            }
            let parsed = format::read(&head.text, &mut self.known);
            let framed = Framed { text: &head.text, raw: Raw::Text(&head.raw), whole: head.whole, by: head.by };
            let before = self.tags.arrived.replace(head.number);
            match count {
                0 if self
                    .tags
                    .place(&tag)
                    .is_some_and(|place| self.takes_more_of(place, &parsed, &framed, &head.inner)) => {}
                0 => self.begin_tagged(parsed, framed, head.seen_at, each),
                _ => self.take_tagged(parsed, framed, head.seen_at, each),
            }
            self.tags.arrived = before;
        }
    }

    /// A line that goes on with none.
    fn begin_tagged(
        &mut self,
        parsed: Parsed<'_>,
        framed: Framed<'_>,
        seen_at: Moment,
        each: &mut impl FnMut(LogLine),
    ) {
        let tag = parsed.tag.as_deref().unwrap_or_default().to_owned();
        if let Some(place) = self.tags.place(&tag) {
            // It stays behind those that a trace may come for.
            match self.tags.held.iter().take(place).any(Tagged::waits) {
                true => self.tags.held[place].is_whole = true,
                false => self.let_first_go(place + 1, each),
            }
        }
        let late = self.tags.take_late(&tag);
        let may_go_on = [LogFormat::Plain, LogFormat::Spring, LogFormat::Klog, LogFormat::Syslog, LogFormat::Docker];
        let may_go_on = may_go_on.contains(&parsed.said_as()) && framed.whole <= super::LONGEST;
        let is_told = parsed.is_told || parsed.level != Level::Unknown && parsed.inner.is_none();
        let whole = framed.whole;
        let bare = format::without_colours(said(&parsed, framed.text));
        let inner = &*bare;
        let mut begun = begun(&parsed, inner, parsed.is_told);
        let (is_thrown, is_pretty, is_carried) = (may_be_thrown(inner), pretty::begins(inner), parsed.is_carried);
        let headed = Headed::of(parsed.level, false, is_carried, inner);
        self.tags.count(&tag, is_told, inner);
        let late = late.filter(|late| may_go_on && !is_told && (late.is_carried || !is_carried));
        let late = late.and_then(|late| Some((late.then(inner, seen_at)?, late)));
        drop(bare);
        let mut line = self.record(parsed, framed, seen_at);
        if let Some((within, late)) = late {
            late.lend(&mut line, &mut begun, within);
        }
        let number = self.number();
        // One of another stays in its place, so that a trace that comes for those before it finds them.
        if !may_go_on && !self.tags.held.iter().any(Tagged::waits) {
            self.let_first_go(self.tags.held.len(), each);
            return each(line);
        }
        let begun = if may_go_on { begun } else { Default::default() };
        let open = Open { is_thrown, headed, is_pretty, is_carried, ..Open::new(line, begun, whole, number) };
        // One that waited stands where it came.
        let place = self.tags.held.partition_point(|held| held.open.number < number);
        let held = Tagged { tag, open, heads: Vec::new(), is_whole: !may_go_on, last: number, seen_at };
        self.tags.oldest = self.tags.oldest.min(seen_at);
        self.tags.held.insert(place, held);
        self.give_way(each);
    }

    /// Takes a line that goes on with what a session of PostgreSQL said: behind a tab, with nothing before that but the name
    /// of the container whose sessions they are.
    pub(super) fn take_more_of_statement(&mut self, of: &str, inner: &str, framed: &Framed<'_>) -> bool {
        let is_its = |held: &&mut Tagged| of.is_empty() || held.tag == of || session(of, &held.tag).is_some();
        let last = self.tags.held.iter_mut().filter(is_its).max_by_key(|held| held.last);
        let is_session = |held: &&mut Tagged| {
            let is_number = |pid: &str| !pid.is_empty() && pid.bytes().all(|b| b.is_ascii_digit());
            !held.is_whole && session(of, &held.tag).is_some_and(is_number)
        };
        let Some(Tagged { open, .. }) = last.filter(is_session) else { return false };
        let is_said = open.stack.len() == open.said;
        open.go_on(open.within, framed.raw.bytes(), inner, framed.whole);
        if is_said {
            open.said = open.stack.len();
        }
        true
    }

    /// Where too much is held back, who was quiet longest gives way.
    fn give_way(&mut self, each: &mut impl FnMut(LogLine)) {
        while self.tags.is_full()
            && let Some((place, _)) = self.tags.held.iter().enumerate().min_by_key(|(_, held)| held.last)
        {
            self.let_one_go(place, each);
        }
    }

    /// Lets go of one, and what waits with it.
    fn let_one_go(&mut self, place: usize, each: &mut impl FnMut(LogLine)) {
        let Some(Tagged { open, heads, .. }) = self.tags.held.remove(place) else { return };
        each(self.closed(open));
        for head in heads.iter().filter(|head| !head.inner.trim().is_empty()) {
            let parsed = format::read(&head.text, &mut self.known);
            let framed = Framed { text: &head.text, raw: Raw::Text(&head.raw), whole: head.whole, by: head.by };
            let begun = begun(&parsed, &head.inner, parsed.is_told);
            let line = self.record(parsed, framed, head.seen_at);
            each(self.closed(Open::new(line, begun, head.whole, head.number)));
        }
    }

    /// Lets go of the first so many, but for those before the last whose trace goes on: lines stay in their order.
    fn let_first_go(&mut self, count: usize, each: &mut impl FnMut(LogLine)) {
        let mut stay = Vec::new();
        for place in (0..count).rev() {
            match self.tags.held.pop_front() {
                Some(held) if place > 0 && held.is_in_trace() => stay.push(held),
                Some(held) => each(self.closed(held.open)),
                None => break,
            }
        }
        stay.into_iter().rev().for_each(|held| self.tags.held.push_front(held));
        self.let_whole_go(each);
    }

    /// Lets go of those that only wait for what was before them.
    fn let_whole_go(&mut self, each: &mut impl FnMut(LogLine)) {
        while self.tags.held.front().is_some_and(|held| held.is_whole)
            && let Some(held) = self.tags.held.pop_front()
        {
            each(self.closed(held.open));
        }
    }

    /// Lets go of those for which nothing came for long, while others write on.
    fn let_old_go(&mut self, seen_at: Moment, each: &mut impl FnMut(LogLine)) {
        let longest = i64::try_from(TRACE_SETTLES.as_millis()).unwrap_or(i64::MAX);
        // Cheap to say no.
        if seen_at.since(self.tags.oldest) <= longest {
            return;
        }
        let is_old = |held: &Tagged| !held.is_whole && seen_at.since(held.seen_at) > longest;
        while let Some(place) = self.tags.held.iter().position(is_old) {
            let held = &self.tags.held[place];
            let (tag, late) = (held.tag.clone(), Late::new(&held.open, seen_at));
            self.let_one_go(place, each);
            self.tags.remember(tag, late);
        }
        self.let_whole_go(each);
        self.tags.look(seen_at);
    }

    /// Lets go of those that waited so long, where that is long enough: of a trace more may come.
    pub(super) fn settle_tagged(&mut self, seen_at: Moment, waited: Duration, each: &mut impl FnMut(LogLine)) {
        while let Some(place) = self.tags.held.iter().position(|held| !held.heads.is_empty()) {
            self.let_heads_of_tag_go(place, each);
        }
        let stays = |held: &Tagged| !held.is_whole && held.open.may_have_more() && waited < TRACE_SETTLES;
        let mut place = 0;
        while let Some(held) = self.tags.held.get(place) {
            if stays(held) {
                place += 1;
                continue;
            }
            let (tag, late) = (held.tag.clone(), Late::new(&held.open, seen_at));
            let is_whole = held.is_whole;
            self.let_one_go(place, each);
            if !is_whole {
                self.tags.remember(tag, late);
            }
        }
    }

    /// Lets go of all.
    pub(super) fn let_tagged_go(&mut self, each: &mut impl FnMut(LogLine)) {
        while !self.tags.held.is_empty() {
            self.let_one_go(0, each);
        }
    }
}

/// The session of a container that a tag means; of no container, the tag is one.
fn session<'a>(of: &str, tag: &'a str) -> Option<&'a str> {
    if of.is_empty() { Some(tag) } else { tag.strip_prefix(of)?.strip_prefix(' ') }
}

/// What a line says behind who says it.
fn said<'a>(parsed: &'a Parsed<'_>, text: &'a str) -> &'a str {
    parsed.behind.as_deref().or(parsed.message.as_deref()).unwrap_or(text)
}
