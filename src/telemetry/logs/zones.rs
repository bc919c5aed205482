//! Zones behind a time: an offset, or a name that means one offset everywhere. A name that means several, or a place
//! (`Europe/Berlin`), is known for a zone, but not which moment it makes of the time.

use super::level;

/// Names with their minutes before UTC. `CST` and `BST` as most of the world's programs have them.
const NAMES: &[(&str, i32)] = &[
    ("UTC", 0),
    ("GMT", 0),
    ("Z", 0),
    ("Etc/UTC", 0),
    ("CET", 60),
    ("CEST", 120),
    ("EST", -300),
    ("EDT", -240),
    ("CST", -360),
    ("CDT", -300),
    ("MST", -420),
    ("MDT", -360),
    ("PST", -480),
    ("PDT", -420),
    ("WET", 0),
    ("WEST", 60),
    ("BST", 60),
    ("EET", 120),
    ("EEST", 180),
    ("MSK", 180),
    ("TRT", 180),
    ("IDT", 180),
    ("HKT", 480),
    ("SGT", 480),
    ("PHT", 480),
    ("AWST", 480),
    ("JST", 540),
    ("KST", 540),
    ("ACST", 570),
    ("ACDT", 630),
    ("AEST", 600),
    ("AEDT", 660),
    ("NZST", 720),
    ("NZDT", 780),
    ("BRT", -180),
    ("BRST", -120),
    ("ART", -180),
    ("CLT", -240),
    ("CLST", -180),
    ("COT", -300),
    ("PET", -300),
    ("AKST", -540),
    ("AKDT", -480),
    ("HST", -600),
    ("SAST", 120),
    ("CAT", 120),
    ("EAT", 180),
    ("WAT", 60),
    ("PKT", 300),
    ("NPT", 345),
    ("ICT", 420),
    ("WIB", 420),
    ("WITA", 480),
];

/// Names that several zones have.
const SHARED: &[&str] = &["IST", "AST", "ADT", "BDT", "GST", "SST", "ECT", "AMT", "NST", "NDT", "IRST", "WST"];

/// Names of zones that are words or short for something else, too: one only before a level.
const WORDS: &[&str] =
    &["ART", "COT", "PET", "CAT", "EAT", "ICT", "AMT", "GST", "SST", "AST", "WAT", "BDT", "HST", "ECT", "NST", "WIB"];

/// What stands behind most times, and is no zone.
const LEVELS: &[&str] = &["INFO", "DEBUG", "WARN", "ERROR", "TRACE", "WARNING"];

/// Where the names of places begin.
const AREAS: &[&str] = &[
    "Africa/",
    "America/",
    "Antarctica/",
    "Asia/",
    "Atlantic/",
    "Australia/",
    "Europe/",
    "Indian/",
    "Pacific/",
    "Etc/",
    "US/",
];

/// Words of capitals that end as zones do, and are none.
const METHODS: &[&str] =
    &["GET", "PUT", "POST", "DEPT", "TEST", "ROOT", "HOST", "PORT", "BOOT", "INIT", "WAIT", "EXIT"];

/// The longest name of a place, in bytes.
const LONGEST: usize = 40;

/// The zone that stands here, in minutes before UTC, and where it ends; none is UTC. `Some((None, _))`: one that is not
/// known. `None`: what stands here is no zone, and the time before it none either.
pub(super) fn zone(text: &str, at: usize) -> Option<(Option<i32>, usize)> {
    let bytes = text.as_bytes();
    let (offset, end) = match bytes.get(at) {
        Some(b'Z' | b'z') => (0, at + 1),
        Some(b'+' | b'-') => offset(text, at)?,
        // Behind a blank, as Ruby, Python and .NET write it.
        Some(b' ') => match bytes.get(at + 1) {
            Some(b'+' | b'-') if is_offset(text, at + 1) => offset(text, at + 1)?,
            Some(b'A'..=b'Z') => return Some(named(text, at + 1).unwrap_or((Some(0), at))),
            Some(b'[') if bytes.get(at + 2).is_some_and(u8::is_ascii_uppercase) => {
                return Some(bracketed(text, at + 1).unwrap_or((Some(0), at)));
            }
            _ => return Some((Some(0), at)),
        },
        _ => return Some((Some(0), at)),
    };
    // Java names the place behind the offset, too.
    let end = if bytes.get(end) == Some(&b'[') { bracketed(text, end).map_or(end, |(_, end)| end) } else { end };
    Some((Some(offset), end))
}

/// The number of two digits that stands here.
fn two(text: &str, at: usize) -> Option<i32> {
    let [a @ b'0'..=b'9', b @ b'0'..=b'9'] = text.as_bytes().get(at..at + 2)? else { return None };
    Some(i32::from(a - b'0') * 10 + i32::from(b - b'0'))
}

