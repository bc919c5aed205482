//! Finding out where an instance's health is and in which format it is told: by positive marks, on few conventional paths,
//! each asked once. A server that answers everything alike has told nothing. What was learnt for one instance of a service
//! is tried first at the next.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::super::health::{self, Format, SPRING, Said, plain};
use super::super::http::{Lost, Page};
use super::ask::Asker;
use super::hints::is_harmless;

/// Health pages by convention, those of richest content first.
const PATHS: &[&str] = &["/actuator/health", ACTUATOR, "/health", "/readyz?verbose", "/healthz", "/ready"];

/// The index of Spring's actuator.
const ACTUATOR: &str = "/actuator";

/// Time between two requests of a search.
const PAUSE: Duration = Duration::from_millis(40);

/// How long a search may take before it decides by what it has.
const LONGEST: Duration = Duration::from_secs(6);

/// Where an instance's health is, and how it is read.
#[derive(Clone, Debug)]
pub struct Way {
    /// The format; `None` for a plain page.
    pub format: Option<&'static Format>,
    /// The page of its whole health.
    pub path: Arc<str>,
    /// The cheap page that says whether it takes calls.
    pub readiness: Option<Arc<str>>,
    /// The page that says whether it lives.
    pub liveness: Option<Arc<str>>,
}

impl Way {
    fn new(format: Option<&'static Format>, path: Arc<str>) -> Way {
        let below = |name: &str| Some(format!("{path}/{name}").into());
        let spring = format.is_some_and(|format| format.name == SPRING);
        let (readiness, liveness) = if spring && !path.contains('?') {
            (below("readiness"), below("liveness"))
        } else {
            (None, sibling(&path))
        };
        Way { format, path, readiness, liveness }
    }

    /// Whether it is Spring's.
    pub fn is_spring(&self) -> bool {
        self.format.is_some_and(|format| format.name == SPRING)
    }

    /// Reads a page of this way; `None` where it is not in its format.
    pub fn read(&self, page: &Page) -> Option<Said> {
        match self.format {
            Some(format) => (format.read)(page),
            None => plain::read(page),
        }
    }
}

/// The liveness page beside a readiness page.
fn sibling(path: &str) -> Option<Arc<str>> {
    let bare = path.split('?').next().unwrap_or(path);
    let stem = bare.strip_suffix("ready").map(|stem| format!("{stem}live"));
    let stem = stem.or_else(|| bare.strip_suffix("readyz").map(|stem| format!("{stem}livez")));
    stem.or_else(|| bare.strip_suffix("readiness").map(|stem| format!("{stem}liveness"))).map(Arc::from)
}

/// What a search ended with.
#[derive(Debug)]
pub enum Found {
    /// The way, and the page by which it was found: its readiness page or its whole health.
    Way(Way, Page),
    /// It answers, but not to us.
    Auth(Page),
    /// It answers, but nothing that is health; in words, with the path asked last.
    Nothing(String, Arc<str>),
    /// It does not answer.
    Lost(Lost, Arc<str>),
}

/// Searches. `lore`: the way of other instances of the service.
pub async fn search(asker: &Asker<'_>, lore: Option<&Way>) -> Found {
    if let Some(path) = &asker.target.hints.path {
        return named(asker, path).await;
    }
    let first = first_path(asker, lore);
    let candidates = PATHS.iter().map(|path| -> Arc<str> { format!("{}{path}", asker.target.hints.base).into() });
    let mut paths: Vec<Arc<str>> = first.iter().cloned().collect();
    paths.extend(candidates.filter(|path| Some(path) != first.as_ref()));

    let begun = Instant::now();
    let mut plain_page: Option<Page> = None;
    let mut auth = None;
    let mut answers = 0;
    let mut at = 0;
    while at < paths.len() && begun.elapsed() < LONGEST {
        let path = Arc::clone(&paths[at]);
        at += 1;
        let page = match asker.get(&path).await {
            Ok(page) => page,
            Err(lost) if answers == 0 => return Found::Lost(lost, path),
            Err(_) => continue,
        };
        answers += 1;
        if let Some(found) = known(&page, lore) {
            return found;
        }
        if let Some(link) = link(&page, "health").filter(|link| !paths.contains(link)) {
            paths.insert(at, link);
        }
        if page.is_auth() {
            auth.get_or_insert(page);
        } else if plain_page.is_none() && !path.contains("/actuator") {
            plain_page = plain::read(&page).map(|_| page);
        }
        sleep(PAUSE).await;
    }
    if let Some(page) = plain_page {
        if !answers_alike(asker, &page).await {
            let way = Way::new(None, Arc::clone(&page.path));
            return Found::Way(way, page);
        }
        if auth.is_none() {
            let detail =
                format!("it answers every path alike (HTTP {}), which says nothing of its health", page.status);
            return Found::Nothing(detail, page.path);
        }
    }
    match auth {
        Some(page) => Found::Auth(page),
        None => {
            let tried = PATHS.iter().filter(|path| **path != ACTUATOR).copied().collect::<Vec<_>>().join(" ");
            let last = paths.last().cloned().unwrap_or_else(|| "/".into());
            Found::Nothing(format!("it answers, but tells no health at {tried}; name the path in health.path"), last)
        }
    }
}

