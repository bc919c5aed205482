//! One request to one instance: its URL, whether it may be asked, its turn in the budget. Not what is asked for, nor what
//! the answer means.

use std::sync::Arc;

use reqwest::Client;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::{Instant, timeout};

use super::super::http::{self, Denied, Lost, Page};
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

    /// Opens a connection and closes it, where another language than HTTP is spoken; how long it took, in ms.
    ///
    /// # Errors
    /// Why there is none; also for an address that may not be asked.
    pub async fn knock(&self) -> Result<u32, Lost> {
        self.budget.ticket().await;
        let begun = Instant::now();
        let address = (self.target.id.address.host(), self.target.port());
        let knock = async {
            let mut last = Lost::Silent { why: "its name has no address".into(), late: false };
            for at in lookup_host(address).await.map_err(|error| http::lost_by_io(&error))? {
                if let Some(why) = self.guard.denies(at.ip(), at.port()) {
                    last = Lost::Denied(Denied(why));
                    continue;
                }
                match TcpStream::connect(at).await {
                    Ok(_) => return Ok(()),
                    Err(error) => last = http::lost_by_io(&error),
                }
            }
            Err(last)
        };
        let late = |_| Lost::Silent { why: format!("no connection in {} s", http::TIME_OUT.as_secs()), late: true };
        timeout(http::TIME_OUT, knock).await.map_err(late)??;
        Ok(u32::try_from(begun.elapsed().as_millis()).unwrap_or(u32::MAX))
    }

    /// Who says what a page says: `GET :8080/actuator/health`.
    pub fn source(&self, path: &str) -> Arc<str> {
        format!("GET :{}{path}", self.target.port()).into()
    }
}
