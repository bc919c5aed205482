//! Health pages without a form of their own: a status code, perhaps a word. This bears no mark, so it counts only where the
//! path was named, or where another path of the same server answers differently; `probe::learn` sees to that.

use crate::domain::health::HealthState;

use super::{Page, Said, kept, sentence, text};

/// The longest body that is still a health page and no page for people, in bytes.
const LONGEST_BODY: usize = 2_048;

/// Reads an answer as a plain health page; `None` for what no health page answers: 404, a redirect, a page of HTML.
pub fn read(page: &Page) -> Option<Said> {
    let html = page.media_type().contains("html") || page.text().is_some_and(|text| text.starts_with('<'));
    if page.is_ok() && !html && page.body.len() <= LONGEST_BODY {
        let word = page.json.as_ref().and_then(|json| text(json, "status"));
        let state = word.map_or(HealthState::Up, word_state);
        return Some(Said::new(state, sentence(page, word.unwrap_or("ok"), state, &[])));
    }
    if (500..600).contains(&page.status) {
        let body = page.text().filter(|body| !html && !body.is_empty() && body.len() <= LONGEST_BODY);
        let word = page.json.as_ref().and_then(|json| text(json, "status")).or(body);
        let said = word.map(|word| format!(": says {}", kept(word.lines().next().unwrap_or_default())));
        return Some(Said::new(HealthState::Down, format!("HTTP {}{}", page.status, said.unwrap_or_default())));
    }
    None
}

/// What a word of nobody's format means beside HTTP 200: well, unless it is known to mean something else.
fn word_state(word: &str) -> HealthState {
    match word.to_ascii_lowercase().as_str() {
        "ok" | "pass" | "passing" | "up" | "healthy" | "alive" | "live" | "ready" | "running" | "serving"
        | "success" => HealthState::Up,
        "warn" | "warning" | "degraded" => HealthState::Degraded,
        "starting" | "initializing" => HealthState::Starting,
        "draining" | "out_of_service" | "stopping" | "not_serving" => HealthState::OutOfService,
        "down" | "fail" | "failed" | "failing" | "error" | "critical" | "unhealthy" => HealthState::Down,
        _ => HealthState::Unknown,
    }
}
