//! The sanitised text type: the only kind of text that may reach the view, the title, the clipboard, stdout and exports.
//! Not where the outside world's bytes are kept: records keep the evidence, this is made of them when they are shown.
//!
//! Hostile characters (control, C1, bidi, zero-width, tag, variation, unassigned, private, stacked marks) are shown
//! escaped: `\x1b`, `\u{202e}`; bytes that are no UTF-8 as `\xff`. What is left has a width that every terminal agrees on.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// How many cells a text has at most, unless told otherwise; what is cut ends in `…`.
pub const MAX_CELLS: usize = 4096;

/// How many combining marks may stand on one base character; more of them are escaped.
const MAX_MARKS: usize = 3;

/// Text that is safe to draw: it holds nothing that moves a cursor, hides, reorders or stacks. It knows its width.
#[derive(Clone, Debug, Default)]
pub struct Shown<'a> {
    text: Cow<'a, str>,
    cells: usize,
    /// Byte ranges of `text` that stand for hostile characters, in order; drawn muted.
    escapes: Vec<Range<usize>>,
}

impl<'a> Shown<'a> {
    /// Sanitises text. Plain ASCII is borrowed as it is.
    pub fn new(text: &'a str) -> Self {
        Self::within(text, MAX_CELLS)
    }

    /// Sanitises bytes of any kind; those that are no UTF-8 become `\xNN`.
    pub fn from_bytes(bytes: &'a [u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self::new(text),
            Err(_) => {
                let mut out = Draft::new(MAX_CELLS);
                for chunk in bytes.utf8_chunks() {
                    out.text(chunk.valid());
                    for byte in chunk.invalid() {
                        out.escape(&format!("\\x{byte:02x}"));
                    }
                    if out.full {
                        break;
                    }
                }
                out.done()
            }
        }
    }

    /// Sanitises text and keeps at most `cells` cells of it.
    pub fn within(text: &'a str, cells: usize) -> Self {
        if text.len() <= cells && is_plain(text.as_bytes()) {
            return Self { cells: text.len(), text: Cow::Borrowed(text), escapes: Vec::new() };
        }
        let mut out = Draft::new(cells);
        out.text(text);
        out.done()
    }

    /// The safe text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Its width in terminal cells.
    pub fn cells(&self) -> usize {
        self.cells
    }

    /// Whether there is nothing to draw.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The same, independent of what it was made from.
    pub fn into_owned(self) -> Shown<'static> {
        Shown { text: Cow::Owned(self.text.into_owned()), cells: self.cells, escapes: self.escapes }
    }

    /// Runs of it: `true` for those that stand for hostile characters and are drawn muted.
    pub fn runs(&self) -> impl Iterator<Item = (bool, &str)> {
        let mut at = 0;
        let mut escapes = self.escapes.iter().peekable();
        std::iter::from_fn(move || {
            let (hostile, end) = match escapes.peek() {
                Some(range) if range.start == at => (true, range.end),
                Some(range) => (false, range.start),
                None => (false, self.text.len()),
            };
            if hostile {
                escapes.next();
            }
            let run = &self.text[at..end];
            at = end;
            (!run.is_empty()).then_some((hostile, run))
        })
    }

    /// The part of it in a range of bytes that starts and ends between graphemes.
    pub(super) fn slice(&self, range: Range<usize>) -> Shown<'static> {
        let text = self.text[range.clone()].to_owned();
        let escapes = self.escapes.iter().filter(|escape| escape.start < range.end && escape.end > range.start);
        let shift = |escape: &Range<usize>| {
            escape.start.max(range.start) - range.start..escape.end.min(range.end) - range.start
        };
        Shown { cells: cells(&text), escapes: escapes.map(shift).collect(), text: Cow::Owned(text) }
    }

    /// This, and `other` after it.
    pub fn join(self, other: &Shown<'_>) -> Shown<'static> {
        let mut all = self.into_owned();
        let shift = all.text.len();
        all.escapes.extend(other.escapes.iter().map(|escape| escape.start + shift..escape.end + shift));
        all.text.to_mut().push_str(&other.text);
        all.cells += other.cells;
        all
    }
}

