//! Times that lines write without a date, or without a year: found out from when the line was seen. UTC, as all that tells no
//! zone.

use chrono::{DateTime, Datelike, NaiveDate};

use super::time::{Exact, billionths};
use crate::domain::time::Moment;

const DAY_MS: i64 = 24 * 3_600_000;

/// A time that tells less than a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Clock {
    /// Ns of a day.
    Day(u64),
    /// Month and day of a year, and ns of that day.
    Year(u32, u32, u64),
}

impl Clock {
    /// The moment nearest to the one at which the line was seen: a line of 23:59 that is seen at 00:01 is yesterday's.
    pub(super) fn near(self, seen_at: Moment) -> Option<Exact> {
        let seen = DateTime::from_timestamp_millis(seen_at.0)?.date_naive();
        let midnight = |date: NaiveDate| date.and_hms_opt(0, 0, 0).map(|at| at.and_utc().timestamp_millis());
        match self {
            Clock::Day(ns) => {
                let today = midnight(seen)?;
                let days = [today - DAY_MS, today, today + DAY_MS].into_iter();
                days.map(|day| Exact::new(day, ns)).min_by_key(|exact| exact.at.0.abs_diff(seen_at.0))
            }
            Clock::Year(month, day, ns) => {
                let years = [seen.year() - 1, seen.year(), seen.year() + 1].into_iter();
                let days = years.filter_map(|year| midnight(NaiveDate::from_ymd_opt(year, month, day)?));
                days.map(|day| Exact::new(day, ns)).min_by_key(|exact| exact.at.0.abs_diff(seen_at.0))
            }
        }
    }
}

/// The time of day at the front of a text, `07:00:03` with or without a fraction, in ns, and what follows.
pub(super) fn of_day(text: &str) -> Option<(u64, &str)> {
    let bytes = text.as_bytes();
    let two = |at: usize| {
        let digits = text.get(at..at + 2).filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()))?;
        digits.parse::<u64>().ok()
    };
    let (hour, minute, second) = (two(0)?, two(3)?, two(6)?);
    if bytes.get(2) != Some(&b':') || bytes.get(5) != Some(&b':') || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let mut ns = ((hour * 60 + minute) * 60 + second.min(59)) * 1_000_000_000;
    let mut end = 8;
    if matches!(bytes.get(end), Some(b'.' | b',')) {
        let digits = bytes[end + 1..].iter().take_while(|b| b.is_ascii_digit()).count();
        if digits > 0 {
            ns += billionths(&text[end + 1..end + 1 + digits]);
            end += 1 + digits;
        }
    }
    Some((ns, &text[end..]))
}

/// The month of an English name of three letters.
pub(super) fn month(name: &str) -> Option<u32> {
    const NAMES: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    NAMES.iter().position(|known| *known == name).map(|place| place as u32 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(text: &str) -> Moment {
        Moment(text.parse::<DateTime<chrono::Utc>>().unwrap().timestamp_millis())
    }

    #[test]
    fn a_time_of_day_is_of_the_day_that_is_nearest() {
        for (day, at, wanted) in [
            ("23:59:59.5", "2026-11-26T00:01:00Z", "2026-11-25T23:59:59.500Z"),
            ("00:00:01", "2026-11-25T23:59:59Z", "2026-11-26T00:00:01.000Z"),
            ("07:00:07,1234", "2026-11-26T07:00:08Z", "2026-11-26T07:00:07.123Z"),
        ] {
            let (ns, rest) = of_day(day).unwrap();
            let near = Clock::Day(ns).near(seen(at)).map(|exact| exact.at.rfc3339());
            assert_eq!((near.as_deref(), rest), (Some(wanted), ""));
        }
    }

    #[test]
    fn a_day_is_of_the_year_that_is_nearest() {
        for (month, day, at, wanted) in [
            (12, 31, "2027-01-01T00:00:10Z", "2026-12-31T00:00:00.000Z"),
            (1, 1, "2026-12-31T23:59:50Z", "2027-01-01T00:00:00.000Z"),
            (2, 29, "2028-03-01T00:00:00Z", "2028-02-29T00:00:00.000Z"),
        ] {
            let near = Clock::Year(month, day, 0).near(seen(at));
            assert_eq!(near.map(|exact| exact.at.rfc3339()).as_deref(), Some(wanted));
        }
        assert_eq!(Clock::Year(2, 29, 0).near(seen("2026-03-01T00:00:00Z")), None);
    }

    #[test]
    fn what_is_no_time_of_day_is_none() {
        for text in ["", "7:00:00", "24:00:00", "07:60:00", "07-00-00", "+7:00:00", "é7:00:00", "07:00"] {
            assert_eq!(of_day(text), None, "{text}");
        }
    }
}
