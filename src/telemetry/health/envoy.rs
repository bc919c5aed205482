//! Envoy: the one word of its admin page `/ready`, and the header of its health filter by which it asks to get no traffic.

use crate::domain::health::HealthState;

use super::{Page, Said, sentence};

/// Reads an answer of this format.
pub fn read(page: &Page) -> Option<Said> {
    if page.header("x-envoy-immediate-health-check-fail").eq_ignore_ascii_case("true") {
        let detail = format!("HTTP {}: asks to get no traffic (x-envoy-immediate-health-check-fail)", page.status);
        return Some(Said::new(HealthState::OutOfService, detail));
    }
    if !page.header("x-envoy-upstream-healthchecked-cluster").is_empty() {
        let state = if page.is_ok() { HealthState::Up } else { HealthState::Down };
        return Some(Said::new(state, sentence(page, "no more than that", state, &[])));
    }
    let word = page.text()?;
    let state = match word {
        "LIVE" => HealthState::Up,
        "DRAINING" => HealthState::OutOfService,
        "INITIALIZING" | "PRE_INITIALIZING" => HealthState::Starting,
        _ => return None,
    };
    Some(Said::new(state, sentence(page, word, state, &[])))
}
