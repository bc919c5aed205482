//! Severities in the words and the numbers of the wild.

use crate::domain::log::Level;

/// The level that a word says: `warning`, `CRIT`, `INFO+2`; `None` where it says none.
pub fn by_word(word: &str) -> Option<Level> {
    // What nearly all say, found at once.
    match word {
        "INFO" | "info" => return Some(Level::Info),
        "WARN" | "warn" => return Some(Level::Warn),
        "ERROR" | "error" => return Some(Level::Error),
        "DEBUG" | "debug" => return Some(Level::Debug),
        _ => {}
    }
    let word = word.trim();
    // In colours: winston's colorize() before json(), and others.
    if let Some(coloured) = word.strip_prefix("\u{1b}[") {
        let (_, word) = coloured.split_once('m')?;
        return by_word(word.split('\u{1b}').next().filter(|word| !word.is_empty())?);
    }
    let word = word.trim_matches(['[', ']', '<', '>', ':']);
    // Go's slog writes levels between two as the lower one and a distance.
    let word = word.split_once(['+', '-']).map_or(word, |(name, _)| name);
    let mut lower = [0; 16];
    let lower = lower.get_mut(..word.len())?;
    lower.copy_from_slice(word.as_bytes());
    lower.make_ascii_lowercase();
    Some(match std::str::from_utf8(lower).ok()? {
        "trace" | "trc" | "trce" | "verbose" | "vrb" | "finest" | "finer" | "all" | "silly" | "v" => Level::Trace,
        "debug" | "dbg" | "dbug" | "debu" | "fine" | "config" | "d" => Level::Debug,
        "info" | "inf" | "information" | "informational" | "notice" | "success" | "http" | "i" => Level::Info,
        "warn" | "warning" | "wrn" | "w" => Level::Warn,
        "error" | "err" | "fail" | "severe" | "eror" | "erro" | "e" => Level::Error,
        "fatal" | "ftl" | "fata" | "critical" | "crit" | "crt" | "alert" | "emergency" | "emerg" | "panic"
        | "dpanic" | "f" => Level::Fatal,
        _ => return None,
    })
}

/// The level of PostgreSQL's words: `LOG` is what is usual, and there are five of `DEBUG`.
pub fn by_postgres(word: &str) -> Option<Level> {
    match word {
        "LOG" => Some(Level::Info),
        word => by_word(word.trim_end_matches(|c: char| c.is_ascii_digit())),
    }
}

/// The level of a letter in capitals: klog's, Android's, Tornado's.
pub fn by_letter(letter: u8) -> Option<Level> {
    Some(match letter {
        b'V' | b'T' => Level::Trace,
        b'D' => Level::Debug,
        b'I' => Level::Info,
        b'W' => Level::Warn,
        b'E' => Level::Error,
        b'F' | b'C' => Level::Fatal,
        _ => return None,
    })
}

/// The level of pino's and bunyan's numbers, 10 to 60 and what lies between.
pub fn by_tens(number: i64) -> Option<Level> {
    match number {
        10..=19 => Some(Level::Trace),
        20..=29 => Some(Level::Debug),
        30..=39 => Some(Level::Info),
        40..=49 => Some(Level::Warn),
        50..=59 => Some(Level::Error),
        60..=69 => Some(Level::Fatal),
        _ => None,
    }
}

/// The level of Python's numbers: 10 is debug, 50 critical.
pub fn by_python(number: i64) -> Option<Level> {
    match number {
        1..=9 => Some(Level::Trace),
        10..=60 => by_tens(number + 10),
        _ => None,
    }
}

/// The level of OpenTelemetry's numbers, 1 to 24.
pub fn by_otel(number: i64) -> Option<Level> {
    let levels = [Level::Trace, Level::Debug, Level::Info, Level::Warn, Level::Error, Level::Fatal];
    usize::try_from(number.checked_sub(1)?).ok().and_then(|number| levels.get(number / 4)).copied()
}

/// The level of numbers in hundreds: Monolog's to 600, those of Java from 700 on; log4j's are in ten thousands.
pub fn by_hundreds(number: i64) -> Option<Level> {
    match number {
        100..=199 => Some(Level::Debug),
        200..=299 => Some(Level::Info),
        300..=399 => Some(Level::Warn),
        400..=499 => Some(Level::Error),
        500..=600 => Some(Level::Fatal),
        700 => Some(Level::Debug),
        800 => Some(Level::Info),
        900 => Some(Level::Warn),
        1_000 => Some(Level::Error),
        5_000 => Some(Level::Trace),
        10_000 | 20_000 | 30_000 | 40_000 | 50_000 => by_python(number / 1_000),
        _ => None,
    }
}

/// The level of syslog's numbers, 0 to 7.
pub fn by_syslog(number: i64) -> Option<Level> {
    match number {
        0..=2 => Some(Level::Fatal),
        3 => Some(Level::Error),
        4 => Some(Level::Warn),
        5 | 6 => Some(Level::Info),
        7 => Some(Level::Debug),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_in_colours_is_that_word() {
        assert_eq!(by_word("\u{1b}[31merror\u{1b}[39m"), Some(Level::Error));
        assert_eq!(by_word("\u{1b}[1;33mWARN\u{1b}[0m"), Some(Level::Warn));
        for none in ["\u{1b}[31m", "\u{1b}[31m\u{1b}[0m", "\u{1b}[31", "\u{1b}"] {
            assert_eq!(by_word(none), None);
        }
    }
}
