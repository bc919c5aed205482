//! The verbose form of Kubernetes' own servers (`/readyz?verbose`): a line `[+]name ok` or `[-]name failed: why` for each
//! check. `shutdown` alone failing is a server on its way out.

use crate::domain::health::HealthState;

use super::{Page, Said, kept, push, sentence};

/// Reads an answer of this format.
pub fn read(page: &Page) -> Option<Said> {
    let mut said = Said::new(HealthState::Up, None);
    let mut failed = Vec::new();
    let mut known = false;
    for line in page.text()?.lines() {
        let Some((well, rest)) = mark(line) else { continue };
        let (name, word) = rest.split_once(' ').unwrap_or((rest, ""));
        if !(word.starts_with("ok") || word.starts_with("failed") || word.starts_with("excluded")) {
            continue;
        }
        known = true;
        push(&mut said.parts, name, word);
        if !well {
            failed.push(kept(name));
        }
    }
    if !known {
        return None;
    }
    said.state = match failed.as_slice() {
        [] => HealthState::Up,
        [only] if only == "shutdown" => HealthState::OutOfService,
        _ => HealthState::Down,
    };
    said.detail = sentence(page, "failed", said.state, &failed);
    Some(said)
}

fn mark(line: &str) -> Option<(bool, &str)> {
    line.strip_prefix("[+]").map(|rest| (true, rest)).or_else(|| Some((false, line.strip_prefix("[-]")?)))
}