/// What is asked first: what is known of the service, or what its layout suggests.
fn first_path(asker: &Asker<'_>, lore: Option<&Way>) -> Option<Arc<str>> {
    if let Some(way) = lore {
        return Some(Arc::clone(way.readiness.as_ref().unwrap_or(&way.path)));
    }
    let suggested = asker.target.layout.traits().probe.first?;
    Some(format!("{}{suggested}", asker.target.hints.base).into())
}

/// Knows a page by its mark, or as a page of the service's known way.
fn known(page: &Page, lore: Option<&Way>) -> Option<Found> {
    if let Some(way) = lore.filter(|way| way.readiness.as_ref() == Some(&page.path) || way.path == page.path) {
        // A plain page bears no mark: after an error it might as well be anything.
        if way.read(page).is_some() && (way.format.is_some() || page.is_ok()) {
            return Some(Found::Way(way.clone(), page.clone()));
        }
    }
    let (format, _) = health::recognise(page)?;
    let whole = page.path.strip_suffix("/readiness").filter(|_| format.name == SPRING);
    let way = Way::new(Some(format), whole.map_or_else(|| Arc::clone(&page.path), Arc::from));
    Some(Found::Way(way, page.clone()))
}

/// The one page that was named: it may be of any format, and a status code suffices.
async fn named(asker: &Asker<'_>, path: &Arc<str>) -> Found {
    let page = match asker.get(path).await {
        Ok(page) => page,
        Err(lost) => return Found::Lost(lost, Arc::clone(path)),
    };
    if page.is_auth() {
        return Found::Auth(page);
    }
    let format = health::recognise(&page).map(|(format, _)| format);
    if format.is_some() || plain::read(&page).is_some() {
        return Found::Way(Way::new(format, Arc::clone(path)), page);
    }
    let what = format!("HTTP {} and no health at {path}, the page that was named for it", page.status);
    Found::Nothing(what, Arc::clone(path))
}

/// Whether a path that nobody can have gives the same answer.
async fn answers_alike(asker: &Asker<'_>, page: &Page) -> bool {
    let path: Arc<str> = format!("{}/.well-known/nx-{:08x}", asker.target.hints.base, fastrand::u32(..)).into();
    match asker.get(&path).await {
        Ok(other) => other.status == page.status,
        // Not known to be different: then it proves nothing.
        Err(_) => true,
    }
}

/// The path of a link in the actuator's index. Only the path: host and scheme of a link are whatever a proxy left of them.
pub fn link(page: &Page, name: &str) -> Option<Arc<str>> {
    let href = page.json.as_ref()?.get("_links")?.get(name)?.get("href")?.as_str()?;
    let path = match href.split_once("://") {
        Some((_, rest)) => &rest[rest.find('/')?..],
        None => href,
    };
    (page.is_ok() && is_harmless(path)).then(|| path.into())
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderMap;

    use super::*;

    #[test]
    fn a_link_gives_its_path_and_nothing_else() {
        let page = |href: &str| {
            let body = serde_json::json!({"_links": {"health": {"href": href}}}).to_string();
            Page::new("/actuator".into(), 200, HeaderMap::new(), body.into())
        };
        for href in ["http://internal.invalid:1/a/health", "/a/health", "https://169.254.169.254/a/health"] {
            assert_eq!(link(&page(href), "health").as_deref(), Some("/a/health"), "{href}");
        }
        for href in ["http://h", "/actuator/shutdown", "//evil/health", "/a/{name}", "a", ""] {
            assert_eq!(link(&page(href), "health"), None, "{href}");
        }
        assert_eq!(link(&page("/a/health"), "circuitbreakers"), None);
    }

    #[test]
    fn liveness_is_beside_readiness() {
        assert_eq!(sibling("/readyz?verbose").as_deref(), Some("/livez"));
        assert_eq!(sibling("/health/ready").as_deref(), Some("/health/live"));
        assert_eq!(sibling("/health"), None);
    }
}
