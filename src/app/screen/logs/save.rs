//! The lines that fit, saved to a file: piece by piece, so that nothing waits for a million of them. Which bytes they become
//! is decided here; the file is the runtime's.

use std::sync::Arc;

use chrono::DateTime;

use super::Wait;
use crate::{
    app::{
        Model,
        msg::{Effect, Effects},
        update::say,
    },
    domain::{
        log::{LogFormat, Printed},
        show,
        text::json_escape,
    },
    store::logs::{LogKey, LogList},
};

/// Lines of one piece.
const AT_ONCE: usize = 1_000;
/// Bytes of one piece, about.
const BYTES_AT_ONCE: usize = 1 << 20;

/// What is being saved.
#[derive(Clone, Debug)]
pub struct Saving {
    /// The lines, as they were when it was asked.
    list: LogList,
    /// The first that is still to be written, and the last one.
    left: Option<(LogKey, LogKey)>,
    path: Arc<str>,
    json: bool,
    /// Lines written so far, and how many there were when it began.
    lines: u64,
    of: u64,
    /// Those among them that did not come as a text.
    pairs: u64,
    /// Lines that are in the file for certain.
    safe: u64,
    /// What they are, in words.
    what: String,
}

/// Where lines would be saved to, for who names nothing else.
pub fn proposed(model: &Model) -> String {
    let at = DateTime::from_timestamp_millis(model.now.0 + i64::from(model.setup.utc_offset) * 1_000);
    format!("./keepwatch-{}.log", at.unwrap_or_default().format("%Y%m%d-%H%M%S"))
}

/// What would be saved: `1,204 lines of payment`.
pub fn what(model: &Model) -> String {
    let state = &model.screens.logs;
    let lines = show::plural(state.list.len(&model.world.logs), "line", "lines");
    let filter = state.filter.trim();
    let mut what = if filter.is_empty() { lines } else { format!("{lines} of `{filter}`") };
    if !state.list.filter().query.asks_level() && state.list.filter().level.is_some() {
        what.push_str(&format!(" from {} on", state.level.word()));
    }
    if let Some((_, template)) = &state.patterns.lines_of {
        what.push_str(&format!(" like `{template}`"));
    }
    what
}

/// Begins to save to a path; `!` before it: over a file that is there.
pub(in crate::app) fn begin(model: &mut Model, typed: &str) -> Effects {
    let (over, path) = match typed.trim().strip_prefix('!') {
        Some(path) => (true, path.trim()),
        None => (false, typed.trim()),
    };
    let refusal = match (&model.screens.logs.saving, path) {
        (Some(saving), _) => format!("Not saved: {} is still being written.", saving.path),
        (None, "") => "Not saved: the name of a file is missing.".to_owned(),
        _ if model.screens.logs.list.is_empty(&model.world.logs) => "Not saved: no line fits.".to_owned(),
        _ => String::new(),
    };
    if !refusal.is_empty() {
        say(model, refusal, true);
        return Effects::new();
    }
    if model.screens.logs.list.is_behind() {
        model.screens.logs.waits = Some(Wait::Save(typed.to_owned()));
        return Effects::new();
    }
    let (logs, list) = (&model.world.logs, model.screens.logs.list.clone());
    let last = list.before_row(logs, crate::store::logs::RowKey::at(crate::domain::time::Moment(i64::MAX)));
    let saving = Saving {
        left: last.and_then(|row| row.log()).map(|last| (LogKey::default(), last)),
        path: path.into(),
        json: [".json", ".jsonl", ".ndjson"].iter().any(|end| path.ends_with(end)),
        lines: 0,
        pairs: 0,
        safe: 0,
        of: list.len(logs),
        what: what(model),
        list,
    };
    say(model, format!("Saving {} to {}.", saving.what, saving.path), false);
    model.screens.logs.saving = Some(saving);
    next(model, Some(over))
}

/// The next piece; `first`: whether it may be written over what is there.
fn next(model: &mut Model, first: Option<bool>) -> Effects {
    let logs = &model.world.logs;
    let Some(saving) = &mut model.screens.logs.saving else { return Effects::new() };
    let Some((from, last)) = saving.left.take() else { return Effects::new() };
    let mut text = String::new();
    for (n, (key, line)) in saving.list.lines(logs, from).take_while(|(key, _)| *key <= last).enumerate() {
        if n == AT_ONCE || text.len() >= BYTES_AT_ONCE {
            saving.left = Some((key, last));
            break;
        }
        let printed = Printed::new(&line);
        match saving.json {
            true => {
                text.push_str(&json_escape(&printed.record().to_string()));
                text.push('\n');
            }
            false => {
                text.push_str(&printed.text_lines());
                saving.pairs += u64::from(line.format == LogFormat::Otlp);
            }
        }
        saving.lines += 1;
    }
    vec![Effect::Save { path: saving.path.clone(), first, text }]
}

/// A piece was written, or why not.
pub(in crate::app) fn written(model: &mut Model, done: Result<(), Arc<str>>) -> Effects {
    let Some(saving) = &mut model.screens.logs.saving else { return Effects::new() };
    if done.is_ok() && saving.left.is_some() {
        saving.safe = saving.lines;
        let so_far =
            format!("Saving to {}: {} of {}.", saving.path, show::commas(saving.safe), show::commas(saving.of));
        say(model, so_far, false);
        return next(model, None);
    }
    let (text, bad) = match done {
        Ok(()) => {
            let form = match saving.pairs {
                _ if saving.json => "as JSON, a line each",
                0 => "as they came",
                n if n == saving.lines => "as keys and values: they came by OTLP",
                _ => "as they came, those of OTLP as keys and values",
            };
            let gone = saving.of.saturating_sub(saving.lines);
            let gone = match gone {
                0 => String::new(),
                n => format!(" {} fell out of memory meanwhile.", show::plural(n, "line", "lines")),
            };
            (format!("Saved {} to {}, {form}.{gone}", saving.what, saving.path), false)
        }
        Err(why) if saving.safe > 0 => {
            let safe = show::plural(saving.safe, "line is", "lines are");
            (format!("Not all is saved: {why} The first {safe} in it."), true)
        }
        Err(why) => (format!("Not saved: {why}"), true),
    };
    model.screens.logs.saving = None;
    say(model, text, bad);
    Effects::new()
}
