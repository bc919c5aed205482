//! Spring Boot Actuator: v3 (`components`), v2 (`details`) and Boot 1.x (flat), at whatever path. Parts may be hidden: then
//! there is only `status`. Not the index of the actuator's other pages (`probe::learn`), nor breakers (`circuit`).

use std::sync::Arc;

use serde_json::Value;

use crate::domain::health::HealthState;

use super::{Page, Said, kept, push, sentence, text};

/// How deep parts within parts are read.
const DEPTH: usize = 4;

/// Parts that are a link to a registry. When only these are down, the application serves as before.
const REGISTRY_PARTS: &[&str] = &["zookeeper", "discoverycomposite", "discoveryclient", "reactivediscoveryclients"];

/// The part that lists breakers; it reads UNKNOWN whenever one of them is not closed, which is no illness of this instance.
const BREAKERS: &str = "circuitBreakers";

/// Reads an answer of the actuator.
pub fn read(page: &Page) -> Option<Said> {
    let json = page.json.as_ref()?;
    let word = text(json, "status")?;
    let code = code(word);
    let typed = page.media_type().starts_with("application/vnd.spring-boot.actuator");
    let known = matches!(code.as_str(), "UP" | "DOWN" | "OUTOFSERVICE" | "UNKNOWN");
    if !(typed || known && is_shaped(json)) {
        return None;
    }
    let mut tree = Tree::default();
    tree.walk(json, "", 0);
    let state = match code.as_str() {
        "UP" => HealthState::Up,
        "DOWN" => HealthState::Down,
        "OUTOFSERVICE" => HealthState::OutOfService,
        "UNKNOWN" => HealthState::Unknown,
        // Codes of the application's own: what it maps to an error is down, the rest is a complaint while serving.
        _ if page.status >= 500 => HealthState::Down,
        _ => HealthState::Degraded,
    };
    let registry_only = state == HealthState::Down && tree.registry && !tree.other;
    let detail = sentence(page, word, state, &tree.ill);
    Some(Said { state, detail, parts: tree.parts, registry_only })
}

/// Codes are compared without case and punctuation: `out-of-service` is `OUT_OF_SERVICE`.
fn code(word: &str) -> String {
    word.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
}

/// Whether an object has only members that the actuator writes beside `status`: another format may use the same word.
fn is_shaped(json: &Value) -> bool {
    json.as_object().is_some_and(|members| {
        members.iter().all(|(key, value)| match key.as_str() {
            "status" | "components" | "details" | "groups" | "description" => true,
            // Boot 1.x: every other member is a part.
            _ => value.get("status").is_some_and(Value::is_string),
        })
    })
}

/// The parts of an answer, flat: `broker/us1`.
#[derive(Default)]
struct Tree {
    parts: Vec<(Arc<str>, Arc<str>)>,
    ill: Vec<String>,
    registry: bool,
    other: bool,
}

impl Tree {
    fn walk(&mut self, node: &Value, prefix: &str, depth: usize) {
        let Some(members) = node.as_object() else { return };
        let children = ["components", "details"].iter().find_map(|key| node.get(key)?.as_object());
        let flat = if depth == 0 && children.is_none() { Some(members) } else { None };
        for (name, child) in children.or(flat).into_iter().flatten() {
            let Some(word) = text(child, "status") else { continue };
            let full = if prefix.is_empty() { name.clone() } else { format!("{prefix}/{name}") };
            push(&mut self.parts, &full, word);
            let inside = self.ill.len();
            if name != BREAKERS && depth < DEPTH {
                self.walk(child, &full, depth + 1);
            }
            // A part that is ill by a part of its own is named by that one.
            if self.ill.len() == inside && !matches!(code(word).as_str(), "UP" | "UNKNOWN") {
                self.note(&full, word, child);
            }
        }
    }

    fn note(&mut self, full: &str, word: &str, node: &Value) {
        let error = node.get("details").and_then(|details| text(details, "error")).or_else(|| text(node, "error"));
        let why = error.map(|error| format!(" ({})", kept(error))).unwrap_or_default();
        self.ill.push(format!("{} {}{why}", kept(full), kept(word)));
        let is_registry = full.split('/').any(|step| REGISTRY_PARTS.iter().any(|part| step.eq_ignore_ascii_case(part)));
        self.registry |= is_registry;
        self.other |= !is_registry;
    }
}
