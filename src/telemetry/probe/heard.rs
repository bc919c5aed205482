//! What was heard in one round, before it becomes a fact. Not how it was asked for (`round`), nor how pages are weighed
//! against each other (`combine`).

use std::sync::Arc;
use std::time::Duration;

use crate::domain::health::{Asked, HealthReading, HealthState};
use crate::domain::time::Moment;

use super::super::http::{Lost, Page};
use super::combine::Outcome;

/// What was heard in a round.
#[derive(Clone, Debug)]
pub struct Heard {
    /// Whether it answered, and what state that is.
    pub asked: Asked,
    /// The page that decided it.
    pub path: Arc<str>,
    /// In words.
    pub detail: Option<String>,
    /// The parts that were named.
    pub parts: Vec<(Arc<str>, Arc<str>)>,
    /// How long the answer took.
    pub took_ms: Option<u32>,
    /// Why there was no answer.
    pub lost: Option<Lost>,
}

impl Heard {
    /// What a page was found to be, whatever it says.
    pub fn page(state: HealthState, page: &Page, detail: String) -> Heard {
        Heard { took_ms: Some(page.took_ms), ..Heard::answer(state, &page.path, detail) }
    }

    /// A state, from whatever page.
    pub fn answer(state: HealthState, path: &Arc<str>, detail: impl Into<Option<String>>) -> Heard {
        let (asked, detail) = (Asked::Answered(state), detail.into());
        Heard { asked, path: Arc::clone(path), detail, parts: Vec::new(), took_ms: None, lost: None }
    }

    /// It answers, but not to us.
    pub fn auth(page: &Page) -> Heard {
        let detail = format!("HTTP {}: it wants a credential for {}", page.status, page.path);
        Heard::page(HealthState::Auth, page, detail)
    }

    /// Somebody listens where nothing can be asked, and why it cannot.
    pub fn open(why: String, took_ms: u32) -> Heard {
        let heard = Heard::answer(HealthState::Unknown, &"".into(), format!("somebody listens; {why}"));
        Heard { took_ms: Some(took_ms), ..heard }
    }

    /// Whether it was only seen that somebody listens.
    pub fn knocked(&self) -> bool {
        self.path.is_empty() && self.lost.is_none()
    }

    /// No answer, or none that may be or can be read.
    pub fn lost(lost: Lost, path: &Arc<str>) -> Heard {
        let mut heard = Heard::answer(HealthState::Unknown, path, lost.to_string());
        match lost {
            Lost::Silent { .. } => heard.asked = Asked::Silent,
            Lost::Refused => heard.asked = Asked::Refused,
            Lost::Denied(_) => heard.asked = Asked::NotAsked,
            Lost::Odd(_) => {}
        }
        heard.lost = Some(lost);
        heard
    }

    /// What several pages together stand for.
    pub fn outcome(outcome: Outcome, path: &Arc<str>, took_ms: u32) -> Heard {
        let took_ms = Some(took_ms);
        Heard { parts: outcome.parts, took_ms, ..Heard::answer(outcome.state, path, outcome.detail) }
    }

    /// The state that it answered.
    pub fn state(&self) -> Option<HealthState> {
        if let Asked::Answered(state) = self.asked { Some(state) } else { None }
    }

    /// An error at a page that was health before: it is not well, whoever says so.
    pub fn broken(page: &Page) -> Heard {
        Heard::page(HealthState::Down, page, format!("HTTP {} without a health in it", page.status))
    }

    /// As a fact: `source` tells it, `period` is the time until the next one.
    pub fn reading(&self, at: Moment, source: Arc<str>, period: Duration) -> HealthReading {
        HealthReading {
            at,
            asked: self.asked.clone(),
            source,
            detail: self.detail.as_deref().map(Arc::from),
            components: self.parts.clone(),
            took_ms: self.took_ms,
            period_ms: u32::try_from(period.as_millis()).unwrap_or(u32::MAX),
        }
    }
}
