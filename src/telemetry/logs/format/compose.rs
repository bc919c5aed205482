//! Lines behind the name of a container and a bar, as `docker compose logs` writes them (`orders-1  | text`), and overmind. A
//! column of a table stands before a bar, too: a name without a number is one only where all lines of the source stand behind
//! such names, where one comes twice before any other line, or where compose said so, or a logger's line follows.

use std::borrow::Cow;

use super::within::{LONGEST, any, is_name, shaped, tagged, timed};
use super::{Parsed, Told, plain};
use crate::domain::log::Level;
use crate::telemetry::logs::keys::Known;

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
}

#[derive(Debug, Default)]
enum Last {
    #[default]
    Other,
    /// More bars than one.
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

    fn none(&mut self, line: &str) {
        self.names.clear();
        let is_list = |names: &str| names.split(", ").all(is_name);
        match line.strip_prefix("Attaching to ") {
            // What compose says before those of all containers.
            Some(names) if is_list(names.trim_end()) => self.are_containers = true,
            _ => self.is_bare |= !line.trim_start().is_empty(),
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

/// Reads a line.
pub(super) fn read<'a>(text: &'a str, known: &mut Known) -> Option<Parsed<'a>> {
    let end = memchr::memchr(b' ', text.as_bytes().get(..LONGEST).unwrap_or(text.as_bytes()))?;
    let (name, rest) = text.split_at(end);
    let rest = rest.trim_start_matches(' ');
    let blanks = text.len() - name.len() - rest.len();
    // Cheap to say no: there is nearly never a bar.
    let line = rest.strip_prefix('|').filter(|line| line.is_empty() || line.starts_with(' '))?;
    let number = name.rsplit_once(['-', '_']).filter(|(_, number)| number.bytes().all(|b| b.is_ascii_digit()));
    let is_named = is_name(name) && name.bytes().any(|b| b.is_ascii_alphabetic());
    if !is_named || blanks < 2 && number.is_none_or(|(_, number)| number.is_empty()) {
        return None;
    }
    let service = number.filter(|(service, number)| !service.is_empty() && !number.is_empty());
    let line = line.strip_prefix(' ').unwrap_or(line);
    // A number and two blanks are surely a container's.
    let is_sure = blanks > 1 && service.is_some();
    known.bars.saw(name, is_sure, !is_sure && is_row(line));
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
