//! One round at one instance: is it ready, how is it as a whole, what do its breakers say; and when to come again. What is
//! cheap is asked each round, what is dear rarely.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::domain::fact::{Fact, Mailbox};
use crate::domain::health::{Asked, HealthState};
use crate::domain::time::Moment;

use super::super::circuit::Callees;
use super::super::health::{self, Said};
use super::super::http::{Lost, Page};
use super::ask::Asker;
use super::breakers;
use super::budget::Periods;
use super::combine::{self, Whole};
use super::heard::Heard;
use super::learn::{self, Found, Way};
use super::lore::Lore;

/// How often the whole health is asked for, where readiness is asked each round.
const WHOLE: Duration = Duration::from_secs(10);

/// The same, where it did not answer in time.
const WHOLE_LATE: Duration = Duration::from_secs(60);

/// A whole health that comes this fast is not dear, in ms.
const CHEAP_MS: u32 = 300;

/// How long after a vain search for health it is searched again.
const SEARCH_AGAIN: Duration = Duration::from_secs(30);

/// The period of instances that tell nothing.
const DULL: Duration = Duration::from_secs(10);
/// Between two connections that are opened only to see that somebody listens: providers write each into their log.
const KNOCKS: Duration = Duration::from_secs(15);

/// How many answers in a wrong form make us search again.
const MISSES: u8 = 2;

/// What a round needs.
pub struct Turn<'a> {
    /// Asks the instance.
    pub asker: Asker<'a>,
    /// The periods of now.
    pub periods: Periods,
    /// Whether it is selected.
    pub preferred: bool,
    /// Whether the registry answers.
    pub link: bool,
    /// The services that breakers are matched to.
    pub callees: &'a Callees,
    /// Where facts go.
    pub mailbox: &'a dyn Mailbox,
    /// What is known of services.
    pub lore: &'a Lore,
    /// The time.
    pub now: fn() -> Moment,
}

/// What a round ended with.
#[derive(Clone, Copy, Debug)]
pub struct Ended {
    /// When to come again.
    pub wait: Duration,
    /// It is ill: asked first.
    pub ill: bool,
    /// Requests that a round takes.
    pub requests: f64,
}

/// What is remembered of one instance between rounds.
#[derive(Debug, Default)]
pub struct Memory {
    way: Option<Arc<Way>>,
    /// How a vain search ended, and when it is worth another.
    vain: Option<(Instant, Heard)>,
    ready: Option<HealthState>,
    whole: Option<Whole>,
    whole_due: Option<Instant>,
    was_up: bool,
    misses: u8,
    silences: u32,
    breakers: breakers::Memory,
}

impl Memory {
    /// Asks everything that it is time for, and puts what was heard into the mailbox.
    pub async fn round(&mut self, turn: &Turn<'_>) -> Ended {
        let mut extra = None;
        let heard = self.health(turn, &mut extra).await;
        match heard.asked {
            Asked::Silent | Asked::Refused => self.silences = self.silences.saturating_add(1),
            _ => self.silences = 0,
        }
        match heard.state() {
            Some(state) if state.serves() => self.was_up = true,
            // After silence it may be a new process, which is starting.
            None => (self.was_up, self.ready, self.whole) = (false, None, None),
            _ => {}
        }
        let ended = self.ended(&heard, turn);
        let source = match turn.asker.target.hints.not_http(&turn.asker.target.id) {
            Some(_) => format!("TCP :{}", turn.asker.target.port()).into(),
            None => turn.asker.source(&heard.path),
        };
        let reading = heard.reading((turn.now)(), source, ended.wait);
        turn.mailbox.put(Fact::Health(turn.asker.target.id.clone(), reading));
        if let Some(fact) = extra {
            turn.mailbox.put(fact);
        }
        if let Some(fact) = self.ask_breakers(&heard, turn).await {
            turn.mailbox.put(fact);
        }
        Ended { requests: self.requests(), ..ended }
    }

    async fn ask_breakers(&mut self, heard: &Heard, turn: &Turn<'_>) -> Option<Fact> {
        if let (Asked::Silent | Asked::Refused, Some(lost)) = (&heard.asked, &heard.lost) {
            return self.breakers.lost(&turn.asker, (turn.now)(), lost);
        }
        let way = self.way.clone()?;
        let service = &turn.asker.target.id.service;
        if !self.breakers.has_page() && turn.lore.of(service).no_breakers {
            self.breakers.look_later();
        }
        let fact = self.breakers.ask(&turn.asker, Some(&way), turn.callees, turn.now).await;
        let none = !self.breakers.has_page();
        turn.lore.note(service, |known| known.no_breakers = none);
        fact
    }

