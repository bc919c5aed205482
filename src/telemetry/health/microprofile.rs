//! MicroProfile Health: `status` UP or DOWN with a `checks` array of `{name, status, data}`. DOWN without any check is an
//! application whose checks are not yet there: it is starting.

use serde_json::Value;

use crate::domain::health::HealthState;

use super::{Page, Said, kept, push, sentence, text};

/// Reads an answer of this format.
pub fn read(page: &Page) -> Option<Said> {
    let json = page.json.as_ref()?;
    let checks = json.get("checks").and_then(Value::as_array)?;
    let word = text(json, "status")?;
    let up = word.eq_ignore_ascii_case("UP");
    if !up && !word.eq_ignore_ascii_case("DOWN") {
        return None;
    }
    if !up && checks.is_empty() {
        let detail = format!("HTTP {}: says DOWN and names no check yet", page.status);
        return Some(Said::new(HealthState::Starting, detail));
    }
    let state = if up { HealthState::Up } else { HealthState::Down };
    let mut said = Said::new(state, None);
    let mut ill = Vec::new();
    for check in checks {
        let (Some(name), Some(word)) = (text(check, "name"), text(check, "status")) else { continue };
        push(&mut said.parts, name, word);
        if !word.eq_ignore_ascii_case("UP") {
            ill.push(format!("{} {}", kept(name), kept(word)));
        }
    }
    said.detail = sentence(page, word, state, &ill);
    Some(said)
}
