//! A text of many lines as the rows of a width that it takes, by places in the text: a row is sanitised only when it is
//! drawn. Not how it is drawn.

use std::ops::Range;

use unicode_width::UnicodeWidthChar as _;

use super::text::{Shown, escaped, is_hostile};

/// The cells of a tab: what it indents by.
const TAB: &str = "    ";
/// The least width: the longest escaped character has ten cells, also where its line goes on further in.
const LEAST: usize = 16;

/// A row: what stands in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Of the text.
    pub part: Range<usize>,
    /// The blanks before it: a line that goes on stands further in than it began.
    pub lead: usize,
}

/// The rows of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rows {
    /// From the first on.
    pub rows: Vec<Row>,
    /// Where what is in none of them begins.
    pub rest: usize,
}

impl Rows {
    /// Breaks a text into rows: one for each of its lines, more for those that are too long, at most so many.
    pub fn of(text: &str, width: usize, most: usize) -> Rows {
        let width = width.max(LEAST);
        let mut rows = Vec::new();
        let mut begin = 0;
        for line in text.trim_end().split('\n') {
            let (mut at, end) = (begin, begin + line.trim_end_matches('\r').len());
            let mut lead = 0;
            loop {
                if rows.len() >= most {
                    return Rows { rows, rest: at };
                }
                let stop = at + fitting(&text[at..end], width - lead);
                rows.push(Row { part: at..stop, lead });
                if stop >= end {
                    break;
                }
                (at, lead) = (stop, (indentation(line) + 2).min(width / 3));
            }
            begin += line.len() + 1;
        }
        Rows { rows, rest: text.len() }
    }

    /// A row as it is shown.
    pub fn shown(&self, text: &str, at: usize) -> Shown<'static> {
        let Some(Row { part, lead }) = self.rows.get(at) else { return Shown::default() };
        let said = text.get(part.clone()).unwrap_or_default().trim_end().replace('\t', TAB);
        Shown::within(&format!("{}{said}", " ".repeat(*lead)), usize::MAX).into_owned()
    }
}

/// The lines of a text, those at its end that are empty left out.
pub fn lines(text: &str) -> usize {
    text.trim_end().split('\n').count()
}

/// A text without what acts on terminals, its line breaks kept and its tabs as blanks.
pub fn sanitised(text: &str) -> String {
    let line = |line: &str| Shown::within(&line.trim_end_matches('\r').replace('\t', TAB), usize::MAX).to_string();
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

/// The cells that a line is indented by.
fn indentation(line: &str) -> usize {
    line.chars().take_while(|c| matches!(c, ' ' | '\t')).map(cells).sum()
}

/// How many bytes of a line fit: up to a blank where there is one beyond the first third of it; at least a character.
fn fitting(line: &str, width: usize) -> usize {
    if line.len() <= width && line.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
        return line.len();
    }
    let (mut used, mut blank) = (0, None);
    for (at, c) in line.char_indices() {
        used += cells(c);
        if used > width && at > 0 {
            // The blank at which a row ends is not seen.
            return if c == ' ' { at + 1 } else { blank.unwrap_or(at) };
        }
        if c == ' ' && used > width / 3 {
            blank = Some(at + 1);
        }
    }
    line.len()
}

/// The cells of a character, at most.
fn cells(c: char) -> usize {
    match c {
        ' '..='~' => 1,
        '\t' => TAB.len(),
        c if is_hostile(c) => escaped(c).len(),
        // A mark that stands alone is escaped.
        c => c.width().filter(|width| *width > 0).unwrap_or_else(|| escaped(c).len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(text: &str, width: usize) -> Vec<String> {
        let rows = Rows::of(text, width, usize::MAX);
        (0..rows.rows.len()).map(|at| rows.shown(text, at).to_string()).collect()
    }

    #[test]
    fn each_line_is_a_row_and_a_long_one_goes_on_further_in() {
        let text = "java.lang.Error: no room\r\n\tat shop.handlers.Place.invoke(Place.java:12)\n\nCaused by: x\n\n";
        let wanted = [
            "java.lang.Error: no room",
            "    at shop.handlers.Place.inv",
            "      oke(Place.java:12)",
            "",
            "Caused by: x",
        ];
        assert_eq!(shown(text, 30), wanted);
        assert_eq!((lines(text), lines("a")), (4, 1));
        assert_eq!(shown("the words of a sentence stay whole", 20), ["the words of a", "  sentence stay", "  whole"]);
        assert_eq!(shown("a\u{1b}[2J\u{202e}b", 20), ["a\\x1b[2J\\u{202e}b"]);
    }

    #[test]
    fn what_is_beyond_the_bound_is_told_by_its_place() {
        let text = "one\ntwo\nthree";
        let rows = Rows::of(text, 20, 2);
        assert_eq!((rows.rows.len(), &text[rows.rest..]), (2, "three"));
        assert_eq!(Rows::of(text, 20, 3).rest, text.len());
    }

    #[test]
    fn what_is_copied_has_its_line_breaks_and_nothing_that_acts() {
        assert_eq!(sanitised("a\r\n\tat b\u{1b}[2J\n"), "a\n    at b\\x1b[2J\n");
    }

    proptest! {
        #[test]
        fn no_row_is_wider_than_asked_and_nothing_is_lost(text in "(?s).{0,80}", width in 0_usize..40) {
            let rows = Rows::of(&text, width, usize::MAX);
            for at in 0..rows.rows.len() {
                prop_assert!(rows.shown(&text, at).cells() <= width.max(LEAST), "{:?}", rows.shown(&text, at));
            }
            let all: String = rows.rows.iter().map(|row| &text[row.part.clone()]).collect();
            let bare = |text: &str| text.trim_end().replace(['\n', '\r'], "");
            prop_assert_eq!(bare(&all), bare(&text));
        }
    }
}
