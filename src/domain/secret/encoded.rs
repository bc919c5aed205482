//! A text as who decodes it reads it: with the marks that a query, HTML or JSON has written out, however often, as in
//! `%7B%22password%22%3A%22x%22%7D` and `&lt;password&gt;`. What is found so is masked besides what is found in the text as it is:
//! what is decoded may end a value that goes on.

use super::bare::Bare;
use super::{Edit, prose, shape};

/// A text that was encoded more often is read no further.
const MOST_TIMES: usize = 4;

/// Marks as HTML writes them, behind the `&`.
const ENTITIES: &[(&[u8], char)] = &[
    (b"quot;", '"'),
    (b"#34;", '"'),
    (b"#x22;", '"'),
    (b"apos;", '\''),
    (b"#39;", '\''),
    (b"#x27;", '\''),
    (b"lt;", '<'),
    (b"#60;", '<'),
    (b"gt;", '>'),
    (b"#62;", '>'),
    (b"#61;", '='),
    (b"#x3D;", '='),
];

/// What must be replaced beside names and by shapes that only who decodes the text sees.
pub(super) fn edits(text: &str) -> Vec<Edit> {
    if !may_be(text.as_bytes()) {
        return Vec::new();
    }
    let read = of(text);
    if !shape::hints(read.text.as_bytes()) {
        return Vec::new();
    }
    let place = |(range, with): Edit| {
        // Quotes that stay are left as they were written.
        let told = read.text[range.clone()].as_bytes();
        let same = |(one, other): &(&u8, &u8)| one == other && !one.is_ascii_alphanumeric();
        let before = told.iter().zip(with.as_bytes()).take_while(same).count();
        let rest = (&told[before..], &with.as_bytes()[before..]);
        let behind = rest.0.iter().rev().zip(rest.1.iter().rev()).take_while(same).count();
        let kept = with.get(before..with.len() - behind)?.to_owned();
        Some((read.back(range.start + before..range.end - behind), kept))
    };
    prose::edits(&read.text).into_iter().filter_map(place).collect()
}

/// Whether names may stand beside marks that are written out, and secrets so be hidden.
pub(super) fn may_hide(bytes: &[u8]) -> bool {
    may_be(bytes) && shape::hints(of(&String::from_utf8_lossy(bytes)).text.as_bytes())
}

/// Whether a quote, a bracket or what was encoded twice is there: other marks in a query are read in the text as it is.
fn may_be(bytes: &[u8]) -> bool {
    memchr::memchr3_iter(b'%', b'&', b'\\', bytes).any(|at| {
        let rest = &bytes[at..];
        // Cheap to say no, as of nearly all queries.
        let is_told = matches!(
            rest,
            [b'%', b'2', b'2' | b'5' | b'7', ..]
                | [b'%', b'3', b'c' | b'C', ..]
                | [b'&', b'q' | b'a' | b'l' | b'#', ..]
                | [b'\\', b'u' | b'\\', ..]
        );
        is_told && mark(rest).is_some_and(|it| matches!(it.c, '"' | '\'' | '<') || it.times > 1)
    })
}

/// A text with its marks read.
fn of(text: &str) -> Bare {
    let mut read = Bare::default();
    let mut at = 0;
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let found = if matches!(c, '%' | '&' | '\\') { mark(&text.as_bytes()[at..]) } else { None };
        let (c, len) = found.map_or((c, c.len_utf8()), |mark| (mark.c, mark.len));
        read.push(c, at..at + len);
        at += len;
    }
    read.end(text.len());
    read
}

/// A mark that is written out.
struct Mark {
    c: char,
    /// The bytes that it takes.
    len: usize,
    /// How often it was encoded.
    times: usize,
}

/// The mark that begins there, if one does.
fn mark(bytes: &[u8]) -> Option<Mark> {
    let again = |of: &[u8]| bytes[1..].chunks(of.len()).take(MOST_TIMES).take_while(|part| *part == of).count();
    match bytes.first()? {
        b'%' => {
            let more = again(b"25");
            let c = hex(bytes.get(1 + 2 * more..3 + 2 * more)?)?;
            Some(Mark { c, len: 3 + 2 * more, times: more + 1 })
        }
        b'&' => {
            let more = again(b"amp;");
            let rest = &bytes[1 + 4 * more..];
            let (name, c) = ENTITIES.iter().find(|(name, _)| rest.starts_with(name))?;
            Some(Mark { c: *c, len: 1 + 4 * more + name.len(), times: more + 1 })
        }
        b'\\' => {
            let more = bytes[1..].iter().take(MOST_TIMES).take_while(|byte| **byte == b'\\').count();
            let c = hex(bytes[1 + more..].strip_prefix(b"u00")?.get(..2)?)?;
            Some(Mark { c, len: 6 + more, times: 1 })
        }
        _ => None,
    }
}

/// The mark with this number: one that parts names and values.
fn hex(digits: &[u8]) -> Option<char> {
    let digits = std::str::from_utf8(digits).ok().filter(|_| digits.iter().all(u8::is_ascii_hexdigit))?;
    let c = char::from(u8::from_str_radix(digits, 16).ok()?);
    matches!(c, '"' | '\'' | '<' | '>' | '{' | '}' | '[' | ']' | ':' | '=' | '&' | ',' | '/' | '@' | ' ').then_some(c)
}

#[cfg(test)]
#[path = "encoded_tests.rs"]
mod tests;
