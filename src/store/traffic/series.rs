//! Calls over time, of a service, an instance or an edge: two-second cells for two minutes, a minute of durations, a
//! quarter of an hour of minutes. Time is told by whoever asks; what is older than its ring is not there.

use crate::domain::time::Moment;

use super::Usual;
use super::histogram::{self, Histogram};

/// Length of a cell in ms.
pub const CELL_MS: i64 = 2_000;
/// Cells kept: two minutes.
pub const CELLS: usize = 60;
/// Minutes kept before the one that is going on.
pub const MINUTES: usize = 15;

/// Length of one of the windows that a minute of durations is made of, in ms.
const WINDOW_MS: i64 = 10_000;
const WINDOWS: usize = 6;
const MINUTE_MS: i64 = 60_000;
/// Complete minutes without which nothing is usual.
const USUAL: usize = 3;
/// Complete cells over which a rate is taken: 10 s.
const RATE_CELLS: i64 = 5;

/// Calls and how many of them failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Calls {
    /// All.
    pub calls: u32,
    /// Those that failed.
    pub errors: u32,
}

impl Calls {
    fn add(&mut self, failed: bool) {
        self.calls = self.calls.saturating_add(1);
        self.errors = self.errors.saturating_add(u32::from(failed));
    }

    /// One more of them failed; where none is left, the call was counted in the time before.
    fn blame(&mut self) {
        self.errors = self.calls.min(self.errors.saturating_add(1));
    }

    /// One that was counted was none.
    fn less(&mut self, failed: bool) {
        self.calls = self.calls.saturating_sub(1);
        self.errors = self.errors.saturating_sub(u32::from(failed)).min(self.calls);
    }

    fn plus(self, other: Calls) -> Calls {
        Calls { calls: self.calls.saturating_add(other.calls), errors: self.errors.saturating_add(other.errors) }
    }

    /// The share that failed; `None` without calls.
    pub fn error_ratio(self) -> Option<f64> {
        (self.calls > 0).then(|| f64::from(self.errors) / f64::from(self.calls))
    }
}

/// Slots of time, each known by its number since the epoch; the ring holds the last `N` of them.
#[derive(Clone, Debug)]
struct Ring<T, const N: usize> {
    slots: [T; N],
    newest: i64,
}

impl<T: Clone, const N: usize> Ring<T, N> {
    fn new(empty: T, at: i64) -> Self {
        Self { slots: std::array::from_fn(|_| empty.clone()), newest: at }
    }

    /// The slot of this number, emptied by `clear` where it held an older one.
    fn at(&mut self, number: i64, mut clear: impl FnMut(&mut T)) -> &mut T {
        let first = (self.newest + 1).max(number - N as i64 + 1);
        for passed in first..=number {
            clear(&mut self.slots[passed.rem_euclid(N as i64) as usize]);
        }
        self.newest = self.newest.max(number);
        &mut self.slots[number.max(self.newest - N as i64 + 1).rem_euclid(N as i64) as usize]
    }

    fn get_mut(&mut self, number: i64) -> Option<&mut T> {
        self.get(number)?;
        Some(&mut self.slots[number.rem_euclid(N as i64) as usize])
    }

    fn get(&self, number: i64) -> Option<&T> {
        let there = number <= self.newest && number > self.newest - N as i64;
        there.then(|| &self.slots[number.rem_euclid(N as i64) as usize])
    }
}

/// Calls over time.
#[derive(Clone, Debug)]
pub(super) struct Series {
    first: Moment,
    last: Moment,
    cells: Ring<Calls, CELLS>,
    windows: Ring<(Calls, Histogram), WINDOWS>,
    minutes: Ring<Calls, { MINUTES + 1 }>,
    /// The p95 of each complete minute in us; 0 where nothing was called.
    p95s: Ring<u32, { MINUTES + 1 }>,
}

