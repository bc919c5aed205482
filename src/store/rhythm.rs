//! How often something comes that nobody can be asked for: spans, pushed log lines. Tells when it stays away for longer than
//! it ever did of late. Not a time-out of a question: whoever never kept a rhythm is never late.

use crate::domain::time::Moment;

/// Arrivals without which there is no rhythm.
const ARRIVALS: u32 = 8;
/// A silence up to which nobody is late, in ms: exporters send every 5 s by default.
const AT_LEAST_MS: i64 = 10_000;
/// Times the longest silence of late.
const TIMES: i64 = 3;
/// How slowly a long silence is forgotten, in ms.
const MEMORY_MS: i64 = 600_000;

/// Arrivals over time.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rhythm {
    count: u32,
    last: Moment,
    /// The longest silence of late, in ms; shrinks as time goes by.
    longest: i64,
}

impl Rhythm {
    /// Something came.
    pub fn beat(&mut self, now: Moment) {
        if self.count > 0 {
            let gap = now.since(self.last).max(0);
            let faded = self.longest - self.longest * gap.min(MEMORY_MS) / MEMORY_MS;
            self.longest = faded.max(gap);
        }
        self.count = self.count.saturating_add(1);
        self.last = self.last.max(now);
    }

    /// When something last came; `None` where nothing ever did.
    pub fn last(&self) -> Option<Moment> {
        (self.count > 0).then_some(self.last)
    }

    /// Whether it stays away for longer than it ever did of late.
    pub fn late(&self, now: Moment) -> bool {
        self.count >= ARRIVALS && now.since(self.last) > (TIMES * self.longest).max(AT_LEAST_MS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every(ms: i64, times: i64) -> Rhythm {
        let mut rhythm = Rhythm::default();
        (0..times).for_each(|n| rhythm.beat(Moment(n * ms)));
        rhythm
    }

    #[test]
    fn what_came_each_second_is_late_after_ten_and_what_came_each_minute_after_three_minutes() {
        let often = every(1_000, 20);
        assert!(!often.late(Moment(19_000 + 10_000)) && often.late(Moment(19_000 + 10_001)));
        let seldom = every(60_000, 20);
        let last = 19 * 60_000;
        assert!(!seldom.late(Moment(last + 170_000)) && seldom.late(Moment(last + 181_000)));
    }

    #[test]
    fn what_came_a_few_times_only_has_no_rhythm_and_what_never_came_no_time() {
        assert!(!every(1_000, 7).late(Moment(9_000_000)));
        assert_eq!(Rhythm::default().last(), None);
        assert!(!Rhythm::default().late(Moment(9_000_000)));
    }
}
