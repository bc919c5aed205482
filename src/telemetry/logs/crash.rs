//! How programs say that they end, or that something was thrown which nobody caught: the line by which that is known, what
//! level it is of, and what follows it. The frames behind it are `trace`'s.

use super::format::Parsed;
use super::trace::{Within, begins_elixir, begins_key, begins_python, is_header};
use super::{monolog, node, rails};
use crate::domain::log::Level;

/// The level of a line that says that a program, or a thread of it, ends, and what comes behind it.
fn dies(line: &str) -> Option<(Level, Within)> {
    // Cheap to say no.
    if rails::is_thrown(line) {
        return Some((Level::Error, Within::Head));
    }
    if line.starts_with("(node:") {
        // Its frames follow, if any: what is thrown next is another fault.
        return node::warns(line).then_some((Level::Warn, Within::Frames));
    }
    if !line.starts_with(['p', 'f', 't', 'E', 'U', 'P', 'F']) {
        return None;
    }
    let of_thread = |name: &str| if name == "main" { Level::Fatal } else { Level::Error };
    // Go.
    if line.starts_with("panic: ") || line.starts_with("fatal error: ") {
        return Some((Level::Fatal, Within::Panic));
    }
    // Rust: what it says stands in the next line, or, as it was once written, in this one.
    if let Some((name, rest)) = line.strip_prefix("thread '").and_then(|rest| rest.split_once('\''))
        && let Some((_, at)) = rest.split_once(" panicked at ")
    {
        return Some((of_thread(name), if at.ends_with(':') { Within::Says } else { Within::Rust }));
    }
    if let Some((name, _)) = line.strip_prefix("Exception in thread \"").and_then(|rest| rest.split_once('"')) {
        return Some((of_thread(name), Within::Head));
    }
    // Python.
    if line.starts_with("Exception in thread ") && line.ends_with(':') {
        return Some((Level::Error, Within::Nothing));
    }
    // PHP, as it logs and as it shows.
    if let Some((told, _)) = line.strip_prefix("PHP ").unwrap_or(line).split_once(":  ") {
        let level = match told {
            "Fatal error" | "Parse error" => Some((Level::Fatal, Within::Php)),
            "Warning" => Some((Level::Warn, Within::Nothing)),
            "Notice" | "Deprecated" => Some((Level::Info, Within::Nothing)),
            _ => None,
        };
        if let Some(level) = level.filter(|_| line.starts_with("PHP ")) {
            return Some(level);
        }
    }
    if line.starts_with("Fatal error: Uncaught ") {
        return Some((Level::Fatal, Within::Php));
    }
    // .NET.
    let unhandled = ["Unhandled exception. ", "Unhandled Exception: "].iter().any(|front| line.starts_with(front));
    unhandled.then_some((Level::Fatal, Within::Head))
}

/// The same of what a line says behind its own time, as PHP has it, gin where it recovered, and Go's server.
fn dies_timed(message: Option<&str>) -> Option<(Level, Within)> {
    if message.is_some_and(|it| it.starts_with("http: panic serving ")) {
        return Some((Level::Error, Within::Panic));
    }
    if message.is_some_and(|it| it.starts_with("[Recovery] ") && it.ends_with(" panic recovered:")) {
        return Some((Level::Error, Within::Recovered));
    }
    message.filter(|message| message.starts_with("PHP ")).and_then(dies)
}

/// How bad a line is that tells it by what it says alone, and what it begins.
pub(super) fn begun(parsed: &Parsed<'_>, inner: &str, tells: bool) -> (Level, Within) {
    if begins_key(inner) {
        return (Level::Unknown, Within::Key);
    }
    if !tells && node::begins(inner) {
        return (Level::Unknown, Within::Source);
    }
    // A trace may also begin by itself, with nothing before it.
    let is_monolog = parsed.fields.iter().any(|(key, _)| key == "channel");
    if is_monolog && monolog::begins(inner) {
        return (Level::Unknown, Within::Context);
    }
    let ends = dies(inner).or_else(|| dies_timed(parsed.message.as_deref())).or_else(|| says_next(parsed, inner));
    ends.unwrap_or_else(|| match tells {
        true => (Level::Unknown, Within::Nothing),
        false => {
            let level = if begins_trace(inner) { Level::Error } else { Level::Unknown };
            (level, Within::Nothing.then(inner).unwrap_or_default())
        }
    })
}

/// What says in the next line what it has to say: .NET's console, `fail: App[0]`, and Java's logger,
/// `Nov 26, 2026 7:00:00 AM c.A m`.
fn says_next(parsed: &Parsed<'_>, inner: &str) -> Option<(Level, Within)> {
    match inner.as_bytes() {
        [b't' | b'd' | b'i' | b'w' | b'f' | b'c', _, _, _, b':', b' ', .., b']'] => {
            let (name, number) = inner[6..inner.len() - 1].split_once('[')?;
            let is_one = !name.contains(' ') && number.bytes().all(|b| b.is_ascii_digit());
            (is_one && parsed.level != Level::Unknown).then_some((Level::Unknown, Within::Console))
        }
        [b'A'..=b'Z', _, _, b' ', ..] if parsed.at.is_some() && parsed.level == Level::Unknown => {
            let message = parsed.message.as_deref()?;
            let is_of_half_day = inner.contains(" AM ") || inner.contains(" PM ");
            (is_of_half_day && message.split(' ').count() == 2).then_some((Level::Unknown, Within::Said))
        }
        _ => None,
    }
}

/// Whether a line by itself is the head of a trace: of Java or .NET with the class's whole name, Python's or Elixir's.
pub(super) fn begins_trace(line: &str) -> bool {
    begins_python(line.strip_prefix("  ").unwrap_or(line)) || is_header(line) || begins_elixir(line)
}
