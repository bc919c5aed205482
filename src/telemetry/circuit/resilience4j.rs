//! resilience4j: `/actuator/circuitbreakers`, and the part `circuitBreakers` of Spring's health. Rates are texts with a
//! percent sign; -1 stands for *too few calls*.

use serde_json::{Map, Value};

use crate::domain::circuit::CircuitState;

use super::super::http::Page;
use super::{MOST, Told};

/// The page of the actuator that lists breakers, below its base path; also the name of its link in the index.
pub const PAGE: &str = "circuitbreakers";

/// The longest name of a breaker that is taken, in bytes.
const LONGEST: usize = 256;

/// Reads the actuator's page; `None` for anything else.
pub fn read(page: &Page) -> Option<Vec<Told>> {
    if !page.is_ok() {
        return None;
    }
    let breakers = page.json.as_ref()?.get("circuitBreakers")?.as_object()?;
    Some(all(breakers, |value| value.as_object()))
}

/// Reads the breakers in a health answer; `None` where it has none.
pub fn read_health(page: &Page) -> Option<Vec<Told>> {
    let json = page.json.as_ref()?;
    let part = json.get("components").or_else(|| json.get("details"))?.get("circuitBreakers")?;
    let breakers = part.get("details").or_else(|| part.get("components"))?.as_object()?;
    Some(all(breakers, |value| value.get("details")?.as_object()))
}

fn all(breakers: &Map<String, Value>, numbers: impl Fn(&Value) -> Option<&Map<String, Value>>) -> Vec<Told> {
    let usable = breakers.iter().filter(|(name, value)| name.len() <= LONGEST && value.is_object());
    usable.take(MOST).filter_map(|(name, value)| Some(one(name, numbers(value)?))).collect()
}

fn one(name: &str, numbers: &Map<String, Value>) -> Told {
    let count = |key: &str| numbers.get(key)?.as_u64();
    Told {
        name: name.into(),
        state: numbers.get("state").and_then(Value::as_str).map_or(CircuitState::Unknown, state),
        failure_rate: numbers.get("failureRate").and_then(rate),
        slow_rate: numbers.get("slowCallRate").and_then(rate),
        buffered: count("bufferedCalls"),
        failed: count("failedCalls"),
        not_permitted: count("notPermittedCalls"),
    }
}

fn state(word: &str) -> CircuitState {
    match word.to_ascii_uppercase().as_str() {
        "CLOSED" => CircuitState::Closed,
        "OPEN" => CircuitState::Open,
        "HALF_OPEN" => CircuitState::HalfOpen,
        "FORCED_OPEN" => CircuitState::ForcedOpen,
        "DISABLED" => CircuitState::Disabled,
        "METRICS_ONLY" => CircuitState::MetricsOnly,
        _ => CircuitState::Unknown,
    }
}

/// A rate as text (`60.0%`) or number; `None` below 0, which means too few calls.
fn rate(value: &Value) -> Option<f64> {
    let number = match value {
        Value::String(text) => text.trim().trim_end_matches('%').trim().replace(',', ".").parse().ok()?,
        other => other.as_f64()?,
    };
    (0.0..=100.0).contains(&number).then_some(number)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use reqwest::header::HeaderMap;

    use super::*;

    fn page(file: &str) -> Page {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
        Page::new("/x".into(), 200, HeaderMap::new(), std::fs::read(folder.join(file)).unwrap())
    }

    fn body(text: &str) -> Page {
        Page::new("/x".into(), 200, HeaderMap::new(), text.into())
    }

    #[test]
    fn the_actuators_page_is_read_with_its_numbers() {
        let told = read(&page("resilience4j/circuitbreakers.composed.json")).unwrap();
        assert_eq!(told.len(), 2);
        assert_eq!((&*told[0].name, told[0].state), ("backendA", CircuitState::Open));
        assert_eq!((told[0].failure_rate, told[0].slow_rate), (Some(60.0), Some(0.0)));
        assert_eq!((told[0].buffered, told[0].failed, told[0].not_permitted), (Some(10), Some(6), Some(17)));
        assert_eq!((told[1].state, told[1].failure_rate), (CircuitState::ForcedOpen, None));
    }

    #[test]
    fn the_part_of_a_health_answer_is_read() {
        let told = read_health(&page("health/spring-circuitbreakers.composed.json")).unwrap();
        let states: Vec<_> = told.iter().map(|told| (&*told.name, told.state)).collect();
        assert_eq!(states, [("backendA", CircuitState::Open), ("backendB", CircuitState::HalfOpen)]);
        assert!(read_health(&page("health/spring-v3-up-boot4.json")).is_none());
    }

    #[test]
    fn an_unknown_word_is_unknown_and_never_closed() {
        let told =
            read(&body(r#"{"circuitBreakers":{"a":{"state":"AJAR"},"b":{},"c":7,"d":{"state":"disabled"}}}"#)).unwrap();
        let states: Vec<_> = told.iter().map(|told| told.state).collect();
        assert_eq!(states, [CircuitState::Unknown, CircuitState::Unknown, CircuitState::Disabled]);
    }

    #[test]
    fn other_pages_are_no_breakers_and_many_are_cut() {
        for text in ["", "{}", "[]", r#"{"circuitBreakers":[]}"#, r#"{"status":"UP"}"#, "<html>"] {
            assert!(read(&body(text)).is_none(), "{text}");
        }
        assert_eq!(read(&body(r#"{"circuitBreakers":{}}"#)).unwrap(), []);
        let many: Vec<_> = (0..500).map(|n| format!(r#""b{n}":{{"state":"CLOSED"}}"#)).collect();
        assert_eq!(read(&body(&format!(r#"{{"circuitBreakers":{{{}}}}}"#, many.join(",")))).unwrap().len(), MOST);
    }
}
