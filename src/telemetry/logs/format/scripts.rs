//! Lines behind the names of scripts that one program runs: concurrently's (`[0] text`, `[api:dev] text`) and yarn's
//! (`[@acme/api]: text`), turbo's (`web:dev: text`), pnpm's (`packages/api dev: text`). Other programs have a thread or a logger
//! in the same place: when a name counts is `seen`'s.

use super::{Parsed, Told, plain, threads, within};
use crate::telemetry::logs::keys::Known;
use crate::telemetry::logs::level;

/// The longest number of a script, in digits: more are a pid or a time.
const DIGITS: usize = 2;

/// Reads a line.
pub(super) fn read<'a>(text: &'a str, known: &mut Known) -> Option<Parsed<'a>> {
    let (name, line) = match text.as_bytes().first()? {
        b'[' => bracketed(text)?,
        _ => task(text)?,
    };
    // `[main] INFO a.B - text` names a thread, unless it is known for a script.
    if threads::is_logged(line) && !known.scripts.may_say(name) {
        return None;
    }
    let taken = within::timed(line, known).or_else(|| within::shaped(line, known));
    known.scripts.saw(name, line, taken.is_some());
    let are_scripts = known.scripts.are_told_apart();
    let mut parsed = match taken {
        Some(parsed) => parsed,
        None if known.scripts.may_say(name) => within::any(line, known)?,
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
    if !is_script(name.trim_end_matches(' ')) || !line.starts_with(' ') {
        return None;
    }
    Some(read(&format!("{front}{}", plain::without_colours(line)), known)?.into_owned())
}

fn bracketed(text: &str) -> Option<(&str, &str)> {
    let end = memchr::memchr(b']', text.as_bytes().get(..within::LONGEST).unwrap_or(text.as_bytes()))?;
    // concurrently may pad them to one length.
    let (name, rest) = (text[1..end].trim_end_matches(' '), &text[end + 1..]);
    let rest = rest.strip_prefix(':').unwrap_or(rest);
    let line = if rest.is_empty() { rest } else { rest.strip_prefix(' ')? };
    is_script(name).then_some((name, line))
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

/// `web:dev: text`, `@acme/web:dev: text`, `packages/api dev: text`, and pnpm's first line, `packages/api dev$ command`.
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
            let word = &text[end + 1..stop];
            let is_command = word.ends_with('$');
            let task = word.strip_suffix([':', '$'])?;
            let line = if is_command { stop - 2 } else { stop };
            (is_package(&text[..end]) && is_task(task)).then_some((&text[..stop - 1], line))?
        }
    };
    Some((name, &text[end + 1..]))
}
