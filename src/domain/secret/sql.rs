//! Secrets that SQL puts into a table: of `INSERT INTO users (name, password) VALUES ('bob', 'x')` the values whose columns are
//! secrets by their names.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::name::is_secret_key;
use super::shape::expression;
use super::{Edit, MASK};

static INSERT: LazyLock<Regex> =
    LazyLock::new(|| expression(r"(?i)\b(?:insert|replace)\s[^()]*\((?P<columns>[^()]+)\)\s*values\s*\("));

/// Columns of a table that are looked at.
const MOST: usize = 256;

/// What must be replaced in a text, in order.
pub(super) fn edits(text: &str) -> Vec<Edit> {
    let mut edits = Vec::new();
    // Cheap to say no: nearly no text has a word of these.
    if memchr::memmem::find(text.as_bytes(), b"VALUES").is_none()
        && memchr::memmem::find(text.as_bytes(), b"values").is_none()
    {
        return edits;
    }
    let mut from = 0;
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
            let mut column = 0;
            while let Some((value, end)) = value(text, from) {
                let told = text[value.clone()].trim_matches(['\'', '"', '\\']);
                if secret.get(column) == Some(&true) && !is_none(told) {
                    let begin = value.start + text[value.clone()].find(told).unwrap_or(0);
                    edits.push((begin..begin + told.len(), MASK.to_owned()));
                }
                (column, from) = (column + 1, end + 1);
                if text.as_bytes().get(end) != Some(&b',') {
                    break;
                }
            }
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

/// Whether a value is none, or stands for one that is bound later.
fn is_none(told: &str) -> bool {
    let is_bound = told.starts_with(['?', '$', ':', '@', '%']);
    told.is_empty() || is_bound || ["null", "default", "..."].iter().any(|none| none.eq_ignore_ascii_case(told))
}

/// Where a value stands that begins here, and where it ends: at a comma or a parenthesis, or with the text.
fn value(text: &str, from: usize) -> Option<(Range<usize>, usize)> {
    let bytes = text.as_bytes();
    let begin = from + bytes.get(from..)?.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let (mut quote, mut depth) = (None, 0);
    for (at, byte) in bytes.iter().enumerate().skip(begin) {
        match (quote, byte) {
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
        ] {
            assert_eq!(mask(text), clean);
        }
        for text in [
            "INSERT INTO users (name, password) VALUES ($1, $2)",
            "INSERT INTO users (name, password) VALUES (?, NULL)",
            "INSERT INTO users (name, password) VALUES (",
            "INSERT INTO users (name, note) VALUES ('bob', 'no password')",
        ] {
            assert_eq!(mask(text), text);
        }
    }
}
