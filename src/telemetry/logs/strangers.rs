//! What ends a trace though it is indented: a line that is by itself a request that was answered, or what a tool says behind a
//! sign, and behind the frames of a trace what is less far in than those and nothing that stands there.

use super::format::begins_request;

/// Signs before what tools say: a new error, a step that is done. Runtimes draw their traces with others.
const SIGNS: [char; 12] = ['➜', '⨯', '✓', '✔', '✗', '✘', '✖', '○', '●', '▲', '⚠', 'ℹ'];

/// Whether an indented line is surely of its own, whatever came before it.
pub(super) fn is_stranger(line: &str) -> bool {
    let text = line.trim_start_matches([' ', '\t']);
    match text.as_bytes() {
        _ if text.len() == line.len() => false,
        // All of the signs begin so.
        [0xe2, ..] => text.strip_prefix(SIGNS).is_some_and(|rest| rest.starts_with(' ')),
        // koa's logger: what comes, what goes, what failed.
        [b'<', b'-', b'-', b' ', ..] | [b'-', b'-', b'>', b' ', ..] | [b'x', b'x', b'x', b' ', ..] => {
            begins_request(&text[4..])
        }
        [b'A'..=b'Z', ..] => is_answered(text),
        _ => false,
    }
}

/// `GET /orders/1 200 in 5ms`.
fn is_answered(text: &str) -> bool {
    if !begins_request(text) {
        return false;
    }
    let mut words = text.split(' ').skip(1);
    let is_path = words.next().is_some_and(|path| path.starts_with('/'));
    is_path && words.next().is_some_and(|word| word.len() == 3 && word.bytes().all(|b| b.is_ascii_digit()))
}

/// Whether a line may be of a trace whose frames were there: one that is as far in as frames are, or what stands less far in.
pub(super) fn may_be_part(line: &str) -> bool {
    if line.starts_with('\t') || line.starts_with("    ") {
        return true;
    }
    let text = line.trim_start_matches([' ', '\u{a0}']);
    match text.as_bytes() {
        // The source, as a bundler draws it: `> 2 | throw new Error()`.
        [b'0'..=b'9', ..] => is_source(text),
        [b'>', ..] => is_source(text[1..].trim_start()),
        // Next's name of an error.
        [b'd', ..] if text.len() == line.len() => text.starts_with("digest: \""),
        _ if text.len() == line.len() => false,
        [] | [b'{' | b'}' | b']' | b')' | b'^' | b'|' | b'~' | b'#', ..] => true,
        [b'[', ..] => ["[cause]", "[errors]", "[CIRCULAR"].iter().any(|part| text.starts_with(part)),
        [b'-', ..] => text.starts_with("--- ") || text.starts_with("- "),
        [0xe2, ..] => text.starts_with(['│', '╭', '╰', '├', '└', '─', '❯', '❱', '┌']),
        _ => {
            ["at ", "... ", "Caused by", "from ", "Wrapped by"].iter().any(|part| text.starts_with(part))
                || is_property(text)
        }
    }
}

/// What an error of JavaScript has besides: `code: 'E'`.
fn is_property(text: &str) -> bool {
    text.split_once(": ").is_some_and(|(name, told)| {
        let is_name = name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'$'));
        is_name
            && told.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '\'' | '"' | '`' | '[' | '{' | '<' | '-'))
    })
}

fn is_source(text: &str) -> bool {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    rest.len() < text.len() && rest.trim_start().starts_with('|')
}
