//! Which names in front of lines are those of scripts that one program runs. Loggers have names, and threads, in the same place.
//! A name counts once a line that has a shape of its own stood behind it: a time, JSON, what no logger writes behind its name
//! (a frame of a trace, uvicorn's level), or, where nearly all lines of the source stand behind a few such names, a request: few
//! loggers write it so. A level with a colon, or what was thrown, stands behind the names of loggers, too: of these nothing is
//! known. Then it counts before all of its lines; and so do others in such a source that come often enough.

use super::{plain, requests};
use crate::telemetry::logs::trace::{begins_python, is_frame};

/// Names of scripts that are remembered.
const NAMES: usize = 32;
/// So many lines have to stand behind names before they are most of a source's, and so often one of them in it.
const FIRST: u32 = 4;
const OFTEN: u32 = 3;
/// One line of so many may stand behind none, and one of so many behind a new one.
const RARE: u32 = 4;
const FEW: u32 = 2;
/// From so many lines on those before count half.
const FORGETS: u32 = 4_096;
/// Where uvicorn's messages begin: behind the level and its colon.
const UVICORN: usize = 10;

/// What of a source came behind such names.
#[derive(Debug, Default)]
pub(in crate::telemetry::logs) struct Seen {
    names: Vec<Name>,
    /// Lines of the source, those of them behind a name, and how often that was a new one.
    lines: u32,
    named: u32,
    new: u32,
    /// Lines without a shape, or what only a script writes, came behind names, too: lines are told apart by them.
    plain: bool,
}

#[derive(Debug)]
struct Name {
    text: Box<str>,
    times: u32,
    is_sure: bool,
}

/// What a line tells of the name before it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tells {
    Nothing,
    /// That it is a script's where most lines stand behind names.
    Likely,
    Surely,
}

impl Seen {
    /// Counts a line of the source, whatever it is.
    pub(in crate::telemetry::logs) fn count(&mut self) {
        self.lines += 1;
        if self.lines > FORGETS {
            (self.lines, self.named, self.new) = (self.lines / 2, self.named / 2, self.new / 2);
            self.names.iter_mut().for_each(|name| name.times /= 2);
        }
    }

    /// Counts a line behind a name; `has_shape`: it tells by that alone what it is.
    pub(super) fn saw(&mut self, name: &str, line: &str, has_shape: bool) {
        self.named = self.named.saturating_add(1);
        let place = self.place(name);
        self.names[place].times = self.names[place].times.saturating_add(1);
        if has_shape {
            self.names[place].is_sure = true;
            return;
        }
        let tells = match self.plain && self.names[place].is_sure {
            // It can tell no more.
            true => Tells::Nothing,
            false => tells(name, line),
        };
        let is_sure = tells == Tells::Surely || tells == Tells::Likely && self.are_usual();
        let is_command = begins_command(name, line);
        self.names[place].is_sure |= is_sure || is_command;
        self.plain |= is_sure || !line.is_empty() && !is_command;
    }

    fn place(&mut self, name: &str) -> usize {
        if let Some(place) = self.names.iter().position(|known| *known.text == *name) {
            return place;
        }
        self.new = self.new.saturating_add(1);
        if self.names.len() == NAMES {
            // Those that are sure stay, as long as there is another.
            let place = self.names.iter().position(|known| !known.is_sure).unwrap_or(0);
            self.names.remove(place);
        }
        self.names.push(Name { text: name.into(), times: 0, is_sure: false });
        self.names.len() - 1
    }

    /// Whether nearly all lines of the source stand behind a few names.
    fn are_usual(&self) -> bool {
        self.named >= FIRST
            && self.lines.saturating_sub(self.named) <= self.named / RARE
            && self.new <= self.named / FEW
    }

    /// Whether lines are told apart by the names before them.
    pub(super) fn are_told_apart(&self) -> bool {
        self.plain && self.names.iter().any(|name| name.is_sure) || self.are_numbers()
    }

    /// Whether all the names are numbers, and usual: those are hardly anything else.
    fn are_numbers(&self) -> bool {
        self.are_usual() && self.names.iter().all(|name| is_number(&name.text))
    }

    /// Whether a line without a shape is of such a script.
    pub(super) fn may_say(&self, name: &str) -> bool {
        if !self.are_told_apart() {
            return false;
        }
        let Some(known) = self.names.iter().find(|known| *known.text == *name) else { return false };
        let is_often = || known.times >= OFTEN && self.are_usual() && !is_thread(name);
        known.is_sure || is_number(name) || is_often()
    }
}

fn is_number(name: &str) -> bool {
    name.bytes().all(|b| b.is_ascii_digit())
}

/// Whether a name is one that threads have: `main`, `Thread-0`, `http-nio-8080-exec-1`.
fn is_thread(name: &str) -> bool {
    let ends_in_number = || {
        let front = name.trim_end_matches(|c: char| c.is_ascii_digit());
        front.len() < name.len() && front.ends_with(['-', '#', '_'])
    };
    let names_it = || name.as_bytes().windows(6).any(|part| part.eq_ignore_ascii_case(b"thread"));
    name == "main" || ends_in_number() || names_it()
}

fn tells(name: &str, line: &str) -> Tells {
    let bare = plain::without_colours(line);
    let line = &*bare;
    if is_of_trace(line) {
        return Tells::Surely;
    }
    if is_thread(name) {
        return Tells::Nothing;
    }
    if is_uvicorn(line) || begins_package(line) {
        Tells::Surely
    } else if requests::is_one(line) {
        Tells::Likely
    } else {
        Tells::Nothing
    }
}

/// Whether a line is within a trace, or begins one of Python's: those a logger writes without its name in front.
fn is_of_trace(line: &str) -> bool {
    match line.as_bytes() {
        [b'T', ..] => begins_python(line),
        [b' ', b' ', b' ', ..] | [b'\t', ..] if is_frame(line) => true,
        [b' ', b' ', ..] => line.starts_with("  File \"") && line.contains("\", line "),
        _ => false,
    }
}

/// `INFO:     text`: the message begins where it does behind each level.
fn is_uvicorn(line: &str) -> bool {
    let Some((level, rest)) = line.split_once(':') else { return false };
    let blanks = rest.len() - rest.trim_start_matches(' ').len();
    blanks > 1
        && level.len() + 1 + blanks == UVICORN
        && matches!(level, "DEBUG" | "INFO" | "WARNING" | "ERROR" | "TRACE")
}

/// pnpm's first line of a script: `apps/api dev$ node a.js`. It tells of that, but `paid/unpaid US$ 5` is none.
fn begins_command(name: &str, line: &str) -> bool {
    line.starts_with("$ ") && name.contains(' ')
}

/// `> orders@1.0.0 dev`, as npm says what it runs.
fn begins_package(line: &str) -> bool {
    let Some((name, script)) = line.strip_prefix("> ").and_then(|line| line.split_once(' ')) else { return false };
    let version = name.rsplit_once('@').map_or("", |(_, version)| version);
    version.starts_with(|c: char| c.is_ascii_digit()) && version.contains('.') && !script.is_empty()
}
