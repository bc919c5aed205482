//! Times as logs write them. Where no zone is told it is UTC, as containers have it; a time without a date is none.

use chrono::NaiveDate;

use super::{clock, dates, zones};
use crate::domain::time::Moment;

/// A ms, and a second, in ns.
const MS: u64 = 1_000_000;
const NS: u64 = 1_000_000_000;

/// An offset in full, `+01:00`, in bytes: no date stands so near to the end of a time.
const LONGEST_OFFSET: usize = 6;

/// The first year that a time of a log can be of.
const FIRST: u32 = 1980;
/// The first of those that a clock tells which was never set.
const UNSET: u32 = 1970;

/// A moment as finely as a line tells it: two lines of one ms stand in the order in which they were written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Exact {
    /// To the ms.
    pub(super) at: Moment,
    /// How much later, in ns: less than a ms.
    pub(super) below_ns: u32,
}

impl Exact {
    /// So many ns later than so many ms since the epoch.
    pub(super) fn new(ms: i64, nanos: u64) -> Exact {
        Exact { at: Moment(ms).plus((nanos / MS) as i64), below_ns: (nanos % MS) as u32 }
    }
}

impl From<Moment> for Exact {
    fn from(at: Moment) -> Exact {
        Exact { at, below_ns: 0 }
    }
}

/// The time that a text is: RFC 3339 with `T` or a blank, `,` or `.` before the fraction, `/` or `.` between the parts of
/// the date; a number (see [`by_number`]); any other date (see [`dates`]).
pub(super) fn by_text(text: &str) -> Option<Exact> {
    whole(text).flatten()
}

/// The same, with `None` for the moment where the time is of a zone that is not known.
pub(super) fn whole(text: &str) -> Option<Option<Exact>> {
    let text = text.trim();
    let (at, rest) = match zoned(text) {
        Some(found) => found,
        None => match by_number(text) {
            Some(at) => return Some(Some(at)),
            None => dates::zoned(text)?,
        },
    };
    if rest.is_empty() {
        return Some(at);
    }
    // Go tells the zone twice, and how long the process has run.
    let tail = rest.strip_prefix(' ')?;
    let tail = tail.split_once("m=").map_or(tail, |(name, _)| name).trim_end();
    let is_told = text[..text.len() - rest.len()].bytes().rev().take(LONGEST_OFFSET).any(|b| matches!(b, b'+' | b'-'));
    let is_name = tail.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || matches!(b, b'+' | b'-'));
    match is_told || tail.is_empty() {
        true => is_name.then_some(at),
        // Where nothing follows, a word of capitals can only be a zone.
        false => (at.is_some() && zones::is_name(tail)).then_some(None),
    }
}

/// Seconds, ms, µs or ns since the epoch, told apart by their size, with or without a fraction.
pub(super) fn by_number(text: &str) -> Option<Exact> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_plain = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
    let at = match whole.parse::<u64>() {
        Ok(whole) if is_plain(fraction) => {
            let unit = unit(whole as f64)?;
            let nanos = u128::from(whole) * u128::from(unit) + u128::from(billionths(fraction) * unit / NS);
            Exact::new((nanos / u128::from(MS)) as i64, (nanos % u128::from(MS)) as u64)
        }
        // With a power of ten, which no logger writes that tells more than ms.
        _ => {
            let number: f64 = text.parse().ok()?;
            Moment((number * (unit(number)? as f64 / MS as f64)) as i64).into()
        }
    };
    // A number of days or a counter is no time: before 1980 nobody wrote logs that are still followed.
    (at.at.0 > 320_000_000_000).then_some(at)
}

/// What such a number counts, in ns.
fn unit(number: f64) -> Option<u64> {
    match number {
        n if !(0.0..1e20).contains(&n) => None,
        n if n < 1e11 => Some(NS),
        n if n < 1e14 => Some(MS),
        n if n < 1e17 => Some(1_000),
        _ => Some(1),
    }
}

/// The digits of a fraction as billionths; more than nine tell nothing more.
pub(super) fn billionths(digits: &str) -> u64 {
    const SCALE: [u64; 10] = [1_000_000_000, 100_000_000, 10_000_000, 1_000_000, 100_000, 10_000, 1_000, 100, 10, 1];
    let digits = &digits.as_bytes()[..digits.len().min(9)];
    digits.iter().fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0')) * SCALE[digits.len()]
}

/// The time at the front of a line, year first, and what follows it.
pub(super) fn front(text: &str) -> Option<(Exact, &str)> {
    let (at, rest) = zoned(text)?;
    Some((at?, rest))
}