impl Series {
    pub(super) fn new(now: Moment) -> Self {
        Self {
            first: now,
            last: now,
            cells: Ring::new(Calls::default(), now.0.div_euclid(CELL_MS)),
            windows: Ring::new(Default::default(), now.0.div_euclid(WINDOW_MS)),
            minutes: Ring::new(Calls::default(), now.0.div_euclid(MINUTE_MS)),
            p95s: Ring::new(0, now.0.div_euclid(MINUTE_MS)),
        }
    }

    /// Counts a call that was taken now.
    pub(super) fn record(&mut self, now: Moment, failed: bool, us: u64) {
        self.count(now, failed);
        self.time(now, us);
    }

    /// Counts a call of which nobody has told yet how long it took.
    pub(super) fn count(&mut self, now: Moment, failed: bool) {
        let now = self.until(now);
        self.cells.at(now.0.div_euclid(CELL_MS), |cell| *cell = Calls::default()).add(failed);
        self.minutes.at(now.0.div_euclid(MINUTE_MS), |minute| *minute = Calls::default()).add(failed);
        self.window_of(now).0.add(failed);
    }

    /// How long a call took that is counted.
    pub(super) fn time(&mut self, now: Moment, us: u64) {
        let now = self.until(now);
        self.window_of(now).1.record(us);
    }

    /// A call that was counted as one that went well a moment ago has failed.
    pub(super) fn fail(&mut self, now: Moment) {
        let now = self.until(now);
        self.cells.at(now.0.div_euclid(CELL_MS), |cell| *cell = Calls::default()).blame();
        self.minutes.at(now.0.div_euclid(MINUTE_MS), |minute| *minute = Calls::default()).blame();
        self.window_of(now).0.blame();
    }

    /// A call that was counted then was none: it is another one that is counted, too.
    pub(super) fn uncount(&mut self, at: Moment, failed: bool) {
        let cell = self.cells.get_mut(at.0.div_euclid(CELL_MS)).into_iter();
        let minute = self.minutes.get_mut(at.0.div_euclid(MINUTE_MS));
        let window = self.windows.get_mut(at.0.div_euclid(WINDOW_MS)).map(|window| &mut window.0);
        cell.chain(minute).chain(window).for_each(|calls| calls.less(failed));
    }

    /// The same, and took this long.
    pub(super) fn unrecord(&mut self, at: Moment, failed: bool, us: u64) {
        self.uncount(at, failed);
        if let Some(window) = self.windows.get_mut(at.0.div_euclid(WINDOW_MS)) {
            window.1.forget(us);
        }
    }

    /// Time passes, until a call that is counted now; it never goes back.
    fn until(&mut self, now: Moment) -> Moment {
        let now = now.max(self.last);
        self.last = now;
        if now.0.div_euclid(MINUTE_MS) > self.minutes.newest {
            self.keep_p95();
        }
        now
    }

    fn window_of(&mut self, now: Moment) -> &mut (Calls, Histogram) {
        self.windows.at(now.0.div_euclid(WINDOW_MS), |window| {
            window.0 = Calls::default();
            window.1.clear();
        })
    }

    /// The minute in which the last call came is over: its p95 is remembered.
    fn keep_p95(&mut self) {
        let over = self.minutes.newest;
        let p95 = self.quantile_ms(Moment((over + 1) * MINUTE_MS - 1), 0.95);
        // `as` saturates: an hour is an hour.
        *self.p95s.at(over, |us| *us = 0) = p95.map_or(0, |ms| (ms * 1_000.0) as u32);
    }

    /// The medians of the complete minutes; `None` while there are fewer than [`USUAL`].
    pub(super) fn usual(&self, now: Moment) -> Option<Usual> {
        let minutes = self.minutes(now);
        let rates: Vec<f64> = minutes.iter().map(|calls| f64::from(calls.calls) / 60.0).collect();
        if rates.len() < USUAL {
            return None;
        }
        let current = now.0.div_euclid(MINUTE_MS);
        let p95s = (current - minutes.len() as i64..current).filter_map(|number| self.p95s.get(number));
        Some(Usual {
            rate: median(rates)?,
            error_ratio: median(minutes.iter().filter_map(|calls| calls.error_ratio()).collect()),
            p95_ms: median(p95s.filter(|us| **us > 0).map(|us| f64::from(*us) / 1_000.0).collect()),
        })
    }

