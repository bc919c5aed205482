//! ASP.NET Core: the one word `Healthy`, `Degraded` or `Unhealthy` as text, or JSON of that `status` with its entries under
//! one of several names. Degraded comes with HTTP 200, so that only the body tells.

use serde_json::Value;

use crate::domain::health::HealthState;

use super::{Page, Said, kept, member, push, sentence, text};

/// The names under which entries are listed.
const ENTRIES: &[&str] = &["entries", "results", "checks", "healthCheckProbes"];

/// Reads an answer of this format.
pub fn read(page: &Page) -> Option<Said> {
    let Some(json) = page.json.as_ref() else {
        let word = page.text()?;
        let state = state(word)?;
        return Some(Said::new(state, sentence(page, word, state, &[])));
    };
    let word = text(json, "status")?;
    let state = state(word)?;
    let mut said = Said::new(state, None);
    let mut ill = Vec::new();
    let entries = ENTRIES.iter().find_map(|key| member(json, key));
    let named = entries.and_then(Value::as_object).into_iter().flatten().map(|(name, entry)| (name.as_str(), entry));
    let listed = entries.and_then(Value::as_array).into_iter().flatten();
    let listed = listed.filter_map(|entry| Some((text(entry, "name").or_else(|| text(entry, "key"))?, entry)));
    for (name, entry) in named.chain(listed) {
        let Some(word) = text(entry, "status").or_else(|| entry.as_str()) else { continue };
        push(&mut said.parts, name, word);
        if !word.eq_ignore_ascii_case("Healthy") {
            let why = text(entry, "description").or_else(|| text(entry, "exception"));
            let why = why.map(|why| format!(" ({})", kept(why))).unwrap_or_default();
            ill.push(format!("{} {}{why}", kept(name), kept(word)));
        }
    }
    said.detail = sentence(page, word, state, &ill);
    Some(said)
}

fn state(word: &str) -> Option<HealthState> {
    Some(match word.to_ascii_lowercase().as_str() {
        "healthy" => HealthState::Up,
        "degraded" => HealthState::Degraded,
        "unhealthy" => HealthState::Down,
        _ => return None,
    })
}