impl<'a> From<&'a str> for Shown<'a> {
    fn from(text: &'a str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Shown<'_> {
    fn from(text: String) -> Self {
        if text.len() <= MAX_CELLS && is_plain(text.as_bytes()) {
            return Self { cells: text.len(), text: Cow::Owned(text), escapes: Vec::new() };
        }
        Shown::new(&text).into_owned()
    }
}

impl<'a> From<&'a Shown<'_>> for Shown<'a> {
    fn from(shown: &'a Shown<'_>) -> Self {
        Self { text: Cow::Borrowed(&shown.text), cells: shown.cells, escapes: shown.escapes.clone() }
    }
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl PartialEq for Shown<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Shown<'_> {}

/// The width of sanitised text, counted as it is drawn: grapheme by grapheme.
pub fn cells(text: &str) -> usize {
    if is_plain(text.as_bytes()) { text.len() } else { text.graphemes(true).map(grapheme_cells).sum() }
}

/// The width of one grapheme of sanitised text. Halfwidth sound marks take a cell of their own on every terminal, though
/// Unicode calls them combining.
pub fn grapheme_cells(grapheme: &str) -> usize {
    grapheme.width() + grapheme.chars().filter(|c| is_halfwidth_sound_mark(*c)).count()
}

fn is_halfwidth_sound_mark(c: char) -> bool {
    matches!(c, '\u{ff9e}' | '\u{ff9f}')
}

/// Printable ASCII only.
fn is_plain(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| (0x20..0x7f).contains(byte))
}

/// Whether a character must never reach a terminal as it is.
pub fn is_hostile(c: char) -> bool {
    match c {
        ' '..='~' => false,
        // Bidi, zero-width and filler characters that Unicode counts as letters or marks.
        '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' => true,
        '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' => true,
        '\u{3164}' | '\u{ffa0}' | '\u{feff}' | '\u{fff0}'..='\u{fffc}' => true,
        // Variation selectors, tags.
        '\u{fe00}'..='\u{fe0f}' | '\u{e0000}'..='\u{e0fff}' => true,
        // Flags and skin tones: every terminal has its own idea of their width.
        '\u{1f1e6}'..='\u{1f1ff}' | '\u{1f3fb}'..='\u{1f3ff}' => true,
        // Spaces are shown as spaces.
        '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => false,
        _ => !is_assigned(c),
    }
}

/// Whether the standard library would print it in a debug string: assigned, not private, no format character. Behind a
/// letter, since a mark alone is always escaped there.
fn is_assigned(c: char) -> bool {
    let mut space = [0; 8];
    space[0] = b'a';
    let end = 1 + c.encode_utf8(&mut space[1..]).len();
    std::str::from_utf8(&space[..end]).is_ok_and(|pair| pair.escape_debug().nth(2).is_none())
}

/// The escaped form of a hostile character.
pub fn escaped(c: char) -> String {
    match c {
        '\n' => "\\n".to_owned(),
        '\r' => "\\r".to_owned(),
        '\t' => "\\t".to_owned(),
        c if c.is_ascii() => format!("\\x{:02x}", u32::from(c)),
        c => format!("\\u{{{:x}}}", u32::from(c)),
    }
}

/// Sanitised text in the making.
struct Draft {
    text: String,
    cells: usize,
    escapes: Vec<Range<usize>>,
    limit: usize,
    full: bool,
}

impl Draft {
    fn new(limit: usize) -> Self {
        Self { text: String::new(), cells: 0, escapes: Vec::new(), limit, full: false }
    }

    fn text(&mut self, text: &str) {
        for grapheme in text.graphemes(true) {
            if self.full {
                return;
            }
            match grapheme.as_bytes() {
                [byte @ 0x20..=0x7e] => self.push(char::from(*byte).encode_utf8(&mut [0; 4]), 1),
                _ => self.grapheme(grapheme),
            }
        }
    }

    /// A grapheme that is not one plain character: what is printable of it stays together.
    fn grapheme(&mut self, grapheme: &str) {
        let mut kept = String::new();
        let mut marks = 0;
        for c in grapheme.chars() {
            let is_mark = c.width() == Some(0) && !is_halfwidth_sound_mark(c);
            let is_stray = is_mark && (kept.is_empty() || marks == MAX_MARKS);
            if is_hostile(c) || is_stray {
                self.keep(&mut kept);
                self.escape(&escaped(c));
            } else if c.is_whitespace() {
                self.keep(&mut kept);
                (0..c.width().unwrap_or(1).max(1)).for_each(|_| self.push(" ", 1));
            } else {
                marks = if is_mark { marks + 1 } else { 0 };
                kept.push(c);
            }
        }
        self.keep(&mut kept);
    }

    /// Takes what of a grapheme was printable. Without its hostile parts it may be several graphemes.
    fn keep(&mut self, kept: &mut String) {
        for part in std::mem::take(kept).graphemes(true) {
            match grapheme_cells(part) {
                0 => part.chars().for_each(|c| self.escape(&escaped(c))),
                width => self.push(part, width),
            }
        }
    }

    fn push(&mut self, part: &str, width: usize) {
        if !self.room(width) {
            return;
        }
        self.text.push_str(part);
        self.cells += width;
    }

    fn escape(&mut self, escape: &str) {
        if !self.room(escape.len()) {
            return;
        }
        let start = self.text.len();
        self.text.push_str(escape);
        self.cells += escape.len();
        self.escapes.push(start..self.text.len());
    }

    /// Whether `width` more cells fit beside the `…` that tells of a cut; the first that does not ends the text.
    fn room(&mut self, width: usize) -> bool {
        if !self.full && self.cells + width > self.limit {
            self.full = true;
        }
        !self.full
    }

    fn done(mut self) -> Shown<'static> {
        if self.full && self.limit > 0 {
            let shown = Shown { text: Cow::Owned(self.text), cells: self.cells, escapes: self.escapes };
            if shown.cells < self.limit {
                return shown.join(&ELLIPSIS);
            }
            return super::fit::end(&shown, self.limit - 1).join(&ELLIPSIS);
        }
        self.text.shrink_to_fit();
        Shown { text: Cow::Owned(self.text), cells: self.cells, escapes: self.escapes }
    }
}

/// What stands where text was cut.
pub(super) const ELLIPSIS: Shown<'static> = Shown { text: Cow::Borrowed("…"), cells: 1, escapes: Vec::new() };

/// A JSON document (or the inside of a JSON string) with everything hostile that JSON itself would let through written
/// as `\uXXXX`: still the same JSON, and safe on a terminal. Nothing is copied when there is nothing to escape.
pub fn json_escape(json: &str) -> Cow<'_, str> {
    let hostile = |c: char| !matches!(c, '\n' | '\t' | '\r') && is_hostile(c);
    if is_plain(json.as_bytes()) || !json.chars().any(hostile) {
        return Cow::Borrowed(json);
    }
    let mut out = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        if hostile(c) {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
#[path = "text_tests.rs"]
mod tests;
