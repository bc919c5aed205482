//! Lines behind the names of scripts that one program runs: concurrently's (`[0] text`, `[api:dev] text`) and yarn's
//! (`[@acme/api]: text`), turbo's (`web:dev: text`), pnpm's (`packages/api dev: text`). Other programs have a thread or a logger
//! in the same place: a name counts only before a line that has a shape of its own, and once it did, before its other lines;
//! lines are told apart by their names only once others without a shape came behind such names, too.

use super::{Parsed, Told, plain, threads, within};
use crate::telemetry::logs::keys::Known;
use crate::telemetry::logs::level;

/// The longest number of a script, in digits: more are a pid or a time.
const DIGITS: usize = 2;

/// Names of scripts that are remembered.
const NAMES: usize = 32;

/// What of a source came behind such names.
#[derive(Debug, Default)]
pub(in crate::telemetry::logs) struct Seen {
    /// Behind these, lines that have a shape.
    shaped: Vec<Box<str>>,
    plain: bool,
}

impl Seen {
    fn saw_shaped(&mut self, name: &str) {
        if self.shaped.len() < NAMES && !self.names(name) {
            self.shaped.push(name.into());
        }
    }

    fn names(&self, name: &str) -> bool {
        self.shaped.iter().any(|known| **known == *name)
    }

    /// Whether a line without a shape is of such a script: a number is hardly anything else.
    fn may_say(&self, name: &str) -> bool {
        self.names(name) || name.bytes().all(|b| b.is_ascii_digit())
    }
}

/// Reads a line.
pub(super) fn read<'a>(text: &'a str, known: &mut Known) -> Option<Parsed<'a>> {
    let (name, line) = match text.as_bytes().first()? {
        b'[' => bracketed(text)?,
        _ => task(text)?,
    };
    let taken = within::timed(line, known).or_else(|| within::shaped(line, known));
    match taken {
        Some(_) => known.scripts.saw_shaped(name),
        None => known.scripts.plain |= !line.is_empty(),
    }
    let are_scripts = !known.scripts.shaped.is_empty() && known.scripts.plain;
    let mut parsed = match taken {
        Some(parsed) => parsed,
        None if are_scripts && known.scripts.may_say(name) => within::any(line, known)?,
        None => return None,
    };
    parsed.fields.push(("process".into(), Told::text(name)));
    Some(if are_scripts { within::tagged(parsed, name, line) } else { parsed })
}

/// The same where a name in brackets stands in colours.
pub(super) fn coloured(front: &str, behind: &str, known: &mut Known) -> Option<Parsed<'static>> {
    let line = ["\x1b[39m", "\x1b[0m"].iter().find_map(|end| behind.strip_prefix(end))?;
    // Cheap to say no: mostly a level stands so.
    let name = front.strip_prefix('[')?.strip_suffix(']')?;
    if !is_script(name) || !line.starts_with(' ') {
        return None;
    }
    Some(read(&format!("{front}{}", plain::without_colours(line)), known)?.into_owned())
}

fn bracketed(text: &str) -> Option<(&str, &str)> {
    let end = memchr::memchr(b']', text.as_bytes().get(..within::LONGEST).unwrap_or(text.as_bytes()))?;
    let (name, rest) = (&text[1..end], &text[end + 1..]);
    let line = rest.strip_prefix(':').unwrap_or(rest).strip_prefix(' ')?;
    // `[main] INFO a.B - text` names a thread.
    (is_script(name) && !threads::is_logged(line)).then_some((name, line))
}

/// Whether such a name can stand in brackets: no level, which is one.
fn is_script(name: &str) -> bool {
    let is_number = || name.len() <= DIGITS && name.bytes().all(|b| b.is_ascii_digit());
    let is_part = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b':' | b'/' | b'@');
    match name.as_bytes().first() {
        Some(b'0'..=b'9') => is_number(),
        Some(b'a'..=b'z' | b'A'..=b'Z' | b'@') => {
            name.bytes().all(is_part) && level::by_word(name).is_none() && name != "Nest"
        }
        _ => false,
    }
}

/// `web:dev: text`, `@acme/web:dev: text`, `packages/api dev: text`.
fn task(text: &str) -> Option<(&str, &str)> {
    let head = text.as_bytes().get(..within::LONGEST).unwrap_or(text.as_bytes());
    let end = memchr::memchr(b' ', head)?;
    let is_task = |task: &str| {
        task.starts_with(|c: char| c.is_ascii_alphabetic())
            && task.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b':'))
    };
    let is_package = |name: &str| {
        let path = name.strip_prefix('@').unwrap_or(name);
        level::by_word(name).is_none() && path.split('/').all(within::is_name) && !path.contains("..")
    };
    // Cheap to say no: of most words the last is a letter.
    let (name, end) = match text[..end].strip_suffix(':') {
        Some(word) => {
            let (package, task) = word.split_once(':')?;
            (is_package(package) && is_task(task)).then_some((word, end))?
        }
        None => {
            memchr::memchr(b'/', &head[..end])?;
            let stop = end + 1 + memchr::memchr(b' ', &head[end + 1..])?;
            let task = text[end + 1..stop].strip_suffix(':')?;
            (is_package(&text[..end]) && is_task(task)).then_some((&text[..stop - 1], stop))?
        }
    };
    Some((name, &text[end + 1..]))
}