/// The same, with `None` for the moment where the time is of a zone that is not known.
pub(super) fn zoned(text: &str) -> Option<(Option<Exact>, &str)> {
    let bytes = text.as_bytes();
    let head: &[u8; 19] = bytes.first_chunk()?;
    let is_date = matches!(head[4], b'-' | b'/' | b'.') && head[7] == head[4];
    let is_clock = matches!(head[10], b'T' | b't' | b' ' | b'_') && head[13] == b':' && head[16] == b':';
    if !is_date || !is_clock {
        return None;
    }
    let digits = |places: &[usize]| -> Option<u32> {
        let digit = |sum: u32, at: &usize| head[*at].is_ascii_digit().then(|| sum * 10 + u32::from(head[*at] - b'0'));
        places.iter().try_fold(0, digit)
    };
    let (year, month, day) = (digits(&[0, 1, 2, 3])?, digits(&[5, 6])?, digits(&[8, 9])?);
    let (hour, minute, second) = (digits(&[11, 12])?, digits(&[14, 15])?, digits(&[17, 18])?);
    let (mut at, mut nanos, mut hour) = (19, 0, hour);
    if matches!(bytes.get(at), Some(b'.' | b',')) && bytes.get(at + 1).is_some_and(u8::is_ascii_digit) {
        at += 1;
        let count = bytes[at..].iter().take_while(|b| b.is_ascii_digit()).count();
        nanos = billionths(text.get(at..at + count)?) as u32;
        at += count;
    }
    if let Some((of_day, end)) = clock::half(text, at, hour) {
        (hour, at) = (of_day, end);
    }
    // A leap second is written as 60.
    let ns = u64::from((hour * 60 + minute) * 60 + second.min(59)) * NS + u64::from(nanos);
    let is_clock = (hour < 24 || (hour, minute, second) == (24, 0, 0)) && minute < 60 && second < 61;
    is_clock.then(|| of_date(year, month, day, ns, text, at))?
}

/// The moment of a date and a time of day in ns, with the zone that stands here, and what follows.
pub(super) fn of_date(
    year: u32,
    month: u32,
    day: u32,
    ns: u64,
    text: &str,
    at: usize,
) -> Option<(Option<Exact>, &str)> {
    let (offset, after) = zones::zone(text, at)?;
    // A year before is what a time that was never set has: Go's is of the year 1.
    let date = NaiveDate::from_ymd_opt(year as i32, month, day).filter(|_| year >= UNSET)?;
    let midnight = date.and_hms_opt(0, 0, 0)?.and_utc().timestamp_millis();
    // When that was the clock did not know.
    let offset = offset.filter(|_| year >= FIRST);
    let at = offset.map(|offset| Exact::new(midnight - i64::from(offset) * 60_000, ns));
    Some((at, text.get(after..)?))
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
            "2026-11-23 07:34:35.093 +01:00",
            "2026-11-23 05:04:35,093 -0130",
            "23-Nov-2026 06:34:35.093",
            "2026-11-23 07:34:35.093 +0100 CET m=+0.1",
            "2026-11-23 07:34:35.093 CET",
            "2026-11-22 22:34:35.093 PST",
            "2026.11.23 06:34:35.093",
            "23/Nov/2026:07:34:35.093 +0100",
            "Mon, 23 Nov 2026 06:34:35.093 GMT",
            "1795415675.093",
            "1795415675093",
            "1795415675093000",
            "1795415675093000000",
        ] {
            assert_eq!(by_text(text).map(|exact| exact.at), Some(Moment(1_795_415_675_093)), "{text}");
        }
    }

    #[test]
    fn what_is_told_below_the_ms_is_kept() {
        for (text, below_ns) in [
            ("2026-11-23T06:34:35.093344178Z", 344_178),
            ("2026-11-23T06:34:35.0933441789999Z", 344_178),
            ("2026-11-23 06:34:35,093344", 344_000),
            ("2026-11-23T07:34:35.093000001+01:00", 1),
            ("2026-11-23T06:34:35.093Z", 0),
            ("1795415675.093344178", 344_178),
            ("1795415675.093344", 344_000),
            ("1795415675093.344178", 344_178),
            ("1795415675093", 0),
            ("1795415675093344", 344_000),
            ("1795415675093344.25", 344_250),
            ("1795415675093344178", 344_178),
            ("1.795415675093e12", 0),
        ] {
            let wanted = Exact { at: Moment(1_795_415_675_093), below_ns };
            assert_eq!(by_text(text), Some(wanted), "{text}");
        }
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
            "2026-11-23 06:34:35 Europe/Berlin",
            "0001-01-01T00:00:00Z",
            "2026-11-23 06:34:35 and more",
            "é026-11-23T06:34:35é",
            "NaN",
            "1e300",
            "99999999999999999999999",
            "1795415675.0x",
            ".5",
            ".",
        ] {
            assert_eq!(by_text(text), None, "{text}");
        }
    }

    #[test]
    fn a_line_goes_on_after_its_time() {
        assert_eq!(front("2026-11-23 06:34:35,093 INFO x").map(|(_, rest)| rest), Some(" INFO x"));
        assert_eq!(front("2026-11-23 06:34:35 - x").map(|(_, rest)| rest), Some(" - x"));
        assert_eq!(front("2026-11-23 06:34:35 -12345 x").map(|(_, rest)| rest), Some(" -12345 x"));
        assert_eq!(front("2026-11-23 06:34:35 +0000] x").map(|(_, rest)| rest), Some("] x"));
        assert_eq!(front("2026-11-23 06:34:35 UTC] x").map(|(_, rest)| rest), Some("] x"));
    }
}