/// The offset that is written here, `+0100`, `-01:30`, `+01`, and where it ends. A sign alone is of the text.
fn offset(text: &str, at: usize) -> Option<(i32, usize)> {
    let bytes = text.as_bytes();
    let Some(hours) = two(text, at + 1) else { return Some((0, at)) };
    let colon = usize::from(bytes.get(at + 3) == Some(&b':'));
    let (minutes, end) = match two(text, at + 3 + colon) {
        Some(minutes) => (minutes, at + 5 + colon),
        None => (0, at + 3),
    };
    let offset = hours * 60 + minutes;
    (hours < 24 && minutes < 60).then_some((if bytes.get(at) == Some(&b'-') { -offset } else { offset }, end))
}

/// The hours of the offset that is farthest from UTC.
const FARTHEST: i32 = 14;

/// Whether a zone stands here behind a blank: `+0100`, `-01:30`; `-03` too, where its digits are no number of the text.
fn is_offset(text: &str, at: usize) -> bool {
    let Some([b'+' | b'-', digits @ ..]) = text.as_bytes().get(at..) else { return false };
    let count = |bytes: &[u8]| bytes.iter().take(5).take_while(|byte| byte.is_ascii_digit()).count();
    let end = match count(digits) {
        4 => 4,
        2 if digits.get(2) == Some(&b':') && count(&digits[3..]) == 2 => 5,
        2 => {
            let is_one = two(text, at + 1).is_some_and(|hours| hours <= FARTHEST);
            let ends = |after: &str| after.is_empty() || after.starts_with(']') || tells(after);
            return is_one && text.get(at + 3..).is_some_and(ends);
        }
        _ => return false,
    };
    // Behind a colon the text begins, where a logger puts one behind the time.
    matches!(digits.get(end..), None | Some([] | [b' ' | b'\t' | b']' | b'|', ..] | [b':'] | [b':', b' ', ..]))
}

/// Whether a level, or what stands in brackets before it, follows.
fn tells(after: &str) -> bool {
    let rest = after.trim_start_matches([' ', '\t', '|']);
    let length = rest.bytes().take_while(u8::is_ascii_uppercase).count();
    rest.starts_with('[') || length > 2 && level::by_word(&rest[..length]).is_some()
}

/// What a name means, where it is one of a zone or a place.
fn meaning(name: &str) -> Option<Option<i32>> {
    if let Some((_, minutes)) = NAMES.iter().find(|(known, _)| *known == name) {
        return Some(Some(*minutes));
    }
    let of_area =
        |area: &&str| name.strip_prefix(*area).is_some_and(|city| city.starts_with(|c: char| c.is_ascii_uppercase()));
    let is_place = || name.contains('/') && AREAS.iter().any(of_area);
    (SHARED.contains(&name) || is_place()).then_some(None)
}

/// The zone that is named here, and where its name ends.
fn named(text: &str, at: usize) -> Option<(Option<i32>, usize)> {
    let rest = text.get(at..)?;
    if matches!(rest.as_bytes(), [b'G', b'M', b'T', b'+' | b'-', ..] | [b'U', b'T', b'C', b'+' | b'-', ..]) {
        let (offset, length) = shifted(rest)?;
        return Some((Some(offset), at + length));
    }
    let is_part = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'_' | b'-' | b'+');
    let length = rest.bytes().take(LONGEST).take_while(is_part).count();
    let (name, after) = rest.split_at(length);
    if LEVELS.contains(&name) || !(after.is_empty() || after.starts_with([' ', '\t', ']', '|', ':', ','])) {
        return None;
    }
    if let Some(meaning) = meaning(name)
        && (!WORDS.contains(&name) || after.starts_with(']') || tells(after))
    {
        return Some((meaning, at + length));
    }
    // Any other word of capitals is the text's, but for where only a zone can stand: before the end of a bracket, and
    // before PostgreSQL's pid.
    let can_be = is_name(name) && name.ends_with('T') && name.len() > 2 && !METHODS.contains(&name);
    (can_be && (after.starts_with(']') || is_postgres(after))).then_some((None, at + length))
}

/// Whether a line goes on as PostgreSQL's do: ` [12] LOG:  text`, with whose it is between.
fn is_postgres(after: &str) -> bool {
    let is_pid = after.strip_prefix(" [").is_some_and(|pid| pid.starts_with(|c: char| c.is_ascii_digit()));
    let bytes = after.as_bytes();
    is_pid && memchr::memmem::find(bytes.get(..4 * LONGEST).unwrap_or(bytes), b":  ").is_some()
}

