//! Names that are a secret's only where the value looks like one: a `session` may be `morning` and an `auth` be `kerberos`, but
//! neither is fifteen letters and digits at random; a `pin` is a number of four digits, not of one.

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};

use super::fact::is_of_zookeeper;

/// What the last part of a name is, and what its value must be to be a secret.
const NAMES: &[(&str, Looks)] = &[
    ("session", Looks::Random(8)),
    ("sessions", Looks::Random(8)),
    ("session_id", Looks::Random(8)),
    ("sid", Looks::Random(16)),
    ("auth", Looks::Random(8)),
    ("jwt", Looks::Random(8)),
    ("assertion", Looks::Random(8)),
    ("cvv", Looks::Digits(3, 4)),
    ("cvc", Looks::Digits(3, 4)),
    ("cvv2", Looks::Digits(3, 4)),
    ("cvc2", Looks::Digits(3, 4)),
    ("pin", Looks::Digits(4, 8)),
    ("pin_code", Looks::Digits(4, 8)),
    ("otp", Looks::Digits(4, 8)),
    ("totp", Looks::Digits(4, 8)),
    ("otp_code", Looks::Digits(4, 8)),
    ("mfa_code", Looks::Digits(4, 8)),
    ("2fa_code", Looks::Digits(4, 8)),
    ("sms_code", Looks::Digits(4, 8)),
    ("verification_code", Looks::Digits(4, 8)),
    ("card", Looks::Card),
    ("card_number", Looks::Card),
    ("cardnumber", Looks::Card),
    ("card_num", Looks::Card),
    ("card_no", Looks::Card),
    ("creditcard", Looks::Card),
    ("creditcardnumber", Looks::Card),
    ("cc", Looks::Card),
    ("cc_number", Looks::Card),
    ("ccnumber", Looks::Card),
    ("cc_num", Looks::Card),
    ("pan", Looks::Card),
];

/// The longest of these names, and what may stand before it: `client_assertion`, `HTTP_AUTH`.
const LONGEST: usize = 32;

/// How a secret looks.
#[derive(Clone, Copy)]
enum Looks {
    /// Letters and digits in no order, of so many bytes at least.
    Random(usize),
    /// From so many to so many digits.
    Digits(usize, usize),
    /// The number of a card.
    Card,
}

/// What the value of a name must look like to be a secret.
fn looks_of(key: &str) -> Option<Looks> {
    let last = key.rsplit('.').next().unwrap_or(key);
    // Hardly any name ends like one of these.
    let end = last.as_bytes().last()?.to_ascii_lowercase();
    let is_end =
        matches!(end, b'n' | b's' | b'd' | b'h' | b't' | b'v' | b'c' | b'2' | b'p' | b'e' | b'r' | b'm' | b'o');
    if last.len() > LONGEST || !is_end {
        return None;
    }
    let is_same = |told: &str, name: &str| {
        let plain = |c: u8| if c == b'-' { b'_' } else { c.to_ascii_lowercase() };
        told.len() == name.len() && told.bytes().map(plain).eq(name.bytes())
    };
    NAMES
        .iter()
        .find(|(name, _)| {
            let cut = last.len().checked_sub(name.len()).filter(|cut| last.is_char_boundary(*cut));
            cut.is_some_and(|cut| is_same(&last[cut..], name) && (cut == 0 || last[..cut].ends_with(['_', '-'])))
        })
        .map(|(_, looks)| *looks)
}

/// Whether a name is one of these.
pub(super) fn is_weak_key(key: &str) -> bool {
    looks_of(key).is_some()
}

/// Whether a value under one of these names is a secret.
pub(super) fn is_secret(key: &str, value: &str) -> bool {
    match looks_of(key) {
        Some(Looks::Random(least)) => {
            value.len() >= least
                && (is_random(value) || is_pair(value))
                && !is_of_postgres(value)
                && !is_of_zookeeper(key, value)
        }
        Some(Looks::Card) => is_card(value),
        Some(Looks::Digits(least, most)) => {
            (least..=most).contains(&value.len()) && value.bytes().all(|byte| byte.is_ascii_digit())
        }
        None => false,
    }
}

/// So much of a text in base64 is read, in bytes: no name of a user's is longer.
const MOST_PAIR: usize = 64;

/// Whether a text is the name of somebody and a password in base64, as `auth` in Docker's settings is.
fn is_pair(value: &str) -> bool {
    let digits = value.trim_end_matches('=').as_bytes();
    // Whole groups alone: where the rest ends does not matter.
    let most = digits.len().min(MOST_PAIR) / 4 * 4;
    let read = STANDARD_NO_PAD.decode(&digits[..most]).unwrap_or_default();
    read.iter().all(|byte| matches!(byte, b' '..=b'~')) && read.iter().skip(1).any(|byte| *byte == b':')
}

/// Whether a value is how PostgreSQL numbers its sessions, `6a1b2c3d.3f8c`: when one began, and the process.
fn is_of_postgres(value: &str) -> bool {
    let is_hex =
        |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    value.split_once('.').is_some_and(|(began, process)| began.len() == 8 && is_hex(began) && is_hex(process))
}

/// Whether a text is the number of a card: 13 to 19 digits, in groups or not, the last of which proves the others.
pub(super) fn is_card(value: &str) -> bool {
    if value.len() > 2 * MOST_DIGITS || value.bytes().any(|b| !matches!(b, b'0'..=b'9' | b' ' | b'-')) {
        return false;
    }
    let digits = || value.bytes().filter(u8::is_ascii_digit);
    let sum: u32 = digits()
        .rev()
        .enumerate()
        .map(|(place, digit)| match (u32::from(digit - b'0'), place % 2) {
            (digit, 0) => digit,
            (digit, _) if digit > 4 => 2 * digit - 9,
            (digit, _) => 2 * digit,
        })
        .sum();
    (13..=MOST_DIGITS).contains(&digits().count()) && sum.is_multiple_of(10) && digits().any(|digit| digit != b'0')
}

/// Digits of the number of a card.
const MOST_DIGITS: usize = 19;

/// Whether a text looks like letters and digits at random: a word of eight at least with a digit within it, not only at its
/// end as in `worker12`, or a long one of both.
pub(super) fn is_random(value: &str) -> bool {
    let is_odd =
        |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '~' | '+' | '/' | '=' | '%' | ':'));
    if value.len() > 16 << 10 || value.contains(is_odd) {
        return false;
    }
    value.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| {
        let has_letter = word.bytes().any(|byte| byte.is_ascii_alphabetic());
        let has_digit = |word: &str| word.bytes().any(|byte| byte.is_ascii_digit());
        let stem = word.trim_end_matches(|c: char| c.is_ascii_digit());
        has_letter && (word.len() >= 8 && has_digit(stem) || word.len() >= 16 && has_digit(word) || word.len() >= 40)
    })
}

#[cfg(test)]
#[path = "weak_tests.rs"]
mod tests;
