//! Where to go in time, as it is typed: a clock time, a day and a time, so much earlier or later, the next error. Not what
//! stands there.

use chrono::{DateTime, Days, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeZone as _};

use super::time::Moment;

/// What can be typed, for who typed something else.
pub const FORMS: &str = "14:02, 14:02:41.5, -5m, +1h30m, 2026-11-25 14:02, yesterday 14:02, error, -error, first, now";

/// The units of what is earlier or later, in ms, the longer names first.
const UNITS: &[(&str, i64)] =
    &[("ms", 1), ("min", 60_000), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

/// Where to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Jump {
    /// To what stands at or after this moment.
    To(Moment),
    /// To the oldest there is.
    First,
    /// To the newest, and on with it.
    Live,
    /// So many errors on, or back where negative.
    Error(isize),
}

/// From when it is reckoned.
#[derive(Clone, Copy, Debug)]
pub struct Reckoned {
    /// What is looked at: earlier and later are meant from here, a clock time on this day.
    pub from: Moment,
    /// Now: a clock time that is not yet is yesterday's.
    pub now: Moment,
    /// Seconds that local time is ahead of UTC.
    pub utc_offset: i32,
}

impl Jump {
    /// Reads what was typed.
    ///
    /// # Errors
    /// A sentence that says what can be typed.
    pub fn parse(text: &str, reckoned: Reckoned) -> Result<Jump, String> {
        let text = text.trim();
        match text.to_ascii_lowercase().as_str() {
            "now" | "live" | "newest" | "end" | "last" => return Ok(Jump::Live),
            "first" | "start" | "oldest" => return Ok(Jump::First),
            "error" | "+error" => return Ok(Jump::Error(1)),
            "-error" => return Ok(Jump::Error(-1)),
            _ => {}
        }
        let by = |rest: &str| length(rest).filter(|ms| *ms <= 10 * 365 * 86_400_000);
        let at = match text.split_at_checked(1) {
            Some(("+", rest)) => by(rest).map(|ms| reckoned.from.plus(ms)),
            Some(("-", rest)) => by(rest).map(|ms| reckoned.from.plus(-ms)),
            _ => moment(text, reckoned),
        };
        at.map(Jump::To).ok_or_else(|| match text {
            "" => format!("A time is missing: {FORMS}."),
            text => format!("`{text}` is no time: {FORMS}."),
        })
    }
}

/// `1h30m` in ms.
fn length(mut text: &str) -> Option<i64> {
    let mut sum: i64 = 0;
    while !text.trim_start().is_empty() {
        text = text.trim_start();
        let end = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number: f64 = text[..end].parse().ok()?;
        let unit = text[end..].trim_start();
        let (name, ms) = UNITS.iter().find(|(name, _)| unit.starts_with(name))?;
        text = &unit[name.len()..];
        sum = sum.checked_add((number * *ms as f64) as i64)?;
    }
    (sum > 0).then_some(sum)
}

/// A clock time, or a day and a time.
fn moment(text: &str, reckoned: Reckoned) -> Option<Moment> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Some(Moment(at.timestamp_millis()));
    }
    // `14:02Z`, as machines write it, is UTC.
    let (text, offset) = match text.strip_suffix(['Z', 'z']) {
        Some(text) => (text, 0),
        None => (text, reckoned.utc_offset),
    };
    let zone = FixedOffset::east_opt(offset)?;
    let local = |at: Moment| zone.timestamp_millis_opt(at.0).single();
    let whole = |day: NaiveDate, time: NaiveTime| {
        let at = zone.from_local_datetime(&NaiveDateTime::new(day, time)).single()?;
        Some(Moment(at.timestamp_millis()))
    };
    let (day, clock) = text.rsplit_once([' ', 'T']).unwrap_or(("", text));
    let clock = ["%H:%M:%S%.f", "%H:%M"].iter().find_map(|form| NaiveTime::parse_from_str(clock, form).ok())?;
    match day.trim().to_ascii_lowercase().as_str() {
        "" => {
            let at = whole(local(reckoned.from)?.date_naive(), clock)?;
            if at <= reckoned.now {
                return Some(at);
            }
            whole(local(reckoned.from)?.date_naive().checked_sub_days(Days::new(1))?, clock)
        }
        "today" => whole(local(reckoned.now)?.date_naive(), clock),
        "yesterday" => whole(local(reckoned.now)?.date_naive().checked_sub_days(Days::new(1))?, clock),
        day => whole(NaiveDate::parse_from_str(day, "%Y-%m-%d").ok()?, clock),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-25, 14:03:07 UTC, which is 15:03:07 here.
    const NOW: Moment = Moment(1_795_615_387_000);

    fn at(text: &str) -> String {
        let reckoned = Reckoned { from: NOW.plus(-7_000), now: NOW, utc_offset: 3_600 };
        match Jump::parse(text, reckoned) {
            Ok(Jump::To(at)) => at.rfc3339(),
            Ok(other) => format!("{other:?}"),
            Err(why) => why,
        }
    }

    #[test]
    fn a_clock_time_is_the_last_one_that_was() {
        assert_eq!(at("15:02"), "2026-11-25T14:02:00.000Z");
        assert_eq!(at(" 15:02:41.5 "), "2026-11-25T14:02:41.500Z");
        assert_eq!(at("15:04"), "2026-11-24T14:04:00.000Z", "today it is not yet that late");
        assert_eq!(at("yesterday 15:02"), "2026-11-24T14:02:00.000Z");
        assert_eq!(at("2026-11-20 9:30"), "2026-11-20T08:30:00.000Z");
        assert_eq!(at("2026-11-20T09:30:01Z"), "2026-11-20T09:30:01.000Z");
        assert_eq!(at("14:02:41.5Z"), "2026-11-25T14:02:41.500Z", "as machines write it");
    }

    #[test]
    fn earlier_and_later_are_reckoned_from_what_is_looked_at() {
        assert_eq!(at("-5m"), "2026-11-25T13:58:00.000Z");
        assert_eq!(at("+30s"), "2026-11-25T14:03:30.000Z");
        assert_eq!(at("- 1h 30min"), "2026-11-25T12:33:00.000Z");
        assert_eq!(at("+1.5s"), "2026-11-25T14:03:01.500Z");
        assert_eq!(at("-2d"), "2026-11-23T14:03:00.000Z");
    }

    #[test]
    fn errors_and_both_ends_have_words() {
        assert_eq!((at("error"), at("-error")), ("Error(1)".into(), "Error(-1)".into()));
        assert_eq!((at("first"), at("NOW"), at("last")), ("First".into(), "Live".into(), "Live".into()));
    }

    #[test]
    fn what_is_no_time_is_told_what_would_be() {
        for text in ["soon", "25:00", "-", "+5", "-5x", "14:02 x", "2026-13-01 14:02", "+99999999999999999999d", "é:ü"]
        {
            assert!(at(text).starts_with(&format!("`{text}` is no time: 14:02")), "{text}: {}", at(text));
        }
        assert!(at("").starts_with("A time is missing"));
    }
}
