//! Times as logs write them. Where no zone is told it is UTC, as containers have it; a time without a date is none.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime};

use crate::domain::time::Moment;

/// The time that a text is: RFC 3339 with `T` or a blank, `,` or `.` before the fraction, `/` between the parts of the
/// date, or a number (see [`by_number`]).
pub(super) fn by_text(text: &str) -> Option<Moment> {
    let text = text.trim();
    match front(text) {
        Some((at, rest)) => rest.is_empty().then_some(at),
        None => by_number(text.parse().ok()?),
    }
}

/// Seconds, ms, µs or ns since the epoch, told apart by their size.
pub(super) fn by_number(number: f64) -> Option<Moment> {
    let ms = match number {
        n if !(0.0..1e20).contains(&n) => return None,
        n if n < 1e11 => n * 1e3,
        n if n < 1e14 => n,
        n if n < 1e17 => n / 1e3,
        n => n / 1e6,
    };
    // A number of days or a counter is no time: before 1980 nobody wrote logs that are still followed.
    (ms > 3.2e11).then_some(Moment(ms as i64))
}

/// The time at the front of a line, and what follows it.
pub(super) fn front(text: &str) -> Option<(Moment, &str)> {
    let bytes = text.as_bytes();
    let digits = |from: usize, count: usize| -> Option<u32> {
        let digit = |sum: u32, byte: &u8| byte.is_ascii_digit().then(|| sum * 10 + u32::from(byte - b'0'));
        bytes.get(from..from + count)?.iter().try_fold(0, digit)
    };
    let separator = *bytes.get(4).filter(|b| matches!(b, b'-' | b'/'))?;
    let (year, month, day) = (digits(0, 4)?, digits(5, 2)?, digits(8, 2)?);
    if bytes.get(7) != Some(&separator) || !matches!(bytes.get(10), Some(b'T' | b't' | b' ' | b'_')) {
        return None;
    }
    let (hour, minute, second) = (digits(11, 2)?, digits(14, 2)?, digits(17, 2)?);
    if bytes.get(13) != Some(&b':') || bytes.get(16) != Some(&b':') {
        return None;
    }
    let mut at = 19;
    let mut nanos = 0;
    if matches!(bytes.get(at), Some(b'.' | b',')) && bytes.get(at + 1).is_some_and(u8::is_ascii_digit) {
        at += 1;
        let count = bytes[at..].iter().take_while(|b| b.is_ascii_digit()).count();
        let mut scale = 100_000_000;
        for digit in bytes[at..at + count].iter().take(9) {
            nanos += u32::from(digit - b'0') * scale;
            scale /= 10;
        }
        at += count;
    }
    let (offset, after) = zone(text, at)?;
    let date = NaiveDate::from_ymd_opt(year as i32, month, day)?;
    // A leap second is written as 60.
    let time = NaiveTime::from_hms_nano_opt(hour, minute, second.min(59), nanos)?;
    let ms = NaiveDateTime::new(date, time).and_utc().timestamp_millis() - i64::from(offset) * 60_000;
    Some((Moment(ms), text.get(after..)?))
}

/// The zone that stands here, in minutes before UTC, and where it ends; none is UTC.
fn zone(text: &str, at: usize) -> Option<(i32, usize)> {
    let bytes = text.as_bytes();
    match bytes.get(at) {
        Some(b'Z' | b'z') => Some((0, at + 1)),
        Some(sign @ (b'+' | b'-')) => {
            let number = |from: usize| text.get(from..from + 2)?.parse::<i32>().ok();
            let Some(hours) = number(at + 1) else { return Some((0, at)) };
            let colon = usize::from(bytes.get(at + 3) == Some(&b':'));
            let (minutes, end) = match number(at + 3 + colon) {
                Some(minutes) => (minutes, at + 5 + colon),
                None => (0, at + 3),
            };
            let offset = hours * 60 + minutes;
            (hours < 24 && minutes < 60).then_some((if *sign == b'-' { -offset } else { offset }, end))
        }
        _ => Some((0, at)),
    }
}

/// RFC 2822 and the like, which no line begins with but some field may hold.
pub(super) fn by_mail(text: &str) -> Option<Moment> {
    DateTime::parse_from_rfc2822(text.trim()).ok().map(|at| Moment(at.timestamp_millis()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_the_wild_are_the_same_moment() {
        for text in [
            "2026-11-23T06:34:35.093Z",
            "2026-11-23T06:34:35.093344178Z",
            "2026-11-23 06:34:35,093",
            "2026/11/23 06:34:35.093",
            "2026-11-23T07:34:35.093+01:00",
            "2026-11-23T05:04:35.093-0130",
            "1795415675.093",
            "1795415675093",
            "1795415675093000",
            "1795415675093000000",
        ] {
            assert_eq!(by_text(text), Some(Moment(1_795_415_675_093)), "{text}");
        }
        assert_eq!(by_mail("Mon, 23 Nov 2026 06:34:35 GMT"), Some(Moment(1_795_415_675_000)));
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in [
            "",
            "-1",
            "42",
            "2026-13-23T06:34:35Z",
            "2026-11-23",
            "06:34:35",
            "2026-11-23T06:34:35Zulu",
            "é026-11-23T06:34:35é",
            "NaN",
            "1e300",
        ] {
            assert_eq!(by_text(text), None, "{text}");
        }
    }

    #[test]
    fn a_line_goes_on_after_its_time() {
        assert_eq!(front("2026-11-23 06:34:35,093 INFO x").map(|(_, rest)| rest), Some(" INFO x"));
        assert_eq!(front("2026-11-23 06:34:35 - x").map(|(_, rest)| rest), Some(" - x"));
    }
}
