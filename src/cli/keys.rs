//! `keepwatch keys`: every key and command, from the command table, as a table of Markdown.
//!
//! The README holds the same table; a test compares them.

use std::fmt::Write;

use super::exit::Outcome;
use super::out;
use crate::command::{Argument, Danger, Group, Row, TABLE};

pub(super) fn run() -> Outcome {
    out::print(&table())
}

/// The rows of one heading.
pub(super) fn rows(group: Group) -> impl Iterator<Item = &'static Row> {
    TABLE.iter().filter(move |row| row.group == group)
}

/// The keys of a row as the help writes them.
pub(super) fn keys(row: &Row) -> String {
    row.keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

/// The command as it is typed in the palette.
pub(super) fn typed(row: &Row) -> String {
    match row.argument {
        Argument::None => format!(":{}", row.name),
        argument => format!(":{} {}", row.name, argument.words()),
    }
}

/// Headings and tables, aligned to be read without being rendered.
fn table() -> String {
    let doc = |row: &Row| match row.danger {
        Danger::Safe => row.doc.to_owned(),
        Danger::Writes => format!("{} (writes)", row.doc),
        Danger::Destructive => format!("{} (writes; the name is typed)", row.doc),
    };
    let cell = |text: String| text.replace('|', "\\|");
    let mut out = String::new();
    for group in Group::ALL {
        let mut lines = vec![["Key".to_owned(), "What".into(), "Where".into(), "Command".into()]];
        lines.extend(rows(group).map(|row| {
            [cell(keys(row)), cell(doc(row)), row.scope.words().to_owned(), format!("`{}`", cell(typed(row)))]
        }));
        let width = |n: usize| lines.iter().map(|line| line[n].chars().count()).max().unwrap_or(0);
        let widths = [width(0), width(1), width(2), width(3)];
        let line = |cells: &[String; 4]| {
            let cells = cells.iter().zip(widths).map(|(text, width)| format!("{text:width$}"));
            format!("| {} |\n", cells.collect::<Vec<_>>().join(" | "))
        };
        let _ = write!(out, "{}### {}\n\n{}", if out.is_empty() { "" } else { "\n" }, group.title(), line(&lines[0]));
        out.push_str(&line(&widths.map(|width| "-".repeat(width))));
        lines[1..].iter().for_each(|cells| out.push_str(&line(cells)));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_stands_in_the_table() {
        let table = table();
        for row in TABLE {
            assert!(table.contains(&format!("`:{}", row.name)) && table.contains(row.doc), "{}", row.name);
        }
        for group in Group::ALL {
            assert!(rows(group).count() > 0 && table.contains(group.title()));
        }
    }
}
