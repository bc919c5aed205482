//! Lines behind the name of a container and a bar, as `docker compose logs` writes them (`orders-1  | text`), and overmind. A
//! column of a table stands before a bar, too: a name without a number is one only where all lines of the source stand behind
//! such names, where one comes twice before any other line, or where compose said so, or a logger's line or a trace follows.

use std::borrow::Cow;

use super::within::{LONGEST, any, is_name, shaped, tagged, timed};
use super::{Parsed, Told, plain, stern};
use crate::domain::log::Level;
use crate::telemetry::logs::crash::begins_trace;
use crate::telemetry::logs::keys::Known;
use crate::telemetry::logs::trace::is_frame;

/// Names that are remembered.
const NAMES: usize = 64;

/// What stood before bars in a source.
#[derive(Debug, Default)]
pub(in crate::telemetry::logs) struct Bars {
    /// They are names of containers.
    are_containers: bool,
    /// A line stood behind none.
    is_bare: bool,
    /// What the line that was read last has.
    last: Last,
    /// The names that came since another line did: a record of a table has each of its columns once.
    names: Vec<Box<str>>,
    /// At which byte the bar stood behind names that are surely those of containers: it does so behind all of them.
    at: Option<usize>,
}

#[derive(Debug, Default)]
enum Last {
    #[default]
    Other,
    /// More bars than one, or what may be a name behind which there is no more room.
    Row,
    Named(Box<str>),
}

impl Bars {
    /// Counts the line that was read last; `is_tagged`: it stands behind somebody's name. A line may be read more than once.
    pub(in crate::telemetry::logs) fn count(&mut self, line: &str, is_tagged: bool) {
        match std::mem::take(&mut self.last) {
            Last::Named(name) if self.names.len() < NAMES => self.names.push(name),
            Last::Named(_) | Last::Row => {}
            Last::Other if is_tagged => {}
            Last::Other => self.none(line),
        }
    }

    /// What stands before bars is surely a container.
    pub(super) fn are_containers(&mut self) {
        self.are_containers = true;
    }

    fn none(&mut self, line: &str) {
        let names = std::mem::take(&mut self.names);
        if self.are_containers {
            return;
        }
        let bare = if line.starts_with('\x1b') { plain::without_colours(line) } else { line.into() };
        match says_compose(&bare, &names) {
            true => self.are_containers = true,
            false => self.is_bare |= !line.trim_start().is_empty(),
        }
    }

    /// A name stands before a bar; `is_sure`: that of a container.
    fn saw(&mut self, name: &str, is_sure: bool, is_row: bool) {
        self.last = Last::Row;
        if self.are_containers || is_row {
            return;
        }
        self.are_containers = is_sure || !self.is_bare || self.names.iter().any(|known| **known == *name);
        self.last = Last::Named(name.into());
    }
}

/// What compose itself says before the lines of all containers, and behind those of one; a process may end in these words, too.
fn says_compose(line: &str, stood: &[Box<str>]) -> bool {
    if let Some(names) = line.strip_prefix("Attaching to ") {
        return names.trim_end().split(", ").all(is_name);
    }
    // Cheap to say no: before most lines there was no bar.
    let ended = Some(line).filter(|_| !stood.is_empty()).and_then(|line| line.split_once(" exited with code "));
    let ended = ended.filter(|(_, code)| code.starts_with(|c: char| c.is_ascii_digit()));
    ended.is_some_and(|(name, _)| stood.iter().any(|known| **known == *name))
}

/// Whether a name is none of a container but a level, which loggers have in this place.
fn is_level(name: &str) -> bool {
    const LEVELS: [&str; 9] = ["TRACE", "DEBUG", "INFO", "SUCCESS", "WARN", "WARNING", "ERROR", "CRITICAL", "FATAL"];
    LEVELS.iter().any(|level| level.eq_ignore_ascii_case(name))
}

/// Whether a text may be a container's name.
pub(super) fn may_be(name: &str) -> bool {
    is_name(name) && name.bytes().any(|b| b.is_ascii_alphabetic()) && !is_level(name)
}

/// What stands in no column of a table.
fn is_of_trace(line: &str) -> bool {
    // What was thrown may stand in one, but for the whole name of a class.
    begins_trace(line)
        || is_frame(line)
        || stern::is_thrown(line) && line.split(':').next().is_some_and(|c| c.contains('.'))
}

/// Reads a line.
pub(super) fn read<'a>(text: &'a str, known: &mut Known) -> Option<Parsed<'a>> {
    let end = memchr::memchr(b' ', text.as_bytes().get(..LONGEST).unwrap_or(text.as_bytes()))?;
    let (name, rest) = text.split_at(end);
    let rest = rest.trim_start_matches(' ');
    let blanks = text.len() - name.len() - rest.len();
    // Cheap to say no: there is nearly never a bar.
    let line = rest.strip_prefix('|').filter(|line| line.is_empty() || line.starts_with(' '))?;
    let number = name.rsplit_once(['-', '_']).filter(|(_, number)| number.bytes().all(|b| b.is_ascii_digit()));
    if !may_be(name) {
        return None;
    }
    let at = Some(end + blanks);
    let has_number = number.is_some_and(|(_, number)| !number.is_empty());
    let stands_alike = || known.bars.at == at && !is_row(line);
    if blanks < 2 && !has_number && !stands_alike() {
        known.bars.last = Last::Row;
        return None;
    }
    let service = number.filter(|(service, number)| !service.is_empty() && !number.is_empty());
    let line = line.strip_prefix(' ').unwrap_or(line);
    // A number and two blanks are surely a container's.
    let is_sure = blanks > 1 && (service.is_some() || is_of_trace(&plain::without_colours(line)));
    known.bars.saw(name, is_sure, !is_sure && is_row(line));
    if known.bars.are_containers && blanks > 1 {
        known.bars.at = at;
    }
    let mut parsed = match timed(line, known) {
        Some(parsed) => parsed,
        None if !known.bars.are_containers => logged(line, known)?,
        None => any(line, known)?,
    };
    known.bars.are_containers |= parsed.level != Level::Unknown && (parsed.at.is_some() || parsed.clock.is_some());
    parsed.service.get_or_insert(Cow::Borrowed(service.map_or(name, |(service, _)| service)));
    parsed.fields.push(("container".into(), Told::text(name)));
    Some(tagged(parsed, name, line))
}

/// Whether more columns follow.
fn is_row(line: &str) -> bool {
    let head = line.as_bytes().get(..LONGEST).unwrap_or(line.as_bytes());
    line.starts_with("| ") || line.trim_end().ends_with(" |") || memchr::memmem::find(head, b" | ").is_some()
}

/// What only a logger writes: a time or a shape, and what is said behind it. A column of a table may be a time alone.
fn logged<'a>(line: &'a str, known: &mut Known) -> Option<Parsed<'a>> {
    let parsed = match plain::level_of(line) {
        Level::Unknown => shaped(line, known),
        _ => any(line, known),
    };
    parsed.filter(|parsed| !parsed.message.as_deref().unwrap_or(line).trim().is_empty())
}
