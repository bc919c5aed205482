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
    /// The same of failed calls.
    pub failing: Vec<Option<f64>>,
    /// When a call was last seen.
    pub seen: Option<Moment>,
}

impl Flow {
    /// Of the store's numbers and its cells of two seconds, the newest last. Five are one cell of a graph, and a graph
    /// gets a cell more only when all five are over: it stands still for 10 s.
    pub fn new(traffic: &Traffic, cells: Option<&[Calls; CELLS]>, now: Moment) -> Flow {
        let graph = |count: fn(&Calls) -> u32| cells.map(|cells| graph(cells, now, count)).unwrap_or_default();
        Flow {
            rate: traffic.rate,
            calls: u64::from(traffic.minute.calls),
            failed: u64::from(traffic.minute.errors),
            p95_ms: traffic.p95_ms,
            trend: graph(|c| c.calls),
            failing: graph(|c| c.errors),
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

    /// Whether so many failed that the way itself is broken: a tenth at least, of enough calls. What is less may only be
    /// passed on by who was called.
    pub fn breaks(&self) -> bool {
        self.calls >= show::FEW && self.failed * 10 >= self.calls
    }

    /// The rate that is usual among the recent ones; 0 where there are none.
    pub fn usual(&self) -> f64 {
        usual(&self.trend)
    }

    /// Less than one call a second, over 10 s and over the minute: so it does not come and go with each single call.
    pub fn faint(&self) -> bool {
        self.calls < 60 && self.rate.is_none_or(|rate| rate < 1.0)
    }
}

/// Rates per second, oldest first. What was before the first call is a gap.
fn graph(cells: &[Calls; CELLS], now: Moment, count: fn(&Calls) -> u32) -> Vec<Option<f64>> {
    let seconds = (JOINED as i64 * CELL_MS) as f64 / 1000.0;
    let going_on = now.0.div_euclid(CELL_MS).rem_euclid(JOINED as i64) as usize + 1;
    let complete = &cells[..CELLS - going_on];
    let silent = complete.iter().take_while(|c| c.calls == 0).count();
    let whole = (complete.len() - silent).div_ceil(JOINED) * JOINED;
    let first = complete.len().saturating_sub(whole);
    let mut graph: Vec<Option<f64>> = complete[first..]
        .rchunks(JOINED)
        .map(|joined| Some(joined.iter().map(|c| f64::from(count(c))).sum::<f64>() / seconds))
        .collect();
    graph.reverse();
    graph
}

/// The sum of graphs that end at the same moment.
pub fn sum<'a>(graphs: impl Iterator<Item = &'a [Option<f64>]>) -> Vec<Option<f64>> {
    let mut all: Vec<Option<f64>> = Vec::new();
    for graph in graphs {
        if graph.len() > all.len() {
            let more = graph.len() - all.len();
            all.splice(0..0, std::iter::repeat_n(None, more));
        }
        let start = all.len() - graph.len();
        for (cell, value) in all[start..].iter_mut().zip(graph) {
            *cell = match (*cell, value) {
                (Some(a), Some(b)) => Some(a + b),
                (a, b) => a.or(*b),
            };
        }
    }
    all
}

/// What is usual of what is known, 0 where nothing is: its lower quartile. The median would take a trouble for usual as soon
/// as it fills half of a graph, and the room above is for trouble.
pub fn usual(values: &[Option<f64>]) -> f64 {
    let mut known: Vec<f64> = values.iter().flatten().copied().filter(|v| v.is_finite()).collect();
    if known.is_empty() {
        return 0.0;
    }
    let quarter = (known.len() - 1) / 4;
    *known.select_nth_unstable_by(quarter, f64::total_cmp).1
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
    fn what_is_usual_is_not_moved_by_a_peak_nor_by_a_trouble_that_fills_half_of_the_graph() {
        assert_eq!(usual(&[Some(10.0), None, Some(11.0), Some(900.0), Some(10.0)]), 10.0);
        assert_eq!(usual(&[Some(10.0), Some(11.0), Some(900.0), Some(910.0)]), 10.0);
        assert_eq!(usual(&[None]), 0.0);
    }
}
