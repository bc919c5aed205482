//! Names and values that only a blank, a column or a comma parts: `aws configure set KEY x`, `ENV KEY x`, a row of a table. By
//! the name alone it is decided; what stands in a column must look like a value, since a column has a head, too.

use super::fact::{is_fact, says_why};

/// The first group is kept; `named` is the name, which decides, a `cell` is a value where it is no word of a sentence.
pub(super) const SHAPES: &[&str] = &[
    // What is set by a command of its own
    concat!(
        r#"((?:\b(?i:configure|config)[\s:]{1,4}(?i:set)|\b(?:git|poetry|npm|yarn|pnpm|pip3?)\s{1,4}config(?:\s{1,4}set)?|\bENV|\bsetx)\s{1,4}(?:--?[a-z][a-z-]{0,31}\s{1,4}){0,4}"#,
        r#"["']?(?P<named>[^\s"'=]{2,128})["']?\s{1,4})(?P<said>"[^"\n]+"|'[^'\n]+'|[^\s"'=:][^\s"']*)"#,
    ),
    // A row that is but a name and a value
    r"(?m)(^[ \t]{0,64}(?P<named>[a-z_][A-Za-z0-9_.\x2d]{1,63})(?:[ \t]{2,64}|\t))(?P<cell>[^\s|=:<>(\[{\x2d][^\s|]*)[ \t]*$",
    r"(?m)((?:^|\s)(?P<named>[A-Za-z_][A-Za-z0-9_.\x2d]{1,63})(?:[ \t]{3,64}|\t))(?P<odd>[^\s|=:<>(\[{\x2d][^\s|]*)[ \t]*$",
    r#"(?m)((?:^|\|)[ \t]{0,64}["']?(?P<named>[A-Za-z_][A-Za-z0-9_.\x2d]{1,63})["']?[ \t]{0,64}\|[ \t]{0,64}["']?)(?P<odd>[^\s|"']+)["']?[ \t]{0,64}(?:\||$)"#,
    r#"(?m)(^[ \t]{0,64}["']?(?P<named>[A-Za-z_][A-Za-z0-9_.\x2d]{1,63})["']?[,;]["']?)(?P<odd>[^\s|"',;]+)["']?[ \t]*$"#,
    // Of PostgreSQL: Key (reset_token)=(x) already exists
    r"(\bKey \((?P<named>[^()]{1,256})\)=\()[^()]+",
];

/// What such a one has in it: a name's end and what parts it from its value; a word of its own is asked for by the names.
pub(super) const HINT: &str = r"\bset\s|\bconfig\s|\benv\s|\bsetx\s|key \(|(?:pass|passw(?:or)?ds?|pwd|pw|secrets?|tokens?|keys?|credentials?)[\x22']?(?:\t|  |[ \t]*\||[,;])";

/// Whether what stands in a column beside a secret's name may be it: no word of a sentence is, nor one like a column's head.
pub(super) fn is_cell(name: &str, word: &str) -> bool {
    let is_head = word.starts_with(|c: char| c.is_ascii_uppercase()) && word.bytes().all(|b| b.is_ascii_alphabetic());
    !is_head && !says_why(word) && !is_fact(name, word)
}

#[cfg(test)]
#[path = "setting_tests.rs"]
mod tests;
