//! The columns of the log screen that a person chose, as typed: `time level service status:6 message`. How wide they are
//! drawn is the view's; where they are kept, the runtime's.

use std::sync::Arc;

use super::known;
use crate::{
    app::{
        Model,
        msg::{Effect, Effects},
        update::say,
    },
    domain::query::Completion,
};

/// The columns that everybody has, as they are typed.
pub const STANDARD: &str = "time level source message trace";
/// Names that are no fields.
const NAMES: [(&str, Part); 8] = [
    ("time", Part::Time),
    ("level", Part::Level),
    ("source", Part::Source),
    ("service", Part::Service),
    ("instance", Part::Instance),
    ("trace", Part::Trace),
    ("span", Part::Span),
    ("message", Part::Message),
];
/// Columns at most.
const MOST: usize = 16;
/// The widest that a column can be asked for, in cells.
const WIDEST: u16 = 120;

/// What a column shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// When.
    Time,
    /// How severe.
    Level,
    /// Service and instance.
    Source,
    /// The service.
    Service,
    /// The instance's address.
    Instance,
    /// The trace's id.
    Trace,
    /// The span's id.
    Span,
    /// What it says.
    Message,
    /// A field.
    Field(Arc<str>),
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// What it shows.
    pub part: Part,
    /// How wide it was asked for, in cells.
    pub width: Option<u16>,
}

impl Column {
    /// Its name, as typed.
    pub fn name(&self) -> &str {
        match &self.part {
            Part::Field(name) => name,
            part => NAMES.iter().find(|(_, known)| known == part).map_or("", |(name, _)| name),
        }
    }
}

/// The columns as they are chosen.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// As typed; empty: those that everybody has.
    pub text: String,
    /// The same, read; empty: those that everybody has, by the room there is.
    pub chosen: Vec<Column>,
    /// Why what is typed cannot be read.
    pub problem: Option<String>,
}

/// Reads columns. Those that everybody has are none.
///
/// # Errors
/// A sentence that says which of them cannot be.
pub fn parse(text: &str) -> Result<Vec<Column>, String> {
    let mut columns: Vec<Column> = Vec::new();
    if text.split_whitespace().eq(STANDARD.split_whitespace()) || text.trim() == "standard" {
        return Ok(columns);
    }
    for word in text.split([' ', ',']).filter(|word| !word.is_empty()) {
        let (name, width) = match word.rsplit_once(':') {
            Some((name, width)) => match width.parse::<u16>() {
                Ok(width @ 1..=WIDEST) if !name.is_empty() => (name, Some(width)),
                _ => return Err(format!("`{word}`: a width from 1 to {WIDEST} is expected behind the colon")),
            },
            None => (word, None),
        };
        let named = NAMES.iter().find(|(known, _)| name.eq_ignore_ascii_case(known));
        let part = named.map_or_else(|| Part::Field(name.into()), |(_, part)| part.clone());
        if columns.iter().any(|column| column.part == part) {
            return Err(format!("`{name}` is there twice"));
        }
        columns.push(Column { part, width });
    }
    if columns.len() > MOST {
        return Err(format!("there can be {MOST} columns at most"));
    }
    Ok(columns)
}

/// Shows these columns from now on; what cannot be read changes nothing.
pub fn set(state: &mut State, text: &str) {
    match parse(text) {
        Ok(chosen) => *state = State { text: text.trim().to_owned(), chosen, problem: None },
        Err(why) => state.problem = Some(why),
    }
}

/// Keeps what is chosen for the next time; a display that only shows keeps nothing unless it is `told` to.
pub(in crate::app) fn keep(model: &mut Model, told: bool) -> Effects {
    let state = &model.screens.logs.columns;
    if model.setup.read_only && !told {
        say(model, "For this run only: a read-only Keepwatch keeps its columns on C-s in the field.", false);
        return Effects::new();
    }
    vec![Effect::KeepColumns(if state.chosen.is_empty() { String::new() } else { state.text.clone() })]
}

/// What could be typed at the end: columns that are not there yet, fields of the newest lines among them.
pub fn completion(model: &Model, text: &str) -> Completion {
    let part = text.rsplit([' ', ',']).next().unwrap_or_default();
    let from = text.len() - part.len();
    let there: Vec<&str> = text[..from].split([' ', ',']).map(|word| word.split(':').next().unwrap_or(word)).collect();
    let fields = known(model).fields;
    let all = NAMES.iter().map(|(name, _)| *name).chain(fields.iter().map(|field| &**field));
    let free = all.filter(|name| !there.iter().any(|other| other.eq_ignore_ascii_case(name)));
    // A name with a blank in it cannot be typed.
    let fits = free.filter(|name| name.starts_with(part) && *name != part && !name.contains([' ', ',', ':']));
    Completion { from, with: fits.map(str::to_owned).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_read_in_their_order() {
        let columns = parse("time, LEVEL  status:6 message").expect("good columns");
        let names: Vec<_> = columns.iter().map(|column| (column.name(), column.width)).collect();
        assert_eq!(names, [("time", None), ("level", None), ("status", Some(6)), ("message", None)]);
        assert_eq!((parse(STANDARD), parse(""), parse("standard")), (Ok(vec![]), Ok(vec![]), Ok(vec![])));
    }

    #[test]
    fn what_cannot_be_is_said_and_changes_nothing() {
        let mut state = State::default();
        set(&mut state, "time status");
        for (text, word) in [("time time", "twice"), ("status:0", "width"), ("a:b", "width"), (":4", "width")] {
            set(&mut state, text);
            assert!(state.problem.as_ref().is_some_and(|why| why.contains(word)), "{text}: {:?}", state.problem);
            assert_eq!(state.chosen.len(), 2);
        }
        let many: String = (0..17).map(|n| format!("f{n} ")).collect();
        assert!(parse(&many).is_err_and(|why| why.contains("16")));
    }
}
