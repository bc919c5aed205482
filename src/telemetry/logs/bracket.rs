//! A message that opens a bracket at its end and goes on in the lines behind it, as far as those look like its inside.

use super::held::Open;
use super::trace::Within;

/// Words behind which a bracket is one that the sentence talks about.
const TALKED: [&str; 12] = [
    "token",
    "found",
    "expected",
    "unexpected",
    "character",
    "bracket",
    "brace",
    "parenthesis",
    "unmatched",
    "unclosed",
    "missing",
    "near",
];

/// Whether a message opens a bracket: not where it is in quotes or of a face, or talked about.
fn opens(message: &str) -> bool {
    let Some(before) = message.strip_suffix(['{', '[', '(']) else { return false };
    let is_face = message.ends_with('(') && before.ends_with(|c: char| !c.is_whitespace() && !c.is_alphanumeric());
    if is_face || before.ends_with(['\'', '"', '`', '‘', '“']) {
        return false;
    }
    let words = before.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '{' | '[' | '(' | ':' | ','));
    let last = words.rsplit(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
    !TALKED.iter().any(|word| last.eq_ignore_ascii_case(word))
}

impl Open {
    /// Whether it opened a bracket and has not closed it.
    pub(super) fn has_open_bracket(&self) -> bool {
        // A line of its own ends a bracket; what stands further in closes others.
        opens(&self.line.message)
            && self.within == Within::Nothing
            && self.stack.len() == self.said
            && !self.stack.lines().any(|line| line.starts_with(['}', ']', ')']))
    }

    /// Whether a line looks like what stands in that bracket: further in, in quotes, with a comma at its end or behind one, or
    /// what closes it. What is not further in and a JSON of its own is some logger's line.
    pub(super) fn is_inside(&self, line: &str) -> bool {
        self.has_open_bracket()
            && (line.starts_with([' ', '\t', '"', '\'', '}', ']', ')'])
                || line.trim_end().ends_with([',', '{', '['])
                || self.stack.trim_end().ends_with(','))
            && !(line.starts_with('{') && line.ends_with('}'))
    }
}
