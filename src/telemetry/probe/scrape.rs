//! One look at an instance's page of metrics, for a person who wants to see it as Keepwatch reads it.

use std::sync::Arc;

use reqwest::Url;

use super::guard::Guard;
use crate::config::Probe;
use crate::domain::address::Address;
use crate::telemetry::http;

/// Bytes of a page.
const MOST: usize = 8 << 20;
/// Where services show their metrics.
const PATHS: &[&str] = &["/metrics", "/actuator/prometheus"];

/// The page of an instance.
///
/// # Errors
/// In words: it may not be asked, does not answer, or has no page of metrics.
pub async fn page(address: &Address, probe: Probe) -> Result<Vec<u8>, String> {
    // Whoever names the address himself means it, loopback too.
    let guard = Guard::new(probe, true);
    let client = http::client(Arc::new(guard.clone())).map_err(|e| e.to_string())?;
    let mut last = String::new();
    for path in PATHS {
        let url = Url::parse(&format!("http://{}{path}", address.text())).map_err(|e| e.to_string())?;
        guard.allows(&url).map_err(|denied| denied.0)?;
        let answer = http::get_up_to(&client, url, true, MOST).await.map_err(|lost| lost.to_string())?;
        if answer.is_ok() && answer.media_type() != "text/html" {
            return Ok(answer.body);
        }
        last = format!("{path} answers {}", answer.status);
    }
    Err(format!("no page of metrics: {last}"))
}
