//! Secrets that SQL puts into a table: of `INSERT INTO users (name, password) VALUES ('bob', 'x')` the values whose columns are
//! secrets by their names.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::name::is_secret_key;
use super::shape::expression;
use super::value::quote_at;
use super::{Edit, MASK};

static INSERT: LazyLock<Regex> = LazyLock::new(|| {
    expression(concat!(
        r"(?i)\b(?:insert|replace)\s[^()]*\((?P<columns>[^()]+)\)\s*",
        r"(?:(?:output|overriding)\s[^()]{1,256}\s)?(?:values\s*\(|(?P<select>select\s))",
    ))
});

/// Columns of a table that are looked at.
const MOST: usize = 256;

/// Whether a text has a word in it, in capitals or not.
fn has(text: &[u8], word: &str) -> bool {
    let first = word.as_bytes()[0];
    memchr::memchr2_iter(first, first.to_ascii_uppercase(), text)
        .any(|at| text.get(at..at + word.len()).is_some_and(|told| told.eq_ignore_ascii_case(word.as_bytes())))
}

/// What must be replaced in a text, in order.
pub(super) fn edits(text: &str) -> Vec<Edit> {
    let (mut edits, mut from, mut escapes, mut may_differ) = (Vec::new(), 0, true, true);
    // Cheap to say no: nearly no text has a word of these behind a list of columns.
    let bytes = text.as_bytes();
    if memchr::memchr(b'(', bytes).is_none() || !(has(bytes, "values") || has(bytes, "select")) {
        return edits;
    }
    while let Some(found) = INSERT.captures_at(text, from) {
        from = found.get_match().end();
        let columns = found.name("columns").map_or("", |columns| columns.as_str());
        let is_secret = |column: &str| is_secret_key(column.trim().trim_matches(['"', '`', '[', ']', '\\', '\'']));
        let secret: Vec<bool> = columns.split(',').take(MOST).map(is_secret).collect();
        if !secret.contains(&true) {
            continue;
        }
        // One row behind another.
        loop {
            let mut row = Row::of(text, from, secret.len(), escapes);
            // Where a backslash was none that escapes, the row does not come out. How it is meant is asked once.
            if !row.is_whole && std::mem::take(&mut may_differ) {
                let plain = Row::of(text, from, secret.len(), false);
                if plain.is_whole {
                    (row, escapes) = (plain, false);
                }
            }
            let told = row.values.into_iter().zip(&secret).filter(|(_, is_secret)| **is_secret);
            edits.extend(told.filter_map(|(value, _)| secret_in(text, value, found.name("select").is_some())));
            from = row.end;
            let rest = text.get(from..).unwrap_or_default();
            match rest.trim_start().strip_prefix(',').map(str::trim_start).and_then(|rest| rest.strip_prefix('(')) {
                Some(rest) => from = text.len() - rest.len(),
                None => break,
            }
        }
        from = from.min(text.len());
    }
    edits
}

/// What is replaced of a value: the text in it, without its quotes. What is selected may be but the name of a column.
fn secret_in(text: &str, value: Range<usize>, is_selected: bool) -> Option<Edit> {
    let mut value = value;
    if is_selected {
        value.start += text[value.clone()].find('\'')?;
        value.end = value.start + 1 + text[value.start + 1..value.end].rfind('\'').unwrap_or(value.len() - 1);
    }
    value.start += quote_at(&text[value.clone()]).unwrap_or_default();
    let told = text[value.clone()].trim_matches(['\'', '"', '\\']);
    let begin = value.start + text[value.clone()].find(told).unwrap_or(0);
    (!is_none(told)).then(|| (begin..begin + told.len(), MASK.to_owned()))
}

/// Whether a value is none, or stands for one that is bound later.
fn is_none(told: &str) -> bool {
    let is_bound = told.starts_with(['?', '$', ':', '@', '%']);
    told.is_empty() || is_bound || ["null", "default", "..."].iter().any(|none| none.eq_ignore_ascii_case(told))
}

/// What is put into the columns.
struct Row {
    values: Vec<Range<usize>>,
    /// Where it ends.
    end: usize,
    /// It has a value for each column, and is ended.
    is_whole: bool,
}

impl Row {
    /// The row that begins there; whether a backslash escapes a quote in it, as MySQL has it.
    fn of(text: &str, mut from: usize, columns: usize, escapes: bool) -> Row {
        let mut row = Row { values: Vec::new(), end: from, is_whole: false };
        while let Some((value, end)) = value(text, from, escapes) {
            row.values.push(value);
            (from, row.end) = (end + 1, end + 1);
            if text.as_bytes().get(end) != Some(&b',') {
                row.is_whole = row.values.len() == columns && end < text.len();
                break;
            }
        }
        row
    }
}

