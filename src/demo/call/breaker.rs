//! A circuit breaker that speaks resilience4j: a sliding window of outcomes, a failure rate that opens it, a wait, some
//! probes while half open. Pure: time is a parameter. Not about calling anybody.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// A breaker's settings, with resilience4j's names.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Config {
    /// How many outcomes are looked at.
    pub sliding_window_size: usize,
    /// Below this many nothing is concluded.
    pub minimum_number_of_calls: usize,
    /// At this share of failures, in percent, it opens.
    pub failure_rate_threshold: f64,
    /// How long it stays open before a call may probe.
    pub wait_duration_in_open_state: Duration,
    /// How many probes are let through while half open.
    pub permitted_calls_in_half_open_state: usize,
    /// A call that takes longer is slow.
    pub slow_call_duration_threshold: Duration,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            sliding_window_size: 20,
            minimum_number_of_calls: 10,
            failure_rate_threshold: 50.0,
            wait_duration_in_open_state: Duration::from_secs(4),
            permitted_calls_in_half_open_state: 5,
            slow_call_duration_threshold: Duration::from_millis(700),
        }
    }
}

/// What a breaker lets through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Everything.
    Closed,
    /// Nothing.
    Open,
    /// Some probes.
    HalfOpen,
}

impl State {
    /// The word that resilience4j's actuator says.
    pub fn word(self) -> &'static str {
        match self {
            State::Closed => "CLOSED",
            State::Open => "OPEN",
            State::HalfOpen => "HALF_OPEN",
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Outcome {
    failed: bool,
    slow: bool,
}

/// One caller's breaker for one callee.
#[derive(Debug)]
pub struct Breaker {
    /// Its settings; may be changed at any time.
    pub config: Config,
    state: State,
    window: VecDeque<Outcome>,
    opened: Option<Instant>,
    probes: usize,
    /// Calls refused since the last change of state.
    pub not_permitted: u64,
    /// Calls refused in all.
    pub not_permitted_total: u64,
}

/// What the actuator tells of a breaker.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figures {
    /// Percent of failures; -1: too few calls to say.
    pub failure_rate: f64,
    /// Percent of slow calls; -1: too few calls to say.
    pub slow_call_rate: f64,
    /// Outcomes in the window.
    pub buffered: usize,
    /// Failures among them.
    pub failed: usize,
    /// Slow ones among them.
    pub slow: usize,
    /// Slow failures among them.
    pub slow_failed: usize,
}

impl Breaker {
    /// Closed, with nothing seen.
    pub fn new(config: Config) -> Breaker {
        let window = VecDeque::with_capacity(config.sliding_window_size);
        Breaker {
            config,
            state: State::Closed,
            window,
            opened: None,
            probes: 0,
            not_permitted: 0,
            not_permitted_total: 0,
        }
    }

    /// The state as it stands. As resilience4j's does, it stays open past its wait until the next call.
    pub fn state(&self) -> State {
        self.state
    }

    /// May a call be made? Each `true` is answered by one [`Breaker::record`] or [`Breaker::release`].
    pub fn permit(&mut self, now: Instant) -> bool {
        let waited =
            self.opened.is_none_or(|at| now.saturating_duration_since(at) >= self.config.wait_duration_in_open_state);
        if self.state == State::Open && waited {
            self.turn(State::HalfOpen, now);
        }
        let allowed = match self.state {
            State::Closed => true,
            State::Open => false,
            State::HalfOpen => self.probes < self.config.permitted_calls_in_half_open_state,
        };
        if !allowed {
            self.not_permitted += 1;
            self.not_permitted_total += 1;
        } else if self.state == State::HalfOpen {
            self.probes += 1;
        }
        allowed
    }

    /// A permitted call was given up before it had an outcome.
    pub fn release(&mut self) {
        if self.state == State::HalfOpen {
            self.probes = self.probes.saturating_sub(1);
        }
    }

    /// A permitted call ended. Outcomes of calls that began before it opened are left out. Returns the new state if it
    /// changed.
    pub fn record(&mut self, now: Instant, failed: bool, took: Duration) -> Option<State> {
        if self.state == State::Open {
            return None;
        }
        let size = self.needed(self.config.sliding_window_size);
        while self.window.len() >= size.max(1) {
            self.window.pop_front();
        }
        self.window.push_back(Outcome { failed, slow: took > self.config.slow_call_duration_threshold });
        if self.window.len() < self.needed(self.config.minimum_number_of_calls) {
            return None;
        }
        let bad = self.figures().failure_rate >= self.config.failure_rate_threshold;
        match (self.state, bad) {
            (_, true) => Some(self.turn(State::Open, now)),
            (State::HalfOpen, false) => Some(self.turn(State::Closed, now)),
            _ => None,
        }
    }

