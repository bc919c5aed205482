//! Traffic of a service or of a call, as traces show it, in the numbers that are drawn. Not how it is counted.

use crate::{
    domain::{show, time::Moment},
    store::traffic::{CELL_MS, CELLS, Calls, Traffic},
};

/// Cells of two seconds that are drawn as one.
const JOINED: usize = 5;

/// Traffic as it is drawn.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Flow {
    /// Calls per second, of the last 10 s; `None` where nobody told of any call for a minute.
    pub rate: Option<f64>,
    /// Calls of the last minute.
    pub calls: u64,
    /// Failed ones among them.
    pub failed: u64,
    /// Answer time that 95 % of the last minute's calls kept to, in ms; `None` without calls.
    pub p95_ms: Option<f64>,
    /// Recent rates per second, oldest first; `None` is a gap.
    pub trend: Vec<Option<f64>>,
    /// When a call was last seen.
    pub seen: Option<Moment>,
}

impl Flow {
    /// Of the store's numbers and its cells of two seconds, the newest last. Five are one cell of a graph, and a graph
    /// gets a cell more only when all five are over: it stands still for 10 s.
    pub fn new(traffic: &Traffic, cells: Option<&[Calls; CELLS]>, now: Moment) -> Flow {
        let seconds = (JOINED as i64 * CELL_MS) as f64 / 1000.0;
        let joined = |cells: &[Calls]| cells.iter().map(|c| f64::from(c.calls)).sum::<f64>() / seconds;
        let known = |cells: &[Calls; CELLS]| {
            let going_on = now.0.div_euclid(CELL_MS).rem_euclid(JOINED as i64) as usize + 1;
            let complete = &cells[..CELLS - going_on];
            let mut trend: Vec<Option<f64>> = complete.rchunks_exact(JOINED).map(|c| Some(joined(c))).collect();
            trend.reverse();
            // What was before the first call is a gap.
            trend.iter_mut().take_while(|v| **v == Some(0.0)).for_each(|v| *v = None);
            trend
        };
        Flow {
            rate: traffic.rate,
            calls: u64::from(traffic.minute.calls),
            failed: u64::from(traffic.minute.errors),
            p95_ms: traffic.p95_ms,
            trend: cells.map(known).unwrap_or_default(),
            seen: Some(traffic.as_of),
        }
    }

    /// The ratio of failed calls, 0 to 1; `None` without calls.
    pub fn errors(&self) -> Option<f64> {
        (self.calls > 0).then(|| self.failed as f64 / self.calls as f64)
    }

    /// The rate as it is written; `?` where it is not known.
    pub fn rate_text(&self) -> String {
        self.rate.map_or(show::UNKNOWN.to_owned(), show::rate)
    }

    /// Whether so many calls failed that it is worth a word: 1 % at least, of enough calls.
    pub fn fails(&self) -> bool {
        self.calls >= show::FEW && self.failed * 100 >= self.calls
    }

    /// The rate that is usual: the median of the recent ones; 0 where there are none.
    pub fn usual(&self) -> f64 {
        usual(&self.trend)
    }

    /// Less than one call a second.
    pub fn faint(&self) -> bool {
        self.rate.is_none_or(|rate| rate < 1.0)
    }
}

/// The median of what is known; 0 where nothing is.
pub fn usual(values: &[Option<f64>]) -> f64 {
    let mut known: Vec<f64> = values.iter().flatten().copied().filter(|v| v.is_finite()).collect();
    if known.is_empty() {
        return 0.0;
    }
    let middle = known.len() / 2;
    *known.select_nth_unstable_by(middle, f64::total_cmp).1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_calls_make_no_ratio_that_is_told_and_none_make_none() {
        let few = Flow { calls: 10, failed: 5, ..Flow::default() };
        assert!(!few.fails() && few.errors() == Some(0.5));
        assert_eq!(Flow::default().errors(), None);
        assert!(Flow { calls: 100, failed: 1, ..Flow::default() }.fails());
    }

    #[test]
    fn what_is_usual_is_not_moved_by_one_peak() {
        assert_eq!(usual(&[Some(10.0), None, Some(11.0), Some(900.0), Some(10.0)]), 11.0);
        assert_eq!(usual(&[None]), 0.0);
    }
}
