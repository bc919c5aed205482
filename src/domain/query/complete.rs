//! What could be typed next: names of what can be asked, and the values that are known of them.

use std::sync::Arc;

use super::parse::{LEVELS, named};
use crate::domain::log::LogFormat;

/// Suggestions of one completion.
const MOST: usize = 40;
/// What can be asked, as it is typed.
const NAMES: &[&str] = &["level>=", "level:", "service:", "instance:", "trace:", "span:", "source:", "format:"];

/// What is known of the world, for completion.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Names of services.
    pub services: Vec<Arc<str>>,
    /// Addresses of instances.
    pub instances: Vec<Arc<str>>,
    /// Names of fields.
    pub fields: Vec<Arc<str>>,
    /// Names of sources.
    pub sources: Vec<Arc<str>>,
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
pub fn complete(text: &str, known: &Known) -> Completion {
    let part = text.rsplit(char::is_whitespace).next().unwrap_or_default();
    let bare = part.strip_prefix('!').unwrap_or(part);
    let begin = text.len() - bare.len();
    let Some((name, sign)) = named(bare) else {
        let names = NAMES.iter().map(|name| (*name).to_owned());
        let fields = known.fields.iter().map(|field| format!("{field}="));
        let with = names.chain(fields).filter(|name| !bare.is_empty() && begins(name, bare) && name != bare);
        return Completion { from: begin, with: with.take(MOST).collect() };
    };
    let value = &bare[name.len() + sign.len()..];
    // Of a list the last is completed.
    let last = value.rsplit(',').next().unwrap_or_default();
    let of = |values: &[Arc<str>]| values.iter().map(|value| value.to_string()).collect::<Vec<_>>();
    let values = match name.to_ascii_lowercase().as_str() {
        "level" => LEVELS[..7].iter().map(|(name, _)| (*name).to_owned()).collect(),
        "service" => of(&known.services),
        "instance" => of(&known.instances),
        "source" => of(&known.sources),
        "format" => LogFormat::ALL.iter().map(|format| format.word().to_owned()).collect(),
        _ => Vec::new(),
    };
    let with = values.into_iter().filter(|value| begins(value, last) && value != last);
    Completion { from: text.len() - last.len(), with: with.take(MOST).collect() }
}

fn begins(name: &str, front: &str) -> bool {
    name.get(..front.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(front))
}
