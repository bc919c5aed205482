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
    ("HKT", 480),
    ("SGT", 480),
    ("AWST", 480),
    ("JST", 540),
    ("KST", 540),
    ("AEST", 600),
    ("AEDT", 660),
    ("NZST", 720),
    ("NZDT", 780),
];

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

/// The longest name of a place, in bytes.
const LONGEST: usize = 40;

/// The zone that stands here, in minutes before UTC, and where it ends; none is UTC. `Some((None, _))`: one that is not
/// known. `None`: what stands here is no zone, and the time before it none either.
pub(super) fn zone(text: &str, at: usize) -> Option<(Option<i32>, usize)> {
    let bytes = text.as_bytes();
    match bytes.get(at) {
        Some(b'Z' | b'z') => Some((Some(0), at + 1)),
        Some(sign @ (b'+' | b'-')) => {
            let number = |from: usize| text.get(from..from + 2)?.parse::<i32>().ok();
            let Some(hours) = number(at + 1) else { return Some((Some(0), at)) };
            let colon = usize::from(bytes.get(at + 3) == Some(&b':'));
            let (minutes, end) = match number(at + 3 + colon) {
                Some(minutes) => (minutes, at + 5 + colon),
                None => (0, at + 3),
            };
            let offset = hours * 60 + minutes;
            (hours < 24 && minutes < 60).then_some((Some(if *sign == b'-' { -offset } else { offset }), end))
        }
        // Behind a blank, as Ruby, Python and .NET write it.
        Some(b' ') => match bytes.get(at + 1) {
            Some(b'+' | b'-') if is_offset(&bytes[at + 1..]) => zone(text, at + 1),
            Some(b'A'..=b'Z') => Some(named(text, at + 1).unwrap_or((Some(0), at))),
            _ => Some((Some(0), at)),
        },
        _ => Some((Some(0), at)),
    }
}

/// Whether a zone stands here in full: `+0100`, `-01:30`; `+01` only where nothing but a zone can stand.
fn is_offset(bytes: &[u8]) -> bool {
    let [b'+' | b'-', digits @ ..] = bytes else { return false };
    let count = |bytes: &[u8]| bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let end = match count(digits) {
        4 => 4,
        2 if digits.get(2) == Some(&b':') && count(&digits[3..]) == 2 => 5,
        2 => return digits[2..].starts_with(b"]") || digits[2..].starts_with(b" ["),
        _ => return false,
    };
    matches!(digits.get(end), None | Some(b' ' | b'\t' | b']' | b'|'))
}

/// The zone that is named here, and where its name ends.
fn named(text: &str, at: usize) -> Option<(Option<i32>, usize)> {
    let rest = text.get(at..)?;
    let is_name = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'_' | b'-' | b'+');
    let length = rest.bytes().take(LONGEST).take_while(is_name).count();
    let (name, after) = rest.split_at(length);
    if !(after.is_empty() || after.starts_with([' ', '\t', ']', '|', ':', ','])) {
        return None;
    }
    if let Some((_, minutes)) = NAMES.iter().find(|(known, _)| *known == name) {
        return Some((Some(*minutes), at + length));
    }
    let is_place = AREAS.iter().any(|area| name.starts_with(area));
    // Any other word of capitals is the text's, but for where only a zone can stand: before the end of a bracket, and
    // before the bracket of a pid.
    let is_closed = || {
        let is_pid = after.strip_prefix(" [").is_some_and(|pid| pid.starts_with(|c: char| c.is_ascii_digit()));
        (after.starts_with(']') || is_pid)
            && (2..=5).contains(&length)
            && name.bytes().all(|b| b.is_ascii_uppercase())
            && level::by_word(name).is_none()
            && !matches!(name, "AM" | "PM")
    };
    (is_place || is_closed()).then_some((None, at + length))
}
