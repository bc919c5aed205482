//! What could be typed next: names of what can be asked, and the values that are known of them.

use std::sync::Arc;

use super::ask::LEVELS;
use super::parse::{last, named};
use super::term::is_field;
use super::vocabulary::{Asked, Field};
use crate::domain::log::LogFormat;

/// Suggestions of one completion.
const MOST: usize = 40;
/// The outcomes by which traces are asked for.
const OUTCOMES: [&str; 4] = ["error", "ok", "5xx", "4xx"];

/// What is known of the world, for completion.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Names of services.
    pub services: Vec<Arc<str>>,
    /// Addresses of instances.
    pub instances: Vec<Arc<str>>,
    /// Names of operations.
    pub operations: Vec<Arc<str>>,
    /// Names of fields or of attributes.
    pub fields: Vec<Arc<str>>,
    /// Names of sources.
    pub sources: Vec<Arc<str>>,
    /// Fields or attributes, and what they said.
    pub values: Vec<(Arc<str>, Arc<str>)>,
}

/// What could stand in the place of the last part of what was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// From this byte on it would be replaced.
    pub from: usize,
    /// By one of these.
    pub with: Vec<String>,
}

/// What could be typed at the end of this text.
pub fn complete(asked: Asked, text: &str, known: &Known) -> Completion {
    let part = last(text);
    let bare = part.strip_prefix('!').unwrap_or(part);
    let begin = text.len() - bare.len();
    let Some((name, sign)) = named(bare) else {
        let names = asked.offered().map(str::to_owned);
        let fields = known.fields.iter().map(|field| format!("{field}="));
        let with = names.chain(fields).filter(|name| !bare.is_empty() && begins(name, bare) && name != bare);
        return Completion { from: begin, with: with.take(MOST).collect() };
    };
    let value = &bare[name.len() + sign.len()..];
    // Of a list the last is completed; what stands in quotes is one.
    let typed = if value.starts_with('"') { value } else { value.rsplit(',').next().unwrap_or_default() };
    let of = |values: &[Arc<str>]| values.iter().map(|value| value.to_string()).collect::<Vec<_>>();
    let values = match asked.field(name) {
        Some(Field::Level) => LEVELS[..7].iter().map(|(name, _)| (*name).to_owned()).collect(),
        Some(Field::Service) => of(&known.services),
        Some(Field::Operation) => of(&known.operations),
        Some(Field::Instance) => of(&known.instances),
        Some(Field::Status) => OUTCOMES.map(str::to_owned).to_vec(),
        Some(Field::Source) => of(&known.sources),
        Some(Field::Format) => LogFormat::ALL.iter().map(|format| format.word().to_owned()).collect(),
        Some(Field::Duration | Field::Trace | Field::Span) => Vec::new(),
        // What stands behind a colon is looked for in the text of a line.
        None if asked == Asked::Lines && sign == ":" => Vec::new(),
        None => {
            let said = known.values.iter().filter(|(field, value)| is_field(name, field) && is_plain(value));
            said.map(|(_, value)| value.to_string()).collect()
        }
    };
    let front = typed.strip_prefix('"').unwrap_or(typed);
    let fitting = values.into_iter().filter(|value| begins(value, front));
    let with = fitting.map(|value| quoted(value, typed)).filter(|value| value != typed);
    Completion { from: text.len() - typed.len(), with: with.take(MOST).collect() }
}

/// A value in quotes where it cannot stand without, or where they were typed.
fn quoted(value: String, typed: &str) -> String {
    let needs = typed.starts_with('"') || value.contains(|c: char| c.is_whitespace() || matches!(c, '"' | ','));
    if needs { format!("\"{}\"", value.replace('"', "\\\"")) } else { value }
}

/// Whether a value means itself as a pattern, too, and is none that was masked.
fn is_plain(value: &str) -> bool {
    let is_other =
        |c: char| matches!(c, '*' | '+' | '?' | '(' | ')' | '[' | ']' | '{' | '}' | '|' | '^' | '$' | '\\' | '"');
    !value.contains(is_other) && !value.starts_with(['<', '>', '=', '~', '/']) && value != ".." && value != "."
}

fn begins(name: &str, front: &str) -> bool {
    name.get(..front.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(front))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fields_say_is_offered_where_it_would_be_found() {
        let said = ["bob", "10.0.0.4", "***", "a|b", ">5", "two words"];
        let values = said.map(|value| (Arc::from("user"), Arc::from(value))).to_vec();
        let known = Known { values, ..Known::default() };
        let offered = |asked, text| complete(asked, text, &known).with;
        assert_eq!(offered(Asked::Lines, "level>=warn user="), ["bob", "10.0.0.4", "\"two words\""]);
        assert_eq!(offered(Asked::Lines, "!user=B"), ["bob"]);
        assert!(offered(Asked::Lines, "user:b").is_empty(), "it is looked for in the text");
        assert_eq!(offered(Asked::Traces, "user:b"), ["bob"]);
        assert!(offered(Asked::Lines, "other=").is_empty());
    }
}
