//! Dates in the other orders in which logs write them: the day first (`26-Nov-2026`, `26/11/2026`, `26 Nov 2026`), the month
//! first (`Thu Nov 26 07:00:00 2026`, `Nov 26, 2026 7:00:00 AM`), without anything between (`20261126T070000Z`).

use super::clock::{self, month};
use super::time::{self, Exact};

/// Days as they are named in front of a date.
const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// The time of such a date at the front of a text, and what follows it.
pub(super) fn front(text: &str) -> Option<(Exact, &str)> {
    let (at, rest) = zoned(text)?;
    Some((at?, rest))
}

/// The same, with `None` for the moment where the time is of a zone that is not known.
pub(super) fn zoned(text: &str) -> Option<(Option<Exact>, &str)> {
    match text.as_bytes() {
        [b'0'..=b'9', ..] => {
            compact(text).or_else(|| day_first(text)).or_else(|| year_first(text)).or_else(|| short_year(text))
        }
        [b'A'..=b'Z', b'a'..=b'z', b'a'..=b'z', b' ' | b',', ..] => named(text),
        _ => None,
    }
}

/// The number at the front of a text, of so many digits at most, and what follows.
fn number(text: &str, most: usize) -> Option<(u32, &str)> {
    let count = text.bytes().take(most).take_while(u8::is_ascii_digit).count();
    let (digits, rest) = text.split_at(count);
    Some((digits.parse().ok()?, rest))
}

/// A year of four digits, and what follows.
fn year(text: &str) -> Option<(u32, &str)> {
    let (year, rest) = number(text, 4)?;
    (year >= 1000 && !rest.starts_with(|c: char| c.is_ascii_digit())).then_some((year, rest))
}

/// `26-Nov-2026 07:00:00`, `26/Nov/2026:07:00:00 +0000`, `26 Nov 2026 07:00:00`, `26/11/2026 07:00:00`, `26.11.2026 7:00 PM`.
fn day_first(text: &str) -> Option<(Option<Exact>, &str)> {
    let (first, rest) = number(text, 2)?;
    let apart = rest.chars().next().filter(|c| matches!(c, ' ' | '-' | '/' | '.'))?;
    let rest = &rest[1..];
    let (second, rest) = match rest.get(..3).and_then(month) {
        Some(month) => (month, &rest[3..]),
        None if apart != ' ' => number(rest, 2)?,
        None => return None,
    };
    let (year, rest) = year(rest.strip_prefix(apart)?)?;
    let (ns, is_of_twelve, after) =
        clock::of_any_day(rest.trim_start_matches(',').strip_prefix([' ', ':', 'T', ';'])?)?;
    // Who counts twelve hours puts the month first, unless it is the `pm` of India or Australia; with points it is the day always.
    let is_american = is_of_twelve && !text[..text.len() - after.len()].ends_with('m');
    let is_month_first = apart == '/' && (second > 12 || is_american && first <= 12);
    let (month, day) = if is_month_first { (first, second) } else { (second, first) };
    time::of_date(year, month, day, ns, text, text.len() - after.len())
}

/// `26/11/26 07:00:00`, as Spark and Hadoop write it, the year first; `11/26/26 07:00:00`, as Python's rich does: a year is
/// no month.
fn short_year(text: &str) -> Option<(Option<Exact>, &str)> {
    let [b'0'..=b'9', b'0'..=b'9', b'/', _, _, b'/', _, _, b' ', ..] = text.as_bytes() else { return None };
    let ((first, _), (second, _), (third, _)) =
        (number(text, 2)?, number(text.get(3..5)?, 2)?, number(text.get(6..8)?, 2)?);
    let (year, month, day) = if first > 12 { (first, second, third) } else { (third, first, second) };
    let (ns, _, after) = clock::of_any_day(text.get(9..)?)?;
    time::of_date(2000 + year, month, day, ns, text, text.len() - after.len())
}

/// `2026-11-26 7:00:00 AM`, `2026/1/2 7:00 PM`: as any date with its year first, but for digits that are left out;
/// `2026-11-26 07:00`, as pm2's users have it.
fn year_first(text: &str) -> Option<(Option<Exact>, &str)> {
    let (year, rest) = year(text)?;
    let apart = rest.chars().next().filter(|c| matches!(c, '-' | '/' | '.'))?;
    let (month, rest) = number(&rest[1..], 2)?;
    let (day_of_month, rest) = number(rest.strip_prefix(apart)?, 2)?;
    let of_day = rest.trim_start_matches(',').strip_prefix([' ', 'T'])?;
    let day = clock::of_any_day(of_day).map(|(ns, _, after)| (ns, after));
    let (ns, after) = day.or_else(|| clock::of_minutes(of_day))?;
    time::of_date(year, month, day_of_month, ns, text, text.len() - after.len())
}

/// `20261126T070000.123Z`, `20261126 07:00:00`.
fn compact(text: &str) -> Option<(Option<Exact>, &str)> {
    let (date, rest) = number(text, 8).filter(|(date, _)| *date > 10_000_000)?;
    let rest = rest.strip_prefix(['T', ' ', '-'])?;
    let day = clock::of_any_day(rest).map(|(ns, _, after)| (ns, after));
    let (ns, after) = day.or_else(|| clock::of_day_compact(rest))?;
    time::of_date(date / 10_000, date / 100 % 100, date % 100, ns, text, text.len() - after.len())
}

