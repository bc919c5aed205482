//! Severities in the words and the numbers of the wild.

use crate::domain::log::Level;

/// The level that a word says: `warning`, `CRIT`, `INFO+2`; `None` where it says none.
pub fn by_word(word: &str) -> Option<Level> {
    let word = word.trim().trim_matches(['[', ']', '<', '>', ':']);
    // Go's slog writes levels between two as the lower one and a distance.
    let word = word.split_once(['+', '-']).map_or(word, |(name, _)| name);
    let mut lower = [0; 16];
    let lower = lower.get_mut(..word.len())?;
    lower.copy_from_slice(word.as_bytes());
    lower.make_ascii_lowercase();
    Some(match std::str::from_utf8(lower).ok()? {
        "trace" | "trc" | "verbose" | "vrb" | "finest" | "finer" | "all" | "silly" | "v" => Level::Trace,
        "debug" | "dbg" | "fine" | "config" | "d" => Level::Debug,
        "info" | "inf" | "information" | "informational" | "notice" | "success" | "http" | "i" => Level::Info,
        "warn" | "warning" | "wrn" | "w" => Level::Warn,
        "error" | "err" | "severe" | "eror" | "e" => Level::Error,
        "fatal" | "ftl" | "critical" | "crit" | "crt" | "alert" | "emergency" | "emerg" | "panic" | "dpanic" | "f" => {
            Level::Fatal
        }
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
