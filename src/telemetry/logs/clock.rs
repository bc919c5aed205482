//! Times that lines write without a date, or without a year: found out from when the line was seen. UTC, as all that tells no
//! zone.

use chrono::{DateTime, Datelike, NaiveDate};

use super::time::{Exact, billionths};
use crate::domain::time::Moment;

const DAY_MS: i64 = 24 * 3_600_000;
const HOUR_NS: u64 = 3_600_000_000_000;

/// How far ahead of when it was seen a time of day may be: a clock that is ahead, or a zone that is not told.
const AHEAD_MS: i64 = 2 * 3_600_000;

/// The years in which every day of a calendar comes at least once.
const YEARS: i32 = 8;

/// A time that tells less than a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Clock {
    /// Ns of a day.
    Day(u64),
    /// Month and day of a year, and ns of that day.
    Year(u32, u32, u64),
    /// A time of a zone that is not known: it may be any of twenty-four hours, so the line is of when it was seen.
    Elsewhere,
}

impl Clock {
    /// The last such moment before the line was seen: nobody writes a line before it happens. Clocks differ, so a time of
    /// day may be a little ahead, and one with a date a day.
    pub(super) fn near(self, seen_at: Moment) -> Option<Exact> {
        let seen = DateTime::from_timestamp_millis(seen_at.0)?.date_naive();
        let midnight = |date: NaiveDate| date.and_hms_opt(0, 0, 0).map(|at| at.and_utc().timestamp_millis());
        match self {
            Clock::Day(ns) => {
                let today = midnight(seen)?;
                let mut days = [today + DAY_MS, today, today - DAY_MS].into_iter().map(|day| Exact::new(day, ns));
                days.find(|exact| exact.at.0 <= seen_at.0 + AHEAD_MS)
            }
            Clock::Year(month, day, ns) => {
                let years = (seen.year() - YEARS..=seen.year() + 1).rev();
                let mut days = years.filter_map(|year| midnight(NaiveDate::from_ymd_opt(year, month, day)?));
                days.find(|day| *day <= seen_at.0 + DAY_MS).map(|day| Exact::new(day, ns))
            }
            Clock::Elsewhere => Some(seen_at.into()),
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

/// The time of day at the front of a text, of twenty-four hours or of twelve, in ns; whether of twelve; what follows.
pub(super) fn of_any_day(text: &str) -> Option<(u64, bool, &str)> {
    let Some((ns, rest)) = of_day(text) else {
        return of_half_day(text).map(|(ns, rest)| (ns, true, rest));
    };
    let hour = (ns / HOUR_NS) as u32;
    Some(match half(rest, 0, hour) {
        Some((of_half, end)) => (ns - u64::from(hour) * HOUR_NS + u64::from(of_half) * HOUR_NS, true, &rest[end..]),
        None => (ns, false, rest),
    })
}

/// The hour of the day that this one is with the half that stands here, ` PM`, and where that ends. Some count
/// twenty-four hours and tell the half all the same.
pub(super) fn half(text: &str, at: usize, hour: u32) -> Option<(u32, usize)> {
    let bytes = text.as_bytes().get(at..)?;
    let blank = match bytes.first()? {
        b' ' => 1,
        // Java puts a narrow blank there.
        0xe2 if bytes.starts_with("\u{202f}".as_bytes()) => 3,
        0xc2 if bytes.starts_with("\u{a0}".as_bytes()) => 2,
        _ => 0,
    };
    let is_late = match (bytes.get(blank)?, bytes.get(blank + 1)?) {
        (b'A', b'M') | (b'a', b'm') => false,
        (b'P', b'M') | (b'p', b'm') => true,
        _ => return None,
    };
    let end = at + blank + 2;
    let of_day = match (hour, is_late) {
        (0..=12, _) => hour % 12 + if is_late { 12 } else { 0 },
        (_, true) => hour,
        (_, false) => return None,
    };
    // `pm-worker` and `pm.max_children` are the text's.
    let ends =
        |after: &str| after.is_empty() || after.starts_with([' ', '\t', ']', ')', '|', ',', ';', ':', '"', '\'']);
    ends(&text[end..]).then_some((of_day, end))
}

/// The time of day of twelve hours at the front of a text, `7:00:03 AM`, `7:00PM`, in ns, and what follows.
pub(super) fn of_half_day(text: &str) -> Option<(u64, &str)> {
    // Cheap to say no: the colon is the second byte or the third.
    let bytes = text.as_bytes();
    let colon = (1..3).find(|at| bytes.get(*at) == Some(&b':'))?;
    let hour: u32 = text[..colon].bytes().all(|b| b.is_ascii_digit()).then(|| text[..colon].parse().ok())??;
    let two = |at: usize| {
        let digits = text.get(at..at + 2).filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()))?;
        digits.parse::<u64>().ok().filter(|number| *number < 60)
    };
    let minute = two(colon + 1)?;
    let (second, mut end) = match bytes.get(colon + 3) {
        Some(b':') => (two(colon + 4)?, colon + 6),
        _ => (0, colon + 3),
    };
    let mut ns = (minute * 60 + second) * 1_000_000_000;
    if matches!(bytes.get(end), Some(b'.' | b',')) {
        let digits = bytes[end + 1..].iter().take_while(|b| b.is_ascii_digit()).count();
        ns += billionths(&text[end + 1..end + 1 + digits]);
        end += 1 + digits;
    }
    let (hour, end) = half(text, end, hour).filter(|_| (1..=12).contains(&hour))?;
    Some((ns + u64::from(hour) * HOUR_NS, text.get(end..)?))
}

/// The time of day at the front of a text without seconds, `07:00`, in ns, and what follows: with a date before it one, else
/// any two numbers.
pub(super) fn of_minutes(text: &str) -> Option<(u64, &str)> {
    let [a, b, b':', c, d, after @ ..] = text.as_bytes() else { return None };
    let two = |high: &u8, low: &u8| {
        (high.is_ascii_digit() && low.is_ascii_digit()).then(|| u64::from(high - b'0') * 10 + u64::from(low - b'0'))
    };
    let (hour, minute) = (two(a, b)?, two(c, d)?);
    let ends = matches!(after, [] | [b' ' | b'\t' | b']' | b'|' | b'Z' | b'+', ..] | [b':', b' ', ..]);
    (hour < 24 && minute < 60 && ends).then(|| ((hour * 60 + minute) * 60_000_000_000, &text[5..]))
}

/// The time of day at the front of a text without colons, `070003` with or without a fraction, in ns, and what follows.
pub(super) fn of_day_compact(text: &str) -> Option<(u64, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let number: u64 = (digits == 6).then(|| text[..6].parse().ok())??;
    let (hour, minute, second) = (number / 10_000, number / 100 % 100, number % 100);
    let mut ns = ((hour * 60 + minute) * 60 + second.min(59)) * 1_000_000_000;
    let mut end = 6;
    if let Some(rest) = text[6..].strip_prefix(['.', ',']) {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        ns += billionths(&rest[..digits]);
        end += if digits > 0 { digits + 1 } else { 0 };
    }
    (hour < 24 && minute < 60 && second < 61).then_some((ns, &text[end..]))
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
    fn a_time_of_day_is_the_last_one_before_it_was_seen() {
        for (day, at, wanted) in [
            ("23:59:59.5", "2026-11-26T00:01:00Z", "2026-11-25T23:59:59.500Z"),
            ("00:00:01", "2026-11-25T23:59:59Z", "2026-11-26T00:00:01.000Z"),
            ("23:59:59", "2026-11-26T18:40:00Z", "2026-11-25T23:59:59.000Z"),
            ("19:40:00", "2026-11-26T18:40:00Z", "2026-11-26T19:40:00.000Z"),
            ("07:00:07,1234", "2026-11-26T07:00:08Z", "2026-11-26T07:00:07.123Z"),
        ] {
            let (ns, rest) = of_day(day).unwrap();
            let near = Clock::Day(ns).near(seen(at)).map(|exact| exact.at.rfc3339());
            assert_eq!((near.as_deref(), rest), (Some(wanted), ""));
        }
    }

    #[test]
    fn a_day_is_of_the_last_year_that_it_can_be_of() {
        for (month, day, at, wanted) in [
            (12, 31, "2027-01-01T00:00:10Z", "2026-12-31T00:00:00.000Z"),
            (1, 1, "2026-12-31T23:59:50Z", "2027-01-01T00:00:00.000Z"),
            (2, 29, "2028-03-01T00:00:00Z", "2028-02-29T00:00:00.000Z"),
            (2, 29, "2026-11-26T00:00:00Z", "2024-02-29T00:00:00.000Z"),
            (2, 29, "2104-01-01T00:00:00Z", "2096-02-29T00:00:00.000Z"),
            (4, 12, "2026-11-26T18:40:00Z", "2026-04-12T00:00:00.000Z"),
            (5, 20, "2026-11-26T18:40:00Z", "2026-05-20T00:00:00.000Z"),
            (11, 28, "2026-11-26T18:40:00Z", "2025-11-28T00:00:00.000Z"),
        ] {
            let near = Clock::Year(month, day, 0).near(seen(at));
            assert_eq!(near.map(|exact| exact.at.rfc3339()).as_deref(), Some(wanted));
        }
        assert_eq!(Clock::Year(2, 30, 0).near(seen("2026-03-01T00:00:00Z")), None);
        let at = seen("2026-03-01T00:00:00Z");
        assert_eq!(Clock::Elsewhere.near(at), Some(at.into()), "of a zone that is not known it is the arrival");
    }

    #[test]
    fn a_time_of_twelve_hours_is_one_only_with_its_half() {
        let of = |text| of_half_day(text).map(|(ns, rest)| (ns / 60_000_000_000, rest));
        assert_eq!(of("7:05AM ERR x"), Some((7 * 60 + 5, " ERR x")));
        assert_eq!(of("12:05:59.5 pm]"), Some((12 * 60 + 5, "]")));
        assert_eq!(of("12:05\u{202f}AM"), Some((5, "")));
        for text in ["7:05", "13:05 PM", "0:05 AM", "7:05 AMPLE", "7:5 AM", "07:00:00 A", "x:05 AM", "7:05 é"] {
            assert_eq!(of(text), None, "{text}");
        }
    }

    #[test]
    fn a_half_that_stands_behind_the_hour_counts_also_where_the_hour_has_two_digits() {
        let of = |text| of_any_day(text).map(|(ns, of_twelve, rest)| (ns / 60_000_000_000, of_twelve, rest));
        assert_eq!(of("09:52:13 PM ERROR x"), Some((21 * 60 + 52, true, " ERROR x")));
        assert_eq!(of("12:00:00.5 AM INFO x"), Some((0, true, " INFO x")));
        assert_eq!(of("12:00:00PM"), Some((12 * 60, true, "")));
        assert_eq!(of("00:30:00 pm]"), Some((12 * 60 + 30, true, "]")));
        assert_eq!(of("21:52:13 PM x"), Some((21 * 60 + 52, true, " x")), "told twice");
        assert_eq!(of("21:52:13 AM x"), Some((21 * 60 + 52, false, " AM x")), "that is the text's");
        for line in ["07:00:00 pm-worker", "07:00:00 pm.max_children", "07:00:00 PM/ops", "07:00:00 am_service up"] {
            assert_eq!(of(line), Some((420, false, &line[8..])));
        }
        assert_eq!(of("09:52:13 PMX"), Some((9 * 60 + 52, false, " PMX")));
        assert_eq!(of("09:52:13 P\u{e9}"), Some((9 * 60 + 52, false, " P\u{e9}")));
        assert_eq!(of("09:52:13"), Some((9 * 60 + 52, false, "")));
        assert_eq!(of("7:05 PM"), Some((19 * 60 + 5, true, "")));
    }

    #[test]
    fn a_time_of_day_may_have_no_seconds_where_nothing_else_follows() {
        let of = |text| of_minutes(text).map(|(ns, rest)| (ns / 60_000_000_000, rest));
        assert_eq!(of("07:05"), Some((425, "")));
        assert_eq!(of("07:05 +00:00: x"), Some((425, " +00:00: x")));
        assert_eq!(of("07:05: x"), Some((425, ": x")));
        assert_eq!(of("07:05Z"), Some((425, "Z")));
        for text in ["", "07:0", "07:05:00", "24:00", "07:60", "07:05.5", "07:05-08:00", "7:05", "\u{e9}7:05"] {
            assert_eq!(of(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_no_time_of_day_is_none() {
        for text in ["", "7:00:00", "24:00:00", "07:60:00", "07-00-00", "+7:00:00", "é7:00:00", "07:00"] {
            assert_eq!(of_day(text), None, "{text}");
        }
    }
}
