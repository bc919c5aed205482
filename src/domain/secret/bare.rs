//! A text as a reader sees it: without characters that move, colour or hide, and with the escapes of JSON for plain letters
//! read; and where each byte of it stands in the text as it came.

use std::ops::Range;

/// What a text looks like.
#[derive(Default)]
pub(super) struct Bare {
    pub(super) text: String,
    /// For each byte of it, and for its end, where that begins in the text as it came.
    at: Vec<usize>,
    /// The same, where it ends there.
    ends: Vec<usize>,
    /// What a terminal takes for itself of the text as it came: titles and addresses, which whoever copies it has.
    pub(super) taken: Vec<Range<usize>>,
}

impl Bare {
    /// A character more, that stands there in the text as it came.
    pub(super) fn push(&mut self, c: char, place: Range<usize>) {
        self.text.push(c);
        (0..c.len_utf8()).for_each(|_| {
            self.at.push(place.start);
            self.ends.push(place.end);
        });
    }

    /// The text as it came ends there.
    pub(super) fn end(&mut self, at: usize) {
        self.at.push(at);
    }

    /// The place in the text as it came. What hides between is part of it.
    pub(super) fn back(&self, range: Range<usize>) -> Range<usize> {
        let begin = self.at[range.start];
        let end = if range.end > range.start { self.ends[range.end - 1] } else { begin };
        begin..end
    }
}

/// Whether a text may look other than it is.
pub(super) fn may_hide(bytes: &[u8]) -> bool {
    // Without a way out in between: so it is looked at many bytes at once.
    let odd = |byte: u8| ((byte < 0x20) & !matches!(byte, b'\n' | b'\t' | b'\r')) | (byte >= 0x7f) | (byte == b'\\');
    if told_escape(bytes) {
        return true;
    }
    if !bytes.iter().fold(false, |any, byte| any | odd(*byte)) {
        return false;
    }
    memchr::memchr2(0x1b, 0x7f, bytes).is_some()
        || bytes.iter().any(|byte| *byte < 0x20 && !matches!(byte, b'\n' | b'\t' | b'\r'))
        || memchr::memmem::find(bytes, br"\u").is_some()
        || (!bytes.is_ascii() && String::from_utf8_lossy(bytes).chars().any(hides))
}

/// A text as it is seen.
pub(super) fn of(text: &str) -> Bare {
    let mut bare = Bare::default();
    bare.text.reserve(text.len());
    bare.at.reserve(text.len() + 1);
    let mut place = 0;
    while let Some((c, end)) = next(text, place) {
        if c == '\u{1b}' || c == '\u{9b}' {
            place = behind(text, c, end);
            if place > end + MOST_CODE {
                bare.taken.push(end..end + without_end(&text[end..place]).len());
            }
            continue;
        }
        if !hides(c) {
            bare.push(c, place..end);
        }
        place = end;
    }
    bare.end(text.len());
    bare
}

/// The longest sequence of a terminal that holds no secret: a colour's.
const MOST_CODE: usize = 16;

/// A sequence without what ends it, which may be written out.
fn without_end(code: &str) -> &str {
    let code = code.trim_end_matches(['\u{7}', '\u{9c}', '\\']);
    let code = code.strip_suffix('\u{1b}').unwrap_or(code);
    ["\\u001b", "\\u001B", "\\u0007"].iter().find_map(|end| code.strip_suffix(*end)).unwrap_or(code)
}

/// How what begins a colour is written by who does not let it through: rsyslog, tracing-subscriber, cat -v, C, shells.
const TOLD: [&str; 5] = ["#033[", "^[[", "\\x1b[", "\\033[", "\\e["];

/// Whether any of these is there.
fn told_escape(bytes: &[u8]) -> bool {
    memchr::memchr_iter(b'[', bytes).skip_while(|at| *at < 2).any(|at| {
        let before = &bytes[..=at];
        matches!(bytes[at - 1], b'3' | b'[' | b'b' | b'e') && TOLD.iter().any(|told| before.ends_with(told.as_bytes()))
    })
}

/// The character at a place, and where the next one stands. An escape of JSON is read where it hides or is a letter, a digit or
/// what parts words: what has a meaning of its own in JSON stays as it is.
fn next(text: &str, place: usize) -> Option<(char, usize)> {
    let rest = text.get(place..)?;
    let c = rest.chars().next()?;
    if matches!(c, '#' | '^' | '\\')
        && let Some(told) = TOLD.iter().find(|told| rest.starts_with(**told))
    {
        return Some(('\u{1b}', place + told.len() - 1));
    }
    if c == '\\'
        && let Some(digits) = rest.strip_prefix("\\u").and_then(|rest| rest.get(..4))
        && let Some(read) = u32::from_str_radix(digits, 16).ok().and_then(char::from_u32)
        && (read.is_ascii_alphanumeric() || matches!(read, '_' | '-' | '.' | '=' | ':') || hides(read))
    {
        return Some((read, place + 6));
    }
    // A backslash that is itself escaped escapes nothing.
    if rest.starts_with("\\\\u") {
        return Some((c, place + 1));
    }
    Some((c, place + c.len_utf8()))
}

/// Where what follows a sequence of a terminal stands.
fn behind(text: &str, first: char, mut place: usize) -> usize {
    let mut kind = '[';
    if first == '\u{1b}' {
        let Some((c, end)) = next(text, place) else { return place };
        (kind, place) = (c, end);
    }
    let start = place;
    match kind {
        '[' => {
            while let Some((c, end)) = next(text, place) {
                match c {
                    '@'..='~' => return end,
                    ' '..='?' => place = end,
                    // It was none.
                    _ => return start,
                }
            }
            place
        }
        ']' | 'P' | '_' | '^' | 'X' => {
            while let Some((c, end)) = next(text, place) {
                match c {
                    '\u{7}' | '\u{9c}' => return end,
                    '\u{1b}' => return next(text, end).map_or(end, |(_, end)| end),
                    '\n' => return start,
                    _ => place = end,
                }
            }
            start
        }
        _ => start,
    }
}

/// Characters that take no place, or act.
fn hides(c: char) -> bool {
    match c {
        '\n' | '\t' | '\r' | ' '..='~' => false,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' => true,
        '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' => true,
        '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' => true,
        '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}' => true,
        _ => false,
    }
}