    async fn health(&mut self, turn: &Turn<'_>, extra: &mut Option<Fact>) -> Heard {
        if let Some(why) = turn.asker.target.hints.not_http(&turn.asker.target.id) {
            return match turn.asker.knock().await {
                Ok(took_ms) => Heard::open(why, took_ms),
                Err(lost) => Heard::lost(lost, &"".into()),
            };
        }
        let (mut way, mut found) = match self.way.clone() {
            Some(way) => (way, None),
            None => match self.find(turn).await {
                Ok((way, page)) => (way, Some(page)),
                Err(heard) => return heard,
            },
        };
        if let Some(path) = way.readiness.clone() {
            let page = match found.take_if(|page| page.path == path) {
                Some(page) => Ok(page),
                None => turn.asker.get(&path).await,
            };
            match page {
                Err(lost) => return Heard::lost(lost, &path),
                Ok(page) if page.is_auth() && self.ready.is_some() => return Heard::auth(&page),
                Ok(page) => match way.read(&page) {
                    Some(said) => return self.ready(turn, &way, (said, page.took_ms), found, extra).await,
                    None if page.status >= 500 && self.ready.is_some() => return Heard::broken(&page),
                    // It has no such page, as far as this instance ever showed.
                    None => way = self.learn(turn, Way { readiness: None, liveness: None, ..Way::clone(&way) }),
                },
            }
        }
        let page = match found {
            Some(page) => Ok(page),
            None => turn.asker.get(&way.path).await,
        };
        match page {
            Err(Lost::Silent { why, late: true }) if !turn.link && way.is_spring() => {
                let detail = format!("{why}; while the registry is away, a Spring application's health waits for it");
                Heard::answer(HealthState::Unknown, &way.path, detail)
            }
            Err(lost) => Heard::lost(lost, &way.path),
            Ok(page) if page.is_auth() => Heard::auth(&page),
            Ok(page) => match way.read(&page) {
                Some(said) => self.alone(turn, &way, &page, said, extra).await,
                None if page.status >= 500 => Heard::broken(&page),
                None => self.miss(&page),
            },
        }
    }

    /// From readiness: the whole health where it is due (`whole`: it was just read), liveness where readiness is refused.
    async fn ready(
        &mut self,
        turn: &Turn<'_>,
        way: &Arc<Way>,
        (ready, took_ms): (Said, u32),
        whole: Option<Page>,
        extra: &mut Option<Fact>,
    ) -> Heard {
        self.misses = 0;
        let changed = self.ready.replace(ready.state) != Some(ready.state);
        let due = changed || self.whole.is_none() || self.whole_due.is_none_or(|due| due <= Instant::now());
        if !turn.link {
            self.whole = None;
        } else if due {
            let page = match whole {
                Some(page) => Ok(page),
                None => turn.asker.get(&way.path).await,
            };
            let (whole, wait) = self.whole(turn, way, page, extra);
            self.whole = Some(whole);
            self.whole_due = Some(Instant::now() + wait.mul_f64(0.9 + fastrand::f64() / 5.0));
        }
        let live = self.lives(turn, way, ready.state).await;
        let outcome = combine::both(ready, self.whole.as_ref().unwrap_or(&Whole::NotAsked), live, self.was_up);
        let by = if outcome.by_whole { &way.path } else { way.readiness.as_ref().unwrap_or(&way.path) };
        Heard::outcome(outcome, by, took_ms)
    }

    /// What the whole health says, and when it is worth asking again: often where it is cheap and has something to tell.
    fn whole(
        &mut self,
        turn: &Turn<'_>,
        way: &Way,
        page: Result<Page, Lost>,
        extra: &mut Option<Fact>,
    ) -> (Whole, Duration) {
        let rarely = WHOLE.max(turn.periods.rest * 4);
        match page {
            Err(lost @ Lost::Silent { late: true, .. }) => (Whole::Lost(lost.to_string()), WHOLE_LATE),
            Err(lost) => (Whole::Lost(lost.to_string()), rarely),
            Ok(page) => match way.read(&page) {
                Some(said) => {
                    *extra = self.breakers.take_from_health(&turn.asker, &page, turn.callees, (turn.now)());
                    let telling = said.state != HealthState::Up || self.breakers.only_in_health();
                    let often = page.took_ms < CHEAP_MS && telling;
                    (Whole::Said(said), if often { turn.periods.first } else { rarely })
                }
                None if page.status >= 500 => {
                    (Whole::Lost(format!("HTTP {} without a health in it", page.status)), rarely)
                }
                None => (Whole::NotAsked, WHOLE_LATE),
            },
        }
    }

