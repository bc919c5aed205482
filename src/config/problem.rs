//! A mistake in a configuration file and how it is told: place, source line, caret, what is wrong, what would help.

use std::fmt;

use crate::domain::secret::mask;
use crate::domain::text::is_hostile;

/// A place in a text: line and column from 1, and how many characters the caret underlines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// Characters, at least 1.
    pub width: usize,
}

/// One mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub place: Place,
    /// What is wrong.
    pub what: String,
    /// What would help.
    pub help: Option<String>,
}

impl Problem {
    /// A mistake without help.
    pub fn new(place: Place, what: impl Into<String>) -> Problem {
        Problem { place, what: what.into(), help: None }
    }

    /// With what would help.
    pub fn help(mut self, help: impl Into<String>) -> Problem {
        self.help = Some(help.into());
        self
    }
}

/// All mistakes of one file, in the order of their places. Its text is what the user reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistakes {
    /// The file as it was named.
    pub file: String,
    /// The lines that the mistakes point at, with their numbers.
    lines: Vec<(usize, String)>,
    /// At least one.
    pub problems: Vec<Problem>,
}

/// The longest piece of a source line that is shown, in characters: a caret under a line that wraps points nowhere.
const LONGEST_LINE: usize = 100;

impl Mistakes {
    /// Orders the problems and keeps the lines of `source` that they need.
    pub fn new(file: &str, source: &str, mut problems: Vec<Problem>) -> Mistakes {
        problems.sort_by_key(|p| p.place);
        let wanted = |n: usize| problems.iter().any(|p| p.place.line == n);
        let lines = source.lines().enumerate().map(|(n, line)| (n + 1, line));
        let lines = lines.filter(|(n, _)| wanted(*n)).map(|(n, line)| (n, line.to_owned())).collect();
        Mistakes { file: file.to_owned(), lines, problems }
    }

    fn line(&self, number: usize) -> &str {
        self.lines.iter().find(|(n, _)| *n == number).map_or("", |(_, line)| line)
    }
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, problem) in self.problems.iter().enumerate() {
            if n > 0 {
                f.write_str("\n\n")?;
            }
            let Place { line, column, width } = problem.place;
            let margin = line.to_string().len();
            let (shown, before, width) = window(self.line(line), column, width);
            writeln!(f, "{}:{line}:{column}: {}", self.file, problem.what)?;
            write!(f, "{:margin$} |\n{line} | {shown}\n{:margin$} | {:before$}{}", "", "", "", "^".repeat(width))?;
            if let Some(help) = &problem.help {
                write!(f, "\n{:margin$} = help: {help}", "")?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for Mistakes {}

/// The piece of a line around a place, printable and without secrets, with the caret's offset and width in it.
fn window(line: &str, column: usize, width: usize) -> (String, usize, usize) {
    // One character for one, so that the caret stays under its place.
    let printed = |c: char| if is_hostile(c) { '\u{fffd}' } else { c };
    let all: Vec<char> = line.chars().map(|c| if c == '\t' { ' ' } else { printed(c) }).collect();
    let at = (column - 1).min(all.len());
    let from = if at < LONGEST_LINE * 3 / 4 { 0 } else { at - LONGEST_LINE / 2 };
    let to = all.len().min(from + LONGEST_LINE);
    let mut before = at - from;
    let mut width = width.clamp(1, (to - from).saturating_sub(before).max(1));
    let mut shown: String = all[from..to].iter().collect();
    if let std::borrow::Cow::Owned(masked) = mask(&shown) {
        // The mask moves what is behind it; the caret then goes below the whole line rather than beside its place.
        before = before.min(masked.chars().count());
        width = width.min(masked.chars().count().saturating_sub(before).max(1));
        shown = masked;
    }
    (shown, before, width)
}

/// The one of `known` that `word` was probably meant to be: at most two letters off, one in short words.
pub fn suggestion<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let plain = |w: &str| w.to_ascii_lowercase().replace(['-', '.'], "_");
    let word = plain(word);
    if word.len() > 64 {
        return None;
    }
    let most = if word.len() <= 4 { 1 } else { 2 };
    let near = known.into_iter().map(|k| (distance(&word, &plain(k)), k)).min_by_key(|(d, _)| *d);
    near.filter(|(d, _)| *d <= most).map(|(_, k)| k)
}

/// Edits from one word to the other, where two letters that changed places are one.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let changed = usize::from(a[i - 1] != b[j - 1]);
            let mut best = (rows[i - 1][j] + 1).min(row[j - 1] + 1).min(rows[i - 1][j - 1] + changed);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(source: &str, line: usize, column: usize, width: usize) -> String {
        let problem = Problem::new(Place { line, column, width }, "wrong").help("right");
        Mistakes::new("a.yaml", source, vec![problem]).to_string()
    }

    #[test]
    fn a_mistake_is_shown_with_line_and_caret() {
        assert_eq!(told("a: 1\nbcd: x\n", 2, 6, 1), "a.yaml:2:6: wrong\n  |\n2 | bcd: x\n  |      ^\n  = help: right");
    }

    #[test]
    fn long_and_hostile_lines_are_cut_to_what_is_readable() {
        let words = told(&format!("{}\u{1b}[31mX{}", "a".repeat(500), "b".repeat(500)), 1, 506, 1);
        assert!(!words.contains('\u{1b}') && words.lines().all(|l| l.chars().count() < 110), "{words}");
        let caret = words.lines().nth(3).unwrap().find('^').unwrap();
        assert_eq!(words.lines().nth(2).unwrap().chars().nth(caret), Some('X'));
    }

    #[test]
    fn a_secret_in_the_line_is_not_repeated() {
        assert!(!told("password: hunter2", 1, 1, 8).contains("hunter2"));
    }

    #[test]
    fn near_words_are_suggested_and_far_ones_are_not() {
        let known = ["address", "credential", "paths", "tls", "depends_on"];
        assert_eq!(suggestion("adress", known), Some("address"));
        assert_eq!(suggestion("depends-on", known), Some("depends_on"));
        assert_eq!(suggestion("tsl", known), Some("tls"));
        assert_eq!(suggestion("zookeeper", known), None);
    }
}
