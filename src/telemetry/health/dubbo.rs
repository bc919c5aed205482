//! Dubbo's QoS port: `/ready` and `/live` answer `true` or `false`. Not ready, while it answers at all, is taken out.

use crate::domain::health::HealthState;

use super::{Page, Said, sentence};

/// Reads an answer of this format.
pub fn read(page: &Page) -> Option<Said> {
    let live = match page.path.rsplit('/').next()? {
        "ready" => false,
        "live" => true,
        _ => return None,
    };
    let word = page.text()?;
    let state = match word {
        "true" => HealthState::Up,
        "false" if live => HealthState::Down,
        "false" => HealthState::OutOfService,
        _ => return None,
    };
    Some(Said::new(state, sentence(page, word, state, &[])))
}