    /// From the only page that there is.
    async fn alone(
        &mut self,
        turn: &Turn<'_>,
        way: &Arc<Way>,
        page: &Page,
        said: Said,
        extra: &mut Option<Fact>,
    ) -> Heard {
        self.misses = 0;
        *extra = self.breakers.take_from_health(&turn.asker, page, turn.callees, (turn.now)());
        let live = self.lives(turn, way, said.state).await;
        Heard::outcome(combine::single(said, live, self.was_up), &way.path, page.took_ms)
    }

    /// Whether the liveness page says that it lives; `None` where nobody needs to know, or there is none.
    async fn lives(&mut self, turn: &Turn<'_>, way: &Arc<Way>, ready: HealthState) -> Option<bool> {
        let path = way.liveness.as_ref().filter(|_| combine::refuses(ready))?;
        let page = turn.asker.get(path).await.ok()?;
        if let Some(said) = way.read(&page) {
            return Some(said.state == HealthState::Up);
        }
        let now = self.way.as_deref().unwrap_or(way);
        let without = Way { liveness: None, ..Way::clone(now) };
        self.learn(turn, without);
        None
    }

    /// Searches for the health page; a vain search is not repeated each time.
    async fn find(&mut self, turn: &Turn<'_>) -> Result<(Arc<Way>, Page), Heard> {
        if let Some((_, heard)) = self.vain.as_ref().filter(|(again, _)| Instant::now() < *again) {
            match turn.asker.get(&heard.path).await {
                Err(lost) => return Err(Heard::lost(lost, &heard.path)),
                Ok(page) if health::recognise(&page).is_none() => return Err(heard.clone()),
                Ok(_) => {}
            }
        }
        self.vain = None;
        let lore = turn.lore.of(&turn.asker.target.id.service).way;
        let heard = match learn::search(&turn.asker, lore.as_deref()).await {
            Found::Way(way, page) => return Ok((self.learn(turn, way), page)),
            Found::Lost(lost, path) => return Err(Heard::lost(lost, &path)),
            Found::Auth(page) => Heard::auth(&page),
            Found::Nothing(detail, path) => Heard::answer(HealthState::Unknown, &path, detail),
        };
        self.vain = Some((Instant::now() + SEARCH_AGAIN.mul_f64(0.75 + fastrand::f64() / 2.0), heard.clone()));
        Err(heard)
    }

    fn learn(&mut self, turn: &Turn<'_>, way: Way) -> Arc<Way> {
        let way = Arc::new(way);
        self.way = Some(Arc::clone(&way));
        if turn.asker.target.hints.path.is_none() {
            turn.lore.note(&turn.asker.target.id.service, |known| known.way = Some(Arc::clone(&way)));
        }
        way
    }

    fn miss(&mut self, page: &Page) -> Heard {
        self.misses += 1;
        if self.misses >= MISSES {
            (self.way, self.misses) = (None, 0);
        }
        let detail = format!("HTTP {} at {}, where its health was before", page.status, page.path);
        Heard::page(HealthState::Unknown, page, detail)
    }

    fn requests(&self) -> f64 {
        let readiness = self.way.as_ref().is_some_and(|way| way.readiness.is_some());
        1.0 + if readiness { 0.25 } else { 0.0 } + if self.breakers.has_page() { 1.0 } else { 0.0 }
    }

    fn ended(&self, heard: &Heard, turn: &Turn<'_>) -> Ended {
        use HealthState::{Auth, Unknown, Up};
        let ill = heard.asked != Asked::NotAsked && !matches!(heard.state(), Some(Up | Unknown | Auth));
        let period = if ill || turn.preferred { turn.periods.first } else { turn.periods.rest };
        let at_least = match (&heard.asked, &heard.lost) {
            (Asked::NotAsked, _) => WHOLE_LATE,
            _ if turn.preferred && !heard.knocked() => Duration::ZERO,
            // Each of these holds a place among the few that are asked at a time, for 5 s.
            (_, Some(Lost::Silent { late: true, .. })) => match self.silences {
                0..3 => Duration::from_secs(5),
                3..10 => Duration::from_secs(15),
                _ => Duration::from_secs(30),
            },
            (Asked::Silent | Asked::Refused, _) if self.silences > 60 => DULL,
            (_, Some(Lost::Odd(_))) => DULL,
            _ if heard.knocked() => KNOCKS,
            _ if self.way.is_none() && heard.state().is_some() => DULL,
            // A page that is dear for its maker is not asked for without pause.
            _ => Duration::from_millis(u64::from(heard.took_ms.unwrap_or(0)) * 4).min(DULL),
        };
        Ended { wait: period.max(at_least), ill, requests: 1.0 }
    }
}
