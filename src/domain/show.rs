//! Numbers, durations, shares and times as they are written everywhere: one way each. Pure; what is now, and in which
//! zone, is told by the caller.

use super::fact::Turned;
use chrono::{DateTime, Datelike as _, TimeZone, Timelike as _};

/// What stands where a value does not exist. Zero is `0`, an unknown one is [`UNKNOWN`]: never interchange them.
pub const ABSENT: &str = "–";

/// What stands where a value exists but is not known.
pub const UNKNOWN: &str = "?";

/// What stands for a share of fewer than [`FEW`] calls.
pub const FEW_CALLS: &str = "few calls";

/// So many calls make a share worth telling.
pub const FEW: u64 = 30;

const SECOND: u64 = 1;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// Calls per second: `412/s`, `9.8k/s`, `‹1/s`, `0/s`.
pub fn rate(per_second: f64) -> String {
    if !per_second.is_finite() || per_second < 0.0 {
        return UNKNOWN.to_owned();
    }
    if per_second == 0.0 {
        return "0/s".to_owned();
    }
    if per_second < 1.0 {
        return "‹1/s".to_owned();
    }
    let (number, unit) = scaled(per_second);
    format!("{number}{unit}/s")
}

/// A number in at most three digits that matter, and its unit: `412`, `9.8` `k`, `24` `k`, `1.2` `M`.
fn scaled(value: f64) -> (String, &'static str) {
    let mut value = value;
    for unit in ["", "k", "M", "G"] {
        if unit.is_empty() && value < 999.5 {
            return (format!("{value:.0}"), unit);
        }
        if !unit.is_empty() && value < 9.95 {
            return (format!("{value:.1}"), unit);
        }
        if value < 999.5 {
            return (format!("{value:.0}"), unit);
        }
        value /= 1000.0;
    }
    (format!("{value:.0}"), "T")
}

/// An exact count: `1,204`; beyond 99,999 as [`about`] tells it.
pub fn count(n: u64) -> String {
    if n > 99_999 {
        return about(n);
    }
    if n < 1000 { n.to_string() } else { format!("{},{:03}", n / 1000, n % 1000) }
}