    /// When the last call was taken.
    pub(super) fn last(&self) -> Moment {
        self.last
    }

    /// The last 10 s in complete cells; while there are fewer, what there is. `None` within the first second.
    pub(super) fn rate(&self, now: Moment, since: Moment) -> Option<f64> {
        let (calls, ms) = self.window(now, since);
        (ms >= 1_000).then(|| f64::from(calls.calls) / (ms as f64 / 1_000.0))
    }

    /// The calls of a rate's window, and how many ms it has.
    pub(super) fn window(&self, now: Moment, since: Moment) -> (Calls, i64) {
        let current = now.0.div_euclid(CELL_MS);
        let from = (current - RATE_CELLS).max(since.0.div_euclid(CELL_MS));
        let (until, ms) =
            if current - from < RATE_CELLS { (current + 1, now.since(since)) } else { (current, RATE_CELLS * CELL_MS) };
        let cells = (from..until).filter_map(|number| self.cells.get(number));
        (cells.fold(Calls::default(), |sum, cell| sum.plus(*cell)), ms)
    }

    /// The calls of the last minute.
    pub(super) fn minute(&self, now: Moment) -> Calls {
        self.last_windows(now).fold(Calls::default(), |sum, window| sum.plus(window.0))
    }

    /// The time in ms within which this share of the last minute's calls lay.
    pub(super) fn quantile_ms(&self, now: Moment, share: f64) -> Option<f64> {
        histogram::quantile(self.last_windows(now).map(|window| &window.1), share).map(|us| us / 1_000.0)
    }

    /// The time in ms within which 95 % of the calls of the last 10 to 20 s lay, and how many those were.
    pub(super) fn recent(&self, now: Moment) -> (Option<f64>, u32) {
        let current = now.0.div_euclid(WINDOW_MS);
        let windows = (current - 1..=current).filter_map(|number| self.windows.get(number));
        let p95 = histogram::quantile(windows.map(|window| &window.1), 0.95).map(|us| us / 1_000.0);
        (p95, self.recent_calls(now).calls)
    }

    /// The calls of the last 10 to 20 s.
    pub(super) fn recent_calls(&self, now: Moment) -> Calls {
        let current = now.0.div_euclid(WINDOW_MS);
        let windows = (current - 1..=current).filter_map(|number| self.windows.get(number));
        windows.fold(Calls::default(), |sum, window| sum.plus(window.0))
    }

    /// The same of each 10 s of the last minute, oldest first; `None` where nothing was called.
    pub(super) fn quantiles_ms(&self, now: Moment, share: f64) -> Vec<Option<f64>> {
        let current = now.0.div_euclid(WINDOW_MS);
        let window = |number: i64| self.windows.get(number).filter(|window| window.0.calls > 0);
        let of = |number| {
            histogram::quantile(window(number).map(|window| &window.1).into_iter(), share).map(|us| us / 1_000.0)
        };
        (current - WINDOWS as i64 + 1..=current).map(of).collect()
    }

    fn last_windows(&self, now: Moment) -> impl Iterator<Item = &(Calls, Histogram)> {
        let current = now.0.div_euclid(WINDOW_MS);
        (current - WINDOWS as i64 + 1..=current).filter_map(|number| self.windows.get(number))
    }

    /// The last two minutes, oldest cell first; the last is the one going on.
    pub(super) fn cells(&self, now: Moment) -> [Calls; CELLS] {
        let first = now.0.div_euclid(CELL_MS) - CELLS as i64 + 1;
        std::array::from_fn(|place| self.cells.get(first + place as i64).copied().unwrap_or_default())
    }