/// `Thu, 26 Nov 2026 07:00:00 GMT`, `Thu Nov 26 07:00:00 CET 2026`, `Nov 26, 2026 7:00:00 AM`.
fn named(text: &str) -> Option<(Option<Exact>, &str)> {
    let (name, rest) = text.split_at_checked(3)?;
    let (name, rest) = match WEEKDAYS.contains(&name) {
        true => rest.strip_prefix(',').unwrap_or(rest).strip_prefix(' ')?.split_at_checked(3)?,
        false => (name, rest),
    };
    let Some(month) = month(name) else {
        return day_first(&text[text.len() - rest.len() - 3..]);
    };
    let (day, rest) = number(rest.strip_prefix(' ')?.trim_start(), 2)?;
    let rest = rest.strip_prefix(',').unwrap_or(rest).strip_prefix(' ')?;
    if let Some((year, rest)) = year(rest) {
        let (ns, _, after) = clock::of_any_day(rest.strip_prefix(',').unwrap_or(rest).strip_prefix(' ')?)?;
        return time::of_date(year, month, day, ns, text, text.len() - after.len());
    }
    // The year stands last, behind the zone.
    let (ns, _, after) = clock::of_any_day(rest)?;
    let is_zone = |word: &&str| word.starts_with(|c: char| c.is_alphabetic() || matches!(c, '+' | '-'));
    let zone = after.strip_prefix(' ')?.split(' ').next().filter(is_zone);
    let (zone, rest) = after.split_at(zone.map_or(0, |zone| zone.len() + 1));
    let (year, rest) = year(rest.strip_prefix(' ')?)?;
    let (at, unread) = time::of_date(year, month, day, ns, zone, 0)?;
    Some((at.filter(|_| unread.is_empty()), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_read_in_whatever_order_it_is_written() {
        for (text, rest) in [
            ("26-Nov-2026 07:00:00.123", ""),
            ("26-Nov-2026 07:00:00.123 UTC] x", "] x"),
            ("26-Nov-2026 07:00:00.123 INFO x", " INFO x"),
            ("26-Nov-2026 08:00:00.123 CET] x", "] x"),
            ("26/Nov/2026:08:00:00.123 +0100] x", "] x"),
            ("26 Nov 2026 07:00:00.123 * x", " * x"),
            ("26/11/2026 07:00:00.123 INFO x", " INFO x"),
            ("11/26/2026 07:00:00.123 INFO x", " INFO x"),
            ("11/26/2026, 7:00:00.123 AM x", " x"),
            ("26.11.2026 07:00:00,123 INFO x", " INFO x"),
            ("20261126T070000.123Z INFO x", " INFO x"),
            ("20261126 07:00:00.123 INFO x", " INFO x"),
            ("Thu, 26 Nov 2026 07:00:00.123 GMT", ""),
            ("Thu, 26 Nov 2026 02:00:00.123 EST x", " x"),
            ("Thu Nov 26 07:00:00.123 2026] [core:error]", "] [core:error]"),
            ("Thu Nov 26 08:00:00.123 CET 2026 x", " x"),
            ("Nov 26, 2026 7:00:00.123 AM c.A m", " c.A m"),
            ("Nov 26 2026 07:00:00.123 x", " x"),
        ] {
            let got = front(text).map(|(exact, rest)| (exact.at.rfc3339(), rest));
            assert_eq!(got, Some(("2026-11-26T07:00:00.123Z".to_owned(), rest)), "{text}");
        }
        let of = |text: &str| front(text).map(|(exact, _)| exact.at.rfc3339());
        assert_eq!(of("11/26/2026 12:30:00 PM").as_deref(), Some("2026-11-26T12:30:00.000Z"));
        assert_eq!(of("1/2/2026 12:30:00 AM").as_deref(), Some("2026-01-02T00:30:00.000Z"), "of twelve hours");
        assert_eq!(of("01/02/2026, 9:33 pm").as_deref(), Some("2026-02-01T21:33:00.000Z"), "of India, of Australia");
        assert_eq!(of("26/11/05 07:00:00 INFO x").as_deref(), Some("2026-11-05T07:00:00.000Z"), "of Spark");
        assert_eq!(of("11/05/26 07:00:00] x").as_deref(), Some("2026-11-05T07:00:00.000Z"), "of rich");
        assert_eq!(of("1/2/2026 00:30:00").as_deref(), Some("2026-02-01T00:30:00.000Z"));
    }

    #[test]
    fn a_zone_that_is_a_place_makes_no_moment_of_a_time() {
        for text in [
            "26-Nov-2026 07:00:00 Europe/Berlin] x",
            "26-Nov-2026 07:00:00 America/Argentina/Buenos_Aires] x",
            "26-Nov-2026 07:00:00 IST] x",
        ] {
            assert_eq!(zoned(text), Some((None, "] x")), "{text}");
        }
        assert_eq!(time::zoned("2026-11-26 07:00:00.123 IST [12] LOG:  x"), Some((None, " [12] LOG:  x")));
        assert_eq!(zoned("Thu Nov 26 07:00:00 IST 2026 x"), Some((None, " x")));
        let (at, rest) = time::zoned("2026-11-26 07:00:00 HTTP [12] x").unwrap();
        assert_eq!(
            (at.map(|exact| exact.at.rfc3339()), rest),
            (Some("2026-11-26T07:00:00.000Z".into()), " HTTP [12] x")
        );
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "",
            "26",
            "26 Nov",
            "10.11.12.13 x",
            "99/11/99 07:00:00",
            "10/20/30 of it",
            "99/99/2026 07:00:00",
            "Nov 26 is a day",
            "Nov 26 07:00:00 host app: x",
            "Thu is a day",
            "The end of it",
            "20261126 orders",
            "12345678 07:00:00",
            "Nov é",
            "Mon, é",
        ] {
            assert_eq!(zoned(text), None, "{text}");
        }
    }
}
