//! Times that lines write without a date, or without a year: found out from when the line was seen. UTC, as all that tells no
//! zone.

use chrono::{DateTime, Datelike, NaiveDate};

use crate::domain::time::Moment;

const DAY_MS: i64 = 24 * 3_600_000;

/// A time that tells less than a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Clock {
    /// Ms of a day.
    Day(i64),
    /// Month and day of a year, and ms of that day.
    Year(u32, u32, i64),
}

impl Clock {
    /// The moment nearest to the one at which the line was seen: a line of 23:59 that is seen at 00:01 is yesterday's.
    pub(super) fn near(self, seen_at: Moment) -> Option<Moment> {
        let seen = DateTime::from_timestamp_millis(seen_at.0)?.date_naive();
        let midnight = |date: NaiveDate| date.and_hms_opt(0, 0, 0).map(|at| at.and_utc().timestamp_millis());
        let at = match self {
            Clock::Day(ms) => {
                let today = midnight(seen)?;
                [today - DAY_MS, today, today + DAY_MS]
                    .into_iter()
                    .map(|day| day + ms)
                    .min_by_key(|at| at.abs_diff(seen_at.0))
            }
            Clock::Year(month, day, ms) => {
                let years = [seen.year() - 1, seen.year(), seen.year() + 1].into_iter();
                let at = years.filter_map(|year| Some(midnight(NaiveDate::from_ymd_opt(year, month, day)?)? + ms));
                at.min_by_key(|at| at.abs_diff(seen_at.0))
            }
        };
        at.map(Moment)
    }
}

/// The time of day at the front of a text, `07:00:03` with or without a fraction, in ms, and what follows.
pub(super) fn of_day(text: &str) -> Option<(i64, &str)> {
    let bytes = text.as_bytes();
    let two = |at: usize| {
        let digits = text.get(at..at + 2).filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()))?;
        digits.parse::<i64>().ok()
    };
    let (hour, minute, second) = (two(0)?, two(3)?, two(6)?);
    if bytes.get(2) != Some(&b':') || bytes.get(5) != Some(&b':') || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let mut ms = ((hour * 60 + minute) * 60 + second.min(59)) * 1_000;
    let mut end = 8;
    if matches!(bytes.get(end), Some(b'.' | b',')) {
        let digits = bytes[end + 1..].iter().take_while(|b| b.is_ascii_digit()).count();
        if digits > 0 {
            let thousandths = bytes[end + 1..].iter().take(digits.min(3)).chain([b'0'; 3].iter()).take(3);
            ms += thousandths.fold(0, |sum, b| sum * 10 + i64::from(b - b'0'));
            end += 1 + digits;
        }
    }
    Some((ms, &text[end..]))
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
            let (ms, rest) = of_day(day).unwrap();
            assert_eq!((Clock::Day(ms).near(seen(at)).map(Moment::rfc3339).as_deref(), rest), (Some(wanted), ""));
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
            assert_eq!(near.map(Moment::rfc3339).as_deref(), Some(wanted));
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
