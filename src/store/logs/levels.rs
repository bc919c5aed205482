//! How many lines of each level came when, counted as they come: a graph of them costs the same over a thousand lines and
//! over a million. The newest are counted finely; the older, the more coarsely.

use std::collections::VecDeque;

use super::{LogList, Logs, codec};
use crate::domain::log::Level;
use crate::domain::time::Moment;

/// What one count spans, in ms, the newest first.
const WIDTHS: [i64; 3] = [250, 15_000, 900_000];
/// Counts of each width: 17 min, 17 h and 42 days of lines that come all the time.
const MOST: usize = 4_096;

/// Lines of each level, in the order of [`Level`].
type Counts = [u32; 7];

/// Counts of lines by level and time.
#[derive(Clone, Debug)]
pub(super) struct Levels {
    tiers: [Tier; 3],
}

#[derive(Clone, Debug)]
struct Tier {
    /// When each begins, and its lines; in order, none twice.
    counts: VecDeque<(i64, Counts)>,
    /// What is older is counted more coarsely.
    from: i64,
}

impl Default for Levels {
    fn default() -> Self {
        Levels { tiers: std::array::from_fn(|_| Tier { counts: VecDeque::new(), from: i64::MIN }) }
    }
}

impl Levels {
    /// Counts a line.
    pub(super) fn take(&mut self, at: Moment, level: Level) {
        let mut one = [0; 7];
        one[usize::from(codec::level_number(level))] = 1;
        self.put(0, at.0, &one);
    }

    fn put(&mut self, tier: usize, at: i64, counts: &Counts) {
        let fits = |tier: &usize| at >= self.tiers[*tier].from;
        let Some(place) = (tier..WIDTHS.len()).find(fits) else { return };
        let width = WIDTHS[place];
        let begin = at.div_euclid(width) * width;
        let tier = &mut self.tiers[place];
        let at = match tier.counts.back() {
            Some((last, _)) if *last == begin => tier.counts.len() - 1,
            Some((last, _)) if *last > begin => tier.counts.partition_point(|(other, _)| *other < begin),
            _ => tier.counts.len(),
        };
        if tier.counts.get(at).is_none_or(|(other, _)| *other != begin) {
            tier.counts.insert(at, (begin, [0; 7]));
        }
        if let Some((_, sum)) = tier.counts.get_mut(at) {
            sum.iter_mut().zip(counts).for_each(|(sum, more)| *sum = sum.saturating_add(*more));
        }
        if tier.counts.len() > MOST
            && let Some((begin, oldest)) = tier.counts.pop_front()
        {
            tier.from = begin + width;
            self.put(place + 1, begin, &oldest);
        }
    }

    /// Forgets what ended before this moment: its lines are gone.
    pub(super) fn drop_before(&mut self, moment: Moment) {
        for (tier, width) in self.tiers.iter_mut().zip(WIDTHS) {
            while tier.counts.front().is_some_and(|(begin, _)| begin + width <= moment.0) {
                tier.counts.pop_front();
            }
        }
    }

    /// How many lines of each level stand in each of `cells` cells of `cell_ms` from `from` on. What is counted more coarsely
    /// than that is spread evenly.
    pub(super) fn cells(&self, from: Moment, cell_ms: i64, cells: usize) -> Vec<Counts> {
        let mut sums: Vec<Counts> = vec![[0; 7]; cells];
        let cell_ms = cell_ms.max(1);
        let end = from.0.saturating_add(cell_ms.saturating_mul(cells as i64));
        for (tier, width) in self.tiers.iter().zip(WIDTHS) {
            let first = tier.counts.partition_point(|(begin, _)| begin + width <= from.0);
            for (begin, counts) in tier.counts.range(first..).take_while(|(begin, _)| *begin < end) {
                let cell = |at: i64| (at - from.0).div_euclid(cell_ms).clamp(0, cells as i64 - 1) as usize;
                let low = cell(*begin);
                let high = if width <= cell_ms { low } else { cell((begin + width - 1).min(end - 1)) };
                let over = (high - low + 1) as u32;
                for (n, sum) in sums[low..=high].iter_mut().enumerate() {
                    for (sum, count) in sum.iter_mut().zip(counts) {
                        *sum = sum.saturating_add(count / over + u32::from((n as u32) < count % over));
                    }
                }
            }
        }
        sums
    }
}

impl LogList {
    /// How many of the lines that fit are of each level, by time: see [`Logs::levels`]. Of a list that counts: see
    /// [`LogList::counting`].
    pub fn levels(&self, logs: &Logs, from: Moment, cell_ms: i64, cells: usize) -> Vec<Counts> {
        match &self.levels {
            Some(levels) if !self.filter().is_all() => levels.cells(from, cell_ms, cells),
            _ => logs.levels(from, cell_ms, cells),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(cells: &[Counts]) -> u32 {
        cells.iter().flatten().sum()
    }

    #[test]
    fn lines_are_counted_in_their_cells_whenever_they_come() {
        let mut levels = Levels::default();
        for at in [10_000, 10_249, 10_250, 9_000, 10_900, 10_000] {
            levels.take(Moment(at), Level::Warn);
        }
        levels.take(Moment(10_500), Level::Error);
        let cells = levels.cells(Moment(10_000), 500, 2);
        let of = |cell: usize, level: Level| cells[cell][usize::from(codec::level_number(level))];
        assert_eq!((of(0, Level::Warn), of(1, Level::Warn), of(1, Level::Error)), (4, 1, 1));
        assert_eq!(sum(&levels.cells(Moment(0), 60_000, 1)), 7);
        levels.drop_before(Moment(10_000));
        assert_eq!(sum(&levels.cells(Moment(0), 60_000, 1)), 6);
    }

    #[test]
    fn weeks_of_lines_are_counted_in_bounded_room_and_none_is_lost() {
        let mut levels = Levels::default();
        let (step, count) = (60_000, 40_000);
        for n in 0..count {
            levels.take(Moment(n * step), Level::Info);
        }
        assert!(levels.tiers.iter().all(|tier| tier.counts.len() <= MOST));
        let all = levels.cells(Moment(0), count * step, 1);
        assert_eq!(i64::from(sum(&all)), count, "28 days");
        let hour = levels.cells(Moment(60 * step), 60_000, 60);
        assert_eq!(
            (sum(&hour), hour.iter().map(|cell| cell.iter().sum::<u32>()).max()),
            (60, Some(1)),
            "spread evenly"
        );
    }

    #[test]
    fn a_list_that_is_filled_backwards_counts_the_same() {
        let (mut forth, mut back) = (Levels::default(), Levels::default());
        (0..20_000).for_each(|n| forth.take(Moment(n * 250), Level::Info));
        (0..20_000).rev().for_each(|n| back.take(Moment(n * 250), Level::Info));
        let cells = |levels: &Levels| levels.cells(Moment(0), 1_000_000, 5);
        assert_eq!(sum(&cells(&forth)), 20_000);
        assert_eq!(sum(&cells(&back)), 20_000);
    }
}