/// Where a value stands that begins here, and where it ends: at a comma or a parenthesis, or with the text.
fn value(text: &str, from: usize, escapes: bool) -> Option<(Range<usize>, usize)> {
    let bytes = text.as_bytes();
    let begin = from + bytes.get(from..)?.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let (mut quote, mut depth, mut escaped) = (None, 0, false);
    for (at, byte) in bytes.iter().enumerate().skip(begin) {
        if std::mem::take(&mut escaped) {
            continue;
        }
        match (quote, byte) {
            (Some(_), b'\\') => escaped = escapes,
            (Some(open), byte) if open == byte => quote = None,
            (None, b'\'' | b'"') => quote = Some(byte),
            (None, b'(') => depth += 1,
            (None, b')' | b',') if depth == 0 => return Some((begin..at, at)),
            (None, b')') => depth -= 1,
            _ => {}
        }
    }
    (begin < text.len()).then_some((begin..text.len(), text.len()))
}

#[cfg(test)]
mod tests {
    use super::super::mask;

    #[test]
    fn values_of_secret_columns_are_masked_in_every_row_and_no_others() {
        for (text, clean) in [
            (
                "INSERT INTO users (name, password) VALUES ('bob','S3cr3tP4ss')",
                "INSERT INTO users (name, password) VALUES ('bob','***')",
            ),
            (
                r#"insert into "users" ("id", "api_key", "at") values (7, 'a, b) ''c', now()), (8, 'd', now()) returning id"#,
                r#"insert into "users" ("id", "api_key", "at") values (7, '***', now()), (8, '***', now()) returning id"#,
            ),
            (
                "INSERT INTO u (password_hash, n) VALUES ('abc', 'x",
                "INSERT INTO u (password_hash, n) VALUES ('***', 'x",
            ),
            ("INSERT INTO u (n, pwd) VALUES ('x', 'abc", "INSERT INTO u (n, pwd) VALUES ('x', '***"),
            // A backslash escapes, or is but a backslash.
            (
                r"INSERT INTO u (n, pwd) VALUES ('O\'Brien', 'k1'), ('b', 'k\'2') -- it's",
                r"INSERT INTO u (n, pwd) VALUES ('O\'Brien', '***'), ('b', '***') -- it's",
            ),
            (
                r"INSERT INTO u (n, pwd) VALUES ('C:\', 'k1'), ('D:\', 'k2'), ('E:\', 'k3')",
                r"INSERT INTO u (n, pwd) VALUES ('C:\', '***'), ('D:\', '***'), ('E:\', '***')",
            ),
            (
                r"b'INSERT INTO u (n, pwd) VALUES (\'bob\', \'k1\')'",
                r"b'INSERT INTO u (n, pwd) VALUES (\'bob\', \'***\')'",
            ),
            ("Insert Into u (n, pwd) Values ('b', 'k1')", "Insert Into u (n, pwd) Values ('b', '***')"),
            (
                "INSERT INTO u (n, pwd) OUTPUT INSERTED.id VALUES ('b', N'k1')",
                "INSERT INTO u (n, pwd) OUTPUT INSERTED.id VALUES ('b', N'***')",
            ),
            ("INSERT INTO u (n, pwd) SELECT 'b','k1'", "INSERT INTO u (n, pwd) SELECT 'b','***'"),
            (
                "insert into u (pwd, n) select 'k1' , name FROM v WHERE id = 7",
                "insert into u (pwd, n) select '***' , name FROM v WHERE id = 7",
            ),
            ("INSERT INTO u (n, pwd) SELECT n, 'k1' FROM v", "INSERT INTO u (n, pwd) SELECT n, '***' FROM v"),
        ] {
            assert_eq!(mask(text), clean);
        }
        for text in [
            "INSERT INTO users (name, password) VALUES ($1, $2)",
            "INSERT INTO users (name, password) VALUES (?, NULL)",
            "INSERT INTO users (name, password) VALUES (",
            "INSERT INTO users (name, note) VALUES ('bob', 'no password')",
            "INSERT INTO users (name, password) SELECT name, password FROM old_users",
            "INSERT INTO users (name, note) SELECT 'bob', 'x' FROM passwords",
        ] {
            assert_eq!(mask(text), text);
        }
    }

    #[test]
    fn rows_that_never_come_out_cost_no_more_than_the_text_is_long() {
        let rows = r"('a\','b'),".repeat(20_000);
        let clean = mask(&format!("INSERT INTO u (n, pwd) VALUES {rows}")).into_owned();
        assert_eq!(clean.matches("***").count(), 20_000);
        let open = "INSERT INTO u (pwd) VALUES ('x".repeat(5_000);
        assert!(mask(&open).len() <= open.len() + 8);
    }
}
