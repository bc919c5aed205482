//! How long calls took, in buckets that are an eighth of a doubling wide: percentiles within 6 %, in a few hundred bytes.

/// Counts per bucket, sorted by bucket; only buckets that hold something.
#[derive(Clone, Debug, Default)]
pub(super) struct Histogram {
    buckets: Vec<(u8, u32)>,
}

/// The bucket of a time in µs: exact up to 8 µs, then eight to each doubling, up to an hour and beyond.
fn bucket(us: u64) -> u8 {
    if us < 8 {
        return us as u8;
    }
    let us = us.min(u64::from(u32::MAX));
    let power = 63 - us.leading_zeros();
    let eighth = (us >> (power - 3)) & 7;
    ((u64::from(power) - 2) * 8 + eighth) as u8
}

/// The middle of a bucket, in µs.
fn middle(bucket: u8) -> f64 {
    if bucket < 8 {
        return f64::from(bucket);
    }
    let (power, eighth) = (i32::from(bucket / 8) + 2, f64::from(bucket % 8));
    2f64.powi(power) * (1.0 + (eighth + 0.5) / 8.0)
}

impl Histogram {
    /// Counts a call that took this long.
    pub(super) fn record(&mut self, us: u64) {
        let bucket = bucket(us);
        match self.buckets.binary_search_by_key(&bucket, |(b, _)| *b) {
            Ok(place) => self.buckets[place].1 = self.buckets[place].1.saturating_add(1),
            Err(place) => self.buckets.insert(place, (bucket, 1)),
        }
    }

    /// A call that took this long was counted, and was none.
    pub(super) fn forget(&mut self, us: u64) {
        if let Ok(place) = self.buckets.binary_search_by_key(&bucket(us), |(b, _)| *b) {
            self.buckets[place].1 = self.buckets[place].1.saturating_sub(1);
        }
    }

    /// Counts so many calls that took from this long to that long; where between, nobody told: as many in each part.
    pub(super) fn record_between(&mut self, from: u64, until: u64, count: u64) {
        let (first, mut last) = (bucket(from.saturating_add(1)), bucket(until.max(from)));
        // What is said of it later is the middle of a bucket, which is to lie within what was told.
        if last > first && middle(last) > until as f64 {
            last -= 1;
        }
        let parts = u64::from(last.saturating_sub(first)) + 1;
        for (part, bucket) in (first..=last.max(first)).enumerate() {
            let part = part as u64;
            let share = count * (part + 1) / parts - count * part / parts;
            let share = u32::try_from(share).unwrap_or(u32::MAX);
            if share == 0 {
                continue;
            }
            match self.buckets.binary_search_by_key(&bucket, |(b, _)| *b) {
                Ok(place) => self.buckets[place].1 = self.buckets[place].1.saturating_add(share),
                Err(place) => self.buckets.insert(place, (bucket, share)),
            }
        }
    }

    /// Forgets everything, and keeps the room.
    pub(super) fn clear(&mut self) {
        self.buckets.clear();
    }
}

/// The time in µs within which this share of all calls of these histograms lay; `None` without calls.
pub(super) fn quantile<'a>(histograms: impl Iterator<Item = &'a Histogram>, share: f64) -> Option<f64> {
    let mut sums = [0u64; 256];
    for (bucket, count) in histograms.flat_map(|histogram| &histogram.buckets) {
        sums[usize::from(*bucket)] += u64::from(*count);
    }
    let total: u64 = sums.iter().sum();
    let rank = ((total as f64 * share).ceil() as u64).clamp(1, total.max(1));
    let mut below = 0;
    sums.iter().zip(0u8..=255).find_map(|(count, bucket)| {
        below += count;
        (total > 0 && below >= rank).then(|| middle(bucket))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_within_six_percent() {
        let mut histogram = Histogram::default();
        (1..=10_000u64).for_each(|us| histogram.record(us * 37));
        for share in [0.01f64, 0.5, 0.95, 0.99, 1.0] {
            let (got, real) = (quantile(std::iter::once(&histogram), share).unwrap(), 370_000.0 * share);
            assert!((got / real - 1.0).abs() < 0.0625, "{share}: {got} {real}");
        }
    }

    #[test]
    fn extremes_have_their_bucket_and_nothing_is_not_known() {
        assert_eq!(quantile(std::iter::empty(), 0.5), None);
        let mut histogram = Histogram::default();
        histogram.record(0);
        assert_eq!(quantile(std::iter::once(&histogram), 0.5), Some(0.0));
        histogram.record(u64::MAX);
        assert!(quantile(std::iter::once(&histogram), 1.0).unwrap() > 4e9);
    }

    #[test]
    fn buckets_never_go_back() {
        let all: Vec<u8> = (0..40).flat_map(|p| [1u64 << p, (1 << p) + (1 << p) / 2]).map(bucket).collect();
        assert!(all.is_sorted(), "{all:?}");
    }
}
