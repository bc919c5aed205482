//! Takes secrets out of text that is about to be kept, shown, copied or exported.
//!
//! Two ways to know one: by the name beside it (`password`, `x-api-key`), then whatever stands behind that name is one, be it a
//! text, a list or an object; and by its own shape (a URL with a password, a bearer token, a JWT, a private key). Looked at
//! is what a reader sees: characters that hide do not hide a secret. A mask is a safety net for what should never have
//! been there; it does not make a place safe for secrets.

mod address;
mod argv;
mod bare;
mod bounds;
mod change;
mod command;
mod elsewhere;
mod encoded;
mod fact;
mod field;
mod json;
mod key;
mod name;
mod pair;
mod part;
mod prose;
mod provider;
mod setting;
mod shape;
mod sql;
mod stored;
mod value;
mod weak;

use std::borrow::Cow;
use std::ops::Range;

pub use name::is_secret_key;
pub use pair::Flat;

/// What stands where a secret was.
pub const MASK: &str = "***";

/// So far into a line its JSON may begin, in bytes: behind a time, a stream and a mark.
const MOST_BEFORE: usize = 256;

/// The value as it may be shown under this key: a path of names joined by dots.
pub fn mask_value<'a>(key: &str, value: &'a str) -> Cow<'a, str> {
    if value.is_empty() {
        return Cow::Borrowed(value);
    }
    match is_secret_key(key) {
        true if fact::is_fact(key, value) => Cow::Borrowed(value),
        true => Cow::Borrowed(MASK),
        false if weak::is_secret(key, value) => Cow::Borrowed(MASK),
        false if value.starts_with(['{', '[']) && may_hold_under(key, value) => masked(key, value),
        false => mask(value),
    }
}

/// Whether a text may hold a secret: where not, [`mask`] leaves it as it is. For bytes that are no UTF-8, too.
pub fn may_hold(bytes: &[u8]) -> bool {
    shape::hints(bytes)
        || (bare::may_hide(bytes) && shape::hints(bare::of(&String::from_utf8_lossy(bytes)).text.as_bytes()))
        || encoded::may_hide(bytes)
}

/// Whether a value may hold a secret, or be one: a name may be parted, `api` above, `key` in the text.
pub fn may_hold_under(key: &str, value: &str) -> bool {
    may_hold(value.as_bytes()) || shape::is_front(key) || is_secret_key(key) || weak::is_secret(key, value)
}

/// The text with every secret that is known by its name or its shape replaced by [`MASK`]. Linear in its length.
pub fn mask(text: &str) -> Cow<'_, str> {
    if may_hold(text.as_bytes()) { masked("", text) } else { Cow::Borrowed(text) }
}

/// Masks a text that stands under this path of names: JSON as JSON, which it stays, everything else as prose.
fn masked<'a>(path: &str, text: &'a str) -> Cow<'a, str> {
    // A container's runtime may have put something before it; a name there would be that of the whole.
    let begin = match text.starts_with('"') {
        true => Some(0),
        false => text.find(['{', '[']).filter(|begin| *begin < MOST_BEFORE && !may_hold(&text.as_bytes()[..*begin])),
    };
    if let Some(begin) = begin
        && let Some(edits) = json::edits(path, &text[begin..])
    {
        let edits: Vec<Edit> =
            edits.into_iter().map(|(range, with)| (range.start + begin..range.end + begin, with)).collect();
        return edit(text, &edits);
    }
    prose(text)
}

fn prose(text: &str) -> Cow<'_, str> {
    if !bare::may_hide(text.as_bytes()) {
        return edit(text, &read(text));
    }
    let bare = bare::of(text);
    let mut edits: Vec<Edit> =
        read(&bare.text).into_iter().map(|(range, with)| (bare.back(range), with)).collect::<Vec<_>>();
    for taken in bare.taken.iter().filter(|taken| may_hold(&text.as_bytes()[(*taken).clone()])) {
        let inner = read(&text[taken.clone()]).into_iter();
        edits.extend(inner.map(|(range, with)| (range.start + taken.start..range.end + taken.start, with)));
    }
    in_order(&mut edits);
    edit(text, &edits)
}

/// What must be replaced in a text as it is, and as it is once decoded.
fn read(text: &str) -> Vec<Edit> {
    let mut edits = prose::edits(text);
    edits.extend(encoded::edits(text));
    in_order(&mut edits);
    edits
}

/// Of those that begin at the same place the longest is first.
fn in_order(edits: &mut [Edit]) {
    edits.sort_by_key(|(range, _)| (range.start, std::cmp::Reverse(range.end)));
}

/// What stands in these places, in their order, is replaced.
type Edit = (Range<usize>, String);

fn edit<'a>(text: &'a str, edits: &[Edit]) -> Cow<'a, str> {
    if edits.is_empty() {
        return Cow::Borrowed(text);
    }
    let (mut out, mut done) = (String::with_capacity(text.len()), 0);
    for (range, with) in edits {
        // Of two that are over each other the first has it all.
        let begin = range.start.max(done);
        if begin >= range.end && done > 0 {
            continue;
        }
        out.push_str(&text[done..begin]);
        out.push_str(with);
        done = range.end;
    }
    out.push_str(&text[done..]);
    Cow::Owned(out)
}

#[cfg(test)]
mod notation_tests;
#[cfg(test)]
mod secret_tests;
