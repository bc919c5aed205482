//! `application/health+json` (draft-inadarei-api-health-check): `status` pass, warn, fail and their other names. Known by
//! its media type, by a status word that nobody else uses, or by `checks` being an object of arrays.

use serde_json::Value;

use crate::domain::health::HealthState;

use super::{Page, Said, kept, push, sentence, text};

/// Reads an answer of this format.
pub fn read(page: &Page) -> Option<Said> {
    let json = page.json.as_ref()?;
    let word = text(json, "status")?;
    let state = state(word)?;
    let checks = json.get("checks").and_then(Value::as_object);
    let typed = page.media_type() == "application/health+json";
    let own_word = ["pass", "warn", "fail"].iter().any(|own| word.eq_ignore_ascii_case(own));
    let own_shape = checks.is_some_and(|checks| !checks.is_empty() && checks.values().all(Value::is_array));
    if !(typed || own_word || own_shape) {
        return None;
    }
    let mut said = Said::new(state, None);
    let mut ill = Vec::new();
    for (name, entries) in checks.into_iter().flatten() {
        let entries = entries.as_array().map_or(std::slice::from_ref(entries), Vec::as_slice);
        let worst =
            entries.iter().filter_map(|entry| Some((text(entry, "status")?, entry))).max_by_key(|(word, _)| rank(word));
        let Some((word, entry)) = worst else { continue };
        push(&mut said.parts, name, word);
        if rank(word) > 0 {
            let why = text(entry, "output").filter(|output| !output.trim().is_empty());
            let why = why.map(|output| format!(" ({})", kept(output))).unwrap_or_default();
            ill.push(format!("{} {}{why}", kept(name), kept(word)));
        }
    }
    if ill.is_empty() {
        ill.extend(
            text(json, "output").filter(|output| !output.trim().is_empty() && state != HealthState::Up).map(kept),
        );
    }
    said.detail = sentence(page, word, state, &ill);
    Some(said)
}

fn state(word: &str) -> Option<HealthState> {
    Some(match word.to_ascii_lowercase().as_str() {
        "pass" | "ok" | "up" => HealthState::Up,
        "warn" => HealthState::Degraded,
        "fail" | "error" | "down" => HealthState::Down,
        _ => return None,
    })
}

/// How ill a check's word is; a word of nobody's is as bad as a warning.
fn rank(word: &str) -> u8 {
    match state(word) {
        Some(HealthState::Up) => 0,
        Some(HealthState::Down) => 2,
        _ => 1,
    }
}