    /// The complete minutes since the first call, 15 at most, oldest first. The minute in which it was first seen is left out.
    pub(super) fn minutes(&self, now: Moment) -> Vec<Calls> {
        let current = now.0.div_euclid(MINUTE_MS);
        let first = (current - MINUTES as i64).max(self.first.0.div_euclid(MINUTE_MS) + 1);
        (first..current).map(|number| self.minutes.get(number).copied().unwrap_or_default()).collect()
    }
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    let middle = values.len().checked_sub(1)? / 2;
    Some(*values.select_nth_unstable_by(middle, f64::total_cmp).1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Moment = Moment(1_795_415_400_000);

    fn busy(seconds: i64, per_second: i64) -> Series {
        let mut series = Series::new(START);
        for n in 0..seconds * per_second {
            series.record(START.plus(n * 1_000 / per_second), n % 10 == 0, 5_000);
        }
        series
    }

    #[test]
    fn a_rate_is_right_after_two_seconds_and_after_twenty() {
        for seconds in [2, 5, 9, 10, 20, 200] {
            let rate = busy(seconds, 20).rate(START.plus(seconds * 1_000), START).unwrap();
            assert!((rate - 20.0).abs() < 1.0, "{seconds} s: {rate}");
        }
        assert_eq!(busy(1, 20).rate(START.plus(900), START), None);
    }

    #[test]
    fn silence_is_a_rate_of_nothing() {
        let series = busy(20, 20);
        assert_eq!(series.rate(START.plus(40_000), START), Some(0.0));
        assert_eq!(series.minute(START.plus(120_000)), Calls::default());
        assert_eq!(series.quantile_ms(START.plus(120_000), 0.5), None);
    }

    #[test]
    fn a_gap_leaves_empty_cells() {
        let mut series = busy(2, 10);
        series.record(START.plus(11_000), true, 1);
        let cells = series.cells(START.plus(11_000));
        assert_eq!(cells[CELLS - 6], Calls { calls: 20, errors: 2 });
        assert_eq!((cells[CELLS - 3], cells[CELLS - 1]), (Calls::default(), Calls { calls: 1, errors: 1 }));
        series.record(START.plus(9_999_000), false, 1);
        assert_eq!(series.cells(START.plus(9_999_000)).iter().map(|c| c.calls).sum::<u32>(), 1);
    }

    #[test]
    fn minutes_are_those_that_are_complete() {
        let series = busy(20 * 60, 1);
        let minutes = series.minutes(START.plus(20 * 60_000));
        assert_eq!((minutes.len(), minutes[14]), (15, Calls { calls: 60, errors: 6 }));
        assert!(busy(90, 1).minutes(START.plus(90_000)).is_empty(), "the first minute was not seen whole");
        assert_eq!(busy(200, 1).minutes(START.plus(200_000)).len(), 2);
    }

    #[test]
    fn what_is_usual_is_told_once_it_was_seen_for_three_minutes() {
        assert_eq!(busy(170, 10).usual(START.plus(170_000)), None);
        let mut series = busy(6 * 60, 10);
        let now = START.plus(6 * 60_000);
        series.record(now, true, 900_000);
        let usual = series.usual(now).expect("five complete minutes");
        assert!((usual.rate - 10.0).abs() < 0.1 && (usual.error_ratio.unwrap() - 0.1).abs() < 0.01, "{usual:?}");
        assert!((usual.p95_ms.unwrap() - 5.0).abs() < 0.5, "{usual:?}");
    }

    #[test]
    fn a_clock_that_goes_back_counts_as_standing_still() {
        let mut series = busy(20, 10);
        series.record(START.plus(-90_000), false, 5);
        assert_eq!(series.cells(START.plus(20_000)).iter().map(|c| c.calls).sum::<u32>(), 201);
    }
}
