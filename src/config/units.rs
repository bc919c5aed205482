//! Durations (`5s`, `500ms`, `2m`) and sizes of a screen (`160x48`), as options and the file write them.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::reader::Wrong;

/// The units of time, with their milliseconds, the longest name first.
const UNITS: &[(&str, u64)] = &[("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

/// The longest duration that is taken: a year.
const LONGEST: Duration = Duration::from_secs(366 * 86_400);

/// Reads a whole or decimal number with a unit: `500ms`, `1.5s`, `2m`, `1h`, `1d`.
///
/// # Errors
/// Without a unit (nobody agrees on which it is), with an unknown one, or over a year.
pub fn duration(text: &str) -> Result<Duration, Wrong> {
    let wrong = |what: &str| Wrong::new(what, "write a number and a unit: 500ms, 5s, 2m, 1h");
    let at = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
    let (number, unit) = text.split_at(at);
    if number.is_empty() || number.len() > 12 {
        return Err(wrong("this is no duration"));
    }
    if unit.is_empty() {
        return Err(wrong("the unit is missing"));
    }
    let (_, ms) = UNITS.iter().find(|(name, _)| *name == unit).ok_or_else(|| wrong("this is no unit of time"))?;
    let number: f64 = number.parse().map_err(|_| wrong("this is no number"))?;
    let duration = Duration::try_from_secs_f64(number * *ms as f64 / 1000.0).map_err(|_| wrong("this is too long"))?;
    if duration > LONGEST { Err(wrong("this is longer than a year")) } else { Ok(duration) }
}

/// The size of a screen in columns and rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Columns, 1 to 1000.
    pub columns: u16,
    /// Rows, 1 to 1000.
    pub rows: u16,
}

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Size, String> {
        let number = |t: &str| t.bytes().all(|b| b.is_ascii_digit()).then(|| t.parse().ok()).flatten();
        let read = text.split_once('x').and_then(|(c, r)| Some((number(c)?, number(r)?)));
        match read {
            Some((columns @ 1..=1000, rows @ 1..=1000)) => Ok(Size { columns, rows }),
            Some(_) => Err("columns and rows are 1 to 1000".into()),
            None => Err("a size is COLUMNSxROWS, as 160x48".into()),
        }
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.columns, self.rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_with_their_unit() {
        for (text, ms) in [("5s", 5000), ("500ms", 500), ("2m", 120_000), ("1.5s", 1500), ("0s", 0), ("1h", 3_600_000)]
        {
            assert_eq!(duration(text).unwrap(), Duration::from_millis(ms), "{text}");
        }
        for text in ["", "5", "s", "5 s", "-5s", "5x", "1..5s", "400d", "99999999999999s", "5S"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn sizes_are_columns_and_rows() {
        assert_eq!("160x48".parse(), Ok(Size { columns: 160, rows: 48 }));
        for text in ["", "160", "x", "0x10", "10x0", "1001x10", "+1x10", "10x10x10", "99999x1"] {
            assert!(text.parse::<Size>().is_err(), "{text}");
        }
    }
}