/// Whether a word can be the name of a zone that is not known: `XYZT`.
pub(super) fn is_name(word: &str) -> bool {
    (2..=5).contains(&word.len())
        && word.bytes().all(|b| b.is_ascii_uppercase())
        && level::by_word(word).is_none()
        && !matches!(word, "AM" | "PM")
}

/// `GMT+2`, `UTC+02:00`, `GMT+0200 (Central European Time)` at the front of a text, and how long that is.
fn shifted(text: &str) -> Option<(i32, usize)> {
    let digits = text.get(4..)?.bytes().take(5).take_while(u8::is_ascii_digit).count();
    let (minutes, mut end) = match digits {
        1 => (i32::from(text.as_bytes()[4] - b'0') * 60, 5),
        2 | 4 => offset(text, 3)?,
        _ => return None,
    };
    let minutes = if digits == 1 && text.as_bytes()[3] == b'-' { -minutes } else { minutes };
    if text[end..].starts_with(|c: char| c.is_alphanumeric()) {
        return None;
    }
    // JavaScript tells it once more in words.
    if digits == 4
        && let Some(name) = text[end..].strip_prefix(" (")
        && let Some(close) = name.bytes().take(2 * LONGEST).position(|b| b == b')')
        && name[..close].chars().all(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '.' | '+' | ':' | '/' | '_'))
    {
        end += close + 3;
    }
    Some((minutes, end))
}

/// `[IST]`, `[Asia/Kolkata]`, and where the bracket ends.
fn bracketed(text: &str, at: usize) -> Option<(Option<i32>, usize)> {
    let inner = text.get(at + 1..)?;
    let close = inner.bytes().take(LONGEST).position(|b| b == b']')?;
    let name = &inner[..close];
    let meaning = meaning(name).filter(|_| !WORDS.contains(&name))?;
    Some((meaning, at + close + 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The zone behind a blank, and what follows it.
    fn of(text: &str) -> (Option<i32>, &str) {
        let (offset, end) = zone(text, 0).unwrap();
        (offset, &text[end..])
    }

    #[test]
    fn a_zone_is_told_by_its_offset_or_by_a_name_of_one_offset() {
        for (text, minutes, rest) in [
            (" -03 ERROR x", -180, " ERROR x"),
            (" +04 [main] started", 240, " [main] started"),
            (" +13 [main] x", 780, " [main] x"),
            (" +12", 720, ""),
            (" +00:00: x", 0, ": x"),
            (" -0330: x", -210, ": x"),
            (" +02:00:", 120, ":"),
            (" GMT+2 ERROR x", 120, " ERROR x"),
            (" GMT-3: x", -180, ": x"),
            (" UTC+02:00 x", 120, " x"),
            (" GMT+0530 x", 330, " x"),
            (" GMT+0200 (CEST) ERROR x", 120, " ERROR x"),
            (" GMT+0200 (Mitteleurop\u{e4}ische Sommerzeit)", 120, ""),
            (" GMT-0330 (see below) x", -210, " x"),
            (" BRT ERROR x", -180, " ERROR x"),
            (" PKT started", 300, " started"),
            (" CAT INFO x", 120, " INFO x"),
            (" [CET] x", 60, " x"),
            ("+05:30[Asia/Kolkata] x", 330, " x"),
            ("Z[UTC]", 0, ""),
        ] {
            assert_eq!(of(text), (Some(minutes), rest), "{text}");
        }
    }

    #[test]
    fn of_a_name_of_several_zones_or_of_a_place_no_offset_is_made_up() {
        for text in [" IST", " IST x", " [IST] x", " Asia/Kolkata x", " [Asia/Kolkata] x", " AST ERROR x", " XYZT] x"] {
            assert_eq!(of(text).0, None, "{text}");
        }
    }

    #[test]
    fn what_is_of_the_text_is_no_zone() {
        for text in [
            "",
            " ",
            " +",
            " -1 x",
            " -12 items",
            " +05 points added",
            " +05:30:15 of it",
            " +0530:x",
            " -02 degrees",
            " -20 ERROR x",
            " US/orders deployed",
            " DB [12] ERROR pool empty",
            " DB] connected",
            " GET] x",
            " GET [200] /x",
            " WAT is this",
            " BDT rate 120",
            " -12345",
            " ERROR x",
            " CAT was here",
            " AM x",
            " [main] x",
            " [ART] x",
            " [ERROR] x",
            " [",
            " GMT+ x",
            " GMT+2x",
            " GMT+123 x",
            " UTCX x",
            " HTTP GET",
            " \u{e9}",
            " +\u{e9}",
            " GMT+2\u{e9}",
        ] {
            assert_eq!(of(text), (Some(0), text), "{text}");
        }
        assert_eq!(zone(" GMT+0200 (x\u{e9}", 0), Some((Some(120), 9)));
    }
}
