//! Which instances are slow, as their traces show it: far slower than their siblings of late. Judged once a second, in one
//! place, so that the mark of a row, the card of the topology and the verdict never differ. Not what they say of themselves.

use std::collections::{BTreeMap, BTreeSet};

use super::{Service, TrafficStore};
use crate::domain::{id::InstanceId, time::Moment};

/// Calls without which nothing is judged.
const CALLS: u32 = 30;
/// Times its siblings' p95 from which it is slow.
const FROM: f64 = 3.0;
/// Times its siblings' p95 below which it is well again: in between it stays what it is.
const UNTIL: f64 = 2.0;
/// A p95 up to which nobody minds, in ms.
const AT_LEAST_MS: f64 = 50.0;

/// An instance is slow.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Slow {
    /// Since when it has been judged so.
    pub since: Moment,
    /// 95 % of its calls of the last 10 to 20 s took at most this long, in ms.
    pub p95_ms: f64,
    /// The same of its siblings: their median, in ms.
    pub usual_ms: f64,
    /// Calls that this is judged by.
    pub calls: u32,
}

/// Those that are slow, by the numbers of their instances.
pub(super) type SlowOnes = BTreeMap<u32, Slow>;

impl TrafficStore {
    /// Judges anew who is slow; whether that changed for any.
    pub fn judge(&mut self) -> bool {
        if !self.is_live() {
            // Nobody tells any more: what was slow is not known to be.
            let had = !self.slow.is_empty();
            self.slow.clear();
            return had;
        }
        let mut of: BTreeMap<u32, Vec<(u32, f64, u32)>> = BTreeMap::new();
        for (number, (service, _, series)) in self.instances.iter().enumerate() {
            let Some(series) = series else { continue };
            let (p95, calls) = series.recent(self.now);
            if let Some(p95) = p95 {
                of.entry(*service).or_default().push((number as u32, p95, calls));
            }
        }
        let mut slow = SlowOnes::new();
        for siblings in of.values().filter(|all| all.len() > 1) {
            let mut sorted: Vec<f64> = siblings.iter().map(|(_, p95, _)| *p95).collect();
            sorted.sort_by(f64::total_cmp);
            for (number, p95, calls) in siblings {
                let usual = median_without(&sorted, *p95);
                let before = self.slow.get(number);
                let times = if before.is_some() { UNTIL } else { FROM };
                let judged = before.is_some() || *calls >= CALLS;
                if judged && *p95 > AT_LEAST_MS && *p95 > times * usual {
                    let since = before.map_or(self.now, |slow| slow.since);
                    slow.insert(*number, Slow { since, p95_ms: *p95, usual_ms: usual, calls: *calls });
                }
            }
        }
        let changed = !slow.keys().eq(self.slow.keys());
        self.slow = slow;
        changed
    }

    /// Whether an instance is slow, and by how much.
    pub fn slow(&self, id: &InstanceId) -> Option<&Slow> {
        if self.slow.is_empty() {
            return None;
        }
        let service = *self.names.get(&id.service)?;
        self.slow.get(self.places.get(&(service, id.address.clone()))?)
    }

    /// Services of which an instance is slow.
    pub fn slow_services(&self) -> BTreeSet<&str> {
        let name = |number: &u32| self.services.get(self.instances.get(*number as usize)?.0 as usize);
        self.slow.keys().filter_map(name).map(|service: &Service| &*service.name).collect()
    }
}

/// The median of sorted values without one of them.
fn median_without(sorted: &[f64], one: f64) -> f64 {
    let at = sorted.partition_point(|v| *v < one);
    let middle = (sorted.len() - 1) / 2;
    sorted[if middle < at { middle } else { middle + 1 }]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_the_others_leaves_out_the_one() {
        assert_eq!(median_without(&[1.0, 9.0], 9.0), 1.0);
        assert_eq!(median_without(&[1.0, 9.0], 1.0), 9.0);
        assert_eq!(median_without(&[1.0, 2.0, 9.0], 9.0), 2.0);
        assert_eq!(median_without(&[1.0, 2.0, 3.0, 9.0], 9.0), 2.0);
    }
}