    /// While half open the probes are the window.
    fn needed(&self, closed: usize) -> usize {
        if self.state == State::HalfOpen { self.config.permitted_calls_in_half_open_state } else { closed }
    }

    fn turn(&mut self, state: State, now: Instant) -> State {
        if state != State::Open {
            self.window.clear(); // while open the figures that opened it stay to be seen
        }
        self.opened = (state == State::Open).then_some(now);
        (self.state, self.probes, self.not_permitted) = (state, 0, 0);
        state
    }

    /// The figures as they stand.
    pub fn figures(&self) -> Figures {
        let count = |holds: fn(&Outcome) -> bool| self.window.iter().filter(|outcome| holds(outcome)).count();
        let (failed, slow) = (count(|o| o.failed), count(|o| o.slow));
        let needed = self.needed(self.config.minimum_number_of_calls).max(1);
        let enough = self.window.len() >= needed || self.state == State::Open && !self.window.is_empty();
        let rate = |n: usize| if enough { n as f64 * 100.0 / self.window.len() as f64 } else { -1.0 };
        Figures {
            failure_rate: rate(failed),
            slow_call_rate: rate(slow),
            buffered: self.window.len(),
            failed,
            slow,
            slow_failed: count(|o| o.slow && o.failed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUICK: Duration = Duration::from_millis(5);

    fn fed(outcomes: impl IntoIterator<Item = bool>, now: Instant) -> Breaker {
        let mut breaker = Breaker::new(Config::default());
        for failed in outcomes {
            assert!(breaker.permit(now));
            breaker.record(now, failed, QUICK);
        }
        breaker
    }

    #[test]
    fn half_of_the_window_failing_opens_it_and_fewer_calls_than_the_minimum_do_not() {
        let now = Instant::now();
        let few = fed([true; 9], now);
        assert_eq!((few.state(), few.figures().failure_rate), (State::Closed, -1.0));
        assert_eq!(fed((0..30).map(|n| n % 5 > 2), now).state(), State::Closed);
        let mut open = fed((0..10).map(|n| n % 2 == 0), now);
        assert_eq!((open.state(), open.figures().failure_rate), (State::Open, 50.0));
        assert!(!open.permit(now) && !open.permit(now));
        assert_eq!((open.not_permitted, open.not_permitted_total), (2, 2));
        assert_eq!(open.record(now, false, QUICK), None, "a straggler changes nothing");
    }

    #[test]
    fn after_the_wait_some_probes_decide() {
        let now = Instant::now();
        let later = now + Config::default().wait_duration_in_open_state;
        for (good, end) in [(true, State::Closed), (false, State::Open)] {
            let mut breaker = fed([true; 10], now);
            assert_eq!(breaker.state(), State::Open);
            let permits: Vec<bool> = (0..7).map(|_| breaker.permit(later)).collect();
            assert_eq!(permits, [true, true, true, true, true, false, false]);
            assert_eq!(breaker.state(), State::HalfOpen);
            for _ in 0..4 {
                assert_eq!(breaker.record(later, !good, QUICK), None);
            }
            assert_eq!(breaker.record(later, !good, QUICK), Some(end));
        }
    }

    #[test]
    fn a_probe_that_was_given_up_is_let_through_again() {
        let now = Instant::now();
        let later = now + Duration::from_secs(60);
        let mut breaker = fed([true; 10], now);
        assert!((0..5).all(|_| breaker.permit(later)));
        assert!(!breaker.permit(later));
        breaker.release();
        assert!(breaker.permit(later));
    }

    #[test]
    fn slow_calls_are_counted() {
        let now = Instant::now();
        let mut breaker = Breaker::new(Config::default());
        for n in 0..10 {
            assert!(breaker.permit(now));
            breaker.record(now, n == 0, if n < 3 { Duration::from_secs(1) } else { QUICK });
        }
        let figures = breaker.figures();
        assert_eq!((figures.slow, figures.slow_failed, figures.slow_call_rate), (3, 1, 30.0));
    }
}
