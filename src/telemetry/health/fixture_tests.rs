//! Every answer that was captured in the wild reads as its golden file says.

use std::path::{Path, PathBuf};

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use super::*;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/health")
}

/// A page from a file: `.http` with its head, all else a body alone.
fn page(name: &str, status: u16) -> Page {
    let bytes = std::fs::read(folder().join(name)).unwrap();
    let mut headers = HeaderMap::new();
    let mut body = bytes.clone();
    if name.ends_with(".http") {
        let text = String::from_utf8(bytes).unwrap().replace("\r\n", "\n");
        let (head, rest) = text.split_once("\n\n").unwrap();
        for line in head.lines().skip(1) {
            let (key, value) = line.split_once(':').unwrap();
            headers.insert(key.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value.trim()).unwrap());
        }
        body = rest.into();
    } else if name.starts_with("rfc") {
        headers.insert("content-type", HeaderValue::from_static("application/health+json"));
    }
    let path = if name.starts_with("dubbo") { "/ready" } else { "/health" };
    Page::new(path.into(), status, headers, body)
}

/// Formats that are read elsewhere: a registry's own health pages.
fn is_elsewhere(name: &str) -> bool {
    name.starts_with("consul")
}

#[test]
fn every_captured_answer_reads_as_its_golden_file_says() {
    let golden: Value = serde_json::from_slice(&std::fs::read(folder().join("expected.json")).unwrap()).unwrap();
    let mut read = 0;
    for (name, wanted) in golden.as_object().unwrap().iter().filter(|(name, _)| !is_elsewhere(name)) {
        let status = wanted["http"].as_u64().unwrap() as u16;
        let page = page(name, status);
        let plain = name.starts_with("plain");
        let said = if plain { plain::read(&page) } else { recognise(&page).map(|(_, said)| said) };
        let said = said.unwrap_or_else(|| panic!("{name} is not recognised"));
        assert_eq!(said.state.word(), wanted["state"].as_str().unwrap().to_lowercase(), "{name}");
        assert!(!plain || recognise(&page).is_none(), "{name} bears no mark");
        read += 1;
    }
    assert!(read >= 25, "{read}");
}

fn json(media: &'static str, status: u16, body: &str) -> Page {
    let headers = HeaderMap::from_iter([(reqwest::header::CONTENT_TYPE, HeaderValue::from_static(media))]);
    Page::new("/health".into(), status, headers, body.into())
}

const V3: &str = "application/vnd.spring-boot.actuator.v3+json";

#[test]
fn what_is_ill_is_named_with_its_reason() {
    let body = r#"{"status":"DOWN","components":{"db":{"status":"DOWN","details":{"error":"refused"}},"ping":{"status":"UP"}}}"#;
    let (format, said) = recognise(&json(V3, 503, body)).unwrap();
    assert_eq!((format.name, said.state), (SPRING, HealthState::Down));
    assert_eq!(said.detail.unwrap(), "HTTP 503: says DOWN: db DOWN (refused)");
    assert_eq!(said.parts[0], ("db".into(), "DOWN".into()));
    assert!(!said.registry_only);
    let warn = r#"{"status":"warn","output":"disk 91 %"}"#;
    let (_, said) = recognise(&json("application/health+json", 200, warn)).unwrap();
    assert_eq!((said.state, said.detail.unwrap().as_str()), (HealthState::Degraded, "HTTP 200: says warn: disk 91 %"));
}

#[test]
fn a_lost_registry_alone_is_told_from_an_ill_application() {
    let registry = r#"{"status":"DOWN","components":{"ping":{"status":"UP"},"zookeeper":{"status":"DOWN"},
        "discoveryComposite":{"status":"DOWN","components":{"discoveryClient":{"status":"DOWN"}}}}}"#;
    assert!(recognise(&json(V3, 503, registry)).unwrap().1.registry_only);
    let both = r#"{"status":"DOWN","components":{"db":{"status":"DOWN"},"zookeeper":{"status":"DOWN"}}}"#;
    assert!(!recognise(&json(V3, 503, both)).unwrap().1.registry_only);
    assert!(!recognise(&json(V3, 503, r#"{"status":"DOWN"}"#)).unwrap().1.registry_only);
}

#[test]
fn an_open_breaker_is_no_illness_of_the_caller() {
    let said = recognise(&page("spring-circuitbreakers.composed.json", 200)).unwrap().1;
    assert_eq!((said.state, said.detail), (HealthState::Up, None));
}

#[test]
fn own_codes_of_spring_are_read_by_their_status() {
    let own = |status| recognise(&json(V3, status, r#"{"status":"LIMPING"}"#)).unwrap().1.state;
    assert_eq!((own(200), own(503)), (HealthState::Degraded, HealthState::Down));
    let dashed = recognise(&json("application/json", 503, r#"{"status":"out-of-service"}"#)).unwrap().1;
    assert_eq!(dashed.state, HealthState::OutOfService);
}

#[test]
fn flat_parts_of_boot_1_are_read() {
    let flat = r#"{"status":"DOWN","diskSpace":{"status":"UP","free":1},"db":{"status":"DOWN","error":"gone"}}"#;
    let (format, said) = recognise(&json("application/json", 503, flat)).unwrap();
    assert_eq!((format.name, said.parts.len()), (SPRING, 2));
    assert!(said.detail.unwrap().contains("db DOWN (gone)"));
}

#[test]
fn pages_that_bear_no_mark_are_not_recognised() {
    for body in
        ["", "ok", "<html>UP</html>", "{}", "[]", r#"{"status":"UP","shop":"open"}"#, r#"{"status":7}"#, "{\"status\":"]
    {
        assert!(recognise(&json("text/html", 200, body)).is_none(), "{body}");
        assert!(recognise(&json("text/html", 503, body)).is_none(), "{body}");
    }
    let deep = format!(r#"{{"status":"UP","components":{}1{}}}"#, r#"{"a":"#.repeat(500), "}".repeat(500));
    assert!(recognise(&json(V3, 200, &deep)).is_none());
}

#[test]
fn a_plain_page_is_a_short_one_for_machines() {
    let state = |media, status, body: &str| plain::read(&json(media, status, body)).map(|said| said.state);
    assert_eq!(state("text/plain", 200, "ok"), Some(HealthState::Up));
    assert_eq!(state("", 204, ""), Some(HealthState::Up));
    assert_eq!(state("application/json", 200, r#"{"status":"ok"}"#), Some(HealthState::Up));
    assert_eq!(state("application/json", 200, r#"{"status":"error"}"#), Some(HealthState::Down));
    assert_eq!(state("application/json", 200, r#"{"status":"wat"}"#), Some(HealthState::Unknown));
    assert_eq!(state("text/plain", 500, "failed"), Some(HealthState::Down));
    assert_eq!(state("text/html", 200, "<html>"), None);
    assert_eq!(state("text/plain", 200, &"x".repeat(5_000)), None);
    assert_eq!(state("text/plain", 404, "no"), None);
    assert_eq!(state("text/plain", 302, ""), None);
}

#[test]
fn secrets_and_long_words_do_not_get_in() {
    let body = format!(
        r#"{{"status":"DOWN","components":{{"db":{{"status":"DOWN","details":{{"error":"postgres://app:hunter2@db/x {}"}}}}}}}}"#,
        "long ".repeat(200)
    );
    let detail = recognise(&json(V3, 503, &body)).unwrap().1.detail.unwrap();
    assert!(!detail.contains("hunter2") && detail.len() < 300, "{detail}");
}
