//! `keepwatch journal`: what was done from here, and whether the record is whole.

use std::fmt::Write;

use serde_json::json;

use super::args::{Format, JournalArgs};
use super::exit::{Exit, Failure, Outcome};
use super::out;
use crate::domain::text::{Shown, json_escape};
use crate::runtime::journal::JournalFile;
use crate::store::journal::{Entry, Step};
use crate::store::journal_chain::Journal;

pub(super) fn run(args: &JournalArgs) -> Outcome {
    let failed = |error: crate::runtime::journal::JournalError| Failure::new(Exit::Failed, format!("{error}."));
    let file = JournalFile::of_user().map_err(failed)?;
    let journal = file.read().map_err(failed)?;
    let whole = journal.clone().unwrap_or_default();
    let text = match (args.verify, args.output) {
        (true, Format::Json) => verdict_json(&whole),
        (true, Format::Text) => verdict_text(&whole, journal.is_some(), &file),
        (false, Format::Json) => whole.entries.iter().map(entry_json).collect(),
        (false, Format::Text) => whole.entries.iter().map(entry_text).collect(),
    };
    out::print(&text)?;
    match whole.broken {
        None => Ok(Exit::Done),
        Some(broken) => Err(Failure::new(
            Exit::Failed,
            format!(
                "The journal {} is not whole: {broken}. Lines before it are as they were written.",
                file.path().display()
            ),
        )),
    }
}

fn verdict_json(journal: &Journal) -> String {
    let broken = journal.broken.as_ref().map(|b| json!({"line": b.line, "why": b.why}));
    let last = journal.entries.last().zip(journal.last.as_ref());
    let last = last.map(|(entry, hash)| json!({"line": entry.line, "at": entry.at, "sha256": hash}));
    let unended: Vec<&str> = journal.unended().into_iter().map(|entry| &*entry.id).collect();
    let value = json!({"lines": journal.lines, "entries": journal.entries.len(), "whole": broken.is_none(),
                       "broken": broken, "last": last, "unended": unended});
    format!("{}\n", json_escape(&value.to_string()))
}

fn verdict_text(journal: &Journal, there: bool, file: &JournalFile) -> String {
    match (there, &journal.broken) {
        (false, _) => format!(
            "No journal yet; the first action begins {}. That there never was one this cannot tell.\n",
            file.path().display()
        ),
        // The fault goes to standard error, with the exit status.
        (true, Some(_)) => String::new(),
        (true, None) => {
            let torn = journal.entries.iter().filter(|e| e.step == Step::Mended).count();
            let mended = if torn == 0 { String::new() } else { format!(", {torn} torn by a crash and mended") };
            let end = match (journal.entries.last(), &journal.last) {
                (Some(entry), Some(hash)) => format!(
                    ", to its last one of {}, SHA-256 {hash}.\nThat lines behind it were cut off no chain can show: keep that hash \
                     elsewhere, and look for it here later.\n",
                    Shown::new(&entry.at).as_str()
                ),
                _ => ". That it was emptied no chain can show.\n".to_owned(),
            };
            let unended: String = journal.unended().into_iter().map(unended_text).collect();
            format!("The journal is whole: {} lines{mended}{end}{unended}", journal.lines)
        }
    }
}

/// An action without an end.
fn unended_text(entry: &Entry) -> String {
    let words = format!(
        "Begun, and no line tells its end: {} ({} {}/{}, by {}, {}). It runs still, its program was killed, or lines were cut \
         off; the registry tells what came of it.",
        entry.id, entry.op, entry.target.service, entry.target.address, entry.by, entry.at
    );
    format!("{}\n", Shown::new(&words).as_str())
}

fn entry_json(entry: &Entry) -> String {
    let json = serde_json::to_string(entry).unwrap_or_else(|_| "{}".to_owned());
    format!("{}\n", json_escape(&json))
}

/// One line: when, which action, who did what to whom, how it went, why.
fn entry_text(entry: &Entry) -> String {
    let shown = |text: &str| Shown::new(text).as_str().to_owned();
    if entry.step == Step::Mended {
        return format!("{}  {:>5}  {}\n", shown(&entry.at), entry.id, shown(entry.note.as_deref().unwrap_or("")));
    }
    let target = format!("{}/{}", entry.target.service, entry.target.address);
    let mut line = format!(
        "{}  {:>5}  {}@{} {} {}: {}",
        shown(&entry.at),
        shown(&entry.id),
        shown(&entry.by),
        shown(&entry.host),
        shown(&entry.op),
        shown(&target),
        entry.step.word().replace('_', " "),
    );
    for (word, value) in [("undoes", &entry.undo_of), ("because", &entry.reason), ("note", &entry.note)] {
        if let Some(value) = value {
            let _ = write!(line, "; {word} {}", shown(value));
        }
    }
    line.push('\n');
    line
}
