//! When the loop wakes, takes facts and draws. Pure: the time is given.

use std::time::{Duration, Instant};

use crate::domain::{fact::Fact, time::Moment};

/// Between a frame and the next one that facts alone ask for.
const BEAT: Duration = Duration::from_millis(16);
/// The same where nothing but lines, spans and measures came: nobody reads them faster, and each frame costs as much as
/// hundreds of them.
const STREAM: Duration = Duration::from_millis(100);
/// The same where such frames have followed each other for a second, and no key: at that speed nobody reads the rows, and
/// what they come to (counts, rates, a mark for what failed) is seen as soon.
const FLOOD: Duration = Duration::from_millis(250);
/// After how many frames in a row that came for lines, spans and measures alone it is a flood.
const STEADY: u32 = 10;
/// How soon what follows from facts is worked out, where `update` has put it off.
const THOUGHT: Duration = Duration::from_millis(250);
/// How long keys that were typed at once are taken before a frame shows what they did.
pub(super) const AT_ONCE: Duration = Duration::from_millis(50);
/// How long a running write is waited for at the end.
pub(super) const LAST_ANSWER: Duration = Duration::from_secs(1);
/// How long a terminal that does not read is waited for when it is given back.
pub(super) const PATIENCE: Duration = Duration::from_millis(200);

/// The beat.
#[derive(Debug)]
pub(super) struct Pace {
    /// Facts wait in the mailbox.
    pub(super) facts: bool,
    drew: Instant,
    took: Instant,
    urgent: bool,
    /// Something else than lines, spans and measures came since the last frame.
    prompt: bool,
    /// How many frames in a row came for lines, spans and measures alone, each as soon as it might.
    steady: u32,
}

impl Pace {
    pub(super) fn new(now: Instant) -> Pace {
        Pace { facts: false, drew: now, took: now, urgent: false, prompt: true, steady: 0 }
    }

    /// What happened is drawn at once.
    pub(super) fn urgent(&mut self) {
        self.urgent = true;
    }

    /// What happened is drawn with the next beat.
    pub(super) fn soon(&mut self) {
        self.prompt = true;
    }

    /// A frame was handed over.
    pub(super) fn drawn(&mut self, now: Instant) {
        if self.urgent || now > self.drew + 2 * FLOOD {
            self.steady = 0;
        } else if !self.prompt {
            self.steady = self.steady.saturating_add(1);
        }
        self.drew = now;
        (self.urgent, self.prompt) = (false, false);
    }

    /// These were taken.
    pub(super) fn took(&mut self, facts: &[Fact]) {
        self.prompt |= facts.iter().any(|fact| !matches!(fact, Fact::Logs(_) | Fact::Spans(_) | Fact::Measures(_)));
    }

    fn beat(&self) -> Duration {
        match self.prompt {
            true => BEAT,
            false if self.steady < STEADY => STREAM,
            false => FLOOD,
        }
    }

    /// Whether what changed may be drawn.
    pub(super) fn draws(&self, now: Instant) -> bool {
        self.urgent || now >= self.drew + self.beat()
    }

    /// Whether waiting facts are to be taken; they are then. The beat goes on where they change nothing that is drawn.
    pub(super) fn take_facts(&mut self, now: Instant) -> bool {
        let take = self.facts && now >= self.drew.max(self.took) + BEAT;
        if take {
            self.facts = false;
            self.took = now;
        }
        take
    }

    /// Until when there is nothing to do, if nothing happens: the next full second, a beat, or the thought that
    /// `update` has put off (`stale`). `dirty`: there is something to draw, and it can be drawn.
    pub(super) fn wake(&self, now: Instant, clock: Moment, dirty: bool, stale: bool) -> Instant {
        let mut wake = now + Duration::from_millis(1000 - clock.0.rem_euclid(1000) as u64);
        if self.facts {
            wake = wake.min(self.drew.max(self.took) + BEAT);
        }
        if dirty {
            wake = wake.min(if self.urgent { now } else { self.drew + self.beat() });
        }
        if stale {
            wake = wake.min(now + THOUGHT);
        }
        wake
    }
}

/// A clock that never goes back: where the system's is set back, it goes on from where it was.
#[derive(Debug)]
pub(super) struct Clock {
    told: Moment,
    at: Instant,
}

impl Clock {
    pub(super) fn new(wall: Moment, now: Instant) -> Clock {
        Clock { told: wall, at: now }
    }

