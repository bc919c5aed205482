//! When a span began and ended, where its sender does not say so: of no length, and marked. A start that is missing is not
//! the year 1970.

use crate::domain::span::TIMELESS;
use crate::domain::time::Moment;

/// A ms in ns.
const MS: u64 = 1_000_000;

/// The start and the end of a span that came at this moment, in ns since the epoch, and what of them was not told (the value
/// of [`UNTIMED`](crate::domain::span::UNTIMED)).
pub(super) fn times(start_ns: u64, end_ns: u64, now: Moment) -> (u64, u64, Option<&'static str>) {
    match (start_ns, end_ns) {
        (0, 0) => {
            let now = u64::try_from(now.0).unwrap_or(0).saturating_mul(MS);
            (now, now, Some(TIMELESS))
        }
        (0, end) => (end, end, Some("no start told")),
        (start, 0) => (start, start, Some("no end told")),
        (start, end) => (start, end, (end < start).then_some("its end is before its start")),
    }
}
