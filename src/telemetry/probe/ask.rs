//! One request to one instance: its URL, whether it may be asked, its turn in the budget. Not what is asked for, nor what
//! the answer means.

use std::sync::Arc;

use reqwest::Client;

use super::super::http::{self, Lost, Page};
use super::ProbeTarget;
use super::budget::Budget;
use super::guard::Guard;

/// Asks one instance.
#[derive(Debug)]
pub struct Asker<'a> {
    /// Whom.
    pub target: &'a ProbeTarget,
    /// By what.
    pub client: &'a Client,
    /// Where it may lead.
    pub guard: &'a Guard,
    /// How fast.
    pub budget: &'a Budget,
    /// Connections are not kept, as the next question comes late.
    pub close: bool,
}

impl Asker<'_> {
    /// Gets a page.
    ///
    /// # Errors
    /// See [`http::get`]; also for an address that may not be asked.
    pub async fn get(&self, path: &str) -> Result<Page, Lost> {
        let url = self.target.url(path).ok_or_else(|| Lost::Odd(format!("no URL can be made of {path:?}")))?;
        self.guard.allows(&url)?;
        self.budget.ticket().await;
        let mut page = http::get(self.client, url, self.close).await?;
        // As it was asked for, so that it compares with what is known.
        page.path = path.into();
        Ok(page)
    }

    /// Who says what a page says: `GET :8080/actuator/health`.
    pub fn source(&self, path: &str) -> Arc<str> {
        format!("GET :{}{path}", self.target.port()).into()
    }
}