    /// The moment that it is at `now`, when the system says `wall`.
    pub(super) fn read(&mut self, wall: Moment, now: Instant) -> Moment {
        let passed = now.saturating_duration_since(self.at).as_millis() as i64;
        if wall >= self.told {
            *self = Clock { told: wall, at: now };
        } else if passed > 0 {
            *self = Clock { told: self.told.plus(passed), at: now };
        }
        self.told
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fact::RegistryFact;

    fn ms(n: u64) -> Duration {
        Duration::from_millis(n)
    }

    #[test]
    fn at_rest_it_sleeps_until_the_full_second() {
        let now = Instant::now();
        let pace = Pace::new(now);
        assert_eq!(pace.wake(now, Moment(5_250), false, false), now + ms(750));
        assert_eq!(pace.wake(now, Moment(5_000), false, false), now + ms(1000));
        assert_eq!(pace.wake(now, Moment(5_250), false, true), now + ms(250));
    }

    #[test]
    fn facts_wait_for_the_beat_and_a_key_does_not() {
        let start = Instant::now();
        let mut pace = Pace::new(start);
        pace.facts = true;
        assert!(!pace.take_facts(start + ms(15)));
        assert_eq!(pace.wake(start + ms(15), Moment(0), false, false), start + ms(16));
        assert!(pace.take_facts(start + ms(16)));
        assert!(pace.draws(start + ms(16)));
        pace.drawn(start + ms(16));
        pace.prompt = true;
        assert!(!pace.draws(start + ms(20)));
        pace.urgent();
        assert!(pace.draws(start + ms(20)));
    }

    #[test]
    fn lines_and_spans_alone_are_drawn_ten_times_a_second_at_first() {
        let start = Instant::now();
        let mut pace = Pace::new(start);
        pace.drawn(start);
        pace.took(&[Fact::Logs(Vec::new()), Fact::Spans(Vec::new()), Fact::Measures(Vec::new())]);
        assert!(!pace.draws(start + ms(99)) && pace.draws(start + ms(100)));
        assert_eq!(pace.wake(start, Moment(0), true, false), start + ms(100));
        let complete = Fact::Registry(RegistryFact::Complete(Moment(0)));
        pace.took(&[Fact::Logs(Vec::new()), complete]);
        assert!(pace.draws(start + ms(16)));
        pace.drawn(start + ms(16));
        assert!(!pace.draws(start + ms(32)));
    }

    #[test]
    fn a_flood_is_drawn_four_times_a_second_until_a_key_or_a_pause() {
        let start = Instant::now();
        let mut pace = Pace::new(start);
        for frame in 0..10 {
            pace.took(&[Fact::Logs(Vec::new())]);
            let at = start + ms(100 * frame);
            assert_eq!(pace.wake(at, Moment(0), true, false), if frame == 0 { at + ms(16) } else { at });
            pace.drawn(at);
        }
        // The first frame was prompt.
        pace.drawn(start + ms(1000));
        assert!(!pace.draws(start + ms(1249)) && pace.draws(start + ms(1250)));
        pace.prompt = true;
        assert!(pace.draws(start + ms(1016)));
        pace.drawn(start + ms(1016));
        assert!(!pace.draws(start + ms(1265)) && pace.draws(start + ms(1266)));
        pace.urgent();
        pace.drawn(start + ms(1100));
        assert!(pace.draws(start + ms(1200)));
        for frame in 1..=10 {
            pace.drawn(start + ms(1100 + 100 * frame));
        }
        assert!(!pace.draws(start + ms(2349)) && pace.draws(start + ms(2350)));
        pace.drawn(start + ms(4000));
        assert!(pace.draws(start + ms(4100)));
    }

    #[test]
    fn facts_that_change_nothing_keep_the_beat() {
        let start = Instant::now();
        let mut pace = Pace::new(start);
        pace.facts = true;
        assert!(pace.take_facts(start + ms(100)));
        pace.facts = true;
        assert!(!pace.take_facts(start + ms(110)));
        assert!(pace.take_facts(start + ms(116)));
    }

    #[test]
    fn a_clock_that_is_set_back_goes_on_from_where_it_was() {
        let start = Instant::now();
        let mut clock = Clock::new(Moment(100_000), start);
        assert_eq!(clock.read(Moment(100_500), start + ms(500)), Moment(100_500));
        assert_eq!(clock.read(Moment(40_000), start + ms(1500)), Moment(101_500));
        assert_eq!(clock.read(Moment(41_000), start + ms(2500)), Moment(102_500));
        assert_eq!(clock.read(Moment(103_000), start + ms(3000)), Moment(103_000));
    }
}
