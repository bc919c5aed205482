//! Asking one instance for its breakers: where they are, and what they say. Finding that out is rare, reading them is not.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::domain::fact::Fact;
use crate::domain::time::Moment;

use super::super::circuit::resilience4j::{self, PAGE};
use super::super::circuit::{Callees, Told, readings};
use super::super::http::{Lost, Page};
use super::ask::Asker;
use super::learn::{Way, link};

/// How long after a vain search it is searched again.
const AGAIN: Duration = Duration::from_secs(60);

/// The same, where there were breakers before.
const SOON: Duration = Duration::from_secs(10);

/// What is remembered of an instance's breakers.
#[derive(Debug, Default)]
pub struct Memory {
    /// The page that lists them.
    path: Option<Arc<str>>,
    /// They are a part of its whole health.
    in_health: bool,
    /// It has told of some.
    told: bool,
    /// It has told whether it has any.
    read: bool,
    /// Not to be searched before.
    again: Option<Instant>,
}

impl Memory {
    /// Whether each round has to ask for them.
    pub fn has_page(&self) -> bool {
        self.path.is_some()
    }

    /// Whether the whole health is the only place where they are told.
    pub fn only_in_health(&self) -> bool {
        self.in_health && self.path.is_none()
    }

    /// Looks for them later than at once: another instance of the service was found to have none.
    pub fn look_later(&mut self) {
        self.again.get_or_insert_with(|| Instant::now() + AGAIN.mul_f64(0.5 + fastrand::f64()));
    }

    /// Reads the page that lists them, or looks for it when it is time to.
    pub async fn ask(
        &mut self,
        asker: &Asker<'_>,
        way: Option<&Way>,
        callees: &Callees,
        now: fn() -> Moment,
    ) -> Option<Fact> {
        let path = match &self.path {
            Some(path) => Arc::clone(path),
            None if self.again.is_none_or(|again| again <= Instant::now()) => {
                let found = find(asker, way).await;
                let wait = if self.told && !self.in_health { SOON } else { AGAIN };
                self.again = Some(Instant::now() + wait.mul_f64(0.75 + fastrand::f64() / 2.0));
                let (path, page) = found?;
                self.path = Some(Arc::clone(&path));
                let told = resilience4j::read(&page)?;
                return self.tell(asker, told, &path, callees, now());
            }
            None => return None,
        };
        match asker.get(&path).await {
            Ok(page) => match resilience4j::read(&page) {
                Some(told) => self.tell(asker, told, &path, callees, now()),
                None => {
                    self.path = None;
                    self.again = Some(Instant::now() + SOON);
                    self.silent(asker, now(), &format!("HTTP {} and no breakers at {path}", page.status))
                }
            },
            Err(lost) => self.silent(asker, now(), &lost.to_string()),
        }
    }

    /// Takes them from an answer of the whole health, where no page of their own lists them.
    pub fn take_from_health(&mut self, asker: &Asker<'_>, page: &Page, callees: &Callees, at: Moment) -> Option<Fact> {
        let told = resilience4j::read_health(page);
        self.in_health = told.is_some();
        if self.path.is_some() {
            return None;
        }
        self.tell(asker, told?, &page.path, callees, at)
    }

    /// The instance does not answer, so neither for its breakers.
    pub fn lost(&self, asker: &Asker<'_>, at: Moment, lost: &Lost) -> Option<Fact> {
        self.silent(asker, at, &lost.to_string())
    }

    fn tell(&mut self, asker: &Asker<'_>, told: Vec<Told>, path: &str, callees: &Callees, at: Moment) -> Option<Fact> {
        // Having none is news only where there were some, and the first time.
        let news = self.told || !told.is_empty() || !self.read;
        self.read = true;
        self.told = !told.is_empty();
        let id = &asker.target.id;
        news.then(|| Fact::Breakers(id.clone(), readings(told, at, id, callees, &asker.source(path))))
    }

    fn silent(&self, asker: &Asker<'_>, at: Moment, why: &str) -> Option<Fact> {
        self.told.then(|| Fact::BreakersSilent(asker.target.id.clone(), at, why.into()))
    }
}

/// Finds the page that lists breakers: by the actuator's index, else at the conventional path.
async fn find(asker: &Asker<'_>, way: Option<&Way>) -> Option<(Arc<str>, Page)> {
    let base: Arc<str> = match way.filter(|way| way.is_spring()).and_then(|way| way.path.strip_suffix("/health")) {
        Some(base) if !base.is_empty() => {
            let index = asker.get(base).await.ok()?;
            if let Some(path) = link(&index, PAGE) {
                let page = asker.get(&path).await.ok()?;
                return Some((path, page));
            }
            if index.is_ok() && index.json.as_ref().is_some_and(|json| json.get("_links").is_some()) {
                return None;
            }
            base.into()
        }
        _ => format!("{}/actuator", asker.target.hints.base).into(),
    };
    let path: Arc<str> = format!("{base}/{PAGE}").into();
    let page = asker.get(&path).await.ok()?;
    resilience4j::read(&page).is_some().then_some((path, page))
}
