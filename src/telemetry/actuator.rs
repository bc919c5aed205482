//! The page of a Spring application by which its own status can be set, `/actuator/serviceregistry`: whether it is exposed, what
//! status the process holds, and the one POST that Keepwatch sends. Only where `--probe` allows, only what was confirmed; a
//! read-only start makes none of this. What follows from an answer for the plan is `runtime`'s.

use std::collections::BTreeMap;
use std::sync::Arc;

use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, Url};

use super::http::{self, Lost, Page};
use super::probe::guard::Guard;
use super::probe::hints::Hints;
use super::probe::{Options, learn};
use crate::domain::address::Address;
use crate::domain::plan::{Confirmed, Plan, WriteKind};
use crate::domain::way::StatusPage;

/// The endpoint's name, in the index and in its path.
const NAME: &str = "serviceregistry";
/// A status that is longer is none.
const LONGEST: usize = 64;

/// Asks providers for their page, and tells them what was confirmed.
#[derive(Clone, Debug)]
pub struct Actuator {
    client: Client,
    guard: Guard,
}

/// What became of a POST.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// It took it.
    Taken,
    /// It said no, and why: nothing has changed.
    Refused(String),
    /// Nothing was sent, and why.
    NotSent(String),
    /// It was sent; whether it was taken is not known, and why.
    Unsure(String),
}

impl Actuator {
    /// Asks and tells under the same rule as health is asked.
    ///
    /// # Errors
    /// In words, where TLS cannot be set up.
    pub fn new(options: Options) -> Result<Actuator, String> {
        let guard = Guard::new(options.probe, options.local);
        let client = http::client(Arc::new(guard.clone())).map_err(|e| format!("no HTTP client: {e}"))?;
        Ok(Actuator { client, guard })
    }

    /// Where the instance's page is, and what it says: by the actuator's index, else at the conventional path. `base`: the
    /// actuator's own path, where the file tells it (`/manage`).
    ///
    /// # Errors
    /// Why it cannot be used, in words that stand after a colon.
    pub async fn find(
        &self,
        address: &Address,
        metadata: &BTreeMap<Arc<str>, Arc<str>>,
        base: Option<&str>,
    ) -> Result<StatusPage, Arc<str>> {
        let hints = Hints::from_metadata(metadata);
        if let Some(why) = hints.refused() {
            return Err(why.into());
        }
        let scheme = if hints.https { "https" } else { "http" };
        let port = hints.port.unwrap_or_else(|| address.port());
        let root = format!("{scheme}://{}:{port}", address.host());
        let named = hints.path.as_deref().and_then(|path| path.strip_suffix("/health"));
        let base = base.or(named).map_or_else(|| format!("{}/actuator", hints.base), str::to_owned);
        let index = self.get(&format!("{root}{base}")).await.map_err(|lost| lost.to_string())?;
        let lists = index.is_ok() && index.json.as_ref().is_some_and(|json| json.get("_links").is_some());
        let path = match learn::link(&index, NAME) {
            Some(path) => path,
            None if lists => return Err(format!("GET {base} does not list {NAME}").into()),
            None => format!("{base}/{NAME}").into(),
        };
        self.read(&format!("{root}{path}")).await
    }

    /// What the page says now.
    ///
    /// # Errors
    /// As [`Actuator::find`].
    pub async fn read(&self, url: &str) -> Result<StatusPage, Arc<str>> {
        let page = self.get(url).await.map_err(|lost| Arc::from(lost.to_string()))?;
        match status(&page) {
            Some(status) => Ok(StatusPage { url: url.into(), status: status.into() }),
            None => Err(format!("GET {} says HTTP {}{}", page.path, page.status, meaning(page.status)).into()),
        }
    }

    /// Posts what was confirmed, once. No answer means that it is not known.
    pub async fn tell(&self, plan: &Confirmed<Plan>) -> Told {
        let post = plan.get().draft.writes.iter().find(|write| write.kind == WriteKind::Http);
        let Some((post, body)) = post.and_then(|post| Some((post, post.after.as_deref()?))) else {
            return Told::NotSent("the plan has nothing to post".into());
        };
        let url = match Url::parse(&post.path) {
            Ok(url) => url,
            Err(e) => return Told::NotSent(format!("{} is no URL: {e}", post.path)),
        };
        if let Err(denied) = self.guard.allows(&url) {
            return Told::NotSent(denied.to_string());
        }
        let request = self.client.post(url.clone()).header(CONTENT_TYPE, "application/json").body(body.to_vec());
        match http::answer(request, &url).await {
            Ok(page) if page.is_ok() => Told::Taken,
            Ok(page) if page.status >= 500 => Told::Unsure(format!("it answered HTTP {}", page.status)),
            Ok(page) => Told::Refused(format!("it answered HTTP {}{}", page.status, meaning(page.status))),
            Err((lost @ Lost::Denied(_), _) | (lost, true)) => Told::NotSent(lost.to_string()),
            Err((lost, false)) => Told::Unsure(lost.to_string()),
        }
    }

    async fn get(&self, url: &str) -> Result<Page, Lost> {
        let url = Url::parse(url).map_err(|_| Lost::Odd(format!("no URL can be made of {url:?}")))?;
        self.guard.allows(&url)?;
        http::get(&self.client, url, true).await
    }
}

/// What such a status code means of this page.
fn meaning(status: u16) -> &'static str {
    match status {
        400 => ": it does not take that status",
        401 | 403 => ": it asks for credentials that Keepwatch does not have",
        404 => ": it is not exposed",
        405 => ": it may only be read",
        300..400 => ": it leads elsewhere, where Keepwatch does not follow",
        200..300 => ", but no status",
        _ => "",
    }
}

/// The status that a page tells: a word, or JSON with it.
fn status(page: &Page) -> Option<String> {
    if !page.is_ok() {
        return None;
    }
    let text = page.text()?;
    let told = match &page.json {
        Some(json) => json.get("status")?.as_str()?.to_owned(),
        None => text.trim_matches('"').to_owned(),
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
    (told.len() <= LONGEST && told.chars().all(plain)).then_some(told)
}

#[cfg(test)]
#[path = "actuator_tests.rs"]
mod actuator_tests;
