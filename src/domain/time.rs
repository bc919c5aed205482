//! Moments and how long things last. Not a clock: nobody asks for the time here, it is always given.

use serde::{Deserialize, Serialize};

/// A moment, in milliseconds since the Unix epoch (UTC).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Moment(pub i64);

impl Moment {
    /// From nanoseconds since the epoch, as OTLP has them; rounded down to the millisecond.
    pub fn from_nanos(nanos: u64) -> Self {
        Moment((nanos / 1_000_000) as i64)
    }

    /// Milliseconds from `earlier` to this moment; 0 where `earlier` is later (clocks of others may be ahead).
    pub fn since(self, earlier: Moment) -> i64 {
        self.0.saturating_sub(earlier.0).max(0)
    }

    /// This moment, `ms` later (earlier where negative).
    pub fn plus(self, ms: i64) -> Self {
        Moment(self.0.saturating_add(ms))
    }

    /// RFC 3339 in UTC with milliseconds: `2026-11-25T14:03:07.512Z`.
    pub fn rfc3339(self) -> String {
        chrono::DateTime::from_timestamp_millis(self.0)
            .unwrap_or_default()
            .to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_with_milliseconds_in_utc() {
        assert_eq!(Moment(1_795_415_826_109).rfc3339(), "2026-11-23T06:37:06.109Z");
    }

    #[test]
    fn an_earlier_moment_in_the_future_counts_as_now() {
        assert_eq!(Moment(5).since(Moment(9)), 0);
        assert_eq!(Moment(9).since(Moment(5)), 4);
    }
}