/// A whole number with commas, whatever its size: `1,962`, `1,000,000`.
pub fn commas(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A count whose last digits do not matter: `812`, `1,204`, `24 k`, `1.2 M`.
pub fn about(n: u64) -> String {
    if n < 10_000 {
        return commas(n);
    }
    let (number, unit) = scaled(n as f64);
    format!("{number} {unit}")
}

/// A size in bytes: `512 B`, `19 kB`, `1.2 MB`.
pub fn bytes(n: u64) -> String {
    let (number, unit) = scaled(n as f64);
    format!("{number} {unit}B")
}

/// Memory, in the units that limits of it are given in: `44 KiB`, `8.5 MiB`, `256 MiB`.
pub fn memory(n: u64) -> String {
    let kib = n as f64 / 1024.0;
    match kib / 1024.0 {
        mib if kib >= 1023.5 && mib < 9.95 => format!("{mib:.1} MiB"),
        mib if kib >= 1023.5 => format!("{mib:.0} MiB"),
        _ => format!("{kib:.0} KiB"),
    }
}

/// An answer time in milliseconds, as a column shows it: `0.4 ms`, `33 ms`, `1.9 s`, `24 s`, `2 min`.
pub fn latency(ms: f64) -> String {
    if !ms.is_finite() || ms < 0.0 {
        UNKNOWN.to_owned()
    } else if ms == 0.0 {
        "0 ms".to_owned()
    } else if ms < 0.05 {
        "‹0.1 ms".to_owned()
    } else if ms < 0.95 {
        format!("{ms:.1} ms")
    } else if ms < 999.5 {
        format!("{ms:.0} ms")
    } else if ms < 9_950.0 {
        format!("{:.1} s", ms / 1000.0)
    } else if ms < 59_500.0 {
        format!("{:.0} s", ms / 1000.0)
    } else {
        duration((ms / 1000.0) as u64)
    }
}

/// What one span took, in microseconds; finer than [`latency`] below 10 ms: `1.7 ms`.
pub fn took(us: u64) -> String {
    let ms = us as f64 / 1000.0;
    if (0.95..9.95).contains(&ms) {
        let text = format!("{ms:.1} ms");
        return text.replace(".0 ", " ");
    }
    latency(ms)
}

/// A fraction (0 to 1) as a percentage: `6.2 %`, `0 %`, `100 %`. Never rounded to none or all when it is neither.
pub fn percent(fraction: f64) -> String {
    if !fraction.is_finite() || fraction < 0.0 {
        return UNKNOWN.to_owned();
    }
    let percent = fraction * 100.0;
    if percent == 0.0 {
        "0 %".to_owned()
    } else if percent < 0.05 {
        "‹0.1 %".to_owned()
    } else if percent >= 100.0 {
        "100 %".to_owned()
    } else {
        format!("{:.1} %", percent.min(99.9))
    }
}

/// Failed calls among all of them: [`ABSENT`] when there was none.
pub fn errors(failed: u64, calls: u64) -> String {
    if calls == 0 { ABSENT.to_owned() } else { percent(failed as f64 / calls as f64) }
}

/// Shares in whole percent that add up to 100: what rounding leaves over goes to those who lost most by it, the first of
/// equals first. Parts that are no numbers count as nothing; if all are nothing, so is every share.
pub fn shares(parts: &[f64]) -> Vec<u8> {
    let part = |value: f64| if value.is_finite() { value.max(0.0) } else { 0.0 };
    let total: f64 = parts.iter().map(|value| part(*value)).sum();
    if total <= 0.0 || !total.is_finite() {
        return vec![0; parts.len()];
    }
    let exact: Vec<f64> = parts.iter().map(|value| part(*value) / total * 100.0).collect();
    let mut whole: Vec<u8> = exact.iter().map(|value| value.floor() as u8).collect();
    let given: usize = whole.iter().map(|share| usize::from(*share)).sum();
    let mut order: Vec<usize> = (0..exact.len()).collect();
    let lost = |i: &usize| exact[*i] - exact[*i].floor();
    order.sort_by(|a, b| lost(b).total_cmp(&lost(a)).then(a.cmp(b)));
    for i in order.into_iter().take(100_usize.saturating_sub(given)) {
        whole[i] += 1;
    }
    whole
}

/// A share in whole percent, as [`shares`] gives it: `50 %`.
pub fn share(percent: u8) -> String {
    format!("{percent} %")
}

/// A weight that callers act on: `10`, `0.5`.
pub fn weight(weight: f64) -> String {
    if weight.fract() == 0.0 { format!("{weight:.0}") } else { format!("{weight:.2}").trim_end_matches('0').to_owned() }
}

/// A duration in a sentence, of whole seconds: `26 s`, `4 min 47 s`, `12 min`, `2 h 43 min`, `12 d 4 h`.
pub fn duration(seconds: u64) -> String {
    let (first, unit, second, small) = if seconds < MINUTE {
        return format!("{seconds} s");
    } else if seconds < HOUR {
        let minutes = seconds / MINUTE;
        (minutes, "min", if minutes < 10 { seconds % MINUTE } else { 0 }, "s")
    } else if seconds < DAY {
        (seconds / HOUR, "h", seconds % HOUR / MINUTE, "min")
    } else {
        (seconds / DAY, "d", seconds % DAY / HOUR, "h")
    };
    if second == 0 { format!("{first} {unit}") } else { format!("{first} {unit} {second} {small}") }
}

/// A duration in a column, of whole seconds, rounded down: `26s`, `4m`, `3h`, `12d`.
pub fn short_duration(seconds: u64) -> String {
    match seconds {
        0..MINUTE => format!("{seconds}s"),
        MINUTE..HOUR => format!("{}m", seconds / MINUTE),
        HOUR..DAY => format!("{}h", seconds / HOUR),
        _ => format!("{}d", seconds / DAY),
    }
}

/// How old a value is, in milliseconds: `0.3 s`, `12 s`, `4 min 47 s`.
pub fn age(ms: u64) -> String {
    match ms {
        0..1000 => format!("0.{} s", ms / 100),
        _ => duration(ms / 1000),
    }
}

/// What is left of a lease or a countdown, of whole seconds: `27 min left`. Past its end: `over`.
pub fn left(seconds: i64) -> String {
    match u64::try_from(seconds) {
        Ok(seconds) if seconds > 0 => format!("{} left", duration(seconds)),
        _ => "over".to_owned(),
    }
}

/// A time of day: `14:03:07`.
pub fn clock<Tz: TimeZone>(at: &DateTime<Tz>) -> String {
    format!("{:02}:{:02}:{:02}", at.hour(), at.minute(), at.second())
}

/// A time of day to the millisecond, for logs and traces: `14:03:07.512`.
pub fn clock_ms<Tz: TimeZone>(at: &DateTime<Tz>) -> String {
    format!("{}.{:03}", clock(at), at.timestamp_subsec_millis())
}

/// A time, with its date only when it is not today's: `14:03:07`, `Tue 14:03`, `3 Nov 14:03`, `3 Nov 2025`.
pub fn when<Tz: TimeZone>(at: &DateTime<Tz>, now: &DateTime<Tz>) -> String {
    let (day, today) = (at.date_naive(), now.date_naive());
    if day == today {
        return clock(at);
    }
    let month = at.date_naive().format("%b");
    match (today - day).num_days() {
        1..=6 => format!("{} {:02}:{:02}", at.weekday(), at.hour(), at.minute()),
        _ if at.year() == now.year() => format!("{} {month} {:02}:{:02}", at.day(), at.hour(), at.minute()),
        _ => format!("{} {month} {}", at.day(), at.year()),
    }
}

/// From when to when, without seconds, with the date of the first only when it is not today's: `14:02–14:40`, `Tue 14:02–03:10`;
/// `14:02` of less than a minute.
pub fn between<Tz: TimeZone>(from: &DateTime<Tz>, until: &DateTime<Tz>, now: &DateTime<Tz>) -> String {
    let minute = |at: &DateTime<Tz>| format!("{:02}:{:02}", at.hour(), at.minute());
    let first = if from.date_naive() == now.date_naive() { minute(from) } else { when(from, now) };
    let same = from.date_naive() == until.date_naive() && minute(from) == minute(until);
    if same { first } else { format!("{first}–{}", minute(until)) }
}

/// The day of a time that is not of today, as it stands before the time of day: `Tue`, `24 Nov`, `2025-11-24`.
pub fn day<Tz: TimeZone>(at: &DateTime<Tz>, now: &DateTime<Tz>) -> Option<String> {
    let (day, today) = (at.date_naive(), now.date_naive());
    match (today - day).num_days() {
        0 => None,
        1..=6 => Some(at.weekday().to_string()),
        _ if day.year() == today.year() => Some(format!("{} {}", day.day(), day.format("%b"))),
        _ => Some(day.format("%Y-%m-%d").to_string()),
    }
}

/// Since when, and for how long: `Since 14:02:41 (26 s).`
pub fn since<Tz: TimeZone>(at: &DateTime<Tz>, now: &DateTime<Tz>) -> String {
    let passed = now.clone().signed_duration_since(at.clone()).num_seconds();
    format!("Since {} ({}).", when(at, now), duration(u64::try_from(passed).unwrap_or(0)))
}

/// So many of one thing: `1 call`, `2 calls`.
pub fn plural(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(n), if n == 1 { one } else { many })
}

/// So many of what is told in the plural: `1 span`, `302 spans` of `spans`.
pub fn some(n: u64, many: &str) -> String {
    plural(n, many.strip_suffix('s').unwrap_or(many), many)
}

/// What became of exports that were refused whole: `3 exports refused here`, `1 export told to come again`.
pub fn turned(turned: &Turned) -> String {
    let what = if turned.again { "told to come again" } else { "refused here" };
    format!("{} {what}", some(turned.exports, "exports"))
}

#[cfg(test)]
#[path = "show_tests.rs"]
mod tests;
