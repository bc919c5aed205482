//! One look at an instance's page of metrics, for a person who wants to see it as Keepwatch reads it.

use std::sync::Arc;

use reqwest::Url;

use super::guard::Guard;
use super::hints::Hints;
use crate::config::Probe;
use crate::domain::address::Address;
use crate::telemetry::http;

/// Bytes of a page.
const MOST: usize = 8 << 20;
/// Where services show their metrics.
const PATHS: &[&str] = &["/metrics", "/actuator/prometheus"];

/// The page of an instance; `hints`: what the registry says of its port, scheme and base path.
///
/// # Errors
/// In words: it may not be asked, does not answer, or has no page of metrics.
pub async fn page(address: &Address, hints: &Hints, probe: Probe) -> Result<Vec<u8>, String> {
    // Whoever names the address himself means it, loopback too.
    let guard = Guard::new(probe, true);
    let client = http::client(Arc::new(guard.clone())).map_err(|e| e.to_string())?;
    let mut last = String::new();
    for path in PATHS {
        let url = place(address, hints, path)?;
        guard.allows(&url).map_err(|denied| denied.0)?;
        let answer = http::get_up_to(&client, url, true, MOST).await.map_err(|lost| lost.to_string())?;
        if answer.is_ok() && answer.media_type() != "text/html" {
            return Ok(answer.body);
        }
        last = format!("{path} answers {}", answer.status);
    }
    Err(format!("no page of metrics: {last}"))
}

fn place(address: &Address, hints: &Hints, path: &str) -> Result<Url, String> {
    let scheme = if hints.https { "https" } else { "http" };
    let mut url =
        Url::parse(&format!("{scheme}://{}{}{path}", address.text(), hints.base)).map_err(|e| e.to_string())?;
    if let Some(port) = hints.port {
        url.set_port(Some(port)).map_err(|()| format!("{url} has no port"))?;
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_where_the_registry_says() {
        let address: Address = "127.0.0.1:5002".parse().unwrap();
        assert_eq!(place(&address, &Hints::default(), "/metrics").unwrap().as_str(), "http://127.0.0.1:5002/metrics");
        let told = Hints { port: Some(9000), https: true, base: "/manage".into(), ..Hints::default() };
        assert_eq!(place(&address, &told, "/metrics").unwrap().as_str(), "https://127.0.0.1:9000/manage/metrics");
    }
}
