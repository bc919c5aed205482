//! The health formats of the wild, one file each: an answer goes in, what it says comes out. A format is known by a
//! positive mark of its own, never by the status code alone. Not how or when anybody is asked (`probe`).

use std::sync::Arc;

use serde_json::Value;

use crate::domain::health::HealthState;
use crate::domain::secret;

use super::http::Page;

mod aspnet;
mod dubbo;
mod envoy;
mod health_json;
mod kubernetes;
mod microprofile;
pub mod plain;
pub mod spring;

#[cfg(test)]
mod fixture_tests;

/// How many parts of an answer are kept.
const PARTS: usize = 32;

/// The longest word or sentence of an answer that is kept, in bytes.
const LONGEST: usize = 160;

/// What an answer says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The state that it stands for.
    pub state: HealthState,
    /// What it said, in words, where there is more to say than *up*: `DOWN: db DOWN (connection refused)`.
    pub detail: Option<String>,
    /// Its parts, with their state in its own words.
    pub parts: Vec<(Arc<str>, Arc<str>)>,
    /// Everything that is down is its link to a registry: it may serve as before.
    pub registry_only: bool,
}

impl Said {
    /// A state without parts.
    fn new(state: HealthState, detail: impl Into<Option<String>>) -> Said {
        Said { state, detail: detail.into(), parts: Vec::new(), registry_only: false }
    }
}

/// A format.
#[derive(Debug)]
pub struct Format {
    /// What it is called.
    pub name: &'static str,
    /// Reads an answer; `None` for one that does not bear the format's mark.
    pub read: fn(&Page) -> Option<Said>,
}

/// Every format that is known by its own mark; the first that recognises an answer reads it.
pub const FORMATS: &[Format] = &[
    Format { name: "health+json", read: health_json::read },
    Format { name: "MicroProfile", read: microprofile::read },
    Format { name: SPRING, read: spring::read },
    Format { name: "ASP.NET", read: aspnet::read },
    Format { name: "Kubernetes", read: kubernetes::read },
    Format { name: "Envoy", read: envoy::read },
    Format { name: "Dubbo", read: dubbo::read },
];

/// The name of Spring's format, the only one with pages besides its health.
pub const SPRING: &str = "Spring";

/// Finds the format that an answer bears the mark of, and what it says.
pub fn recognise(page: &Page) -> Option<(&'static Format, Said)> {
    FORMATS.iter().find_map(|format| Some((format, (format.read)(page)?)))
}

/// A member of an object, whatever the case of its key.
fn member<'a>(object: &'a Value, key: &str) -> Option<&'a Value> {
    object.as_object()?.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, value)| value)
}

/// The text of a member.
fn text<'a>(object: &'a Value, key: &str) -> Option<&'a str> {
    member(object, key)?.as_str()
}

/// Text of an answer as it is kept: short, and without secrets.
fn kept(text: &str) -> String {
    let masked = secret::mask(text.trim());
    match masked.floor_char_boundary(LONGEST) {
        end if end < masked.len() => format!("{}…", &masked[..end]),
        _ => masked.into_owned(),
    }
}

/// Adds a part, as long as there is room.
fn push(parts: &mut Vec<(Arc<str>, Arc<str>)>, name: &str, word: &str) {
    if parts.len() < PARTS {
        parts.push((kept(name).into(), kept(word).into()));
    }
}

/// A sentence of a state's word and the parts that are ill: `DOWN: db DOWN (connection refused), mq DOWN`; `None` where
/// there is nothing to say beyond *up*.
fn sentence(page: &Page, word: &str, state: HealthState, ill: &[String]) -> Option<String> {
    let named = match ill {
        [] => String::new(),
        [.., _] if ill.len() > 3 => format!(": {}, and {} more", ill[..3].join(", "), ill.len() - 3),
        _ => format!(": {}", ill.join(", ")),
    };
    match state {
        HealthState::Up if ill.is_empty() => None,
        HealthState::Up => Some(format!("says {}{named}", kept(word))),
        _ => Some(format!("HTTP {}: says {}{named}", page.status, kept(word))),
    }
}
